"""Scenario 6, third-party AI services: requirement 6.5, whether the risk of each is acceptable."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from supplychain import catalog
from supplychain.catalog.risk import LEVELS
from supplychain.checks.canaries.s06_risk import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.risk_inputs import Input, ServiceRisk, risks
from supplychain.checks.services import line_in_declaration, today
from supplychain.model.case import Case
from supplychain.model.reference import Unread, Unresolved

_RULES = {"acceptable": "acceptable", "accepted": "accepted", "above": "above-limit", "open": "not-decided"}


@check("6.5", population=risks, canaries=plant)
def risk_is_acceptable(case: Case, subject: ServiceRisk | Unresolved | Unread) -> Answer:
    """Compare the computed risk of a service with the policy's limit, and with what an approver accepts."""
    if not isinstance(subject, ServiceRisk):
        return not_seen(subject)
    rule = _RULES[subject.verdict]
    if rule == "above-limit" and subject.risk.least == LEVELS[-1]:
        rule = "above-all"
    return answer(rule, evidence=subject.use.digest or case.declaration_digest, **_told(case, subject))


def _told(case: Case, subject: ServiceRisk) -> dict[str, object]:
    acceptance = subject.acceptance
    refused = f"; its acceptance by {acceptance.approver} does not count: {subject.refused}" if acceptance else ""
    return {
        "id": subject.use.id,
        "file": line_in_declaration(case, subject.use.declared.id if subject.use.declared else subject.use.id),
        "risk": subject.risk,
        "limit": subject.limit,
        "inputs": inputs_in_short(subject),
        "amiss": "; ".join(_amiss(subject)),
        "unknown": "; ".join(dict.fromkeys(_pointed(item) for item in subject.inputs if item.state == "unknown")),
        "refused": refused if subject.refused else _too_low(subject),
        "level": acceptance.level if acceptance else "",
        "approver": acceptance.approver if acceptance else "",
        "expires": acceptance.expires if acceptance else "",
        "form": _form(case, subject),
    }


def inputs_in_short(subject: ServiceRisk) -> str:
    """Return everything that a risk was computed from, each input once and in a few words."""
    own = f"; the team's own rating is {subject.own}" if subject.own else ""
    areas = dict.fromkeys(catalog.risk_scale().area.values())
    of_likelihood = ", ".join(f"{name} {_standing(subject, name)}" for name in areas)
    of_impact = ", ".join(f"{item.name} {item.says}" for item in subject.inputs if item.name not in areas)
    return f"likelihood {subject.likelihood} ({of_likelihood}), impact {subject.impact} ({of_impact}){own}"


def _standing(subject: ServiceRisk, area: str) -> str:
    """Return in a word how an area stands: the first of its inputs that is known to be amiss, else one that is not known."""
    states = [item.state for item in subject.inputs if item.name == area]
    amiss = [state for state in states if state not in {"sound", "unknown"}]
    return next(iter([*amiss, *(state for state in states if state != "sound"), "sound"]))


def _pointed(item: Input) -> str:
    """Return an input that is not sound with where it is told in full."""
    return f"{item.name} {item.state} ({item.source})"


def _amiss(subject: ServiceRisk) -> Iterator[str]:
    """Yield what raises a risk beside the data itself."""
    yield from dict.fromkeys(_pointed(item) for item in subject.inputs if item.state != "sound")
    if subject.own and subject.risk != subject.computed:
        yield f"the team's own rating, {subject.own}"


def _too_low(subject: ServiceRisk) -> str:
    """Return that an acceptance counts and is of a lower level, where that is so."""
    acceptance = subject.acceptance
    return f"; {acceptance.approver} accepts it as {acceptance.level} only" if acceptance else ""


def _form(case: Case, subject: ServiceRisk) -> str:
    """Return the line that would accept the risk, for the lowest level that is high enough."""
    rating = catalog.risk_scale().rating
    level = next((name for name, given in rating.items() if given == subject.risk.most), [*rating][-1])
    day = today(case.now)
    last = day + timedelta(days=case.policy.waivers.max_days)
    return (
        f'acceptance = {{ level = "{level}", reason = "…", owner = "…", approver = "…", on = {day}, expires = {last} }}'
    )
