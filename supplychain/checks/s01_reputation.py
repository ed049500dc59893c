"""Scenario 1, model source validation: requirement 1.2, the reputation of a source.

What speaks against a source counts for a trusted owner as well: a name that somebody else took over, a revision that
anybody could propose, weights that a bot wrote, a scan that found something. Nothing of that is the owner's word. What
is merely not proven of a stranger (age, card, finished scan, Scorecard) the policy's trust makes up for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath
from urllib.parse import unquote

from supplychain import catalog
from supplychain.catalog.addresses import source_word
from supplychain.catalog.reputation import Hub, Test
from supplychain.checks.canaries.s01_reputation import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.lookalikes import claimed_brand, same
from supplychain.checks.owners import (
    NOT_ASKED,
    account,
    approval,
    evidence,
    hub_of,
    hub_sources,
    looks_like,
    owner_named,
    owner_of,
    recorded,
    repository_of,
    trusted_names,
    trusts,
)
from supplychain.checks.sourced import Sourced, hub_records, path_alone, third_party_models
from supplychain.control import requirement
from supplychain.model.case import Case
from supplychain.model.hub import HubRecord
from supplychain.model.reference import Unread, Unresolved

_LATER = frozenset({"owner-gone", "gone", "no-such-revision", "renamed", "name-reused", "scan"})
"""What may have come about since somebody approved a component, so that no approval accepts it; a waiver may."""
_SEEN = frozenset({"unsafe", "suspicious"})


@check("1.2", population=third_party_models, canaries=plant, sources=hub_sources)
def reputation_verified(case: Case, subject: Sourced | Unresolved | Unread) -> Answer:
    """Decide on what tells of a source: what speaks against it, then whom the policy trusts, then what is proven."""
    if isinstance(subject, (Unread, Unresolved)):
        return not_seen(subject)
    values = {"id": subject.subject}
    if subject.component.is_file:
        return _approved(
            case,
            subject,
            answer("unknown-origin", evidence=subject.evidence, what=path_alone(case, subject.subject), **values),
        )
    hub = hub_of(subject.component)
    if hub is None:
        source = source_word(subject.component)
        return _approved(case, subject, answer("no-reputation", evidence=subject.evidence, source=source, **values))
    owner = owner_of(case, subject.component)
    records = hub_records(case, subject.subject)
    for found in _against(case, subject, hub, owner, records):
        return _approved(case, subject, found)
    first = evidence(subject, records[0] if records else None)
    if owner and trusts(case, hub, owner):
        return answer("trusted-owner", evidence=first, owner=owner)
    unproven = [*_failed(case, subject, hub, owner, records), *_open(subject, hub, records)]
    if unproven:
        return _approved(case, subject, unproven[0])
    return answer("every-test", evidence=first, owner=owner, tests=", ".join(hub.shows))


def _approved(case: Case, subject: Sourced, found: Answer) -> Answer:
    """Return an answer, or the pass by an approval that accepts it, which is not older than the component itself."""
    given = approval(case, subject)
    created = [record.created for record in hub_records(case, subject.subject) if record.created]
    if given is None or found.rule in _LATER or any(given.on < day.date() for day in created):
        return found
    rule = requirement("1.2").rules[found.rule]
    although = rule.message.format_map(found.values)
    proof = found.evidence[0] if found.evidence else None
    return answer("approved", evidence=proof, by=given.by, on=given.on, although=although)


def _against(case: Case, subject: Sourced, hub: Hub, owner: str, records: tuple[HubRecord, ...]) -> Iterator[Answer]:
    """Yield what speaks against a source, whoever owns it."""
    yield from _imitations(case, subject, hub, owner)
    proposed = catalog.reputation().proposed
    for reference in subject.references:
        if reference.revision and re.fullmatch(proposed, unquote(reference.revision)):
            yield answer("proposed-revision", evidence=reference.digest, at=reference.at, revision=reference.revision)
    if owner and (known := account(case, hub, owner)) is not None and known.state == "no such owner":
        yield answer("owner-gone", evidence=known.source.digest, hub=hub.word, owner=owner)
    for record in records:
        yield from _moved(case, subject, hub, record)
        yield from _touched(subject, hub, record)


def _imitations(case: Case, subject: Sourced, hub: Hub, owner: str) -> Iterator[Answer]:
    values = {"owner": owner, "id": subject.subject}
    if (like := looks_like(case, hub.owners, owner)) is not None:
        yield answer("look-alike", evidence=subject.evidence, known=like.owner, how=like.how, **values)
    elif (brand := claimed_brand(owner, trusted_names(case) | _popular(hub))) is not None:
        yield answer("brand-look-alike", evidence=subject.evidence, brand=brand, **values)


def _popular(hub: Hub) -> frozenset[str]:
    return frozenset(catalog.popular_models().owners.get(hub.owners, ()))


def _moved(case: Case, subject: Sourced, hub: Hub, record: HubRecord) -> Iterator[Answer]:
    """Yield whether a name has another owner or another past than it had."""
    proof, before = evidence(subject, record), recorded(case, subject.subject)
    values = {"hub": hub.word, "id": subject.subject}
    if record.state == "no such component" and before is not None:
        yield answer("gone", evidence=proof, date=before[0].written.date(), **values)
    if record.state == "no such revision":
        yield answer("no-such-revision", evidence=proof, revision=record.revision or "its newest", **values)
    if record.name and _renamed(repository_of(subject.component), record.name):
        yield answer("renamed", evidence=proof, name=record.name, **values)
    if before is not None:
        written, owner = before[0].written, account(case, hub, record.owner or owner_named(subject.component))
        for what, created in (("it", record.created), ("its owner's account", owner.created if owner else None)):
            if created is not None and created > written:
                yield answer(
                    "name-reused", evidence=proof, what=what, created=created.date(), date=written.date(), **values
                )


def _renamed(asked: str, answered: str) -> bool:
    """Whether a hub answers with another name; one without an owner has been given one by the hub itself."""
    if "/" not in asked:
        return not same(answered.rpartition("/")[2], asked)
    return not same(asked, answered) and not asked.lower().startswith(f"{answered.lower()}/")


def _touched(subject: Sourced, hub: Hub, record: HubRecord) -> Iterator[Answer]:
    """Yield whether somebody else wrote what is served, or the hub's scanners saw something in it."""
    proof, bots = evidence(subject, record), catalog.reputation().bots
    if bot := next((name for name in record.committers if any(same(name, known) for known in bots)), None):
        commit = record.commit or record.revision or "its newest"
        yield answer("bot-commit", evidence=proof, bot=bot, commit=commit, id=subject.subject)
    scanned = [*((file.path, file.scan) for file in record.files), ("its files", record.scan)]
    for file, status in scanned:
        if status in _SEEN:
            yield answer("scan", evidence=proof, hub=hub.word, status=status, file=file, id=subject.subject)


