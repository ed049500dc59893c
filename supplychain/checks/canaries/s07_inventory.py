"""Canaries of requirements 7.1 to 7.4: the target's own component beside inventories that list it, or something else."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain.checks.engine import Canary
from supplychain.checks.population import moving, planted, sample_reference, unread_sample, unresolved_sample
from supplychain.model.case import Bom, Case, Listed
from supplychain.model.component import Component, Kind
from supplychain.model.reference import Place, Reference, Scope

_SAMPLES = {
    Kind.MODEL: ("huggingface", "planted/model"),
    Kind.DATASET: ("huggingface", "planted/dataset"),
    Kind.PACKAGE: ("pypi", "torch"),
    Kind.SERVICE: ("", "planted-service"),
}


def plant(case: Case, kind: Kind) -> Iterator[Canary]:
    """Plant the target's own component beside inventories that list it, list another revision, or leave it out."""
    own = sample_reference(case, kind, *_SAMPLES[kind])
    if kind is Kind.PACKAGE:  # a framework whatever the target uses
        own = own.model_copy(update={"component": own.component.model_copy(update={"name": "torch"})})
        yield from _frameworks(case, own)
    own = own.model_copy(update={"revision": "planted-1"})
    named_alike = own.component.model_copy(update={"name": "".join(list(own.component.name))})
    same = _entry(named_alike, "-".join(["planted", "1"]))
    others = [other for other in Kind if other is not kind]
    foreign = [_entry(own.component.model_copy(update={"kind": other}), None) for other in others]
    unknown_source = _entry(own.component.model_copy(update={"source": "unknown"}), None)
    elsewhere = _entry(own.component.model_copy(update={"source": "planted"}), None)
    spare = "tensorflow" if kind is Kind.PACKAGE else "planted/other"
    other = _entry(own.component.model_copy(update={"name": spare}), None)
    for name, listed, rule in (
        ("listed", (same,), "listed"),
        ("listed without a version", (_entry(own.component, None),), "listed"),
        ("listed without a source", (unknown_source,), "listed"),
        ("left out", (), "missing"),
        ("another model listed", (other,), "missing"),
        (
            "a model of a longer name",
            (_entry(own.component.model_copy(update={"name": f"{own.component.name}x"}), None),),
            "missing",
        ),
        (
            "a model of a shorter name",
            (_entry(own.component.model_copy(update={"name": own.component.name[:-1]}), None),),
            "missing",
        ),
        *((f"the same name as a {entry.component.kind}", (entry,), "missing") for entry in foreign),
        ("the same name of another source", (elsewhere,), "missing"),
        ("a later revision", (_entry(own.component, "planted-2"),), "other-revision"),
        ("an earlier revision", (_entry(own.component, "planted-0"),), "other-revision"),
    ):
        yield Canary(name, planted(case, own, boms=(_bom(*listed),)), own.subject, rule)
    branch = own.model_copy(update={"revision": None})
    second = _bom(same).model_copy(update={"file": "second.cdx.json"})
    two = planted(case, own, boms=(_bom(), second.model_copy(update={"listed": ()})))
    yield Canary("in neither of two", two, own.subject, "missing", "planted.cdx.json")
    later = _entry(own.component, None).model_copy(update={"at": Place(file="second.cdx.json", line=7)})
    both = planted(case, own, boms=(_bom(same), second.model_copy(update={"listed": (later,)})))
    yield Canary("in both", both, own.subject, "listed", "planted.cdx.json:3")
    yield Canary("no revision in the code", planted(case, branch, boms=(_bom(same),)), own.subject, "listed")
    twice = own.model_copy(update={"at": Place(file="planted2.py", line=9)})
    yield Canary("named twice", planted(case, own, twice, boms=(_bom(same),)), own.subject, "listed")
    yield from _revisions(case, own, same)
    yield Canary("no inventory", planted(case, own, boms=()), own.subject, "no-inventory")
    for scope in Scope:
        at = own.at.model_copy(update={"scope": scope})
        inside = scope not in {Scope.TEST, Scope.VENDORED}
        scoped = planted(case, own.model_copy(update={"at": at}), boms=(_bom(same) if inside else _bom(),))
        yield Canary(f"scope {scope}", scoped, own.subject, "listed" if inside else None)

    broken = Bom(file="planted.cdx.json", digest="sha256:planted", format="CycloneDX", problem="planted")
    subject = f"inventory:{broken.file}"
    yield Canary("unreadable inventory", planted(case, own, boms=(broken,)), subject, "unreadable-inventory")
    yield Canary("only an unreadable inventory", planted(case, own, boms=(broken,)), own.subject, "not-compared")
    worse = broken.model_copy(update={"file": "second.cdx.json"})
    none = planted(case, own, boms=(broken, worse))
    yield Canary("two unreadable inventories", none, own.subject, "not-compared", broken.file)
    yield Canary("one of two is readable", planted(case, own, boms=(broken, _bom(same))), own.subject, "listed")
    yield Canary("a readable one has no row", planted(case, own, boms=(_bom(same),)), subject, None)

    ghost = _bom(same, other)
    yield Canary("ghost", planted(case, own, boms=(ghost,)), other.component.id, "ghost")
    yield Canary("listed and used is no ghost", planted(case, own, boms=(ghost,)), own.subject, "listed")
    for entry in foreign:
        beside = planted(case, own, boms=(_bom(same, entry),))
        yield Canary(f"a listed {entry.component.kind} is no ghost", beside, entry.component.id, None)
    unread, unresolved = unread_sample(), unresolved_sample(kind)
    yield Canary("files not read", planted(case, unread, boms=(ghost,)), unread.subject, "not-read")
    yield Canary("a listed model may be in them", planted(case, unread, boms=(ghost,)), other.component.id, "not-seen")
    yield Canary("name at run time", planted(case, unresolved, boms=(ghost,)), unresolved.subject, "unresolved")
    yield Canary("a listed model may be it", planted(case, unresolved, boms=(ghost,)), other.component.id, "not-seen")


