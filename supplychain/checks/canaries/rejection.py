"""Canaries of 1.5, 2.4 and 4.5: a component that the requirements before left untrusted, and drills that were altered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supplychain.checks.engine import Canary
from supplychain.checks.population import planted, sample_reference, unread_sample, unresolved_sample
from supplychain.model.case import Case, Cell, Decided
from supplychain.model.component import Kind
from supplychain.model.drill import Drill, DrillStep
from supplychain.model.finding import Outcome
from supplychain.model.reference import Place, Reference, Scope

_OTHER = "other"


def plant(case: Case, *, kind: Kind, earlier: Sequence[str], drills: Sequence[str]) -> Iterator[Canary]:
    """Plant the target's own component with one row of an earlier requirement changed, and drills that were altered."""
    own = sample_reference(case, kind, "huggingface", "planted/sample")
    whole = tuple(_decided(name, own.subject, Outcome.PASS) for name in earlier)
    sound = planted(case, own, decided=whole, drills=())
    yield Canary("all before hold", sound, own.subject, "trusted", ", ".join(earlier))
    for position, name in enumerate(earlier):
        for what, entry, rule in _turned(name, own.subject):
            decided = (*whole[:position], *entry, *whole[position + 1 :])
            says = "" if rule == "trusted" else f" {name}"
            yield Canary(f"{what} in {name}", _with(sound, decided), own.subject, rule, says)
    first, last = earlier[0], earlier[-1]
    for what, outcomes, rule, says in (
        ("fails beside open", (Outcome.UNDETERMINED, Outcome.FAIL), "untrusted", f"by {last}"),
        ("open beside waived", (Outcome.WAIVED, Outcome.UNDETERMINED), "not-decided", f"by {last}"),
        ("fails in two", (Outcome.FAIL, Outcome.FAIL), "untrusted", f"{first}, {last}"),
    ):
        one, two = (_decided(name, own.subject, o) for name, o in zip((first, last), outcomes, strict=True))
        yield Canary(what, _with(sound, (one, *whole[1:-1], two)), own.subject, rule, says)
    yield from _scoped(sound, own, kind)
    yield from plant_drills(case, drills=drills)


def _turned(name: str, component: str) -> Iterator[tuple[str, tuple[Decided, ...], str]]:
    """Yield what one requirement may have said of a component, and what follows from it."""
    for outcome, rule in (
        (Outcome.FAIL, "untrusted"),
        (Outcome.UNDETERMINED, "not-decided"),
        (Outcome.WAIVED, "accepted"),
    ):
        yield outcome.value, (_decided(name, component, outcome),), rule
    good = _cell(component, Outcome.PASS)
    entry = Decided(requirement=name, outcome=Outcome.PASS, cells=(good,))
    for what, changed, rule in (
        ("fails at one of two places", {"cells": (good, _cell(component, Outcome.FAIL))}, "untrusted"),
        ("open at one of two places", {"cells": (good, _cell(component, Outcome.UNDETERMINED))}, "not-decided"),
        ("waived at one of two places", {"cells": (good, _cell(component, Outcome.WAIVED))}, "accepted"),
        ("another one fails", {"cells": (good, _cell(_OTHER, Outcome.FAIL))}, "trusted"),
        ("only another one passes", {"cells": (_cell(_OTHER, Outcome.PASS),)}, "not-decided"),
        ("only one of an earlier name passes", {"cells": (_cell("dataset:a", Outcome.PASS),)}, "not-decided"),
        ("no row", {"cells": ()}, "not-decided"),
        ("no check", {"outcome": Outcome.UNDETERMINED, "cells": ()}, "not-decided"),
        ("a check that cannot be trusted", {"outcome": Outcome.ERROR}, "not-decided"),
    ):
        yield what, (entry.model_copy(update=changed),), rule
    yield "not executed", (), "not-decided"


