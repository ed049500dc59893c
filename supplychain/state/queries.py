"""What an audit asks: where a component is used, what changed, and who approved it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from supplychain.config.approvals import approval_state
from supplychain.model.declaration import Declaration
from supplychain.model.policy import Policy
from supplychain.model.reference import INVENTORIED
from supplychain.model.state import Approved, Changes, Record, RevisionChange, Used, Uses

_IMPORTED = "package:import/"
"""Modules that are known only by the name of their import: which package brings them is not known."""


class NotAnsweredError(Exception):
    """A question that the records at hand cannot answer; the message says what is missing."""


def where(records: Sequence[Record], asked: str) -> Uses:
    """Return the places of a component in the newest inventory.

    `asked` is an id, or a part of one; a whole id gives that component alone.

    Raises:
        NotAnsweredError: no run is recorded.
    """
    newest = _counting(records)[-1]
    used = newest.inventory.used
    exact = tuple(item for item in used if item.component == asked)
    part = asked.casefold()
    return Uses(
        asked=asked,
        run=newest.run,
        at=newest.at,
        simulated=newest.simulated,
        used=exact or tuple(item for item in used if part in item.component.casefold()),
        unresolved=newest.inventory.unresolved,
        unread=newest.inventory.unread,
    )


def between(records: Sequence[Record], start: datetime, end: datetime) -> Changes:
    """Return what changed between the states that were recorded last at two times.

    Raises:
        NotAnsweredError: no run is recorded up to one of them, or they are in the wrong order.
    """
    if end < start:
        raise NotAnsweredError(f"{end:%Y-%m-%d} is before {start:%Y-%m-%d}; give the earlier date first")
    counting = sorted(_counting(records), key=lambda record: (record.at, record.sequence))
    return _changes(_newest_at(counting, start), _newest_at(counting, end))


def since(records: Sequence[Record], run: str) -> Changes:
    """Return what changed since a run.

    Raises:
        NotAnsweredError: there is no record of it.
    """
    before = next((record for record in records if record.run == run), None)
    if before is None:
        raise NotAnsweredError(f"run {run} is not recorded")
    return _changes(before, [record for record in records if record.simulated == before.simulated][-1])


def approved(
    declaration: Declaration | None,
    policy: Policy,
    component: str,
    revisions: Collection[str | None],
    checksums: Collection[str],
    today: date,
) -> Approved:
    """Return who approved a component, and whether that counts today for what is used of it."""
    declared = declaration.of(component) if declaration else None
    owner = declaration.project.owner if declaration and declaration.project else None
    state = approval_state(declared, revisions, checksums, policy, today, owner)
    return Approved(component=component, approval=declared.approved if declared else None, state=state)


def lines(answer: Uses | Changes | Approved) -> tuple[str, ...]:
    """Return an answer as plain lines."""
    if isinstance(answer, Uses):
        return _use_lines(answer)
    if isinstance(answer, Changes):
        return _change_lines(answer)
    approval = answer.approval
    ticket = f" ({approval.ticket})" if approval and approval.ticket else ""
    by = f"approved by {approval.by} on {approval.on}{ticket}" if approval else "not approved"
    return (f"{answer.component}: {by}", f"  {answer.state.state}: {answer.state.reason}")


def _counting(records: Sequence[Record]) -> Sequence[Record]:
    """Return the records of real time; those at made-up times only where there is no other."""
    if not records:
        raise NotAnsweredError("no run is recorded yet; run supplychain run TARGET first")
    return [record for record in records if not record.simulated] or records


def _newest_at(by_time: Sequence[Record], moment: datetime) -> Record:
    until = [record for record in by_time if record.at <= moment]
    if not until:
        first = by_time[0]
        raise NotAnsweredError(
            f"no run is recorded up to {moment:%Y-%m-%d %H:%M} UTC; the first is {first.run} of {first.at:%Y-%m-%d %H:%M}"
        )
    return until[-1]


def _changes(before: Record, after: Record) -> Changes:
    old, new = _inventoried(before), _inventoried(after)
    both = sorted(old.keys() & new.keys())
    changed = (
        RevisionChange(component=name, was=old[name].revisions, now=new[name].revisions)
        for name in both
        if old[name].revisions != new[name].revisions
    )
    return Changes(
        before=before.run,
        after=after.run,
        before_at=before.at,
        after_at=after.at,
        simulated=before.simulated or after.simulated,
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed=tuple(changed),
    )


def _inventoried(record: Record) -> dict[str, Used]:
    """Return what an inventory has to hold of a record, so that a component which leaves the tests counts as added."""
    return {
        used.component: used
        for used in record.inventory.used
        if not used.component.startswith(_IMPORTED) and any(place.scope in INVENTORIED for place in used.places)
    }


def _use_lines(uses: Uses) -> tuple[str, ...]:
    found = [f"{uses.asked} in run {uses.run} of {uses.at:%Y-%m-%d %H:%M} UTC{_marked(uses.simulated)}:"]
    for used in uses.used:
        found.append(f"{used.component} at {_shown(used.revisions)}")
        found += [f"  {place} ({place.scope})" for place in used.places]
    if not uses.used:
        found.append("not found")
    if uses.unresolved or uses.unread:
        found.append(f"{uses.unresolved} unresolved references and {uses.unread} unread files could name it as well")
    return tuple(found)


def _change_lines(changes: Changes) -> tuple[str, ...]:
    times = f"{changes.before_at:%Y-%m-%d %H:%M} to {changes.after_at:%Y-%m-%d %H:%M} UTC"
    found = [f"run {changes.before} to run {changes.after}, {times}{_marked(changes.simulated)}:"]
    found += [f"added {name}" for name in changes.added]
    found += [f"removed {name}" for name in changes.removed]
    found += [f"changed {item.component}: {_shown(item.was)} to {_shown(item.now)}" for item in changes.changed]
    return tuple(found) if len(found) > 1 else (*found, "no component changed")


def _shown(revisions: tuple[str | None, ...]) -> str:
    return ", ".join(revision or "no revision" for revision in revisions)


def _marked(simulated: bool) -> str:
    return " (made-up time)" if simulated else ""
