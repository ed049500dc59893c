"""The canaries of 3.1 to 3.4: they reach every rule, hold whatever the target uses, and notice a branch that is gone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from supplychain.checks import engine
from supplychain.checks.canaries.licensing import other_model
from supplychain.checks.engine import CHECKS, Answer, Subject, decide
from supplychain.checks.population import planted
from supplychain.control import load
from supplychain.control.interface import Rule
from supplychain.model.case import Case
from supplychain.model.finding import Outcome
from supplychain.model.policy import People, Policy
from supplychain.suite import tool

CHECKED = ("3.1", "3.2", "3.3", "3.4")
RULES = [(name, rule) for name in CHECKED for rule in load().requirements[name].rule]
USED = ["", "BAAI/bge-small-en-v1.5", "meta-llama/Llama-3.1-8B", "a {b} [c]/§"]


@pytest.mark.parametrize("requirement", CHECKED)
def test_every_rule_is_planted(requirement: str, bare: Case) -> None:
    reached = {canary.rule for canary in CHECKS[requirement].canaries(bare)} - {None}
    assert reached == set(load().requirements[requirement].rules)


@pytest.mark.parametrize("requirement", CHECKED)
@pytest.mark.parametrize("policy", [Policy(), Policy(people=People(approvers=("somebody",)))], ids=["strict", "people"])
@pytest.mark.parametrize("used", USED)
def test_they_hold_with_any_model_and_policy(used: str, policy: Policy, requirement: str, bare: Case) -> None:
    case = planted(bare, *([other_model("huggingface", used)] if used else []), policy=policy)
    finding = decide(requirement, case, tool())
    assert finding.canaries is not None, finding.reason
    assert finding.canaries.missed == ()


@pytest.mark.parametrize(("requirement", "rule"), RULES, ids=[f"{name} {rule.id}" for name, rule in RULES])
def test_a_check_that_never_gives_one_of_its_rules(
    requirement: str, rule: Rule, bare: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, rules = engine.CHECKS[requirement], load().requirements[requirement].rule
    wanted = Outcome.FAIL if rule.outcome is Outcome.PASS else Outcome.PASS
    instead = next(other for other in rules if other.outcome is wanted)

    def observe(case: Case, subject: Subject) -> Answer:
        given = check.observe(case, subject)
        return (
            replace(given, rule=instead.id, values=dict.fromkeys(instead.fields, "x"))
            if given.rule == rule.id
            else given
        )

    monkeypatch.setitem(engine.CHECKS, requirement, replace(check, observe=observe))
    finding = decide(requirement, bare, tool())
    assert finding.outcome is Outcome.ERROR
    assert finding.reason.startswith("this check cannot be trusted here: canary '")
