"""The advisories that a run rests on: how far they can speak of a package, and how they are named in messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from supplychain.checks.engine import Answer, answer
from supplychain.checks.hidden import not_seen
from supplychain.checks.packages import RESOLVED_BY_CLIENTS, PackageUse
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.fact import Advisory, Matched
from supplychain.model.finding import Severity, Source
from supplychain.model.reference import Place, Unread, Unresolved

_LISTED = 5
"""Advisories that one message names."""
_RANKS = {Severity.CRITICAL: 0, Severity.HIGH: 1, None: 1, Severity.MEDIUM: 2, Severity.LOW: 3}
"""An unknown severity is never taken as low."""


_NO_MANIFEST = "the manifest that is to name it"
IMPORTED = "import"
"""The source of a module that no manifest brings: which package it is, nobody can say."""


class Lack(Frozen):
    """Why the advisories at hand say nothing of a package."""

    rule: Literal["no-advisory-data", "matcher-failed", "stale-data", "not-covered"]
    why: str


class Partial(Frozen):
    """The advisories at hand, where they are not all."""

    subject: str = "advisories"
    at: Place | None = None
    problem: str


def answered(matched: Matched | None) -> Matched | None:
    """Return the answer of the matcher, where it could decide on every advisory."""
    return matched if matched and matched.state != "not assessed" and not matched.reason else None


def unanswered(matched: Matched | None) -> str:
    """Return why the matcher could not decide on every advisory."""
    return (matched.reason if matched else "") or "the matcher gave no answer for it"


def partial(case: Case) -> tuple[Partial, ...]:
    """Return the advisories themselves where there are some, and not all."""
    data = case.advisories
    is_there = data.source.level != "absent" and data.as_of is not None
    return (Partial(problem=data.problem),) if is_there and data.problem else ()


def unseen(case: Case, subject: Unread | Unresolved | Partial) -> Answer:
    """Return the answer on what could hide a package, or an advisory on one: nothing is known of what it hides."""
    if isinstance(subject, Partial):
        return answer("partial-data", evidence=case.advisories.source.digest, problem=subject.problem)
    return not_seen(subject)


def aged(case: Case, moment: datetime) -> str:
    """Return why data of that moment are not of an age that the policy accepts; empty where they are."""
    days = case.policy.freshness.advisories_max_age_days
    age = case.now - moment
    if age < timedelta(days=-1):
        return f"of {moment.date()}, which is after this run"
    return f"{age.days} days old, and the policy accepts {days}" if age > timedelta(days=days) else ""


def place(use: PackageUse) -> str:
    """Return what decides on the version of a package: a line, and for an import that no manifest has yet, none."""
    if use.entry is None and use.reference is not None and use.reference.call == "import":
        return _NO_MANIFEST
    return str(use.entry.at if use.entry else use.at)


def lacking(case: Case, source: str) -> Lack | None:
    """Return why the advisories at hand say nothing of packages of a source; None where they may say something."""
    data = case.advisories
    if source == IMPORTED:
        return None
    if data.source.level == "absent" or data.as_of is None:
        if source not in RESOLVED_BY_CLIENTS:
            return _not_covered(source)
        return Lack(rule="no-advisory-data", why=data.problem or "no advisories are at hand")
    if source not in data.ecosystems:
        return _not_covered(source)
    if not data.test.passed:
        missed = ", ".join(data.test.missed) or "nothing was planted"
        return Lack(rule="matcher-failed", why=f"the matcher missed what was planted for its test: {missed}")
    if old := aged(case, data.as_of):
        return Lack(rule="stale-data", why=f"the advisories at hand are {old}")
    return None


def _not_covered(source: str) -> Lack:
    return Lack(rule="not-covered", why=f"the advisories at hand do not cover packages from {source}")


def based(case: Case, use: PackageUse, rule: str, *more: str | None, **values: object) -> Answer:
    """Return an answer on a package; it rests on the file that names it, on the advisories, and on `more` digests."""
    texts = {name: str(value) for name, value in values.items()}
    digests = (use.evidence, case.advisories.source.digest, *more)
    return Answer(rule, texts, tuple(digest for digest in digests if digest))


def data_name(case: Case) -> str:
    """Return what the advisories at hand are called in a message: `the 2661 advisories of OSV, 2026-10-20`."""
    data = case.advisories
    day = data.as_of.date() if data.as_of else "no date"
    return f"the {data.records} advisories of {data.source.name}, {day}"


def advisory_sources(case: Case) -> tuple[Source, ...]:
    """Return the advisories and the scanner reports as the sources of a finding."""
    reports = (
        Source(
            name=f"{report.scanner} {report.version}".strip(),
            level="local",
            fetched=report.written.isoformat() if report.written else None,
            digest=report.digest,
        )
        for report in case.scanners
    )
    return (case.advisories.source, *reports)


def rank(advisory: Advisory) -> tuple[bool, bool, float, int, str]:
    """Return the key that sorts what is more pressing first: malicious, exploited, EPSS, severity."""
    is_exploited = advisory.exploited is not None
    return (not advisory.malicious, not is_exploited, -(advisory.epss or 0), _RANKS[advisory.severity], advisory.id)


def title(advisory: Advisory) -> str:
    """Return an advisory in a few words: `GHSA-… CVE-2025-1 (critical, exploited, EPSS 0.97)`."""
    cve = next((name for name in sorted(advisory.aliases) if name.startswith("CVE-")), "")
    told = ["malicious"] if advisory.malicious else [advisory.severity or "severity unknown"]
    told += ["exploited"] if advisory.exploited else []
    told += [f"EPSS {advisory.epss:.2f}"] if advisory.epss is not None else []
    return f"{advisory.id} {cve} ({', '.join(told)})".replace("  ", " ")


def shortened(texts: Sequence[str]) -> str:
    """Return the first of some texts, and how many more there are."""
    more = f" and {len(texts) - _LISTED} more" if len(texts) > _LISTED else ""
    return ", ".join(texts[:_LISTED]) + more


def titles(advisories: Iterable[Advisory]) -> str:
    """Return some advisories in a few words, the most pressing first."""
    return shortened([title(advisory) for advisory in sorted(advisories, key=rank)])
