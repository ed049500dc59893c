"""`supplychain baseline`: record the state that drift is measured against, and say what it changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from supplychain import baseline as baselines
from supplychain import digests
from supplychain.facts import Facts, SnapshotError
from supplychain.gathering.components import cached
from supplychain.model.baseline import Baseline, BaselineFile, Drift
from supplychain.model.case import Case, Features
from supplychain.model.component import Kind
from supplychain.model.hub import HubRecord
from supplychain.model.policy import Freshness
from supplychain.model.reference import INVENTORIED
from supplychain.options import OptionsError, facts_level
from supplychain.signatures import look
from supplychain.verbs import files
from supplychain.verbs.interface import Code, Gathered, VerbError, gather, shown


def record(target: Path, facts: str | None) -> int:
    """Write the baseline of a target and print what differs from the one before."""
    found = gather(target)
    before, now = baselines.read(found.target), _measured(found, _told(found, target, facts))
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


def _told(found: Gathered, target: Path, facts: str | None) -> tuple[HubRecord, ...]:
    """Return what hubs say of the models and datasets that are recorded, as far as that is at hand or asked for."""
    named = (*found.inventory.of(Kind.MODEL, INVENTORIED), *found.inventory.of(Kind.DATASET, INVENTORIED))
    pairs = dict.fromkeys((item.subject, item.revision) for item in named if not item.component.is_file)
    try:
        source = Facts.open(facts_level(facts or "cache", target), found.now, Freshness())
    except (OptionsError, SnapshotError) as error:
        raise VerbError(str(error)) from error
    try:
        return source.hub(pairs)
    finally:
        source.close()


def _measured(found: Gathered, told: tuple[HubRecord, ...]) -> Baseline:
    return baselines.of(
        found.inventory,
        found.declaration,
        written=found.now,
        commit=found.state.commit,
        digests=digests.measured(found.target, found.inventory),
        owners=baselines.owners_of(told),
        licenses=baselines.licenses_of(told, found.declaration),
        signatures=_signatures(found, told),
    )


def _signatures(found: Gathered, told: tuple[HubRecord, ...]) -> dict[str, tuple[str, ...]]:
    """Return the signatures that lie with each model and dataset, as far as hubs tell and in the target and a cache."""
    case = Case(
        now=found.now,
        target=found.state,
        inventory=found.inventory,
        declaration=found.declaration,
        hub=told,
        features=Features(digest=""),
    )
    lookups = look(found.target, case, lambda *_: (None, "only its name is recorded"), cached, ())
    return {lookup.component: tuple(item.file for item in lookup.found) for lookup in lookups}


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
