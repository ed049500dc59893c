"""yarn.lock of version 1: keys with values by indentation, much like YAML and none.

Source: the grammar of Yarn 1's own parser, `src/lockfile/parse.js`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from supplychain.packages.interface import NotParsedError

_LINE = 20_000
"""Characters of a line, of which the keys of one entry take most."""
_TOKEN = re.compile(
    r'\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*+")|(?P<plain>[^\s",:][^\s",]*?(?=:?(?:\s|,|$)))|(?P<mark>[:,]))'
)


@dataclass
class Entry:
    """One entry: what was asked for, and what that came to."""

    keys: tuple[str, ...]
    line: int
    values: dict[str, str] = field(default_factory=dict)
    tables: dict[str, dict[str, str]] = field(default_factory=dict)
    """Its dependencies, by what they are called in it."""


def entries(text: str) -> list[Entry]:
    """Return the entries of a lock in their order.

    Raises:
        NotParsedError: a line is none of the format, or it holds a conflict that git left.
    """
    found: list[Entry] = []
    inner: dict[str, str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
            raise NotParsedError("it holds a conflict that git left", number)
        words, is_opened = _tokens(line, number)
        depth = len(line) - len(line.lstrip(" "))
        if depth == 0 and is_opened:
            found.append(Entry(tuple(words), number))
            inner = None
        elif depth == 2 and found and is_opened and len(words) == 1:
            inner = found[-1].tables.setdefault(words[0], {})
        elif depth == 2 and found and len(words) == 2:
            found[-1].values[words[0]] = words[1]
        elif depth == 4 and inner is not None and len(words) == 2:
            inner[words[0]] = words[1]
        else:
            raise NotParsedError("a line that yarn.lock does not have", number)
    return found


def _tokens(line: str, number: int) -> tuple[list[str], bool]:
    """Return the words of a line, and whether it opens what stands below it."""
    if len(line) > _LINE:
        raise NotParsedError(f"a line of more than {_LINE:,} characters", number)
    words: list[str] = []
    position, plain = 0, line.rstrip()
    is_opened = False
    while position < len(plain):
        match = _TOKEN.match(plain, position)
        if match is None or is_opened:
            raise NotParsedError("a line that yarn.lock does not have", number)
        position = match.end()
        if match["quoted"]:
            words.append(_unquoted(match["quoted"], number))
        elif match["plain"]:
            words.append(match["plain"])
        else:
            is_opened = match["mark"] == ":"
    return words, is_opened


def _unquoted(text: str, number: int) -> str:
    try:
        return str(json.loads(text, strict=False))
    except ValueError as error:
        raise NotParsedError("a text that yarn.lock does not have", number) from error
