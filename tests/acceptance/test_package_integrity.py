"""Requirement 5.2: the integrity of each package is verified."""

from __future__ import annotations

import re

import pytest

from supplychain.checks.engine import decide
from supplychain.model.fact import Release
from supplychain.model.finding import Outcome
from supplychain.suite import tool
from tests.acceptance.breaks import Break, edits, plants
from tests.acceptance.test_package_source import locked
from tests.support import ROLL_UPS, SAMPLE, BuiltTarget, Outcomes, run_suite

OPENAI = "package:pypi/openai"
LINES = locked("openai")
HASH = re.findall(r"sha256:[0-9a-f]{64}", LINES)[0]
ALTERED = HASH[:-1] + ("0" if HASH[-1] != "0" else "1")
PINNED = LINES.split(" ")[0]
LOCK = (SAMPLE / "requirements.txt").read_text()
AT = f"requirements.txt:{LOCK[: LOCK.index(LINES)].count(chr(10)) + 1}"
ASKED = len((SAMPLE / "requirements.in").read_text().splitlines())

BREAKS = [
    Break(
        "one digit of one hash",
        edits("requirements.txt", HASH, ALTERED),
        OPENAI,
        "hash-differs",
        (AT,),
        (ALTERED, HASH, "PyPI", "uv pip compile --generate-hashes"),
    ),
    Break(
        "a hash that is cut short",
        edits("requirements.txt", LINES, f"{PINNED} \\\n    --hash={HASH[:-8]}\n"),
        OPENAI,
        "no-hash",
        (AT,),
        ("has no hash",),
    ),
    Break(
        "no hash",
        edits("requirements.txt", LINES, f"{PINNED}\n"),
        OPENAI,
        "no-hash",
        (AT,),
        ("has no hash", AT, "uv pip compile --generate-hashes"),
    ),
    Break(
        "md5 alone",
        edits("requirements.txt", LINES, f"{PINNED} \\\n    --hash=md5:{'0' * 32}\n"),
        OPENAI,
        "weak-hash",
        (AT,),
        ("md5", "sha256"),
    ),
    Break(
        "a lock that git ignores",
        plants(".gitignore", "*.pyc\n/requirements.txt\n"),
        "lock:requirements.txt",
        "ignored-lock",
        (".gitignore:2",),
        ("requirements.txt", ".gitignore:2"),
    ),
]


def test_the_sound_target_passes_with_every_package_and_its_lock_observed(sound: Outcomes) -> None:
    finding = sound["5.2"]
    assert finding.outcome is Outcome.PASS, finding.reason
    assert {row.rule for row in finding.observations} == {"verified", "fixed-by-content", "lock-holds"}
    assert finding.sources


@pytest.mark.parametrize("broken", BREAKS, ids=str)
def test_broken_in_one_place(broken: Break, target: BuiltTarget, sound: Outcomes) -> None:
    broken.check("5.2", target, sound)


def test_a_manifest_that_is_newer_than_its_lock_fails_at_its_line(target: BuiltTarget) -> None:
    target.plant("requirements.in", (target.path / "requirements.in").read_text() + "polars\n")
    row = run_suite(target).only("5.2", Outcome.FAIL)
    assert (row.component, row.rule, str(row.at)) == (
        "package:pypi/polars",
        "stale-lock",
        f"requirements.in:{ASKED + 1}",
    )
    assert "uv pip compile" in row.remedy


def test_a_range_in_place_of_a_lock_fails_line_by_line(target: BuiltTarget) -> None:
    rows = run_suite(target.remove("requirements.txt")).rows("5.2", Outcome.FAIL)
    assert {row.rule for row in rows} == {"no-lock"}
    assert {f"requirements.in:{number}" for number in range(1, ASKED + 1)} <= {str(row.at) for row in rows}


@pytest.mark.parametrize(
    ("said", "rule", "outcome"),
    [
        ({"state": "no such version", "files": ()}, "not-listed", Outcome.FAIL),
        ({"state": "no such package", "files": ()}, "not-listed", Outcome.FAIL),
        ({"status": "quarantined", "status_reason": "malware"}, "quarantined", Outcome.FAIL),
        ({"state": "unknown", "problem": "it did not answer", "files": ()}, "not-compared", Outcome.UNDETERMINED),
        ({"status": "archived"}, "verified", Outcome.PASS),
    ],
)
def test_what_the_registry_says_decides(said: dict[str, object], rule: str, outcome: Outcome, sound: Outcomes) -> None:
    finding = decide("5.2", sound.case.model_copy(update={"releases": _saying(sound, said)}), tool())
    assert finding.outcome is outcome
    assert [row.rule for row in finding.observations if row.component == OPENAI] == [rule]


def test_a_hash_of_the_index_that_the_list_names_is_not_held_against_the_registry(target: BuiltTarget) -> None:
    edits("requirements.txt", HASH, ALTERED)(target)
    target.edit("requirements.txt", "annotated-types==", "--index-url https://wheels.example/simple\nannotated-types==")
    found = run_suite(target)
    assert found.rows("5.2", Outcome.FAIL) == []
    row = found.only("5.2", Outcome.UNDETERMINED)
    assert (row.component, row.rule) == (OPENAI, "not-compared")
    assert "has it fetched from https://wheels.example/simple, of which no facts are at hand" in row.message
    assert OPENAI in {row.component for row in found.rows("5.1", Outcome.FAIL)}


def test_a_yanked_release_fails_with_its_reason(sound: Outcomes) -> None:
    files = next(release.files for release in sound.case.releases if release.component == OPENAI)
    yanked = tuple(file.model_copy(update={"yanked": "leaks sockets"}) for file in files)
    finding = decide("5.2", sound.case.model_copy(update={"releases": _saying(sound, {"files": yanked})}), tool())
    (row,) = [row for row in finding.observations if row.outcome is Outcome.FAIL]
    assert (row.component, row.rule) == (OPENAI, "yanked")
    assert "leaks sockets" in row.message


def _saying(sound: Outcomes, said: dict[str, object]) -> tuple[Release, ...]:
    """Return what the registry says of the sound target, with something else said of one package."""
    return tuple(
        release.model_copy(update=said) if release.component == OPENAI else release for release in sound.case.releases
    )


def test_without_facts_no_hash_is_called_verified(sound: Outcomes) -> None:
    finding = decide("5.2", sound.case.model_copy(update={"releases": ()}), tool())
    assert finding.outcome is Outcome.UNDETERMINED
    assert "verified" not in {row.rule for row in finding.observations}


def test_roll_ups_follow(target: BuiltTarget, sound: Outcomes) -> None:
    edits("requirements.txt", HASH, ALTERED)(target)
    found = run_suite(target)
    assert found["10.5"].outcome is Outcome.FAIL
    assert found.unlike(sound) - ROLL_UPS == {"5.2"}
