"""Scenario 4, dataset source validation: requirement 4.2, whether the provenance of each dataset is on record.

What is stated is compared with what the code loads; whether it is true is known to nobody here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from supplychain import catalog
from supplychain.catalog.addresses import is_at
from supplychain.checks.canaries.s04_provenance import plant
from supplychain.checks.engine import Answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.provenance import (
    WHY,
    Stated,
    differing_licenses,
    listed,
    matrix,
    of_field,
    origins,
    place,
    revisions,
    statements,
)
from supplychain.checks.sourced import Sourced, datasets, declared
from supplychain.config.files import DECLARATION
from supplychain.model.case import Case
from supplychain.model.component import Component
from supplychain.model.license import ProvenanceDoubt, ProvenanceStatement
from supplychain.model.reference import Unread, Unresolved

_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s,;)>\]\"']+")
_MONTH = re.compile(r"\b(?P<year>(?:19|20)\d\d)-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>0[1-9]|[12]\d|3[01]))?\b")
_YEAR = re.compile(r"(?:^|\b(?:in|of|since|from|until|through)\s+)(?P<year>20\d\d)(?=$|[\s.,;)])", re.IGNORECASE)
_ABBREVIATED = 7
"""Digits that a shortened commit has at least."""
_SHOWN = 80
Problem = tuple[str, dict[str, str], str]
"""A rule, what fills it, and the problem in a few words for a row that another rule decides."""


@check("4.2", population=datasets, canaries=plant)
def provenance_documented(case: Case, subject: Sourced | Unresolved | Unread) -> Answer:
    """Hold what is stated of a dataset against what has to be, against the code, and against itself."""
    if not isinstance(subject, Sourced):
        return not_seen(subject)
    found = statements(case, subject.subject)
    fields = matrix(found)
    values = {"id": subject.subject, "file": _declared_at(found), "origins": origins(fields) or "nothing"}
    evidence = tuple(dict.fromkeys(item.digest for item in found if item.digest)) or ((subject.evidence or ""),)
    problems = [*_problems(case, subject, found, fields)]
    if not problems:
        return Answer("documented", values, tuple(filter(None, evidence)))
    (rule, more, _), *others = problems
    values["also"] = "".join(f"; {said}" for _, _, said in others)
    lines = next((given["lines"] for other, given, _ in others if other == "missing"), "")
    values["rest"] = f" Write there as well: {lines}." if lines else ""
    return Answer(rule, {**values, **more}, tuple(filter(None, evidence)))


def _problems(
    case: Case, subject: Sourced, found: tuple[ProvenanceStatement, ...], fields: tuple[Stated, ...]
) -> Iterator[Problem]:
    """Yield what speaks against it: what is wrong for certain first, then what is open, then what only has to be said."""
    yield from _other_source(subject.component, found)
    yield from _other_revision(subject, found)
    yield from _to_come(case, found)
    yield from _unfilled(subject.component, fields, found)
    doubts = [doubt for doubt in case.provenance_doubts if subject.subject in doubt.components]
    missing = _missing(case, subject, fields, [*doubts, *_of_nobody(case)])
    unread = [doubt for doubt in doubts if doubt.is_unread]
    if unread:
        lacking = "".join(said for _, _, said in missing) or "what is read leaves nothing open"
        yield "not-read-document", _doubt(unread[0]) | {"lacking": lacking}, f"{_said(unread[0])} was not read"
    else:
        yield from missing
    yield from _licenses(found)


def _other_source(component: Component, found: tuple[ProvenanceStatement, ...]) -> Iterator[Problem]:
    """Yield a declared source that does not name what the code loads."""
    code = of_field((item for item in found if item.origin == "code"), "source")
    for item in of_field((item for item in found if item.origin == "declaration"), "source"):
        if item.value.strip() and code and not _names(item.value, component):
            values = {
                "stated": item.value[:_SHOWN],
                "at": place(item),
                "loaded": code[0].value,
                "where": place(code[0]),
            }
            yield (
                "other-source",
                values | {"line": _source(found)},
                f"its source at {place(item)} is another",
            )


def _names(text: str, component: Component) -> bool:
    """Whether a text names a component: by an address of it, or by its name where it gives no address at all."""
    if addresses := _ADDRESS.findall(text):
        return any(is_at(address.rstrip(".:"), component) for address in addresses)
    name = re.escape(component.name.casefold())
    return re.search(rf"(?<![\w.@-])([\w-]+[:/])*{name}(?![\w/-]|\.\w)", text.casefold()) is not None


def _other_revision(subject: Sourced, found: tuple[ProvenanceStatement, ...]) -> Iterator[Problem]:
    """Yield two places that name different revisions of what is loaded, also where the code names none."""
    stated = [*revisions(found)]
    groups = [[item for item in stated if item.origin == origin] for origin in ("code", "dvc", "declaration")]
    for position, one in enumerate(groups):
        for other in groups[position + 1 :]:
            allowed = {item.value for item in other}
            for item in one:
                if allowed and not any(_is_same(item.value, value) for value in allowed):
                    yield _revisions_differ(item.value, place(item), other[0])
                    return
    loose = [r for r in subject.references if not r.revision and not r.component.is_file and r.call != "DVC"]
    if groups[2] and loose and _has_revisions(subject.component):
        yield _revisions_differ("no revision", str(loose[0].at), groups[2][0])


def _revisions_differ(one: str, at: str, other: ProvenanceStatement) -> Problem:
    values = {"one": one, "where": at, "other": other.value, "at": place(other), "origin": other.origin}
    return "other-revision", values, f"its revision at {place(other)} is another than at {at}"


def _is_same(one: str, other: str) -> bool:
    short, long = sorted((one.casefold(), other.casefold()), key=len)
    return short == long or (
        len(short) >= _ABBREVIATED and re.fullmatch("[0-9a-f]+", long) is not None and long.startswith(short)
    )


def _to_come(case: Case, found: tuple[ProvenanceStatement, ...]) -> Iterator[Problem]:
    """Yield a day of collection or publication that is yet to come."""
    today = case.now.date()
    for item in of_field(found, "collection", "published"):
        if late := [text for text, day in _days(item.value) if day > today]:
            name = "collected" if item.field == "collection" else "published"
            values = {"what": name, "day": late[0], "at": place(item), "today": str(today)}
            yield "in-future", values, f"it was {name} {late[0]} by {place(item)}, which is yet to come"
            return


def _days(text: str) -> Iterator[tuple[str, date]]:
    """Yield the days, months and years that a text names, each as its first day."""
    for match in _MONTH.finditer(text):
        try:
            yield match[0], date(int(match["year"]), int(match["month"]), int(match["day"] or 1))
        except ValueError:
            continue
    for match in _YEAR.finditer(text):
        yield match["year"], date(int(match["year"]), 1, 1)


def _unfilled(
    component: Component, fields: tuple[Stated, ...], found: tuple[ProvenanceStatement, ...]
) -> Iterator[Problem]:
    for stated in fields:
        if stated.unfilled:
            item = stated.unfilled[0]
            values = {
                "name": stated.need.name,
                "value": item.value[:_SHOWN],
                "at": place(item),
                "line": _line(stated, component, found),
            }
            values |= {"why": "which says nothing", "how": f"Write what is so at {place(item)}, or"}
            if item.field == "revision":
                values |= {"why": "which means something else every day"}
                values |= {"how": f"Ask for a commit at {place(item)}, and write it"}
            yield "placeholder", values, f"{stated.need.name} at {place(item)} says nothing"


def _missing(case: Case, subject: Sourced, fields: tuple[Stated, ...], doubts: list[ProvenanceDoubt]) -> list[Problem]:
    """Return what nobody states, with the lines to write, and documents that might say it and do not count."""
    lacking = [stated for stated in fields if stated.counts is None and not stated.unfilled]
    if not lacking:
        return []
    names = listed(stated.need.name for stated in lacking)
    aside = "".join(f"; {_said(doubt)} does not count: {doubt.reason}" for doubt in doubts[:3])
    aside += f"; {len(doubts) - 3} more documents do not count" if len(doubts) > 3 else ""
    values = {"missing": names, "aside": aside, "lines": _lines(case, subject, lacking)}
    return [("missing", values, f"nobody states {names}")]


def _of_nobody(case: Case) -> list[ProvenanceDoubt]:
    return [doubt for doubt in case.provenance_doubts if doubt.is_unread and not doubt.components]


def _lines(case: Case, subject: Sourced, lacking: list[Stated]) -> str:
    """Return what to write, under the dataset's `[[component]]`: what is stated already is not asked for again."""
    entry = declared(case, subject.subject)
    found = statements(case, subject.subject)
    has_table = entry is not None and entry.provenance is not None
    inside = [_line(stated, subject.component, found) for stated in lacking if not stated.need.beside]
    if inside and not has_table and not inside[0].startswith("source"):
        inside.insert(0, f'source = "{_source(found)}"')
    parts = [_line(stated, subject.component, found) for stated in lacking if stated.need.beside]
    if inside and has_table:
        declared_source = (item for item in found if item.origin == "declaration" and item.field == "source")
        at = next(map(place, declared_source), DECLARATION)
        parts.append(f"inside provenance at {at}: {', '.join(inside)}")
    elif inside:
        parts.append(f"provenance = {{ {', '.join(inside)} }}")
    hints = [hint for stated in lacking if (hint := _hint(stated, subject.component))]
    return " and ".join(parts) + (f" ({'; '.join(hints)})" if hints else "")


