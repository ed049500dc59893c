"""`supplychain sensitivity`: what it prints and keeps, what the next run shows of it, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.sound_facts import sound_facts
from tests.support import POLICY, BuiltTarget
from tests.verbs.support import say, touched, tree

Capture = pytest.CaptureFixture[str]


def arguments(target: BuiltTarget, reports: Path, *more: str) -> list[str]:
    given = ["--seed", "4", "--policy", str(POLICY), "--facts", str(sound_facts()), "--output", str(reports), *more]
    return ["sensitivity", str(target.path), "--plants", "12", *given]


def test_it_prints_the_share_and_keeps_it_without_a_write_into_the_target(
    target: BuiltTarget, tmp_path: Path, capsys: Capture
) -> None:
    before = tree(target)
    said = say(capsys, *arguments(target, tmp_path / "reports"))
    assert said.code == 0
    assert said.out[0].startswith("Of 12 planted known-bad changes of ")
    assert "% interval" in said.out[0] or "at most" in said.out[0]
    assert any(line.strip().startswith("not planted, ") for line in said.out)
    assert not touched(before, tree(target))
    kept = json.loads((tmp_path / "reports" / "sensitivity.json").read_text())
    assert (kept["schema"], kept["seed"], len(kept["plants"])) == (1, 4, 12)


def test_the_next_run_shows_it_and_its_record_holds_it(target: BuiltTarget, tmp_path: Path, capsys: Capture) -> None:
    reports = tmp_path / "reports"
    assert say(capsys, *arguments(target, reports)).code == 0
    run = ["run", str(target.path), "--policy", str(POLICY), "--facts", str(sound_facts()), "--output", str(reports)]
    say(capsys, *run, "--tags", "scenario-1")
    assert "planted known\\-bad changes" in (reports / "summary.md").read_text()
    assert "planted known-bad changes" in (reports / "index.html").read_text()
    assert (reports / "latest" / "sensitivity.json").read_bytes() == (reports / "sensitivity.json").read_bytes()
    target.plant("app/more.py", "x = 1\n")
    say(capsys, *run, "--tags", "scenario-1")
    assert "it was measured for other files of this target" in (reports / "index.html").read_text()
    assert not (reports / "latest" / "sensitivity.json").exists()


@pytest.mark.parametrize("count", ["0", "-3", "5001"])
def test_it_refuses_a_number_of_plants_that_is_none(
    target: BuiltTarget, tmp_path: Path, capsys: Capture, count: str
) -> None:
    said = say(capsys, *arguments(target, tmp_path / "reports", "--plants", count))
    assert f"--plants {count} is none of 1 to 5000" in said.refusal()


def test_it_refuses_reports_inside_the_target(target: BuiltTarget, capsys: Capture) -> None:
    assert "lies inside the target" in say(capsys, *arguments(target, target.path / "reports")).refusal()


def test_it_refuses_facts_that_are_none(target: BuiltTarget, tmp_path: Path, capsys: Capture) -> None:
    said = say(capsys, *arguments(target, tmp_path / "reports", "--facts", str(tmp_path / "gone")))
    assert "is no folder" in said.refusal()
