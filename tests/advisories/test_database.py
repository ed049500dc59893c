"""Databases: every layout, what is too much, and what is broken."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from supplychain.advisories import database as advisories
from supplychain.advisories import read_database, reading
from supplychain.advisories.database import Database
from tests.advisories.support import NOW, Fields, affected, assessed, ids, record, write_zip

TORCH = ("package:pypi/torch", "2.5.1")
LEFT_PAD = ("package:npm/left-pad", "1.0.0")
ON_TORCH = record(affected("Torch", versions=["2.5.1"]))
ON_NPM = record(affected("left-pad", "npm", versions=["1.0.0"]), identity="MAL-2026-2")
ON_BOTH = record(affected("x"), affected("x", "npm"), identity="GHSA-both")


def read(path: Path) -> Database:
    """Return the advisories on torch and left-pad."""
    return read_database(path, [TORCH[0], LEFT_PAD[0]], NOW)


def states(path: Path) -> list[str]:
    """Return what becomes of left-pad and torch, in this order."""
    return [one.state for one in assessed(read(path), TORCH, LEFT_PAD).matched]


def test_osv_scanners_layout_is_read(tmp_path: Path) -> None:
    for ecosystem, stated in (
        ("PyPI", ON_TORCH),
        ("npm", ON_NPM),
        ("Go", record(affected("x", "Go"), identity="GO-1")),
    ):
        write_zip(tmp_path / "osv-scanner" / ecosystem / "all.zip", [stated])
    assert states(tmp_path) == ["affected", "affected"]
    data = assessed(read(tmp_path), TORCH, LEFT_PAD)
    assert (data.ecosystems, data.records, data.has_malware, data.problem) == (("npm", "pypi"), 3, True, "")
    assert data.matched[0].vulnerabilities[0].advisory.malicious
    assert data.test.passed


@pytest.mark.parametrize("place", ["all.zip", "PyPI/all.zip", "some/where/else.zip"])
def test_a_zip_is_found_anywhere(tmp_path: Path, place: str) -> None:
    path = write_zip(tmp_path / "db" / place, [ON_TORCH])
    assert states(tmp_path / "db") == ["not assessed", "affected"]
    assert read(path).source.digest == read(tmp_path / "db").source.digest  # that of the zip


def test_a_folder_of_records_is_read(tmp_path: Path) -> None:
    (tmp_path / "PyPI").mkdir()
    (tmp_path / "PyPI" / "PYSEC-2026-1.json").write_text(json.dumps(ON_TORCH, indent=2))
    (tmp_path / "README.md").write_text("not a record")
    assert states(tmp_path) == ["not assessed", "affected"]


def test_what_another_ecosystem_has_in_common_does_not_cover_it(tmp_path: Path) -> None:
    write_zip(tmp_path / "all.zip", [ON_TORCH, ON_BOTH])
    assert assessed(read(tmp_path), LEFT_PAD).matched[0].reason == "the advisories at hand do not cover npm"


def test_a_folder_of_an_ecosystem_that_nobody_asks_for_is_left_out(tmp_path: Path) -> None:
    write_zip(tmp_path / "PyPI" / "all.zip", [ON_TORCH])
    (tmp_path / "npm").mkdir()
    (tmp_path / "npm" / "all.zip").write_bytes(b"broken")
    assert read_database(tmp_path, [TORCH[0]], NOW).problem == ""
    assert "npm/all.zip" in read(tmp_path).problem


def test_only_what_is_asked_for_is_kept_however_it_is_written(tmp_path: Path) -> None:
    escaped = json.dumps(ON_TORCH).replace('"Torch"', '"\\u0054orch"').replace("PYSEC-2026-1", "PYSEC-2026-8")
    wide = json.dumps({**ON_TORCH, "id": "PYSEC-2026-9"}).encode("utf-16")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("a.json", escaped)
        archive.writestr("b.json", wide)
        archive.writestr("c.json", json.dumps(record(affected("numpy", versions=["1"]), identity="PYSEC-2026-7")))
        archive.writestr("d.json", json.dumps(ON_TORCH))
    found = read(tmp_path)
    assert ids(assessed(found, TORCH).matched[0]) == ["PYSEC-2026-1", "PYSEC-2026-8", "PYSEC-2026-9"]
    assert (found.records, len(found.raw)) == (4, 3)


def test_it_is_as_new_as_the_newest_change_that_is_not_to_come(tmp_path: Path) -> None:
    ages = ["2026-08-01T00:00:00Z", "2026-08-30T09:00:00.5Z", "2030-01-01T00:00:00Z", "soon"]
    fields = [record(affected("x", versions=["1"]), identity=f"X-{age}", modified=age) for age in ages]
    write_zip(tmp_path / "all.zip", fields)
    as_of = read(tmp_path).as_of
    assert as_of is not None
    assert as_of.isoformat() == "2026-08-30T09:00:00.500000+00:00"


def test_of_two_records_of_one_id_the_newer_counts(tmp_path: Path) -> None:
    newer = {**ON_TORCH, "modified": "2026-08-31T11:00:00Z", "withdrawn": "2026-08-31T11:00:00Z"}
    write_zip(tmp_path / "a.zip", [newer])
    write_zip(tmp_path / "b.zip", [ON_TORCH])
    assert states(tmp_path) == ["not assessed", "clean"]
    assert read(tmp_path).problem == ""


def test_two_records_of_one_id_and_time_that_differ_are_named(tmp_path: Path) -> None:
    write_zip(tmp_path / "a.zip", [ON_TORCH])
    write_zip(tmp_path / "b.zip", [ON_TORCH])
    assert read(tmp_path).problem == ""
    write_zip(tmp_path / "c.zip", [{**ON_TORCH, "affected": [affected(versions=["9"])]}])
    assert "c.zip/PYSEC-2026-1.json: another record is called PYSEC-2026-1" in read(tmp_path).problem


# broken databases


@pytest.mark.parametrize("cut", [b'{"id": "PYSEC-2026-1", "affected": [{"package": {"name": "torch"', b"not json"])
def test_a_record_that_cannot_be_parsed_is_named_and_its_packages_are_not_assessed(tmp_path: Path, cut: bytes) -> None:
    (tmp_path / "PYSEC-2026-1.json").write_bytes(cut)
    (tmp_path / "other.json").write_text(json.dumps(record(affected("other", versions=["1"]))))
    found = read(tmp_path)
    assert "PYSEC-2026-1.json: no JSON" in found.problem
    if b"torch" in cut:
        matched = assessed(found, TORCH).matched[0]
        assert (matched.state, matched.reason) == ("not assessed", "PYSEC-2026-1: it cannot be read")


def test_many_problems_are_counted_and_the_first_named(tmp_path: Path) -> None:
    for number in range(9):
        (tmp_path / f"{number}.json").write_text("[]")
    problem = read(tmp_path).problem
    assert problem.startswith("9 could not be read")
    assert problem.endswith("and 6 more")


def whole_zip(stated: Fields = ON_TORCH) -> bytes:
    """Return the bytes of a sound zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("PYSEC-2026-1.json", json.dumps(stated))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        whole_zip()[:-30],
        whole_zip().replace(b"2.5.1", b"2.5.9"),  # its checksum no longer holds
        whole_zip()[:40] + b"\0" * 20 + whole_zip()[60:],
    ],
)
def test_a_broken_zip_is_a_problem_and_covers_nothing(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "all.zip").write_bytes(data)
    found = read(tmp_path)
    assert "all.zip" in found.problem
    assert assessed(found, TORCH).matched[0].state == "not assessed"


