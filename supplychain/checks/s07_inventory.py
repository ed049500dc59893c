"""Scenario 7, component inventory: requirement 7.1."""

from __future__ import annotations

from collections.abc import Iterable

from supplychain.checks.canaries.s07_inventory import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.population import (
    INVENTORIED,
    Named,
    named,
)
from supplychain.model.base import Frozen
from supplychain.model.case import Bom, Case, Listed
from supplychain.model.component import Kind
from supplychain.model.finding import Source
from supplychain.model.reference import Place, Reference, Unread, Unresolved


class ListedModel(Frozen):
    """A model that an inventory lists and that discovery did not see."""

    subject: str
    at: Place
    file: str


class UnreadableBom(Frozen):
    """An inventory that cannot be read."""

    subject: str
    at: Place
    problem: str
    digest: str


def _population(case: Case) -> tuple[Named | ListedModel | UnreadableBom, ...]:
    """Return each revision of a model once, where it is named first; what could hide one; what is listed beyond."""
    first: dict[tuple[str, str | None], Reference] = {}
    others: list[Named] = []
    for item in named(case, Kind.MODEL, INVENTORIED):
        if isinstance(item, Reference):
            first.setdefault((item.subject, item.revision), item)
        else:
            others.append(item)
    ghosts = [
        ListedModel(subject=listed.component.id, at=listed.at, file=bom.file)
        for bom in case.boms
        for listed in bom.listed
        if listed.component.kind is Kind.MODEL and not _is_used(listed, bom, first.values())
    ]
    broken = [
        UnreadableBom(subject=f"inventory:{bom.file}", at=Place(file=bom.file), problem=bom.problem, digest=bom.digest)
        for bom in case.boms
        if bom.problem
    ]
    return (*first.values(), *others, *ghosts, *broken)


def _sources(case: Case) -> tuple[Source, ...]:
    return tuple(Source(name=f"{bom.format} {bom.file}", level="local", digest=bom.digest) for bom in case.boms)


@check("7.1", population=_population, canaries=plant, sources=_sources)
def models_inventoried(case: Case, subject: Reference | Unresolved | Unread | ListedModel | UnreadableBom) -> Answer:
    """Compare the models that discovery sees with the inventory that the target maintains, both ways."""
    if isinstance(subject, UnreadableBom):
        return answer("unreadable-inventory", evidence=subject.digest, problem=subject.problem, file=subject.at.file)
    if isinstance(subject, ListedModel):
        hidden = case.inventory.unread_in(INVENTORIED) or case.inventory.unresolved_of(Kind.MODEL, INVENTORIED)
        return answer("not-seen" if hidden else "ghost", file=subject.file)
    if isinstance(subject, Unread):
        return answer("not-read", what=subject.what, count=subject.count, reason=subject.reason)
    if isinstance(subject, Unresolved):
        values = {"call": subject.call, "expression": subject.expression, "reason": subject.reason}
        return answer("unresolved", evidence=subject.digest, **values)
    return _listed(case, subject)


def _listed(case: Case, reference: Reference) -> Answer:
    matching = [(bom, listed) for bom in case.boms for listed in bom.listed if _same(listed, reference)]
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
    using = [reference for reference in references if _same(listed, reference)]
    entries = [other for other in bom.listed if any(_same(other, reference) for reference in using)]
    if listed.version is None or len(entries) < 2:
        return bool(using)
    return any(reference.revision in (None, listed.version) for reference in using)


def _same(listed: Listed, reference: Reference) -> bool:
    """Whether an entry stands for a component; one without a source is compared by its name alone."""
    component = reference.component
    if listed.component.kind is not component.kind or listed.component.name != component.name:
        return False
    return listed.component.source in ("unknown", component.source)
