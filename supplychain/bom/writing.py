"""The inventory as CycloneDX 1.6, for a team to look through, complete and maintain."""

from __future__ import annotations

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component as Entry
from cyclonedx.model.component import ComponentType
from cyclonedx.model.service import Service
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from supplychain import __version__
from supplychain.bom.interface import ID_PROPERTY
from supplychain.model.component import Component, Kind
from supplychain.model.inventory import Inventory
from supplychain.model.reference import INVENTORIED

_TYPES = {Kind.MODEL: ComponentType.MACHINE_LEARNING_MODEL, Kind.DATASET: ComponentType.DATA}


def to_cyclonedx(inventory: Inventory, target: str, tree_digest: str, now: datetime) -> str:
    """Return the inventory as a CycloneDX JSON text; the same target and time give the same text.

    It holds what is used outside tests and vendored code, each with the places that name it. Modules that are only
    known by the name of their import are left out: which package brings them is not known.
    """
    places: dict[str, list[str]] = {}
    revisions: dict[str, set[str]] = {}
    components: dict[str, Component] = {}
    for reference in inventory.references:
        if reference.at.scope in INVENTORIED and reference.component.source != "import":
            identity = reference.component.id
            components[identity] = reference.component
            places.setdefault(identity, []).append(str(reference.at))
            if reference.revision:
                revisions.setdefault(identity, set()).add(reference.revision)
    bom = Bom(serial_number=uuid5(NAMESPACE_URL, tree_digest), version=1)
    root = Entry(name=target, type=ComponentType.APPLICATION, bom_ref="target")
    bom.metadata = BomMetaData(
        timestamp=now,
        component=root,
        properties=[Property(name="supplychain:tool", value=f"supplychain-spec {__version__}")],
    )
    for identity in sorted(components):
        component = components[identity]
        properties = [Property(name=ID_PROPERTY, value=identity)]
        properties += [Property(name="supplychain:used-at", value=place) for place in places[identity][:20]]
        if component.kind is Kind.SERVICE:
            bom.services.add(Service(name=component.name, bom_ref=identity, properties=properties))
            continue
        pinned = revisions.get(identity, set())
        version = next(iter(pinned)) if len(pinned) == 1 else None
        bom.components.add(
            Entry(
                name=component.name,
                type=_TYPES.get(component.kind, ComponentType.LIBRARY),
                version=version,
                bom_ref=identity,
                purl=_purl(component, version),
                properties=properties,
            )
        )
    bom.register_dependency(root, bom.components)
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def _purl(component: Component, version: str | None) -> PackageURL | None:
    if component.source not in {"huggingface", "pypi", "npm"}:
        return None
    namespace, _, name = component.name.rpartition("/")
    qualifiers = {"repo_type": "dataset"} if component.kind is Kind.DATASET else None
    return PackageURL(component.source, namespace or None, name, version, qualifiers)
