"""Canaries of requirement 1.4: a model of the target's own owner, of strangers, and copies that they serve."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain.checks.canaries.hubs import (
    STRANGER,
    account,
    declaring,
    hub_case,
    own_owner,
    record,
    reference,
    remembered,
    trusting,
)
from supplychain.checks.engine import Canary
from supplychain.checks.population import unread_sample, unresolved_sample
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.policy import Policy
from supplychain.model.reference import Reference


def plant(case: Case) -> Iterator[Canary]:
    """Plant owners who are trusted, changed, unknown, and not the publishers of what they serve."""
    owner = own_owner(case, Kind.MODEL)
    policy = trusting(case, owner)
    own, strange = reference("huggingface", f"{owner}/planted-model"), reference("huggingface", f"{STRANGER}/planted")
    yield from _trusted(case, policy, own, owner)
    yield from _strangers(case, policy, strange)
    for name in (owner, STRANGER):
        yield from _copies(case, policy, name)
    silent = reference("url", "planted.example/m.bin", address="https://planted.example/m.bin")
    file = reference("file", "planted/m.bin", revision=None)
    for of, rule in ((silent, "no-owner"), (file, "unknown-origin")):
        yield Canary("nobody's name", hub_case(case, of, policy), of.subject, rule)
        approved = declaring(hub_case(case, of, policy), of, revision=of.revision, sha256="0" * 64)
        yield Canary("nobody's name, approved", approved, of.subject, "approved")
    for hidden, rule in ((unresolved_sample(Kind.MODEL), "unresolved"), (unread_sample(), "not-read")):
        made = hub_case(case, own, policy)
        inventory = made.inventory.model_copy(update={rule.replace("not-read", "unread"): (hidden,)})
        yield Canary(rule, made.model_copy(update={"inventory": inventory}), hidden.subject, rule)


def _trusted(case: Case, policy: Policy, own: Reference, owner: str) -> Iterator[Canary]:
    now = record(case, own)
    for name, rule, baseline in (
        ("trusted, and as recorded", "trusted", remembered(case, own, owner)),
        ("trusted, nothing recorded", "trusted-unrecorded", None),
        ("trusted, no owner recorded", "trusted-unrecorded", remembered(case, own, None)),
        ("another owner recorded", "owner-changed", remembered(case, own, "planted-before")),
    ):
        yield Canary(name, hub_case(case, own, policy, now, baseline=baseline), own.subject, rule)
    moved = record(case, own, owner="planted-after")
    yield Canary("another owner today", hub_case(case, own, policy, moved), own.subject, "owner-changed")
    approved = declaring(hub_case(case, own, policy, now, moved), own)
    yield Canary("another owner, approved", approved, own.subject, "owner-changed")
    yield Canary("trusted, no facts", hub_case(case, own, policy), own.subject, "no-facts")
    silent = record(case, own, state="unknown", owner="")
    yield Canary("trusted, no answer", declaring(hub_case(case, own, policy, silent), own), own.subject, "no-facts")
    bare = reference("huggingface", "planted-bert")
    owned = record(case, bare, owner=owner, name=f"{owner}/planted-bert")
    yield Canary(
        "an owner of whom the hub tells", hub_case(case, bare, policy, owned), bare.subject, "trusted-unrecorded"
    )


def _strangers(case: Case, policy: Policy, of: Reference) -> Iterator[Canary]:
    for name, rule, accounts in (
        ("a person", "personal-account", (account(case, of, kind="user"),)),
        ("an organization", "unlisted-organization", (account(case, of, verified=False),)),
        ("a verified organization", "unlisted-organization", (account(case, of, verified=True),)),
        ("nobody", "no-such-owner", (account(case, of, state="no such owner"),)),
        ("nothing known", "unknown-account", ()),
        ("no answer", "unknown-account", (account(case, of, state="unknown"),)),
        ("neither", "unknown-account", (account(case, of, kind=None),)),
    ):
        made = hub_case(case, of, policy, record(case, of), owners=accounts)
        yield Canary(name, made, of.subject, rule)
        yield Canary(f"{name}, approved", declaring(made, of), of.subject, "approved", "planted-approver")
        yield Canary(f"{name}, by a stranger", declaring(made, of, by="planted-nobody"), of.subject, rule)


def _copies(case: Case, policy: Policy, owner: str) -> Iterator[Canary]:
    at = "https://huggingface.co"
    misc, models = f"{owner}/misc", f"{owner}/fav_models"
    file = reference("huggingface", misc, address=f"{at}/{misc}/resolve/main/sam_vit_b_01ec64.pth?download=true")
    yield Canary("weights of another", hub_case(case, file, policy), file.subject, "re-hosted", "sam_vit_b")
    approved = declaring(hub_case(case, file, policy), file)
    yield Canary("weights of another, approved", approved, file.subject, "approved", "sam_vit_b")
    made = reference("huggingface", models)
    told = record(case, made, bases=("planted-publisher/model",))
    yield Canary(
        "made of another's", hub_case(case, made, policy, told), made.subject, "re-hosted", "planted-publisher"
    )
    yield Canary("a collection", hub_case(case, made, policy, record(case, made)), made.subject, "collection")
    if owner.lower() != "baai":
        named = reference("huggingface", f"{owner}/BGE-small-en-v1.5")
        yield Canary("a name of another", hub_case(case, named, policy), named.subject, "re-hosted", "BAAI")
    ours = reference("huggingface", "BAAI/bge-small-en-v1.5")
    fine = hub_case(case, ours, trusting(case, "BAAI"), record(case, ours))
    yield Canary("a name of its own", fine, ours.subject, "trusted-unrecorded")
    derived = reference("huggingface", f"{owner}/planted-model-GGUF")
    quantized = record(case, derived, bases=("planted-publisher/model",))
    given = hub_case(case, derived, trusting(case, owner), quantized)
    yield Canary("made of another's, by its own name", given, derived.subject, "trusted-unrecorded")
