"""Scenario 5, package source validation: requirement 5.5, whether vulnerable packages are updated."""

from __future__ import annotations

from datetime import datetime, timedelta

from supplychain.checks.advisories import (
    Partial,
    advisory_sources,
    based,
    data_name,
    lacking,
    place,
    rank,
    title,
    titles,
    unanswered,
    unseen,
)
from supplychain.checks.canaries.s05_updates import plant
from supplychain.checks.engine import Answer, check
from supplychain.checks.fixes import fix_of, ranges
from supplychain.checks.scanned import Scanned, scanned
from supplychain.checks.statements import Stated, stated_of
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.fact import Advisory, VexStatement, Vulnerability
from supplychain.model.finding import Severity
from supplychain.model.package import Resolved
from supplychain.model.reference import Place, Unread, Unresolved

_REPLACE = "no version is known to fix it: replace the package, or take it out"


class Judged(Frozen):
    """A package of production with one vulnerability in it."""

    subject: str
    at: Place
    scanned: Scanned
    vulnerability: Vulnerability | None = None
    """None: the row is about the package as a whole."""
    asking: tuple[Resolved, ...] = ()
    """What the manifests of its project ask, where a lock resolves it."""
    stated: tuple[VexStatement, ...] = ()
    """What is stated of it, on any vulnerability."""
    scanner: str = ""
    """Who alone reports the vulnerability; empty where an advisory at hand holds it."""


def _population(case: Case) -> tuple[Judged | Unresolved | Unread | Partial, ...]:
    """Return each vulnerability of each package of production, the most pressing first, and what could hide one.

    A package without any is one element; one that was not assessed is an element beside what is known of it. A statement
    that could not be read may be about any of them.
    """
    asking = ranges(case)
    stated: dict[str, list[VexStatement]] = {}
    for statement in case.vex:
        stated.setdefault(statement.component, []).append(statement)
    found: list[Judged | Unresolved | Unread | Partial] = []
    for item in scanned(case):
        if isinstance(item, Scanned):
            project = item.use.entry.project if item.use.entry else None
            whole = Judged(
                subject=item.subject,
                at=item.at,
                scanned=item,
                asking=tuple(asking.get((project, item.use.component.id), ())) if project is not None else (),
                stated=tuple(stated.get(item.use.component.id, ())),
            )
            found += _elements(case, whole)
        else:
            found.append(item)
    return (*found, *case.vex_unread)


def _elements(case: Case, whole: Judged) -> list[Judged]:
    item = whole.scanned
    known = item.matched.vulnerabilities if item.matched else ()
    weak = sorted((one for one in known if not one.advisory.malicious), key=lambda one: rank(one.advisory))
    found = [whole.model_copy(update={"vulnerability": one}) for one in weak]
    for hit in item.elsewhere:
        one = Vulnerability(advisory=Advisory(id=hit.ids[0], aliases=hit.ids[1:]))
        found.append(whole.model_copy(update={"vulnerability": one, "scanner": hit.scanner}))
    return found if found and _unknown(case, item) is None else [*found, whole]


@check("5.5", population=_population, canaries=plant, sources=advisory_sources)
def vulnerable_updated(case: Case, subject: Judged | Unresolved | Unread | Partial) -> Answer:
    """Hold each vulnerability against the policy's limit for its severity, or what is stated of it."""
    if isinstance(subject, (Unread, Unresolved, Partial)):
        return unseen(case, subject)
    if subject.vulnerability is None:
        return _as_a_whole(case, subject.scanned)
    return _vulnerable(case, subject, subject.vulnerability)


def _as_a_whole(case: Case, item: Scanned) -> Answer:
    if (unknown := _unknown(case, item)) is not None:
        return unknown
    if item.assessed is None and item.covered is not None:
        values = {"scanner": item.covered.scanner, "file": item.covered.file}
        return based(case, item.use, "cleared-by-scanner", item.covered.digest, **values)
    malicious = [found.advisory for found in item.assessed.vulnerabilities] if item.assessed else []
    if malicious:
        return based(case, item.use, "decided-in-5.4", found=titles(malicious))
    return based(case, item.use, "no-vulnerability", version=item.use.version, data=data_name(case))


