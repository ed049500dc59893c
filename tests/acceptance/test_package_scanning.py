"""Requirement 5.3: every package of the sound target is held against advisories of a known age."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from supplychain.model.finding import Outcome
from tests.acceptance.advised import AT, SNIFFIO, Advised
from tests.sound_facts import IMAGE, image_report, record, snapshot
from tests.support import POLICY, SAMPLE, BuiltTarget, Outcomes, run_suite


def unlisted(target: BuiltTarget) -> None:
    """Install a package by a command that pins nothing."""
    target.edit("Dockerfile", "RUN pip install", "RUN pip install rich\nRUN pip install")


def saved(*ids: str) -> str:
    """Return a saved report of osv-scanner that assessed one package and found these vulnerabilities."""
    package = {"package": {"name": "sniffio", "version": "1.3.1", "ecosystem": "PyPI"}}
    found = [{"id": name, "aliases": []} for name in ids]
    result = {
        "source": {"path": "requirements.txt", "type": "lockfile"},
        "packages": [{**package, "vulnerabilities": found}],
    }
    return json.dumps({"results": [result], "experimental_config": {}})


BREAKS = [
    Advised(
        "no report of a scanner on the image",
        "not-covered",
        IMAGE,
        ("Dockerfile:1",),
        image={},
        says=("do not cover packages from docker", "hand in the report"),
        also=("5.5",),
    ),
    Advised(
        "a package that a command installs without a version",
        "not-assessed",
        "package:pypi/rich",
        ("Dockerfile:4",),
        change=unlisted,
        says=("nothing says which version", "At Dockerfile:4, write one exact version, such as rich==VERSION"),
        also=("5.2", "5.4", "5.5", "7.5"),
    ),
    Advised(
        "a scanner reports what the advisories do not hold",
        "found-elsewhere",
        change=lambda target: target.plant("docs/osv-scan.json", saved("GHSA-new-new-new")),
        says=("osv-scanner reports GHSA-new-new-new", "facts=online"),
        also=("5.5",),
    ),
]


def test_the_sound_target_was_held_against_advisories(sound: Outcomes) -> None:
    assert sound["5.3"].outcome is Outcome.PASS, sound["5.3"].reason
    rules = {row.component: row.rule for row in sound["5.3"].observations}
    assert rules[SNIFFIO] == "matched"
    assert rules[IMAGE] == "covered-by-scanner"


def test_the_scanners_agree_about_the_sound_target() -> None:
    finding = run_suite(SAMPLE, scanners=True)["5.3"]
    assert finding.outcome is Outcome.PASS, finding.reason
    rules = {row.component: row.rule for row in finding.observations}
    assert rules["scanner:safety"] == rules["scanner:pip-audit"] == "scanner-agrees"


@pytest.mark.parametrize("broken", BREAKS, ids=str)
def test_broken_in_one_place(broken: Advised, target: BuiltTarget, tmp_path: Path, sound: Outcomes) -> None:
    broken.check("5.3", target, tmp_path, sound)


def test_a_report_that_lies_in_the_target_clears_nothing(target: BuiltTarget, tmp_path: Path) -> None:
    target.plant("docs/trivy.json", json.dumps(image_report()))
    found = run_suite(target, facts=snapshot(tmp_path / "facts", image={}))
    assert [row.rule for row in found["5.3"].observations if row.component == IMAGE] == ["not-covered"]
    assert [row.rule for row in found["5.5"].observations if row.component == IMAGE] == ["no-advisory-data"]


def test_a_vulnerability_is_listed_and_judged_elsewhere(target: BuiltTarget, tmp_path: Path) -> None:
    found = run_suite(target, facts=snapshot(tmp_path / "facts", [record(aliases=["CVE-2025-1"])]))
    assert found["5.3"].outcome is Outcome.PASS
    (row,) = [row for row in found["5.3"].observations if row.component == SNIFFIO]
    assert str(row.at) == AT
    assert "GHSA-aaaa-bbbb-cccc CVE-2025-1 (critical); judged in 5.5" in row.message


def test_old_advisories_fail(target: BuiltTarget, tmp_path: Path) -> None:
    old = snapshot(tmp_path / "facts", modified="2026-10-01T00:00:00Z")
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY.read_text().replace("advisories_max_age_days = 3650", "advisories_max_age_days = 2"))
    found = run_suite(target, facts=old, policy=policy)
    assert {row.rule for row in found.rows("5.3", Outcome.FAIL)} == {"stale-data"}
    assert "19 days old, and the policy accepts 2" in found["5.3"].reason


def test_without_advisories_nothing_passes(target: BuiltTarget) -> None:
    found = run_suite(target, facts="cache")
    assert found["5.3"].outcome is Outcome.UNDETERMINED
    assert {row.rule for row in found.rows("5.3", Outcome.UNDETERMINED)} <= {"no-advisory-data", "not-covered"}
    for requirement in ("5.4", "5.5"):
        assert found[requirement].outcome is Outcome.UNDETERMINED


def test_malware_that_the_sentence_asks_for(target: BuiltTarget, tmp_path: Path) -> None:
    words: dict[str, tuple[str, ...]] = {"5.3": ("CVEs", "malware")}
    found = run_suite(target, facts=snapshot(tmp_path / "facts"), words=words)
    assert {row.rule for row in found["5.3"].observations if row.component == SNIFFIO} == {"matched"}