def _line(stated: Stated, component: Component, found: tuple[ProvenanceStatement, ...]) -> str:
    need = stated.need
    line = need.line if not need.undated or _has_revisions(component) else need.undated
    return line.replace("{source}", _source(found))


def _hint(stated: Stated, component: Component) -> str:
    need = stated.need
    return need.hint if not need.undated or _has_revisions(component) else need.undated_hint


def _has_revisions(component: Component) -> bool:
    """Whether what loads a component can ask for a revision of it."""
    return component.source in catalog.provenance_forms().revised.sources


def _source(found: tuple[ProvenanceStatement, ...]) -> str:
    """Return the code's own name for the source; of a file of the target only its team knows it."""
    code = of_field((item for item in found if item.origin == "code"), "source")
    return code[0].value.replace('"', "'") if code else "…"


def _licenses(found: tuple[ProvenanceStatement, ...]) -> Iterator[Problem]:
    """Yield licenses that differ: the team's own counts and the rest is named; where the team states none, it is open."""
    differing = differing_licenses(found)
    if not differing:
        return
    first, *others = differing
    told = listed(f"{item.value[:_SHOWN]} ({item.origin}, {place(item)})" for item in others)
    own = {item.value for item in differing if item.origin == "declaration"}
    values = {"license": first.value[:_SHOWN], "at": place(first), "others": told, "why": WHY[first.origin]}
    yield "documented-licenses-differ" if len(own) == 1 else "licenses-differ", values, f"its licenses differ: {told}"


def _said(doubt: ProvenanceDoubt) -> str:
    return str(doubt.at)


def _doubt(doubt: ProvenanceDoubt) -> dict[str, str]:
    return {"document": str(doubt.at), "reason": doubt.reason}


def _declared_at(found: tuple[ProvenanceStatement, ...]) -> str:
    return next((str(item.at) for item in found if item.origin == "declaration"), DECLARATION)