def _failed(case: Case, subject: Sourced, hub: Hub, owner: str, records: tuple[HubRecord, ...]) -> Iterator[Answer]:
    """Yield the tests that a source whom the policy does not trust fails."""
    limits, known = case.policy.thresholds, account(case, hub, owner)
    for record in records:
        proof = evidence(subject, record)
        ages = [
            ("it", _days(case, record.created)),
            (f"the account {owner}", _days(case, known.created if known else None)),
        ]
        young = [(what, days) for what, days in ages if days is not None and days < limits.min_repo_age_days]
        if young:
            values = {
                "what": young[0][0],
                "days": young[0][1],
                "limit": limits.min_repo_age_days,
                "id": subject.subject,
            }
            if scripts := _scripts(record):
                yield answer("young-with-scripts", evidence=proof, scripts=", ".join(scripts[:3]), **values)
            yield answer("too-young", evidence=proof, **values)
        if "card" in hub.shows and record.card is False:
            yield answer("no-card", evidence=proof, hub=hub.word, id=subject.subject)
        if "scorecard" in hub.shows and record.scorecard is not None and record.scorecard < limits.scorecard:
            values = {"score": record.scorecard, "limit": limits.scorecard, "id": subject.subject}
            yield answer("low-scorecard", evidence=proof, **values)


def _open(subject: Sourced, hub: Hub, records: tuple[HubRecord, ...]) -> Iterator[Answer]:
    """Yield what is not known of a source."""
    values = {"hub": hub.word, "id": subject.subject}
    if not records:
        yield answer("no-facts", evidence=subject.evidence, problem=NOT_ASKED, **values)
    for record in records:
        proof = evidence(subject, record)
        if record.state == "unknown":
            yield answer("no-facts", evidence=proof, problem=record.problem or NOT_ASKED, **values)
        if record.state == "no such component":
            yield answer("not-listed", evidence=proof, **values)
        if record.state not in ("listed", "gated"):
            continue
        lacking: list[tuple[Test, object, str]] = [
            ("scorecard", record.scorecard, "OpenSSF Scorecard"),
            ("card", record.card, "word of a model card"),
            ("age", record.created, "date of its creation"),
        ]
        for test, value, what in lacking:
            if test in hub.shows and value is None:
                yield answer("not-told", evidence=proof, what=what, **values)
        if "scan" in hub.shows and record.scan != "safe":
            yield answer("scan-open", evidence=proof, status=record.scan, **values)


def _days(case: Case, created: datetime | None) -> int | None:
    return None if created is None else (case.now - created).days


def _scripts(record: HubRecord) -> list[str]:
    """Return the files that run on whoever opens them, where weights lie beside them."""
    known = catalog.reputation()
    endings = [(file.path, PurePosixPath(file.path.lower()).suffix) for file in record.files]
    has_weights = any(ending in known.weights for _, ending in endings)
    return [path for path, ending in endings if ending in known.scripts] if has_weights else []
