"""The verbs that write facts."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from supplychain.facts import snapshot
from supplychain.verbs.facts import update_advisories, write_snapshot
from supplychain.verbs.interface import VerbError
from tests.facts.support import Opening, record
from tests.standins import OSV, Reply, cut_short, status


@pytest.fixture
def osv(monkeypatch: pytest.MonkeyPatch) -> Iterator[OSV]:
    """Return the service with a record of each ecosystem."""
    with OSV([record("GHSA-1", "demo"), record("MAL-2", "demo", "npm")]) as server:
        monkeypatch.setenv("SUPPLYCHAIN_OSV_DB_URL", server.url)
        yield server


def test_the_advisories_are_fetched_into_the_layout_of_osv_scanner(osv: OSV, tmp_path: Path) -> None:
    sizes = update_advisories(tmp_path / "advisories")
    assert list(sizes) == ["PyPI", "npm"]
    with zipfile.ZipFile(tmp_path / "advisories" / "osv-scanner" / "PyPI" / "all.zip") as archive:
        assert archive.namelist() == ["GHSA-1.json", "STANDIN-pip.json"]
    assert osv.paths() == ["/PyPI/all.zip", "/npm/all.zip"]
    snapshot.check(tmp_path / "advisories")


def empty() -> bytes:
    """Return an archive with nothing in it."""
    buffer = io.BytesIO()
    zipfile.ZipFile(buffer, "w").close()
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (status(404), "answered 404"),
        (cut_short(), "cut short"),
        (Reply(body=b"<html>"), "what was fetched for npm is no archive"),
        (Reply(body=empty()), "the archive of npm holds no record"),
    ],
)
def test_what_was_there_stays_until_all_is_fetched(osv: OSV, tmp_path: Path, fault: Reply, reason: str) -> None:
    update_advisories(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    osv.records["GHSA-1"]["summary"] = "changed"
    osv.plan("/npm/", fault)
    with pytest.raises(VerbError, match=reason):
        update_advisories(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_snapshot_is_not_written_into_the_target(tmp_path: Path) -> None:
    opening = Opening(tmp_path / "store")
    (tmp_path / "target").mkdir()
    with opening.later() as facts:
        with pytest.raises(VerbError, match="lies inside the target"):
            write_snapshot(facts, tmp_path / "target" / "snapshot", tmp_path / "target")
        assert write_snapshot(facts, tmp_path / "snapshot", tmp_path / "target") == 0
