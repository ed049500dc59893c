"""`supplychain sensitivity`: how many known-bad changes the checks of this version miss in a target."""

from __future__ import annotations

from pathlib import Path

from supplychain.facts import SnapshotError
from supplychain.options import Options, OptionsError
from supplychain.report.sensitivity import lines
from supplychain.report.terminal import progress
from supplychain.sensitivity.measuring import measure
from supplychain.sensitivity.result import write
from supplychain.verbs.interface import Code, VerbError, shown

MOST = 5_000
"""Plants of one measure."""


def sensitivity(
    target: Path,
    plants: int,
    seed: int | None,
    policy: str | None,
    facts: str | None,
    output: str | None,
    state: str | None,
) -> int:
    """Plant known-bad changes into copies of a target in memory, print the share that was missed, and keep it."""
    if not 1 <= plants <= MOST:
        raise VerbError(f"--plants {plants} is none of 1 to {MOST}")
    given = {"target": str(target), "policy": policy, "facts": facts, "reports": output, "state": state}
    try:
        options = Options.of({name: value for name, value in given.items() if value})
        found = measure(options, plants, seed, progress)
    except (OptionsError, SnapshotError) as error:
        raise VerbError(str(error)) from error
    path = write(options.reports, found)
    print("\n".join(lines(found)))
    print(f"Kept: {shown(path)}; the next run of this commit shows it")
    return Code.HOLDS if found.plants else Code.UNDETERMINED
