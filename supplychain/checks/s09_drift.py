"""Scenario 9, compromise detection: requirement 9.1, whether what is there is still what was recorded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from supplychain import baseline as baselines
from supplychain import catalog
from supplychain.checks.canaries.s09_drift import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.population import INVENTORIED
from supplychain.config.approvals import approval_state
from supplychain.model.base import Frozen
from supplychain.model.baseline import Baseline, Drift, Recorded, Uncompared
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.finding import Source
from supplychain.model.reference import Place, Unread, is_immutable

_APPROVABLE = frozenset({"added", "revision", "checksum", "bytes"})
"""Kinds of drift that an approval speaks of: it is of a component, its revision and its bytes."""


_WITHOUT_OWNER = frozenset({"file", "url"})
"""Sources whose names do not begin with the owner of an account."""


class Compared(Frozen):
    """A component, a setting of a registry's client or a call, as it was recorded and as it is."""

    subject: str
    at: Place
    drifts: tuple[Drift, ...] = ()
    uncompared: tuple[Uncompared, ...] = ()
    now: Recorded | None = None
    """None: it is not a component, or no longer used."""


class Record(Frozen):
    """The baseline itself."""

    subject: str = "baseline"
    at: Place | None = None
    what: Literal["absent", "unusable", "usable"]


def _population(case: Case) -> tuple[Compared | Record | Unread, ...]:
    """Return the baseline, all that is recorded in it or there now, and files that may hide more."""
    file = case.baseline
    if file is None:
        return (Record(what="absent"),)
    at = Place(file=file.file)
    if file.baseline is None:
        return (Record(what="unusable", at=at),)
    return (Record(what="usable", at=at), *_compared(case, file.baseline), *case.inventory.unread_in(INVENTORIED))


def _compared(case: Case, recorded: Baseline) -> Iterable[Compared]:
    now = baselines.of(
        case.inventory,
        case.declaration,
        written=case.now,
        commit=case.target.commit,
        digests=case.measured,
        owners=baselines.owners_of(case.hub),
        licenses=baselines.licenses_of(case.hub, case.declaration),
    )
    drifts: dict[str, list[Drift]] = {}
    for drift in baselines.compare(recorded, now):
        drifts.setdefault(drift.component, []).append(drift)
    open_: dict[str, list[Uncompared]] = {}
    for item in baselines.uncompared(recorded, now):
        open_.setdefault(item.component, []).append(item)
    used = {item.id: item for item in now.components}
    for name in sorted(drifts.keys() | used.keys()):
        found = used.get(name)
        at = drifts[name][0].at if found is None else found.at
        changed, uncompared = tuple(drifts.get(name, ())), tuple(open_.get(name, ()))
        yield Compared(subject=name, at=at, drifts=changed, uncompared=uncompared, now=found)


def _sources(case: Case) -> tuple[Source, ...]:
    file = case.baseline
    return (Source(name=f"baseline {file.file}", level="local", digest=file.digest),) if file and file.digest else ()


@check("9.1", population=_population, canaries=plant, sources=_sources)
def integrity_monitored(case: Case, subject: Compared | Record | Unread) -> Answer:
    """Compare what the target uses with its baseline; what changed has to be approved since that was written."""
    if isinstance(subject, Unread):
        return not_seen(subject)
    if isinstance(subject, Record):
        return _record(case, subject)
    evidence = case.baseline.digest if case.baseline else None
    if subject.drifts:
        return _drifted(case, subject, evidence)
    unknown = sorted({item.what for item in subject.uncompared} | (_unknown(subject.now) if subject.now else set()))
    if unknown:
        return answer("not-compared", evidence=evidence, what=", ".join(unknown))
    return answer("unchanged", evidence=evidence)


def _record(case: Case, subject: Record) -> Answer:
    file = case.baseline
    if subject.what == "absent" or file is None:
        return answer("no-baseline")
    recorded = file.baseline
    if recorded is None:
        return answer("unusable-baseline", evidence=file.digest, file=file.file, problem=file.problem)
    if recorded.simulated:
        return answer("made-up-time", evidence=file.digest)
    if recorded.written > case.now:
        return answer("written-in-the-future", evidence=file.digest, date=recorded.written.date())
    return answer("recorded", evidence=file.digest, date=recorded.written.date(), count=len(recorded.components))


def _drifted(case: Case, subject: Compared, evidence: str | None) -> Answer:
    told = "; ".join(f"{drift.what}: {drift.was} -> {drift.now}" for drift in subject.drifts)
    if subject.now and all(drift.what in _APPROVABLE for drift in subject.drifts):
        by = _approver(case, subject.now)
        if by:
            return answer("approved-change", evidence=evidence, drift=told, by=by)
    return answer("drift", evidence=evidence, drift=told)


def _approver(case: Case, now: Recorded) -> str:
    """Return who approved what is there now, since the baseline was written; empty where nobody did."""
    declared = case.declaration.of(now.id) if case.declaration else None
    approval = declared.approved if declared else None
    recorded = case.baseline.baseline if case.baseline else None
    if approval is None or recorded is None or approval.on < recorded.written.date():
        return ""
    project = case.declaration.project if case.declaration else None
    checksums = {*now.checksums, *now.digests}
    owner = project.owner if project else None
    state = approval_state(declared, now.revisions, checksums, case.policy, case.now.date(), owner)
    return approval.by if state.state == "valid" else ""


def _unknown(now: Recorded) -> set[str]:
    """Return what is not known of a component, so that its drift would not be seen."""
    component = Component.parse(now.id)
    if component.kind is Kind.SERVICE or component.source in catalog.hosting():
        return set()
    unknown = set()
    fixed = bool(now.revisions) and all(is_immutable(revision) for revision in now.revisions)
    if not (fixed or now.checksums or now.digests):
        unknown.add("bytes")
    if component.kind is not Kind.PACKAGE:
        if now.license is None:
            unknown.add("license")
        if now.owner is None and component.source not in _WITHOUT_OWNER and "/" in component.name:
            unknown.add("owner")
    return unknown
