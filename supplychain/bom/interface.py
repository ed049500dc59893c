"""What reading and writing of inventories share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from uuid import NAMESPACE_URL, UUID, uuid5

from packaging.utils import canonicalize_name
from pydantic import BaseModel, ConfigDict

from supplychain.model.case import AuditField
from supplychain.model.component import Component
from supplychain.model.declaration import Declaration
from supplychain.model.inventory import Inventory
from supplychain.model.reference import INVENTORIED, Unread, Unresolved

INVENTORY = ".supplychain/inventory.cdx.json"
"""Where a target keeps the inventory that this suite writes."""

ID_PROPERTY = "supplychain:id"
"""The property of an entry that carries its component's id in this suite."""

TARGET_PROPERTY = "supplychain:target"
"""The property of the entry that is the target itself, in formats that list it among the others."""

TOOL = "supplychain-spec"


@dataclass(frozen=True)
class Context:
    """What an inventory says of itself and of the target, beside its entries."""

    target: str
    tree_digest: str
    now: datetime
    owner: str | None = None
    """Who owns the target, as its declaration says."""
    unresolved: tuple[Unresolved, ...] = ()
    unread: tuple[Unread, ...] = ()
    imports: tuple[str, ...] = ()
    """Imported modules that no package of the inventory has the name of: which package brings them is not known."""

    @classmethod
    def of(
        cls, inventory: Inventory, target: str, tree_digest: str, now: datetime, declaration: Declaration | None
    ) -> Context:
        """Return the context of an inventory; tests and vendored code are outside it."""
        project = declaration.project if declaration else None
        unresolved = (item for item in inventory.unresolved if item.at.scope in INVENTORIED)
        used = [reference.component for reference in inventory.references if reference.at.scope in INVENTORIED]
        packages = {component.name for component in used if component.source == "pypi"}
        modules = {component.name for component in used if component.source == "import"}
        return cls(
            target=target,
            tree_digest=tree_digest,
            now=now,
            owner=project.owner if project else None,
            unresolved=tuple(sorted(unresolved, key=lambda u: (u.at.file, u.at.line or 0, u.kind, u.expression))),
            unread=inventory.unread_in(INVENTORIED),
            imports=tuple(sorted(name for name in modules if canonicalize_name(name) not in packages)),
        )

    @property
    def is_complete(self) -> bool:
        """Whether nothing that was seen could name a component beyond the entries."""
        return not (self.unresolved or self.unread or self.imports)

    def serial(self, form: str) -> UUID:
        """Return the number of this inventory in a format; the same target has the same."""
        return uuid5(NAMESPACE_URL, f"{self.tree_digest} {form}")


class UnreadableError(Exception):
    """An inventory that is not what its format asks for; the message says what to mend."""


COMPONENTS_LIMIT = 100_000
"""Entries of one inventory that are read."""


class Lenient(BaseModel):
    """What is read of an object of an inventory; what else is in it is not looked at."""

    model_config = ConfigDict(extra="ignore", frozen=True)


@dataclass(frozen=True)
class Row:
    """One entry of an inventory that was read."""

    component: Component
    version: str | None
    states: frozenset[AuditField] = frozenset()
    """What it says of its component."""
    marks: frozenset[AuditField] = frozenset()
    """What it says that nobody knows."""
    hashes: tuple[str, ...] = ()
    """`<algorithm>:<hex>`, as it gives them."""


_PROPERTIES: Mapping[str, AuditField] = {
    "supplychain:owner": "owner",
    "supplychain:approval": "approval",
    "supplychain:used-at": "where used",
    "supplychain:scope": "scope",
    "supplychain:checksum": "hash",
    "supplychain:endpoint": "source",
}
_UNKNOWN: Mapping[str, AuditField] = {
    "version": "version",
    "supplier": "supplier",
    "license": "license",
    "approval": "approval",
    "checksum": "hash",
    "download location": "source",
    "endpoint": "source",
}
"""The fields that an audit asks for, by what this suite calls them as known unknowns."""


def row(
    component: Component,
    version: str | None,
    fields: Mapping[AuditField, object] = MappingProxyType({}),
    properties: Iterable[tuple[str, str]] = (),
) -> Row:
    """Return an entry with what its fields and properties say; a value that is empty says nothing."""
    pairs = list(properties)
    marks = {_UNKNOWN[value] for name, value in pairs if name == "supplychain:known-unknown" and value in _UNKNOWN}
    states = {name for name, value in fields.items() if value}
    states |= {_PROPERTIES[name] for name, value in pairs if value and name in _PROPERTIES}
    if version:
        states.add("version")
    if component.is_file:
        states.add("source")
    states -= marks & {"approval"}  # the text of one that does not count is there as well
    return Row(component, version, frozenset(states), frozenset(marks - states))


@dataclass(frozen=True)
class Contents:
    """What an inventory that was read says."""

    rows: tuple[Row, ...]
    written: datetime | None
    """When it says that it was written."""
    invalid: tuple[str, ...] = ()
    """The first things that are not as its format asks for."""
    unchecked: str = ""
    """Why it was not held against its format; empty where it was."""


def moment(text: object) -> datetime | None:
    """Return the time that a text gives, in UTC where it names no zone; None where it gives none."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        return None


def ensure_count(count: int, what: str, limit: int = COMPONENTS_LIMIT) -> None:
    """Check that an inventory is not too long to be read.

    Raises:
        UnreadableError: it is.
    """
    if count > limit:
        raise UnreadableError(f"it lists {count:,} {what}; {limit:,} are read")


def ensure_references(given: Iterable[str], taken: Iterable[str]) -> None:
    """Check that no identifier is given twice and that each one that is used was given.

    Raises:
        UnreadableError: there is one; the message names the first.
    """
    known: set[str] = set()
    for name in given:
        if name in known:
            raise UnreadableError(f"the identifier {name!r} is given twice")
        known.add(name)
    for name in taken:
        if name not in known:
            raise UnreadableError(f"it refers to {name!r}, which is not in it")
