"""The known list as a file: what is read of it, what is refused, and how it is written."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from supplychain.config import known as config
from supplychain.config.known import KNOWN, read_known, text
from supplychain.model.gate import Entry, Known, KnownFile
from supplychain.target import Target

ENTRY = {
    "requirement": "1.1",
    "component": "model:huggingface/a/b",
    "rule": "unlisted-owner",
    "path": "app/a.py",
    "rows": 2,
    "by": "security@example.com",
    "since": "2026-10-01",
}


def read(folder: Path, content: object) -> KnownFile:
    """Return what is read of a target with a known list."""
    path = folder / KNOWN
    path.parent.mkdir()
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    found = read_known(Target.open(folder))
    assert found is not None
    return found


def listed(**changes: object) -> dict[str, object]:
    return {"schema": 1, "populations": {"1.1": 3}, "entries": [{**ENTRY, **changes}]}


def test_a_target_without_one_has_none(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    assert read_known(Target.open(tmp_path)) is None


def test_it_is_read_and_written_an_entry_a_line(tmp_path: Path) -> None:
    entries = tuple(Entry(**{**ENTRY, "path": path, "since": date(2026, 10, 1)}) for path in ("a.py", "b\u00fc.py"))
    known = Known(populations={"10.1": 2, "2.1": 1}, entries=entries)
    assert read(tmp_path, text(known)).known == known
    lines = text(known).splitlines()
    assert lines[2] == ' "populations": {"2.1": 1, "10.1": 2},'
    assert [json.loads(line.rstrip(","))["path"] for line in lines if line.startswith("  {")] == ["a.py", "b\u00fc.py"]
    assert json.loads(text(Known())) == {"schema": 1, "populations": {}, "entries": []}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "Invalid JSON"),
        ("[" * 100_000, "Invalid JSON"),
        ([], "Input should be an object"),
        ({"entries": []}, 'it names no schema; this version knows "schema": 1'),
        (listed() | {"schema": 2}, "its schema is 2 and this version knows 1"),
        (listed() | {"more": 1}, "more: Extra inputs are not permitted"),
        (listed(requirement="11.1"), "entries.0.requirement: String should match pattern"),
        (listed(rows=0), "entries.0.rows: Input should be greater than or equal to 1"),
        (listed(rows="2"), "entries.0.rows: Input should be a valid integer"),
        (listed(by=" "), "entries.0.by: String should match pattern"),
        (listed(since="yesterday"), "entries.0.since: "),
        (listed(rule="../x"), "entries.0.rule: String should match pattern"),
        (listed() | {"populations": {"1.1": -1}}, "populations.1.1: Input should be greater than or equal to 0"),
    ],
)
def test_what_is_not_as_it_has_to_be_is_refused_with_the_reason(tmp_path: Path, content: object, why: str) -> None:
    found = read(tmp_path, content)
    assert found.known is None
    assert found.file == KNOWN
    assert found.problem.startswith(why), found.problem


def test_what_is_too_large_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "SIZE_LIMIT", 100)
    assert read(tmp_path, listed()).problem.startswith("it has ")


def test_no_link_is_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.json"
    outside.write_text(text(Known()))
    target = tmp_path / "target"
    (target / ".supplychain").mkdir(parents=True)
    (target / KNOWN).symlink_to(outside)
    found = read_known(Target.open(target))
    assert found is not None
    assert "put the file itself" in found.problem


def test_its_text_obeys_nobody(tmp_path: Path) -> None:
    found = read(tmp_path, listed(component="a\u202eb\x1b[2J", path="x" * 9000))
    assert found.known is not None
    [entry] = found.known.entries
    assert (entry.component, len(entry.path)) == ("a\\u202eb\\x1b[2J", 500)
