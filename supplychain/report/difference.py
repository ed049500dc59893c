"""The difference of two runs: which rows came, went or came out otherwise, and what changed that could be why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from supplychain.control import requirement as requirement_of
from supplychain.model.case import Case
from supplychain.model.finding import Finding, Observation, Outcome
from supplychain.model.text import printable

_Key = tuple[str, str, str]
"""A requirement, a component and the file that names it; lines move."""
_QUIET = frozenset({Outcome.PASS, Outcome.NOT_APPLICABLE})


@dataclass(frozen=True)
class Run:
    """A recorded run."""

    name: str
    case: Case
    findings: Mapping[str, Finding]


@dataclass(frozen=True)
class Change:
    """A component of a file that comes out otherwise in a requirement."""

    requirement: str
    component: str
    kind: Literal["new", "gone", "changed"]
    was: str
    now: str
    why: str
    row: Observation
    """The first row that does not pass now; else the first one of either run."""


@dataclass(frozen=True)
class Difference:
    """What differs between two runs."""

    since: str
    """The earlier run."""
    inputs: tuple[str, ...]
    """What the runs rest on and is not the same."""
    outcomes: tuple[tuple[str, str, str], ...]
    """Requirements with another outcome, before and after."""
    changes: tuple[Change, ...] = field(repr=False)


def difference(before: Run, after: Run) -> Difference:
    """Return what differs from one run to another. Roll-ups repeat other requirements and are left out of the rows."""
    inputs = tuple(name for name, read in _INPUTS.items() if read(before) != read(after))
    names = dict.fromkeys((*before.findings, *after.findings))
    outcomes = [(name, _outcome(before, name), _outcome(after, name)) for name in names]
    return Difference(
        since=printable(before.name),
        inputs=inputs,
        outcomes=tuple(item for item in outcomes if item[1] != item[2]),
        changes=tuple(_changes(before, after, inputs)),
    )


def lines(found: Difference, limit: int) -> Iterator[str]:
    """Yield a difference as a person reads it, with at most `limit` of its rows."""
    yield f"Since run {found.since}; inputs that are not the same: {', '.join(found.inputs) or 'none'}"
    for name, was, now in found.outcomes:
        yield f"  {name} {was} -> {now}"
    for change in found.changes[:limit]:
        place = f" {change.row.at}" if change.row.at else ""
        yield f"  {change.kind}: {change.requirement}{place} {change.component}: {change.was} -> {change.now}"
        yield f"      because {change.why}"
    if len(found.changes) > limit:
        yield f"  and {len(found.changes) - limit} more rows"
    if not found.outcomes and not found.changes:
        yield "  nothing comes out otherwise"


def _changes(before: Run, after: Run, inputs: tuple[str, ...]) -> Iterator[Change]:
    old, new = _rows(before), _rows(after)
    was_used, is_used = _used(before.case), _used(after.case)
    for key in dict.fromkeys((*new, *old)):
        was, now = _said(old.get(key, [])), _said(new.get(key, []))
        open_ = [row for row in (*new.get(key, []), *old.get(key, [])) if row.outcome not in _QUIET]
        if was == now or not open_:
            continue
        requirement, component, _ = key
        kind: Literal["new", "gone", "changed"] = "changed"
        if key not in old or key not in new:
            kind = "new" if key in new else "gone"
        why = _why(component, was_used, is_used, inputs)
        yield Change(requirement, component, kind, was or "no row", now or "no row", why, open_[0])


def _rows(run: Run) -> dict[_Key, list[Observation]]:
    found: dict[_Key, list[Observation]] = {}
    for name, finding in run.findings.items():
        repeats = requirement_of(name).repeats
        for row in (row for row in finding.observations if not repeats(row.rule)):
            found.setdefault((name, row.component, row.at.file if row.at else ""), []).append(row)
    return found


def _said(rows: list[Observation]) -> str:
    """Return the rules that decide rows of one key, as often as each does."""
    rules = sorted(f"{row.outcome.replace('_', ' ')} ({row.rule})" for row in rows)
    return ", ".join(
        f"{rules.count(rule)} x {rule}" if rules.count(rule) > 1 else rule for rule in dict.fromkeys(rules)
    )


def _used(case: Case) -> dict[str, frozenset[str]]:
    """Return how the target uses each component: versions, revisions, addresses, flags and files, without lines."""
    found: dict[str, set[str]] = {}
    for reference in case.inventory.references:
        texts = (reference.revision, reference.address, reference.checksum, *reference.flags, reference.at.file)
        found.setdefault(reference.component.id, set()).update(text for text in texts if text)
    for entry in case.graph.packages:
        texts = (entry.version, entry.at.file, *entry.hashes)
        found.setdefault(entry.component.id, set()).update(text for text in texts if text)
    return {name: frozenset(texts) for name, texts in found.items()}


def _why(
    component: str, was: Mapping[str, frozenset[str]], now: Mapping[str, frozenset[str]], inputs: tuple[str, ...]
) -> str:
    """Return what could be why a component comes out otherwise; which of several inputs it is, replay tells."""
    if component in now and component not in was:
        return "the target names it, and did not before"
    if component in was and component not in now:
        return "the target does not name it any more"
    if was.get(component) != now.get(component):
        came = sorted(now.get(component, frozenset()) - was.get(component, frozenset()))[:3]
        went = sorted(was.get(component, frozenset()) - now.get(component, frozenset()))[:3]
        return f"the target uses it otherwise: {', '.join(went) or 'nothing'} -> {', '.join(came) or 'nothing'}"
    return f"these inputs changed: {', '.join(inputs)}" if inputs else "nothing that is recorded changed"


def _outcome(run: Run, name: str) -> str:
    return run.findings[name].outcome.replace("_", " ") if name in run.findings else "not executed"


_INPUTS: Mapping[str, Callable[[Run], object]] = {
    "the target's files": lambda run: run.case.target.tree_digest,
    "declaration": lambda run: run.case.declaration_digest,
    "policy": lambda run: run.case.policy_digest,
    "features": lambda run: run.case.features,
    "facts of releases": lambda run: [item.model_dump(exclude={"source"}) for item in run.case.releases],
    "advisories": lambda run: run.case.advisories,
    "detectors": lambda run: run.case.detections,
    "scanners": lambda run: run.case.scanners,
    "baseline": lambda run: run.case.baseline,
    "inventories": lambda run: run.case.boms,
    "documents": lambda run: run.case.documents,
    "earlier runs": lambda run: run.case.history,
    "the day": lambda run: run.case.now.date(),
    "the suite": lambda run: next((finding.tool for finding in run.findings.values()), None),
}
