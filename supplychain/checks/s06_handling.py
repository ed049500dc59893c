"""Scenario 6, third-party AI services: requirement 6.2, what happens to prompts beside answering.

One row for what is declared of each service, and one for each place of production that says what happens to prompts.
"""

from __future__ import annotations

from dataclasses import replace

from supplychain import catalog
from supplychain.checks.canaries.s06_handling import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.handling import Concerned, Said, concerned
from supplychain.checks.hidden import not_seen
from supplychain.checks.population import PROD
from supplychain.checks.provider_facts import behind_switch, doubt
from supplychain.checks.services import DECLARATION, ServiceUse, line_in_declaration, population, resting_on
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.reference import Place, Unread, Unresolved
from supplychain.model.service import DeclaredService, Switch

_SENSITIVE = ("confidential", "personal", "special")
"""Classes of data that no provider may train on."""
_HAPPENS = {
    "tracing": "prompts are sent to {receiver} as traces",
    "content": "prompts are in the traces that go to {receiver}",
    "storage": "prompts and answers are kept by {receiver}",
    "training": "prompts may train models at {receiver}",
    "telemetry": "{receiver} is told of the use of a library",
}


class Stated(Frozen):
    """What is declared of a service."""

    subject: str
    at: Place
    use: ServiceUse
    key: str = ""
    """The key that the answer is about."""


class Happening(Frozen):
    """A place that says what happens to prompts."""

    subject: str
    at: Place
    switch: Switch


Element = Stated | Happening | Unresolved | Unread


def _population(case: Case) -> tuple[Element, ...]:
    """Return what is declared of each service, each place that says what happens to prompts, and what could hide one."""
    found: list[Element] = []
    for use in population(case):
        found.append(_of_service(case, use) if isinstance(use, ServiceUse) else use)
    places = [item for item in case.inventory.switches if item.at.scope in PROD]
    return (*found, *(_of_place(case, item) for item in places if not _goes_without_saying(case, item, places)))


def _of_service(case: Case, use: ServiceUse) -> Stated:
    declared = use.declared
    if declared is None:
        return Stated(subject=use.subject, at=use.at, use=use)
    key = _broken(case, declared)
    return Stated(subject=use.subject, at=line_in_declaration(case, declared.id, key), use=use, key=key)


def _goes_without_saying(case: Case, switch: Switch, places: list[Switch]) -> bool:
    """Whether a row says no more than that of the traces at the same place: that there are prompts in them."""
    if switch.handling != "content" or switch.value or concerned(case, switch).off:
        return False
    beside = (item for item in places if item.handling == "tracing" and item.state == "on")
    return any(item.at == switch.at and item.service == switch.service for item in beside)


def _of_place(case: Case, switch: Switch) -> Happening:
    """Return the row of a place: of the service whose entry it contradicts, else of the one that receives it."""
    found = concerned(case, switch)
    contradicted = found.off[0].entry.id if found.off and switch.state == "on" and found.is_every else ""
    name = contradicted or found.receiver
    return Happening(subject=f"service:{name}" if name else f"switch:{switch.name}", at=switch.at, switch=switch)


@check("6.2", population=_population, canaries=plant)
def handling_is_verified(case: Case, subject: Element) -> Answer:
    """Hold what is declared of a service against the policy, and what a place does against what is declared."""
    if isinstance(subject, Unresolved | Unread):
        return not_seen(subject)
    return _stated(case, subject) if isinstance(subject, Stated) else _happening(case, subject.switch)


def _broken(case: Case, declared: DeclaredService) -> str:
    """Return the key that speaks against a declaration; empty where none does."""
    if declared.training_use and any(name in _SENSITIVE for name in declared.data_classes):
        return "training_use"
    if declared.training_use is False and declared.handling.get("training"):
        return "handling"
    over = (declared.retention_days or 0) > case.policy.services.max_retention_days
    return "retention_days" if over else ""


def _stated(case: Case, subject: Stated) -> Answer:
    use, declared = subject.use, subject.use.declared
    if declared is None:
        return replace(answer("not-declared", service=use.id, file=DECLARATION), evidence=resting_on(case, use.at))
    missing = {
        'data_classes = ["…"]': not declared.data_classes,
        "retention_days = …": declared.retention_days is None,
        "training_use = false": declared.training_use is None,
    }
    told = {
        "service": declared.id,
        "file": DECLARATION,
        "at": str(subject.at),
        "classes": ", ".join(declared.data_classes) or "no class of data",
        "days": str(declared.retention_days),
        "limit": str(case.policy.services.max_retention_days),
        "training": "used" if declared.training_use else "not used",
        "missing": ", ".join(line for line, is_missing in missing.items() if is_missing),
        "default": _default(case, declared),
    }
    rules = {"training_use": "trains", "handling": "contradicts-itself", "retention_days": "kept-too-long"}
    rule = rules.get(subject.key) or ("not-stated" if told["missing"] else "stated")
    return answer(rule, evidence=case.declaration_digest, **told)


def _default(case: Case, declared: DeclaredService) -> str:
    """Return what a provider keeps where nothing else was agreed, if that is longer than declared, for whoever reads it."""
    known = catalog.providers().get(declared.id)
    days = [item for item in (known.retention if known else ()) if item.days and not doubt(item, case)]
    longest = max(days, key=lambda item: item.days or 0, default=None)
    if longest is None or (longest.days or 0) <= (declared.retention_days or 0):
        return ""
    return (
        f"; where nothing else is agreed it keeps them {longest.days} days, as read on {longest.on} in {longest.source}"
    )


def _happening(case: Case, switch: Switch) -> Answer:
    found = concerned(case, switch)
    said = next(iter((*found.off, *found.on)), None)
    told = {
        "name": switch.name,
        "receiver": found.receiver or switch.service or "whoever receives them",
        "value": f"{switch.name} = {switch.value}" if switch.value else f"{switch.name}, which is not set,",
        "at": str(switch.at),
        "happens": _HAPPENS[switch.handling].format(receiver=switch.service or "the service that is called"),
        "handling": str(switch.handling),
        "service": found.receiver or switch.service,
        "file": DECLARATION,
        "stated": _line(case, said),
        "stated_at": str(line_in_declaration(case, said.entry.id, said.key)) if said else DECLARATION,
        "also": "" if found.is_declared or not found.receiver else f"; no [[service]] declares {found.receiver}",
        "why": doubt(behind_switch(switch), case),
    }
    given = answer(_rule(switch, found, is_doubtful=bool(told["why"])), **told)
    return replace(given, evidence=resting_on(case, switch.at))


def _rule(switch: Switch, found: Concerned, *, is_doubtful: bool) -> str:
    """Return the rule for what happens, may happen, or does not."""
    if switch.state == "off":
        return "not-read-up" if is_doubtful and found.sends_prompts else "off"
    if not found.sends_prompts and not found.off:
        return "usage-only"
    if switch.state == "unknown":
        return "not-known"
    if is_doubtful:
        return "not-read-up"
    if found.off:
        return "contradicts" if found.is_every else "which-not-known"
    if found.on:
        return "happens-as-stated"
    if switch.handling in {"tracing", "content"} and switch.value and found.receiver and not found.is_declared:
        return "receiver-not-declared"  # a default alone traces nothing before there are keys
    return "nothing-stated"


def _line(case: Case, said: Said | None) -> str:
    if said is None:
        return "nothing"
    return f"{said.value} under [[service]] {said.entry.id} at {line_in_declaration(case, said.entry.id, said.key)}"
