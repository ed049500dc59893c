"""Canaries of requirement 2.2: signatures of the target's own model that count, and every way in which one does not."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain.checks.engine import Canary
from supplychain.checks.population import planted, sample_reference, unread_sample, unresolved_sample
from supplychain.model.artifact import FoundSignature, SignatureLookup
from supplychain.model.case import Case, Sentence
from supplychain.model.component import Kind
from supplychain.model.finding import Source
from supplychain.model.hub import NO_HUB, HubRecord
from supplychain.model.policy import Signer
from supplychain.model.reference import Reference

_SIGNER = Signer(identity="release@planted.example", issuer="https://planted.example")
_FILE = "planted/model.sig"
_KEY = "planted.pub"
_DIGEST = "sha256:" + "5" * 64


def plant(case: Case) -> Iterator[Canary]:
    """Plant signatures on the target's own first model, with the live policy and one signer more."""
    sample = sample_reference(case, Kind.MODEL, "huggingface", "planted/model")
    base = _trusting(case, _SIGNER, _KEY)
    yield from _one_by_one(base, sample)
    yield from _by_policy(case, sample)
    yield from _lookups(base, sample)
    first = _signature(sample, "first.sig")
    both = _signature(sample, _FILE).model_copy(update={"state": "invalid", "says": "planted"})
    yield Canary(
        "a bad one beside a good one", _found(base, sample, first, both), sample.subject, "bad-signature", _FILE
    )
    unsigned = unresolved_sample(Kind.MODEL)
    yield Canary("name at run time", planted(base, unsigned), unsigned.subject, "unresolved")
    hosted = unresolved_sample(Kind.DATASET)
    yield Canary("a dataset's name at run time", planted(base, hosted), hosted.subject, None)
    unread = unread_sample()
    yield Canary("files not read", planted(base, unread), unread.subject, "not-read")


def _one_by_one(base: Case, sample: Reference) -> Iterator[Canary]:
    """Plant one signature in each state that it may have, by somebody whom the policy expects."""
    for state, rule in (
        ("valid", "verified"),
        ("invalid", "bad-signature"),
        ("unexpected identity", "unexpected-identity"),
        ("expired", "expired"),
        ("incomplete", "incomplete"),
        ("no trust", "no-trust"),
        ("unreadable", "unread-signature"),
        ("not compared", "not-compared"),
    ):
        found = _signature(sample, _FILE).model_copy(update={"state": state, "says": "planted reason"})
        says = "planted reason" if state != "valid" else _SIGNER.identity
        yield Canary(f"signature: {state}", _found(base, sample, found), sample.subject, rule, says)


def _by_policy(case: Case, sample: Reference) -> Iterator[Canary]:
    """Plant one signature that verifies, by whom the policy does and does not name."""
    found = _signature(sample, _FILE)
    for name, signer, rule in (
        ("the same person by another issuer", _SIGNER.model_copy(update={"issuer": "https://x.example"}), None),
        ("another person by the same issuer", _SIGNER.model_copy(update={"identity": "x@planted.example"}), None),
        ("the person in other letters", _SIGNER.model_copy(update={"identity": "RELEASE@planted.example"}), None),
        ("the person and the issuer", _SIGNER, "verified"),
    ):
        expected = _found(_trusting(case, signer, _KEY), sample, found)
        yield Canary(name, expected, sample.subject, rule or "unexpected-identity")
    nobody = case.policy.model_copy(update={"trust": case.policy.trust.model_copy(update={"signers": (), "keys": ()})})
    trusting_nobody = _found(case.model_copy(update={"policy": nobody}), sample, found)
    yield Canary("the policy names nobody", trusting_nobody, sample.subject, "no-trust", _SIGNER.identity)
    by_key = found.model_copy(update={"by": "key", "identity": "key 1", "issuer": "", "key": _KEY})
    yield Canary("by a key", _found(_trusting(case, _SIGNER, _KEY), sample, by_key), sample.subject, "verified", _KEY)
    other = _found(_trusting(case, _SIGNER, "other.pub"), sample, by_key)
    yield Canary("by a key that the policy lost", other, sample.subject, "no-trust")
    unproven = found.model_copy(update={"by": None})
    yield Canary("by nobody", _found(_trusting(case, _SIGNER, _KEY), sample, unproven), sample.subject, "no-trust")