def _unknown(case: Case, item: Scanned) -> Answer | None:
    """Return the answer on a package of whose vulnerabilities not all can be known; None where they are."""
    lack = lacking(case, item.use.component.source)
    if item.covered and not item.assessed and (lack is None or lack.rule == "not-covered"):
        return None
    if lack is not None:
        return based(case, item.use, "no-advisory-data", why=lack.why)
    if item.assessed is None:
        return based(case, item.use, "not-assessed", reason=unanswered(item.matched), where=place(item.use))
    return None


def _vulnerable(case: Case, subject: Judged, vulnerability: Vulnerability) -> Answer:
    use, advisory = subject.scanned.use, vulnerability.advisory
    fix = fix_of(use, subject.scanned.matched, vulnerability, subject.asking)
    stated = stated_of(case, subject.stated, use.version, advisory)
    values = {"vulnerability": title(advisory), "version": use.version or "", "fix": fix or _REPLACE, "id": advisory.id}
    values |= _statement(stated)
    digest = stated.statement.digest if stated else None
    rule = _by_statement(stated, has_fix=bool(fix))
    if rule is not None:
        return based(case, use, rule, digest, **values)
    rule, more = _by_time(case, subject, vulnerability)
    if stated and rule in {"overdue", "no-fix"}:
        rule = _despite(stated, rule)
    return based(case, use, rule, digest, **values, **more)


def _statement(stated: Stated | None) -> dict[str, str]:
    """Return what a message says of a statement."""
    if stated is None:
        return {}
    statement = stated.statement
    said = statement.action if statement.status == "affected" else statement.justification
    told = {"where": str(statement.at), "author": statement.author, "on": str(statement.stated or "no date")}
    return {**told, "said": said, "status": statement.status, "why": stated.why}


def _by_statement(stated: Stated | None, *, has_fix: bool) -> str | None:
    """Return the rule that a statement that counts decides by; None where time decides."""
    if stated is None or stated.state != "counts":
        return None
    if stated.statement.status == "affected":
        return None if has_fix else "mitigated"
    return {"not_affected": "not-affected", "fixed": "vex-contradicted"}.get(stated.statement.status)


def _despite(stated: Stated, rule: str) -> str:
    """Return the rule for a vulnerability that time does not accept, and of which something is stated all the same."""
    if stated.state == "expired":
        return "vex-expired"
    if stated.state == "not counted":
        return "vex-not-counted"
    is_open = stated.statement.status == "under_investigation" and rule == "no-fix"
    return "under-investigation" if is_open else rule


def _by_time(case: Case, subject: Judged, vulnerability: Vulnerability) -> tuple[str, dict[str, object]]:
    """Return the rule that the age of a vulnerability gives, and what fills it."""
    advisory = vulnerability.advisory
    if subject.scanner:
        return "found-elsewhere", {"scanner": subject.scanner, "ids": ", ".join((advisory.id, *advisory.aliases))}
    if not vulnerability.fixed:
        return "no-fix", {}
    since = _known_since(case, subject.subject, advisory)
    if since is None:
        return "age-unknown", {}
    severity = Severity.CRITICAL if advisory.exploited else advisory.severity
    name = severity or "unknown"
    limit: int = getattr(case.policy.sla_days, name)
    due = since + timedelta(days=limit)
    days = (case.now - since).days
    told = {"since": since.date(), "days": days, "limit": limit, "severity": name, "due": due.date()}
    return ("overdue" if case.now > due else "within-limit"), told


def _known_since(case: Case, component: str, advisory: Advisory) -> datetime | None:
    """Return the earlier of an advisory's publication and the day that a run first saw it; what lies ahead is no date."""
    seen = (case.first_seen.get(f"{component} {name}") for name in sorted(advisory.ids))
    dates = [moment for moment in (advisory.published, *seen) if moment is not None and moment <= case.now]
    return min(dates, default=None)
