"""Snapshots: they answer alone, as the sources did, and are refused when altered."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from supplychain.facts import Facts, SnapshotError, snapshot
from supplychain.model.policy import Freshness
from tests.facts.support import Opening, record
from tests.standins import OSV, Feeds, Npm, PyPI, tarball, wheel

WANTED = [
    ("package:pypi/demo-package", "1.0"),
    ("package:pypi/missing", "1.0"),
    ("package:npm/@acme/demo", "1.0.0"),
    ("package:conda/numpy", "1.0"),
]
NAMES = [component for component, _ in WANTED]
CVE = "CVE-2024-0001"


@pytest.fixture
def services(index: PyPI, registry: Npm, assessor: pytest.MonkeyPatch) -> Iterator[list[PyPI | Npm | OSV | Feeds]]:
    """Run every service."""
    index.add("demo-package", "1.0", wheel("demo-package", "1.0"))
    registry.add("@acme/demo", "1.0.0", tarball("@acme/demo", "1.0.0"))
    with OSV([record("GHSA-1", "demo-package")]) as osv, Feeds({CVE: "2024-01-01"}, {CVE: "0.5"}) as feeds:
        assessor.setenv("SUPPLYCHAIN_OSV_URL", osv.url)
        assessor.setenv("SUPPLYCHAIN_KEV_URL", feeds.kev_url)
        assessor.setenv("SUPPLYCHAIN_EPSS_URL", feeds.epss_url)
        yield [index, registry, osv, feeds]


def everything(facts: Facts) -> dict[str, object]:
    """Return all that facts say, but for levels."""
    records, exploited = facts.records(NAMES), facts.exploited([CVE])
    releases = [each.model_dump(exclude={"source": {"level"}, "problem": True}) for each in facts.releases(WANTED)]
    return {
        "releases": [{**each, "source": each["source"] if each["state"] != "unknown" else None} for each in releases],
        "records": (records.records, records.source.digest, records.source.name, dict(records.unanswered)),
        "exploited": (exploited.listed, exploited.epss, exploited.problem),
    }


@pytest.fixture
def taken(services: list[PyPI], opening: Opening, tmp_path: Path) -> tuple[Path, dict[str, object]]:
    """Return a snapshot, and what the services said when it was taken."""
    with opening.online() as facts:
        facts.releases([("package:pypi/another", "1.0")])
        said = everything(facts)
        advisories = tmp_path / "advisories"
        (advisories / "osv-scanner" / "PyPI").mkdir(parents=True)
        (advisories / "osv-scanner" / "PyPI" / "all.zip").write_bytes(b"PK")
        assert snapshot.write(facts.used, tmp_path / "snapshot", facts.now, advisories) == 14
    return tmp_path / "snapshot", said


def opened(folder: Path, opening: Opening) -> Facts:
    """Return the facts of a snapshot."""
    return Facts.open(folder, opening.now, Freshness())


def test_offline_says_what_the_sources_said(
    taken: tuple[Path, dict[str, object]], services: list[PyPI], opening: Opening, assessor: pytest.MonkeyPatch
) -> None:
    folder, said = taken
    for service in services:
        service.seen.clear()
    for name in ("PIP_INDEX_URL", "NPM_CONFIG_REGISTRY"):  # another machine, with other settings
        assessor.delenv(name)
    with opened(folder, opening) as facts:
        assert everything(facts) == said
        assert facts.database == folder / "osv-scanner"
        assert {each.source.level for each in facts.releases(WANTED[:3])} == {"cached"}
    assert not any(service.seen for service in services)


def test_a_snapshot_knows_nothing_else(taken: tuple[Path, dict[str, object]], opening: Opening) -> None:
    with opened(taken[0], opening) as facts:
        (release,) = facts.releases([("package:pypi/never-asked", "1.0")])
        found = facts.records(["package:pypi/never-asked"])
    problem = "PyPI was not asked, and the snapshot has no answer: it was not fetched"
    assert (release.state, release.problem) == ("unknown", problem)
    assert found.problem.endswith("OSV was not asked, and the snapshot has no answer: it was not fetched")


def test_a_snapshot_of_a_snapshot_is_the_same(
    taken: tuple[Path, dict[str, object]], opening: Opening, tmp_path: Path
) -> None:
    with opened(taken[0], opening) as facts:
        everything(facts)
        snapshot.write(facts.used, tmp_path / "again", facts.now, taken[0])
    first, second = (
        json.loads((folder / "manifest.json").read_text())["files"] for folder in (taken[0], tmp_path / "again")
    )
    assert second.items() < first.items()  # all but the package that nothing asked for again
    assert len(second) == len(first) - 1


def any_fact(folder: Path) -> Path:
    """Return the file of a fact."""
    return min((folder / "facts" / "pypi").iterdir())


def altered(folder: Path) -> Path:
    """Change one byte."""
    path = any_fact(folder)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    return path


def removed(folder: Path) -> Path:
    """Remove a file."""
    path = any_fact(folder)
    path.unlink()
    return path


def added(folder: Path) -> Path:
    """Add a file."""
    path = folder / "facts" / "pypi" / ".hidden"
    path.write_bytes(b"")
    return path


def linked(folder: Path) -> Path:
    """Put a link in a file's place."""
    path = any_fact(folder)
    path.rename(folder.parent / "elsewhere")
    path.symlink_to(folder.parent / "elsewhere")
    return path


