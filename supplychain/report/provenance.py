"""The provenance of datasets and models: a table of what is stated of each, by whom and where, and what does not count."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain.checks.provenance import WHY, Stated, matrix, place, statements
from supplychain.checks.sourced import Sourced, datasets, fetched_models
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.license import ProvenanceStatement
from supplychain.report.markup import code, markdown, table

REQUIREMENT = "4.2"
HEADING = "Provenance of datasets and models"
NOTE = (
    "What is stated, by whom and where; whether it is true was not looked at. Of several statements the first counts, for the "
    "reason beside it. Requirement 4.2 is decided on datasets alone; that of models is shown beside it."
)
HEAD = ("What", "Stated", "By", "Where", "Also stated")
ROWS = 200
"""Components that the document shows; `case.json` holds what all are made of."""
_SHOWN = 160
_OTHERS = 3


def components(case: Case) -> tuple[str, ...]:
    """Return the datasets and models of production by id, datasets first."""
    found = (item for item in (*datasets(case), *fetched_models(case)) if isinstance(item, Sourced))
    return tuple(dict.fromkeys(item.subject for item in found))


def tables(case: Case) -> list[tuple[str, list[list[str]]]]:
    """Return the first components by id, each with the rows of its table as plain text."""
    return [
        (component, [_cells(stated) for stated in matrix(statements(case, component)) if _is_shown(stated, component)])
        for component in components(case)[:ROWS]
    ]


def _is_shown(stated: Stated, component: str) -> bool:
    is_model = component.startswith(f"{Kind.MODEL}:")
    return not is_model or stated.need.of_models or stated.counts is not None


def _cells(stated: Stated) -> list[str]:
    item = stated.counts
    unfilled = "; ".join(
        f'"{_short(other)}" ({other.origin}, {place(other)}) says nothing' for other in stated.unfilled
    )
    others = [other for other in stated.others if item is None or other.value.casefold() != item.value.casefold()]
    told = [f"{_short(other)} ({other.origin}, {place(other)})" for other in others[:_OTHERS]]
    told += [f"and {len(others) - _OTHERS} more"] if len(others) > _OTHERS else []
    why = f"; {WHY[item.origin]}" if item and told else ""
    if item is None:
        return [stated.need.name, "not stated", "", "", unfilled]
    return [
        stated.need.name,
        _short(item),
        f"{item.origin}{why}",
        place(item),
        "; ".join(filter(None, [*told, unfilled])),
    ]


def document(case: Case) -> str:
    """Return the tables as Markdown; empty where there is no dataset and no model."""
    found = components(case)
    parts = [f"## {HEADING}\n", f"{markdown(NOTE)}\n"]
    for component, rows in tables(case):
        parts += [f"### {code(component)}\n", table([*HEAD], [[markdown(cell) for cell in row] for row in rows])]
    if len(found) > ROWS:
        parts.append(f"{len(found) - ROWS} more are not shown.\n")
    parts += ["".join(f"- {line}\n" for line in _doubts(case))]
    return "\n".join(parts) if found else ""


def _doubts(case: Case) -> Iterator[str]:
    """Yield each document that does not count, why, and what it may be of."""
    for doubt in case.provenance_doubts[:ROWS]:
        of = (
            f"; it may be of {', '.join(code(name) for name in doubt.components[:_OTHERS])}" if doubt.components else ""
        )
        was = "was not read" if doubt.is_unread else "does not count"
        yield f"{code(doubt.at)} {was}: {markdown(doubt.reason)}{of}"


def _short(item: ProvenanceStatement) -> str:
    return item.value if len(item.value) <= _SHOWN else item.value[: _SHOWN - 1] + "…"
