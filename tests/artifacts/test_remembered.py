"""Digests are remembered while a file is unchanged, and nobody but this user can make one up."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from supplychain.artifacts import remembered
from supplychain.artifacts.remembered import Digester
from supplychain.files import NotReadError
from supplychain.sealed import key_of

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
OLD = b"bytes of a model"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that nobody has written to for a while."""
    monkeypatch.setattr(remembered, "_SETTLED", -1)
    path = tmp_path / "model.bin"
    path.write_bytes(OLD)
    return path


def opened(folder: Path, days: int = 0, limit: int = 1000) -> Digester:
    return Digester(folder, key_of(folder / "state"), "digests.json", NOW + timedelta(days=days), 30, limit)


def kept(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "digests.json").read_text())["entries"]
    return found


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def first_run(file: Path) -> None:
    digester = opened(file.parent)
    assert digester.of(file, ["sha256"]).values == {"sha256": sha256(OLD)}
    assert digester.read == 1
    digester.save()


def test_a_second_run_reads_nothing(file: Path) -> None:
    first_run(file)
    again = opened(file.parent, days=3)
    found = again.of(file, ["sha256"])
    assert (found.values, found.computed, again.read) == ({"sha256": sha256(OLD)}, NOW.date(), 0)


def test_within_a_run_a_file_is_read_once_whatever_is_asked_of_it(file: Path) -> None:
    digester = opened(file.parent)
    digester.prepare([(file, ("sha256", "md5", "git-sha1"))])
    assert digester.of(file, ["md5"]).values == {"md5": hashlib.md5(OLD).hexdigest()}
    assert digester.hashing(file)[0] == sha256(OLD)
    assert (digester.read, digester.of(file, ["sha256"]).computed) == (1, None)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_bytes(b"bytes of a modeL"),
        lambda path: path.write_bytes(b"more than before, and another size"),
        lambda path: os.utime(path, ns=(5, 5)),
        lambda path: (path.rename(path.parent / "aside"), path.write_bytes(OLD)),
    ],
)
def test_a_file_that_was_touched_is_read_again(change: Callable[[Path], object], file: Path) -> None:
    first_run(file)
    time.sleep(0.02)  # a tick of the file system's clock
    change(file)
    again = opened(file.parent)
    assert again.of(file, ["sha256"]).values == {"sha256": sha256(file.read_bytes())}
    assert again.read == 1


def test_its_times_set_back_do_not_help_who_changed_a_file(file: Path) -> None:
    status = file.stat()
    first_run(file)
    time.sleep(0.02)
    file.write_bytes(b"bytes of a modeL")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert opened(file.parent).of(file, ["sha256"]).values == {"sha256": sha256(b"bytes of a modeL")}


@pytest.mark.parametrize(
    "poison",
    [
        {"values": {"sha256": sha256(b"evil")}},
        {"day": "2026-10-19"},
        {"seal": ""},
        {"values": {"sha256": sha256(b"evil")}, "seal": sha256(b"evil")},
    ],
)
def test_a_poisoned_entry_is_noticed_and_said(poison: dict[str, Any], file: Path) -> None:
    first_run(file)
    entries = kept(file.parent)
    (name,) = entries
    (file.parent / "digests.json").write_text(json.dumps({"entries": {name: {**entries[name], **poison}}}))
    again = opened(file.parent)
    found = again.of(file, ["sha256"])
    assert (found.values, again.read, found.computed) == ({"sha256": sha256(OLD)}, 1, None)
    assert "digests.json in the user's cache held a digest of it that was not written by this user's runs" in found.note
    again.save()
    assert opened(file.parent).of(file, ["sha256"]).note == ""


