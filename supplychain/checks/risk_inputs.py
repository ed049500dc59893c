"""The inputs of a service's risk: what is declared of it, and every row about it of the requirements beside 6.5.

Those rows are made here again, by the very checks that decide these requirements, and not taken from the findings of the
run: so they are the same in a run of one requirement, in a replay, and where a row is waived, which mends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import get_args

from supplychain import catalog
from supplychain.catalog.risk import RiskLevel, Standing
from supplychain.checks.engine import CHECKS, NO_CHECK, observe
from supplychain.checks.risk import Span, Verdict, combined, impact_of, judged, likelihood_of, rated, refusal
from supplychain.checks.services import (
    DECLARATION,
    Element,
    ServiceUse,
    declared_for,
    line_in_declaration,
    population,
    today,
)
from supplychain.config.approvals import refused
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.declaration import Approval
from supplychain.model.finding import Observation, Outcome
from supplychain.model.reference import Place, Unread, Unresolved
from supplychain.model.service import DataClass, Level, RiskAcceptance
from supplychain.model.text import Text

DATA, CRITICALITY = "data classes", "criticality"
_SERVICE = "service:"
_ANY = "switch:"
"""What a row names that tells of prompts, and not of whose."""
_NO_ROW = "has no row about it"
_Rows = dict[str, list[Observation]]
"""Rows of a requirement by what they name."""


class Input(Frozen):
    """One thing that the risk of a service is computed from."""

    name: Text
    """What it is about: an area of the likelihood, or one of the two inputs of the impact."""
    state: Standing
    says: Text
    """What is stated, or what was seen."""
    source: Text
    """Where it comes from: a requirement, or a key of the declaration."""
    at: Place | None = None


class ServiceRisk(Frozen):
    """The risk of one service, with everything that it was computed from."""

    use: ServiceUse
    inputs: tuple[Input, ...]
    impact: Span
    likelihood: Span
    computed: Span
    own: Level | None = None
    """The team's own rating."""
    risk: Span
    """The computed one, or the team's own where that is higher."""
    limit: RiskLevel
    acceptance: RiskAcceptance | None = None
    refused: Text = ""
    """Why its acceptance does not count; empty where it does, or where there is none."""

    @property
    def subject(self) -> str:
        """What a row about it names."""
        return self.use.subject

    @property
    def at(self) -> Place:
        """Where the service is named first."""
        return self.use.at

    @property
    def accepted(self) -> RiskLevel | None:
        """The level up to which an approver accepts it today; None: nobody does."""
        return catalog.risk_scale().rating[self.acceptance.level] if self.acceptance and not self.refused else None

    @property
    def verdict(self) -> Verdict:
        """How it compares with the policy's limit and with what is accepted."""
        return judged(self.risk, self.limit, self.accepted)


def risks(case: Case) -> tuple[ServiceRisk | Unresolved | Unread, ...]:
    """Return the risk of every service, and what could hide one."""
    rows = {name: _rows(case, name) for name in catalog.risk_scale().area}
    elements = _elements(case, [row for found in rows.values() for of_one in (found or {}).values() for row in of_one])
    return tuple(
        _of(case, item, rows, *_data_classes(case, item, elements)) if isinstance(item, ServiceUse) else item
        for item in elements
    )


def _elements(case: Case, rows: Iterable[Observation]) -> tuple[Element, ...]:
    """Return every service that production uses or a row names, and what could hide one."""
    found = population(case)
    known = {item.subject for item in found}
    beside = {
        row.component: ServiceUse(
            subject=row.component, at=row.at, id=name, declared=declared_for(case, name), digest=None
        )
        for row in rows
        if row.component not in known and row.at and (name := _service(row.component))
    }
    return (*found, *beside.values())


def _service(component: str) -> str:
    """Return the id of a service that a row names; empty where it names none."""
    return component.removeprefix(_SERVICE) if component.startswith(_SERVICE) else ""


def _rows(case: Case, requirement: str) -> _Rows | None:
    """Return the rows of a requirement by what they name; None where this version has no check for it."""
    if requirement not in CHECKS:
        return None
    found: _Rows = {}
    for row in observe(CHECKS[requirement], case):
        found.setdefault(row.component, []).append(row)
    return found


