"""The verbs that write facts: a snapshot of those that an assessment used, and the offline advisories."""

from __future__ import annotations

import secrets
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path

from supplychain.facts import Facts, snapshot
from supplychain.facts.endpoints import endpoint
from supplychain.facts.interface import NoFactError, SnapshotError
from supplychain.facts.names import ECOSYSTEMS
from supplychain.model.hub import NO_HUB
from supplychain.verbs.files import is_inside
from supplychain.verbs.interface import Code, VerbError, now, shown

_SHOWN = 10
"""Things of which nothing is known that are printed."""


def snapshot_of(target: Path, output: Path, policy: Path | None, advisories: Path | None, report: list[Path]) -> int:
    """Ask for every fact that an assessment of a target needs, and write them to a folder."""
    from supplychain.assessment import Assessment
    from supplychain.model.case import Features
    from supplychain.options import Options
    from supplychain.report.terminal import progress

    options = Options(target, policy, output, now(), simulated=False, facts="online")
    assessment = Assessment.open(options, Features(digest=""), progress)
    assessment.gather()
    case = assessment.case
    if case.errors:
        raise VerbError(f"nothing was written: {case.errors[0].message}")
    count = write_snapshot(assessment.packages.facts, output, target, advisories, report)
    described = [record for record in case.hub if record.source.name != NO_HUB]
    releases = [release for release in case.releases if release.state == "unknown"]
    records = [record for record in described if record.state == "unknown"]
    print(
        f"{shown(output)}: {count} facts on {len(case.releases) - len(releases)} of {len(case.releases)} releases and "
        f"{len(described) - len(records)} of {len(described)} models and datasets"
    )
    unknown = [f"{release.component} {release.version}: {release.problem}" for release in releases]
    unknown += [f"{record.component} {record.revision or ''}: {record.problem}" for record in records]
    for line in unknown[:_SHOWN]:
        print(f"  not known: {line}")
    if len(unknown) > _SHOWN:
        print(f"  and {len(unknown) - _SHOWN} more")
    if problem := case.advisories.problem:
        print(f"  advisories: {problem}")
    print(f"Assess with it: supplychain run {shown(target)} --facts {shown(output)}")
    return Code.UNDETERMINED if unknown or problem else Code.HOLDS


def advisories_update(folder: Path) -> int:
    """Fetch the offline advisories of PyPI and npm into a folder that `-D facts=` takes."""
    for ecosystem, size in update_advisories(folder).items():
        print(f"{ecosystem}: {size:,} bytes")
    print(f"Assess with them: supplychain run TARGET --facts {shown(folder)}")
    return Code.HOLDS


def write_snapshot(
    facts: Facts, output: Path, target: Path, advisories: Path | None = None, reports: Iterable[Path] = ()
) -> int:
    """Write every fact that was used, the offline advisories in `advisories` and reports; return how many files.

    Raises:
        VerbError: the output lies inside the target, is there already, or cannot be written.
    """
    if is_inside(output, target):
        raise VerbError(f"{shown(output)} lies inside the target, into which nothing is written; name another --output")
    try:
        return snapshot.write(facts.used, output, facts.now, advisories, reports)
    except SnapshotError as error:
        raise VerbError(str(error)) from error


def update_advisories(folder: Path, ecosystems: Iterable[str] = tuple(ECOSYSTEMS.values())) -> dict[str, int]:
    """Fetch the offline advisories into a folder, in osv-scanner's layout; return the bytes of each ecosystem.

    What was there before stays until all of them are fetched.

    Raises:
        VerbError: one could not be fetched or is no archive of records, or the folder cannot be written.
    """
    new = folder / f".{secrets.token_hex(4)}"
    try:
        new.mkdir(parents=True)
        sizes = {ecosystem: _fetch(ecosystem, new / f"{ecosystem}.zip") for ecosystem in ecosystems}
        for ecosystem in sizes:
            place = folder / snapshot.DATABASE / ecosystem / "all.zip"
            place.parent.mkdir(parents=True, exist_ok=True)
            (new / f"{ecosystem}.zip").replace(place)
        new.rmdir()
        snapshot.write_manifest(folder, now())
    except (NoFactError, SnapshotError) as error:
        raise VerbError(
            f"the advisories were not updated: {error}; those that were there are still in place"
        ) from error
    except OSError as error:
        raise VerbError(f"{shown(folder)} cannot be written: {error.strerror}; name another folder") from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return sizes


def _fetch(ecosystem: str, path: Path) -> int:
    from supplychain.facts.session import Session  # the HTTP client

    session = Session()
    try:
        with path.open("xb") as stream:
            size = session.download(endpoint("osv-database"), f"{ecosystem}/all.zip", stream)
        with zipfile.ZipFile(path) as archive:
            if not any(name.endswith(".json") for name in archive.namelist()):
                raise NoFactError(f"the archive of {ecosystem} holds no record")
    except zipfile.BadZipFile as error:
        raise NoFactError(f"what was fetched for {ecosystem} is no archive") from error
    finally:
        session.close()
    return size
