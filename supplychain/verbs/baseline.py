"""`supplychain baseline`: record the state that drift is measured against, and say what it changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from supplychain import baseline as baselines
from supplychain import digests
from supplychain.model.baseline import Baseline, BaselineFile, Drift
from supplychain.verbs import files
from supplychain.verbs.interface import Code, Gathered, VerbError, gather, shown


def record(target: Path) -> int:
    """Write the baseline of a target and print what differs from the one before."""
    found = gather(target)
    before, now = baselines.read(found.target), _measured(found)
    text = baselines.text(now)
    if len(text.encode()) > baselines.SIZE_LIMIT:
        raise VerbError(
            f"the baseline would have more than {baselines.SIZE_LIMIT:,} bytes; record a part of the target"
        )
    path = target / baselines.BASELINE
    files.write(path, text, target)
    print(*_differences(before, now), sep="\n")
    print(f"{shown(path)}: {len(now.components)} components; {len(now.unresolved)} references are unresolved")
    return Code.HOLDS


def _measured(found: Gathered) -> Baseline:
    return baselines.of(
        found.inventory,
        found.declaration,
        written=found.now,
        commit=found.state.commit,
        digests=digests.measured(found.target, found.inventory),
    )


def _differences(before: BaselineFile | None, now: Baseline) -> Iterator[str]:
    if before is None:
        yield "no baseline was there before"
    elif before.baseline is None:
        yield f"the baseline before could not be compared: {before.problem}"
    else:
        drifts = _once(baselines.compare(before.baseline, now))
        for drift in drifts:
            yield f"{drift.at} {drift.component} {drift.what}: {drift.was} -> {drift.now}"
        for item in baselines.uncompared(before.baseline, now):
            side = "the baseline before has none" if item.unknown == "recorded" else "not known now"
            yield f"{item.at} {item.component} {item.what}: not compared, {side}"
        if not drifts:
            yield f"nothing differs from the baseline of {before.baseline.written:%Y-%m-%d %H:%M} UTC"


def _once(drifts: tuple[Drift, ...]) -> tuple[Drift, ...]:
    """Return drifts without those of a file's checksum that its bytes tell as well."""
    told = {(drift.component, drift.was, drift.now) for drift in drifts if drift.what == "bytes"}
    return tuple(
        drift for drift in drifts if drift.what != "checksum" or (drift.component, drift.was, drift.now) not in told
    )
