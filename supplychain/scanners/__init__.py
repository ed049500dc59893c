"""The scanners that the control names, run over the advisories at hand, and what others saved.

for report in run(versions, records, online=False, now=now): ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.metadata import version
from typing import Any, Literal

from supplychain.model.fact import ScannerReport
from supplychain.scanners.interface import PYTHON, FailedError, Pin, Said, parsed, pins
from supplychain.scanners.reports import saved

__all__ = ["run", "saved"]


@dataclass(frozen=True)
class _Job:
    scanner: str
    version: str
    data: Literal["same", "own"]
    scan: Callable[[], Said]

    def report(self, now: datetime) -> ScannerReport:
        """Return what it says, or why it says nothing."""
        try:
            said = self.scan()
        except FailedError as error:
            said = Said(self.scanner, problem=str(error))
        except OSError as error:
            said = Said(self.scanner, problem=f"its folder under TMPDIR cannot be used: {error.strerror}")
        return ScannerReport(
            scanner=self.scanner,
            version=said.version or self.version,
            how="run",
            data=self.data,
            written=now,
            assessed=tuple(said.assessed),
            hits=tuple(said.hits),
            skipped=tuple(said.skipped),
            problem=said.problem,
        )


def run(
    packages: Iterable[tuple[str, str]], records: Sequence[bytes] | None, *, online: bool, now: datetime
) -> tuple[ScannerReport, ...]:
    """Return what each scanner says that can run here: safety, pip-audit where it is installed, snyk where it may.

    Args:
        packages: The id of a component and its version, as `package:pypi/torch` and `2.5.1`.
        records: The OSV records at hand on these packages, as JSON; None: there are no advisories at hand.
        online: Whether facts may be asked for; snyk is sent the names of packages, and runs only then.
        now: The time of the run.

    A scanner that failed is reported with its problem. safety and pip-audit read Python packages only; others are no
    part of their reports.
    """
    from supplychain.scanners import pip_audit, safety, snyk  # here, since few runs need them

    asked = tuple(dict.fromkeys(packages))
    jobs: list[_Job] = []
    if any(component.startswith(PYTHON) for component, _ in asked):
        known, unreadable = parsed(records or ())
        found, left = pins(asked)
        if unreadable:
            left.append(("advisories", f"{unreadable} of the records cannot be read"))
        over = partial(_over, found, left, None if records is None else known)
        jobs.append(_Job(safety.SCANNER, version("safety"), "same", partial(over, safety.scan)))
        if installed := pip_audit.installed():
            jobs.append(_Job(pip_audit.SCANNER, installed, "same", partial(over, pip_audit.scan)))
    if online and snyk.is_ready():
        jobs.append(_Job(snyk.SCANNER, "", "own", partial(snyk.scan, asked)))
    from concurrent.futures import ThreadPoolExecutor  # here, since few runs need it

    with ThreadPoolExecutor(3) as pool:
        return tuple(pool.map(lambda job: job.report(now), jobs))


def _over(
    found: list[Pin],
    left: list[tuple[str, str]],
    known: list[dict[str, Any]] | None,
    scan: Callable[[Sequence[Pin], Sequence[dict[str, Any]]], Said],
) -> Said:
    if not found:
        raise FailedError("no package can be handed to it: no name and version of them is one that PyPI allows")
    if known is None:
        raise FailedError("there are no advisories to match against: run `supplychain advisories update`")
    said = scan(found, known)
    said.skipped += left
    return said
