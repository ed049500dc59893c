"""A measure in the reports: shown where it speaks of the run, refused where it does not, and its text escaped."""

from __future__ import annotations

from pathlib import Path

from supplychain.report import pages
from supplychain.report.sensitivity import Measured, lines, section
from supplychain.report.view import View
from supplychain.sensitivity.result import write
from supplychain.suite import tool
from tests.sensitivity.test_result import made, plant
from tests.support import run_suite, sound_target

HOSTILE = "<script>alert(1)</script> | `x` [a](javascript:b)"


def test_a_measure_is_shown_with_the_missed_ones_and_hostile_text_is_escaped(tmp_path: Path) -> None:
    outcomes = run_suite(sound_target(tmp_path))
    case = outcomes.case
    missed = plant("missed").model_copy(update={"text": HOSTILE, "where": "<b>.py", "noticed": True})
    found = made(plant(), missed).model_copy(
        update={"target": case.target, "tool": tool(), "policy": case.policy_digest}
    )
    write(tmp_path / "reports", found)
    measured = Measured.of(tmp_path / "reports", case)
    assert measured is not None
    assert measured.usable == found
    view = View(case, outcomes.findings, "run")
    page, summary = pages.page(view, measured), pages.summary(view, measured)
    assert "<script>alert" not in page
    assert "<b>" not in page
    assert "`<script>alert(1)</script> \\| 'x' [a](javascript:b)`" in summary  # inside of a code span, as it is
    assert "<b>" not in summary
    assert "Of 2 planted known-bad changes of 1 kind 1 was missed" in page
    assert "1.1 host (w) at" in section(measured).replace("\\", "")
    assert "no baseline" in page


def test_without_a_measure_a_report_says_nothing_of_one(tmp_path: Path) -> None:
    outcomes = run_suite(sound_target(tmp_path))
    assert Measured.of(tmp_path, outcomes.case) is None
    assert "How wrong" not in pages.page(View(outcomes.case, outcomes.findings, "run"))


def test_one_of_another_commit_gives_no_number(tmp_path: Path) -> None:
    outcomes = run_suite(sound_target(tmp_path))
    write(tmp_path / "reports", made(plant("missed")))
    measured = Measured.of(tmp_path / "reports", outcomes.case)
    assert measured is not None
    assert measured.usable is None
    assert "another commit" in section(measured)
    assert "planted" not in section(measured)


def test_the_terminal_lists_every_missed_one_with_its_place() -> None:
    told = lines(made(plant(), plant("missed")))
    assert told[0].startswith("Of 2 planted known-bad changes")
    assert "  missed: 1.1 host (w) at a.py:3: t" in told