def _revisions(case: Case, own: Reference, same: Listed) -> Iterator[Canary]:
    """Plant a model that is used at two revisions: each of them has to be listed, and each that is listed used."""
    twin = own.model_copy(update={"at": Place(file="planted2.py", line=9), "revision": "planted-2"})
    also = _entry(own.component, "planted-2")
    unseen = planted(case, own, twin, boms=(_bom(same),))
    yield Canary("a second revision", unseen, own.subject, "other-revision", at=twin.at)
    for name, entries in (("in order", (same, also)), ("in reverse", (also, same))):
        both = planted(case, own, twin, boms=(_bom(*entries),))
        yield Canary(f"two revisions, {name}", both, own.subject, "listed", at=twin.at)
        yield Canary(f"the first of two revisions, {name}", both, own.subject, "listed", at=own.at)
    alone = planted(case, own, boms=(_bom(same, also.model_copy(update={"at": Place(file="planted3", line=4)})),))
    yield Canary("a revision listed and not used", alone, own.subject, "ghost", at=Place(file="planted3", line=4))
    third = _entry(own.component, "planted-3").model_copy(update={"at": Place(file="planted4", line=5)})
    three = planted(case, own, boms=(_bom(same, also, third),))
    yield Canary("two revisions listed and not used", three, own.subject, "ghost", at=third.at)
    tested = own.model_copy(update={"at": own.at.model_copy(update={"scope": Scope.TEST})})
    moved = moving(planted(case, tested, boms=(_bom(same),)), own.at.file)
    yield Canary("nothing but a declared scope", moved, own.subject, "listed")


def _frameworks(case: Case, own: Reference) -> Iterator[Canary]:
    """Plant packages that are no frameworks, and a framework in an image: only names of the catalog count."""
    plain = own.model_copy(update={"component": own.component.model_copy(update={"name": "planted-package"})})
    yield Canary("a package that is no framework", planted(case, plain, boms=(_bom(),)), plain.subject, None)
    listed = _bom(_entry(plain.component, None))
    yield Canary("listed, and no framework", planted(case, plain, boms=(listed,)), plain.subject, None)
    image = Component(kind=Kind.PACKAGE, source="docker", name="vllm/vllm-openai")
    served = own.model_copy(update={"component": image})
    yield Canary("a framework in an image", planted(case, served, boms=(_bom(),)), served.subject, "missing")
    module = own.model_copy(update={"component": own.component.model_copy(update={"source": "".join(["im", "port"])})})
    yield Canary("a module of an unknown package", planted(case, module, boms=(_bom(),)), module.subject, None)


def _entry(component: Component, version: str | None) -> Listed:
    return Listed(component=component, version=version, at=Place(file="planted.cdx.json", line=3))


def _bom(*listed: Listed) -> Bom:
    return Bom(file="planted.cdx.json", digest="sha256:planted", format="CycloneDX", listed=listed)
