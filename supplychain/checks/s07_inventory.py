"""Scenario 7, component inventory: requirement 7.1."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain.checks.engine import Answer, Canary, answer, check
from supplychain.checks.population import (
    INVENTORIED,
    Named,
    named,
    planted,
    sample_reference,
    unread_sample,
    unresolved_sample,
)
from supplychain.model.base import Frozen
from supplychain.model.case import Bom, Case, Listed
from supplychain.model.component import Component, Kind
from supplychain.model.finding import Source
from supplychain.model.reference import Place, Reference, Scope, Unread, Unresolved


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
    """Return each model once, at the first place that names it; what could hide one; and what is listed beyond."""
    first: dict[str, Reference] = {}
    others: list[Named] = []
    for item in named(case, Kind.MODEL, INVENTORIED):
        if isinstance(item, Reference):
            first.setdefault(item.subject, item)
        else:
            others.append(item)
    ghosts = [
        ListedModel(subject=listed.component.id, at=listed.at, file=bom.file)
        for bom in case.boms
        for listed in bom.listed
        if listed.component.kind is Kind.MODEL and not any(_same(listed, reference) for reference in first.values())
    ]
    broken = [
        UnreadableBom(subject=f"inventory:{bom.file}", at=Place(file=bom.file), problem=bom.problem, digest=bom.digest)
        for bom in case.boms
        if bom.problem
    ]
    return (*first.values(), *others, *ghosts, *broken)


def _sources(case: Case) -> tuple[Source, ...]:
    return tuple(Source(name=f"{bom.format} {bom.file}", level="local", digest=bom.digest) for bom in case.boms)


@check("7.1", population=_population, canaries=lambda case: _canaries(case), sources=_sources)
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
    if not readable:
        return answer("no-inventory", evidence=reference.digest)
    if not matching:
        return answer("missing", evidence=reference.digest, file=readable[0].file)
    bom, listed = matching[0]
    used = reference.revision
    if used and listed.version and used != listed.version:
        return answer("other-revision", evidence=bom.digest, used=used, listed=listed.version, where=listed.at)
    return answer("listed", evidence=bom.digest, where=listed.at)


def _same(listed: Listed, reference: Reference) -> bool:
    """Whether an entry stands for a component; one without a source is compared by its name alone."""
    component = reference.component
    if listed.component.kind is not component.kind or listed.component.name != component.name:
        return False
    return listed.component.source in ("unknown", component.source)


def _canaries(case: Case) -> Iterator[Canary]:
    """Plant the target's own model beside inventories that list it, list another revision, or leave it out."""
    own = sample_reference(case, Kind.MODEL, "huggingface", "planted/model")
    own = own.model_copy(update={"revision": "planted-1"})
    same = _entry(own.component, "planted-1")
    unknown_source = _entry(own.component.model_copy(update={"source": "unknown"}), None)
    elsewhere = _entry(own.component.model_copy(update={"source": "planted"}), None)
    dataset = _entry(own.component.model_copy(update={"kind": Kind.DATASET}), None)
    other = _entry(own.component.model_copy(update={"name": "planted/other"}), None)
    for name, listed, rule in (
        ("listed", (same,), "listed"),
        ("listed without a version", (_entry(own.component, None),), "listed"),
        ("listed without a source", (unknown_source,), "listed"),
        ("left out", (), "missing"),
        ("another model listed", (other,), "missing"),
        ("the same name of another source", (elsewhere,), "missing"),
        ("the same name as a dataset", (dataset,), "missing"),
        ("another revision", (_entry(own.component, "planted-2"),), "other-revision"),
    ):
        yield Canary(name, planted(case, own, boms=(_bom(*listed),)), own.subject, rule)
    branch = own.model_copy(update={"revision": None})
    yield Canary("no revision in the code", planted(case, branch, boms=(_bom(same),)), own.subject, "listed")
    twice = own.model_copy(update={"at": Place(file="planted2.py", line=9)})
    yield Canary("named twice", planted(case, own, twice, boms=(_bom(same),)), own.subject, "listed")
    yield Canary("no inventory", planted(case, own, boms=()), own.subject, "no-inventory")
    for scope in Scope:
        at = own.at.model_copy(update={"scope": scope})
        inside = scope not in {Scope.TEST, Scope.VENDORED}
        scoped = planted(case, own.model_copy(update={"at": at}), boms=(_bom(same) if inside else _bom(),))
        yield Canary(f"scope {scope}", scoped, own.subject, "listed" if inside else None)

    broken = Bom(file="planted.cdx.json", digest="sha256:planted", format="CycloneDX", problem="planted")
    subject = f"inventory:{broken.file}"
    yield Canary("unreadable inventory", planted(case, own, boms=(broken,)), subject, "unreadable-inventory")
    yield Canary("only an unreadable inventory", planted(case, own, boms=(broken,)), own.subject, "no-inventory")
    yield Canary("one of two is readable", planted(case, own, boms=(broken, _bom(same))), own.subject, "listed")
    yield Canary("a readable one has no row", planted(case, own, boms=(_bom(same),)), subject, None)

    ghost = _bom(same, other)
    yield Canary("ghost", planted(case, own, boms=(ghost,)), other.component.id, "ghost")
    yield Canary("listed and used is no ghost", planted(case, own, boms=(ghost,)), own.subject, "listed")
    yield Canary(
        "a listed dataset is no ghost", planted(case, own, boms=(_bom(same, dataset),)), dataset.component.id, None
    )
    unread, unresolved = unread_sample(), unresolved_sample(Kind.MODEL)
    yield Canary("files not read", planted(case, unread, boms=(ghost,)), unread.subject, "not-read")
    yield Canary("a listed model may be in them", planted(case, unread, boms=(ghost,)), other.component.id, "not-seen")
    yield Canary("name at run time", planted(case, unresolved, boms=(ghost,)), unresolved.subject, "unresolved")
    yield Canary("a listed model may be it", planted(case, unresolved, boms=(ghost,)), other.component.id, "not-seen")


def _entry(component: Component, version: str | None) -> Listed:
    return Listed(component=component, version=version, at=Place(file="planted.cdx.json", line=3))


def _bom(*listed: Listed) -> Bom:
    return Bom(file="planted.cdx.json", digest="sha256:planted", format="CycloneDX", listed=listed)
