"""`supplychain inventory where`, `changed` and `approval`: answers from the store, and what they exit with."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplychain.state.store import state_path
from tests.state.support import behind_its_back
from tests.support import POLICY, BuiltTarget
from tests.verbs.support import BGE, INTENT, Said, say, tree

Capture = pytest.CaptureFixture[str]
QUESTIONS = [["where", BGE], ["changed", "--since", "2026-10-01"], ["approval", BGE]]


def ask(capsys: Capture, verb: str, target: BuiltTarget, *arguments: str | Path) -> Said:
    """Ask one question."""
    return say(capsys, "inventory", verb, target, *arguments)


def write(capsys: Capture, target: BuiltTarget) -> str:
    """Record the inventory and return the name of its run."""
    said = say(capsys, "inventory", "write", target)
    assert said.code == 0
    return said.out[1].split()[3]


@pytest.mark.parametrize("question", QUESTIONS)
def test_with_nothing_recorded_it_is_undetermined(
    question: list[str], target: BuiltTarget, state_home: Path, capsys: Capture
) -> None:
    said = ask(capsys, question[0], target, *question[1:])
    assert (said.code, said.out, len(said.err)) == (3, [], 1)
    assert "run supplychain inventory write" in said.err[0]
    assert not state_home.exists()


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_leaves_the_target_as_it_is(question: list[str], target: BuiltTarget, capsys: Capture) -> None:
    write(capsys, target)
    before = tree(target)
    ask(capsys, question[0], target, *question[1:])
    assert tree(target) == before


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_damaged_chain_is_told_and_gives_no_answer(question: list[str], target: BuiltTarget, capsys: Capture) -> None:
    write(capsys, target)
    write(capsys, target)
    behind_its_back(state_path("target", str(target.path)), "DELETE FROM record WHERE sequence = 1")
    said = ask(capsys, question[0], target, *question[1:])
    assert (said.code, said.out) == (1, [])
    assert "is damaged; keep it as evidence" in said.err[0]
    assert said.err[1].startswith("1: record 1 is missing")


def test_nothing_is_added_to_a_damaged_chain(target: BuiltTarget, capsys: Capture) -> None:
    write(capsys, target)
    write(capsys, target)
    behind_its_back(state_path("target", str(target.path)), "DELETE FROM record WHERE sequence = 1")
    said = say(capsys, "inventory", "write", target)
    assert (said.code, len(said.out)) == (1, 1)
    assert said.err[1].startswith("1: record 1 is missing")


def test_a_chain_whose_records_are_all_gone_is_damaged(target: BuiltTarget, capsys: Capture) -> None:
    write(capsys, target)
    behind_its_back(state_path("target", str(target.path)), "DELETE FROM record")
    assert ask(capsys, "where", target, BGE).code == 1


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_store_inside_the_target_is_not_read(question: list[str], target: BuiltTarget, capsys: Capture) -> None:
    said = ask(capsys, question[0], target, *question[1:], "--state", target.path / "s.db")
    assert "lies inside the target" in said.refusal()


def test_where_gives_the_places(target: BuiltTarget, capsys: Capture) -> None:
    run = write(capsys, target)
    said = ask(capsys, "where", target, "BGE-small")
    assert said.code == 0
    assert said.out[0].startswith(f"BGE-small in run {run} of ")
    assert said.out[1].startswith(f"{BGE} at 5c38ec7c")
    assert said.out[2:] == ["  app/retrieval.py:17 (prod)", "  app/retrieval.py:19 (prod)"]


def test_not_found_is_undetermined_where_something_could_still_name_it(target: BuiltTarget, capsys: Capture) -> None:
    write(capsys, target)
    said = ask(capsys, "where", target, "no-such-model")
    assert (said.code, said.out[1:]) == (0, ["not found"])
    target.plant("app/more.py", "from transformers import AutoModel\nAutoModel.from_pretrained(made())\n")
    write(capsys, target)
    said = ask(capsys, "where", target, "no-such-model")
    assert said.code == 3
    assert said.out[2].startswith("1 unresolved references")


def test_where_needs_something_to_look_for(target: BuiltTarget, capsys: Capture) -> None:
    assert "COMPONENT is empty" in ask(capsys, "where", target, " ").refusal()


def test_changed_since_a_run(target: BuiltTarget, capsys: Capture) -> None:
    first = write(capsys, target)
    target.edit("app/retrieval.py", "5c38ec7c", "aaaaaaaa")
    second = write(capsys, target)
    said = ask(capsys, "changed", target, "--since", first)
    assert said.code == 0
    assert said.out[0].startswith(f"run {first} to run {second}, ")
    assert [line.split(": ")[0] for line in said.out[1:]] == [f"changed {BGE}"]
    assert ask(capsys, "changed", target, "--since", second).out[1:] == ["no component changed"]


def test_changed_since_a_time(target: BuiltTarget, capsys: Capture) -> None:
    run = write(capsys, target)
    day = f"{run[:4]}-{run[4:6]}-{run[6:8]}"
    said = ask(capsys, "changed", target, "--since", f"{day}T{run[9:11]}:{run[11:13]}:{run[13:15]}+00:00")
    assert (said.code, said.out[1:]) == (0, ["no component changed"])


def test_changed_since_a_time_before_the_first_record_is_undetermined(target: BuiltTarget, capsys: Capture) -> None:
    write(capsys, target)
    said = ask(capsys, "changed", target, "--since", "2001-01-01")
    assert (said.code, said.out) == (3, [])
    assert "no run is recorded up to 2001-01-01 00:00 UTC" in said.err[0]


@pytest.mark.parametrize(
    ("since", "why"),
    [("yesterday", "neither a recorded run nor a date"), ("9000-01-01", "has not come yet"), ("", "neither")],
)
def test_what_is_no_time_is_refused(since: str, why: str, target: BuiltTarget, capsys: Capture) -> None:
    write(capsys, target)
    assert why in ask(capsys, "changed", target, "--since", since).refusal()


def test_an_approval_that_counts_holds(target: BuiltTarget, capsys: Capture) -> None:
    run = write(capsys, target)
    said = ask(capsys, "approval", target, BGE, "--policy", POLICY)
    assert said.code == 0
    assert said.out[:2] == [
        f"{BGE}: approved by security@example.com on 2026-08-01 (SEC-212)",
        "  valid: approved by security@example.com on 2026-08-01",
    ]
    assert said.out[2].startswith(f"  used in run {run} of ")


def test_an_approval_does_not_hold_without_a_policy_that_names_the_approver(
    target: BuiltTarget, capsys: Capture
) -> None:
    write(capsys, target)
    said = ask(capsys, "approval", target, BGE)
    assert said.code == 1
    assert said.out[1].startswith("  not-an-approver: ")


def test_an_approval_lapses_with_the_revision(target: BuiltTarget, capsys: Capture) -> None:
    target.edit("app/retrieval.py", "5c38ec7c", "aaaaaaaa")
    write(capsys, target)
    said = ask(capsys, "approval", target, BGE, "--policy", POLICY)
    assert said.code == 1
    assert said.out[1].startswith("  lapsed: approved at 5c38ec7c")


def test_an_approval_lapses_with_the_bytes(target: BuiltTarget, capsys: Capture) -> None:
    target.edit(
        "supplychain.toml",
        "first_party = true",
        'approved = { by = "security@example.com", on = 2026-08-01 }',
    ).edit("supplychain.toml", "6c3cd8df75d102168bb775f36a6da3a0bb51f10b520e98b08c67a700802b5ac9", "0" * 64)
    write(capsys, target)
    said = ask(capsys, "approval", target, INTENT, "--policy", POLICY)
    assert said.code == 1
    assert said.out[1].startswith("  lapsed: approved with sha256 000")


def test_an_approval_of_what_is_not_used_is_undetermined(target: BuiltTarget, capsys: Capture) -> None:
    target.remove("app/retrieval.py")
    write(capsys, target)
    said = ask(capsys, "approval", target, BGE, "--policy", POLICY)
    assert said.code == 3
    assert said.out[2].startswith("  not used in run ")


def test_what_nobody_approved_does_not_hold(target: BuiltTarget, capsys: Capture) -> None:
    write(capsys, target)
    said = ask(capsys, "approval", target, "package:pypi/torch", "--policy", POLICY)
    assert (said.code, said.out[0]) == (1, "package:pypi/torch: not approved")


def test_approval_refuses_what_is_no_id_and_a_policy_of_the_target(target: BuiltTarget, capsys: Capture) -> None:
    write(capsys, target)
    assert "is not a component id" in ask(capsys, "approval", target, "bge").refusal()
    inside = target.path / "supplychain.toml"
    assert "lies inside the target" in ask(capsys, "approval", target, BGE, "--policy", inside).refusal()
    target.plant("supplychain.toml", "schema = 1\nnothing = 2\n")
    assert "supplychain.toml:2: nothing: unknown key" in ask(capsys, "approval", target, BGE).refusal()
