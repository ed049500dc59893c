"""Canaries of requirement 1.2: a model of the target's own owner, under names and with facts that speak against it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from supplychain.checks.canaries.hubs import (
    COMMIT,
    DAYS,
    STRANGER,
    account,
    declaring,
    hub_case,
    like,
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
from supplychain.model.hub import HubFile, HubRecord
from supplychain.model.policy import Policy
from supplychain.model.reference import Reference

WEIGHTS, SCRIPT = HubFile(path="model.safetensors"), HubFile(path="start.bat")


def plant(case: Case) -> Iterator[Canary]:
    """Plant each thing that speaks against a source, and sources that nothing speaks against."""
    owner = own_owner(case, Kind.MODEL)
    policy = trusting(case, owner)
    own, strange = reference("huggingface", f"{owner}/planted-model"), reference("huggingface", f"{STRANGER}/planted")
    yield from _good(case, policy, own, strange)
    yield from _imitations(case, trusting(case), owner)
    for of in (own, strange):
        yield from _against(case, policy, of)
    yield from _unproven(case, policy, strange)
    yield from _approvals(case, policy, strange)
    for hidden, rule in ((unresolved_sample(Kind.MODEL), "unresolved"), (unread_sample(), "not-read")):
        made = hub_case(case, own, policy)
        inventory = made.inventory.model_copy(update={rule.replace("not-read", "unread"): (hidden,)})
        yield Canary(rule, made.model_copy(update={"inventory": inventory}), hidden.subject, rule)


def _good(case: Case, policy: Policy, own: Reference, strange: Reference) -> Iterator[Canary]:
    yield Canary("trusted, without facts", hub_case(case, own, policy), own.subject, "trusted-owner")
    young = record(case, own, created=case.now, card=False, scan="pending")
    yield Canary("trusted, not proven", hub_case(case, own, policy, young), own.subject, "trusted-owner")
    fine = hub_case(case, strange, policy, record(case, strange), owners=(account(case, strange),))
    yield Canary("a stranger whom every test holds for", fine, strange.subject, "every-test", STRANGER)
    bare = reference("huggingface", "planted-bert")
    owned = record(case, bare, name=f"{STRANGER}/planted-bert", owner=STRANGER, committers=())
    yield Canary("a name that the hub gave an owner", hub_case(case, bare, policy, owned), bare.subject, "every-test")
    hub = reference("pytorch-hub", f"{STRANGER}/planted")
    scored = record(case, hub, created=None, scan="none", card=None)
    yield Canary("a repository with its Scorecard", hub_case(case, hub, policy, scored), hub.subject, "every-test")


def _imitations(case: Case, policy: Policy, owner: str) -> Iterator[Canary]:
    of = reference("huggingface", f"{like(owner)}/planted")
    yield Canary(
        f"{of.subject} for another", hub_case(case, of, trusting(case, owner)), of.subject, "look-alike", owner
    )
    for name, rule, says in (
        ("0penai", "look-alike", "openai"),
        ("оpenai", "look-alike", "openai"),
        ("openai-planted", "brand-look-alike", "openai"),
        ("Open-OSS", "brand-look-alike", "openai"),
    ):
        of = reference("huggingface", f"{name}/planted")
        for records in ((), (record(case, of),)):
            yield Canary(f"{name} for another", hub_case(case, of, policy, *records), of.subject, rule, says)
    if policy.thresholds.lookalike_distance:
        of = reference("huggingface", "faceboook/opt-350m")
        yield Canary("a letter more", hub_case(case, of, policy, record(case, of)), of.subject, "look-alike")


def _against(case: Case, policy: Policy, of: Reference) -> Iterator[Canary]:
    """Plant what speaks against a source whoever owns it."""
    before: dict[str, object] = {"baseline": remembered(case, of, None)}
    owner = of.component.name.partition("/")[0]
    later = case.now - timedelta(days=DAYS // 4)
    proposed = of.model_copy(update={"revision": "refs/pr/7"})
    coded = of.model_copy(update={"revision": "refs%2Fpr%2F7"})
    for one in (proposed, coded):
        yield Canary("a revision that anybody proposed", hub_case(case, one, policy), of.subject, "proposed-revision")
    gone = record(case, of, state="no such component", name="", owner="", created=None)
    nobody: dict[str, object] = {"owners": (account(case, of, state="no such owner"),)}
    changes: tuple[tuple[str, str, HubRecord, dict[str, object]], ...] = (
        ("owner-gone", "the account is gone", gone, nobody),
        ("gone", "it is gone", gone, before),
        ("no-such-revision", "its commit is gone", record(case, of, state="no such revision"), {}),
        ("renamed", "it was renamed", record(case, of, name=f"{owner}/another"), {}),
        ("renamed", "it was moved", record(case, of, name=f"{STRANGER}-2/planted"), {}),
        ("name-reused", "it is younger than its baseline", record(case, of, created=later), before),
        ("name-reused", "so is its owner", record(case, of), {**before, "owners": (account(case, of, created=later),)}),
        ("bot-commit", "weights of a bot", record(case, of, committers=(owner, "SFconvertbot")), {}),
        ("scan", "unsafe", record(case, of, scan="unsafe"), {}),
        ("scan", "suspicious", record(case, of, scan="suspicious"), {}),
        ("scan", "one file is unsafe", record(case, of, files=(HubFile(path="a.bin", scan="unsafe"),)), {}),
    )
    for rule, name, found, more in changes:
        yield Canary(name, hub_case(case, of, policy, found, **more), of.subject, rule)
        both = hub_case(case, of, policy, record(case, of), found, **more)
        yield Canary(f"{name}, at another revision", both, of.subject, rule)


def _unproven(case: Case, policy: Policy, of: Reference) -> Iterator[Canary]:
    """Plant what is not proven of a stranger."""
    limit = timedelta(days=policy.thresholds.min_repo_age_days)
    young = case.now - limit + timedelta(hours=1)
    limited = policy.thresholds.model_copy(update={"scorecard": policy.thresholds.scorecard or 5.0})
    strict = policy.model_copy(update={"thresholds": limited})
    hub = reference("pytorch-hub", f"{STRANGER}/planted")
    low = record(case, hub, scorecard=limited.scorecard - 0.1)
    yield Canary("a low Scorecard", hub_case(case, hub, strict, low), hub.subject, "low-scorecard")
    unscored = hub_case(case, hub, policy, record(case, hub, scorecard=None))
    yield Canary("no Scorecard", unscored, hub.subject, "not-told", "Scorecard")
    beside = record(case, of, created=young, files=(WEIGHTS, SCRIPT))
    yield Canary(
        "scripts beside weights", hub_case(case, of, policy, beside), of.subject, "young-with-scripts", "start"
    )
    organization = {"owners": (account(case, of, created=young),)}
    settled = record(case, of, files=(WEIGHTS, SCRIPT))
    of_new = hub_case(case, of, policy, settled, **organization)
    yield Canary("scripts of a young owner", of_new, of.subject, "young-with-scripts", STRANGER)
    for name, rule, found in (
        ("young", "too-young", record(case, of, created=young)),
        ("no card", "no-card", record(case, of, card=False)),
        ("not listed", "not-listed", record(case, of, state="no such component", name="", owner="")),
        ("no age", "not-told", record(case, of, created=None)),
        ("no word of a card", "not-told", record(case, of, card=None)),
        ("scan under way", "scan-open", record(case, of, scan="pending")),
        ("no scan", "scan-open", record(case, of, scan="none")),
        ("no answer", "no-facts", record(case, of, state="unknown", problem="planted")),
    ):
        yield Canary(name, hub_case(case, of, policy, found), of.subject, rule)
    old = record(case, of, created=case.now - limit)
    yield Canary("as old as it has to be", hub_case(case, of, policy, old), of.subject, "every-test")
    yield Canary("no facts", hub_case(case, of, policy), of.subject, "no-facts")
    silent = reference("url", "planted.example/m.bin", address="https://planted.example/m.bin")
    yield Canary("a source that says nothing", hub_case(case, silent, policy), silent.subject, "no-reputation")
    file = reference("file", "planted/m.bin", revision=None)
    yield Canary("a file of the target", hub_case(case, file, policy), file.subject, "unknown-origin")


def _approvals(case: Case, policy: Policy, of: Reference) -> Iterator[Canary]:
    bad = hub_case(case, of, policy, record(case, of, card=False))
    yield Canary("approved", declaring(bad, of), of.subject, "approved", "although: Hugging Face has no model card")
    yield Canary("approved by a stranger", declaring(bad, of, by="planted-nobody"), of.subject, "no-card")
    yield Canary("approved at another commit", declaring(bad, of, revision="0" * 40), of.subject, "no-card")
    young = hub_case(case, of, policy, record(case, of, created=case.now, card=False))
    early = case.now.date() - timedelta(days=1)
    rule = "too-young" if policy.thresholds.min_repo_age_days else "no-card"
    yield Canary("approved before it was there", declaring(young, of, on=early), of.subject, rule)
    gone = hub_case(case, of, policy, record(case, of, state="no such revision", revision=COMMIT))
    yield Canary("approved and gone", declaring(gone, of), of.subject, "no-such-revision")
