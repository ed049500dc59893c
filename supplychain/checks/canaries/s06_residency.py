"""Canaries of requirement 6.3: the target's own service where the policy allows it, elsewhere, anywhere, and by contract."""

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
    day_of,
    entry,
    own_service,
    service,
    serving,
)
from supplychain.checks.engine import Canary
from supplychain.checks.population import unread_sample, unresolved_sample
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.reference import Place, Reference, Scope
from supplychain.model.service import DeclaredService, Endpoint, EvidenceFile, ResidencyEvidence

_AT, _BESIDE = Place(file="planted.py", line=4), Place(file="planted.env", line=2)
_ALWAYS, _NEVER = 100_000, -100_000
"""Days within which every statement of the catalog counts, and none does."""
_HERE, _OTHER, _FAR = "eu-central-1", "eu-west-1", "us-east-1"
"""Regions of one provider: two in the EU, and one that is not."""


def plant(case: Case) -> Iterator[Canary]:
    """Plant a place that proves nothing, and places that prove a region, beside declarations of each kind."""
    home = next(iter(case.policy.services.allowed_regions), "eu")
    yield from _contracts(case, home)
    yield from _declarations(case, home)
    yield from _places(case)
    yield from _facts(case)
    for hidden, rule in ((unresolved_sample(Kind.SERVICE), "unresolved"), (unread_sample(), "not-read")):
        yield Canary("what may hide one", serving(case, hidden, declared=()), hidden.subject, rule)


def _contracts(case: Case, home: str) -> Iterator[Canary]:
    """Plant the target's own service at a place that proves nothing, with records of its contract."""
    own, today = own_service(case), day_of(case)
    for name, parts, rule, says in (
        ("whole", {}, "by-contract", f"{FILE} shows {home}, by {APPROVER} on {today}"),
        ("on its last day", {"expires": today}, "by-contract", ""),
        ("over", {"expires": today - DAY}, "contract-refused", str(today - DAY)),
        ("of tomorrow", {"on": today + DAY}, "contract-refused", "after the day"),
        ("of a stranger", {"by": STRANGER}, "contract-refused", STRANGER),
        ("of the owner", {"by": OWNER}, "contract-refused", OWNER),
        ("of other bytes", {"sha256": OTHER_SHA}, "contract-refused", SHA),
        ("not at hand", {"evidence": "https://planted.example/page"}, "contract-open", "is no file of the target"),
        ("of nowhere", {"region": "planted-region"}, "contract-open", "planted-region"),
    ):
        stated = _stated(case, own, home, residency=_record(case, home, **parts))
        yield _told(case, f"a contract {name}", own, _open(own), stated, rule, says)
    stated = _stated(case, own, home, residency=_record(case, home))
    for is_missing, rule in ((True, "contract-refused"), (False, "contract-open")):
        files = (EvidenceFile(path=FILE, problem="planted reason", is_missing=is_missing),)
        yield _told(case, "no evidence", own, _open(own), stated, rule, "planted reason", evidence=files)
    elsewhere = _stated(case, own, "planted-region", residency=_record(case, home))
    yield _told(case, "a contract of another place", own, _open(own), elsewhere, "contract-open")
    yield _told(case, "in a project of nobody", own, _open(own), stated, "contract-open", "no owner", owner=None)
    yield _told(case, "nothing but a host", own, _open(own), _stated(case, own, home), "no-proof", str(_AT))
    router = _open(own).model_copy(update={"anywhere": True})
    yield _told(case, "a router", own, router, _stated(case, own, home), "no-proof", str(_AT))