def _of(
    case: Case, use: ServiceUse, rows: dict[str, _Rows | None], classes: tuple[DataClass, ...], doubt: str
) -> ServiceRisk:
    criticality, stated_by = _criticality(case, use)
    areas = {name: tuple(_inputs(name, found, use)) for name, found in rows.items()}
    impact = impact_of(classes, criticality)
    likelihood = likelihood_of({name: [item.state for item in found] for name, found in areas.items()})
    computed = combined(impact=impact, likelihood=likelihood)
    own = use.declared.risk if use.declared else None
    acceptance = use.declared.acceptance if use.declared else None
    at = line_in_declaration(case, use.declared.id if use.declared else use.id, "data_classes")
    of_impact = (
        _stated(DATA, ", ".join(classes), doubt, f"data_classes of [[service]] {use.id}", at),
        _stated(CRITICALITY, criticality or "", "", stated_by, Place(file=DECLARATION)),
    )
    return ServiceRisk(
        use=use,
        inputs=(*of_impact, *(item for found in areas.values() for item in found)),
        impact=impact,
        likelihood=likelihood,
        computed=computed,
        own=own,
        risk=rated(computed, own),
        limit=catalog.risk_scale().rating[case.policy.services.max_risk],
        acceptance=acceptance,
        refused=(refusal(acceptance, case.policy, case.now) or "") if acceptance else "",
    )


def _stated(name: str, says: str, doubt: str, source: str, at: Place) -> Input:
    state: Standing = "sound" if says else "unknown"
    return Input(name=name, state=state, says=says or doubt or "not declared", source=source, at=at)


def _inputs(requirement: str, rows: _Rows | None, use: ServiceUse) -> Iterator[Input]:
    """Yield the rows of a requirement about a service; where there is none, that what it is about is not known."""
    name = catalog.risk_scale().area[requirement]
    found = rows.get(use.subject, []) if rows is not None else []
    for row in (*found, *_of_any(rows or {})):
        yield Input(name=name, state=_state(requirement, row), says=row.message, source=requirement, at=row.at)
    if not found:
        says = NO_CHECK if rows is None else f"{requirement} {_NO_ROW}"
        yield Input(name=name, state="unknown", says=says, source=requirement)


def _of_any(rows: _Rows) -> Iterator[Observation]:
    """Yield the rows of places that may be about any service, and do not hold."""
    for component, found in rows.items():
        if component.startswith(_ANY):
            yield from (row for row in found if row.outcome is not Outcome.PASS)


def _state(requirement: str, row: Observation) -> Standing:
    if row.outcome is Outcome.PASS:
        return "sound"
    if row.outcome is not Outcome.FAIL:
        return "unknown"
    return catalog.risk_scale().rules.standing(f"{requirement} {row.rule}")


def _data_classes(case: Case, use: ServiceUse, elements: Iterable[Element]) -> tuple[tuple[DataClass, ...], str]:
    """Return what is declared to be sent to a service, also to those that hand it on, and why that does not count.

    Public data alone needs an approver: nothing else that a team states takes a risk down so far.
    """
    uses = [item for item in elements if isinstance(item, ServiceUse)]
    senders = [use]
    for sender in senders:  # grows while it is read
        senders += [item for item in uses if item not in senders and _forwards(item, sender)]
    found = tuple(dict.fromkeys(name for item in senders if item.declared for name in item.declared.data_classes))
    if found != ("public",) or not use.declared:
        return found, ""
    given = use.declared.public_data
    if given is None:
        return (), "public, and nobody approved that as public_data"
    owner = case.declaration.project.owner if case.declaration and case.declaration.project else None
    state = refused(Approval(by=given.by, on=given.on), case.policy, today(case.now), owner)
    return ((), f"public, and its approval does not count: {state.reason}") if state else (found, "")


def _forwards(router: ServiceUse, use: ServiceUse) -> bool:
    return use.router == router.id or bool(router.declared and use.id in router.declared.forwards_to)


def _criticality(case: Case, use: ServiceUse) -> tuple[Level | None, str]:
    """Return how much depends on a service, and what says so: the project, or a system that uses it and is above it."""
    order = get_args(Level)
    declaration = case.declaration
    found = declaration.project.criticality if declaration and declaration.project else None
    source = "criticality of [project]"
    for system in declaration.system if declaration else ():
        own = system.criticality if use.subject in system.uses else None
        if found and own and order.index(own) > order.index(found):
            found, source = own, f"criticality of [[system]] {system.id}"
    return found, source
