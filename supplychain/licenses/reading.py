"""What is stated of licenses, gathered from everywhere that may state it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from supplychain.files import NotReadError, read_bounded
from supplychain.licenses.project import own_license
from supplychain.licenses.statements import HubFile, beside, carded, declared, in_file, in_hub_files, inherited
from supplychain.licenses.texts import LIMIT, is_license_file
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.license import LicenseStatement
from supplychain.model.reference import Reference, Scope
from supplychain.target import Target

Cached = Callable[[Component, str | None], Mapping[str, Path]]
"""Component and revision in; the names of the files that a cache on this machine holds of it out, each with its place."""

_KINDS = frozenset({Kind.MODEL, Kind.DATASET})


def read(target: Target, case: Case, hub_file: HubFile, cached: Cached = lambda *_: {}) -> tuple[LicenseStatement, ...]:
    """Return who states which license of the models and datasets of production, and of the target itself.

    Args:
        target: where license files and the declaration lie.
        case: its inventory and what hubs say; of what a component derives from as well.
        hub_file: gives a small file of a component at a commit.
        cached: gives what the cache of a hub's client on this machine holds.
    """
    found = [*own_license(target), *declared(target, case)]
    for record in case.hub:
        if record.state in {"listed", "gated"} and (stated := carded(record, record.component)):
            found.append(stated)
        found += in_hub_files(record, hub_file)
        found += inherited(case, record)
    for component, revisions in _used(case).items():
        found += beside(target, component)
        found += _in_cache(component, revisions, cached)
    return tuple(dict.fromkeys(found))


def _used(case: Case) -> dict[Component, tuple[str | None, ...]]:
    """Return the models and datasets that production names, each with the revisions that it asks for."""
    found: dict[Component, dict[str | None, None]] = {}
    for reference in case.inventory.references:
        if _counts(reference):
            found.setdefault(reference.component, {})[reference.revision] = None
    return {component: tuple(revisions) for component, revisions in found.items()}


def _counts(reference: Reference) -> bool:
    return reference.component.kind in _KINDS and reference.at.scope is Scope.PROD


def _in_cache(component: Component, revisions: Iterable[str | None], cached: Cached) -> Iterator[LicenseStatement]:
    for revision in revisions:
        for name, real in sorted(cached(component, revision).items()):
            if "/" in name or not is_license_file(name):
                continue
            try:
                yield in_file(component.id, name, read_bounded(real, LIMIT + 1), revision=revision)
            except NotReadError:
                continue
