"""What the canaries of 6.1 and 6.4 share: the target's own first service, and a record of it that is whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from string import ascii_lowercase

from supplychain.checks.engine import Canary
from supplychain.checks.population import PROD, moving, planted, unread_sample, unresolved_sample
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Declaration, Project
from supplychain.model.reference import Place, Reference, Resolution, Scope, Unread, Unresolved
from supplychain.model.service import (
    Certificate,
    DataProcessingAgreement,
    DeclaredService,
    EvidenceFile,
    PublicData,
    ServiceAssessment,
)

OWNER, APPROVER, STRANGER = "planted-owner", "planted-approver", "planted-stranger"
SHA, OTHER_SHA = "1" * 64, "2" * 64
FILE, PDF = "planted/review.md", "planted/agreement.pdf"
DAY = timedelta(days=1)
TOPICS = ("certs", "encryption", "retention", "training", "subprocessors", "incident-notice", "access")
GATEWAY = "llm.planted.example"
"""A host that no catalog knows."""


def service(name: str, **parts: object) -> Reference:
    """Return a made-up place that uses a service."""
    component = Component(kind=Kind.SERVICE, source="", name=name)
    reference = Reference(
        component=component, at=Place(file="planted.py", line=1), resolution=Resolution.LITERAL, digest="sha256:planted"
    )
    return reference.model_copy(update=parts)


def own_service(case: Case) -> Reference:
    """Return the target's own first service of production, or a made-up place that uses one."""
    found = sorted(case.inventory.of(Kind.SERVICE, PROD), key=lambda item: (item.at.file, item.at.line or 0))
    return found[0] if found else service("openai")


def day_of(case: Case) -> date:
    """Return the day of the run."""
    return case.now.date()


def assessment(case: Case, **parts: object) -> ServiceAssessment:
    """Return a review that is whole, of the day of the run; `parts` change it."""
    last = Certificate(name="planted certificate", expires=day_of(case))
    whole = ServiceAssessment(
        by=APPROVER, on=day_of(case), evidence=FILE, sha256=SHA, topics=TOPICS, certificates=(last,)
    )
    return whole.model_copy(update=parts)


def agreement(case: Case, used: Reference, **parts: object) -> DataProcessingAgreement:
    """Return the record of a signed agreement that is whole; `parts` change it."""
    whole = DataProcessingAgreement(
        type="signed",
        url="https://planted.example/agreement",
        version="1",
        accepted_by=APPROVER,
        date=day_of(case),
        expires=day_of(case),
        parties=(f"{used.component.name} ({used.component.name.title()})", stranger_to(used)),
        sha256=SHA,
        custodian="planted legal department",
    )
    return whole.model_copy(update=parts)


def stranger_to(used: Reference, which: int = 0) -> str:
    """Return a party that is named like nothing in the name of a service."""
    words = [letter * 5 for letter in ascii_lowercase if letter * 5 not in used.component.name.casefold()]
    return words[which]


def public(case: Case, **parts: object) -> PublicData:
    """Return the approval that a service receives public data alone; `parts` change it."""
    return PublicData(by=APPROVER, on=day_of(case)).model_copy(update=parts)


def entry(case: Case, used: Reference, **parts: object) -> DeclaredService:
    """Return a declared service whose records are whole; `parts` change it."""
    whole = DeclaredService(
        id=used.component.name,
        data_classes=("personal",),
        subprocessors="https://planted.example/subprocessors",
        assessment=assessment(case),
        dpa=agreement(case, used),
    )
    return whole.model_copy(update=parts)


def serving(
    case: Case,
    *found: Reference | Unresolved | Unread,
    declared: tuple[DeclaredService, ...],
    owner: str | None = OWNER,
    evidence: tuple[EvidenceFile, ...] | None = None,
    roots: tuple[str, ...] = (),
) -> Case:
    """Return the case with nothing but these places and entries; the policy names one more approver, and `roots`."""
    people = case.policy.people.model_copy(update={"approvers": (*case.policy.people.approvers, APPROVER)})
    services = case.policy.services.model_copy(update={"roots": roots})
    project = Project(name="planted", owner=owner) if owner else None
    files = (EvidenceFile(path=FILE, sha256=SHA), EvidenceFile(path=PDF, sha256=SHA))
    bare = planted(case, *found, policy=case.policy.model_copy(update={"people": people, "services": services}))
    return bare.model_copy(
        update={
            "declaration": Declaration(schema=1, project=project, service=declared),
            "declaration_digest": "sha256:planted",
            "inventory": bare.inventory.model_copy(update={"endpoints": (), "switches": ()}),
            "evidence": files if evidence is None else evidence,
            "service_lines": {},
        }
    )


