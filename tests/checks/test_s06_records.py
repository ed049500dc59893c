"""The canaries of 6.1 and 6.4: they hold whatever the target uses and the policy says."""

from __future__ import annotations

import pytest

from supplychain import catalog
from supplychain.checks.canaries.services import service
from supplychain.checks.engine import decide
from supplychain.checks.population import planted
from supplychain.model.case import Case
from supplychain.model.policy import Freshness, People, Policy, Services
from supplychain.suite import tool

CHECKED = ("6.1", "6.4")
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
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("used", [*USED, ""])
def test_they_hold_with_any_service_and_policy(used: str, policy: str, requirement: str, bare: Case) -> None:
    case = planted(bare, *([service(used)] if used else []), policy=POLICIES[policy])
    finding = decide(requirement, case, tool())
    assert finding.canaries is not None, finding.reason
    assert finding.canaries.missed == ()


def test_the_topics_are_those_that_an_assessment_has_to_cover() -> None:
    topics = [topic.id for topic in catalog.due_diligence()]
    assert sorted(topics) == sorted(
        ["certs", "encryption", "retention", "training", "subprocessors", "incident-notice", "access"]
    )
    assert all(topic.questions for topic in catalog.due_diligence())
