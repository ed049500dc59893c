"""How a requirement is decided: one function, run over its population and over planted canaries alike.

    @check("1.1", population=prod_models, canaries=_canaries)
    def from_trusted_registry(case: Case, subject: Reference) -> Answer:
        return answer("trusted-registry", host=…, registry=…)

The engine calls the function once for each element, so that a check can neither skip nor count; and a check only
names a rule of the control's data, so that it can neither invent an outcome nor forget a remedy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from supplychain.config.waivers import refusal
from supplychain.control import requirement as requirement_of
from supplychain.control import scenario_number
from supplychain.control.interface import Requirement, Rule
from supplychain.model.case import Case
from supplychain.model.finding import (
    BadCanaries,
    CanaryResults,
    Finding,
    GoodCanaries,
    Observation,
    Outcome,
    Patch,
    Population,
    Source,
    Tool,
    WaiverUse,
)
from supplychain.model.reference import Place, Unresolved

NO_CHECK = "this version has no check for it"
_BINARY = "; the file is binary, so that no line is named"


class Subject(Protocol):
    """An element of a population."""

    @property
    def subject(self) -> str:
        """What its row names: a component's id where it has one."""

    @property
    def at(self) -> Place | None:
        """Where it stands in the target."""


@dataclass(frozen=True)
class Answer:
    """What a check says of one element: a rule of its requirement, and what fills the rule's fields."""

    rule: str
    values: dict[str, str] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()


def answer(rule: str, *, evidence: str | None = None, **values: object) -> Answer:
    """Return an answer; `evidence` is the digest of what it rests on."""
    texts = {name: str(value) for name, value in values.items()}
    return Answer(rule, texts, (evidence,) if evidence else ())


@dataclass(frozen=True)
class Canary:
    """A planted case: in it, the row of `subject` has to come out by `rule`; None: there has to be no such row."""

    name: str
    case: Case
    subject: str
    rule: str | None
    says: str = ""
    """What the row's message has to hold."""
    at: Place | None = None
    """The place of the row that is meant, where its subject has several."""


Observe = Callable[[Case, Any], Answer]
Populate = Callable[[Case], Sequence[Subject]]
Plant = Callable[[Case], Iterable[Canary]]


@dataclass(frozen=True)
class Check:
    """The one function that decides a requirement, with what it is run over."""

    requirement: str
    observe: Observe
    population: Populate
    canaries: Plant
    sources: Callable[[Case], tuple[Source, ...]]


CHECKS: dict[str, Check] = {}
"""The checks of this version by requirement."""


def check(
    requirement: str,
    *,
    population: Populate,
    canaries: Plant,
    sources: Callable[[Case], tuple[Source, ...]] = lambda _: (),
) -> Callable[[Observe], Observe]:
    """Return a decorator that makes a function the check of a requirement."""

    def register(observe: Observe) -> Observe:
        CHECKS[requirement] = Check(requirement, observe, population, canaries, sources)
        return observe

    return register


def decide(requirement_id: str, case: Case, tool: Tool) -> Finding:
    """Return the finding on a requirement. It never raises: what goes wrong is an `error` with its reason."""
    requirement = requirement_of(requirement_id)
    scenario = scenario_number(requirement_id)
    found = CHECKS.get(requirement_id)
    if scenario in case.not_applicable:
        return _without_rows(requirement, case, tool, Outcome.NOT_APPLICABLE, case.not_applicable[scenario])
    if errors := [error.message for error in case.errors if error.scenario in (0, scenario)]:
        return _without_rows(requirement, case, tool, Outcome.ERROR, f"gathering failed: {errors[0]}")
    if found is None:
        return _without_rows(requirement, case, tool, Outcome.UNDETERMINED, NO_CHECK)
    try:
        rows = tuple(_mended(_waived(row, requirement, case), requirement, case) for row in observe(found, case))
        canaries = _run_canaries(found, requirement, case)
        sources = found.sources(case)
    except Exception as error:  # noqa: BLE001 - a bug in a check must not stop the run, and must not pass
        reason = f"the check broke: {type(error).__name__}: {error}"
        return _without_rows(requirement, case, tool, Outcome.ERROR, reason)
    outcome, reason = _outcome(rows, canaries, case, requirement.rules)
    return Finding(
        requirement=requirement_id,
        outcome=outcome,
        reason=reason,
        words=_words(requirement, case),
        decided_by=requirement.decided_by,
        severity=requirement.severity,
        population=_count(rows),
        observations=rows,
        canaries=canaries,
        sources=sources,
        tool=tool,
    )