def test_an_entry_of_another_file_does_not_fit(file: Path) -> None:
    first_run(file)
    other = file.parent / "other.bin"
    other.write_bytes(b"bytes of another")
    entries = kept(file.parent)
    (entry,) = entries.values()
    status = other.stat()
    name = ":".join(map(str, (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)))
    (file.parent / "digests.json").write_text(json.dumps({"entries": {name: entry}}))
    found = opened(file.parent).of(other, ["sha256"])
    assert found.values == {"sha256": sha256(b"bytes of another")}
    assert found.note


@pytest.mark.parametrize("text", ["", "{", "[]", '{"entries": [1]}', '{"entries": {"a": {"day": 3}}}', "\xff"])
def test_a_damaged_cache_is_read_as_empty(text: str, file: Path) -> None:
    (file.parent / "digests.json").write_text(text)
    assert opened(file.parent).of(file, ["sha256"]).values == {"sha256": sha256(OLD)}
    first_run(file)
    again = opened(file.parent)
    assert (again.of(file, ["sha256"]).values, again.read) == ({"sha256": sha256(OLD)}, 0)


@pytest.mark.parametrize("days", [31, -1])
def test_what_is_too_old_or_of_another_day_to_come_is_computed_again(days: int, file: Path) -> None:
    first_run(file)
    again = opened(file.parent, days=days)
    assert again.of(file, ["sha256"]).computed is None
    assert again.read == 1


def test_a_file_that_was_just_written_is_not_remembered(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "_SETTLED", 10**12)
    first_run(file)
    assert not (file.parent / "digests.json").exists()


@pytest.mark.parametrize("spoil", ["readable by others", "a link", "too short"])
def test_without_a_key_of_its_own_nothing_is_remembered(spoil: str, file: Path) -> None:
    first_run(file)
    key = file.parent / "state" / "digests.key"
    assert key.stat().st_mode & 0o777 == 0o600
    if spoil == "readable by others":
        key.chmod(0o644)
    elif spoil == "a link":
        key.rename(key.parent / "moved")
        key.symlink_to("moved")
    else:
        key.write_bytes(b"short")
    again = opened(file.parent)
    assert again.of(file, ["sha256"]).computed is None
    again.save()


def test_what_cannot_be_read_says_so_each_time(file: Path) -> None:
    digester = opened(file.parent, limit=3)
    digester.prepare([(file, ("sha256",)), (file.parent / "gone", ("sha256",))])
    with pytest.raises(NotReadError, match="it has 16 bytes; 3 are read"):
        digester.of(file, ["sha256"])
    with pytest.raises(NotReadError, match="No such file"):
        digester.of(file.parent / "gone", ["sha256"])


def test_a_digest_that_a_scan_computed_is_taken_over(file: Path) -> None:
    digester = opened(file.parent)
    before = remembered.identity(file)
    assert before is not None
    assert digester.known(file) is None
    digester.learn(file, before, sha256(OLD))
    assert digester.known(file) == sha256(OLD)
    assert (digester.of(file, ["sha256"]).values, digester.read) == ({"sha256": sha256(OLD)}, 0)
    digester.save()
    assert opened(file.parent, days=1).known(file) == sha256(OLD)


def test_a_digest_of_a_file_that_changed_meanwhile_is_not(file: Path) -> None:
    digester = opened(file.parent)
    before = remembered.identity(file)
    assert before is not None
    file.write_bytes(b"others, and more of them")
    digester.learn(file, before, sha256(OLD))
    assert digester.known(file) is None
    assert digester.of(file, ["sha256"]).values == {"sha256": sha256(b"others, and more of them")}
    file.unlink()
    digester.learn(file, before, sha256(OLD))
    assert remembered.identity(file) is None
    assert digester.known(file) is None


def test_a_digest_that_differs_replaces_what_was_known(file: Path) -> None:
    digester = opened(file.parent)
    digester.of(file, ["sha256", "md5"])
    before = remembered.identity(file)
    assert before is not None
    digester.learn(file, before, "0" * 64)
    assert digester.known(file) == "0" * 64
    assert digester.of(file, ["md5"]).values == {"md5": hashlib.md5(OLD).hexdigest()}, "it is read again"
