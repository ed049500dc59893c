"""The packages that a requirement of scenario 5 looks at: the resolved graph, and what only code and commands name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from packaging.utils import canonicalize_name

from supplychain import catalog
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.package import Resolved
from supplychain.model.reference import Place, Reference, Scope, Unread, Unresolved

RESOLVED_BY_CLIENTS = frozenset({"pypi", "npm", "conda"})
"""Sources whose clients resolve a name to a version; an image or an action is named with what it is fetched at."""
_INSTALLED_WITH = frozenset({Scope.PROD, Scope.TEST})
"""Scopes whose manifests can be what an import of production is installed by; documentation installs nothing of it."""
_A_LINE = "requirements"
"""The form of file that has one requirement a line."""


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
    is_diverted: bool = False
    """npm: a lock fetches it from an address by which no manifest asks for it."""

    @property
    def evidence(self) -> str | None:
        """The digest of the file that names it."""
        return self.entry.digest if self.entry else self.reference.digest if self.reference else None


def packages(case: Case) -> tuple[PackageUse | Unresolved | Unread, ...]:
    """Return every package of production, and what could hide one.

    Where a project has a lock, an entry of its manifest that the lock resolves is no row of its own: the lock decides
    what is installed, and 5.2 holds it against the manifest. A folder of the target is no package of anybody else.
    What code or a command names beside an entry is a row where its version or its address is another one; an image or an
    action is a row for each file, since each of them is mended by itself. An import is
    no row beside a command that installs it, nor beside an entry that brings it under another name; one that only the
    manifest of the tests brings has that entry. What an entry names by its address alone is that entry, and nothing
    unresolved. Where production has none, what only the declaration puts outside it counts.
    """
    return _packages(case, lambda at: at.scope is Scope.PROD) or _packages(
        case, lambda at: at.file in case.inventory.moved
    )


def _packages(case: Case, counts: Callable[[Place], bool]) -> tuple[PackageUse | Unresolved | Unread, ...]:
    inventory = case.inventory
    entries = tuple(_entries(case, counts))
    by_id = {entry.component.id: entry for entry in entries}
    named = {
        entry.component.id: entry
        for entry in reversed(case.graph.packages)
        if entry.origin.form != "folder" and (entry.at.scope in _INSTALLED_WITH or counts(entry.at))
    }
    versions = {(entry.component.id, entry.version) for entry in entries}
    read = {entry.at.file for entry in case.graph.packages}
    references = [r for r in inventory.references if r.component.kind is Kind.PACKAGE and counts(r.at)]
    installed = {reference.component.id for reference in references if reference.call != "import"}
    first: dict[tuple[str | None, ...], PackageUse] = {}
    for reference in references:
        name, revision = reference.component.id, reference.revision
        is_other = reference.address is not None or (revision is not None and (name, revision) not in versions)
        if name in by_id and (reference.at.file in read or not is_other):
            continue
        if reference.call == "import" and _bringing(reference.component, by_id) is not None:
            continue
        if reference.call != "import" or name not in installed:
            file = reference.at.file if _is_mended_by_file(reference) else ""
            first.setdefault((name, revision, reference.address, file), _named(reference, named))
    asked = {
        entry.component.id for entry in case.graph.packages if not entry.is_locked and entry.origin.form != "index"
    }
    found: list[PackageUse | Unresolved | Unread] = [*(_listed(entry, asked) for entry in entries), *first.values()]
    told = {entry.at for entry in case.graph.packages if entry.component.source == "url" and entry.format == _A_LINE}
    hidden = (item for item in inventory.unresolved if item.kind is Kind.PACKAGE and counts(item.at))
    found += (item for item in hidden if item.at not in told)
    found += (item for item in (*inventory.unread, *case.graph.unread) if counts(item.at))
    return tuple(found)


def _is_mended_by_file(reference: Reference) -> bool:
    """Whether a reference is an image or an action: each file pins its own."""
    return reference.component.source == "docker" or reference.call == "uses"


def _entries(case: Case, counts: Callable[[Place], bool]) -> Iterator[Resolved]:
    locked = {(entry.project, entry.component.id) for entry in case.graph.packages if entry.is_locked}
    for entry in case.graph.packages:
        is_decided = not entry.is_locked and (entry.project, entry.component.id) in locked
        if counts(entry.at) and entry.origin.form != "folder" and not is_decided:
            yield entry


def _listed(entry: Resolved, asked: Collection[str]) -> PackageUse:
    name = entry.subject
    is_npm = entry.component.source == "npm" and entry.is_locked and entry.origin.form == "address"
    diverted = is_npm and name not in asked
    return PackageUse(
        subject=name,
        at=entry.at,
        component=entry.component,
        version=entry.version,
        entry=entry,
        is_diverted=diverted,
    )


def _named(reference: Reference, entries: Mapping[str, Resolved]) -> PackageUse:
    entry = _bringing(reference.component, entries) if reference.call == "import" else None
    return PackageUse(
        subject=reference.subject,
        at=reference.at,
        component=entry.component if entry else reference.component,
        version=entry.version if entry else reference.revision,
        entry=entry,
        reference=reference,
    )


def _bringing(imported: Component, entries: Mapping[str, Resolved]) -> Resolved | None:
    """Return the entry that brings what is imported: that package, or a Python distribution known to bring the module.

    Production may import what a manifest names for tests only: that entry says where it comes from.
    """
    if imported.source not in {"pypi", "import"}:
        return entries.get(imported.id)
    name = canonicalize_name(imported.name)
    names = (name, *catalog.alternatives().get(name, ()))
    candidates = (f"package:{source}/{other}" for other in names for source in ("pypi", "conda"))
    return next((entries[candidate] for candidate in candidates if candidate in entries), None)
