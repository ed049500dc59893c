"""Canaries of requirement 10.2: a run that validated the target's own model, and the same with one record changed."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain.checks.engine import Canary
from supplychain.checks.population import planted, sample_reference, unread_sample, unresolved_sample
from supplychain.control import load
from supplychain.model.case import Case, Cell, Decided
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Declaration, DeclaredComponent, Provenance
from supplychain.model.finding import Outcome
from supplychain.model.reference import Place, Reference, Resolution, Scope

_OTHER = "model:huggingface/planted/other"
_COUNTS = {
    "model:huggingface/planted/model": 11,
    "dataset:huggingface/planted/data": 4,
    "package:pypi/planted": 5,
    "service:planted": 5,
}


def plant(case: Case) -> Iterator[Canary]:
    """Plant runs in which everything was validated, and the same with one cell missing, open or without evidence."""
    own = sample_reference(case, Kind.MODEL, "huggingface", "planted/model")
    yield from _cells(case, own)
    for identity, count in _COUNTS.items():
        found = _reference(identity)
        whole = planted(case, found, decided=_all(found.component.kind, identity))
        yield Canary(f"a validated {found.component.kind}", whole, identity, "validated", f"all {count} ")
        yield Canary(
            f"a {found.component.kind} of an empty run", _with(whole), identity, "open", f"{count} of the {count}"
        )
    hosted = _reference("model:openai/planted")
    through = planted(case, hosted, decided=_all(Kind.SERVICE, "service:openai"))
    yield Canary("a hosted model, through its service", through, hosted.subject, "validated", "all 5 ")
    by_model = planted(case, hosted, decided=_all(Kind.MODEL, hosted.subject))
    yield Canary("a hosted model, by its own name", by_model, hosted.subject, "open", "5 of the 5")
    yield from _first_party(case)
    yield from _yielding(case)
    for scope in Scope:
        scoped = own.model_copy(update={"at": Place(file="planted.py", line=1, scope=scope)})
        rule = "open" if scope is Scope.PROD else None
        yield Canary(f"scope {scope}", planted(case, scoped, decided=()), own.subject, rule)
    for item, rule in ((unresolved_sample(Kind.DATASET), "unresolved"), (unread_sample(), "not-read")):
        yield Canary(rule, planted(case, item, decided=()), item.subject, rule)


def _cells(case: Case, own: Reference) -> Iterator[Canary]:
    decided = _all(Kind.MODEL, own.subject)
    whole = planted(case, own, decided=decided)
    yield Canary("validated", whole, own.subject, "validated", "all 11 ")
    second = decided[1]
    good = Cell(component=own.subject, outcome=Outcome.PASS, has_evidence=True)
    failed = good.model_copy(update={"outcome": Outcome.FAIL})
    undecided = good.model_copy(update={"outcome": Outcome.UNDETERMINED})
    bare = good.model_copy(update={"has_evidence": False})
    other = good.model_copy(update={"component": _OTHER})
    for name, outcome, cells, rule in (
        ("it failed, with evidence", Outcome.FAIL, (failed,), "validated"),
        ("nothing to decide", Outcome.NOT_APPLICABLE, (), "validated"),
        ("no check", Outcome.UNDETERMINED, (), "open"),
        ("undetermined", Outcome.UNDETERMINED, (undecided,), "open"),
        ("one place of two undetermined", Outcome.UNDETERMINED, (good, undecided), "open"),
        ("a check that cannot be trusted", Outcome.ERROR, (good,), "open"),
        ("another model alone", Outcome.PASS, (other,), "not-looked-at"),
        (
            "a model of an earlier name alone",
            Outcome.PASS,
            (good.model_copy(update={"component": "model:a/a"}),),
            "not-looked-at",
        ),
        ("another model beside it", Outcome.PASS, (other, good), "validated"),
        ("no evidence", Outcome.PASS, (bare,), "without-evidence"),
        ("no evidence at one of two places", Outcome.PASS, (good, bare), "without-evidence"),
    ):
        changed = second.model_copy(update={"outcome": outcome, "cells": cells})
        row = _with(whole, decided[0], changed, *decided[2:])
        yield Canary(name, row, own.subject, rule, "" if rule == "validated" else second.requirement)
    record = _with(whole, decided[0], *decided[2:])
    yield Canary(
        "one record taken out",
        record,
        own.subject,
        "open",
        f"1 of the 11 validations that apply to it have no outcome: {second.requirement}",
    )


def _yielding(case: Case) -> Iterator[Canary]:
    """Plant a package without a row in 5.2, which 5.1 alone decides where it fails there."""
    package = _reference("package:pypi/planted")
    decided = {entry.requirement: entry for entry in _all(Kind.PACKAGE, package.subject)}
    (cell,) = decided["5.1"].cells
    other = (cell.model_copy(update={"component": "package:pypi/other"}),)
    failed = cell.model_copy(update={"outcome": Outcome.FAIL})
    beside = failed.model_copy(update={"component": "package:pypi/other"})
    for name, cells, of_own, rule in (
        ("it failed in 5.1, and has no row in 5.2", (failed,), other, "validated"),
        ("it failed in 5.1, and its row in 5.2 has no evidence", (failed,), (_bare(cell),), "without-evidence"),
        ("it passed in 5.1, and has no row in 5.2", (cell,), other, "not-looked-at"),
        ("another failed in 5.1", (cell, beside), other, "not-looked-at"),
    ):
        rows = decided | {
            "5.1": decided["5.1"].model_copy(update={"cells": cells}),
            "5.2": decided["5.2"].model_copy(update={"cells": of_own}),
        }
        yield Canary(name, planted(case, package, decided=tuple(rows.values())), package.subject, rule)


def _bare(cell: Cell) -> Cell:
    return cell.model_copy(update={"has_evidence": False})


def _first_party(case: Case) -> Iterator[Canary]:
    source = "planted/train.py"
    file = _reference("model:file/planted/model.bin")
    stated = DeclaredComponent(id=file.subject, first_party=True, provenance=Provenance(source=source))
    declaration = Declaration(schema=1, component=(stated,))
    proven = planted(case, file, decided=(), files=(source,)).model_copy(update={"declaration": declaration})
    yield Canary("a model that is trained here", proven, file.subject, "open", "3 of the 3")
    unproven = proven.model_copy(update={"files": ()})
    yield Canary("a model that is said to be trained here", unproven, file.subject, "open", "11 of the 11")


def _all(kind: Kind, name: str) -> tuple[Decided, ...]:
    """Return a run in which every requirement of a kind has a row on a component."""
    cell = Cell(component=name, outcome=Outcome.PASS, has_evidence=True)
    return tuple(
        Decided(requirement=r.id, outcome=Outcome.PASS, cells=(cell,))
        for r in load().requirements.values()
        if r.validates == kind
    )


def _with(case: Case, *decided: Decided) -> Case:
    return case.model_copy(update={"decided": decided})


def _reference(identity: str) -> Reference:
    place = Place(file="planted.py", line=1)
    return Reference(component=Component.parse(identity), at=place, resolution=Resolution.LITERAL)
