"""`supplychain init` and `supplychain approve`: the declaration begun, and an approval written into it."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from datetime import date
from itertools import takewhile
from pathlib import Path

from supplychain.config.editing import approve as approved
from supplychain.config.files import DECLARATION, read_declaration
from supplychain.config.skeleton import skeleton
from supplychain.model.case import Case, Features
from supplychain.model.text import printable
from supplychain.provenance import read as read_provenance
from supplychain.target import NotReadError, Target
from supplychain.verbs import files
from supplychain.verbs.interface import Code, VerbError, gather, now, shown


def init(target: Path, output: Path | None) -> int:
    """Write a first declaration from what discovery finds; never over one that is there."""
    path = output or target / DECLARATION
    if os.path.lexists(path):
        raise VerbError(f"{shown(path)} is there already; edit it, or name another file with --output")
    found = gather(target)
    features = Features(digest="none")
    case = Case(schema=1, now=found.now, target=found.state, inventory=found.inventory, features=features)
    text = skeleton(found.inventory, found.target.name, read_provenance(found.target, case).statements)
    files.write(path, text, target)
    asked = sum(line.startswith("# fill in") for line in text.splitlines())
    print(f"{shown(path)}: written; {asked} lines that begin with # fill in ask for what only people know")
    return Code.HOLDS


def approve(
    target: Path, component: str, by: str, revision: str | None, sha256: str | None, ticket: str, on: str | None
) -> int:
    """Write an approval into the target's declaration and print the lines that changed."""
    when = day(on)
    before = declared(Target.open(target), target)
    try:
        after = approved(before, component, by, when, revision, sha256, ticket)
    except ValueError as error:
        raise VerbError("\n".join(printable(line) for line in str(error).split("\n"))) from error
    if after == before:
        print(f"{DECLARATION} says so already; nothing was changed")
        return Code.HOLDS
    files.write(target / DECLARATION, after, target)
    print(*differences(before, after), sep="\n")
    print(f"It counts where people.approvers of the assessor's policy name {printable(by)}")
    return Code.HOLDS


def day(text: str | None) -> date:
    """Return the day that `--on` gives, or today.

    Raises:
        VerbError: it is no date.
    """
    if text is None:
        return now().date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise VerbError(f"--on {printable(text)} is not a date such as 2026-10-01") from error


def declared(target: Target, root: Path) -> str:
    """Return the text of a target's declaration, which is one that can be used.

    Raises:
        ConfigError: it cannot be used.
        VerbError: there is none, or it cannot be read.
    """
    read_declaration(target)
    file = target.get(DECLARATION)
    if file is None:
        raise VerbError(f"{shown(root / DECLARATION)} is not there; run supplychain init {shown(root)} first")
    try:
        return target.read(file).data.decode("utf-8")
    except (NotReadError, UnicodeDecodeError) as error:
        raise VerbError(f"{shown(root / DECLARATION)} cannot be read: {error}") from error


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").replace("\r\n", "\n").split("\n")


def differences(before: str, after: str) -> Iterator[str]:
    """Return the lines of a declaration that were taken away and added, with their numbers."""
    return _changed(_lines(before), _lines(after))


def _changed(before: list[str], after: list[str]) -> Iterator[str]:
    """Return the lines that were taken away and added; what is the same at both ends is not compared."""
    start = _same(before, after)
    end = _same(before[start:][::-1], after[start:][::-1])
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    for what, low, high, new_low, new_high in difflib.SequenceMatcher(a=old, b=new).get_opcodes():
        if what != "equal":
            yield from _numbered("-", old[low:high], start + low)
            yield from _numbered("+", new[new_low:new_high], start + new_low)


def _numbered(sign: str, lines: list[str], start: int) -> Iterator[str]:
    for number, line in enumerate(lines, start=start + 1):
        yield f"{DECLARATION}:{number}: {sign} {printable(line)}"


def _same(first: list[str], second: list[str]) -> int:
    pairs = zip(first, second, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
