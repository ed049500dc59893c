"""What is kept of a measure, what its numbers say, and when it does not speak of a run."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from supplychain.model.case import TargetState
from supplychain.model.finding import Tool
from supplychain.sensitivity.result import FILE, NotPlanted, Planted, Seen, Sensitivity, read, write

STATE = TargetState(name="rag", commit="a" * 40, dirty=False, git="main", files=3, tree_digest="sha256:1")
TOOL = Tool(version="0.1", digest="sha256:2")


def plant(seen: Seen = "fail", requirement: str = "1.1", kind: str = "host") -> Planted:
    return Planted(kind=kind, requirement=requirement, layer="file", way="w", where="a.py", line=3, text="t", seen=seen)


def made(*plants: Planted) -> Sensitivity:
    return Sensitivity(
        seed=1,
        asked=200,
        measured=datetime(2026, 10, 1, tzinfo=UTC),
        tool=TOOL,
        target=STATE,
        policy="sha256:3",
        facts="cache",
        copies=9,
        plants=plants,
        not_planted=(NotPlanted(kind="k", requirement="9.1", reason="no baseline"),),
    )


def test_the_sentence_names_share_and_interval() -> None:
    found = made(*[plant()] * 197, *[plant("missed")] * 3)
    said = "of 200 planted known-bad changes of 1 kind 3 were missed (1.5 %, 95 % interval 0.5 to 4.3 %)"
    assert found.sentence == said


def test_nothing_missed_is_no_proof() -> None:
    assert "0 were missed (0 %, at most 1.9 % with 95 % confidence)" in made(*[plant()] * 200).sentence


def test_shares_are_by_requirement_in_the_order_of_the_document() -> None:
    found = made(plant(requirement="10.1"), plant("undetermined", "5.1"), plant("missed", "5.1"))
    assert [
        (name, counted.plants, counted.undetermined, counted.missed) for name, _, counted in found.by_requirement
    ] == [
        ("5.1", 2, 1, 1),
        ("10.1", 1, 0, 0),
    ]


def test_nothing_planted_says_so() -> None:
    assert made().sentence == "nothing could be planted in this target"


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert read(tmp_path) is None
    found = made(plant(), plant("missed"))
    write(tmp_path / "reports", found)
    assert read(tmp_path / "reports") == found


def test_a_damaged_or_later_file_is_not_guessed(tmp_path: Path) -> None:
    for text in ("", "{", made(plant()).text.replace('"schema": 1', '"schema": 2')):
        (tmp_path / FILE).write_text(text)
        assert "measure again" in str(read(tmp_path))


def test_it_speaks_of_one_commit_of_one_policy_and_one_suite() -> None:
    found = made(plant())
    assert found.unlike(STATE, TOOL, "sha256:3") == ""
    assert "another commit" in found.unlike(STATE.model_copy(update={"commit": "b" * 40}), TOOL, "sha256:3")
    assert "other files" in found.unlike(STATE.model_copy(update={"tree_digest": "x"}), TOOL, "sha256:3")
    assert "another version of the suite" in found.unlike(STATE, Tool(version="0.2", digest="d"), "sha256:3")
    assert "another policy" in found.unlike(STATE, TOOL, None)
