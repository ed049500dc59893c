"""Canaries of requirement 7.6: an entry of the target's own model that states everything, and with one thing changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import get_args

from supplychain.checks.engine import Canary
from supplychain.checks.population import planted, sample_reference
from supplychain.model.case import AuditAnswer, AuditField, AuditQuestion, Bom, Case, History, Listed, PastRun
from supplychain.model.component import Component, Kind
from supplychain.model.reference import Place
from supplychain.model.state import ChainProblem

_FILE = "planted.cdx.json"
_INVENTORY = f"inventory:{_FILE}"
_RECORDS = "records of runs"
_FIELDS: tuple[AuditField, ...] = get_args(AuditField)
_DIFFERING: tuple[AuditField, ...] = ("version", "source", "hash", "license", "approval")
"""The fields that are not asked of every kind."""


def plant(case: Case) -> Iterator[Canary]:
    """Plant files, entries, records and answers, each sound and broken in one place."""
    own = sample_reference(case, Kind.MODEL, "huggingface", "planted/model")
    entry = Listed(component=own.component, version="1", at=Place(file=_FILE, line=3), states=_FIELDS)
    bom = Bom(file=_FILE, digest="sha256:planted", format="CycloneDX", listed=(entry,), written=case.now)
    yield from _files(case, bom)
    yield from _entries(case, bom, entry)
    yield from _records(case)
    yield from _questions(case)


def _files(case: Case, bom: Bom) -> Iterator[Canary]:
    for name, changes, rule, says in (
        ("a valid file", {}, "valid", "1 entries"),
        ("a file that breaks its schema", {"invalid": ("planted",)}, "not-valid", "planted"),
        ("a file that cannot be read", {"problem": "planted"}, "not-valid", "planted"),
        ("a file that was not checked", {"unchecked": "planted"}, "not-checked", "planted"),
        ("broken, and not checked whole", {"invalid": ("a", "b"), "unchecked": "c"}, "not-valid", "a; b"),
    ):
        changed = bom.model_copy(update=changes)
        yield Canary(name, planted(case, boms=(changed,)), _INVENTORY, rule, says)
    yield Canary("no inventory", planted(case, boms=()), "inventory", "no-stored-inventory")
    yield Canary("an inventory, so none is missing", planted(case, boms=(bom,)), "inventory", None)


def _entries(case: Case, bom: Bom, entry: Listed) -> Iterator[Canary]:
    for asked, identity in (
        (_FIELDS, entry.component.id),
        (_without("version"), "model:file/planted.safetensors"),
        (_without("version", "hash", "license", "source"), "model:openai/planted"),
        (_without("version", "hash", "license"), "service:planted"),
        (_without("approval"), "package:pypi/planted"),
        (_FIELDS, "package:pypi/torch"),
        (_FIELDS, "dataset:huggingface/planted/data"),
    ):
        component = Component.parse(identity)
        telling = _FIELDS if component == entry.component else _DIFFERING
        for field in telling:
            silent = entry.model_copy(update={"component": component, "states": _without(field)})
            marked = silent.model_copy(update={"marks": (field,)})
            rules = ("lacking", "complete" if field == "hash" else "marked-unknown")
            states = (("left out", silent, rules[0]), ("marked", marked, rules[1]))
            for state, listed, broken in states if telling is _FIELDS else states[:1]:
                rule, says = (broken, field) if field in asked else ("complete", f"{len(asked)} fields")
                says = "" if rule == "complete" and field in asked else says
                with_it = planted(case, boms=(bom.model_copy(update={"listed": (listed,)}),))
                yield Canary(f"{identity}, {field} {state}", with_it, component.id, rule, says)
    nothing = entry.model_copy(update={"states": _without("license"), "marks": ("license", "supplier")})
    both = bom.model_copy(update={"listed": (nothing,)})
    yield Canary("two unknown", planted(case, boms=(both,)), entry.component.id, "marked-unknown", "supplier, license")


def _without(*fields: AuditField) -> tuple[AuditField, ...]:
    return tuple(field for field in _FIELDS if field not in fields)


def _records(case: Case) -> Iterator[Canary]:
    past = PastRun(run="planted", at=case.now - timedelta(days=1), simulated=False, digest="sha256:planted")
    made_up = past.model_copy(update={"simulated": True})
    later = past.model_copy(update={"at": case.now + timedelta(hours=1)})
    older = past.model_copy(update={"at": case.now - timedelta(days=9)})
    broken = History(runs=(past, past), problems=(ChainProblem(sequence=1, reason="planted"),))
    day = f"{(case.now - timedelta(days=9)).date()}"
    for name, history, simulated, rule, says in (
        ("one earlier run", History(runs=(past,)), False, "recorded", "1 earlier"),
        ("one earlier run, beside a made-up time", History(runs=(past,)), True, "first-states", "1 earlier"),
        ("two earlier runs, beside a made-up time", History(runs=(past, older)), True, "recorded", day),
        ("three earlier runs", History(runs=(past, older, past)), False, "recorded", "3 earlier"),
        (
            "a run of this moment",
            History(runs=(past.model_copy(update={"at": case.now}),)),
            False,
            "recorded",
            "1 earlier",
        ),
        ("a first run", History(), False, "first-states", "0 earlier"),
        ("runs at a made-up time", History(runs=(made_up, made_up)), False, "first-states", "0 earlier"),
        ("runs of the future", History(runs=(later, later)), False, "first-states", "0 earlier"),
        ("a broken chain", broken, False, "chain-broken", "planted"),
        ("records that cannot be read", History(unusable="planted"), False, "records-not-read", "planted"),
    ):
        yield Canary(name, planted(case, history=history, simulated=simulated), _RECORDS, rule, says)


def _questions(case: Case) -> Iterator[Canary]:
    for question in get_args(AuditQuestion):
        for name, answers, rule in (
            ("answered", (AuditAnswer(question=question, answer="planted"),), "answered"),
            ("without an answer", (AuditAnswer(question=question, problem="planted"),), "not-answered"),
            ("not asked", (), "not-answered"),
        ):
            beside = (
                AuditAnswer(question=other, answer="beside") for other in get_args(AuditQuestion) if other != question
            )
            history = History(answers=(*beside, *answers))
            says = "planted" if answers else "could not be read"
            yield Canary(f"{question} {name}", planted(case, history=history), f"question:{question}", rule, says)