def _without_rows(requirement: Requirement, case: Case, tool: Tool, outcome: Outcome, reason: str) -> Finding:
    return Finding(
        requirement=requirement.id,
        outcome=outcome,
        reason=reason,
        words=_words(requirement, case),
        decided_by=requirement.decided_by,
        severity=requirement.severity,
        tool=tool,
    )


def _words(requirement: Requirement, case: Case) -> dict[str, tuple[str, ...]]:
    if requirement.parameter is None:
        return {}
    name = requirement.parameter.name
    return {name: case.words(requirement.id, name)}


def observe(found: Check, case: Case) -> list[Observation]:
    """Return the rows of a case in their order, one of every element of its population."""
    requirement = requirement_of(found.requirement)
    rows = [_row(subject, found.observe(case, subject), requirement) for subject in found.population(case)]
    return sorted(rows, key=_order)


def _order(row: Observation) -> tuple[str, int, str, str]:
    return (row.at.file if row.at else "", (row.at.line or 0) if row.at else 0, row.component, row.rule)


def _message(given: Answer, rule: Rule) -> str:
    """Return what a row says, after its remedy was filled as well: a field that is not given is a bug of the check."""
    rule.remedy.format_map(given.values)
    return rule.message.format_map(given.values)


def _row(subject: Subject, given: Answer, requirement: Requirement) -> Observation:
    rule = requirement.rules[given.rule]
    return Observation(
        component=subject.subject,
        outcome=rule.outcome,
        rule=rule.id,
        message=f"{rule.message.format_map(given.values)}{_BINARY if _has_no_lines(subject) else ''}",
        at=subject.at,
        severity=rule.severity or requirement.severity,
        remedy=rule.remedy.format_map(given.values),
        evidence=given.evidence,
        unresolved=isinstance(subject, Unresolved),
    )


def _has_no_lines(subject: Subject) -> bool:
    """Whether the row of a component can name no line: it is at a file of the target that is no text."""
    at, (_, _, name) = subject.at, subject.subject.partition(":file/")
    return at is not None and at.line is None and at.file == name


def _waived(row: Observation, requirement: Requirement, case: Case) -> Observation:
    """Return a failed row as waived where a live waiver accepts it, else with why its waiver does not count."""
    if row.outcome is not Outcome.FAIL or case.declaration is None:
        return row
    refused = ""
    for waiver in case.declaration.waiver:
        if waiver.requirement == requirement.id and waiver.component == row.component:
            why = refusal(waiver, case.policy, case.now.date())
            if why is None:
                use = WaiverUse(id=waiver.id, approver=waiver.approver, expires=waiver.expires)
                return row.model_copy(update={"outcome": Outcome.WAIVED, "waiver": use})
            refused += f"; {why}"
    return row.model_copy(update={"message": f"{row.message}{refused}"}) if refused else row


def _mended(row: Observation, requirement: Requirement, case: Case) -> Observation:
    """Return a row with the change that would mend it, where one is at hand: the one at its own line first."""
    if row.outcome is Outcome.PASS or not case.patches:
        return row
    mending = [patch for patch in case.patches if patch.requirement == requirement.id and _mends(patch, row)]
    mending.sort(key=lambda patch: patch.at != row.at)
    return row.model_copy(update={"patch": mending[0]}) if mending else row


def _mends(patch: Patch, row: Observation) -> bool:
    """Whether a patch is for a row; one that stands for a setting has the place of that setting."""
    is_setting = patch.component.startswith("index:")
    own = row.component == patch.component and (row.at == patch.at or not is_setting)
    return own or row.component in patch.also


