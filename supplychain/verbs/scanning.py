"""Files and folders scanned from the command line: a line for what was seen, and what all of it covers."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from supplychain import catalog
from supplychain.model.scan import Indicator, Scanned
from supplychain.model.text import printable
from supplychain.report.terminal import progress
from supplychain.scan.beside import Files, linked
from supplychain.verbs.interface import Code, VerbError, shown

MOST = 50_000
"""Files that are scanned at once."""


def scanned(paths: Iterable[Path]) -> Code:
    """Print what a scan of files and folders sees, and return whether it holds.

    Raises:
        VerbError: there are more than `MOST` files.
    """
    from supplychain.checks.covered import covered
    from supplychain.scan.pool import Job, scan_all

    files = [file for path in paths for file in _below(path)]
    if len(files) > MOST:
        raise VerbError(f"{len(files):,} files lie there, and {MOST:,} are scanned at once; give one folder of them")
    bar = progress("scanning", len(files))
    jobs = [Job(real, name, beside) for real, name, beside in files]
    scans = scan_all(jobs, done=lambda _: bar.update(1)) if jobs else ()
    bar.close()
    for scan in scans:
        for line in _lines(scan):
            print(line)
    print(covered(scans))
    return _code(scans)


def _code(scans: Sequence[Scanned]) -> Code:
    verdicts = {scan.verdict for scan in scans}
    if "malicious" in verdicts:
        return Code.DOES_NOT_HOLD
    is_looked_at = verdicts == {"safe"} and all(scan.size for scan in scans)
    return Code.HOLDS if is_looked_at else Code.UNDETERMINED


def _lines(scan: Scanned) -> Iterator[str]:
    """Yield a line for each indicator that decides something, and for what stopped the scan."""
    for indicator in scan.indicators:
        if indicator.verdict != "note":
            yield f"{indicator.verdict} {scan.path}: {_told(indicator)}"
    if not scan.size and not scan.problem:
        yield f"empty {scan.path}: nothing was scanned; next: fetch it again, or remove it"
    if scan.problem:
        yield f"not fully scanned {scan.path}: {scan.problem}; next: load it nowhere until it was looked at by other means"


def _told(indicator: Indicator) -> str:
    where = f" ({indicator.where})" if indicator.where else ""
    return f"{indicator.rule}: {indicator.says}{where}; next: {catalog.indicators()[indicator.rule].remedy}"


def _below(path: Path) -> Iterator[tuple[str, str, Files | None]]:
    """Yield the files at a path with what they are called, and what lies beside those that a cache keeps elsewhere; links lead on where a cache of Hugging Face has its bytes.

    What git keeps of a repository is no part of a folder.
    """
    if not path.is_dir():
        cache = _cache(path.parent) if path.is_symlink() else None
        yield os.path.realpath(path), shown(path), linked(path, cache) if cache else None
        return
    inside = _cache(path) or Path(os.path.realpath(path))
    for folder, folders, names in os.walk(path):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        folders[:] = sorted(name for name in folders if name != ".git" and name not in links)
        for name in sorted((*names, *links)):
            real = Path(os.path.realpath(Path(folder, name)))
            named = Path(folder, name)
            is_led_out = named.is_symlink() and not real.is_relative_to(inside)
            # a link that leads elsewhere is handed over as it is, and the scan refuses it
            beside = linked(named, inside) if named.is_symlink() and not is_led_out else None
            yield str(named.absolute() if is_led_out else real), printable(str(named)), beside


def _cache(path: Path) -> Path | None:
    """Return the folder of a model in the cache of Hugging Face's client, where a path is one of its revisions."""
    real = Path(os.path.realpath(path))
    is_revision = real.parent.name == "snapshots" and (real.parent.parent / "blobs").is_dir()
    return real.parent.parent if is_revision else None
