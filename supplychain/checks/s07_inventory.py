"""Scenario 7, component inventory: requirements 7.1 to 7.4, which ask the same of each kind of component."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from supplychain import catalog
from supplychain.checks.canaries.s07_inventory import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.listing import stands_for
from supplychain.checks.population import (
    INVENTORIED,
    Named,
    named,
)
from supplychain.model.base import Frozen
from supplychain.model.case import Bom, Case, Listed
from supplychain.model.component import Component, Kind
from supplychain.model.finding import Source
from supplychain.model.reference import Place, Reference, Unread, Unresolved


class ListedComponent(Frozen):
    """A component that an inventory lists and that discovery did not see."""

    subject: str
    at: Place
    file: str
    kind: Kind


class UnreadableBom(Frozen):
    """An inventory that cannot be read."""

    subject: str
    at: Place
    problem: str
    digest: str


@dataclass(frozen=True)
class Asked:
    """The components that one requirement asks for."""

    kind: Kind
    frameworks: bool = False
    """Only ML frameworks among the packages."""

    def includes(self, component: Component) -> bool:
        """Whether a component is one of them."""
        if component.kind is not self.kind:
            return False
        return not self.frameworks or component.name in catalog.frameworks().get(component.source, ())

    def population(self, case: Case) -> tuple[Named | ListedComponent | UnreadableBom, ...]:
        """Return each revision once, where it is named first; what could hide one; what is listed beyond."""
        first: dict[tuple[str, str | None], Reference] = {}
        others: list[Named] = []
        for item in named(case, self.kind, INVENTORIED):
            if not isinstance(item, Reference):
                others.append(item)
            elif self.includes(item.component):
                first.setdefault((item.subject, item.revision), item)
        ghosts = [
            ListedComponent(subject=listed.component.id, at=listed.at, file=bom.file, kind=self.kind)
            for bom in case.boms
            for listed in bom.listed
            if self.includes(listed.component) and not _is_used(listed, bom, first.values())
        ]
        broken = [
            UnreadableBom(subject=f"inventory:{b.file}", at=Place(file=b.file), problem=b.problem, digest=b.digest)
            for b in case.boms
            if b.problem
        ]
        return (*first.values(), *others, *ghosts, *broken)


MODELS = Asked(Kind.MODEL)
DATASETS = Asked(Kind.DATASET)
FRAMEWORKS = Asked(Kind.PACKAGE, frameworks=True)
SERVICES = Asked(Kind.SERVICE)

Subject = Reference | Unresolved | Unread | ListedComponent | UnreadableBom


def _sources(case: Case) -> tuple[Source, ...]:
    return tuple(Source(name=f"{bom.format} {bom.file}", level="local", digest=bom.digest) for bom in case.boms)


@check("7.1", population=MODELS.population, canaries=partial(plant, kind=Kind.MODEL), sources=_sources)
def models_inventoried(case: Case, subject: Subject) -> Answer:
    """Compare the models that discovery sees with the inventory that the target maintains, both ways."""
    return _inventoried(case, subject)


@check("7.2", population=DATASETS.population, canaries=partial(plant, kind=Kind.DATASET), sources=_sources)
def datasets_inventoried(case: Case, subject: Subject) -> Answer:
    """Compare the datasets in the same way."""
    return _inventoried(case, subject)


@check("7.3", population=FRAMEWORKS.population, canaries=partial(plant, kind=Kind.PACKAGE), sources=_sources)
def frameworks_inventoried(case: Case, subject: Subject) -> Answer:
    """Compare the ML frameworks in the same way, whether a manifest, an import or an image brings them."""
    return _inventoried(case, subject)


@check("7.4", population=SERVICES.population, canaries=partial(plant, kind=Kind.SERVICE), sources=_sources)
def services_inventoried(case: Case, subject: Subject) -> Answer:
    """Compare the third-party AI services in the same way."""
    return _inventoried(case, subject)


def _inventoried(case: Case, subject: Subject) -> Answer:
    if isinstance(subject, UnreadableBom):
        return answer("unreadable-inventory", evidence=subject.digest, problem=subject.problem, file=subject.at.file)
    if isinstance(subject, ListedComponent):
        hidden = case.inventory.unread_in(INVENTORIED) or case.inventory.unresolved_of(subject.kind, INVENTORIED)
        return answer("not-seen" if hidden else "ghost", file=subject.file)
    if isinstance(subject, (Unread, Unresolved)):
        return not_seen(subject)
    return _listed(case, subject)


def _listed(case: Case, reference: Reference) -> Answer:
    matching = [(bom, listed) for bom in case.boms for listed in bom.listed if stands_for(listed, reference.component)]
    readable = [bom for bom in case.boms if not bom.problem]
    if not case.boms:
        return answer("no-inventory", evidence=reference.digest)
    if not readable:
        return answer("not-compared", evidence=reference.digest, file=case.boms[0].file)
    if not matching:
        return answer("missing", evidence=reference.digest, file=readable[0].file)
    used = reference.revision
    agreeing = [(bom, listed) for bom, listed in matching if not used or listed.version in (None, used)]
    bom, listed = (agreeing or matching)[0]
    if not agreeing:
        return answer("other-revision", evidence=bom.digest, used=used, listed=listed.version, where=listed.at)
    return answer("listed", evidence=bom.digest, where=listed.at)


def _is_used(listed: Listed, bom: Bom, references: Iterable[Reference]) -> bool:
    """Whether code uses what an entry lists; of several entries of one model, each has to be a revision that it uses."""
    using = [reference for reference in references if stands_for(listed, reference.component)]
    if listed.version is None or not using or any(r.revision in (None, listed.version) for r in using):
        return bool(using)
    return sum(stands_for(other, using[0].component) for other in bom.listed) < 2