def seen(case: Case, good: str, undeclared: str) -> Iterator[Canary]:
    """Plant where and how a service is used: which places count, and which entry speaks of which of them."""
    own = own_service(case)
    whole = entry(case, own)
    later = own.model_copy(update={"at": Place(file="zz-planted.py", line=9)})
    yield Canary("used twice", serving(case, later, own, declared=(whole,)), own.subject, good, at=own.at)
    other = entry(case, service("planted-other"))
    yield Canary("another is declared", serving(case, own, declared=(other,)), own.subject, undeclared)
    for scope in Scope:
        scoped = own.model_copy(update={"at": own.at.model_copy(update={"scope": scope})})
        beside = serving(case, scoped, service("planted-other"), declared=(whole, other))
        is_prod = scope is Scope.PROD
        yield Canary(f"scope {scope}", beside, own.subject, good, at=scoped.at if is_prod else Place(file=DECLARED))
    tested = own.model_copy(update={"at": own.at.model_copy(update={"scope": Scope.TEST})})
    moved = moving(serving(case, tested, declared=()), own.at.file)
    yield Canary("nothing but a declared scope", moved, own.subject, undeclared, at=tested.at)
    hosted = service("x", component=Component(kind=Kind.MODEL, source="openai", name="planted-model"))
    openai = service("openai")
    yield Canary("a hosted model", serving(case, hosted, declared=(entry(case, openai),)), openai.subject, good)
    asked = unresolved_sample(Kind.MODEL).model_copy(update={"source": "openai"})
    yield Canary("a hosted model, at run time", serving(case, asked, declared=()), openai.subject, undeclared)
    label = hosted.model_copy(update={"call": "name of a hosted model"})
    yield Canary("a name by its form alone", serving(case, label, declared=()), openai.subject, None)
    address = unresolved_sample(Kind.SERVICE).model_copy(update={"source": "openai"})
    yield Canary("a client's address, at run time", serving(case, address, declared=()), openai.subject, None)
    elsewhere = hosted.model_copy(update={"component": hosted.component.model_copy(update={"source": "huggingface"})})
    yield Canary("a model of a registry", serving(case, elsewhere, declared=()), "service:huggingface", None)
    yield from _by_host(case, good, undeclared)
    for hidden, rule in ((unresolved_sample(Kind.SERVICE), "unresolved"), (unread_sample(), "not-read")):
        yield Canary("what may hide one", serving(case, own, hidden, declared=(whole,)), hidden.subject, rule)


DECLARED = "supplychain.toml"


def _by_host(case: Case, good: str, undeclared: str) -> Iterator[Canary]:
    """Plant entries that speak of hosts: a team says whose an unknown host is, and never a provider's."""
    gateway = service(GATEWAY, address=f"https://{GATEWAY}/v1")
    named = service("mcp/planted", address=f"https://{GATEWAY.upper()}:8443/mcp")
    openai = service("openai", address="https://api.openai.com/v1")
    for used, name, detect, rule in (
        (gateway, "planted-gateway", GATEWAY, good),
        (gateway, "planted-gateway", GATEWAY.upper(), good),
        (gateway, "planted-gateway", "*.planted.example", good),
        (gateway, GATEWAY, "other.example", good),
        (named, "planted-gateway", GATEWAY, good),
        (gateway, "planted-gateway", "planted.example", undeclared),
        (gateway, "planted-gateway", f"x{GATEWAY}", undeclared),
        (gateway, "planted-gateway", "*.example", undeclared),
        (gateway, "planted-gateway", "*", undeclared),
        (gateway, "planted-gateway", "*.*.example", undeclared),
        (gateway, "planted-gateway", "", undeclared),
        (gateway, "openai", GATEWAY, undeclared),
        (openai, "planted-gateway", "api.openai.com", undeclared),
        (openai, "openai", "eu.api.openai.com", good),
    ):
        said = entry(case, service("planted-gateway"), id=name, detect=(detect,))
        parties = (f"{used.component.name} x", stranger_to(used))
        said = said.model_copy(update={"dpa": agreement(case, used, parties=parties)})
        where = serving(case, used, declared=(said,))
        yield Canary(f"{used.component.name} declared by {detect}", where, used.subject, rule, at=used.at)
