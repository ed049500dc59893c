"""What an inventory says of each component, between discovery and the formats.

for entry in entries(inventory, declaration, policy, today): ...
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from supplychain.bom.addresses import registry_page, without_secrets
from supplychain.bom.owners import serving, supplier
from supplychain.bom.purls import purl_of
from supplychain.config.approvals import refused
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Declaration, DeclaredComponent, Provenance
from supplychain.model.inventory import Inventory
from supplychain.model.policy import Policy
from supplychain.model.reference import INVENTORIED, Place, Reference, Resolution, Scope
from supplychain.model.service import DeclaredService

_ARTIFACTS = frozenset({Kind.MODEL, Kind.DATASET, Kind.PACKAGE})
_EVERY = frozenset(Kind)

FIELDS: Mapping[str, frozenset[Kind]] = {
    "version": _ARTIFACTS,
    "supplier": _EVERY,
    "license": _ARTIFACTS,
    "checksum": _ARTIFACTS,
    "download location": _ARTIFACTS,
    "approval": _EVERY,
    "release time": frozenset({Kind.MODEL, Kind.DATASET}),
    "build time": frozenset({Kind.DATASET}),
    "originator": frozenset({Kind.DATASET}),
    "dataset type": frozenset({Kind.DATASET}),
    "sensitive data": frozenset({Kind.DATASET}),
    "training datasets": frozenset({Kind.MODEL}),
    "dependencies": _ARTIFACTS,
    "endpoint": frozenset({Kind.SERVICE}),
    "data classes": frozenset({Kind.SERVICE}),
    "region": frozenset({Kind.SERVICE}),
    "training use": frozenset({Kind.SERVICE}),
}
"""What an entry of a kind should say; where nobody knows it, it is one of the entry's known unknowns."""


@dataclass(frozen=True)
class Approved:
    """Who approved a component."""

    by: str
    on: date
    ticket: str
    counts: bool
    """Whether the policy names them as an approver, they are not the project's owner, and the day has come."""


@dataclass(frozen=True)
class Related:
    """What a component is to another."""

    kind: str
    """`fine-tuned from`, `trained on` or `served by`."""
    to: str
    """The id of the other one, which need not be an entry."""


@dataclass(frozen=True)
class Revision:
    """One revision of a component that the target uses, or its use without one."""

    version: str | None
    purl: str | None
    places: tuple[Place, ...]
    locations: tuple[str, ...]
    """Where it is fetched from; of a service, its endpoints."""
    checksums: tuple[str, ...]
    """`<algorithm>:<hex>` each."""