def _scoped(sound: Case, own: Reference, kind: Kind) -> Iterator[Canary]:
    for scope in (Scope.TEST, Scope.DOCS):
        elsewhere = own.model_copy(update={"at": Place(file="planted.py", line=1, scope=scope)})
        yield Canary(f"in scope {scope}", planted(sound, elsewhere), own.subject, None)
    for item, rule in ((unresolved_sample(kind), "unresolved"), (unread_sample(), "not-read")):
        yield Canary(rule, planted(sound, item), item.subject, rule)


def plant_drills(case: Case, *, drills: Sequence[str]) -> Iterator[Canary]:
    """Plant drills that held, and the same with one thing altered in one of them."""
    whole = {name: _drill(name) for name in drills}
    for name, drill in whole.items():
        others = tuple(other for key, other in whole.items() if key != name)
        subject = f"guard:{name}"

        def altered(changed: tuple[Drill, ...], others: tuple[Drill, ...] = others) -> Case:
            return planted(case, drills=(*others, *changed))

        yield Canary(f"{name}: held", altered((drill,)), subject, "drill-held", "refused 2 and accepted 1")
        yield Canary(f"{name}: not run", altered(()), subject, "no-drill")
        for what, changed, rule in _altered(drill):
            yield Canary(f"{name}: {what}", altered((changed,)), subject, rule)
        failing = drill.model_copy(update={"steps": (drill.steps[0], _step("refused", exit_code=0))})
        yield Canary(f"{name}: held once of twice", altered((drill, failing)), subject, "drill-failed")


def _altered(drill: Drill) -> Iterator[tuple[str, Drill, str]]:
    good, bad, _ = drill.steps
    for what, steps, rule in (
        ("a bad one accepted", (good, _step("refused", exit_code=0)), "drill-failed"),
        ("a bad one that the guard could not judge", (good, _step("refused", exit_code=2)), "drill-failed"),
        ("a bad one without an end", (good, _step("refused", exit_code=None)), "drill-failed"),
        ("no deny record", (good, _step("refused", denied=False)), "drill-failed"),
        ("a bad one not as expected", (good, _step("refused", held=False)), "drill-failed"),
        ("a good one refused", (_step("accepted", exit_code=1), bad), "drill-failed"),
        ("a good one on the deny list", (_step("accepted", denied=True), bad), "drill-failed"),
        ("a good one not as expected", (_step("accepted", held=False), bad), "drill-failed"),
        ("only refusals", (bad, bad), "no-drill"),
        ("only acceptances", (good, good), "no-drill"),
        ("no step", (), "no-drill"),
    ):
        yield what, drill.model_copy(update={"steps": steps}), rule
    yield "it could not run", drill.model_copy(update={"problem": "planted"}), "no-drill"
    yield "the target's artifact changed", drill.model_copy(update={"unchanged": False}), "target-changed"
    yield "nothing of the target was used", drill.model_copy(update={"unchanged": None}), "drill-held"
    still = drill.model_copy(update={"steps": (good, _step("refused", moved=False))})
    yield "nothing moved", still, "drill-failed" if "tampered" in drill.name else "drill-held"


def _drill(name: str) -> Drill:
    steps = (_step("accepted"), _step("refused"), _step("refused"))
    digest = f"sha256:{'0' * 64}"
    return Drill.model_validate({"name": name, "on": "planted", "steps": steps, "unchanged": True, "guard": digest})


def _step(expected: str, **changes: object) -> DrillStep:
    is_bad = expected == "refused"
    step = {"exit_code": int(is_bad), "held": True, "denied": is_bad, "moved": is_bad}
    return DrillStep.model_validate({"asked": "planted", "expected": expected, "came": "planted", **step, **changes})


def _decided(name: str, component: str, outcome: Outcome) -> Decided:
    return Decided(requirement=name, outcome=outcome, cells=(_cell(component, outcome),))


def _cell(component: str, outcome: Outcome) -> Cell:
    return Cell(component=component, outcome=outcome, has_evidence=True)


def _with(case: Case, decided: tuple[Decided, ...]) -> Case:
    return case.model_copy(update={"decided": decided})
