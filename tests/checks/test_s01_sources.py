"""The canaries of 1.2, 1.3, 1.4 and 4.1: they hold whatever the target uses and the policy says."""

from __future__ import annotations

import pytest

from supplychain.checks.canaries.hubs import reference
from supplychain.checks.engine import decide
from supplychain.checks.population import planted
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.policy import Freshness, People, Policy, Thresholds, Trust
from supplychain.suite import tool

CHECKED = ("1.2", "1.3", "1.4", "4.1")
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
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("used", [*USED, ""])
def test_they_hold_with_any_name_and_policy(used: str, policy: str, requirement: str, bare: Case) -> None:
    kinds = (Kind.MODEL, Kind.DATASET) if used else ()
    case = planted(bare, *(reference("huggingface", used, kind) for kind in kinds), policy=POLICIES[policy])
    finding = decide(requirement, case, tool())
    assert finding.canaries is not None, finding.reason
    assert finding.canaries.missed == ()
