"""What reading and writing of inventories share."""

INVENTORY = ".supplychain/inventory.cdx.json"
"""Where a target keeps the inventory that this suite writes."""

ID_PROPERTY = "supplychain:id"
"""The property of a CycloneDX component that carries its id in this suite."""