def linked_folder(folder: Path) -> Path:
    """Add a link to a folder."""
    path = folder / "facts" / "more"
    path.symlink_to(folder.parent)
    return path


def database(folder: Path) -> Path:
    """Change the advisories."""
    path = folder / "osv-scanner" / "PyPI" / "all.zip"
    path.write_bytes(b"PKx")
    return path


def piped(folder: Path) -> Path:
    """Add a pipe, which nobody writes into."""
    path = folder / "pipe"
    os.mkfifo(path)
    return path


@pytest.mark.parametrize("change", [altered, removed, added, linked, linked_folder, database, piped])
def test_a_snapshot_that_was_changed_is_refused(
    taken: tuple[Path, dict[str, object]], opening: Opening, change: Callable[[Path], Path]
) -> None:
    path = change(taken[0])
    with pytest.raises(SnapshotError) as refused:
        opened(taken[0], opening)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize(
    "manifest", [None, "", "{}", "[]", '{"schema": 2, "written": "2026-01-01T00:00:00Z", "files": {}}']
)
def test_a_manifest_that_cannot_be_used(
    taken: tuple[Path, dict[str, object]], opening: Opening, manifest: str | None
) -> None:
    path = taken[0] / "manifest.json"
    path.unlink() if manifest is None else path.write_text(manifest)
    with pytest.raises(SnapshotError, match="manifest"):
        opened(taken[0], opening)


def test_a_folder_that_is_none(tmp_path: Path, opening: Opening) -> None:
    with pytest.raises(SnapshotError, match=r"is no snapshot: manifest\.json cannot be read"):
        opened(tmp_path / "nothing", opening)


def test_a_snapshot_takes_no_folder_that_is_there(services: list[PyPI], opening: Opening, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with opening.online() as facts, pytest.raises(SnapshotError, match="is there already"):
        snapshot.write(facts.used, tmp_path / "there", facts.now)


def test_what_was_fetched_anew_meanwhile_is_no_part_of_it(index: PyPI, opening: Opening, tmp_path: Path) -> None:
    index.add("demo-package", "1.0", wheel("demo-package", "1.0"))
    with opening.online() as facts:
        facts.releases(WANTED[:1])
        index.add("demo-package", "2.0", wheel("demo-package", "2.0"))
        opening.release("package:pypi/demo-package", "2.0")
        with pytest.raises(SnapshotError, match="was fetched anew in the meantime; make the snapshot again"):
            snapshot.write(facts.used, tmp_path / "snapshot", facts.now)
    assert not list(tmp_path.glob("*snapshot*"))


def test_old_answers_of_a_snapshot_are_absent(taken: tuple[Path, dict[str, object]], opening: Opening) -> None:
    with Facts.open(taken[0], opening.now + timedelta(days=40), Freshness()) as facts:
        assert {each.state for each in facts.releases(WANTED)} == {"unknown"}
