"""The policy's gate: which mode a requirement has on which day."""

from __future__ import annotations

from datetime import date

import pytest

from supplychain.config.loading import ConfigError, parse
from supplychain.model.policy import Policy

TEXT = """
[gate]
default = "ratchet"
observe = ["3.1", "5.3"]
enforce = { "1.1" = 2026-12-01, "5.3" = 2027-01-01 }
"""


def test_a_policy_without_a_gate_says_nothing_of_one() -> None:
    assert parse(Policy, b"", "policy.toml").gate is None


@pytest.mark.parametrize(
    ("requirement", "day", "mode"),
    [
        ("1.2", date(2026, 11, 30), "ratchet"),
        ("3.1", date(2026, 11, 30), "observe"),
        ("1.1", date(2026, 11, 30), "ratchet"),
        ("1.1", date(2026, 12, 1), "enforce"),
        ("5.3", date(2026, 12, 1), "observe"),
        ("5.3", date(2027, 1, 1), "enforce"),
    ],
)
def test_a_requirement_has_one_mode_on_a_day(requirement: str, day: date, mode: str) -> None:
    gate = parse(Policy, TEXT.encode(), "policy.toml").gate
    assert gate is not None
    assert gate.mode(requirement, day) == mode


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[gate]\nobserve = ["3.1"]\nratchet = ["3.1"]\n', "observe and ratchet both name 3.1"),
        ('[gate]\nobserve = ["3.9"]\n', "String should match pattern"),
        ('[gate]\ndefault = "off"\n', "Input should be 'observe', 'ratchet' or 'enforce'"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, why: str) -> None:
    with pytest.raises(ConfigError, match=r"^policy\.toml:") as refused:
        parse(Policy, text.encode(), "policy.toml")
    assert why in str(refused.value)
