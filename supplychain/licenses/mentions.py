"""Where the target credits its models and datasets: notices, README, documentation, and pages that users see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import PurePosixPath

from supplychain import catalog
from supplychain.catalog.license import License
from supplychain.licenses.texts import is_license_file, recognize
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.license import LicenseStatement, Mention
from supplychain.model.reference import Place, Scope
from supplychain.target import File, NotReadError, Target

_SIZE = 500_000
"""Bytes of a file that is read for credits."""
_FILES = 3_000
"""Files that are."""
_REACH = 40
"""Lines that belong to a heading or an entry."""
_WIDE = 2_000
"""Letters of a line that are looked at."""
_RULE = re.compile(r"\s{0,3}[-=*_]{3,}\s*")
_HEADING = re.compile(r"\s{0,3}(?:#{1,6}\s|[-=*_]{3,}\s*$)")
_COPYRIGHT = re.compile(r"(?:copyright|\(c\)|©)\s*(?:\(c\)|©)?[\s\d,-]*[A-Za-z]", re.IGNORECASE)
_ORDER = ("component", "holder", "license")
_LETTERS_ALONE = 5
"""A license whose name is as short as this is looked for as it is spelled: `MIT`, not `mit`."""


@dataclass(frozen=True)
class _Sought:
    """What a text has to name of one component."""

    component: str
    needle: str
    """What every form of its name holds, in lower case."""
    names: re.Pattern[str]
    holders: tuple[str, ...]
    licenses: tuple[re.Pattern[str], ...]
    wording: tuple[str, ...]
    notices: tuple[str, ...]
    texts: frozenset[str]
    """Ids of its licenses."""
    stated: frozenset[str] = field(default_factory=frozenset)
    """Files that the declaration points to."""


def mentions(target: Target, case: Case, statements: Iterable[LicenseStatement]) -> tuple[Mention, ...]:
    """Return which texts of the target credit a model or dataset of production, and what each names.

    What is named has to stand together: in one paragraph, in the section of a heading, or in one entry of a notice file.
    """
    stated = tuple(statements)
    sought = [_sought(case, component, stated) for component in _used(case)]
    found: list[Mention] = []
    for file in _candidates(target, frozenset().union(*(item.stated for item in sought))) if sought else ():
        data = _read(target, file)
        if data is None:
            continue
        text = data.decode("utf-8-sig", "replace")
        lower, lines, plain = text.casefold(), text.splitlines(), _plain(text)
        held = recognize(data) if _holds_license(file.path) else None
        for item in sought:
            found += _in_file(item, file.path, lower, lines, plain)
            if held in item.texts:
                found += _license_text(item, file.path, text)
    return tuple(found)


def _used(case: Case) -> list[Component]:
    kinds = {Kind.MODEL, Kind.DATASET}
    used = (r.component for r in case.inventory.references if r.component.kind in kinds and r.at.scope is Scope.PROD)
    return list(dict.fromkeys(used))


def _sought(case: Case, component: Component, statements: tuple[LicenseStatement, ...]) -> _Sought:
    own = [item for item in statements if item.component == component.id and item.license]
    ids = {name for item in own for name in re.split(r" OR | AND ", item.license or "")}
    entries = [entry for name in sorted(ids) if (entry := catalog.licenses().get(name))]
    declared = case.declaration.of(component.id) if case.declaration else None
    attribution = (declared.attribution or "").partition("#")[0] if declared else ""
    path = str(PurePosixPath(attribution)) if attribution else ""
    creator = declared.provenance.creator if declared and declared.provenance else ""
    owners = [record.owner for record in case.hub if record.component == component.id]
    owner = component.name.partition("/")[0] if "/" in component.name and not component.is_file else ""
    holders = {name.casefold() for name in (creator, owner, *owners, *(entry.holder for entry in entries)) if name}
    return _Sought(
        component=component.id,
        needle=component.name.rpartition("/")[2].casefold(),
        names=_name_pattern(component),
        holders=tuple(sorted(holders)),
        licenses=tuple(pattern for entry in entries for pattern in _license_patterns(entry)),
        wording=tuple(_plain(text) for entry in entries for text in entry.wording),
        notices=tuple(_plain(entry.notice) for entry in entries if entry.notice),
        texts=frozenset(ids),
        stated=frozenset({path}) if path else frozenset(),
    )


def _name_pattern(component: Component) -> re.Pattern[str]:
    """Return how a text names a component: by its whole name, or by its last part; no common word is a name by itself."""
    names = {component.name, component.name.rpartition("/")[2]}
    told = [name for name in names if "/" in name or (len(name) > _LETTERS_ALONE and re.search(r"[\d_.-]", name))]
    either = "|".join(re.escape(name) for name in (*sorted(told, reverse=True), f"{component.source}/{component.name}"))
    return re.compile(rf"(?<![\w.-])(?:{either})(?![\w-])", re.IGNORECASE)


def _license_patterns(entry: License) -> Iterator[re.Pattern[str]]:
    for name in {entry.id, entry.name, *entry.spdx, *entry.aliases}:
        if len(name) <= _LETTERS_ALONE and name.islower():
            continue
        flags = re.IGNORECASE if len(name) > _LETTERS_ALONE else re.NOFLAG
        words = r"[\s_-]+".join(re.escape(part) for part in re.split(r"[\s_-]+", name))
        yield re.compile(rf"(?<![\w.-]){words}(?![\w-]|\.\d)", flags)


def _candidates(target: Target, stated: frozenset[str]) -> Iterator[File]:
    """Yield the files in which credits are looked for: those that the declaration points to first."""
    found = [file for file in target.files if file.path in stated]
    found += [file for file in target.files if file.path not in stated and _is_shown(file.path)]
    yield from found[:_FILES]


def _is_shown(path: str) -> bool:
    credit, shown = _patterns()
    return bool(credit.fullmatch(path) or shown.fullmatch(path) or _holds_license(path))


def _in_licenses(path: str) -> bool:
    return path.lower().startswith(("licenses/", "licences/"))


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    files = catalog.license_files()
    return re.compile(files.credit_names, re.IGNORECASE), re.compile(files.shown_names, re.IGNORECASE)


def _in_file(item: _Sought, path: str, lower: str, lines: list[str], plain: str) -> Iterator[Mention]:
    is_credit = _patterns()[0].fullmatch(path) is not None
    best: tuple[tuple[str, ...], int] | None = None
    for index, line in enumerate(lines if item.needle in lower else ()):
        if item.names.search(line[:_WIDE]):
            names = _named(item, _block(lines, index, is_credit=is_credit))
            if best is None or len(names) > len(best[0]):
                best = names, index + 1
    if best is not None:
        yield Mention.model_validate(
            {"component": item.component, "at": Place(file=path, line=best[1]), "names": best[0]}
        )
    for name, texts in (("notice", item.wording), ("notice file", item.notices)):
        for wanted in texts:
            if wanted in plain:
                place = Place(file=path, line=_line_of(wanted, lines))
                yield Mention.model_validate({"component": item.component, "at": place, "names": (name,)})


def _named(item: _Sought, block: str) -> tuple[str, ...]:
    """Return what a block names; a holder has to stand there beside the component's own name."""
    rest = item.names.sub(" ", block)
    found = {"component"}
    if _COPYRIGHT.search(rest) or any(_holds(rest, holder) for holder in item.holders):
        found.add("holder")
    if any(pattern.search(rest) for pattern in item.licenses):
        found.add("license")
    return tuple(name for name in _ORDER if name in found)


