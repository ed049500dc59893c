"""1.5, 2.4 and 4.5 at work on cases, and their canaries against checks from which a branch was taken out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from supplychain.checks import engine, rejection
from supplychain.checks.engine import Answer, Subject, decide
from supplychain.checks.rejection import Tried
from supplychain.checks.sourced import Sourced
from supplychain.control import load
from supplychain.model.case import Case, Cell, Decided
from supplychain.model.drill import Drill, DrillStep
from supplychain.model.finding import Finding, Observation, Outcome
from supplychain.model.reference import Unread, Unresolved
from supplychain.suite import tool
from tests.support import Outcomes

OURS = ("1.5", "2.4", "4.5")
BGE = "model:huggingface/BAAI/bge-small-en-v1.5"
BANKING = "dataset:huggingface/mteb/banking77"
EARLIER = {"1.5": ("1.1", "1.2", "1.3", "1.4"), "4.5": ("4.1", "4.2", "4.3", "4.4")}
OWN = {"1.5": BGE, "4.5": BANKING}
RULES = [(requirement, rule.id) for requirement in OURS for rule in load().requirements[requirement].rule]


def cells(component: str, *outcomes: Outcome) -> tuple[Cell, ...]:
    return tuple(Cell(component=component, outcome=outcome, has_evidence=True) for outcome in outcomes)


def settled(case: Case, requirement: str, **changed: Decided | None) -> Case:
    """Return a case in which all that came before holds for the target's own component, but for what is changed."""
    component = OWN[requirement]
    entries = {
        name: Decided(requirement=name, outcome=Outcome.PASS, cells=cells(component, Outcome.PASS))
        for name in EARLIER[requirement]
    }
    for key, entry in changed.items():
        name = key.replace("_", ".").removeprefix("r")
        if entry is None:
            del entries[name]
        else:
            entries[name] = entry
    return case.model_copy(update={"decided": tuple(entries.values())})


def row_of(finding: Finding, component: str) -> Observation:
    (row,) = (row for row in finding.observations if row.component == component)
    return row


@pytest.mark.parametrize("requirement", EARLIER)
def test_it_passes_where_everything_before_holds(requirement: str, sound: Outcomes) -> None:
    finding = decide(requirement, settled(sound.case, requirement), tool())
    assert (finding.outcome, finding.canaries and finding.canaries.missed) == (Outcome.PASS, ())
    row = row_of(finding, OWN[requirement])
    assert (row.rule, row.message) == ("trusted", f"{', '.join(EARLIER[requirement])} hold for it")
    assert row.evidence


@pytest.mark.parametrize("requirement", EARLIER)
@pytest.mark.parametrize("position", range(4))
@pytest.mark.parametrize(
    ("outcome", "rule"),
    [
        (Outcome.FAIL, "untrusted"),
        (Outcome.UNDETERMINED, "not-decided"),
        (Outcome.WAIVED, "accepted"),
        (Outcome.ERROR, "not-decided"),
        (None, "not-decided"),
    ],
)
def test_one_requirement_that_does_not_hold_decides(
    outcome: Outcome | None, rule: str, position: int, requirement: str, sound: Outcomes
) -> None:
    name, own = EARLIER[requirement][position], OWN[requirement]
    said = Outcome.PASS if outcome in {None, Outcome.ERROR} else outcome
    entry = Decided(requirement=name, outcome=outcome or Outcome.PASS, cells=cells(own, said or Outcome.PASS))
    changed = {f"r{name.replace('.', '_')}": entry if outcome else None}
    finding = decide(requirement, settled(sound.case, requirement, **changed), tool())
    row = row_of(finding, own)
    assert (row.rule, row.at is not None) == (rule, True)
    assert name in row.message
    assert not any(other in row.message for other in EARLIER[requirement] if other != name)
    expected = load().requirements[requirement].rules[rule].outcome
    assert finding.outcome is expected
    if rule == "accepted":
        assert f"{own} is accepted by a waiver in {name}" in finding.reason
    else:
        assert name in row.remedy


def test_a_requirement_without_a_check_is_named_as_what_keeps_it_open(sound: Outcomes) -> None:
    entry = Decided(requirement="4.4", outcome=Outcome.UNDETERMINED)
    finding = decide("4.5", settled(sound.case, "4.5", r4_4=entry), tool())
    assert finding.outcome is Outcome.UNDETERMINED
    assert row_of(finding, BANKING).message == "production names it, and it is not decided by 4.4"


def test_a_model_that_is_trained_here_is_no_source(sound: Outcomes) -> None:
    finding = decide("1.5", settled(sound.case, "1.5"), tool())
    assert {row.component for row in finding.observations} == {BGE, "guard:untrusted model"}


def altered(case: Case, name: str, **changes: object) -> Case:
    """Return a case in which one drill, or the last step of it that was to be refused, is another."""
    found = []
    for drill in case.drills:
        if drill.name == name:
            step = {key: value for key, value in changes.items() if key in DrillStep.model_fields}
            whole = {key: value for key, value in changes.items() if key not in DrillStep.model_fields}
            steps = list(drill.steps)
            position = max(index for index, item in enumerate(steps) if item.expected == "refused")
            steps[position] = steps[position].model_copy(update=step)
            drill = drill.model_copy(update={"steps": tuple(steps), **whole})
        found.append(drill)
    return case.model_copy(update={"drills": tuple(found)})


