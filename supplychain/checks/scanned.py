"""Every package of production with what the advisories and the scanners of a run say of it."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain.checks.advisories import Partial, aged, answered, partial
from supplychain.checks.packages import RESOLVED_BY_CLIENTS, PackageUse, packages
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.fact import Matched, ScannerReport
from supplychain.model.reference import Place, Unread, Unresolved, is_immutable

_AND = " and "
_UNNAMED = "a vulnerability without an id"


class Elsewhere(Frozen):
    """A vulnerability that a scanner reports and the advisories at hand do not hold."""

    scanner: str
    ids: tuple[str, ...]


class Scanned(Frozen):
    """A package of production with what advisories and scanners say of it."""

    subject: str
    at: Place
    use: PackageUse
    matched: Matched | None = None
    """None: the matcher gave no answer for it."""
    covered: ScannerReport | None = None
    """A saved report that the assessor handed in, young enough, and that assessed exactly this version."""
    elsewhere: tuple[Elsewhere, ...] = ()

    @property
    def assessed(self) -> Matched | None:
        """The answer of the matcher, where it could decide on every advisory."""
        return answered(self.matched)


def scanned(case: Case) -> Iterator[Scanned | Unresolved | Unread | Partial]:
    """Return every package of production with what is known of it, and what could hide one, or an advisory."""
    yield from partial(case)
    matched = {(item.component, item.version): item for item in case.advisories.matched}
    covering = {key: report for report in case.scanners if _covers(case, report) for key in report.assessed}
    hits = _hits(case)
    for use in packages(case):
        if not isinstance(use, PackageUse):
            yield use
            continue
        found = matched.get((use.component.id, use.version))
        key = (use.component.id, use.version or "")
        known = {name for item in found.vulnerabilities for name in item.advisory.ids} if found else set()
        yield Scanned(
            subject=use.subject,
            at=use.at,
            use=use,
            matched=found,
            covered=covering.get(key) if _is_one(use) else None,
            elsewhere=tuple(hit for hit in hits.get(key, ()) if not known & {*hit.ids}),
        )


def _hits(case: Case) -> dict[tuple[str, str], list[Elsewhere]]:
    """Return what scanners report of each version of a component; reports that share an id are one."""
    found: dict[tuple[str, str], list[Elsewhere]] = {}
    for report in case.scanners:
        for hit in report.hits:
            told = found.setdefault((hit.component, hit.version), [])
            ids = hit.ids or (_UNNAMED,)
            same = next((item for item in told if {*item.ids} & {*ids}), None)
            if same is None:
                told.append(Elsewhere(scanner=report.scanner, ids=ids))
                continue
            names = dict.fromkeys((*same.scanner.split(_AND), report.scanner))
            told[told.index(same)] = Elsewhere(scanner=_AND.join(names), ids=tuple(dict.fromkeys((*same.ids, *ids))))
    return found


def _covers(case: Case, report: ScannerReport) -> bool:
    """Whether a report is one of the assessor's own that a decision may rest on."""
    is_usable = report.how == "saved" and report.handed_in and not report.problem
    return is_usable and report.written is not None and not aged(case, report.written)


def _is_one(use: PackageUse) -> bool:
    """Whether the version of a package is one thing for ever; a tag or a branch is not."""
    return use.component.source in RESOLVED_BY_CLIENTS or is_immutable(use.version)
