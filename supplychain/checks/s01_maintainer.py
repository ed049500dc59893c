"""Scenario 1, model source validation: requirement 1.4, who maintains a model."""

from __future__ import annotations

from supplychain.catalog.reputation import Hub
from supplychain.checks.canaries.s01_maintainer import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.lookalikes import same
from supplychain.checks.owners import (
    NOT_ASKED,
    account,
    approval,
    evidence,
    hub_of,
    hub_sources,
    owner_named,
    owner_of,
    recorded,
    trusts,
)
from supplychain.checks.rehosts import copied
from supplychain.checks.sourced import Sourced, hub_records, path_alone, third_party_models
from supplychain.control import requirement
from supplychain.model.case import Case
from supplychain.model.hub import HubRecord
from supplychain.model.reference import Unread, Unresolved


@check("1.4", population=third_party_models, canaries=plant, sources=hub_sources)
def maintainer_verified(case: Case, subject: Sourced | Unresolved | Unread) -> Answer:
    """Decide on who serves a model: whether it is his, whether it was his before, and whether the policy trusts him.

    That an owner is trusted does not make another organization's files his own. A change of owner is accepted by a new
    baseline alone, and no approval tells whether there was one; the rest it accepts.
    """
    if isinstance(subject, (Unread, Unresolved)):
        return not_seen(subject)
    if subject.component.is_file:
        return _approved(
            case,
            subject,
            answer(
                "unknown-origin", evidence=subject.evidence, what=path_alone(case, subject.subject), id=subject.subject
            ),
        )
    hub, owner = hub_of(subject.component), owner_of(case, subject.component)
    records = hub_records(case, subject.subject)
    copy = copied(subject, records, owner) if hub else None
    if copy is not None:
        values = {"what": copy.what, "publisher": copy.publisher, "owner": owner, "id": subject.subject}
        return _approved(case, subject, answer(copy.rule, evidence=subject.evidence, **values))
    if hub is None:
        return _approved(case, subject, answer("no-owner", evidence=subject.evidence, id=subject.subject))
    for record in records:
        if (changed := _changed(case, subject, record)) is not None:
            return changed
    return _trusted(case, subject, hub, owner, records)


def _approved(case: Case, subject: Sourced, found: Answer) -> Answer:
    given = approval(case, subject)
    if given is None:
        return found
    although = requirement("1.4").rules[found.rule].message.format_map(found.values)
    proof = found.evidence[0] if found.evidence else None
    return answer("approved", evidence=proof, by=given.by, on=given.on, although=although)


def _changed(case: Case, subject: Sourced, record: HubRecord) -> Answer | None:
    """Return the answer for an owner who is another one than the name tells, or than the baseline recorded."""
    before, now = recorded(case, subject.subject), record.owner
    said = [(f"the name {subject.component.name} says", owner_named(subject.component))]
    if before is not None:
        said.append((f"the baseline of {before[0].written.date()} says", before[1].owner or ""))
    for who, owner in said:
        if now and owner and not same(now, owner):
            return answer("owner-changed", evidence=evidence(subject, record), owner=now, who=who, was=owner)
    return None


def _trusted(case: Case, subject: Sourced, hub: Hub, owner: str, records: tuple[HubRecord, ...]) -> Answer:
    """Decide on the owner by the policy, or by what the hub says of his account."""
    values = {"owner": owner, "hub": hub.word, "id": subject.subject}
    unknown = [record for record in records if not record.owner]
    if not records or unknown:
        problem = (unknown[0].problem or f"its hub says: {unknown[0].state}") if unknown else NOT_ASKED
        return answer(
            "no-facts", evidence=evidence(subject, unknown[0] if unknown else None), problem=problem, **values
        )
    proof = evidence(subject, records[0])
    if trusts(case, hub, owner):
        before = recorded(case, subject.subject)
        if before is None or before[1].owner is None:
            return answer("trusted-unrecorded", evidence=proof, owner=owner)
        return answer("trusted", evidence=proof, owner=owner, date=before[0].written.date())
    return _approved(case, subject, _stranger(case, hub, proof, values))


def _stranger(case: Case, hub: Hub, proof: str | None, values: dict[str, str]) -> Answer:
    known = account(case, hub, values["owner"])
    if known is None or known.state == "unknown" or (known.state == "listed" and known.kind is None):
        problem = (known.problem if known else "") or "nothing tells whether that is a person or an organization"
        return answer("unknown-account", evidence=proof, problem=problem, **values)
    if known.state == "no such owner":
        return answer("no-such-owner", evidence=known.source.digest or proof, **values)
    rule = "personal-account" if known.kind == "user" else "unlisted-organization"
    verified = {True: "verified", False: "did not verify", None: "says nothing of"}[known.verified]
    return answer(rule, evidence=known.source.digest or proof, verified=verified, **values)
