"""The packages that a requirement of scenario 5 looks at: the resolved graph, and what only code and commands name."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.package import Resolved
from supplychain.model.reference import Place, Reference, Scope, Unread, Unresolved

RESOLVED_BY_CLIENTS = frozenset({"pypi", "npm", "conda"})
"""Sources whose clients resolve a name to a version; an image or an action is named with what it is fetched at."""


class PackageUse(Frozen):
    """One package as production takes it: an entry of a manifest or lock, or what only a place in the code names."""

    subject: str
    at: Place
    component: Component
    version: str | None
    entry: Resolved | None = None
    """None: no manifest and no lock names it."""
    reference: Reference | None = None
    """Where code or a command names it; None where an entry does."""

    @property
    def evidence(self) -> str | None:
        """The digest of the file that names it."""
        return self.entry.digest if self.entry else self.reference.digest if self.reference else None


def packages(case: Case) -> tuple[PackageUse | Unresolved | Unread, ...]:
    """Return every package of production, and what could hide one.

    Where a project has a lock, an entry of its manifest that the lock resolves is no row of its own: the lock decides
    what is installed, and 5.2 holds it against the manifest. A folder of the target is no package of anybody else.
    """
    entries = tuple(_entries(case))
    named = {entry.component.id for entry in entries}
    first: dict[tuple[str, str | None, str | None], PackageUse] = {}
    for reference in case.inventory.of(Kind.PACKAGE, {Scope.PROD}):
        if reference.component.id not in named:
            key = (reference.component.id, reference.revision, reference.address)
            first.setdefault(key, _named(reference))
    found: list[PackageUse | Unresolved | Unread] = [*map(_listed, entries), *first.values()]
    found += case.inventory.unresolved_of(Kind.PACKAGE, {Scope.PROD})
    found += case.inventory.unread_in({Scope.PROD})
    found += (unread for unread in case.graph.unread if unread.at.scope is Scope.PROD)
    return tuple(found)


def _entries(case: Case) -> Iterator[Resolved]:
    locked = {(entry.project, entry.component.id) for entry in case.graph.packages if entry.is_locked}
    for entry in case.graph.packages:
        is_decided = not entry.is_locked and (entry.project, entry.component.id) in locked
        if entry.at.scope is Scope.PROD and entry.origin.form != "folder" and not is_decided:
            yield entry


def _listed(entry: Resolved) -> PackageUse:
    return PackageUse(subject=entry.subject, at=entry.at, component=entry.component, version=entry.version, entry=entry)


def _named(reference: Reference) -> PackageUse:
    return PackageUse(
        subject=reference.subject,
        at=reference.at,
        component=reference.component,
        version=reference.revision,
        reference=reference,
    )