DRILLS = [
    ("1.5", "untrusted model"),
    ("2.4", "tampered model"),
    ("4.5", "untrusted dataset"),
    ("4.5", "tampered dataset"),
]
CHANGES = [
    ({"exit_code": 0}, "drill-failed"),
    ({"exit_code": 2}, "drill-failed"),
    ({"exit_code": None}, "drill-failed"),
    ({"denied": False}, "drill-failed"),
    ({"held": False}, "drill-failed"),
    ({"steps": ()}, "no-drill"),
    ({"problem": "no temporary folder"}, "no-drill"),
    ({"unchanged": False}, "target-changed"),
]


@pytest.mark.parametrize(("requirement", "name"), DRILLS)
@pytest.mark.parametrize(("changes", "rule"), CHANGES)
def test_a_record_of_a_drill_that_was_altered_is_found_out(
    changes: dict[str, object], rule: str, requirement: str, name: str, sound: Outcomes
) -> None:
    case = settled(sound.case, requirement) if requirement in EARLIER else sound.case
    finding = decide(requirement, altered(case, name, **changes), tool())
    row = row_of(finding, f"guard:{name}")
    assert row.rule == rule
    assert finding.outcome is load().requirements[requirement].rules[rule].outcome
    assert row.remedy
    assert [item.rule for item in finding.observations if item.outcome is not Outcome.PASS] == [rule]


@pytest.mark.parametrize(("requirement", "name"), DRILLS)
def test_a_drill_that_did_not_run_leaves_it_undetermined(requirement: str, name: str, sound: Outcomes) -> None:
    case = settled(sound.case, requirement) if requirement in EARLIER else sound.case
    without = case.model_copy(update={"drills": tuple(drill for drill in case.drills if drill.name != name)})
    finding = decide(requirement, without, tool())
    assert (finding.outcome, row_of(finding, f"guard:{name}").rule) == (Outcome.UNDETERMINED, "no-drill")


def test_a_drill_in_which_nothing_was_moved_fails(sound: Outcomes) -> None:
    drills: list[Drill] = []
    for drill in sound.case.drills:
        steps = tuple(step.model_copy(update={"moved": False}) for step in drill.steps)
        drills.append(drill.model_copy(update={"steps": steps}))
    case = settled(sound.case, "4.5").model_copy(update={"drills": tuple(drills)})
    assert decide("2.4", case, tool()).observations[0].rule == "drill-failed"
    assert row_of(decide("4.5", case, tool()), "guard:tampered dataset").rule == "drill-failed"
    assert row_of(decide("4.5", case, tool()), "guard:untrusted dataset").rule == "drill-held"


def cannot_be_trusted(finding: Finding) -> bool:
    return finding.outcome is Outcome.ERROR and finding.reason.startswith("this check cannot be trusted here: canary '")


@pytest.mark.parametrize(("requirement", "rule"), RULES)
def test_a_check_that_never_gives_one_of_its_rules_is_noticed(
    requirement: str, rule: str, sound: Outcomes, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, requirement_ = engine.CHECKS[requirement], load().requirements[requirement]
    wanted = Outcome.FAIL if requirement_.rules[rule].outcome is Outcome.PASS else Outcome.PASS
    instead = next(other for other in requirement_.rule if other.outcome is wanted)

    def observe(case: Case, subject: Subject) -> Answer:
        given = check.observe(case, subject)
        values = dict.fromkeys(instead.fields, "x")
        return replace(given, rule=instead.id, values=values) if given.rule == rule else given

    monkeypatch.setitem(engine.CHECKS, requirement, replace(check, observe=observe))
    assert cannot_be_trusted(decide(requirement, sound.case, tool()))


@pytest.mark.parametrize(
    ("requirement", "dropped"),
    [("1.5", Sourced), ("1.5", Unresolved), ("1.5", Unread), ("1.5", Tried), ("2.4", Tried)]
    + [("4.5", kind) for kind in (Sourced, Unresolved, Unread, Tried)],
)
def test_a_check_that_does_not_see_all_is_noticed(
    requirement: str, dropped: type, sound: Outcomes, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = engine.CHECKS[requirement]

    def population(case: Case) -> Sequence[Subject]:
        return [subject for subject in check.population(case) if not isinstance(subject, dropped)]

    monkeypatch.setitem(engine.CHECKS, requirement, replace(check, population=population))
    assert cannot_be_trusted(decide(requirement, sound.case, tool()))


PATCHES: dict[str, tuple[str, object]] = {
    "every step holds": ("_holds", lambda _: True),
    "no step holds": ("_holds", lambda _: False),
    "nothing is looked for in drills": ("_failures", lambda _: iter(())),
    "every requirement passed": ("_state", lambda *_: "passed"),
    "every requirement failed": ("_state", lambda *_: "failed"),
    "the guard may fail to run": ("_CODES", {"accepted": 0, "refused": 2}),
}


@pytest.mark.parametrize("name", PATCHES)
def test_a_check_without_one_of_its_parts_is_noticed(
    name: str, sound: Outcomes, monkeypatch: pytest.MonkeyPatch
) -> None:
    attribute, value = PATCHES[name]
    monkeypatch.setattr(rejection, attribute, value)
    assert cannot_be_trusted(decide("4.5", sound.case, tool()))
