"""`supplychain inventory write`: the file, its formats, its record, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from supplychain.bom.writing import FORMATS
from supplychain.state.store import Store, state_path
from tests.support import POLICY, BuiltTarget, empty_target
from tests.verbs.support import BGE, INVENTORY, say, touched, tree

Capture = pytest.CaptureFixture[str]


def test_it_writes_what_7_1_accepts_and_says_how_much(target: BuiltTarget, capsys: Capture) -> None:
    before, file = tree(target), target.path / INVENTORY
    listed = [component["bom-ref"] for component in json.loads(file.read_text())["components"]]
    said = say(capsys, "inventory", "write", target, "--policy", POLICY)
    assert (said.code, said.err) == (0, [])
    assert said.out[0].startswith(f"{file}: ")
    assert said.out[0].endswith(" components; 0 references are unresolved")
    assert [component["bom-ref"] for component in json.loads(file.read_text())["components"]] == listed
    assert touched(before, tree(target)) == {INVENTORY}


@pytest.mark.parametrize("form", FORMATS)
def test_each_format_has_its_own_file(form: str, target: BuiltTarget, capsys: Capture) -> None:
    before = tree(target)
    assert say(capsys, "inventory", "write", target, "--format", form).code == 0
    assert touched(before, tree(target)) == {FORMATS[form].file}


def test_with_an_output_nothing_of_the_target_is_written(target: BuiltTarget, tmp_path: Path, capsys: Capture) -> None:
    before, file = tree(target), tmp_path / "out" / "inventory.json"
    assert say(capsys, "inventory", "write", target, "--output", file).code == 0
    assert json.loads(file.read_text())["bomFormat"] == "CycloneDX"
    assert tree(target) == before


def test_an_approval_counts_by_the_policy(target: BuiltTarget, tmp_path: Path, capsys: Capture) -> None:
    strict, known = tmp_path / "strict.json", tmp_path / "known.json"
    say(capsys, "inventory", "write", target, "--output", strict)
    say(capsys, "inventory", "write", target, "--output", known, "--policy", POLICY)
    assert "SEC-212; it does not count" in strict.read_text()
    assert 'SEC-212"' in known.read_text()


def test_it_is_recorded_in_the_project_s_store(target: BuiltTarget, capsys: Capture) -> None:
    said = say(capsys, "inventory", "write", target)
    place = state_path("target", str(target.path))
    with Store.open(place) as store:
        (record,) = store.records()
        assert store.verify() == ()
    assert said.out[1:] == [f"recorded as run {record.run} in {place}"]
    assert BGE in {used.component for used in record.inventory.used}
    assert not record.simulated


def test_it_is_recorded_where_state_says(
    target: BuiltTarget, tmp_path: Path, state_home: Path, capsys: Capture
) -> None:
    place = tmp_path / "kept.db"
    for _ in range(2):
        assert say(capsys, "inventory", "write", target, "--state", place).code == 0
    with Store.open(place) as store:
        assert len(store.records()) == 2
    assert not state_home.exists()


def test_a_store_inside_the_target_is_refused_before_anything_is_written(
    target: BuiltTarget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    (tmp_path / "way").symlink_to(target.path)
    before = tree(target)
    for place in (target.path / "s.db", tmp_path / "way" / "s.db"):
        assert "lies inside the target" in say(capsys, "inventory", "write", target, "--state", place).refusal()
    monkeypatch.setenv("XDG_STATE_HOME", str(target.path / "home"))
    assert "lies inside the target" in say(capsys, "inventory", "write", target).refusal()
    assert tree(target) == before


def test_a_store_that_cannot_be_used_is_refused_before_anything_is_written(
    target: BuiltTarget, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "notes.txt").write_text("no database\n" * 100)
    before = tree(target)
    line = say(capsys, "inventory", "write", target, "--state", tmp_path / "notes.txt").refusal()
    assert line.endswith("give another place with --state FILE")
    assert tree(target) == before


def test_no_link_of_the_target_is_followed(tmp_path: Path, capsys: Capture) -> None:
    target = empty_target(tmp_path)
    outside = tmp_path / "outside"
    outside.mkdir()
    (target.path / ".supplychain").symlink_to(outside)
    assert "is not followed" in say(capsys, "inventory", "write", target).refusal()
    named = target.path / ".supplychain" / "mine.json"
    assert "is not followed" in say(capsys, "inventory", "write", target, "--output", named).refusal()
    assert not list(outside.iterdir())


def test_a_hard_link_keeps_what_it_shares(target: BuiltTarget, tmp_path: Path, capsys: Capture) -> None:
    shared = tmp_path / "shared"
    shared.write_text("ours")
    (target.path / INVENTORY).unlink()
    (target.path / INVENTORY).hardlink_to(shared)
    assert say(capsys, "inventory", "write", target).code == 0
    assert shared.read_text() == "ours"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--format", "xml"], "give one of cyclonedx, spdx3, spdx2"),
        (["--policy", "{target}/supplychain.toml"], "a policy that lies inside the target"),
        (["--policy", "{target}/../missing.toml"], "cannot be read"),
        (["--output", "{target}/app"], "is no plain file"),
        (["--output", "{target}/README.md/x.json"], "cannot be written"),
    ],
)
def test_what_it_cannot_do_is_one_line(arguments: list[str], why: str, target: BuiltTarget, capsys: Capture) -> None:
    before = tree(target)
    given = [argument.format(target=target.path) for argument in arguments]
    assert why in say(capsys, "inventory", "write", target, *given).refusal()
    assert tree(target) == before


def test_a_broken_declaration_is_refused(target: BuiltTarget, capsys: Capture) -> None:
    target.plant("supplychain.toml", "schema = 1\n[project\n")
    assert "supplychain.toml: not TOML" in say(capsys, "inventory", "write", target).refusal()


def test_a_file_is_no_target(target: BuiltTarget, capsys: Capture) -> None:
    assert "is a file" in say(capsys, "inventory", "write", target.path / "README.md").refusal()