def test_an_encrypted_member_is_a_problem(tmp_path: Path) -> None:
    data = bytearray(whole_zip())
    for start in (data.find(b"PK\x03\x04") + 6, data.find(b"PK\x01\x02") + 8):
        data[start] |= 1
    (tmp_path / "all.zip").write_bytes(data)
    assert "cannot be unpacked" in read(tmp_path).problem


@pytest.mark.parametrize(
    ("offset", "value", "problem"),
    [
        (20, b"\xff\xff\0\0", "overlaps what comes after it"),  # packed, by the directory
        (24, b"\x09\0\0\0", "size or checksum"),  # unpacked
        (24, b"\xff\xff\0\0", "size or checksum"),
        (46, b"PYSEC-2026-7.json", "header is another"),
        (42, b"\x05\0\0\0", "header is another"),  # where its header lies
    ],
)
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_member_that_is_not_as_the_directory_says_is_a_problem_and_others_are_read(
    tmp_path: Path, method: int, offset: int, value: bytes, problem: str
) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("PYSEC-2026-1.json", json.dumps(ON_TORCH))
        archive.writestr("MAL-2026-2.json", json.dumps(ON_NPM))
    data = bytearray(buffer.getvalue())
    start = data.find(b"PK\x01\x02") + offset
    data[start : start + len(value)] = value
    (tmp_path / "all.zip").write_bytes(data)
    assert problem in read(tmp_path).problem
    assert states(tmp_path) == ["affected", "not assessed"]


