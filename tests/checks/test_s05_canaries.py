"""The canaries of 5.3, 5.4 and 5.5: they reach every rule, and hold whatever the target uses and the policy says."""

from __future__ import annotations

import pytest

from supplychain.checks import s05_malware, s05_scanning, s05_updates
from supplychain.checks.canaries.packages import entry_of, wording
from supplychain.checks.engine import CHECKS, decide
from supplychain.control import load
from supplychain.model.case import Case
from supplychain.model.package import Graph, Resolved
from supplychain.model.policy import Freshness, PackageRules, Policy, Sla, WaiverRules
from supplychain.suite import tool

CHECKED = {"5.3": s05_scanning, "5.4": s05_malware, "5.5": s05_updates}
"""The requirements, and the modules that register their checks."""

PACKAGES = [
    entry_of("package:pypi/torch", "2.5.1+cu121", format="uv.lock", direct=False),
    entry_of("package:pypi/torch", "odd version", hashes=("sha256:11",)),
    entry_of("package:npm/@planted/left-pad", "1.0.0-rc.1", format="package-lock.json"),
    entry_of("package:pypi/planted", "1.0", asked="==1.0", hashes=("sha256:11",)),
]
POLICIES = {
    "strict defaults": Policy(),
    "no time at all": Policy(
        sla_days=Sla(critical=0, high=0, medium=0, low=0, unknown=0),
        waivers=WaiverRules(max_days=0),
        freshness=Freshness(advisories_max_age_days=0),
    ),
    "ten years": Policy(
        sla_days=Sla(critical=3650, high=3650, medium=3650, low=3650, unknown=3650),
        waivers=WaiverRules(max_days=3650),
        freshness=Freshness(advisories_max_age_days=3650),
        packages=PackageRules(deny=("package:pypi/planted", "package:npm/@planted/left-pad@1.0.0-rc.1")),
    ),
}


@pytest.mark.parametrize("requirement", CHECKED)
def test_every_rule_is_planted(requirement: str, bare: Case) -> None:
    planted = {canary.rule for canary in CHECKS[requirement].canaries(bare)} - {None}
    assert planted == set(load().requirements[requirement].rules)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("entry", PACKAGES, ids=lambda entry: f"{entry.component.id} {entry.version}")
@pytest.mark.parametrize("words", [("CVEs",), ("malware",), ("CVEs", "malware"), ()], ids=str)
def test_they_hold_with_any_package_policy_and_words(
    words: tuple[str, ...], entry: Resolved, policy: str, bare: Case
) -> None:
    case = bare.model_copy(update={"policy": POLICIES[policy], "graph": Graph(packages=(entry,))})
    for requirement in CHECKED:
        finding = decide(requirement, wording(case, *words), tool())
        assert finding.canaries is not None, finding.reason
        assert finding.canaries.missed == ()