def _declarations(case: Case, home: str) -> Iterator[Canary]:
    """Plant what a declaration can say of the target's own service, whose place proves nothing."""
    own, declared = own_service(case), Place(file=DECLARED)
    shown = _stated(case, own, home, residency=_record(case, home))
    for name, stated, allowed, rule, at in (
        ("a region that is allowed", shown, None, "declared-allowed", declared),
        ("no region", _stated(case, own, None), None, "no-region", declared),
        ("no region", _stated(case, own, None), None, "no-region", _AT),
        ("a region of no list", _stated(case, own, "planted-region"), None, "declared-not-known", declared),
        ("a region that is not allowed", _stated(case, own, _FAR), ("eu",), "declared-not-allowed", declared),
        ("no list", shown, (), "no-allowed-regions", declared),
        ("no list", shown, (), "no-allowed-regions", _AT),
    ):
        told = _case(case, own, _open(own), declared=(stated,), allowed=allowed)
        yield Canary(name, told, own.subject, rule, at=at)
    for name, places in (("not declared", (_open(own),)), ("neither declared nor shown", ())):
        says = f"in which region {own.component.name} processes; places of production that have it process something: "
        told = _case(case, own, *places, declared=())
        yield Canary(name, told, own.subject, "not-declared", f"{says}{len(places)}", at=own.at)
    unseen = _case(case, own, declared=(_stated(case, own, home),))
    yield Canary("declared, and shown nowhere", unseen, own.subject, "no-endpoint", at=declared)
    kept = _case(case, own, declared=(shown,))
    yield Canary("shown nowhere, by contract", kept, own.subject, "by-contract", at=declared)
    for scope in Scope:
        aside = _open(own, at=_AT.model_copy(update={"scope": scope}))
        counted = "by-contract" if scope is Scope.PROD else None
        yield Canary(f"scope {scope}", _case(case, own, aside, declared=(shown,)), own.subject, counted, at=aside.at)


def _places(case: Case) -> Iterator[Canary]:
    """Plant places that prove a region, each by another statement of the catalog."""
    bedrock, openai, azure = service("aws-bedrock"), service("openai"), service("azure-openai")
    here = _region(bedrock, _HERE)
    profile = "{}.anthropic.claude-sonnet-4-20250514-v1:0"
    for name, used, endpoint, region, allowed, rule, says in (
        ("a region in the area", bedrock, here, "eu", ("eu",), "in-region", _HERE),
        ("the very region", bedrock, here, _HERE, (_HERE,), "in-region", _HERE),
        ("in other letters", bedrock, _region(bedrock, _HERE.upper()), "eu", ("eu",), "in-region", ""),
        ("one of several", bedrock, here, _HERE, ("us", "planted-region", _HERE), "in-region", ""),
        ("a host of the area", openai, _host(openai, "eu.api.openai.com", "eu"), "eu", ("eu",), "in-region", "eu"),
        ("a host of another", openai, _host(openai, "us.api.openai.com", "us"), "eu", ("eu",), "contradicts", "us"),
        ("another region", bedrock, _region(bedrock, _OTHER), _HERE, ("eu",), "contradicts", _OTHER),
        (
            "far away",
            bedrock,
            _region(bedrock, _FAR),
            "eu",
            ("eu",),
            "contradicts",
            f"the policy does not allow {_FAR}",
        ),
        ("wider than declared", bedrock, _region(bedrock, "eu", "model", profile), _HERE, ("eu",), "contradicts", "eu"),
        ("a profile of elsewhere", bedrock, _region(bedrock, "us", "model", profile), "eu", ("eu",), "contradicts", ""),
        ("not allowed as declared", bedrock, _region(bedrock, _FAR), _FAR, ("eu",), "not-allowed", _FAR),
        ("not of the list", bedrock, _region(bedrock, _OTHER), "eu", (_HERE,), "not-allowed", _OTHER),
        ("of no area", bedrock, _region(bedrock, "planted-1"), "eu", ("eu",), "not-compared", "planted-1"),
        ("a name that misleads", bedrock, _region(bedrock, "eu-west-2"), "eu", ("eu",), "contradicts", "eu-west-2"),
        ("any region", bedrock, _wide(bedrock, profile.format("global")), "eu", ("eu",), "anywhere", "global."),
        (
            "any deployment",
            azure,
            _wide(azure, "sku.name = GlobalStandard", "infrastructure"),
            "eu",
            ("eu",),
            "anywhere",
            "",
        ),
    ):
        yield _told(case, name, used, endpoint, _stated(case, used, region), rule, says, allowed=allowed)
    undeclared = _case(case, bedrock, _region(bedrock, _FAR), declared=(), allowed=("eu",))
    yield Canary("far away, not declared", undeclared, bedrock.subject, "not-allowed", _FAR, at=_AT)
    near = _case(case, bedrock, here, declared=(), allowed=("eu",))
    yield Canary("allowed, not declared", near, bedrock.subject, "not-declared", at=_AT)