def _lookups(base: Case, sample: Reference) -> Iterator[Canary]:
    """Plant lookups that ran and found none, and those that did not run."""
    nothing = SignatureLookup(component=sample.subject, looked=("planted",))
    excused = _worded(base, "if available")
    yield Canary("none is available", _looked(excused, sample, nothing), sample.subject, "none-found", "planted")
    yield Canary("none, and none is excused", _looked(_worded(base), sample, nothing), sample.subject, "unsigned")
    unseen = nothing.model_copy(update={"looked": (), "lacked": ("planted hub",)})
    yield Canary("nobody could look", _looked(excused, sample, unseen), sample.subject, "no-lookup", "planted hub")
    source = Source(name=NO_HUB, level="absent")
    untold = HubRecord(component=sample.subject, revision=None, state="unknown", problem="planted", source=source)
    of_no_hub = planted(excused, sample, signatures=(unseen,), hub=(untold,))
    yield Canary("nobody lists what lies beside it", of_no_hub, sample.subject, "no-list", "planted hub")
    half = nothing.model_copy(update={"lacked": ("planted hub",)})
    yield Canary("nobody could look everywhere", _looked(excused, sample, half), sample.subject, "no-lookup")
    nowhere = nothing.model_copy(update={"looked": ()})
    yield Canary("a lookup of no place", _looked(excused, sample, nowhere), sample.subject, "no-lookup")
    yield Canary("no lookup", planted(excused, sample, signatures=()), sample.subject, "no-lookup")
    other = nothing.model_copy(update={"component": "model:planted/other"})
    yield Canary("a lookup of another model", _looked(excused, sample, other), sample.subject, "no-lookup")
    lost = nothing.model_copy(update={"expected": (_FILE,)})
    yield Canary("a signature is gone", _looked(excused, sample, lost), sample.subject, "lost", _FILE)
    kept = lost.model_copy(update={"found": (_signature(sample, _FILE),)})
    yield Canary("a signature is kept", _looked(excused, sample, kept), sample.subject, "verified")
    partly = kept.model_copy(update={"unsigned": ("extra.bin",)})
    yield Canary(
        "a file that nobody signed", _looked(excused, sample, partly), sample.subject, "incomplete", "extra.bin"
    )


def _signature(sample: Reference, file: str) -> FoundSignature:
    """Return a signature that verifies, by the planted signer."""
    return FoundSignature(
        kind="model-signing",
        file=file,
        at=sample.at,
        state="valid",
        identity=_SIGNER.identity,
        issuer=_SIGNER.issuer,
        by="sigstore",
        digest=_DIGEST,
    )


def _found(case: Case, sample: Reference, *found: FoundSignature) -> Case:
    lookup = SignatureLookup(component=sample.subject, at=sample.at, looked=("planted",), found=found)
    return _looked(case, sample, lookup)


def _looked(case: Case, sample: Reference, lookup: SignatureLookup) -> Case:
    return planted(case, sample, signatures=(lookup,), hub=())


def _trusting(case: Case, signer: Signer, key: str) -> Case:
    """Return the case with a policy that trusts one signer and one key more."""
    trust = case.policy.trust
    named = trust.model_copy(update={"signers": (*trust.signers, signer), "keys": (*trust.keys, key)})
    return case.model_copy(update={"policy": case.policy.model_copy(update={"trust": named})})


def _worded(case: Case, *words: str) -> Case:
    """Return the case with other words in the sentence."""
    others = tuple(sentence for sentence in case.features.sentences if sentence.requirement != "2.2")
    sentence = Sentence(requirement="2.2", words={"qualifier": words})
    return case.model_copy(update={"features": case.features.model_copy(update={"sentences": (*others, sentence)})})
