"""Scenario 1, model source validation: requirement 1.3, how many use a model. No other requirement asks for it."""

from __future__ import annotations

from datetime import datetime

from supplychain.checks.canaries.s01_popularity import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.owners import (
    NOT_ASKED,
    approval,
    evidence,
    fact_day,
    hub_of,
    hub_sources,
    owner_of,
    trusts,
)
from supplychain.checks.sourced import Sourced, hub_records, path_alone, third_party_models
from supplychain.model.case import Case
from supplychain.model.hub import HubRecord
from supplychain.model.reference import Unread, Unresolved

_NUMBERS = ("downloads", "likes")


@check("1.3", population=third_party_models, canaries=plant, sources=hub_sources)
def popularity_checked(case: Case, subject: Sourced | Unresolved | Unread) -> Answer:
    """Decide on the numbers that a hub told, against the policy's thresholds; a missing one is never zero."""
    if isinstance(subject, (Unread, Unresolved)):
        return not_seen(subject)
    if subject.component.is_file or hub_of(subject.component) is None:
        return _unnumbered(case, subject)
    records = hub_records(case, subject.subject)
    missing = [found for record in records if (found := _missing(case, subject, record)) is not None]
    if missing or not records:
        values = {"problem": NOT_ASKED, "id": subject.subject}
        return missing[0] if missing else answer("no-facts", evidence=subject.evidence, **values)
    record = min(records, key=lambda item: _short(case, item))
    if not record.offers:
        return _unnumbered(case, subject, record)
    return _compared(case, subject, record)


def _unnumbered(case: Case, subject: Sourced, record: HubRecord | None = None) -> Answer:
    """Return the answer on a source that publishes no numbers at all."""
    proof, given = evidence(subject, record), approval(case, subject)
    if given is not None:
        return answer("approved-without-numbers", evidence=proof, by=given.by, on=given.on)
    if subject.component.is_file:
        return answer("unknown-origin", evidence=proof, what=path_alone(case, subject.subject), id=subject.subject)
    return answer("no-numbers", evidence=proof, id=subject.subject)


def _missing(case: Case, subject: Sourced, record: HubRecord) -> Answer | None:
    """Return what is not known of the numbers of a record; None where all that its hub publishes are at hand."""
    proof, values = evidence(subject, record), {"id": subject.subject}
    if record.state not in ("listed", "gated"):
        problem = record.problem or (NOT_ASKED if record.state == "unknown" else f"its hub says: {record.state}")
        return answer("no-facts", evidence=proof, problem=problem, **values)
    lacking = [name for name in record.offers if getattr(record, name) is None]
    if lacking:
        return answer("no-number", evidence=proof, numbers=" and ".join(lacking), day=fact_day(record))
    limit = case.policy.freshness.metadata_max_age_days
    if record.source.fetched is None or (case.now - _moment(record.source.fetched, case.now)).days > limit:
        return answer("old-number", evidence=proof, day=fact_day(record), limit=limit)
    return None


def _moment(text: str, now: datetime) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)


def _short(case: Case, record: HubRecord) -> int:
    """Return how many of the numbers of a record are high enough, for the one that has the fewest."""
    return sum(number is None or number >= limit for _, number, limit in _numbers(case, record))


def _numbers(case: Case, record: HubRecord) -> list[tuple[str, int | None, int]]:
    limits = case.policy.thresholds
    return [("downloads", record.downloads, limits.min_downloads_30d), ("likes", record.likes, limits.min_likes)]


def _compared(case: Case, subject: Sourced, record: HubRecord) -> Answer:
    offered = [entry for entry in _numbers(case, record) if entry[0] in record.offers]
    told = [f"{number:,} {name} (at least {limit:,})" for name, number, limit in offered if number is not None]
    lacking = [name for name in _NUMBERS if name not in record.offers]
    values = {"numbers": " and ".join(told), "day": fact_day(record)}
    proof = evidence(subject, record)
    if all(number is not None and number >= limit for _, number, limit in offered):
        if lacking:
            return answer("enough-in-part", evidence=proof, lacking=" and ".join(lacking), **values)
        return answer("enough", evidence=proof, **values)
    hub, owner = hub_of(subject.component), owner_of(case, subject.component)
    if hub is not None and owner and trusts(case, hub, owner):
        return answer("below-trusted", evidence=proof, owner=owner, **values)
    given = approval(case, subject)
    if given is not None:
        return answer("below-approved", evidence=proof, by=given.by, on=given.on, **values)
    return answer("below", evidence=proof, id=subject.subject, **values)
