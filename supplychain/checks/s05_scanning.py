"""Scenario 5, package source validation: requirement 5.3, whether the scan for vulnerabilities happened properly."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain.checks.advisories import (
    IMPORTED,
    Partial,
    advisory_sources,
    based,
    data_name,
    lacking,
    place,
    shortened,
    titles,
    unanswered,
    unseen,
)
from supplychain.checks.canaries.s05_scanning import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.scanned import Scanned, scanned
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.fact import Matched, ScannerReport
from supplychain.model.reference import Place, Unread, Unresolved

_PINNED = {
    "pypi": "{name}==VERSION",
    "npm": '"{name}": "VERSION"',
    "conda": "{name}=VERSION",
    IMPORTED: "NAME==VERSION in a manifest",
}
"""How one exact version is written."""

_DATA = {True: "the same advisories", False: "its own data"}


class Ran(Frozen):
    """A scanner that this run started, held against the matcher's answers."""

    subject: str
    at: Place | None = None
    report: ScannerReport
    count: int
    """The packages that it had to look at."""
    missing: tuple[str, ...]
    """Those of them that it did not look at."""
    held: int
    """The vulnerabilities that advisories at hand hold in the others."""
    unfound: tuple[str, ...]
    """Those of them that it does not report."""


def _population(case: Case) -> tuple[Scanned | Ran | Unresolved | Unread | Partial, ...]:
    """Return every package of production, what could hide one, and every scanner that this run started."""
    found = tuple(scanned(case))
    assessed = tuple(item for item in found if isinstance(item, Scanned) and item.assessed)
    return (*found, *_ran(case, assessed))


def _ran(case: Case, packages: tuple[Scanned, ...]) -> Iterator[Ran]:
    for report in case.scanners:
        if report.how == "run":
            sources = {_source(component) for component, _ in report.assessed}
            asked = {_key(item): item for item in packages if not sources or _source(item.subject) in sources}
            yield _held_against(report, asked)


def _held_against(report: ScannerReport, asked: dict[tuple[str, str], Scanned]) -> Ran:
    """Return what a scanner did of the packages that it had to look at."""
    reported = {(hit.component, hit.version, name) for hit in report.hits for name in hit.ids}
    looked_at = asked.keys() & {*report.assessed}
    held = {
        f"{vulnerability.advisory.id} in {key[0]}": any((*key, name) in reported for name in vulnerability.advisory.ids)
        for key in looked_at
        for vulnerability in _matched(asked[key]).vulnerabilities
        if not vulnerability.advisory.malicious
    }
    return Ran(
        subject=f"scanner:{report.scanner}",
        report=report,
        count=len(asked),
        missing=tuple(sorted(" ".join(key) for key in asked.keys() - looked_at)),
        held=len(held),
        unfound=tuple(sorted(name for name, is_reported in held.items() if not is_reported)),
    )


def _matched(item: Scanned) -> Matched:
    """Return the matcher's answer on a package that it was asked about."""
    return item.assessed or Matched(component=item.subject, version=item.use.version, state="clean")


def _source(component: str) -> str:
    return component.partition("/")[0]


def _key(item: Scanned) -> tuple[str, str]:
    return item.use.component.id, item.use.version or ""


@check("5.3", population=_population, canaries=plant, sources=advisory_sources)
def scanned_for_vulnerabilities(case: Case, subject: Scanned | Ran | Unresolved | Unread | Partial) -> Answer:
    """Decide whether a package was really held against advisories; what they say of it is judged in 5.5."""
    if isinstance(subject, (Unread, Unresolved, Partial)):
        return unseen(case, subject)
    if isinstance(subject, Ran):
        return _scanner(subject)
    return _unassessed(case, subject) or _assessed(case, subject)


def _unassessed(case: Case, subject: Scanned) -> Answer | None:
    """Return the answer on a package that the advisories at hand were not held against; None where they were."""
    use = subject.use
    component = use.component
    if component.source in _PINNED and use.version is None:
        asked = use.entry.asked if use.entry else ""
        by_commit = use.entry is not None and use.entry.origin.form == "repository"
        told = "is a commit, and advisories speak of versions" if by_commit else "can be any of several versions"
        reason = f"{asked} {told}" if asked else "nothing says which version is installed"
        pinned = _PINNED[component.source].format(name=component.name)
        return based(case, use, "not-assessed", reason=reason, where=place(use), pinned=pinned)
    lack = lacking(case, component.source)
    if lack is None and subject.assessed:
        return None
    if subject.covered and (lack is None or lack.rule == "not-covered"):
        return _covered(case, subject, subject.covered)
    values = {"id": subject.subject, "version": use.version or "without a version"}
    if lack is None:
        return based(case, use, "no-answer", why=unanswered(subject.matched), **values)
    return based(case, use, lack.rule, why=lack.why, **values)


def _covered(case: Case, subject: Scanned, report: ScannerReport) -> Answer:
    """Return the answer on a package that only a saved report of a scanner covers."""
    if _asks_for_malware(case):
        return based(case, subject.use, "malware-not-covered", report.digest, data=f"{report.scanner} in {report.file}")
    found = ", ".join(name for hit in subject.elsewhere for name in hit.ids) or "nothing"
    written = report.written.date() if report.written else "no date"
    values = {"scanner": report.scanner, "file": report.file, "date": written, "found": found}
    return based(case, subject.use, "covered-by-scanner", report.digest, **values)


def _assessed(case: Case, subject: Scanned) -> Answer:
    if _asks_for_malware(case) and not case.advisories.has_malware:
        return based(case, subject.use, "malware-not-covered", data=data_name(case))
    if subject.elsewhere:
        told = "; ".join(f"{hit.scanner} reports {', '.join(hit.ids)}" for hit in subject.elsewhere)
        return based(case, subject.use, "found-elsewhere", told=told, data=data_name(case))
    affecting = [item.advisory for item in _matched(subject).vulnerabilities]
    found = f"{titles(affecting)}; judged in 5.5" if affecting else "none affects it"
    return based(case, subject.use, "matched", version=subject.use.version, data=data_name(case), found=found)


def _asks_for_malware(case: Case) -> bool:
    return "malware" in case.words("5.3", "advisories")


def _scanner(subject: Ran) -> Answer:
    report = subject.report
    values: dict[str, object] = {"scanner": report.scanner, "count": subject.count}
    if report.problem:
        return answer("scanner-failed", evidence=report.digest, problem=report.problem, **values)
    skipped = [f"{name} ({reason})" for name, reason in report.skipped]
    named = {name for name, _ in report.skipped}
    skipped += [text for text in subject.missing if text.partition(" ")[0] not in named]
    if skipped:
        return answer("scanner-incomplete", evidence=report.digest, skipped=shortened(skipped), **values)
    is_same = report.data != "own"
    if is_same and subject.unfound:
        return answer("scanner-differs", evidence=report.digest, unfound=shortened(subject.unfound), **values)
    values |= {"held": subject.held, "unfound": shortened(subject.unfound) or "none"}
    return answer("scanner-agrees", evidence=report.digest, of=_DATA[is_same], **values)
