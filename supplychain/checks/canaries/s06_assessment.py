"""Canaries of requirement 6.1: the target's own service beside reviews that are whole, and that lack one thing each."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain.checks.canaries.services import (
    APPROVER,
    DAY,
    DECLARED,
    FILE,
    OTHER_SHA,
    OWNER,
    SHA,
    STRANGER,
    TOPICS,
    assessment,
    day_of,
    entry,
    own_service,
    seen,
    service,
    serving,
)
from supplychain.checks.engine import Canary
from supplychain.checks.population import unread_sample, unresolved_sample
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.reference import Place
from supplychain.model.service import Certificate, Endpoint, EvidenceFile

_ROUTER = "openrouter"


def plant(case: Case) -> Iterator[Canary]:
    """Plant every way in which a service can be assessed, or not."""
    yield from _whole(case)
    yield from _reviewers(case)
    yield from _ages(case)
    yield from _evidence(case)
    yield from _routers(case)
    yield from _unused(case)
    for canary in seen(case, "assessed", "undeclared"):
        unused = canary.at is not None and canary.at.file == DECLARED
        rule = "declared-unused" if unused and canary.rule == "assessed" else canary.rule
        yield Canary(canary.name, canary.case, canary.subject, rule, at=canary.at)


def _reviewed(case: Case, name: str, rule: str, says: str = "", **parts: object) -> Canary:
    own = own_service(case)
    declared = entry(case, own, assessment=assessment(case, **parts))
    return Canary(name, serving(case, own, declared=(declared,)), own.subject, rule, says)


def _whole(case: Case) -> Iterator[Canary]:
    own, today = own_service(case), day_of(case)
    yield _reviewed(case, "whole", "assessed", f"{APPROVER} reviewed it on {today}; {FILE} has SHA-256 {SHA}")
    yield Canary("shadow AI", serving(case, own, declared=()), own.subject, "undeclared", own.component.name)
    bare = entry(case, own, assessment=None)
    yield Canary("declared alone", serving(case, own, declared=(bare,)), own.subject, "no-assessment", DECLARED)
    silent = serving(case, own, declared=()).model_copy(update={"declaration": None})
    yield Canary("nothing declared", silent, own.subject, "undeclared")
    for topic in TOPICS:
        rest = tuple(other for other in TOPICS if other != topic)
        yield _reviewed(case, f"without {topic}", "topics-missing", f"does not cover: {topic} (", topics=rest)
        yield _reviewed(case, f"with {topic} misspelled", "topics-missing", topic, topics=(*rest, f"{topic}s"))
    yield _reviewed(case, "in another order", "assessed", topics=(*TOPICS[::-1], "planted topic"))
    yield _reviewed(case, "no topics", "topics-missing", topics=())


def _reviewers(case: Case) -> Iterator[Canary]:
    own, today = own_service(case), day_of(case)
    for name, parts, says in (
        ("a stranger", {"by": STRANGER}, "do not name planted-stranger"),
        ("nobody", {"by": ""}, "do not name"),
        ("the owner", {"by": OWNER}, OWNER),
        ("tomorrow", {"on": today + DAY}, "after the day of this run"),
    ):
        yield _reviewed(case, f"reviewed by {name}", "reviewer-not-counted", says, **parts)
    declared = entry(case, own, assessment=assessment(case))
    itself = serving(case, own, declared=(declared,), owner=APPROVER.upper())
    yield Canary("by the owner, who approves", itself, own.subject, "reviewer-not-counted", "have another approver")
    nobodys = serving(case, own, declared=(declared,), owner=None)
    yield Canary("in a project of nobody", nobodys, own.subject, "reviewer-unclear", "names no owner")


def _ages(case: Case) -> Iterator[Canary]:
    today, limit = day_of(case), case.policy.freshness.assessment_max_age_days
    yield _reviewed(case, "as old as it may be", "assessed", on=today - limit * DAY)
    yield _reviewed(case, "a day too old", "stale", f"{limit + 1} days ago", on=today - (limit + 1) * DAY)
    held = Certificate(name="planted certificate", expires=today)
    over = Certificate(name="planted, over", expires=today - DAY)
    older = Certificate(name="planted, long over", expires=today - 400 * DAY)
    yield _reviewed(case, "a certificate's last day", "assessed", f"through {today}", certificates=(held,))
    yield _reviewed(case, "no certificate", "assessed", "certificates: none", certificates=())
    for several in ((over,), (held, over), (over, held)):
        says = f"planted, over, which the assessment of {today} lists, held through {today - DAY}, 1 days ago"
        yield _reviewed(case, "a certificate that is over", "certificate-expired", says, certificates=several)
    yield _reviewed(case, "two that are over", "certificate-expired", "long over", certificates=(over, older))


def _evidence(case: Case) -> Iterator[Canary]:
    own, page = own_service(case), "https://planted.example/report"
    yield _reviewed(case, "other evidence", "evidence-changed", f"{FILE} has SHA-256 {SHA}", sha256=OTHER_SHA)
    yield _reviewed(case, "not looked at", "evidence-unread", "not looked at", evidence="planted/other.md")
    says = "the copy with SHA-256 1111"
    yield _reviewed(case, "kept elsewhere", "assessed-elsewhere", says, evidence=page, custodian="planted keeper")
    shouted = page.replace("https", "HTTPS")
    yield _reviewed(case, "kept elsewhere", "assessed-elsewhere", evidence=shouted, custodian="planted keeper")
    for custodian in (None, "", " "):
        yield _reviewed(case, "kept by nobody", "evidence-elsewhere", page, evidence=page, custodian=custodian)
    yield _reviewed(case, "changed, and kept", "evidence-changed", sha256=OTHER_SHA, custodian="planted keeper")
    declared = entry(case, own)
    for is_missing, rule in ((True, "evidence-missing"), (False, "evidence-unread")):
        files = (EvidenceFile(path=FILE, problem="planted reason", is_missing=is_missing),)
        gone = serving(case, own, declared=(declared,), evidence=files)
        yield Canary("no evidence", gone, own.subject, rule, "planted reason")


def _routers(case: Case) -> Iterator[Canary]:
    router, forwarded = service(_ROUTER), service("planted-forwarded")
    alone = entry(case, router, subprocessors=None)
    naming = entry(case, router, subprocessors=None, forwards_to=(forwarded.component.name,))
    served = entry(case, forwarded, forwards_to=(_ROUTER,))
    for name, declared, used, rule, says in (
        ("an open router", (alone,), router, "router-open", _ROUTER),
        ("a blank list", (alone.model_copy(update={"subprocessors": " "}),), router, "router-open", ""),
        ("a router with a list", (entry(case, router),), router, "assessed", "planted.example/subprocessors"),
        ("a router that says to whom", (naming, served), router, "assessed", "may forward to planted-forwarded"),
        ("whom it forwards to", (naming, served), forwarded, "assessed", ""),
        ("a stranger behind it", (naming,), forwarded, "undeclared", f"to which {_ROUTER} forwards"),
    ):
        yield Canary(name, serving(case, router, declared=declared), used.subject, rule, says, at=router.at)
    plain = entry(case, service("openai"), subprocessors=None)
    yield Canary("no router", serving(case, service("openai"), declared=(plain,)), "service:openai", "assessed")
    both = serving(case, router, forwarded.model_copy(update={"at": Place(file="zz.py", line=3)}), declared=(naming,))
    yield Canary("behind it and by itself", both, forwarded.subject, "undeclared", at=Place(file="zz.py", line=3))
    chain = entry(case, forwarded, forwards_to=("planted-last",))
    behind = serving(case, router, declared=(naming, chain))
    yield Canary("two routers on", behind, "service:planted-last", "undeclared", "planted-forwarded forwards")
    at = Place(file="planted.py", line=5)
    bare = serving(case, router, declared=(entry(case, router),))
    told = Endpoint(service=_ROUTER, at=at, forwards_to="planted-forwarded")
    calls = bare.model_copy(update={"inventory": bare.inventory.model_copy(update={"endpoints": (told,)})})
    yield Canary("named at the call", calls, forwarded.subject, "undeclared", f"to which {_ROUTER} forwards", at=at)


def _unused(case: Case) -> Iterator[Canary]:
    own, spare = own_service(case), service("planted-spare")
    extra = entry(case, spare)
    beside = serving(case, own, declared=(entry(case, own), extra))
    yield Canary("declared and not used", beside, spare.subject, "declared-unused", APPROVER)
    bare = serving(case, own, declared=(entry(case, own), extra.model_copy(update={"assessment": None})))
    yield Canary("not used, nor assessed", bare, spare.subject, "no-assessment")
    yield Canary("nothing is used", serving(case, declared=(extra,)), spare.subject, "not-found")
    for hidden in (unresolved_sample(Kind.SERVICE), unread_sample()):
        perhaps = serving(case, hidden, declared=(extra,))
        yield Canary("perhaps it is used", perhaps, spare.subject, "perhaps-used")
