"""The verbs of the command, and what they exit with."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from supplychain.cli import _parser, main
from tests.support import NOW, POLICY, ROOT, empty_target, sound_target


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
        (["run", ".", "--executor", "nowhere"], "is neither local nor the address of a Dask scheduler"),
        (["replay", "missing"], "is not the record of a run"),
        (["status", "missing"], "is not the record of a run"),
        (["report", "--output", "missing"], "run behave first"),
        (["inventory", "write", "missing"], "does not exist"),
        (["inventory", "where", "missing", "bert"], "does not exist"),
        (["inventory", "changed", "missing", "--since", "2026-10-01"], "does not exist"),
        (["inventory", "approval", "missing", "service:openai"], "does not exist"),
        (["init", "missing"], "does not exist"),
        (["approve", "missing", "service:openai", "--by", "sec@team.example"], "does not exist"),
        (["baseline", "missing"], "does not exist"),
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


def test_a_scheduler_that_does_not_answer_is_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("supplychain.scan.pool._ANSWER", 0.5)
    target = sound_target(tmp_path)
    address = "tcp://127.0.0.1:1"
    assert main(["run", str(target.path), "--output", str(tmp_path / "r"), "--executor", address]) == 2
    told = capfd.readouterr().err
    assert f"executor={address}: no Dask scheduler answers at {address}: " in told
    assert "Traceback" not in told


def test_a_behave_ini_of_the_current_folder_is_not_obeyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = empty_target(tmp_path)
    target.plant("behave.ini", "[behave]\nrunner = evil:Runner\nformat = evil:Formatter\noutfiles = /dev/null\n")
    target.plant("evil.py", "from pathlib import Path\nPath('run').touch()\n")
    monkeypatch.chdir(target.path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert main(["run", "."]) == 1
    assert not (target.path / "run").exists()
    assert not (target.path / "reports").exists()


def test_status_prints_the_boxes_of_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "r"
    main(["run", str(sound_target(tmp_path).path), "--policy", str(POLICY), "--output", str(out), "--now", NOW])
    capsys.readouterr()
    assert main(["status", str(out / "latest")]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Control NOT determined")
    assert lines[1] == "[x] Component validation process defined (pass: 10.1)"
    assert len(lines) == 8


@pytest.mark.parametrize(
    "arguments", [[], ["no-such-verb"], ["approve", "."], ["inventory"], ["run", ".", "--nothing"]]
)
def test_options_that_are_not_known_are_refused_in_one_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_every_verb_leads_to_a_function() -> None:
    parsers, functions = [_parser()], []
    while parsers:
        parser = parsers.pop()
        functions += [parser.get_default("verb")]
        for action in parser._actions:
            parsers += [*action.choices.values()] if isinstance(action.choices, dict) else []
    found = [name.partition(".") for name in functions if name]
    assert len(found) == 21
    for module, _, function in found:
        assert callable(getattr(importlib.import_module(f"supplychain.verbs.{module}"), function))


def test_a_reader_that_goes_away_ends_a_verb_without_a_traceback(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "supplychain", "baseline", str(empty_target(tmp_path).path)]
    ended = subprocess.run(command, check=False, stdout=writing, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (2, "")
