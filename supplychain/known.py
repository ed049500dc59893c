"""The rows of a run that do not pass, held against the known list: which entry accounts for which row."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from supplychain.control import requirement as requirement_of
from supplychain.control.interface import Requirement
from supplychain.model.finding import Finding, Observation, Outcome
from supplychain.model.gate import Entry, Known

Findings = Mapping[str, Finding]

WITHOUT_ROWS = "without-rows"
"""The rule of the one row that stands for a requirement that does not hold and has none."""
_NOT_MET = frozenset({Outcome.FAIL, Outcome.UNDETERMINED})


@dataclass(frozen=True)
class Row:
    """A row that does not pass, with the entry that accounts for it."""

    requirement: str
    row: Observation
    entry: Entry | None = None
    note: str = ""


@dataclass(frozen=True)
class Held:
    """Rows that do not pass, held against the entries of a known list."""

    rows: tuple[Row, ...]
    used: tuple[Entry, ...]
    """Entries that count, with the rows that they account for."""
    uncounted: tuple[Entry, ...]
    """The same of entries that do not count."""
    kept: tuple[Entry, ...]
    """Entries of requirements that this run did not come to, or whose check cannot be trusted."""
    left: tuple[Entry, ...]
    """Entries without rows, with how many rows are too many."""


_Fits = Callable[[Entry, Observation], bool]
_FITS: tuple[_Fits, ...] = (
    lambda entry, row: (entry.path, entry.rule) == (path_of(row), row.rule),
    lambda entry, row: row.outcome is Outcome.UNDETERMINED and entry.path == path_of(row),
    lambda _, row: row.outcome is Outcome.UNDETERMINED,
)
"""When an entry accounts for a row of its component, the closest first."""


class _Ledger:
    """Entries, and for how many rows each of them stands open."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._open = Counter[Entry]()
        self._of = defaultdict[tuple[str, str], list[Entry]](list)
        for entry in sorted(entries, key=lambda item: item.since):
            self._of[entry.requirement, entry.component].append(entry)
            self._open[entry] += entry.rows
        self.used = Counter[Entry]()

    def take(self, item: Row, fits: _Fits) -> Entry | None:
        """Account for a row by the oldest entry of its component that fits; None where there is none."""
        for entry in self._of.get((item.requirement, item.row.component), ()):
            if self._open[entry] and fits(entry, item.row):
                self._open[entry] -= 1
                self.used[entry] += 1
                return entry
        return None

    @property
    def left(self) -> Iterator[Entry]:
        return (_counting(entry, rows) for entry, rows in self._open.items() if rows)

    @property
    def in_use(self) -> tuple[Entry, ...]:
        return tuple(_counting(entry, rows) for entry, rows in self.used.items())


def hold(findings: Findings, known: Known, names: Collection[str], today: date) -> Held:
    """Hold the rows of findings against a known list.

    A failing row is known by its own fingerprint only. A row that is undetermined is known by whatever was accepted of
    its component, first in its own file: what failed, or was undetermined for another reason or where another file
    was the first to name it, did not get worse.
    """
    refused = {entry: why for entry in known.entries if (why := _refusal(entry, names, today))}
    ledgers = (_Ledger(e for e in known.entries if e not in refused), _Ledger(refused))
    pending = [Row(name, row) for name, finding in findings.items() for row in _rows(finding)]
    done: dict[int, Row] = {}
    for ledger in ledgers:
        for fits in _FITS:
            for index, item in enumerate(pending):
                if index not in done and (entry := ledger.take(item, fits)):
                    against = refused.get(entry)
                    done[index] = Row(item.requirement, item.row, None if against else entry, against or "")
    gone = [entry for ledger in ledgers for entry in ledger.left]
    open_ = [is_decided(entry.requirement) and not is_comparable(entry.requirement, findings) for entry in gone]
    return Held(
        rows=tuple(done.get(index, item) for index, item in enumerate(pending)),
        used=ledgers[0].in_use,
        uncounted=ledgers[1].in_use,
        kept=tuple(entry for entry, is_open in zip(gone, open_, strict=True) if is_open),
        left=tuple(entry for entry, is_open in zip(gone, open_, strict=True) if not is_open),
    )


def _refusal(entry: Entry, names: Collection[str], today: date) -> str:
    """Return why an entry does not count; empty where it does."""
    if entry.by not in names:
        return f"the policy's people.approvers do not name {entry.by}, or they own the project"
    if entry.since > today:
        return f"its entry begins on {entry.since}"
    requirement = _requirement(entry.requirement)
    if requirement and requirement.never_softens(entry.rule) and fails(entry):
        return f"what fails in {entry.requirement} can never be known"
    return ""


def _requirement(name: str) -> Requirement | None:
    """Return a requirement that a list or a policy names; None where this version knows none of that name."""
    try:
        return requirement_of(name)
    except KeyError:
        return None


def is_decided(name: str) -> bool:
    """Whether the gate decides on a requirement: this version has a check for it, and it repeats no other one."""
    requirement = _requirement(name)
    return requirement is not None and bool(requirement.rule) and not requirement.rolls_up


def is_comparable(name: str, findings: Findings) -> bool:
    """Whether the rows of a requirement can be compared with what was known: it was executed, and can be trusted."""
    finding = findings.get(name)
    return finding is not None and finding.outcome is not Outcome.ERROR and is_decided(name)


def _rows(finding: Finding) -> Sequence[Observation]:
    """Return the rows of a finding that do not pass, or one that stands for it where it has none.

    Roll-ups repeat other rows, and a requirement that this version has no check for says nothing of the target.
    """
    requirement = requirement_of(finding.requirement)
    rows = [row for row in finding.observations if row.outcome in _NOT_MET and not requirement.repeats(row.rule)]
    if rows or finding.outcome not in _NOT_MET or not is_decided(finding.requirement):
        return rows
    return [
        Observation(
            component=f"requirement:{requirement.id}",
            outcome=finding.outcome,
            rule=WITHOUT_ROWS,
            message=finding.reason,
            severity=finding.severity,
            remedy=requirement.remedy,
        )
    ]


def fails(entry: Entry) -> bool:
    """Whether an entry is for a row that fails; a rule that this version does not know is taken for one."""
    requirement = _requirement(entry.requirement)
    rule = requirement.rules.get(entry.rule) if requirement else None
    return rule.outcome is Outcome.FAIL if rule else entry.rule != WITHOUT_ROWS


def path_of(row: Observation) -> str:
    """Return the file that a row stands in; empty where it has none."""
    return row.at.file if row.at else ""


def _counting(entry: Entry, rows: int) -> Entry:
    return entry if rows == entry.rows else entry.model_copy(update={"rows": rows})
