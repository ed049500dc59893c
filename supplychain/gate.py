"""The gate: findings and what is known of them in, a decision for CI out. Pure, and it changes no finding.

result = decide(findings, known, policy.gate or Gate(), policy.people.approvers, now)

A ratchet fails on what got worse: a failing row that is not known, a row that cannot be decided any more, elements
that are gone without a trace, and entries that nothing needs any longer. What got better never fails as new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime

from supplychain.control import load
from supplychain.control import requirement as requirement_of
from supplychain.known import WITHOUT_ROWS, Findings, Held, Row, fails, hold, is_comparable, is_decided, path_of
from supplychain.model.declaration import Declaration
from supplychain.model.finding import Outcome
from supplychain.model.gate import Blocking, Broken, Cause, Entry, Known, KnownFile, Loss, Result, Upcoming
from supplychain.model.policy import Gate, Policy


def approvers(policy: Policy, declaration: Declaration | None) -> tuple[str, ...]:
    """Return whose entries count: the policy's approvers, without the owner of the project."""
    project = declaration.project if declaration else None
    owner = project.owner.strip().casefold() if project else None
    return tuple(name for name in policy.people.approvers if name.strip().casefold() != owner)


def judged(
    findings: Findings, file: KnownFile | None, policy: Policy, declaration: Declaration | None, now: datetime
) -> Result:
    """Return what the gate makes of findings with a known list that was read; one that cannot be used holds nothing."""
    known = (file.known if file else None) or Known()
    result = decide(findings, known, policy.gate or Gate(), approvers(policy, declaration), now)
    return result.model_copy(update={"problem": f"{file.file}: {file.problem}"}) if file and file.problem else result


def decide(findings: Findings, known: Known, gate: Gate, names: Collection[str], now: datetime) -> Result:
    """Return what the gate makes of findings.

    Args:
        findings: those of a run, by requirement.
        known: the rows that were accepted.
        gate: how each requirement decides.
        names: the approvers whose entries count.
        now: the time of the decision.
    """
    today = now.astimezone(UTC).date()
    held = hold(findings, known, names, today)
    blocking: list[Blocking] = []
    observed = 0
    for item in held.rows:
        cause = _cause(item, gate, today)
        if cause:
            blocking.append(Blocking(requirement=item.requirement, row=item.row, cause=cause, note=item.note))
        observed += gate.mode(item.requirement, today) == "observe" and cause is None
    worse = {(item.requirement, item.row.component, path_of(item.row)) for item in blocking}
    ratcheted = [entry for entry in held.left if gate.mode(entry.requirement, today) == "ratchet"]
    used = [entry for entry in held.used if gate.mode(entry.requirement, today) == "ratchet"]
    return Result(
        default=gate.default,
        blocking=tuple(blocking),
        broken=tuple(
            Broken(requirement=name, reason=finding.reason)
            for name, finding in findings.items()
            if finding.outcome is Outcome.ERROR
        ),
        missing=tuple(
            name
            for name in load().requirements
            if name not in findings and is_decided(name) and gate.mode(name, today) != "observe"
        ),
        lost=tuple(loss for loss in _lost(findings, known, held) if gate.mode(loss.requirement, today) != "observe"),
        stale=tuple(entry for entry in ratcheted if fails(entry)),
        better=tuple(entry for entry in ratcheted if not fails(entry) and entry.element not in worse),
        known=sum(entry.rows for entry in used),
        oldest=max(((today - entry.since).days for entry in used), default=None),
        observed=observed,
        upcoming=_upcoming(held.rows, gate, today),
        undecided=tuple(name for name in gate.enforce if not is_decided(name)),
    )


def pruned(findings: Findings, known: Known, names: Collection[str], now: datetime) -> Known:
    """Return a known list without what nothing needs any longer; it accepts nothing that was not accepted before.

    Entries that do not count stay as long as there are rows for them: another policy may name who accepted them.
    """
    held = hold(findings, known, names, now.astimezone(UTC).date())
    sizes = {
        name: min(size, findings[name].population.expected) if is_comparable(name, findings) else size
        for name, size in known.populations.items()
    }
    return Known(populations=sizes, entries=_sorted((*held.used, *held.uncounted, *held.kept)))


def accepted(findings: Findings, known: Known, gate: Gate, names: Collection[str], now: datetime, by: str) -> Known:
    """Return a known list with every row that is new; what can never be known or is enforced is left out.

    Raises:
        ValueError: `by` is not among `names`.
    """
    if by not in names:
        raise ValueError(f"{by} is no approver")
    today = now.astimezone(UTC).date()
    held = hold(findings, known, names, today)
    new = Counter(
        (item.requirement, item.row.component, item.row.rule, path_of(item.row))
        for item in held.rows
        if item.entry is None and not _is_final(item) and gate.mode(item.requirement, today) != "enforce"
    )
    added = (
        Entry(requirement=name, component=component, rule=rule, path=path, rows=rows, by=by, since=today)
        for (name, component, rule, path), rows in new.items()
    )
    sizes = {name: findings[name].population.expected for name in findings if is_comparable(name, findings)}
    return Known(populations=known.populations | sizes, entries=_sorted((*held.used, *held.kept, *added)))


def _cause(item: Row, gate: Gate, today: date) -> Cause | None:
    """Return why a row fails the gate; None where it does not."""
    if _is_final(item):
        return "never softened"
    mode = gate.mode(item.requirement, today)
    if mode == "enforce":
        return "enforced"
    if mode == "observe" or item.entry:
        return None
    return "new" if item.row.outcome is Outcome.FAIL else "undetermined"


def _is_final(item: Row) -> bool:
    return item.row.outcome is Outcome.FAIL and requirement_of(item.requirement).never_softens(item.row.rule)


def _lost(findings: Findings, known: Known, held: Held) -> Iterator[Loss]:
    """Return where elements are gone that no entry without rows accounts for.

    A row that failed may be mended or gone: its entry fails the gate until it is pruned. One that was undetermined is
    not told from a row that passes now, so that it accounts for nothing as long as its element has rows that pass.
    """
    passing = Counter(
        (name, row.component, path_of(row))
        for name, finding in findings.items()
        for row in finding.observations
        if row.outcome is Outcome.PASS
    )
    gone = Counter[str]()
    for entry in held.left:
        if entry.rule != WITHOUT_ROWS:
            gone[entry.requirement] += entry.rows if fails(entry) else max(0, entry.rows - passing[entry.element])
    for name, recorded in known.populations.items():
        if is_comparable(name, findings):
            now = findings[name].population.expected
            if recorded - gone[name] > now:
                yield Loss(requirement=name, recorded=recorded - gone[name], now=now)


def _upcoming(rows: Sequence[Row], gate: Gate, today: date) -> tuple[Upcoming, ...]:
    counts = Counter(item.requirement for item in rows)
    found = (
        Upcoming(requirement=name, begins=begins, rows=counts[name])
        for name, begins in gate.enforce.items()
        if begins > today and is_decided(name)
    )
    return tuple(sorted(found, key=lambda item: (item.begins, item.requirement)))


def _sorted(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    order: Callable[[Entry], tuple[object, ...]] = lambda e: (  # noqa: E731 - the order of the file
        *(int(part) for part in e.requirement.split(".")),
        e.path,
        e.component,
        e.rule,
        e.since,
        e.by,
    )
    return tuple(sorted(entries, key=order))
