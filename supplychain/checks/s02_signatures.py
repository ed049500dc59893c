"""Requirement 2.2, digital signatures: those that were found, held against whom the policy trusts."""

from __future__ import annotations

import json

from supplychain.checks.canaries.s02_signatures import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.owners import hub_sources
from supplychain.checks.sourced import Sourced, fetched_models, hub_records
from supplychain.model.artifact import FoundSignature, SignatureLookup
from supplychain.model.case import Case
from supplychain.model.hub import NO_HUB
from supplychain.model.policy import Signer
from supplychain.model.reference import Unread, Unresolved
from supplychain.model.text import printable

_STATES = {
    "invalid": "bad-signature",
    "unexpected identity": "unexpected-identity",
    "expired": "expired",
    "no trust": "no-trust",
    "unreadable": "unread-signature",
}
"""Answers that hold whoever signed."""
_TRUSTED = {"valid": "verified", "incomplete": "incomplete", "not compared": "not-compared"}
"""Answers on what somebody signed whom the policy expects."""
_WITHOUT_LISTS = frozenset({"github", "pytorch-hub"})
"""Sources whose files nobody lists, whatever is asked: deps.dev tells of the project alone."""
_WORST = (
    "bad-signature",
    "unexpected-identity",
    "expired",
    "incomplete",
    "no-trust",
    "unread-signature",
    "not-compared",
    "verified",
)


@check("2.2", population=fetched_models, canaries=plant, sources=hub_sources)
def signature_verified(case: Case, subject: Sourced | Unresolved | Unread) -> Answer:
    """Decide on the signatures of a model: each that was found has to count, and none may have been overlooked."""
    if not isinstance(subject, Sourced):
        return not_seen(subject)
    lookup = next((item for item in case.signatures if item.component == printable(subject.subject)), None)
    if lookup is None:
        return answer("no-lookup", evidence=subject.evidence, lacked="any place", id=subject.subject)
    return _worst(case, subject, lookup) or _missing(case, subject, lookup) or _none(case, subject, lookup)


def _worst(case: Case, subject: Sourced, lookup: SignatureLookup) -> Answer | None:
    """Return the answer on the signature that counts least; None where that is one that verifies, or none was found."""
    judged = sorted(((_rule(case, item), item) for item in lookup.found), key=lambda pair: _WORST.index(pair[0]))
    if not judged or judged[0][0] == "verified":
        return None
    rule, item = judged[0]
    is_own = rule == {**_STATES, **_TRUSTED}[item.state]
    says = item.says if is_own and item.says else f"it is by {_signer(item)}"
    values = {"file": item.file, "says": says, "line": _line(item), "id": subject.subject}
    return answer(rule, evidence=item.digest or subject.evidence, **values)


def _missing(case: Case, subject: Sourced, lookup: SignatureLookup) -> Answer | None:
    """Return the answer where something should be signed and is not, or where nobody looked."""
    lacked = "; ".join(lookup.lacked)
    if lookup.unsigned:
        says = f"nobody signed {lookup.unsigned[0]}"
        return answer("incomplete", evidence=subject.evidence, file=lookup.found[0].file, says=says)
    if lookup.lacked or not lookup.looked:
        is_told = any(record.source.name != NO_HUB for record in hub_records(case, subject.subject))
        has_list = not subject.component.is_file and subject.component.source not in _WITHOUT_LISTS
        is_listed = has_list and (is_told or not hub_records(case, subject.subject))
        rule = "no-lookup" if is_listed else "no-list"
        return answer(rule, evidence=subject.evidence, lacked=lacked or "any place", id=subject.subject)
    there = {item.file for item in lookup.found}
    if gone := [text for text in lookup.expected if text not in there]:
        return answer("lost", evidence=subject.evidence, file=gone[0], looked="; ".join(lookup.looked))
    return None


def _none(case: Case, subject: Sourced, lookup: SignatureLookup) -> Answer:
    """Return the answer where every signature verifies, or where there is none."""
    looked = "; ".join(lookup.looked)
    if lookup.found:
        item = lookup.found[0]
        values = {"file": item.file, "identity": _signer(item), "looked": looked}
        return answer("verified", evidence=item.digest, **values)
    excused = "if available" in case.words("2.2", "qualifier")
    return answer("none-found" if excused else "unsigned", evidence=subject.evidence, looked=looked)


def _rule(case: Case, item: FoundSignature) -> str:
    if item.state in _STATES:
        return _STATES[item.state]
    trust = case.policy.trust
    if item.key and item.key not in trust.keys:
        return "no-trust"
    if item.by == "key":
        return _TRUSTED[item.state]
    if item.by is None:
        return "not-compared" if item.state == "not compared" else "no-trust"
    if not trust.signers:
        return "no-trust"
    expected = Signer(identity=item.identity, issuer=item.issuer) in trust.signers
    return _TRUSTED[item.state] if expected else "unexpected-identity"


def _signer(item: FoundSignature) -> str:
    issued = f", as {item.issuer} says" if item.issuer else ""
    return f"{item.identity}{issued}" if item.by != "key" else f"{item.identity} ({item.key})"


def _line(item: FoundSignature) -> str:
    """Return the line of the policy that would trust whoever signed."""
    is_verified = item.by in {"certificate", "sigstore"} and item.state != "no trust"
    if is_verified:
        return f"signers = [{{ identity = {json.dumps(item.identity)}, issuer = {json.dumps(item.issuer)} }}]"
    return 'keys = ["publisher.pub"], a file beside the policy with the public key or root certificate of the publisher'
