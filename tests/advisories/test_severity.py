"""Severity: the examples of the specifications, and what is unknown rather than low."""

import json
from typing import Any

import pytest

from supplychain.advisories.records import parse
from supplychain.advisories.severity import base_score, scored
from supplychain.model.finding import Severity
from tests.advisories.support import affected, record

OPEN = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"


@pytest.mark.parametrize(
    ("vector", "score"),
    [
        (OPEN, 9.8),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
        ("CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:H/I:N/A:N", 4.7),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0),
        ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H/E:P/RL:O", 9.9),
        ("AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0),
        ("AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8),
        ("(AV:L/AC:H/Au:N/C:N/I:P/A:N)", 1.2),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", None),
        ("CVSS:3.1/AV:N", None),
        ("CVSS:3.1/AV:Z/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", None),
        ("9.8", None),
        ("", None),
    ],
)
def test_a_base_score_is_that_of_the_specification(vector: str, score: float | None) -> None:
    assert base_score(vector) == score


def test_scores_are_rated_as_the_scales_have_it() -> None:
    assert scored(OPEN) is Severity.CRITICAL
    assert scored("AV:N/AC:L/Au:N/C:C/I:C/A:C") is Severity.HIGH  # version 2 knows nothing above
    assert scored("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N") is Severity.LOW


@pytest.mark.parametrize(
    ("fields", "entry", "severity"),
    [
        ({"database_specific": {"severity": "MODERATE"}}, {}, Severity.MEDIUM),
        ({"severity": [{"type": "CVSS_V3", "score": OPEN}]}, {}, Severity.CRITICAL),
        (
            {"severity": [{"type": "CVSS_V3", "score": OPEN}], "database_specific": {"severity": "LOW"}},
            {},
            Severity.CRITICAL,
        ),
        ({}, {"severity": [{"type": "CVSS_V3", "score": OPEN}]}, Severity.CRITICAL),
        ({}, {"ecosystem_specific": {"severity": "High"}}, Severity.HIGH),
        ({"severity": [{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N"}]}, {}, None),
        ({"severity": ["?"], "database_specific": {"severity": 3}}, {}, None),
        ({"database_specific": {"severity": "important"}}, {}, None),
    ],
)
def test_the_highest_that_is_stated_counts_and_unknown_is_not_low(
    fields: dict[str, Any], entry: dict[str, Any], severity: Severity | None
) -> None:
    stated = record(affected(versions=["1"], **entry), **fields)
    assert parse(json.dumps(stated).encode()).severity is severity
