"""What 1.5, 2.4 and 4.5 share: whether anything was left untrusted, and whether the guard refuses what it has to.

That the guard works shows nothing of whether production code calls it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from supplychain.checks.engine import Answer, answer
from supplychain.checks.sourced import Sourced
from supplychain.model.base import Frozen
from supplychain.model.case import Case, Decided
from supplychain.model.drill import Drill, DrillStep
from supplychain.model.finding import Outcome
from supplychain.model.reference import Place

_CODES = {"accepted": 0, "refused": 1}
"""What the guard exits with; 2 is neither, since it could not run."""


class Tried(Frozen):
    """The guard, tried out over one kind of danger."""

    subject: str
    drill: str
    at: Place | None = None


def tried(*drills: str) -> tuple[Tried, ...]:
    """Return the rows of drills; each has one, whether it ran or not."""
    return tuple(Tried(subject=f"guard:{drill}", drill=drill) for drill in drills)


def standing(case: Case, subject: Sourced, requirements: Sequence[str]) -> Answer:
    """Decide on a component by what these requirements, all decided before, said of it."""
    decided = {entry.requirement: entry for entry in case.decided}
    states = {name: _state(decided.get(name), subject.subject) for name in requirements}

    def named(state: str) -> str:
        return ", ".join(name for name, found in states.items() if found == state)

    for state, rule in (("failed", "untrusted"), ("open", "not-decided"), ("waived", "accepted")):
        if names := named(state):
            return answer(rule, evidence=subject.evidence, requirements=names)
    return answer("trusted", evidence=subject.evidence, requirements=", ".join(requirements))


def _state(decided: Decided | None, component: str) -> str:
    """Return what a requirement says of a component: it counts only where it looked at it and can be trusted."""
    if decided is None or decided.outcome is Outcome.ERROR:
        return "open"
    outcomes = {cell.outcome for cell in decided.cells if cell.component == component}
    if Outcome.FAIL in outcomes:
        return "failed"
    if not outcomes or not outcomes <= {Outcome.PASS, Outcome.WAIVED}:
        return "open"
    return "waived" if Outcome.WAIVED in outcomes else "passed"


def guarded(case: Case, subject: Tried) -> Answer:
    """Decide on the guard by what it did in this run."""
    drills = [drill for drill in case.drills if drill.name == subject.drill]
    if not drills:
        return answer("no-drill", reason="the guard was not tried out")
    answers = [_of(drill) for drill in drills]
    return min(answers, key=lambda given: given.rule == "drill-held")


def _of(drill: Drill) -> Answer:
    evidence = drill.guard or None
    if drill.problem:
        return answer("no-drill", evidence=evidence, reason=drill.problem)
    if {step.expected for step in drill.steps} != set(_CODES):
        return answer("no-drill", evidence=evidence, reason="it was not asked for both a refusal and an acceptance")
    if drill.unchanged is False:
        return answer("target-changed", evidence=evidence, on=drill.on)
    for what, came in _failures(drill):
        return answer("drill-failed", evidence=evidence, what=what, came=came, on=drill.on)
    counts = Counter(step.expected for step in drill.steps)
    return answer("drill-held", evidence=evidence, on=drill.on, refused=counts["refused"], accepted=counts["accepted"])


def _failures(drill: Drill) -> Iterator[tuple[str, str]]:
    for step in drill.steps:
        if not _holds(step):
            yield f"{step.asked}, which has to be {step.expected}", step.came
    if drill.name.startswith("tampered") and not any(step.moved for step in drill.steps):
        yield "to load tampered bytes, which have to be moved", "nothing was moved to quarantine"


def _holds(step: DrillStep) -> bool:
    is_refusal = step.expected == "refused"
    return step.held and step.exit_code == _CODES[step.expected] and step.denied is is_refusal
