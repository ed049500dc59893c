"""Canaries of requirement 6.5: the target's own service with whole records, and with more and more of them broken.

What has to come out follows from the policy's own limit; levels and matrix are written out here once more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from supplychain.checks.canaries.services import (
    APPROVER,
    DAY,
    FILE,
    OWNER,
    SHA,
    STRANGER,
    agreement,
    day_of,
    entry,
    own_service,
    public,
    service,
    serving,
)
from supplychain.checks.engine import Canary
from supplychain.checks.population import unread_sample, unresolved_sample
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.declaration import System, Waiver
from supplychain.model.reference import Place, Reference
from supplychain.model.service import DataClass, DeclaredService, Level, ResidencyEvidence, RiskAcceptance, Switch

_ORDER = ("very low", "low", "moderate", "high", "very high")
_LIMIT = {"low": "low", "medium": "moderate", "high": "high"}
_REGION = "planted-region"
_Parts = dict[str, Any]


def plant(case: Case) -> Iterator[Canary]:
    """Plant every level of risk, what is not known, what raises nothing or lowers nothing, and acceptances."""
    yield from _likelihoods(case)
    yield from _impacts(case)
    yield from _unknown(case)
    yield from _ratings(case)
    yield from _acceptances(case)
    yield from _around(case)


def _whole(case: Case, used: Reference, **parts: Any) -> DeclaredService:
    """Return an entry of which 6.1 to 6.4 have nothing to say."""
    shown = ResidencyEvidence(region=_REGION, evidence=FILE, sha256=SHA, by=APPROVER, on=day_of(case))
    stated: _Parts = {"region": _REGION, "residency": shown, "retention_days": 0, "training_use": False}
    return entry(case, used, **{**stated, **parts})


def _broken(case: Case, areas: int) -> _Parts:
    """Return what breaks as many of the four areas, each in a way that is known."""
    own, today = own_service(case), day_of(case)
    over = agreement(case, own, date=today - 9 * DAY, expires=today - DAY)
    elsewhere = ResidencyEvidence(region="planted-elsewhere", evidence=FILE, sha256=SHA, by=STRANGER, on=today)
    ways: tuple[_Parts, ...] = (
        {"assessment": None},
        {"dpa": over},
        {"residency": elsewhere},
        {"retention_days": case.policy.services.max_retention_days + 1},
    )
    return {key: value for way in ways[:areas] for key, value in way.items()}


def _serving(case: Case, *declared: DeclaredService, criticality: Level | None = "low", **more: Any) -> Case:
    """Return the case with the target's own service and these entries."""
    bare = serving(case, own_service(case), declared=declared)
    services = case.policy.services.model_copy(update={"allowed_regions": (_REGION,)})
    stated = bare.declaration
    if stated is None or stated.project is None:
        raise ValueError("a planted case has a declaration and a project")
    project = stated.project.model_copy(update={"criticality": criticality})
    declaration = stated.model_copy(update={"project": project, **more})
    policy = bare.policy.model_copy(update={"services": services})
    return bare.model_copy(update={"policy": policy, "declaration": declaration})


def _rule(case: Case, least: str, most: str, accepted: str = "very low") -> str:
    """Return what a risk has to come out as under the policy's own limit."""
    limit = _ORDER.index(_LIMIT[case.policy.services.max_risk])
    bar = max(limit, _ORDER.index(accepted))
    if _ORDER.index(most) <= limit:
        return "acceptable"
    if _ORDER.index(most) <= bar:
        return "accepted"
    if _ORDER.index(least) <= bar:
        return "not-decided"
    return "above-all" if least == "very high" else "above-limit"


def _risk(case: Case, name: str, risk: str, parts: _Parts, says: str = "", criticality: Level | None = "low") -> Canary:
    """Return a canary whose risk lies where `risk` says: a level, or `least to most`."""
    own = own_service(case)
    least, _, most = risk.partition(" to ")
    where = _serving(case, _whole(case, own, **parts), criticality=criticality)
    return Canary(name, where, own.subject, _rule(case, least, most or least), says or f"the risk is {risk}")


def _likelihoods(case: Case) -> Iterator[Canary]:
    sound = "likelihood very low (assessment sound, data handling sound, residency sound, agreement sound)"
    yield _risk(case, "nothing broken", "low", {}, sound)
    for areas, risk, special in (
        (1, "moderate", "high"),
        (2, "high", "very high"),
        (3, "high", "very high"),
        (4, "high", "very high"),
    ):
        broken = _broken(case, areas)
        yield _risk(case, f"personal data, {areas} broken", risk, broken)
        yield _risk(case, f"special data, {areas} broken", special, {**broken, "data_classes": ("special",)})
    for key, value in _broken(case, 4).items():
        yield _risk(case, f"{key} broken", "moderate", {key: value}, "likelihood moderate (")


def _impacts(case: Case) -> Iterator[Canary]:
    broken = _broken(case, 2)
    asked: tuple[tuple[tuple[DataClass, ...], Level, str], ...] = (
        (("internal",), "low", "low"),
        (("internal",), "medium", "moderate"),
        (("internal",), "high", "high"),
        (("confidential",), "low", "moderate"),
        (("personal",), "low", "high"),
        (("personal",), "high", "high"),
        (("internal", "personal", "public"), "low", "high"),
        (("special",), "medium", "very high"),
    )
    for classes, criticality, risk in asked:
        name = f"{' and '.join(classes)} data, criticality {criticality}"
        yield _risk(case, name, risk, {**broken, "data_classes": classes}, criticality=criticality)
    only = {**_broken(case, 1), "data_classes": ("public",)}
    yield _risk(case, "public data", "low", {**only, "public_data": public(case)})


