"""Files that are none, change, cannot be read, or ask for more than a scan may use."""

import os
import struct
from pathlib import Path

import pytest

from supplychain.scan import engine, source
from supplychain.scan.engine import scan
from supplychain.scan.interface import Limits, Report
from tests.scan.support import evil, seen, told


def test_a_fifo_is_no_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.bin")
    scanned = scan(str(tmp_path / "model.bin"))
    assert (scanned.verdict, scanned.problem, scanned.sha256) == ("not fully scanned", "it is no regular file", None)


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null"])
def test_a_device_is_no_regular_file(path: str) -> None:
    assert scan(path).problem == "it is no regular file"


def test_a_link_a_folder_and_nothing_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    for name in ("link", "", "missing", "a\0b"):
        scanned = scan(f"{tmp_path}/{name}")
        assert scanned.verdict == "not fully scanned"
        assert scanned.problem


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_may_not_be_read_is_not_fully_scanned(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"text")
    (tmp_path / "model.bin").chmod(0)
    assert "Permission denied" in scan(str(tmp_path / "model.bin")).problem


def test_a_file_that_cannot_be_opened_gives_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("supplychain.scan.source.os.open", refused)
    assert scan(str(tmp_path / "model.bin")).problem == "it cannot be opened: Permission denied"


@pytest.mark.parametrize("change", ["longer", "other bytes", "shorter"])
def test_a_file_that_changes_while_it_is_read_has_no_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(b"text " * 100)
    read = engine._read

    def changing(reader: source.FileReader, report: Report) -> str | None:
        if change == "longer":
            path.write_bytes(b"text " * 101)
        elif change == "shorter":
            os.truncate(path, 10)
        else:
            path.write_bytes(b"TEXT " * 100)
            os.utime(path, ns=(1, 1))
        return read(reader, report)

    monkeypatch.setattr(engine, "_read", changing)
    scanned = scan(str(path))
    assert (scanned.verdict, scanned.sha256) == ("not fully scanned", None)


def test_a_header_of_two_gigabytes_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(struct.pack("<Q", 2 << 30) + b'{"')
    os.truncate(path, (2 << 30) + 100)
    scanned = scan(str(path))
    assert scanned.verdict == "not fully scanned"
    assert "longer than what is read" in scanned.problem


def test_a_length_beyond_the_file_is_not_believed(tmp_path: Path) -> None:
    assert seen(tmp_path, struct.pack("<Q", 2 << 30) + b'{"a":1}').verdict == "not fully scanned"


def test_no_time_left_is_not_fully_scanned(tmp_path: Path) -> None:
    scanned = seen(tmp_path, evil(), limits=Limits(seconds=0.0))
    assert scanned.verdict == "not fully scanned"
    assert "seconds" in scanned.problem


def test_an_empty_file_is_safe_and_an_unknown_one_is_not(tmp_path: Path) -> None:
    assert told(seen(tmp_path, b"")) == ("safe", set())
    assert told(seen(tmp_path, b"\xfe\xff\x00\x01" * 100)) == ("not fully scanned", set())


def test_a_layer_that_breaks_is_no_clean_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("no")

    monkeypatch.setattr("supplychain.scan.plain.scan", broken)
    scanned = seen(tmp_path, b"text")
    assert (scanned.verdict, scanned.problem) == ("not fully scanned", "plain: the layer broke: ZeroDivisionError: no")


def test_a_layer_that_breaks_while_it_looks_at_the_type_is_no_clean_scan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_: object) -> bool:
        raise ValueError("hostile")

    monkeypatch.setattr("supplychain.scan.npy.matches", breaks)
    file = tmp_path / "a.bin"
    file.write_bytes(b"words\n")
    scanned = scan(str(file))
    assert scanned.verdict == "not fully scanned"
    assert "its type could not be told: ValueError" in scanned.problem