def _holds(text: str, holder: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(holder)}(?!\w)", text.casefold()) is not None


def _block(lines: list[str], index: int, *, is_credit: bool) -> str:
    """Return the lines that speak of what a line names.

    That is its paragraph; of a heading its whole section; and in a notice file of a line by itself the next paragraph.
    """
    first, last = index, index + 1
    while first > 0 and lines[first - 1].strip() and not _HEADING.match(lines[first - 1]):
        first -= 1
    is_underlined = last < len(lines) and _RULE.fullmatch(lines[last]) is not None
    is_heading = is_underlined or _HEADING.match(lines[index]) is not None
    last += is_underlined
    end = min(len(lines), index + _REACH)
    while last < end and not _HEADING.match(lines[last]) and (is_heading or lines[last].strip()):
        last += 1
    if is_credit and not is_heading and last - first == 1:
        while last < end and not lines[last].strip():
            last += 1
        while last < end and lines[last].strip() and not _HEADING.match(lines[last]):
            last += 1
    return "\n".join(line[:_WIDE] for line in lines[first:last])


def _holds_license(path: str) -> bool:
    return is_license_file(path.rpartition("/")[2]) or _in_licenses(path)


def _license_text(item: _Sought, path: str, text: str) -> Iterator[Mention]:
    """Yield the text of one of its licenses; one with copyright lines of others is not the component's."""
    asks_holder = _COPYRIGHT.search(text[:_WIDE]) is not None
    if not asks_holder or any(_holds(text, holder) for holder in item.holders) or item.names.search(text):
        place = Place(file=path, line=1)
        yield Mention(component=item.component, at=place, names=("license text",))


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("©", "(c)").split())


def _line_of(text: str, lines: list[str]) -> int | None:
    """Return the first line that begins a wording; None where it stretches over lines in a way that hides it."""
    words = text.split()
    start = " ".join(words[:3])
    return next((number for number, line in enumerate(lines, 1) if start in _plain(line)), None)


def _read(target: Target, file: File) -> bytes | None:
    try:
        return target.read(file, _SIZE).data
    except NotReadError:
        return None
