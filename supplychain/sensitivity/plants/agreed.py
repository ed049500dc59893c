"""Changes of the case in what is agreed with a provider: its assessment, its agreement, what it may do with prompts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from random import Random

from supplychain.model.case import Case
from supplychain.model.finding import Outcome
from supplychain.model.reference import Scope
from supplychain.model.service import (
    Certificate,
    DataProcessingAgreement,
    DeclaredService,
    Endpoint,
    EvidenceFile,
    RiskAcceptance,
    ServiceAssessment,
)
from supplychain.sensitivity.ground import Ground, token
from supplychain.sensitivity.interface import CannotPlantError, Plant, kind
from supplychain.sensitivity.plants.choices import elsewhere, guards


def _holding(ground: Ground, rng: Random, requirement: str) -> DeclaredService:
    """Return a declared service of which every row of a requirement passes."""
    rows = ground.findings[requirement].observations
    passing = {row.component for row in rows if row.outcome is Outcome.PASS}
    passing -= {row.component for row in rows if row.outcome is not Outcome.PASS}
    declared = ground.case.declaration.service if ground.case.declaration else ()
    found = [service for service in declared if f"service:{service.id}" in passing]
    if not found:
        raise CannotPlantError(f"no declared service passes {requirement} here")
    return rng.choice(found)


def _assessed(ground: Ground, rng: Random) -> tuple[DeclaredService, ServiceAssessment]:
    service = _holding(ground, rng, "6.1")
    if service.assessment is None:
        raise CannotPlantError("the service that passes 6.1 has no assessment")
    return service, service.assessment


def _agreed(ground: Ground, rng: Random) -> tuple[DeclaredService, DataProcessingAgreement]:
    service = _holding(ground, rng, "6.4")
    if service.dpa is None:
        raise CannotPlantError("the service that passes 6.4 has no agreement")
    return service, service.dpa


def _plant(
    way: str, service: DeclaredService, update: Mapping[str, object], shown: str, evidence: EvidenceFile | None = None
) -> Plant:
    """Return the plant that puts a service with other fields, and a file of evidence, into the case."""
    other = service.model_copy(update=update)

    def change(case: Case) -> Case:
        if case.declaration is None:
            return case
        services = tuple(other if known.id == other.id else known for known in case.declaration.service)
        changed = case.model_copy(update={"declaration": case.declaration.model_copy(update={"service": services})})
        if evidence is None:
            return changed
        kept = tuple(file for file in case.evidence if file.path != evidence.path)
        return changed.model_copy(update={"evidence": (*kept, evidence)})

    name = f"service:{service.id}"
    return Plant(way, name, f"{name}: {shown}", (name,), change=change)


def _day(ground: Ground, days: int) -> dt.date:
    return ground.case.now.date() + dt.timedelta(days=days)


@kind("assessment that is too old", "6.1", layer="case")
def assessment_old(ground: Ground, rng: Random) -> Plant:
    """Date an assessment back beyond what the policy accepts, or into days to come."""
    service, known = _assessed(ground, rng)
    limit = ground.case.policy.freshness.assessment_max_age_days
    day = rng.choice((_day(ground, -limit - rng.randrange(2, 900)), _day(ground, rng.randrange(2, 400))))
    return _plant("day", service, {"assessment": known.model_copy(update={"on": day})}, f"assessed on {day}")


@kind("topic missing in an assessment", "6.1", layer="case")
def topic_gone(ground: Ground, rng: Random) -> Plant:
    """Take one topic, all of them, or the whole assessment away."""
    service, known = _assessed(ground, rng)
    way = rng.choice(("one topic", "one topic", "all topics", "no assessment"))
    topic = rng.choice(known.topics) if known.topics else ""
    left = tuple(name for name in known.topics if name != topic) if way == "one topic" else ()
    other = None if way == "no assessment" else known.model_copy(update={"topics": left})
    return _plant(way, service, {"assessment": other}, f"without {topic if way == 'one topic' else way}")


@kind("evidence of an assessment that is another file", "6.1", layer="case")
def evidence_other(ground: Ground, rng: Random) -> Plant:
    """Let the file that an assessment rests on have other bytes, or be gone."""
    service, known = _assessed(ground, rng)
    if known.evidence not in {file.path for file in ground.case.evidence}:
        raise CannotPlantError("no assessment rests on a file of the target")
    way = rng.choice(("other bytes", "gone"))
    other = EvidenceFile(path=known.evidence, problem="there is no such file", is_missing=True)
    if way == "other bytes":
        other = EvidenceFile(path=known.evidence, sha256=f"{rng.getrandbits(256):064x}")
    return _plant(way, service, {}, f"{known.evidence}: {way} {(other.sha256 or '')[:8]}", other)


@kind("certificate that is over", "6.1", layer="case")
def certificate_over(ground: Ground, rng: Random) -> Plant:
    """Let a certificate of an assessment end before the run, at times by a day."""
    service, known = _assessed(ground, rng)
    day = _day(ground, -rng.choice((1, 1, rng.randrange(2, 600))))
    held = known.certificates or (Certificate(name="ISO/IEC 27001", expires=day),)
    chosen = rng.randrange(len(held))
    ended = tuple(c.model_copy(update={"expires": day}) if n == chosen else c for n, c in enumerate(held))
    update = {"assessment": known.model_copy(update={"certificates": ended})}
    return _plant("last day", service, update, f"{held[chosen].name} through {day}")


@kind("data kept for longer than the policy allows", "6.2", layer="case")
def retention_raised(ground: Ground, rng: Random) -> Plant:
    """Raise the days that prompts are kept, or leave them unsaid."""
    service = _holding(ground, rng, "6.2")
    limit = ground.case.policy.services.max_retention_days
    days = rng.choice((limit + 1, limit + rng.randrange(2, 400), None))
    return _plant("unsaid" if days is None else "days", service, {"retention_days": days}, f"kept {days} days")


@kind("personal data that is trained on", "6.2", layer="case")
def trained_on(ground: Ground, rng: Random) -> Plant:
    """Declare that a provider trains on data of persons, or leave it unsaid."""
    service = _holding(ground, rng, "6.2")
    classes = rng.choice((("personal",), ("internal", "personal"), ("special",)))
    used = rng.choice((True, True, None))
    shown = f"{' and '.join(classes)} data, training: {used}"
    return _plant(
        "unsaid" if used is None else "trained on", service, {"data_classes": classes, "training_use": used}, shown
    )


@kind("switch of code or configuration turned on", "6.2", layer="case")
def switch_on(ground: Ground, rng: Random) -> Plant:
    """Let a place that keeps prompts from being stored, traced or told switch that on, or be unknown."""
    found = guards(ground)
    if not found or ground.findings["6.2"].outcome is not Outcome.PASS:
        raise CannotPlantError("no place of production switches anything off, or 6.2 does not pass as it is")
    chosen, state = rng.choice(found), rng.choice(("on", "on", "unknown"))
    other = chosen.model_copy(update={"state": state, "value": "1" if state == "on" else "os.environ[name]"})

    def change(case: Case) -> Case:
        switches = tuple(other if item == chosen else item for item in case.inventory.switches)
        return case.model_copy(update={"inventory": case.inventory.model_copy(update={"switches": switches})})

    return Plant(state, str(chosen.at), f"{chosen.name} {state}", (chosen.subject, chosen.name), change=change)


@kind("declared region that is another", "6.3", layer="case")
def region_declared(ground: Ground, rng: Random) -> Plant:
    """Declare a region that the policy does not allow, none, or one that nobody knows."""
    service = _holding(ground, rng, "6.3")
    far = elsewhere(ground)
    region = rng.choice((far["aws"], far["short"], far["azure"], "global", token(rng), None))
    return _plant("none" if region is None else "region", service, {"region": region}, f"region {region}")


@kind("call that is processed elsewhere", "6.3", layer="case")
def endpoint_moved(ground: Ground, rng: Random) -> Plant:
    """Let a place that proves a region prove another, none, or that it may be any."""
    service = _holding(ground, rng, "6.3")
    found = [e for e in ground.case.inventory.endpoints if e.service == service.id and e.at.scope is Scope.PROD]
    if not found or service.residency is not None:
        raise CannotPlantError("no place of production shows where such a service processes")
    way, region = rng.choice((("region", elsewhere(ground)["aws"]), ("no region", None), ("anywhere", None)))
    known_by = "argument" if way == "region" else "nothing"
    update = {"region": region, "known_by": known_by, "anywhere": way == "anywhere", "told": f"planted {way}"}
    chosen: Endpoint = rng.choice(found)
    other = chosen.model_copy(update=update)

    def change(case: Case) -> Case:
        endpoints = tuple(other if item == chosen else item for item in case.inventory.endpoints)
        return case.model_copy(update={"inventory": case.inventory.model_copy(update={"endpoints": endpoints})})

    return Plant(way, str(chosen.at), f"{chosen.subject}: {way} {region or ''}", (chosen.subject,), change=change)


@kind("agreement that does not hold on the day", "6.4", layer="case")
def agreement_over(ground: Ground, rng: Random) -> Plant:
    """Let an agreement end before the run, at times by a day, or begin after it."""
    service, known = _agreed(ground, rng)
    if rng.random() < 0.3:
        day = _day(ground, rng.randrange(1, 300))
        return _plant("begins later", service, {"dpa": known.model_copy(update={"date": day})}, f"dated {day}")
    day = _day(ground, -rng.choice((1, rng.randrange(2, 30))))
    begun = min(known.date, day - dt.timedelta(days=365))
    update = {"dpa": known.model_copy(update={"date": begun, "expires": day})}
    return _plant("over", service, update, f"agreement through {day}")


@kind("agreement without what makes it one", "6.4", layer="case")
def agreement_bare(ground: Ground, rng: Random) -> Plant:
    """Take a party, the version, the address or the agreement itself away; or let somebody else accept it."""
    service, known = _agreed(ground, rng)
    way = rng.choice(("one party", "no party", "no version", "nobody accepted", "another accepted", "no agreement"))
    fields: dict[str, dict[str, object]] = {
        "one party": {"parties": (rng.choice(known.parties),)},
        "no party": {"parties": ()},
        "no version": {"version": ""},
        "nobody accepted": {"accepted_by": ""},
        "another accepted": {"accepted_by": f"{token(rng)}@example.com"},
    }
    update = fields.get(way, {})
    other = None if way == "no agreement" else known.model_copy(update=update)
    return _plant(way, service, {"dpa": other}, f"agreement: {way} {update or ''}")


@kind("copy of an agreement that is another", "6.4", layer="case")
def copy_other(ground: Ground, rng: Random) -> Plant:
    """Let the copy of an agreement in the target have other bytes or be gone, or let nobody keep one."""
    service, known = _agreed(ground, rng)
    path = known.file or f"docs/{token(rng)}.pdf"
    way = rng.choice(("other bytes", "gone", "kept by nobody"))
    if way == "kept by nobody":
        update = {"dpa": known.model_copy(update={"file": None, "custodian": None})}
        return _plant(way, service, update, "neither a copy nor who keeps it")
    evidence = EvidenceFile(path=path, problem="there is no such file", is_missing=True)
    if way == "other bytes":
        evidence = EvidenceFile(path=path, sha256=f"{rng.getrandbits(256):064x}")
    return _plant(way, service, {"dpa": known.model_copy(update={"file": path})}, f"{path}: {way}", evidence)


def _risky(ground: Ground, rng: Random) -> tuple[DeclaredService, dict[str, object]]:
    """Return a service whose risk is accepted, and the fields that make it one that nobody would call low or medium."""
    service = _holding(ground, rng, "6.5")
    if ground.case.policy.services.max_risk == "high":
        raise CannotPlantError("the policy accepts a high risk")
    return service, {"data_classes": ("special", "personal"), "assessment": None, "dpa": None, "acceptance": None}


@kind("risk above what the policy accepts", "6.5", layer="case")
def risk_raised(ground: Ground, rng: Random) -> Plant:
    """Send the data of persons to a provider without assessment and agreement, whatever the team's rating says."""
    service, update = _risky(ground, rng)
    rating = rng.choice((None, "low", "medium"))
    return _plant("no record", service, {**update, "risk": rating}, f"no record for special data, rated {rating}")


@kind("acceptance of a risk that does not count", "6.5", layer="case")
def acceptance_over(ground: Ground, rng: Random) -> Plant:
    """Have such a risk accepted until a day before the run, by nobody whom the policy names, or for a lower level."""
    service, update = _risky(ground, rng)
    way = rng.choice(("over", "over by a day", "no approver", "lower level"))
    approvers = ground.case.policy.people.approvers or ("nobody@example.com",)
    days = {"over": -rng.randrange(2, 200), "over by a day": -1}.get(way, 60)
    accepted = RiskAcceptance(
        level="low" if way == "lower level" else "high",
        reason="the launch could not wait",
        owner=f"{token(rng)}@example.com",
        approver=f"{token(rng)}@example.com" if way == "no approver" else rng.choice(approvers),
        on=_day(ground, days - 90),
        expires=_day(ground, days),
    )
    update["acceptance"] = accepted
    return _plant(way, service, update, f"accepted by {accepted.approver} until {accepted.expires}")
