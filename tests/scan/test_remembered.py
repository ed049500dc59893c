"""What was seen of bytes is remembered by the bytes, the rules and the limits, and nobody but this user can make it up."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from supplychain.model.scan import Scanned
from supplychain.scan import remembered
from supplychain.scan.engine import DEFAULT
from supplychain.scan.remembered import Remembered
from supplychain.sealed import key_of
from tests.scan.support import evil, seen

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)


def opened(folder: Path, days: int = 0, state: str = "state") -> Remembered:
    return Remembered(folder / "cache", key_of(folder / state), "scans.json", NOW + timedelta(days=days), 30)


@pytest.fixture
def scanned(tmp_path: Path) -> Scanned:
    found = seen(tmp_path, evil(), "model.pkl").model_copy(update={"path": "model.pkl"})
    first = opened(tmp_path)
    assert first.keep(found, DEFAULT) == found
    first.save()
    return found


def of(memory: Remembered, scanned: Scanned, name: str = "model.pkl", **limits: Any) -> Scanned | None:
    return memory.of(scanned.sha256 or "", name, replace(DEFAULT, **limits))


def test_it_is_the_same_with_its_day(tmp_path: Path, scanned: Scanned) -> None:
    assert of(opened(tmp_path), scanned) == scanned, "of the same day it is the same"
    assert of(opened(tmp_path, 3), scanned) == scanned.model_copy(update={"cached": NOW.date()})
    assert of(opened(tmp_path, 3), scanned, "other.pkl") == scanned.model_copy(
        update={"cached": NOW.date(), "path": "other.pkl"}
    )


def test_other_bytes_names_limits_rules_and_days_are_scanned(
    tmp_path: Path, scanned: Scanned, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = opened(tmp_path, 3)
    assert memory.of("0" * 64, "model.pkl", DEFAULT) is None
    assert of(memory, scanned, "model.py") is None, "a layer looks at that ending"
    assert of(memory, scanned, opcodes=5) is None
    assert of(opened(tmp_path, 31), scanned) is None
    assert of(opened(tmp_path, -1), scanned) is None, "a day that has not come"
    monkeypatch.setattr(remembered, "_rules", lambda: "other")
    assert of(memory, scanned) is None


def test_what_another_user_wrote_is_noticed_once(tmp_path: Path, scanned: Scanned) -> None:
    stranger = opened(tmp_path, state="another")
    assert of(stranger, scanned) is None
    noted = stranger.keep(scanned, DEFAULT)
    assert [one.rule for one in noted.indicators if one not in scanned.indicators] == ["foreign-memory"]
    assert (noted.verdict, noted.coverage) == (scanned.verdict, scanned.coverage)
    stranger.save()
    assert of(opened(tmp_path, state="another"), scanned) == scanned


@pytest.mark.parametrize("text", ["", "{", "[]", '{"entries": 3}', '{"entries": {"a": 1}}'])
def test_a_damaged_file_is_nothing(text: str, tmp_path: Path, scanned: Scanned) -> None:
    (tmp_path / "cache" / "scans.json").write_text(text)
    assert of(opened(tmp_path), scanned) is None


def test_bytes_that_could_not_be_read_are_not_remembered(tmp_path: Path, scanned: Scanned) -> None:
    memory = opened(tmp_path / "apart")
    unread = scanned.model_copy(update={"sha256": None})
    assert memory.keep(unread, DEFAULT) == unread
    memory.save()
    assert not (tmp_path / "apart" / "cache").exists()


def test_what_rests_on_files_beside_the_bytes_is_not_remembered(tmp_path: Path, scanned: Scanned) -> None:
    memory = opened(tmp_path / "apart")
    beside = scanned.model_copy(update={"beside": True})
    assert memory.keep(beside, DEFAULT) == beside
    assert of(memory, beside) is None
    memory.save()
    assert of(opened(tmp_path / "apart"), beside) is None


def test_without_a_key_it_remembers_within_a_run_alone(tmp_path: Path, scanned: Scanned) -> None:
    memory = Remembered(tmp_path / "cache", None, "scans.json", NOW, 30)
    assert of(memory, scanned) is None
    memory.keep(scanned, DEFAULT)
    memory.save()
    assert of(memory, scanned) == scanned


def test_notes_are_sealed_as_well(tmp_path: Path) -> None:
    memory = opened(tmp_path)
    memory.keep_text("compare:a:b", "identical")
    memory.save()
    assert opened(tmp_path).text("compare:a:b") == "identical"
    file = tmp_path / "cache" / "scans.json"
    forged = json.loads(file.read_text())
    for entry in forged["entries"].values():
        entry["values"]["text"] = "changed"
    file.write_text(json.dumps(forged))
    assert opened(tmp_path).text("compare:a:b") is None


def test_rules_and_code_are_part_of_what_it_is_remembered_under(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = remembered._rules()
    (tmp_path / "new.toml").write_text("[[rule]]\n")
    monkeypatch.setattr(remembered, "_CODE", (*remembered._CODE, tmp_path))
    remembered._rules.cache_clear()
    try:
        assert remembered._rules() != before
    finally:
        remembered._rules.cache_clear()
