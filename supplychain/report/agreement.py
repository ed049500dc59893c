"""Who found which vulnerability: this run's own matcher beside every scanner that was run or whose report was read.

Two tables: matchers over the same data, where a difference is one of matching, and matchers with data of their own,
where it may be one of data. A scanner that failed, or was not handed a package, has not assessed it: it found nothing
there, and cleared nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from packaging.utils import canonicalize_name, canonicalize_version
from packaging.version import InvalidVersion, Version

from supplychain.model.case import Case
from supplychain.model.fact import Matched, ScannerReport
from supplychain.report.markup import code, markdown, table

ROWS = 300
"""Rows that a table shows, those that differ first; `case.json` holds what all are made of."""
_SHOWN = 5
OURS = "this suite"
UNEXPLAINED = "unexplained"
_PYTHON = "package:pypi/"
_PYTHON_ONLY = frozenset({"safety", "pip-audit"})
_OF_PIP_AUDIT = (
    "pip-audit matches nothing itself: it asks a service about each package, which in this run is a second reading of "
    "the same records, written apart from the suite's own matcher."
)
_Key = tuple[str, str]


@dataclass(frozen=True)
class Cell:
    """What one matcher says of one vulnerability of one package."""

    state: Literal["found", "missing", "not assessed"]
    why: str = ""


@dataclass(frozen=True)
class Row:
    """One vulnerability of one version of one package."""

    component: str
    version: str
    ids: tuple[str, ...]
    """Every id that it is known by in this run."""
    cells: tuple[Cell, ...]
    """One for each matcher of the table."""

    @property
    def differs(self) -> bool:
        """Whether a matcher that looked at the package does not have it."""
        return any(cell.state == "missing" for cell in self.cells)

    @property
    def is_alone(self) -> bool:
        """Whether only one matcher looked at the package, so that there is nothing to agree with."""
        return sum(cell.state != "not assessed" for cell in self.cells) < 2

    @property
    def is_unexplained(self) -> bool:
        """Whether no rule says why one does not have it."""
        return any(cell.why == UNEXPLAINED for cell in self.cells)


@dataclass(frozen=True)
class Agreement:
    """One table: the matchers as its columns, a vulnerability of a package as a row."""

    title: str
    matchers: tuple[str, ...]
    rows: tuple[Row, ...]
    """Those that differ first, of them those that nothing explains."""
    notes: tuple[str, ...]

    @property
    def summary(self) -> str:
        """How many rows there are, how many of them agree, and how many differ, in words."""
        differing = sum(row.differs for row in self.rows)
        alone = sum(row.is_alone for row in self.rows)
        unexplained = sum(row.is_unexplained for row in self.rows)
        return (
            f"{len(self.rows)} vulnerabilities of packages: {len(self.rows) - differing - alone} found by all of those "
            f"that looked, {alone} where only one looked, {differing} missing at one that looked, {unexplained} of "
            "them without an explanation"
        )


def agreement(case: Case) -> tuple[Agreement, ...]:
    """Return the tables of a case; empty where no scanner has a report."""
    same = [report for report in case.scanners if report.data == "same"]
    own = [report for report in case.scanners if report.data == "own"]
    parts = (("Several matchers, same data", same), ("Several matchers, each with its own data", own))
    return tuple(_agreement(title, case, reports) for title, reports in parts if reports)


def document(tables: Iterable[Agreement]) -> str:
    """Return the tables as Markdown."""
    parts = []
    for entry in tables:
        parts += [f"## {markdown(entry.title)}\n", f"{markdown(entry.summary)}.\n"]
        cells = [
            [code(row.component), code(row.version), markdown(", ".join(row.ids)), *map(_said, row.cells)]
            for row in entry.rows[:ROWS]
        ]
        if cells:
            parts.append(table(["Package", "Version", "Vulnerability", *map(markdown, entry.matchers)], cells))
        if len(entry.rows) > ROWS:
            parts.append(f"{len(entry.rows) - ROWS} more rows are not shown.\n")
        parts.append("".join(f"- {markdown(note)}\n" for note in entry.notes))
    return "\n".join(parts)


def _said(cell: Cell) -> str:
    return f"{cell.state}: {markdown(cell.why)}" if cell.why else cell.state


class _Column:
    """One matcher: what it found, what it looked at, and why not at the rest."""

    def __init__(self, report: ScannerReport) -> None:
        self.report = report
        self.assessed = {_key(*pair) for pair in report.assessed}
        self.skipped = dict(report.skipped)
        self.found: dict[_Key, list[frozenset[str]]] = {}
        for hit in report.hits if not report.problem else ():
            self.found.setdefault(_key(hit.component, hit.version), []).append(frozenset(hit.ids))
        self.ids = {key: frozenset().union(*found) for key, found in self.found.items()}

    def cell(self, component: str, key: _Key, ids: frozenset[str]) -> Cell | None:
        """Return what it says; None where it looked and does not have it."""
        if ids & self.ids.get(key, frozenset()):
            return Cell("found")
        if self.report.problem:
            return Cell("not assessed", self.report.problem)
        if key in self.assessed:
            return None
        if reason := self.skipped.get(component):
            return Cell("not assessed", reason)
        if self.report.scanner in _PYTHON_ONLY and not component.startswith(_PYTHON):
            return Cell("not assessed", "it reads Python packages only")
        return Cell("not assessed", "its report does not name this version of the package")


class _Ours:
    """This run's own matcher."""

    def __init__(self, matched: Iterable[Matched]) -> None:
        self.matched = {_key(entry.component, entry.version): entry for entry in matched if entry.version is not None}
        self.found = {
            key: [entry.advisory.ids for entry in matched.vulnerabilities] for key, matched in self.matched.items()
        }
        self.ids = {key: frozenset().union(*found) for key, found in self.found.items()}

    def cell(self, key: _Key, ids: frozenset[str]) -> Cell | None:
        """Return what it says; None where it looked and does not have it."""
        matched = self.matched.get(key)
        if matched is None:
            return Cell("not assessed", "this version of the package is none that this run looks at")
        if matched.state == "not assessed":
            return Cell("not assessed", matched.reason)
        return Cell("found") if ids & self.ids[key] else None

    def lack(self, what: Literal["fixed", "severity"], key: _Key, ids: frozenset[str]) -> bool:
        """Whether its record of a vulnerability names no fixing version, or states no severity."""
        matched = self.matched.get(key)
        entries = [entry for entry in matched.vulnerabilities if entry.advisory.ids & ids] if matched else []
        return any(not entry.fixed if what == "fixed" else entry.advisory.severity is None for entry in entries)


