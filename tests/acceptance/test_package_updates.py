"""Requirement 5.5: a vulnerability with a fix has its days; one without needs a statement that counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from supplychain.model.finding import Outcome
from tests.acceptance.advised import SNIFFIO, Advised
from tests.sound_facts import IMAGE, Record, every_version, image_report, record
from tests.support import BuiltTarget, Outcomes

VEX = "docs/sniffio.openvex.json"
NOT_AFFECTED = {"status": "not_affected", "justification": "vulnerable_code_not_in_execute_path"}
LINE = "requirements.txt:579: sniffio==1.3.1 → sniffio==9.0.0"


def unfixed(**fields: object) -> Record:
    """Return a record on every version of sniffio, with no fix."""
    return {**record(affected=every_version("sniffio")), **fields}


def stating(author: str = "security@example.com", day: str = "2026-10-01", **fields: str) -> str:
    """Return an OpenVEX document on the vulnerability."""
    statement = {
        "vulnerability": {"name": "GHSA-aaaa-bbbb-cccc"},
        "products": [{"@id": "pkg:pypi/sniffio@1.3.1"}],
        **(fields or NOT_AFFECTED),
    }
    document = {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://example.com/vex/sniffio",
        "author": author,
        "timestamp": f"{day}T00:00:00Z",
        "version": 1,
        "statements": [statement],
    }
    return json.dumps(document, indent=1)


def plants(text: str) -> Advised:
    """Return the example that plants a statement beside an overdue vulnerability."""
    return Advised("a statement", "overdue", records=(record(),), change=lambda target: target.plant(VEX, text))


BREAKS = [
    Advised("overdue", "overdue", records=(record(),), says=("critical", "the policy accepts 7", LINE)),
    Advised(
        "of unknown severity for more than its days",
        "overdue",
        records=(record(database_specific={}, published="2026-09-01T00:00:00Z"),),
        says=("severity unknown", "the policy accepts 30 for unknown"),
    ),
    Advised(
        "what a scanner alone reports of the image",
        "found-elsewhere",
        IMAGE,
        ("Dockerfile:1",),
        image=image_report("CVE-2026-1"),
        says=("reports CVE-2026-1", "neither its age nor its fix is known"),
    ),
    Advised("no fix", "no-fix", records=(unfixed(),), says=("no version is known to fix it", "VEX statement")),
    Advised(
        "a statement that expired",
        "vex-expired",
        records=(record(),),
        change=lambda target: target.plant(VEX, stating(day="2026-07-01")),
        says=("111 days old, and the policy accepts 90", LINE),
    ),
    Advised(
        "a statement by a stranger",
        "vex-not-counted",
        records=(record(),),
        change=lambda target: target.plant(VEX, stating("stranger@example.com")),
        says=("people.approvers do not name stranger@example.com", LINE),
    ),
    Advised(
        "a statement by the project's owner",
        "vex-not-counted",
        records=(record(),),
        change=lambda target: target.plant(VEX, stating("support-platform@example.com")),
        says=("support-platform@example.com",),
    ),
    Advised(
        "said to be fixed, and affected",
        "vex-contradicted",
        records=(record(),),
        change=lambda target: target.plant(VEX, stating(status="fixed")),
        says=("Correct the statement at docs/sniffio.openvex.json",),
    ),
    Advised(
        "being investigated, with no fix",
        "under-investigation",
        records=(unfixed(),),
        change=lambda target: target.plant(VEX, stating(status="under_investigation")),
        says=("Finish the investigation",),
    ),
]


def test_the_sound_target_has_no_vulnerability(sound: Outcomes) -> None:
    assert sound["5.5"].outcome is Outcome.PASS, sound["5.5"].reason
    rules = {row.component: row.rule for row in sound["5.5"].observations}
    assert (rules[SNIFFIO], rules[IMAGE]) == ("no-vulnerability", "cleared-by-scanner")


@pytest.mark.parametrize("broken", BREAKS, ids=str)
def test_broken_in_one_place(broken: Advised, target: BuiltTarget, tmp_path: Path, sound: Outcomes) -> None:
    broken.check("5.5", target, tmp_path, sound)


@pytest.mark.parametrize(
    ("example", "rule"),
    [
        (Advised("in its days", "within-limit", records=(record(published="2026-10-15T00:00:00Z"),)), "within-limit"),
        (plants(stating()), "not-affected"),
        (
            Advised(
                "mitigated",
                "mitigated",
                records=(unfixed(),),
                change=lambda target: target.plant(VEX, stating(status="affected", action_statement="not exposed")),
            ),
            "mitigated",
        ),
        (
            Advised("withdrawn", "no-vulnerability", records=(record(withdrawn="2026-01-01T00:00:00Z"),)),
            "no-vulnerability",
        ),
    ],
    ids=str,
)
def test_what_is_accepted(example: Advised, rule: str, target: BuiltTarget, tmp_path: Path, sound: Outcomes) -> None:
    found = example.run(target, tmp_path)
    assert [row.rule for row in found["5.5"].observations if row.component == SNIFFIO] == [rule]
    assert found["5.5"].outcome is Outcome.PASS
    assert found.unlike(sound) == set()
