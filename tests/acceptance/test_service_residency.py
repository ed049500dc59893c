"""Requirement 6.3 on the sound target, broken in one place at a time, and mended by the evidence of a contract."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from supplychain.model.finding import Outcome
from tests.acceptance.breaks import Break, Change, edits, plants
from tests.support import POLICY, BuiltTarget, Outcomes, run_suite

OPENAI = "service:openai"
ANSWER, DECLARED = "app/answer.py", "supplychain.toml"
AT = f"{DECLARED}:44"
US = "https://us.api.openai.com/v1"
TERRAFORM = f"""resource "aws_lambda_function" "support" {{
  environment {{
    variables = {{
      OPENAI_BASE_URL = "{US}"
    }}
  }}
}}
"""
COMPOSE = f"services:\n  app:\n    build: .\n    environment:\n      OPENAI_BASE_URL: {US}\n"
CONTRACT = b"Data residency: Europe. Written for this test.\n"
EVIDENCE = f"""
[service.residency]
region = "eu"
evidence = "docs/residency.md"
sha256 = "{hashlib.sha256(CONTRACT).hexdigest()}"
by = "legal@example.com"
on = 2026-10-01
expires = 2026-10-20
"""


def at_host(host: str) -> Change:
    """Return the change that sends the client to another host."""
    return edits(ANSWER, "eu.api.openai.com", host)


def by_contract(record: str = EVIDENCE, contract: bytes = CONTRACT, host: str = "api.openai.com") -> Change:
    """Return the change to a host that proves no region, with evidence of the contract."""

    def change(target: BuiltTarget) -> None:
        target.edit(ANSWER, "eu.api.openai.com", host)
        target.edit(DECLARED, "\n[service.assessment]", f"{record}\n[service.assessment]")
        target.plant("docs/residency.md", contract)

    return change


BREAKS = [
    Break(
        "Python sends it elsewhere",
        at_host("us.api.openai.com"),
        OPENAI,
        "contradicts",
        (f"{ANSWER}:5",),
        (f"at {ANSWER}:5 has it processed in us", f"{AT} declares region eu", "the policy does not allow us"),
    ),
    Break(
        "Python sends it to a host that proves nothing",
        at_host("api.openai.com"),
        OPENAI,
        "no-proof",
        (f"{ANSWER}:5",),
        ("proves no region", 'residency = { region = "eu"'),
    ),
    Break(
        "Python names no host",
        edits(ANSWER, 'base_url="https://eu.api.openai.com/v1"', ""),
        OPENAI,
        "no-proof",
        (f"{ANSWER}:5",),
        ("proves no region",),
    ),
    Break(
        "the environment sends it elsewhere",
        plants(".env", f"OPENAI_BASE_URL={US}\n"),
        OPENAI,
        "contradicts",
        (".env:1",),
        (f"OPENAI_BASE_URL={US} at .env:1", f"{AT} declares region eu"),
    ),
    Break(
        "a composition sends it elsewhere",
        plants("docker-compose.yml", COMPOSE),
        OPENAI,
        "contradicts",
        ("docker-compose.yml:5",),
        (AT,),
    ),
    Break(
        "Terraform sends it elsewhere",
        plants("infra/main.tf", TERRAFORM),
        OPENAI,
        "contradicts",
        ("infra/main.tf:4",),
        (AT,),
    ),
    Break(
        "declared narrower than it is",
        edits(DECLARED, 'region = "eu"', 'region = "eu-central-1"'),
        OPENAI,
        "contradicts",
        (f"{ANSWER}:5",),
        ("has it processed in eu", f"{AT} declares region eu-central-1"),
    ),
    Break(
        "no region declared",
        edits(DECLARED, 'region = "eu"\n', ""),
        OPENAI,
        "no-region",
        (f"{ANSWER}:5", f"{DECLARED}:40"),
        ('region = "…"',),
    ),
    Break(
        "a contract of other bytes",
        by_contract(contract=CONTRACT + b"\n"),
        OPENAI,
        "contract-refused",
        (f"{ANSWER}:5",),
        ("docs/residency.md", hashlib.sha256(CONTRACT).hexdigest()),
    ),
    Break(
        "a contract that is over",
        by_contract(EVIDENCE.replace("2026-10-20", "2026-10-19")),
        OPENAI,
        "contract-refused",
        (f"{ANSWER}:5",),
        ("it held through 2026-10-19",),
    ),
    Break(
        "a contract that a stranger vouches for",
        by_contract(EVIDENCE.replace("legal@example.com", "sales@example.com")),
        OPENAI,
        "contract-refused",
        (f"{ANSWER}:5",),
        ("sales@example.com",),
    ),
    Break(
        "a contract beside a place that says otherwise",
        by_contract(host="us.api.openai.com"),
        OPENAI,
        "contradicts",
        (f"{ANSWER}:5",),
        ("processed in us",),
    ),
]


def test_the_sound_target_passes(sound: Outcomes) -> None:
    found = sound["6.3"]
    assert found.outcome is Outcome.PASS, found.reason
    assert {(row.rule, str(row.at)) for row in found.observations} == {
        ("in-region", f"{ANSWER}:5"),
        ("declared-allowed", AT),
    }


@pytest.mark.parametrize("broken", BREAKS, ids=str)
def test_it_breaks_in_one_place(broken: Break, target: BuiltTarget, sound: Outcomes) -> None:
    broken.check("6.3", target, sound)


def test_a_contract_stands_for_a_host_that_proves_nothing(target: BuiltTarget, sound: Outcomes) -> None:
    by_contract()(target)
    found = run_suite(target)
    assert found["6.3"].outcome is Outcome.PASS, found["6.3"].reason
    (row,) = (row for row in found["6.3"].observations if row.rule == "by-contract")
    assert "by legal@example.com on 2026-10-01" in row.message
    assert found.unlike(sound) == set()


def test_a_declared_region_that_the_policy_does_not_allow_fails_at_its_line(
    target: BuiltTarget, sound: Outcomes
) -> None:
    target.edit(DECLARED, 'region = "eu"', 'region = "us"')
    found = run_suite(target)
    assert {(row.rule, str(row.at)) for row in found.rows("6.3", Outcome.FAIL)} == {
        ("contradicts", f"{ANSWER}:5"),
        ("declared-not-allowed", AT),
    }
    assert found.unlike(sound) - {"10.5"} == {"6.3"}


def test_without_a_list_in_the_policy_no_region_is_allowed(target: BuiltTarget, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY.read_text().replace('allowed_regions = ["eu"]\n', ""))
    found = run_suite(target, policy=policy)["6.3"]
    assert found.outcome is Outcome.UNDETERMINED
    assert {row.rule for row in found.observations} == {"no-allowed-regions"}


@pytest.mark.parametrize(
    ("name", "content", "rule", "line"),
    [
        (
            "app/more.py",
            'import boto3\n\nb = boto3.client("bedrock-runtime", region_name="us-east-1")\n',
            "not-allowed",
            3,
        ),
        (".env", "AWS_DEFAULT_REGION=us-east-1\n", "not-allowed", 1),
    ],
)
def test_a_region_that_is_not_allowed_fails_though_nobody_declared_the_service(
    name: str, content: str, rule: str, line: int, target: BuiltTarget
) -> None:
    target.plant("app/more.py", 'import boto3\n\nb = boto3.client("bedrock-runtime")\n').plant(name, content)
    found = run_suite(target).rows("6.3", Outcome.FAIL)
    assert [(row.component, row.rule, str(row.at)) for row in found] == [
        ("service:aws-bedrock", rule, f"{name}:{line}")
    ]