def _agreement(title: str, case: Case, reports: Sequence[ScannerReport]) -> Agreement:
    ours = _Ours(case.advisories.matched)
    columns = [_Column(report) for report in reports]
    named: dict[_Key, list[frozenset[str]]] = {}
    spelled: dict[_Key, tuple[str, str]] = {}
    for source in (ours.found, *(column.found for column in columns)):
        for key, found in source.items():
            named.setdefault(key, []).extend(found)
    for report in reports:
        spelled |= {_key(hit.component, hit.version): (hit.component, hit.version) for hit in report.hits}
    spelled |= {_key(m.component, m.version): (m.component, m.version) for m in case.advisories.matched if m.version}
    rows = [_row(*spelled[key], key, ids, ours, columns) for key, found in named.items() for ids in _merged(found)]
    rows.sort(key=lambda row: (not row.is_unexplained, not row.differs, row.component, row.version, row.ids))
    return Agreement(title, (OURS, *map(_name, reports)), tuple(rows), tuple(_notes(reports)))


def _row(component: str, version: str, key: _Key, ids: frozenset[str], ours: _Ours, columns: Sequence[_Column]) -> Row:
    is_same = all(column.report.data == "same" for column in columns)
    missing = Cell("missing", _why(version, key, ids, ours, is_same=is_same))
    cells = [ours.cell(key, ids), *(column.cell(component, key, ids) for column in columns)]
    return Row(component, version, tuple(sorted(ids)), tuple(cell or missing for cell in cells))


def _why(version: str, key: _Key, ids: frozenset[str], ours: _Ours, *, is_same: bool) -> str:
    """Return the first rule that explains why a matcher that looked at a package does not have a vulnerability."""
    if key[0].startswith(_PYTHON):
        parsed = _parsed(version)
        if parsed is None:
            return "its version is none that PEP 440 allows, and each matcher orders such versions in its own way"
        if parsed.local:
            return "a local version: a matcher that does not take its public part orders it after the release"
        if parsed.is_prerelease:
            return "a pre-release: matchers differ on whether a range of releases holds it"
    if not is_same:
        severity = "; its record states no severity, and reports may be limited to some" * ours.lack(
            "severity", key, ids
        )
        return f"not in its data, or under an id that nothing in this run links to these{severity}"
    if ours.lack("fixed", key, ids):
        return "its record names no fixing version, and may list versions only, which a matcher of ranges misses"
    return UNEXPLAINED


def _merged(found: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """Return sets of ids, those that share one made one."""
    group: dict[str, set[str]] = {}
    for ids in found:
        joined = {id(group[name]): group[name] for name in ids if name in group}
        largest = max(joined.values(), key=len, default=set())
        added = set(ids).union(*(other for other in joined.values() if other is not largest))
        largest |= added
        group |= dict.fromkeys(added, largest)
    return [frozenset(ids) for ids in {id(ids): ids for ids in group.values()}.values()]


def _notes(reports: Sequence[ScannerReport]) -> Iterable[str]:
    for report in reports:
        name = _name(report)
        if report.problem:
            yield f"{name} says nothing of this target: {report.problem}"
            continue
        left = "; ".join(f"{what}: {why}" for what, why in report.skipped[:_SHOWN])
        more = f" and {len(report.skipped) - _SHOWN} more" if len(report.skipped) > _SHOWN else ""
        skipped = f", and not at {left}{more}" if left else ""
        yield f"{name} looked at {len(report.assessed)} versions of packages{skipped}"
        if report.how == "saved":
            when = report.written.isoformat() if report.written else "at a time that it does not state"
            yield f"{name} was written {when}, {report.digest}; what it does not list is not cleared by it"
    if any(report.scanner == "pip-audit" and report.data == "same" for report in reports):
        yield _OF_PIP_AUDIT
    yield "Agreement shows that the same is read alike; it does not show that the data is complete."


def _name(report: ScannerReport) -> str:
    name = f"{report.scanner} {report.version}".strip()
    return f"{name} ({report.file})" if report.file else name


def _key(component: str, version: str) -> _Key:
    """Return what a version of a package is compared by: `1.0` and `1.0.0` of a Python package are one."""
    if not component.startswith(_PYTHON):
        return component, version
    parsed = _parsed(version)
    return _PYTHON + canonicalize_name(component.removeprefix(_PYTHON)), canonicalize_version(
        parsed
    ) if parsed else version


def _parsed(version: str) -> Version | None:
    try:
        return Version(version)
    except InvalidVersion:
        return None
