"""Scenario 10, compliance verification: requirement 10.2, whether each component was validated, with evidence."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from pydantic import Field

from supplychain import catalog
from supplychain.checks.canaries.s10_validation import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.population import PROD
from supplychain.control import load
from supplychain.model.base import Frozen
from supplychain.model.case import Case, Cell, Decided
from supplychain.model.component import Component, Kind
from supplychain.model.finding import Outcome
from supplychain.model.reference import Place, Unread, Unresolved

_BY_OTHERS_ONLY = ("1.", "3.")
"""Scenarios that ask nothing of a model that is trained here: where it comes from, and by whose license."""


class Used(Frozen):
    """A component that production code names."""

    subject: str
    at: Place
    component: Component
    cells: dict[str, tuple[Cell, ...]] = Field(default_factory=dict)
    """What was decided on it, by requirement."""


def _population(case: Case) -> tuple[Used | Unresolved | Unread, ...]:
    """Return every component of production once, where it is named first, and what could hide one."""
    inventory = case.inventory
    rows: dict[str, dict[str, list[Cell]]] = {}
    for decided in case.decided:
        for cell in decided.cells:
            rows.setdefault(cell.component, {}).setdefault(decided.requirement, []).append(cell)
    first: dict[str, Used] = {}
    for reference in inventory.references:
        if reference.at.scope in PROD and reference.subject not in first:
            name, _ = _asked(case, reference.component)
            cells = {requirement: tuple(listed) for requirement, listed in rows.get(name, {}).items()}
            used = Used(subject=reference.subject, at=reference.at, component=reference.component, cells=cells)
            first[reference.subject] = used
    unresolved = (item for item in inventory.unresolved if item.at.scope in PROD)
    return (*first.values(), *unresolved, *inventory.unread_in(PROD))


@check("10.2", population=_population, canaries=plant)
def validation_demonstrated(case: Case, subject: Used | Unresolved | Unread) -> Answer:
    """Look for a row with an outcome and its evidence in every requirement that validates the component."""
    if isinstance(subject, (Unread, Unresolved)):
        return not_seen(subject)
    return _validated(case, subject)


def _validated(case: Case, subject: Used) -> Answer:
    _, asked = _asked(case, subject.component)
    decided = {entry.requirement: entry for entry in case.decided}
    cells = subject.cells
    states = {
        requirement: _cell(decided.get(requirement), cells.get(requirement, ()))
        for requirement in asked
        if requirement in cells or not _fails(cells.get(load().requirements[requirement].yields_to or "", ()))
    }
    for rule in ("not-looked-at", "without-evidence"):
        if found := _with(states, rule):
            return answer(rule, requirements=", ".join(found))
    if found := _with(states, "open"):
        return answer("open", open=len(found), count=len(asked), requirements=", ".join(found))
    return answer("validated", count=len(asked))


def _with(states: dict[str, str], state: str) -> list[str]:
    return [requirement for requirement, found in states.items() if found == state]


def _cell(decided: Decided | None, cells: Sequence[Cell]) -> str:
    """Return how far a requirement has validated a component."""
    if decided is None or decided.outcome is Outcome.ERROR:
        return "open"
    if decided.outcome is Outcome.NOT_APPLICABLE:
        return "validated"
    if not cells:
        return "open" if not decided.cells else "not-looked-at"
    if any(cell.outcome is Outcome.UNDETERMINED for cell in cells):
        return "open"
    return "validated" if all(cell.has_evidence for cell in cells) else "without-evidence"


def _fails(cells: Sequence[Cell]) -> bool:
    return any(cell.outcome is Outcome.FAIL for cell in cells)


def _asked(case: Case, component: Component) -> tuple[str, tuple[str, ...]]:
    """Return what the rows of a component are called, and which requirements have to have one."""
    kind, name = component.kind, component.id
    if kind is Kind.MODEL and component.source in catalog.hosting():
        kind, name = Kind.SERVICE, f"service:{component.source}"
    asked = _validating()[kind]
    if case.declared_first_party(component.id):
        asked = tuple(requirement for requirement in asked if not requirement.startswith(_BY_OTHERS_ONLY))
    return name, asked


@cache
def _validating() -> dict[Kind, tuple[str, ...]]:
    requirements = load().requirements.values()
    return {kind: tuple(r.id for r in requirements if r.validates is kind) for kind in Kind}