def _count(rows: Sequence[Observation]) -> Population:
    def of(outcome: Outcome) -> int:
        return sum(row.outcome is outcome for row in rows)

    return Population(
        expected=len(rows),
        observed=len(rows),
        passed=of(Outcome.PASS),
        failed=of(Outcome.FAIL),
        undetermined=of(Outcome.UNDETERMINED),
        waived=of(Outcome.WAIVED),
        unresolved=sum(row.unresolved for row in rows),
    )


def _outcome(
    rows: Sequence[Observation], canaries: CanaryResults, case: Case, rules: Mapping[str, Rule]
) -> tuple[Outcome, str]:
    """Return the outcome that the rows give, and why in one line."""
    if canaries.missed:
        return Outcome.ERROR, f"this check cannot be trusted here: {canaries.missed[0]}"
    for outcome, word in ((Outcome.FAIL, "failed"), (Outcome.UNDETERMINED, "undetermined")):
        if matching := [row for row in rows if row.outcome is outcome]:
            place = f" at {matching[0].at}" if matching[0].at else ""
            first = f"{matching[0].component}{place}: {matching[0].message}"
            return outcome, f"{len(matching)} of {len(rows)} {word}; first: {first}"
    if not rows:
        looked_at = case.inventory.looked_at
        if looked_at and case.inventory.self_test.passed:
            reason = f"nothing to decide on: 0 found and 0 unresolved in {looked_at} files that were read"
            return Outcome.NOT_APPLICABLE, reason
        return Outcome.UNDETERMINED, "nothing to decide on was found, and no file was read that could show it"
    waivers = {row.waiver.id: row.waiver for row in rows if row.waiver}
    listed = ", ".join(f"{use.id} until {use.expires}" for use in waivers.values())
    reasons = [f"passes with waiver {listed}"] if waivers else []
    reasons += [f"{row.component} {row.message}" for row in rows if rules[row.rule].qualified]
    return Outcome.PASS, "; ".join(reasons)


def _run_canaries(found: Check, requirement: Requirement, case: Case) -> CanaryResults:
    """Run the check over its planted cases with the live words and policy."""
    missed: list[str] = []
    planted = {Outcome.PASS: 0, Outcome.FAIL: 0}
    worst = {Outcome.PASS: Outcome.PASS, Outcome.FAIL: Outcome.FAIL}
    rules = requirement.rules
    for canary in found.canaries(case):
        given = [
            found.observe(canary.case, subject)
            for subject in found.population(canary.case)
            if subject.subject == canary.subject and canary.at in (None, subject.at)
        ]
        if canary.rule is None:
            if given:
                missed.append(f"canary '{canary.name}' counted {canary.subject}, which is no part of the population")
            continue
        expected: Outcome = rules[canary.rule].outcome
        if expected in planted:
            planted[expected] += 1
        if [item.rule for item in given] != [canary.rule]:
            came = ", ".join(sorted(item.rule for item in given)) or "nothing"
            missed.append(f"canary '{canary.name}' came out as {came}, not {canary.rule}")
            if expected in worst:
                worst[expected] = rules[given[0].rule].outcome if given else Outcome.UNDETERMINED
        elif canary.says not in _message(given[0], rules[canary.rule]):
            missed.append(f"canary '{canary.name}' does not say {canary.says!r}")
    able = {rule.outcome for rule in requirement.rule}  # where nothing may pass, no canary can either
    for expected, count in planted.items():
        if not count and (expected in able or Outcome.PASS in able):
            missed.append(f"no canary is planted that has to come out as {expected}")
    return CanaryResults(
        bad=BadCanaries(outcome=worst[Outcome.FAIL], named=not missed, planted=planted[Outcome.FAIL]),
        good=GoodCanaries(outcome=worst[Outcome.PASS], planted=planted[Outcome.PASS]),
        missed=tuple(missed),
    )
