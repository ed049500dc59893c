"""Canaries of requirement 3.2: the target's own model under a license that restricts, acknowledged rightly and wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from supplychain.checks.canaries.licensing import (
    APPROVER,
    BASE,
    OWNER,
    STRANGER,
    entry_of,
    licensed,
    own_model,
    record,
    seen,
    stated,
    today,
)
from supplychain.checks.engine import Canary
from supplychain.model.case import Case
from supplychain.model.declaration import LicenseAcknowledgment

_SET = ("noncommercial", "share-alike")
"""What CC-BY-NC-SA-4.0 restricts."""
_DAY = timedelta(days=1)


def plant(case: Case) -> Iterator[Canary]:
    """Plant acknowledgments by whom, of what and when."""
    own, day = own_model(case), today(case)
    known = (stated(own, "cc-by-nc-sa-4.0"),)
    for name, by, on, restrictions, owner, rule in (
        ("acknowledged", APPROVER, day, _SET, OWNER, "acknowledged"),
        ("acknowledged with more", APPROVER, day - _DAY, (*_SET, "planted"), OWNER, "acknowledged"),
        ("acknowledged in part", APPROVER, day, _SET[:1], OWNER, "acknowledged-in-part"),
        ("acknowledged, nothing of it", APPROVER, day, (), OWNER, "acknowledged-in-part"),
        ("by a stranger", STRANGER, day, _SET, OWNER, "acknowledgment-refused"),
        ("by the owner", APPROVER, day, _SET, APPROVER, "acknowledgment-refused"),
        ("tomorrow", APPROVER, day + _DAY, _SET, OWNER, "acknowledgment-refused"),
    ):
        entry = entry_of(own, license_ack=LicenseAcknowledgment(by=by, on=on, restrictions=restrictions))
        where = licensed(case, own, licenses=known, entry=entry, owner=owner)
        yield Canary(name, where, own.subject, rule, "share-alike" if rule == "acknowledged" else "")
    yield Canary("nobody", licensed(case, own, licenses=known), own.subject, "not-acknowledged", "share-alike")
    yield from _dates(case)
    yield from _licenses(case)
    yield from seen(case, "restrictions-none", "license-not-stated")


def _dates(case: Case) -> Iterator[Canary]:
    """Plant models that were published before and after the acknowledgment."""
    own, day = own_model(case), today(case)
    known = (stated(own, "cc-by-nc-sa-4.0"),)
    given = LicenseAcknowledgment(by=APPROVER, on=day - _DAY, restrictions=_SET)
    for name, published, rule in (
        ("published on the day before", day - 2 * _DAY, "acknowledged"),
        ("published on that day", day - _DAY, "acknowledged"),
        ("published later", day, "acknowledged-too-early"),
    ):
        said = licensed(case, own, licenses=known, entry=entry_of(own, license_ack=given, published=published))
        yield Canary(f"{name}, as declared", said, own.subject, rule)
        created = datetime.combine(published, datetime.min.time(), UTC)
        hub = (record(own, created=created),)
        listed = licensed(case, own, licenses=known, entry=entry_of(own, license_ack=given), hub=hub)
        yield Canary(f"{name}, as its hub says", listed, own.subject, rule)


def _licenses(case: Case) -> Iterator[Canary]:
    own = own_model(case)
    derived = stated(own, "cc-by-nc-4.0", inherited=f"model:huggingface/{BASE}")
    for name, statements, rule in (
        ("a license that restricts nothing", (stated(own, "mit"),), "restrictions-none"),
        ("a base that restricts", (stated(own, "mit"), derived), "not-acknowledged"),
        ("only the base states one", (derived,), "license-not-stated"),
        ("a license that nobody read", (stated(own, "openmdw-1.1"),), "restrictions-not-known"),
        ("several licenses", (stated(own, "cc"),), "restrictions-not-known"),
        ("a text that nobody knows", (stated(own, "mit"), stated(own, None)), "restrictions-not-known"),
        ("the milder of two", (stated(own, "cc-by-nc-4.0 OR mit"),), "restrictions-none"),
        ("use restrictions", (stated(own, "gemma"),), "not-acknowledged"),
    ):
        yield Canary(name, licensed(case, own, licenses=statements), own.subject, rule)