def _facts(case: Case) -> Iterator[Canary]:
    """Plant places that rest on statements which decide nothing, on defaults, and on settings."""
    bedrock, vertex = service("aws-bedrock"), service("google-vertex")
    stated = _stated(case, bedrock, _HERE)
    stale = _case(case, bedrock, _region(bedrock, _HERE), declared=(stated,), allowed=(_HERE,), days=_NEVER)
    yield Canary("read too long ago", stale, bedrock.subject, "not-read-up", "provider_max_age_days", at=_AT)
    stranger = service("planted-service")
    strange = _stated(case, stranger, "eu")
    yield _told(case, "of no catalog", stranger, _region(stranger, "eu"), strange, "not-read-up", allowed=("eu",))
    told = {"known_by": "default", "region": "us-central1", "told": "ChatVertexAI() without location"}
    default = _open(vertex).model_copy(update=told)
    of_eu = _stated(case, vertex, "eu")
    yield _told(case, "an SDK's default", vertex, default, of_eu, "by-default", str(_AT), allowed=("eu",))
    for region, rule in (("europe-west4", "by-setting"), ("us-central1", "setting-open")):
        set_to = {"known_by": "setting", "region": region, "told": f"GOOGLE_CLOUD_LOCATION={region}"}
        setting = _open(vertex, at=_BESIDE).model_copy(update=set_to)
        both = _case(case, vertex, default, setting, declared=(of_eu,), allowed=("eu",))
        yield Canary(f"set to {region}", both, vertex.subject, rule, str(_BESIDE), at=_AT)


def _told(
    case: Case,
    name: str,
    used: Reference,
    endpoint: Endpoint,
    stated: DeclaredService,
    rule: str,
    says: str = "",
    *,
    allowed: tuple[str, ...] | None = None,
    owner: str | None = OWNER,
    evidence: tuple[EvidenceFile, ...] | None = None,
) -> Canary:
    """Return the canary of one place beside one entry."""
    planted = _case(case, used, endpoint, declared=(stated,), allowed=allowed, owner=owner, evidence=evidence)
    return Canary(name, planted, used.subject, rule, says, at=endpoint.at)


def _case(
    case: Case,
    used: Reference,
    *endpoints: Endpoint,
    declared: tuple[DeclaredService, ...],
    allowed: tuple[str, ...] | None = None,
    days: int = _ALWAYS,
    owner: str | None = OWNER,
    evidence: tuple[EvidenceFile, ...] | None = None,
) -> Case:
    """Return the case with these places alone; without `allowed`, the policy's own list, or the EU where it has none."""
    bare = serving(case, used, declared=declared, owner=owner, evidence=evidence)
    regions = (case.policy.services.allowed_regions or ("eu",)) if allowed is None else allowed
    services = bare.policy.services.model_copy(update={"allowed_regions": regions})
    freshness = bare.policy.freshness.model_copy(update={"provider_max_age_days": days})
    policy = bare.policy.model_copy(update={"services": services, "freshness": freshness})
    inventory = bare.inventory.model_copy(update={"endpoints": endpoints})
    return bare.model_copy(update={"inventory": inventory, "policy": policy})


def _stated(case: Case, used: Reference, region: str | None, **parts: object) -> DeclaredService:
    return entry(case, used, region=region, **parts)


def _record(case: Case, home: str, **parts: object) -> ResidencyEvidence:
    whole = {"region": home, "evidence": FILE, "sha256": SHA, "by": APPROVER, "on": day_of(case)}
    return ResidencyEvidence.model_validate(whole | parts)


def _open(used: Reference, at: Place = _AT) -> Endpoint:
    return Endpoint(service=used.component.name, at=at, told="planted client")


def _host(used: Reference, host: str, region: str) -> Endpoint:
    told = {"address": f"https://{host}/v1", "region": region, "known_by": "host", "told": host}
    return _open(used).model_copy(update=told)


def _region(used: Reference, region: str, known_by: str = "argument", told: str = 'region_name="{}"') -> Endpoint:
    return _open(used).model_copy(update={"region": region, "known_by": known_by, "told": told.format(region)})


def _wide(used: Reference, told: str, known_by: str = "model") -> Endpoint:
    return _open(used).model_copy(update={"anywhere": True, "known_by": known_by, "told": told})
