"""What every set of canaries has to do: reach each rule, hold on any day, and notice a rule that is never given."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from supplychain.checks import engine
from supplychain.checks.engine import CHECKS, Answer, Subject, decide
from supplychain.control import load
from supplychain.model.case import Case
from supplychain.model.finding import Outcome
from supplychain.suite import tool
from tests.support import Outcomes

CHECKED = ("1.2", "1.3", "1.4", "4.1", "6.1", "6.4")
RULES = [(name, rule.id) for name in CHECKED for rule in load().requirements[name].rule]


@pytest.mark.parametrize("requirement", CHECKED)
def test_every_rule_is_planted(requirement: str, bare: Case) -> None:
    planted = {canary.rule for canary in CHECKS[requirement].canaries(bare)} - {None}
    assert planted == set(load().requirements[requirement].rules)


@pytest.mark.parametrize("now", ["2026-10-20T00:00:00", "2028-02-29T23:59:59", "2040-01-01T12:00:00"])
@pytest.mark.parametrize("requirement", CHECKED)
def test_they_hold_on_any_day(now: str, requirement: str, sound: Outcomes) -> None:
    case = sound.case.model_copy(update={"now": datetime.fromisoformat(now).replace(tzinfo=UTC)})
    finding = decide(requirement, case, tool())
    assert finding.canaries is not None, finding.reason
    assert finding.canaries.missed == ()


@pytest.mark.parametrize(("requirement", "rule"), RULES, ids=[" ".join(item) for item in RULES])
def test_a_check_that_never_gives_one_of_its_rules_cannot_be_trusted(
    requirement: str, rule: str, sound: Outcomes, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, rules = CHECKS[requirement], load().requirements[requirement].rules
    is_pass = rules[rule].outcome is Outcome.PASS
    instead = next(other for other in rules.values() if (other.outcome is Outcome.PASS) != is_pass)

    def observe(case: Case, subject: Subject) -> Answer:
        given = check.observe(case, subject)
        if given.rule != rule:
            return given
        return replace(given, rule=instead.id, values=dict.fromkeys(instead.fields, "x"))

    monkeypatch.setitem(engine.CHECKS, requirement, replace(check, observe=observe))
    finding = decide(requirement, sound.case, tool())
    assert finding.outcome is Outcome.ERROR
    assert finding.reason.startswith("this check cannot be trusted here: canary '")
