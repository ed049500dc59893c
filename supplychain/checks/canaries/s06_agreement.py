"""Canaries of requirement 6.4: the target's own service beside records of agreements, whole and lacking one thing each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from supplychain import catalog
from supplychain.checks.canaries.services import (
    APPROVER,
    DAY,
    OTHER_SHA,
    OWNER,
    PDF,
    SHA,
    STRANGER,
    agreement,
    day_of,
    entry,
    own_service,
    public,
    seen,
    service,
    serving,
    stranger_to,
)
from supplychain.checks.engine import Canary
from supplychain.model.case import Case
from supplychain.model.service import DataClass, EvidenceFile

_ROOT = "planted.pem"
_CLASSES: tuple[DataClass, ...] = ("internal", "confidential", "personal", "special")


def plant(case: Case) -> Iterator[Canary]:
    """Plant every way in which an agreement can be on record, or not."""
    yield from _whole(case)
    yield from _dates(case)
    yield from _needed(case)
    yield from _parties(case)
    yield from _copies(case)
    yield from _signatures(case)
    yield from _mechanisms(case)
    yield from seen(case, "recorded", "no-classes")


def _record(case: Case, name: str, rule: str, says: str = "", **parts: object) -> Canary:
    return _with(case, name, rule, says, parts)


def _with(case: Case, name: str, rule: str, says: str, parts: dict[str, object]) -> Canary:
    own = own_service(case)
    declared = entry(case, own, dpa=agreement(case, own, **parts))
    return Canary(name, serving(case, own, declared=(declared,)), own.subject, rule, says)


def _whole(case: Case) -> Iterator[Canary]:
    today = day_of(case)
    yield _record(case, "whole", "recorded", f"accepted by {APPROVER} on {today}, through {today}")
    yield _record(case, "without an end", "recorded", "without an end", expires=None)
    for name in ("url", "version", "accepted_by"):
        for blank in ("", " "):
            yield _record(case, f"no {name}", "incomplete", f"dpa.{name}", **{name: blank})
    for who in (STRANGER, OWNER, APPROVER.upper()):
        yield _record(case, f"accepted by {who}", "not-accepted", f"accepted by {who}, whom", accepted_by=who)


def _dates(case: Case) -> Iterator[Canary]:
    today = day_of(case)
    yield _record(case, "of tomorrow", "in-future", f"dated {today + DAY}", date=today + DAY, expires=None)
    yield _record(case, "until tomorrow", "recorded", date=today - 4000 * DAY, expires=today + DAY)
    yield _record(case, "until yesterday", "expired", "1 days ago", date=today - DAY, expires=today - DAY)
    early = {"date": today, "expires": today - DAY}
    yield _record(case, "over before it began", "ends-before", f"through {today - DAY}", **early)


def _needed(case: Case) -> Iterator[Canary]:
    own = own_service(case)
    for data_class in _CLASSES:
        for classes in ((data_class,), ("public", data_class)):
            bare = entry(case, own, data_classes=classes, public_data=public(case), dpa=None)
            where = serving(case, own, declared=(bare,))
            yield Canary(f"{data_class} data", where, own.subject, "no-agreement", f"{data_class} data")
    undeclared = entry(case, own, data_classes=(), dpa=None)
    yield Canary("no classes", serving(case, own, declared=(undeclared,)), own.subject, "no-classes")
    recorded = entry(case, own, data_classes=())
    yield Canary("no classes, and a record", serving(case, own, declared=(recorded,)), own.subject, "recorded")
    over = agreement(case, own, expires=day_of(case) - DAY, date=day_of(case) - DAY)
    for name, approval, dpa, rule, says in (
        ("approved", public(case), None, "public-data", f"{APPROVER} approved on {day_of(case)}"),
        ("approved, with a record that is over", public(case), over, "public-data", ""),
        ("nobody approved", None, None, "public-not-approved", "nobody approved it"),
        ("a stranger approved", public(case, by=STRANGER), None, "public-not-approved", STRANGER),
        ("the owner approved", public(case, by=OWNER), None, "public-not-approved", OWNER),
        ("approved tomorrow", public(case, on=day_of(case) + DAY), None, "public-not-approved", "after the day"),
        ("nobody approved, and a record", None, agreement(case, own), "recorded", ""),
        ("nobody approved, and a record that is over", None, over, "expired", ""),
    ):
        said = entry(case, own, data_classes=("public",), public_data=approval, dpa=dpa)
        yield Canary(f"public data, {name}", serving(case, own, declared=(said,)), own.subject, rule, says)


def _parties(case: Case) -> Iterator[Canary]:
    own = own_service(case)
    name, one, two = own.component.name, stranger_to(own), stranger_to(own, 1)
    for called, parties, rule in (
        ("none", (), "one-party"),
        ("one", (name,), "one-party"),
        ("the same twice", (name, f" {name.upper()} "), "one-party"),
        ("a blank one", (name, " "), "one-party"),
        ("the provider alone", (name, f"{name} two"), "one-party"),
        ("strangers", (one, two), "provider-not-named"),
        ("three", (one, name, two), "recorded"),
    ):
        yield _record(case, f"parties: {called}", rule, parties=parties)
    openai = service("openai")
    for party, rule in (
        ("OpenAI Ireland Ltd", "recorded"),
        ("OPENAI", "recorded"),
        ("OpenAIs Friends", "provider-not-named"),
        ("Open AI", "provider-not-named"),
    ):
        said = entry(case, openai, dpa=agreement(case, openai, parties=(party, one)))
        yield Canary(f"party {party}", serving(case, openai, declared=(said,)), openai.subject, rule)


def _copies(case: Case) -> Iterator[Canary]:
    own = own_service(case)
    here: dict[str, object] = {"type": "signed", "file": PDF, "custodian": None}
    yield _with(case, "a copy in the target", "recorded", f"{PDF} has SHA-256 {SHA}; no signature", here)
    yield _with(case, "another copy", "copy-changed", SHA, here | {"sha256": OTHER_SHA})
    yield _record(case, "another copy, and kept", "copy-changed", file=PDF, sha256=OTHER_SHA)
    yield _with(case, "a copy not looked at", "copy-unread", "", here | {"file": "planted/other.pdf"})
    for custodian in (None, "", " "):
        yield _record(case, "no copy", "no-copy", SHA, custodian=custodian)
    said = entry(case, own, dpa=agreement(case, own, **here))
    for is_missing, rule in ((True, "copy-missing"), (False, "copy-unread")):
        files = (EvidenceFile(path=PDF, problem="planted reason", is_missing=is_missing),)
        gone = serving(case, own, declared=(said,), evidence=files)
        yield Canary("a copy that is not there", gone, own.subject, rule, "planted reason")


def _signatures(case: Case) -> Iterator[Canary]:
    own = service("openai")
    signed = EvidenceFile(path=PDF, sha256=SHA, signatures=("planted signer",))
    unsigned = EvidenceFile(path=PDF, sha256=SHA, unsigned="planted reason")
    bad = EvidenceFile(path=PDF, sha256=SHA, signatures=("x",), unsigned="planted reason", is_bad=True)
    silent = EvidenceFile(path=PDF, sha256=SHA)
    for name, kind, roots, file, rule, says in (
        ("verified", "signed", (_ROOT,), signed, "recorded", "a signature of planted signer on it verifies"),
        ("not verified", "signed", (_ROOT,), unsigned, "not-verified", "planted reason"),
        ("not looked for", "signed", (_ROOT,), silent, "not-verified", "none was looked for"),
        ("bad", "signed", (_ROOT,), bad, "bad-signature", "planted reason"),
        ("bad, without roots", "signed", (), bad, "bad-signature", "planted reason"),
        ("without roots", "signed", (), silent, "recorded", "the policy's services.roots are empty"),
        ("not signed", "incorporated", (_ROOT,), silent, "recorded", ""),
    ):
        said = entry(case, own, dpa=agreement(case, own, type=kind, file=PDF))
        where = serving(
            case, own, declared=(said,), evidence=(signed.model_copy(update={"path": "x"}), file), roots=roots
        )
        yield Canary(f"a signature: {name}", where, own.subject, rule, says)
    said = entry(case, own, dpa=agreement(case, own))
    kept = serving(case, own, declared=(said,), roots=(_ROOT,))
    yield Canary("a signature: kept elsewhere", kept, own.subject, "recorded", "was not seen here")


def _mechanisms(case: Case) -> Iterator[Canary]:
    """Plant providers of the catalog: one whose agreement has to be signed, and one whose terms hold it."""
    facts = ((entry.service, entry.dpa) for entry in catalog.providers().values() if entry.dpa)
    read = [(name, dpa) for name, dpa in facts if dpa.known == "read"]
    signs = next(((name, dpa) for name, dpa in read if dpa.mechanism == "signed"), None)
    refers = next((name for name, dpa in read if dpa.mechanism == "incorporated"), None)
    for kind in ("signed", "clickthrough", "incorporated") if refers else ():
        used = service(refers or "")
        said = entry(case, used, dpa=agreement(case, used, type=kind))
        yield Canary(f"terms, {kind}", serving(case, used, declared=(said,)), used.subject, "recorded")
    if signs is None:
        return
    used, on = service(signs[0]), signs[1].on
    limit = case.policy.freshness.provider_max_age_days
    for days, kind, rule, says in (
        (0, "signed", "recorded", ""),
        (0, "incorporated", "other-mechanism", f"as read on {on}"),
        (0, "clickthrough", "other-mechanism", "only by signature"),
        (limit, "clickthrough", "other-mechanism", ""),
        (limit + 1, "clickthrough", "mechanism-unknown", f"read on {on}"),
        (limit + 1, "signed", "recorded", ""),
    ):
        now = case.now + timedelta(days=(on - case.now.date()).days + days)
        then = case.model_copy(update={"now": now})
        said = entry(then, used, dpa=agreement(then, used, type=kind))
        yield Canary(f"by signature, {kind}", serving(then, used, declared=(said,)), used.subject, rule, says)