def _unknown(case: Case) -> Iterator[Canary]:
    broken = _broken(case, 2)
    open_ = {**broken, "data_classes": ()}
    yield _risk(case, "no classes", "low to very high", open_, "data classes not declared")
    yield _risk(case, "no criticality", "low to high", {**broken, "data_classes": ("internal",)}, criticality=None)
    stranger = public(case, by=STRANGER)
    for name, approval, says in (("nobody", None, "nobody approved"), ("a stranger", stranger, "does not count")):
        parts = {**broken, "data_classes": ("public",), "public_data": approval}
        yield _risk(case, f"public data by {name}", "low to very high", parts, says)
    for key in ("retention_days", "region"):
        yield _risk(case, f"no {key}", "low to moderate", {key: None}, " unknown")
    yield _risk(case, "two unknown", "low to high", {"retention_days": None, "region": None})
    own = own_service(case)
    nothing = _serving(case, criticality="medium")
    yield Canary("not declared", nothing, own.subject, _rule(case, "moderate", "very high"), "assessment missing")


def _ratings(case: Case) -> Iterator[Canary]:
    yield _risk(case, "rated higher", "high", {"risk": "high"}, "the team's own rating is high")
    yield _risk(case, "rated lower", "high", {**_broken(case, 2), "risk": "low"})
    own = own_service(case)
    whole = _whole(case, own, data_classes=("internal",), **_broken(case, 2))
    systems: tuple[tuple[str, Level, str], ...] = (
        (own.subject, "high", "high"),
        (own.subject, "low", "moderate"),
        ("service:planted-other", "high", "moderate"),
    )
    for uses, criticality, risk in systems:
        system = System(id="planted", env="prod", uses=(uses,), criticality=criticality)
        where = _serving(case, whole, criticality="medium", system=(system,))
        name = f"a system of {uses}, criticality {criticality}"
        yield Canary(name, where, own.subject, _rule(case, risk, risk), f"risk is {risk}")


def _acceptances(case: Case) -> Iterator[Canary]:
    own, today, most = own_service(case), day_of(case), case.policy.waivers.max_days
    whole = RiskAcceptance.model_construct(
        level="high", reason="planted", owner=OWNER, approver=APPROVER, on=today - DAY, expires=today
    )
    for name, parts, accepted, says in (
        ("on its last day", {}, "high", f"until {today}" if most else ""),
        ("of today", {"on": today, "expires": today + DAY}, "high", ""),
        ("that is over", {"on": today - 9 * DAY, "expires": today - DAY}, "", f"expired on {today - DAY}"),
        ("of tomorrow", {"on": today + DAY, "expires": today + 2 * DAY}, "", "yet to come"),
        ("that runs as long as it may", {"expires": today - DAY + max(most, 1) * DAY}, "high", ""),
        ("by a stranger", {"approver": STRANGER}, "", f"do not name {STRANGER}"),
        ("that runs too long", {"expires": today + most * DAY}, "", f"longer than the {most} days"),
        ("of a lower level", {"level": "medium"}, "moderate", f"{APPROVER} accepts it as medium only"),
    ):
        level = accepted or "very low"
        if accepted and not most:
            level, says = "very low", "longer than the 0 days"
        rule = _rule(case, "high", "high", level)
        declared = _whole(case, own, acceptance=whole.model_copy(update=parts), **_broken(case, 2))
        told = "" if rule == "acceptable" else says
        yield Canary(f"an acceptance {name}", _serving(case, declared), own.subject, rule, told)
    worst = _whole(case, own, acceptance=whole, **{**_broken(case, 2), "data_classes": ("special",)})
    yield Canary("what nobody can accept", _serving(case, worst), own.subject, "above-all", "very high")


def _around(case: Case) -> Iterator[Canary]:
    """Plant waivers of the inputs, which mend nothing, calls of any service, a router, and what may hide a service."""
    own, today = own_service(case), day_of(case)
    waiver = Waiver(
        id="planted",
        requirement="6.1",
        component=own.subject,
        reason="planted",
        owner=OWNER,
        approver=APPROVER,
        created=today,
        expires=today + DAY,
    )
    waived = _serving(case, _whole(case, own, **_broken(case, 2)), waiver=(waiver,))
    yield Canary("a waived input", waived, own.subject, _rule(case, "high", "high"), "the risk is high")
    whole = _serving(case, _whole(case, own))
    at = Place(file="planted.py", line=4)
    kept = Switch(handling="storage", name="planted", service="", state="unknown", at=at)
    open_ = whole.model_copy(update={"inventory": whole.inventory.model_copy(update={"switches": (kept,)})})
    rule = _rule(case, "low", "moderate")
    yield Canary("prompts that may be kept, wherever", open_, own.subject, rule, "data handling unknown")
    receiver = next(name for name in ("langsmith", "langfuse") if name != own.component.name)
    traced = Switch(handling="tracing", name="planted", service=receiver, state="on", at=at)
    sending = whole.model_copy(update={"inventory": whole.inventory.model_copy(update={"switches": (traced,)})})
    yield Canary("who receives traces", sending, f"service:{receiver}", "not-decided", "assessment unknown", at=at)
    behind = service("planted-behind")
    router = _whole(case, own, data_classes=("special",), forwards_to=(behind.component.name,))
    last = _whole(case, behind, data_classes=("internal",), **_broken(case, 2))
    yield Canary("behind a router", _serving(case, router, last), behind.subject, "above-all", "internal, special")
    for hidden, rule in ((unresolved_sample(Kind.SERVICE), "unresolved"), (unread_sample(), "not-read")):
        yield Canary("what may hide one", serving(case, own, hidden, declared=()), hidden.subject, rule)
