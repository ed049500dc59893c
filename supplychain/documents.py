"""Documents of a target: owner, review date, sections and placeholders, as far as a requirement asks for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from supplychain import catalog
from supplychain.model.case import Document, Section
from supplychain.model.declaration import Declaration
from supplychain.model.text import LIMIT
from supplychain.target import NotReadError, Target

_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(?P<heading>\S.*)$")
_FENCE = re.compile(r"^ {0,3}(?P<marks>`{3,}|~{3,})(?P<rest>.*)$")
_FIELD = 200
"""Characters of a line in which a field is looked for: the patterns take long for a hostile line."""
_LINE_END = re.compile(r"\r\n?|\n")


def read_documents(target: Target, declaration: Declaration | None) -> tuple[Document, ...]:
    """Return the documents that the catalog and the declaration name; one that is not there has no digest."""
    stated = declaration.document if declaration else ()
    declared = {item.path: item.covers for item in stated}
    roles = {item.role: item.path for item in stated if item.role}
    if declaration and declaration.incident and declaration.incident.plan.strip():
        roles["incident response plan"] = declaration.incident.plan
    found = []
    for kind in catalog.documents().document:
        candidates = [roles[kind.role]] if kind.role in roles else list(kind.files)
        path = next((name for name in candidates if target.get(name)), candidates[0])
        found.append(_read(target, kind.role, path, declared.pop(path, ())))
    found.extend(_read(target, f"document {path}", path, covers) for path, covers in declared.items())
    return tuple(found)


def _read(target: Target, role: str, path: str, covers: tuple[int, ...]) -> Document:
    file = target.get(path)
    if file is None:
        return Document(role=role, file=path, digest=None, covers=covers)
    try:
        content = target.read(file)
    except NotReadError:
        return Document(role=role, file=path, digest=None, covers=covers)
    lines = _LINE_END.split(content.data.decode("utf-8-sig", "replace"))
    rules = catalog.documents()
    owner = reviewed = reviewed_line = None
    placeholders: list[tuple[str, int]] = []
    for number, line, is_code in _marked(lines):
        unfilled = _placeholders(line)
        placeholders.extend((text, number) for text in unfilled)
        if is_code:
            continue
        field = line[:_FIELD]
        if owner is None and (match := re.match(rules.owner_pattern, field)) and not unfilled:
            owner = match["value"]
        if reviewed is None and (match := re.match(rules.reviewed_pattern, field)):
            reviewed, reviewed_line = _date(match["value"]), number
    return Document(
        role=role,
        file=path,
        digest=content.digest,
        owner=owner,
        reviewed=reviewed,
        reviewed_line=reviewed_line if reviewed else None,
        placeholders=tuple(placeholders),
        sections=tuple(_sections(lines)),
        covers=covers,
    )


def _placeholders(line: str) -> list[str]:
    """Return the texts of a line that were to be replaced; a long line is searched in overlapping parts."""
    find = catalog.documents().placeholders
    if len(line) <= LIMIT:
        return find(line)
    parts = (line[start : start + LIMIT] for start in range(0, len(line), LIMIT // 2))
    return list(dict.fromkeys(text for part in parts for text in find(part)))


def _marked(lines: list[str]) -> Iterator[tuple[int, str, bool]]:
    """Yield each line with its number and whether it stands in a fenced block."""
    opened = ""
    for number, line in enumerate(lines, start=1):
        fence = _FENCE.match(line)
        if fence and not opened:
            opened = fence["marks"]
        elif fence and fence["marks"].startswith(opened) and not fence["rest"].strip():
            opened = ""
        yield number, line, bool(opened)


def _sections(lines: list[str]) -> Iterator[Section]:
    """Yield the headings with the words under each, those of its sub-headings included."""
    headings: list[tuple[int, str, int]] = []
    words: list[int] = []
    for number, line, is_code in _marked(lines):
        match = None if is_code else _HEADING.match(line)
        if match:
            headings.append((number, match["heading"].rstrip("# \t"), len(match[1])))
            words.append(0)
        elif words:
            words[-1] += len(re.findall(r"\w+", line))
    for position, (number, heading, level) in enumerate(headings):
        below = position + 1
        while below < len(headings) and headings[below][2] > level:
            below += 1
        yield Section(heading=heading, words=sum(words[position:below]), line=number)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
