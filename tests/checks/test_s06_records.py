"""The canaries of 6.1 and 6.4: they reach every rule, and hold whatever the target uses and the policy says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from supplychain import catalog
from supplychain.checks import engine
from supplychain.checks.canaries.services import service
from supplychain.checks.engine import CHECKS, Answer, Subject, decide
from supplychain.checks.population import planted
from supplychain.control import load
from supplychain.model.case import Case
from supplychain.model.finding import Outcome
from supplychain.model.policy import Freshness, People, Policy, Services
from supplychain.suite import tool
from tests.support import Outcomes

CHECKED = ("6.1", "6.4")
RULES = [(name, rule.id) for name in CHECKED for rule in load().requirements[name].rule]
POLICIES = {
    "strict defaults": Policy(),
    "no time at all": Policy(freshness=Freshness(assessment_max_age_days=0, provider_max_age_days=0)),
    "ten years": Policy(
        freshness=Freshness(assessment_max_age_days=3650, provider_max_age_days=3650),
        people=People(approvers=("somebody",)),
        services=Services(roots=("root.pem",)),
    ),
}
USED = [
    "openai",
    "openrouter",
    "huggingface-inference",
    "google-vertex",
    "llm.acme.example",
    "mcp/Web {Search} [x]",
    "§",
]
"""A provider, two routers, one whose terms were read, a host, a name with signs, and one without a letter."""


@pytest.mark.parametrize("requirement", CHECKED)
def test_every_rule_is_planted(requirement: str, bare: Case) -> None:
    planted_rules = {canary.rule for canary in CHECKS[requirement].canaries(bare)} - {None}
    assert planted_rules == set(load().requirements[requirement].rules)


@pytest.mark.parametrize("requirement", CHECKED)
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("used", [*USED, ""])
def test_they_hold_with_any_service_and_policy(used: str, policy: str, requirement: str, bare: Case) -> None:
    case = planted(bare, *([service(used)] if used else []), policy=POLICIES[policy])
    finding = decide(requirement, case, tool())
    assert finding.canaries is not None, finding.reason
    assert finding.canaries.missed == ()


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
    check, rules = CHECKS[requirement], load().requirements[requirement].rule
    is_pass = load().requirements[requirement].rules[rule].outcome is Outcome.PASS
    instead = next(other for other in rules if (other.outcome is Outcome.PASS) != is_pass)

    def observe(case: Case, subject: Subject) -> Answer:
        given = check.observe(case, subject)
        if given.rule != rule:
            return given
        return replace(given, rule=instead.id, values=dict.fromkeys(instead.fields, "x"))

    monkeypatch.setitem(engine.CHECKS, requirement, replace(check, observe=observe))
    finding = decide(requirement, sound.case, tool())
    assert finding.outcome is Outcome.ERROR
    assert finding.reason.startswith("this check cannot be trusted here: canary '")


def test_the_topics_are_those_that_an_assessment_has_to_cover() -> None:
    topics = [topic.id for topic in catalog.due_diligence()]
    assert sorted(topics) == sorted(
        ["certs", "encryption", "retention", "training", "subprocessors", "incident-notice", "access"]
    )
    assert all(topic.questions for topic in catalog.due_diligence())
