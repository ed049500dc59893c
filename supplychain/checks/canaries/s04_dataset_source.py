"""Canaries of requirement 4.1: a dataset of the target's own owner, on wrong ways, under wrong names, and as it should be."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain.checks.canaries.hubs import (
    COMMIT,
    STRANGER,
    declaring,
    hub_case,
    like,
    made_here,
    own_owner,
    record,
    reference,
    trusting,
)
from supplychain.checks.engine import Canary
from supplychain.checks.population import unread_sample, unresolved_sample
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.policy import Policy
from supplychain.model.reference import Override, Place, Reference, Scope

_RAW = "https://raw.githubusercontent.com"


def plant(case: Case) -> Iterator[Canary]:
    """Plant ways, owners and hosts."""
    owner = own_owner(case, Kind.DATASET)
    policy = trusting(case, owner, "planted.example/*", "nltk/*", "s3/planted-bucket", "github/planted-org")
    own = _dataset("huggingface", f"{owner}/planted-data")
    yield from _owners(case, policy, owner, own)
    yield from _ways(case, policy, own, owner)
    yield from _addresses(case, policy)
    yield from _endpoints(case, policy, own)
    yield from _of_the_team(case, policy)
    for hidden, rule in ((unresolved_sample(Kind.DATASET), "unresolved"), (unread_sample(), "not-read")):
        made = hub_case(case, own, policy)
        inventory = made.inventory.model_copy(update={rule.replace("not-read", "unread"): (hidden,)})
        yield Canary(rule, made.model_copy(update={"inventory": inventory}), hidden.subject, rule)
    nothing = hub_case(case, reference("huggingface", "planted/model"), policy)
    named = made_here(nothing, own, "planted")
    yield Canary("declared, not found", named, own.subject, "declared-not-found")


def _dataset(source: str, name: str, **fields: object) -> Reference:
    return reference(source, name, Kind.DATASET, **fields)


def _owners(case: Case, policy: Policy, owner: str, own: Reference) -> Iterator[Canary]:
    yield Canary("a trusted owner", hub_case(case, own, policy), own.subject, "trusted-owner", owner)
    for name, rule in (
        (STRANGER, "untrusted-owner"),
        ("anon8231489123", "anonymous-owner"),
        (like(owner), "look-alike"),
        ("0penai", "look-alike"),
    ):
        of = _dataset("huggingface", f"{name}/planted-data")
        made = hub_case(case, of, policy)
        yield Canary(f"of {name}", made, of.subject, rule, name)
        yield Canary(f"of {name}, approved", declaring(made, of), of.subject, "approved", name)
        yield Canary(f"of {name}, by a stranger", declaring(made, of, by="planted-nobody"), of.subject, rule)
    bare = _dataset("huggingface", "planted-data")
    yield Canary("no owner's name", hub_case(case, bare, policy), bare.subject, "owner-not-named")
    told = record(case, bare, owner=owner)
    yield Canary("an owner of whom the hub tells", hub_case(case, bare, policy, told), bare.subject, "trusted-owner")
    for source, rule in (("nltk", "trusted-owner"), ("sklearn", "library")):
        of = _dataset(source, "planted")
        yield Canary(f"{source} hands it out", hub_case(case, of, policy), of.subject, rule)


def _ways(case: Case, policy: Policy, own: Reference, owner: str) -> Iterator[Canary]:
    base = f"https://huggingface.co/datasets/{owner}/planted-data/resolve"
    for name, address, rule in (
        ("not encrypted", f"http://huggingface.co/datasets/{owner}/planted-data", "insecure-address"),
        ("another scheme", "ftp://huggingface.co/planted", "insecure-address"),
        ("a user name in front", "https://huggingface.co@evil.example/x", "malformed-address"),
        ("no host", "https:///x", "malformed-address"),
        ("a branch", f"{base}/main/data.csv", "moving-address"),
        ("a whole commit", f"{base}/{COMMIT}/data.csv", "trusted-owner"),
    ):
        of = own.model_copy(update={"address": address})
        yield Canary(name, hub_case(case, of, policy), own.subject, rule)
        second = hub_case(case, own, policy)
        inventory = second.inventory.model_copy(update={"references": (own, of)})
        yield Canary(f"{name}, second", second.model_copy(update={"inventory": inventory}), own.subject, rule)
    nobody = _dataset("huggingface", "anon8231489123/planted", address=f"{base}/main/data.csv")
    yield Canary("a branch of nobody", hub_case(case, nobody, policy), nobody.subject, "anonymous-owner")
    hashed = own.model_copy(update={"address": f"{base}/main/data.csv", "checksum": f"sha256:{'0' * 64}"})
    yield Canary("a branch with a hash", hub_case(case, hashed, policy), own.subject, "trusted-owner")
    proposed = own.model_copy(update={"revision": "refs/pr/7"})
    yield Canary("a revision that anybody proposed", hub_case(case, proposed, policy), own.subject, "proposed-revision")


def _addresses(case: Case, policy: Policy) -> Iterator[Canary]:
    for name, address, rule in (
        ("a trusted host", "https://planted.example/data.csv", "trusted-owner"),
        ("its look-alike", "https://planted.example.evil.example/data.csv", "untrusted-host"),
        ("a trusted bucket", "s3://planted-bucket/data.csv", "trusted-owner"),
        ("another bucket", "s3://planted-other/data.csv", "no-owner"),
        ("a bucket of no name", "https://storage.googleapis.com/planted-bucket/data.csv", "no-owner"),
        ("a network of copies", "https://planted.cloudfront.net/data.csv", "no-owner"),
        ("a share", "https://drive.google.com/uc", "no-owner"),
        ("a trusted account", f"{_RAW}/planted-org/data/{COMMIT}/data.csv", "trusted-owner"),
        ("another account", f"{_RAW}/{STRANGER}/data/{COMMIT}/data.csv", "untrusted-owner"),
        ("a branch of a trusted account", f"{_RAW}/planted-org/data/main/data.csv", "moving-address"),
        ("an archive of a branch", "https://github.com/planted-org/d/archive/refs/heads/main.zip", "moving-address"),
    ):
        of = _dataset("url", address.partition("://")[2], address=address, revision=None)
        yield Canary(name, hub_case(case, of, policy), of.subject, rule)
        if rule in ("untrusted-host", "no-owner"):
            approved = declaring(hub_case(case, of, policy), of, revision=None, sha256="0" * 64)
            yield Canary(f"{name}, approved", approved, of.subject, "approved")


def _endpoints(case: Case, policy: Policy, own: Reference) -> Iterator[Canary]:
    for name, address, scope, rule in (
        ("an endpoint elsewhere", "https://mirror.example", Scope.PROD, "overridden-endpoint"),
        ("an endpoint at run time", None, Scope.PROD, "endpoint-at-run-time"),
        ("an endpoint not encrypted", "http://huggingface.co", Scope.PROD, "insecure-address"),
        ("an endpoint as it is", "https://huggingface.co", Scope.PROD, "trusted-owner"),
        ("an endpoint of tests", "https://mirror.example", Scope.TEST, "trusted-owner"),
    ):
        at = Place(file="planted.env", line=1, scope=scope)
        override = Override(registry="huggingface", variable="PLANTED", address=address, at=at)
        made = hub_case(case, own, policy)
        inventory = made.inventory.model_copy(update={"overrides": (override,)})
        yield Canary(name, made.model_copy(update={"inventory": inventory}), own.subject, rule)


def _of_the_team(case: Case, policy: Policy) -> Iterator[Canary]:
    file = _dataset("file", "planted/data.csv", revision=None)
    made = hub_case(case, file, policy)
    yield Canary("a file of the target", made, file.subject, "unknown-origin")
    yield Canary("made by the team", made_here(made, file, "planted team"), file.subject, "first-party", "planted team")
    yield Canary("made by nobody", made_here(made, file, " "), file.subject, "unknown-origin")
    bought = made_here(made, file, "planted team", first_party=False)
    yield Canary("not made by the team", bought, file.subject, "unknown-origin")
