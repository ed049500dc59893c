"""Whether a requirement saw what was planted: by its rows, since one that fails already fails with the plant as well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from supplychain.checks.applicability import not_applicable
from supplychain.checks.engine import decide
from supplychain.control import load
from supplychain.model.case import Case
from supplychain.model.finding import Observation, Outcome
from supplychain.sensitivity.interface import Plant
from supplychain.sensitivity.result import Seen
from supplychain.suite import tool

_OPEN = (Outcome.FAIL, Outcome.UNDETERMINED)


def rows_of(requirement: str, case: Case) -> tuple[Observation, ...]:
    """Return the rows of a requirement that do not pass; none where its scenario would be skipped."""
    if not_applicable(load().scenario_of(requirement).number, case) is not None:
        return ()
    found = decide(requirement, case.model_copy(update={"not_applicable": {}}), tool())
    return tuple(row for row in found.observations if row.outcome in _OPEN)


def judge(plant: Plant, before: Iterable[Observation], after: Iterable[Observation]) -> Seen:
    """Return how a plant was seen: by a row that was not there without it, at its file or naming what it brought."""
    known = Counter(_key(plant, row) for row in before)
    outcomes = set()
    for row in after:
        key = _key(plant, row)
        if known[key]:
            known[key] -= 1
        elif _is_about(plant, row):
            outcomes.add(row.outcome)
    if Outcome.FAIL in outcomes:
        return "fail"
    return "undetermined" if outcomes else "missed"


def _key(plant: Plant, row: Observation) -> tuple[object, ...]:
    """Return what makes a row another one; its line may have moved."""
    return row.component, row.rule, row.at.file if row.at else "", row.outcome, _named(plant, row)


def _named(plant: Plant, row: Observation) -> tuple[str, ...]:
    return tuple(name for name in plant.names if name in row.component or name in row.message)


def _is_about(plant: Plant, row: Observation) -> bool:
    is_there = plant.data is not None and row.at is not None and row.at.file == plant.where
    return is_there or bool(_named(plant, row))
