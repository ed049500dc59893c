"""Scenario 6, third-party AI services: requirement 6.3, where each place has a service process.

One row for what is declared of each service, and one for each place of production that has it process something. A place
that proves no region rests on a setting of the target that does, or on evidence of the contract.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from supplychain.checks.canaries.s06_residency import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.population import PROD
from supplychain.checks.provider_facts import behind_endpoint, doubt, settings_of
from supplychain.checks.regions import standing, within
from supplychain.checks.residency_evidence import shown
from supplychain.checks.services import (
    DECLARATION,
    ServiceUse,
    declared_for,
    line_in_declaration,
    population,
    resting_on,
)
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.reference import Place, Unread, Unresolved
from supplychain.model.service import DeclaredService, Endpoint

_WRITTEN = frozenset({"argument", "setting", "infrastructure", "model"})
"""What a place says by itself, and not by a host that others have too."""


class Stated(Frozen):
    """What is declared of a service, and how many places of production have it process something."""

    subject: str
    at: Place
    use: ServiceUse
    places: int


class Processed(Frozen):
    """A place that has a service process something."""

    subject: str
    at: Place
    endpoint: Endpoint
    declared: DeclaredService | None
    settings: tuple[Endpoint, ...] = ()
    """Where the target sets what this place leaves open."""


Element = Stated | Processed | Unresolved | Unread


def _population(case: Case) -> tuple[Element, ...]:
    """Return what is declared of each service, the places that have one process something, and what could hide one.

    Where nothing is declared, a place that proves no region adds nothing to the row of its service, which counts it.
    """
    places = list(_places(case))
    count = Counter(item.endpoint.service for item in places)
    found: list[Element] = []
    for use in population(case):
        if not isinstance(use, ServiceUse):
            found.append(use)
            continue
        at = line_in_declaration(case, use.declared.id, "region") if use.declared else use.at
        found.append(Stated(subject=use.subject, at=at, use=use, places=count[use.id]))
    counted = {item.use.id for item in found if isinstance(item, Stated) and item.use.declared is None}
    return (*found, *(item for item in places if item.endpoint.region or item.endpoint.service not in counted))


def _places(case: Case) -> Iterator[Processed]:
    endpoints = [item for item in case.inventory.endpoints if item.at.scope in PROD]
    set_: dict[str, list[Endpoint]] = {}
    for item in endpoints:
        if item.told.partition("=")[0] in settings_of(item.service):
            set_.setdefault(item.service, []).append(item)
    for item in endpoints:
        is_open = item.known_by in {"nothing", "default"} and item.address is None
        settings = tuple(other for other in set_.get(item.service, ()) if is_open and other is not item)
        declared = declared_for(case, item.service, item.address)
        yield Processed(subject=item.subject, at=item.at, endpoint=item, declared=declared, settings=settings)


@check("6.3", population=_population, canaries=plant)
def residency_is_met(case: Case, subject: Element) -> Answer:
    """Hold what is declared against the policy, and each place against both."""
    if isinstance(subject, Unresolved | Unread):
        return not_seen(subject)
    given = _stated(case, subject) if isinstance(subject, Stated) else _processed(case, subject)
    return replace(given, evidence=(*resting_on(case, subject.at), *given.evidence))


def _stated(case: Case, subject: Stated) -> Answer:
    use, allowed = subject.use, case.policy.services.allowed_regions
    if use.declared is None:
        return _undeclared(use.id, subject.places)
    told = _told(case, use.declared, use.id)
    if use.declared.region is None:
        return answer("no-region", **told)
    found = standing(use.declared.region, allowed, case)
    if not allowed:
        return answer("no-allowed-regions", **told)
    if found.state != "inside":
        rule = "declared-not-allowed" if found.state == "outside" else "declared-not-known"
        return answer(rule, why=found.why, **told)
    if subject.places:
        return answer("declared-allowed", **told)
    return _by_contract(case, use.declared, told | {"told": "no place of production"}, "no-endpoint")


def _processed(case: Case, subject: Processed) -> Answer:
    endpoint, declared = subject.endpoint, subject.declared
    told = _told(case, declared, endpoint.service) | {
        "told": endpoint.told or endpoint.address or endpoint.service,
        "at": str(endpoint.at),
        "region": endpoint.region or "",
    }
    open_ = doubt(behind_endpoint(endpoint), case) if endpoint.known_by != "nothing" else ""
    if endpoint.region and not endpoint.anywhere and not open_ and endpoint.known_by != "default":
        return _in_region(case, endpoint.region, declared, told)
    if declared is None:
        return _undeclared(endpoint.service)
    if subject.settings:
        return _by_settings(case, subject, told)
    if open_:
        return _by_contract(case, declared, told | {"why": open_}, "not-read-up")
    if endpoint.anywhere and endpoint.known_by in _WRITTEN:
        return _by_contract(case, declared, told, "anywhere")
    return _by_contract(case, declared, told, "by-default" if endpoint.known_by == "default" else "no-proof")


def _in_region(case: Case, region: str, declared: DeclaredService | None, told: dict[str, str]) -> Answer:
    """Answer on a place that proves its region."""
    allowed = standing(region, case.policy.services.allowed_regions, case)
    if declared and declared.region:
        agreed = within(region, declared.region, case)
        if agreed.state == "outside":
            aside = "" if allowed.state == "inside" else f", and the policy does not allow {region}"
            return answer("contradicts", aside=aside, **told)
        if agreed.state == "unknown" and allowed.state != "outside":
            return answer("not-compared", why=agreed.why, **told)
    if allowed.state == "outside":
        return answer("not-allowed", **told)
    if declared is None:
        return _undeclared(told["service"])
    if not case.policy.services.allowed_regions:
        return answer("no-allowed-regions", **told)
    if declared.region is None:
        return answer("no-region", **told)
    if allowed.state == "unknown":
        return answer("not-compared", why=allowed.why, **told)
    return answer("in-region", **told)


def _by_settings(case: Case, subject: Processed, told: dict[str, str]) -> Answer:
    """Answer on a place that says nothing, by what the target sets for it."""
    others = [Processed(subject=s.subject, at=s.at, endpoint=s, declared=subject.declared) for s in subject.settings]
    names = ", ".join(f"{item.endpoint.told} at {item.at}" for item in others)
    if all(_processed(case, item).rule in {"in-region", "by-contract"} for item in others):
        return answer("by-setting", settings=names, **told)
    return answer("setting-open", settings=names, **told)


def _by_contract(case: Case, declared: DeclaredService, told: dict[str, str], otherwise: str) -> Answer:
    """Answer on what proves no region by the evidence of the contract; without any, by the rule `otherwise`."""
    if declared.region is None:
        return answer("no-region", **told)
    if not case.policy.services.allowed_regions:
        return answer("no-allowed-regions", **told)
    if declared.residency is None:
        return answer(otherwise, **told)
    evidence = shown(case, declared, declared.residency)
    record = declared.residency
    values = told | {
        "evidence_file": record.evidence,
        "by": record.by,
        "on": str(record.on),
        "shown": record.region,
        "record_at": str(line_in_declaration(case, declared.id, "residency")),
        "why": evidence.why,
    }
    return answer(evidence.rule, evidence=f"sha256:{record.sha256}", **values)


def _undeclared(service: str, places: int = 1) -> Answer:
    return answer("not-declared", service=service, file=DECLARATION, places=places)


def _told(case: Case, declared: DeclaredService | None, service: str) -> dict[str, str]:
    """Return what messages name of a service's declaration and of the policy."""
    at = line_in_declaration(case, declared.id, "region") if declared else DECLARATION
    return {
        "service": declared.id if declared else service,
        "declared": (declared.region if declared else None) or "no region",
        "declared_at": str(at),
        "allowed": ", ".join(case.policy.services.allowed_regions) or "none",
        "file": DECLARATION,
    }
