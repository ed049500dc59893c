"""The verbs of the command, and what they exit with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from supplychain.cli import main
from tests.support import NOW, POLICY, empty_target, sound_target


def test_run_exits_with_3_where_nothing_failed_but_something_is_undetermined(tmp_path: Path) -> None:
    target = sound_target(tmp_path)
    arguments = ["run", str(target.path), "--policy", str(POLICY), "--output", str(tmp_path / "r"), "--now", NOW]
    assert main(arguments) == 3


def test_run_exits_with_1_where_something_failed(tmp_path: Path) -> None:
    target = sound_target(tmp_path).remove("SECURITY.md")
    arguments = ["run", str(target.path), "--policy", str(POLICY), "--output", str(tmp_path / "r"), "--now", NOW]
    assert main(arguments) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "missing"], "does not exist"),
        (["run", ".", "--tags", "no-such-tag"], "select no scenario"),
        (["run", ".", "--tags", "(("], "tag"),
        (["replay", "missing"], "is not the record of a run"),
        (["status", "missing"], "is not the record of a run"),
        (["report", "--output", "missing"], "run behave first"),
        (["inventory", "write", "missing"], "does not exist"),
    ],
)
def test_what_cannot_run_exits_with_2_and_a_line(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert main(arguments) == 2
    told = capfd.readouterr()
    assert said in told.err + told.out
    assert "Traceback" not in told.err + told.out


def test_a_behave_ini_of_the_current_folder_is_not_obeyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = empty_target(tmp_path)
    target.plant("behave.ini", "[behave]\nrunner = evil:Runner\nformat = evil:Formatter\noutfiles = /dev/null\n")
    target.plant("evil.py", "from pathlib import Path\nPath('run').touch()\n")
    monkeypatch.chdir(target.path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert main(["run", "."]) == 1
    assert not (target.path / "run").exists()
    assert not (target.path / "reports").exists()


def test_inventory_write_makes_a_file_that_7_1_accepts(tmp_path: Path) -> None:
    target = sound_target(tmp_path)
    before = json.loads((target.path / ".supplychain/inventory.cdx.json").read_text())
    assert main(["inventory", "write", str(target.path)]) == 0
    after = json.loads((target.path / ".supplychain/inventory.cdx.json").read_text())
    assert [c["bom-ref"] for c in before["components"]] == [c["bom-ref"] for c in after["components"]]


def test_inventory_write_follows_no_link_of_the_target(tmp_path: Path) -> None:
    target = empty_target(tmp_path)
    outside = tmp_path / "outside"
    outside.mkdir()
    (target.path / ".supplychain").symlink_to(outside)
    assert main(["inventory", "write", str(target.path)]) == 2
    assert not list(outside.iterdir())


def test_status_prints_the_boxes_of_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "r"
    main(["run", str(sound_target(tmp_path).path), "--policy", str(POLICY), "--output", str(out), "--now", NOW])
    capsys.readouterr()
    assert main(["status", str(out / "latest")]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Control NOT determined")
    assert lines[1] == "[x] Component validation process defined (pass: 10.1)"
    assert len(lines) == 8
