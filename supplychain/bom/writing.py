"""The inventory of a target as a file, for a team to look through, complete and maintain.

text = to_text("cyclonedx", inventory, target.name, tree_digest, now, declaration, policy)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from supplychain.bom import cyclonedx, spdx2, spdx3
from supplychain.bom.entries import Entry, entries
from supplychain.bom.interface import INVENTORY, Context
from supplychain.model.declaration import Declaration
from supplychain.model.inventory import Inventory
from supplychain.model.policy import Policy


@dataclass(frozen=True)
class Format:
    """A format that an inventory can be written in."""

    name: str
    file: str
    """Where a target keeps it."""
    write: Callable[[tuple[Entry, ...], Context], str]


FORMATS: Mapping[str, Format] = {
    "cyclonedx": Format("CycloneDX 1.6", INVENTORY, cyclonedx.write),
    "spdx3": Format("SPDX 3.0.1", ".supplychain/inventory.spdx3.json", spdx3.write),
    "spdx2": Format("SPDX 2.3", ".supplychain/inventory.spdx.json", spdx2.write),
}
"""The formats by the word that a command takes."""


def to_text(
    form: str,
    inventory: Inventory,
    target: str,
    tree_digest: str,
    now: datetime,
    declaration: Declaration | None,
    policy: Policy,
) -> str:
    """Return the inventory in a format of `FORMATS`; the same target and time give the same text.

    It holds what is used outside tests and vendored code, each with the places that name it, and what nobody knows
    of it as a known unknown. Modules that are only known by the name of their import are listed apart from it.
    """
    context = Context.of(inventory, target, tree_digest, now, declaration)
    return FORMATS[form].write(entries(inventory, declaration, policy, now.date()), context)