@dataclass(frozen=True)
class Entry:
    """One component as an inventory lists it."""

    component: Component
    revisions: tuple[Revision, ...]
    """At least one. A model or dataset that some places name without a revision has one without a version too."""
    supplier: str | None
    owner: str | None
    """Who answers for its use in the target."""
    license: str | None
    """As declared."""
    approval: Approved | None
    first_party: bool
    provenance: Provenance | None
    service: DeclaredService | None
    """What the declaration says of a service."""
    systems: tuple[str, ...]
    """Declared systems that use it."""
    regions: tuple[str, ...]
    code_revisions: tuple[str, ...]
    flags: tuple[str, ...]
    relations: tuple[Related, ...]
    unknown: tuple[str, ...] = ()
    """Fields of `FIELDS` that nobody knows."""

    @property
    def id(self) -> str:
        """The id of its component."""
        return self.component.id

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The scopes that it is used in."""
        return tuple(sorted({place.scope for revision in self.revisions for place in revision.places}))


def entries(inventory: Inventory, declaration: Declaration | None, policy: Policy, today: date) -> tuple[Entry, ...]:
    """Return what an inventory holds, sorted by id: all that is used outside tests and vendored code.

    Modules of which only the import is known are left out: which package brings them is not known.
    """
    by_id: dict[str, list[Reference]] = {}
    for reference in inventory.references:
        if reference.at.scope in INVENTORIED and reference.component.source != "import":
            by_id.setdefault(reference.component.id, []).append(reference)
    related = _relations(inventory)
    overridden = frozenset(override.registry for override in inventory.overrides)
    facts = _Stated(declaration, policy, today)
    return tuple(facts.entry(by_id[key], related.get(key, []), overridden) for key in sorted(by_id))


def _relations(inventory: Inventory) -> dict[str, list[Related]]:
    found: dict[str, list[Related]] = {}
    for relation in inventory.relations:
        if relation.at.scope in INVENTORIED:
            found.setdefault(relation.subject, []).append(Related(relation.kind, relation.object))
    return found


@dataclass(frozen=True)
class _Stated:
    """What declaration and policy say of components."""

    declaration: Declaration | None
    policy: Policy
    today: date

    def entry(self, references: list[Reference], related: list[Related], overridden: frozenset[str]) -> Entry:
        component = references[0].component
        declared = self.declaration.of(component.id) if self.declaration else None
        owner = self.declaration.project.owner if self.declaration and self.declaration.project else None
        provenance = declared.provenance if declared else None
        first_party = declared is not None and declared.first_party
        if service := serving(component):
            related = [*related, Related("served by", service)]
        found = Entry(
            component=component,
            revisions=_revisions(component, references, declared, overridden),
            supplier=owner if first_party else supplier(component) or (provenance and provenance.creator) or None,
            owner=owner,
            license=(declared and declared.license) or (provenance and provenance.license) or None,
            approval=self._approval(declared),
            first_party=first_party,
            provenance=provenance,
            service=self._service(component),
            systems=self._systems(component),
            regions=_distinct(r.region for r in references),
            code_revisions=_distinct(r.code_revision for r in references),
            flags=_distinct(flag for r in references for flag in r.flags),
            relations=tuple(sorted(set(related), key=lambda item: (item.kind, item.to))),
        )
        known = _known(found)
        unknown = (name for name, kinds in FIELDS.items() if component.kind in kinds and name not in known)
        return replace(found, unknown=tuple(unknown))

    def _approval(self, declared: DeclaredComponent | None) -> Approved | None:
        approval = declared.approved if declared else None
        if approval is None:
            return None
        owner = self.declaration.project.owner if self.declaration and self.declaration.project else None
        counts = refused(approval, self.policy, self.today, owner) is None
        return Approved(approval.by, approval.on, approval.ticket, counts)

    def _service(self, component: Component) -> DeclaredService | None:
        if self.declaration is None or component.kind is not Kind.SERVICE:
            return None
        return next((item for item in self.declaration.service if item.id == component.name), None)

    def _systems(self, component: Component) -> tuple[str, ...]:
        systems = self.declaration.system if self.declaration else ()
        return _distinct(system.id for system in systems if component.id in system.uses)


def _revisions(
    component: Component, references: list[Reference], declared: DeclaredComponent | None, overridden: frozenset[str]
) -> tuple[Revision, ...]:
    named: dict[str | None, list[Reference]] = {}
    for reference in references:
        named.setdefault(reference.revision or None, []).append(reference)
    versions = {version for version in named if version}
    if component.kind is Kind.PACKAGE and versions and None in named:
        for version in versions:  # a range is no version of its own: it is one of those that are pinned
            named[version] += named[None]
        del named[None]
    if not versions and declared and declared.revision:
        named = {declared.revision: references}
    page = None if component.source in overridden else registry_page(component)
    return tuple(
        _revision(component, version, named[version], _declared_sum(declared, version, len(named)), page)
        for version in sorted(named, key=lambda version: version or "")
    )


def _declared_sum(declared: DeclaredComponent | None, version: str | None, count: int) -> str | None:
    """Return the declared checksum where it is this revision's: the one that is declared with it, or the only one."""
    if declared is None or declared.sha256 is None:
        return None
    belongs = version == declared.revision if declared.revision else count == 1
    return f"sha256:{declared.sha256}" if belongs else None


def _revision(
    component: Component, version: str | None, references: list[Reference], declared: str | None, page: str | None
) -> Revision:
    own = (r.digest for r in references if r.resolution is Resolution.FILE)
    image = version if component.source == "docker" and (version or "").startswith("sha256:") else None
    stated = _distinct(without_secrets(r.address) for r in references if r.address)
    return Revision(
        version=version,
        purl=purl_of(component, version),
        places=tuple(sorted({r.at for r in references}, key=lambda at: (at.file, at.line or 0, at.scope))),
        locations=stated or _distinct([page]),
        checksums=_distinct([*(r.checksum for r in references), *own, declared, image]),
    )


def _known(entry: Entry) -> set[str]:
    """Return the fields that an entry can say."""
    revisions, service = entry.revisions, entry.service
    provenance = entry.provenance
    says: dict[str, object] = {
        "version": all(revision.version for revision in revisions),
        "supplier": entry.supplier,
        "license": entry.license,
        "checksum": all(revision.checksums for revision in revisions),
        "download location": entry.component.is_file or all(revision.locations for revision in revisions),
        "approval": entry.approval and entry.approval.counts,
        "originator": entry.supplier or (provenance and provenance.creator),
        "sensitive data": provenance and provenance.pii,
        "training datasets": any(relation.kind == "trained on" for relation in entry.relations),
        "endpoint": any(revision.locations for revision in revisions),
        "data classes": service and service.data_classes,
        "region": entry.regions or (service and service.region),
        "training use": service and service.training_use is not None,
    }
    return {name for name, value in says.items() if value}


def _distinct(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({text for text in texts if text}))
