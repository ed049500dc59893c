"""The risks of third-party AI services: a table of everything that they were computed from, and the matrix as a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from supplychain.catalog.risk import LEVELS, RiskLevel
from supplychain.checks.risk import Verdict, risk_of
from supplychain.checks.risk_inputs import CRITICALITY, DATA, Input, ServiceRisk, risks
from supplychain.model.case import Case
from supplychain.model.finding import Finding
from supplychain.report.markup import code, markdown, table

REQUIREMENT = "6.5"
HEADING = "Risk of third-party AI services"
SCALE = (
    "Levels and matrix are those of NIST SP 800-30 Rev. 1, table I-2. The impact is the highest that data classes and "
    "criticality give; the likelihood comes from how many of the areas of 6.1 to 6.4 do not hold. What is not known counts as "
    "the worst that it could be: a span names the best and the worst. The limits low, medium and high of a policy are the "
    "levels low, moderate and high. What people stated is taken as stated; the records were verified, not the provider."
)
HEAD = ("Service", "Data classes", "Criticality", "Likelihood", "Impact", "Risk", "Limit", "Acceptance", "Outcome")
INPUTS = ("Input", "State", "What was seen", "Comes from", "Where")
WORDS: Mapping[Verdict, str] = {
    "acceptable": "acceptable",
    "accepted": "accepted above the limit",
    "above": "above the limit",
    "open": "not decided",
}
LEGEND = (
    "? not everything is known: it stands where it is at its worst.  † its team rates it higher than it was computed."
)
_COLORS = ("#d4edda", "#e8f3c9", "#fdf3c4", "#f9d7b0", "#f3b8b8")
"""Of the levels, the lowest first; each has its name in the picture as well."""
_LEFT, _TOP, _WIDE, _HIGH, _LINE = 150, 64, 160, 84, 15
_IN_CELL = 4
"""Services that a cell names; the rest is counted, and the table has them all."""
_LETTERS = 22
"""Letters of a service's name that fit into a cell."""


@dataclass(frozen=True)
class Square:
    """A cell of the picture."""

    x: int
    y: int
    color: str
    level: RiskLevel
    says: tuple[str, ...]
    """Its lines: the services in it, and how many more."""


@dataclass(frozen=True)
class Picture:
    """The matrix with the services in its cells."""

    squares: tuple[Square, ...]
    columns: tuple[tuple[int, str], ...]
    """The impacts, each with the middle of its column."""
    rows: tuple[tuple[int, str], ...]
    """The likelihoods, each with the middle of its row."""
    told: tuple[str, ...]
    """What it shows, in words."""
    left: int = _LEFT
    top: int = _TOP
    wide: int = _WIDE
    high: int = _HIGH
    line: int = _LINE
    width: int = _LEFT + 5 * _WIDE + 10
    height: int = _TOP + 5 * _HIGH + 30
    legend: str = LEGEND


def computed(case: Case, finding: Finding | None) -> tuple[ServiceRisk, ...]:
    """Return the risks that a finding on 6.5 has rows about; none where it has none or cannot be trusted."""
    if finding is None or finding.requirement != REQUIREMENT or not finding.observations:
        return ()
    found = (item for item in risks(case) if isinstance(item, ServiceRisk))
    return tuple(sorted(found, key=lambda item: (-LEVELS.index(item.risk.most), item.subject)))


def picture(found: Iterable[ServiceRisk]) -> Picture:
    """Return the matrix, each service in the cell of its worst likelihood and impact."""
    cells: dict[tuple[RiskLevel, RiskLevel], list[str]] = {}
    told = []
    for item in found:
        cells.setdefault((item.likelihood.most, item.impact.most), []).append(_named(item))
        told.append(_told(item))
    across, down = tuple(enumerate(LEVELS)), tuple(enumerate(reversed(LEVELS)))
    squares = tuple(
        Square(
            x=_LEFT + column * _WIDE,
            y=_TOP + row * _HIGH,
            color=_COLORS[LEVELS.index(risk_of(likelihood, impact))],
            level=risk_of(likelihood, impact),
            says=_lines(cells.get((likelihood, impact), ())),
        )
        for row, likelihood in down
        for column, impact in across
    )
    return Picture(
        squares=squares,
        columns=tuple((_LEFT + column * _WIDE + _WIDE // 2, impact) for column, impact in across),
        rows=tuple((_TOP + row * _HIGH + _HIGH // 2, likelihood) for row, likelihood in down),
        told=tuple(told) or ("No service.",),
    )


def cells(item: ServiceRisk) -> list[str]:
    """Return a service's row of the table as plain text."""
    stated = {entry.name: entry.says for entry in item.inputs}
    own = f" (computed {item.computed}, the team's own rating {item.own})" if item.own else ""
    spans = (f"{item.likelihood}", f"{item.impact}", f"{item.risk}{own}", item.limit)
    return [item.subject, stated[DATA], stated[CRITICALITY], *spans, acceptance(item), WORDS[item.verdict]]


def acceptance(item: ServiceRisk) -> str:
    """Return who accepts a risk, as what and until when, and why that does not count where it does not."""
    given = item.acceptance
    if given is None:
        return "none"
    text = f"{given.level}, by {given.approver} on {given.on} for {given.owner}, until {given.expires}: {given.reason}"
    return f"{text}; does not count: {item.refused}" if item.refused else text


def inputs(item: ServiceRisk) -> list[list[str]]:
    """Return everything that a risk was computed from as rows of plain text."""
    return [_input(entry) for entry in item.inputs]


def document(found: Sequence[ServiceRisk]) -> str:
    """Return the risks as Markdown: the table, and what each was computed from."""
    parts = [f"## {HEADING}\n", f"{markdown(SCALE)}\n", overview(found)]
    for item in found:
        parts.append(f"### {markdown(item.subject)}\n")
        parts.append(table([*INPUTS], [[markdown(cell) for cell in row] for row in inputs(item)]))
    return "\n".join(parts)


def overview(found: Sequence[ServiceRisk]) -> str:
    """Return the table of the services alone as Markdown."""
    return table([*HEAD], [[code(item.subject), *map(markdown, cells(item)[1:])] for item in found])


def _input(entry: Input) -> list[str]:
    return [entry.name, entry.state, entry.says, entry.source, str(entry.at or "")]


def _named(item: ServiceRisk) -> str:
    """Return how a cell names a service, with the marks of `LEGEND`."""
    mark = "" if item.risk.is_known else " ?"
    mark += "" if item.risk == item.computed else " †"
    name = item.use.id
    return f"{name if len(name) <= _LETTERS else name[: _LETTERS - 1] + '…'}{mark}"


def _told(item: ServiceRisk) -> str:
    risk = f"{item.risk}, {WORDS[item.verdict]}"
    own = "; † its team rates it higher than it was computed" if item.risk != item.computed else ""
    return f"{item.use.id}: likelihood {item.likelihood}, impact {item.impact}, risk {risk}{own}."


def _lines(names: Sequence[str]) -> tuple[str, ...]:
    if len(names) <= _IN_CELL:
        return tuple(names)
    return (*names[: _IN_CELL - 1], f"and {len(names) - _IN_CELL + 1} more")
