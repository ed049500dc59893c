"""The difference of two runs: what came, went or came out otherwise, and what could be why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from supplychain.model.finding import Outcome
from supplychain.report.difference import Difference, Run, difference, lines
from tests.support import NOW, BuiltTarget, Outcomes, run_suite, sound_target

STRANGER = 'import torch\n\ntorch.hub.load("stranger/one", "x")\n'
MODEL = "model:pytorch-hub/stranger/one"


def run(found: Outcomes, name: str = "run") -> Run:
    return Run(name, found.case, found.findings)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> BuiltTarget:
    return sound_target(tmp_path_factory.mktemp("sound"))


@pytest.fixture(scope="module")
def before(target: BuiltTarget) -> Outcomes:
    return run_suite(target)


@pytest.fixture(scope="module")
def after(target: BuiltTarget, before: Outcomes) -> Outcomes:
    return run_suite(target.plant("app/new.py", STRANGER))


def rows(found: Difference) -> dict[tuple[str, str], tuple[str, str]]:
    return {(item.requirement, item.component): (item.kind, item.now) for item in found.changes}


def test_one_run_does_not_differ_from_itself(before: Outcomes) -> None:
    found = difference(run(before), run(before))
    assert (found.inputs, found.outcomes, found.changes) == ((), (), ())
    assert list(lines(found, 9))[1] == "  nothing comes out otherwise"


def test_what_is_new_says_that_the_target_names_it(before: Outcomes, after: Outcomes) -> None:
    found = difference(run(before), run(after))
    assert "the target's files" in found.inputs
    assert ("1.1", "pass", "fail") in found.outcomes
    stranger = next(item for item in found.changes if item.requirement == "1.1")
    assert (stranger.kind, stranger.was, stranger.why) == ("new", "no row", "the target names it, and did not before")
    assert (stranger.component, str(stranger.row.at)) == (MODEL, "app/new.py:3")
    assert not any(item.requirement in {"10.2", "10.5"} for item in found.changes)


def test_the_other_way_round_it_is_gone(before: Outcomes, after: Outcomes) -> None:
    found = difference(run(after), run(before))
    assert rows(found)["1.1", MODEL] == ("gone", "no row")
    assert {item.why for item in found.changes if item.component == MODEL} == {"the target does not name it any more"}


def test_lines_that_moved_are_no_difference(tmp_path: Path, before: Outcomes) -> None:
    moved = sound_target(tmp_path)
    path = moved.path / "app/retrieval.py"
    path.write_text("\n\n\n" + path.read_text())
    assert difference(run(before), run(run_suite(moved))).changes == ()


def test_without_a_change_of_the_target_the_inputs_could_be_why(target: BuiltTarget, before: Outcomes) -> None:
    policy = before.case.policy
    trust = policy.trust.model_copy(update={"orgs": ()})
    case = before.case.model_copy(update={"policy_digest": "sha256:other"})
    otherwise = before["1.1"].observations[0].model_copy(update={"outcome": Outcome.FAIL, "rule": "unlisted-owner"})
    finding = before["1.1"].model_copy(update={"observations": (otherwise, *before["1.1"].observations[1:])})
    later = Run("later", case.model_copy(update={"policy": policy.model_copy(update={"trust": trust})}), {})
    [change] = difference(run(before), replace(later, findings=before.findings | {"1.1": finding})).changes
    assert (change.kind, change.why) == ("changed", "these inputs changed: policy")
    assert change.now.startswith("fail (unlisted-owner)")


def test_it_names_the_day_and_stays_short(before: Outcomes, after: Outcomes, target: BuiltTarget) -> None:
    later = run_suite(target, now=NOW.replace("2026", "2028"))
    found = difference(run(before, "first\x1b"), run(later))
    assert "the day" in found.inputs
    told = list(lines(found, 2))
    assert told[0].startswith("Since run first\\x1b; inputs that are not the same: ")
    assert told[-1].endswith(" more rows")
