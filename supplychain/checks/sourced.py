"""The models and datasets that scenarios 1 to 4 look at: each component of production once, and what could hide one."""

from __future__ import annotations

from collections.abc import Iterable

from supplychain.checks.population import PROD, Named, fetched, named
from supplychain.model.artifact import Artifact
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import DeclaredComponent
from supplychain.model.hub import HubRecord
from supplychain.model.reference import Place, Reference, Unread, Unresolved


class Sourced(Frozen):
    """A model or dataset that production code names, at the first place that does."""

    subject: str
    at: Place
    component: Component
    references: tuple[Reference, ...]

    @property
    def evidence(self) -> str | None:
        """The digest of the file that names it first."""
        return self.references[0].digest

    @property
    def revisions(self) -> tuple[str | None, ...]:
        """Every revision that a place asks for, in their order; None for a place that asks for none."""
        return tuple(dict.fromkeys(reference.revision for reference in self.references))

    @property
    def is_pinned(self) -> bool:
        """Whether every place pins an immutable revision."""
        return all(reference.is_pinned for reference in self.references)


Subjects = tuple[Sourced | Unresolved | Unread, ...]


def third_party_models(case: Case) -> Subjects:
    """Return the models that production code fetches from others; a first-party one is left out only with proof."""
    return tuple(item for item in fetched_models(case) if not case.declared_first_party(item.subject))


def fetched_models(case: Case) -> Subjects:
    """Return the models of production whose bytes are loaded here; one that a service hosts is no part of them."""
    return _once(fetched(named(case, Kind.MODEL, PROD)))


def datasets(case: Case) -> Subjects:
    """Return the datasets of production."""
    return _once(named(case, Kind.DATASET, PROD))


def declared(case: Case, component: str) -> DeclaredComponent | None:
    """Return what the declaration states of a component."""
    return case.declaration.of(component) if case.declaration else None


def hub_records(case: Case, component: str) -> tuple[HubRecord, ...]:
    """Return what hubs say of a component, one record a revision that is asked for."""
    return tuple(record for record in case.hub if record.component == component)


def artifacts_of(case: Case, component: str) -> tuple[Artifact, ...]:
    """Return the artifacts of a component."""
    return tuple(artifact for artifact in case.artifacts if artifact.component == component)


def path_alone(case: Case, component: str) -> str:
    """Return what is known of a component that a path names, as the beginning of a sentence on what that does not show."""
    lying = [artifact for artifact in artifacts_of(case, component) if artifact.where == "target"]
    if component in case.measured or any(artifact.state != "absent" for artifact in lying):
        return "a file or folder of the target itself; nothing shows"
    if not lying:
        return "a file or folder that is named by its path alone; nothing shows"
    ending = f"/{component.rpartition('/')[2]}"
    addresses = (item for item in case.inventory.references if item.address and item.address.endswith(ending))
    other = next((f", and {item.at} fetches a file of that name" for item in addresses), "")
    return f"a path at which the target holds nothing{other}; the path does not show"


def _once(items: Iterable[Named]) -> Subjects:
    """Return each component once, at its first place, with all references to it; the rest as it is."""
    places: dict[str, list[Reference]] = {}
    others: list[Unresolved | Unread] = []
    for item in items:
        if isinstance(item, Reference):
            places.setdefault(item.subject, []).append(item)
        else:
            others.append(item)
    components = (
        Sourced(subject=name, at=found[0].at, component=found[0].component, references=tuple(found))
        for name, found in places.items()
    )
    return (*components, *others)