def test_a_member_in_another_compression_is_a_problem(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("PYSEC-2026-1.json", json.dumps(ON_TORCH))
    assert "neither stored nor deflated" in read(tmp_path).problem


def test_sizes_and_counts_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = json.dumps(record(affected(versions=["1"] * 5000), identity="BOMB-1"))
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("BOMB-1.json", bomb)
        archive.writestr("PYSEC-2026-1.json", json.dumps(ON_TORCH))
    with monkeypatch.context() as limits:
        limits.setattr(reading, "RECORD_LIMIT", 10_000)
        assert "BOMB-1.json: it is larger than 10,000 bytes" in read(tmp_path).problem
        assert states(tmp_path) == ["not assessed", "affected"]
    with monkeypatch.context() as limits:
        limits.setattr(reading, "COUNT_LIMIT", 1)
        assert "more than 1 records" in read(tmp_path).problem
    with monkeypatch.context() as limits:
        limits.setattr(reading, "TOTAL_LIMIT", 20_000)
        assert "20,000 bytes" in read(tmp_path).problem
    with monkeypatch.context() as limits:
        limits.setattr(reading, "ZIP_LIMIT", 100)
        assert "no file of at most 100 bytes" in read(tmp_path).problem


def test_nothing_and_nothing_but_links_cover_nothing(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    write_zip(tmp_path / "all.zip", [ON_TORCH])
    (tmp_path / "db" / "all.zip").symlink_to(tmp_path / "all.zip")
    for path in (tmp_path / "db", tmp_path / "missing"):
        found = assessed(read(path), TORCH)
        assert (found.source.level, found.ecosystems, found.as_of) == ("absent", (), None)
        assert found.problem
        assert found.matched[0].state == "not assessed"


def test_a_folder_that_is_too_deep_is_a_problem(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * 10)
    write_zip(deep / "all.zip", [ON_TORCH])
    assert "folders deep" in read(tmp_path).problem


def test_a_service_covers_what_it_was_asked_for_also_where_it_gave_nothing() -> None:
    from supplychain.model.finding import Source

    source = Source(name="OSV", level="online")
    found = advisories.from_records([], [TORCH[0], LEFT_PAD[0]], NOW, ecosystems=["pypi"], source=source, as_of=NOW)
    data = assessed(found, TORCH, LEFT_PAD)
    assert [one.state for one in data.matched] == ["not assessed", "clean"]
    assert (data.ecosystems, data.has_malware, data.as_of) == (("pypi",), True, NOW)
