"""Cards and datasheets: Markdown with YAML before it, with headings, or with labels such as `**Curated by:**`.

Headings and questions are those of "Datasheets for Datasets" (Gebru et al., 2021) and of the hub's own templates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from supplychain import catalog
from supplychain.catalog.unfilled import is_unfilled
from supplychain.files import NotParsedError
from supplychain.model.license import ProvenanceField
from supplychain.provenance.interface import Described, Document, Origin, Said, flat, keyed
from supplychain.yaml_document import Table, from_yaml

_LINE = 400
"""Characters of a line that are looked at."""
_LINES = 5_000
_FRONT = 100_000
_VALUE = 480
_FENCE = re.compile(r" {0,3}(```|~~~)")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(?P<label>[^\n]*)")
_LABEL = re.compile(r"[ \t]*(?:[-*+][ \t]+)?(?:\*\*|__)(?P<label>[^*_]{2,200})(?:\*\*|__)[ \t]*:?[ \t]*(?P<value>.*)")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_KEY = re.compile(r"[A-Za-z_][\w .-]*:(\s|$)")
_MARKS = re.compile(r"[*_`>#]+")


def described(document: Document, origin: Origin) -> Described:
    """Return what a card or datasheet says.

    Raises:
        NotParsedError: its front matter has no end, or is not YAML within the limits.
    """
    found = Described(origin)
    lines = document.text.splitlines()
    first = 0
    if (end := _front_end(lines)) is not None:
        front = next(iter(from_yaml("\n".join(lines[1:end]))), None)
        _front(front, found)
        first = end + 1
    body = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), "\n".join(lines[first : first + _LINES]))
    answers = [*_answers(body.splitlines(), first + 1)]
    if title := next((label for label, _, _, is_title in answers if is_title), ""):
        found.names.append(title)
    known = {said.field for said in found.said}
    for label, value, line, _ in answers:
        field = _field(label)
        if field is not None and value and field not in known:
            found.said.append(Said(field, value[:_VALUE], line))
            known |= {field} if not is_unfilled(field, value) else set()
    return found


def _front_end(lines: list[str]) -> int | None:
    """Return the line that ends the front matter, counted from 0; None where there is none."""
    if not lines or lines[0].rstrip() != "---" or not any(_KEY.match(line) for line in lines[1:4]):
        return None
    length = 0
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() in {"---", "..."}:
            return number
        length += len(line)
        if length > _FRONT:
            raise NotParsedError(f"its front matter has more than {_FRONT:,} characters", 1)
    raise NotParsedError("its front matter has no end: a line of --- is missing", 1)


def _front(front: Any, found: Described) -> None:
    if not isinstance(front, Table):
        return
    found.said += [Said(said.field, said.value, said.line + 1) for said in keyed(front, "front")]
    found.names += [name for key in ("name", "id", "dataset", "title", "pretty_name") if (name := flat(front.get(key)))]
    configs = front.get("configs")
    for config in configs if isinstance(configs, list) else ():
        files = config.get("data_files") if isinstance(config, Table) else None
        for entry in files if isinstance(files, list) else [files]:
            found.files += [
                part for part in flat(entry.get("path") if isinstance(entry, Table) else entry).split(", ") if part
            ]


def _answers(lines: list[str], first: int) -> Iterator[tuple[str, str, int, bool]]:
    """Yield each heading, question or label with the text under it, its line, and whether it is the first heading."""
    label, value, at, is_title, seen_title = "", "", first, False, False
    is_code = False
    for number, line in enumerate((line[:_LINE] for line in lines), start=first):
        if _FENCE.match(line):
            is_code = not is_code
            continue
        heading = None if is_code else _HEADING.match(line)
        bold = None if is_code or heading else _LABEL.fullmatch(line)
        if heading or bold:
            if label:
                yield label, value.strip(), at, is_title
            is_title = heading is not None and not seen_title
            seen_title = seen_title or heading is not None
            match = heading or bold
            label = _MARKS.sub("", match["label"]).strip(" :") if match else ""
            value, at = (_plain(bold["value"]) if bold else ""), number
        elif label and not is_code and len(value) < _VALUE and (text := _plain(line)) and not text.endswith("?"):
            value += f" {text}"
    if label:
        yield label, value.strip(), at, is_title


def _plain(line: str) -> str:
    return _MARKS.sub("", line).strip(" -+|\t:")


def _field(label: str) -> ProvenanceField | None:
    """Return the field that a heading, question or label asks for."""
    for field, patterns in catalog.provenance_forms().headings.items():
        if any(re.search(pattern, label, re.IGNORECASE) for pattern in patterns):
            return field
    return None
