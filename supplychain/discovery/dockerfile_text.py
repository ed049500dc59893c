"""The text of a Dockerfile as its instructions, each with its lines and the documents inside it."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass

from supplychain.discovery.interface import NotParsedError

LIMIT = 200_000
"""Bytes of a Dockerfile that are read."""
_OPENS = re.compile(r"<<-?\s*([\"']?)(\w+)\1")


@dataclass(frozen=True)
class Document:
    """The text between `<<EOF` and `EOF`."""

    text: str
    line: int


@dataclass(frozen=True)
class Instruction:
    """One instruction."""

    word: str
    value: str
    lines: tuple[tuple[int, str], ...]
    """Its lines with their numbers, without comments."""
    documents: tuple[Document, ...] = ()

    @property
    def line(self) -> int:
        """The line that it begins on."""
        return self.lines[0][0]

    def line_of(self, name: str) -> int:
        """Return the line that a name stands on."""
        named = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        return next((number for number, line in self.lines if named.search(line)), self.line)

    def script(self) -> tuple[str, int]:
        """Return the command of the instruction as a shell script with the same lines, and the line of the first."""
        rows = dict(self.lines)
        last = max(rows)
        text = "\n".join(rows.get(number, "\\") for number in range(self.line, last + 1))
        begin = re.match(
            r"\s*(?:ONBUILD\s+)?(?:RUN|CMD|ENTRYPOINT)\b(?:[\s\\]*--[\w-]+(?:=\S*)?(?=\s))*", text, re.IGNORECASE
        )
        skipped = text[: begin.end()] if begin else ""
        return text[len(skipped) :], self.line + skipped.count("\n")


def instructions(data: bytes) -> Iterator[Instruction]:
    """Yield the instructions of a Dockerfile in their order.

    Raises:
        NotParsedError: it is longer than any Dockerfile.
    """
    if len(data) > LIMIT:
        raise NotParsedError(f"a Dockerfile of more than {LIMIT:,} bytes")
    lines = data.decode("utf-8-sig", "replace").splitlines()
    if any(re.match(r"#\s*escape=`", line) for line in lines[:3]):
        lines = [re.sub(r"`\s*$", r"\\", line) for line in lines]
    documents = _without_documents(lines)
    for first, last, text in _joined(lines):
        word, value = (*text.split(maxsplit=1), "", "")[:2]
        if word.upper() == "ONBUILD":
            word, value = (*value.split(maxsplit=1), "", "")[:2]
        rows = range(first, last + 1)
        own = tuple((row + 1, lines[row]) for row in rows if not lines[row].lstrip().startswith("#"))
        held = tuple(document for row in rows for document in documents.get(row, ()))
        if word:
            yield Instruction(word.upper(), value.strip(), own, held)


def _without_documents(lines: list[str]) -> dict[int, list[Document]]:
    """Blank the documents in the lines; return them by the row that opens them."""
    found: dict[int, list[Document]] = {}
    ends: dict[str, list[int]] = {}
    for index, line in enumerate(lines):
        ends.setdefault(line.strip(), []).append(index)
    row = 0
    while row < len(lines):
        opener = row
        is_shell = re.match(r"\s*(ONBUILD\s+)?(RUN|COPY|ADD)\b", lines[row], re.IGNORECASE) is not None
        names = [match[2] for match in _OPENS.finditer(lines[row])] if is_shell and "<<<" not in lines[row] else []
        row += 1
        for name in names:
            later = ends.get(name, [])
            position = bisect.bisect_left(later, row)
            if position == len(later):
                break
            end = later[position]
            found.setdefault(opener, []).append(Document("\n".join(lines[row:end]), row + 1))
            for index in range(row, end + 1):
                lines[index] = ""
            row = end + 1
    return found


def _joined(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """Yield the first and last row of each instruction and its text; comments and empty lines inside do not end it."""
    first, last, text = -1, -1, ""
    for row, line in enumerate(lines):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        first, last, is_open = row if first < 0 else first, row, line.rstrip().endswith("\\")
        text += line.rstrip()[:-1] if is_open else line
        if not is_open:
            yield first, last, text
            first, text = -1, ""
    if first >= 0:  # one that is cut off is one all the same
        yield first, last, text
