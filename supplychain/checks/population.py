"""What a requirement has to look at: references, and everything that could hide one."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from supplychain import catalog
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.reference import INVENTORIED, Place, Reference, Resolution, Scope, Unread, Unresolved

__all__ = [
    "INVENTORIED",
    "PROD",
    "Named",
    "fetched",
    "moving",
    "named",
    "planted",
    "sample_reference",
    "unread_sample",
    "unresolved_sample",
]

PROD = frozenset({Scope.PROD})
"""Production code only."""

Named = Reference | Unresolved | Unread


def named(case: Case, kind: Kind, scopes: Collection[Scope]) -> tuple[Named, ...]:
    """Return the references of a kind in these scopes, resolved or not, and what was not read there.

    Where there is none, those that only the declaration puts outside count: it narrows, and cannot leave nothing.
    """
    inventory = case.inventory
    found: list[Named] = [*inventory.of(kind, scopes)]
    found += inventory.unresolved_of(kind, scopes)
    found += inventory.unread_in(scopes)
    return tuple(found) or inventory.moved_out(kind, scopes)


def fetched(items: Iterable[Named]) -> tuple[Named, ...]:
    """Return the references without those to models that a service hosts: nothing of them is fetched."""

    def source(item: Named) -> str:
        if isinstance(item, Reference):
            return item.component.source
        return item.source if isinstance(item, Unresolved) else ""

    return tuple(item for item in items if source(item) not in catalog.hosting())


def planted(case: Case, *found: Named, **changes: object) -> Case:
    """Return the case with nothing in its inventory but `found`, nothing declared, and `changes` to its other parts."""
    inventory = case.inventory.model_copy(
        update={
            "references": tuple(item for item in found if isinstance(item, Reference)),
            "unresolved": tuple(item for item in found if isinstance(item, Unresolved)),
            "unread": tuple(item for item in found if isinstance(item, Unread)),
            "overrides": (),
            "moved": (),
        }
    )
    return case.model_copy(update={"inventory": inventory, "declaration": None, **changes})


def moving(case: Case, *files: str) -> Case:
    """Return the case with these files outside production by the declaration alone."""
    return case.model_copy(update={"inventory": case.inventory.model_copy(update={"moved": files})})


def sample_reference(case: Case, kind: Kind, source: str, name: str) -> Reference:
    """Return the target's own first reference to that source in production, or one with a made-up name."""
    for reference in case.inventory.of(kind, PROD):
        if reference.component.source == source and reference.address is None:
            return reference
    component = Component(kind=kind, source=source, name=name)
    return Reference(component=component, at=Place(file="planted.py", line=1), resolution=Resolution.LITERAL)


def unread_sample() -> Unread:
    """Return files that were not read, for a canary."""
    return Unread(what="planted files", reason="planted", count=2, at=Place(file="planted.ipynb", line=None))


def unresolved_sample(kind: Kind) -> Unresolved:
    """Return a reference whose component is not known, for a canary."""
    place = Place(file="planted.py", line=2)
    return Unresolved(kind=kind, at=place, call="load", expression="name()", reason="planted")
