"""The canaries of 1.2, 1.3, 1.4 and 4.1: they reach every rule, and hold whatever the target uses and the policy says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from supplychain.checks import engine
from supplychain.checks.canaries.hubs import reference
from supplychain.checks.engine import CHECKS, Answer, Subject, decide
from supplychain.checks.population import planted
from supplychain.control import load
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.finding import Outcome
from supplychain.model.policy import Freshness, People, Policy, Thresholds, Trust
from supplychain.suite import tool
from tests.support import Outcomes

CHECKED = ("1.2", "1.3", "1.4", "4.1")
RULES = [(name, rule.id) for name in CHECKED for rule in load().requirements[name].rule]
ZERO = Thresholds(min_repo_age_days=0, min_downloads_30d=0, min_likes=0, lookalike_distance=0, scorecard=0)
POLICIES = {
    "strict defaults": Policy(),
    "no limit at all": Policy(thresholds=ZERO, freshness=Freshness(metadata_max_age_days=0)),
    "high limits": Policy(thresholds=Thresholds(min_repo_age_days=900, min_downloads_30d=10**9, scorecard=10)),
    "trust in everybody": Policy(
        trust=Trust(
            orgs=("huggingface/*",), maintainers=("huggingface/*",), dataset_owners=("huggingface/*", "openai")
        ),
        people=People(approvers=("somebody",)),
    ),
    "trust in look-alikes": Policy(trust=Trust(orgs=("faceboook", "Open-OSS", "0penai"), dataset_owners=("0penai",))),
}
USED = [
    "BAAI/bge-small-en-v1.5",
    "gpt2",
    "faceboook/opt-350m",
    "x/y",
    "someone/Llama-2-7b-hf",
    "Zürich/модель",
    "misc/misc",
]


@pytest.mark.parametrize("requirement", CHECKED)
def test_every_rule_is_planted(requirement: str, bare: Case) -> None:
    rules = {canary.rule for canary in CHECKS[requirement].canaries(bare)} - {None}
    assert rules == set(load().requirements[requirement].rules)


@pytest.mark.parametrize("requirement", CHECKED)
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("used", [*USED, ""])
def test_they_hold_with_any_name_and_policy(used: str, policy: str, requirement: str, bare: Case) -> None:
    kinds = (Kind.MODEL, Kind.DATASET) if used else ()
    case = planted(bare, *(reference("huggingface", used, kind) for kind in kinds), policy=POLICIES[policy])
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
