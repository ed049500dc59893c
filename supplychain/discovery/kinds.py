"""Which kind of file of the catalog a path is: the first whose patterns match it."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from pathspec import GitIgnoreSpec

from supplychain import catalog
from supplychain.catalog.interface import CarrierFiles

_ENDING = re.compile(r"\*(\.[\w.-]+)")
_WHOLE = re.compile(r"[\w.-]+")


@lru_cache(maxsize=1024)
def kind_of(path: str) -> CarrierFiles | None:
    """Return the kind of file that a path is, or None."""
    name = path.rpartition("/")[2]
    endings, names, others = _patterns()
    position = names.get(name, len(catalog.carriers()))
    dot = name.find(".")
    while dot >= 0:
        position = min(position, endings.get(name[dot:], position))
        dot = name.find(".", dot + 1)
    for other, spec in others:
        if other >= position:
            break
        if spec.match_file(path):
            position = other
    if position == len(catalog.carriers()):
        return None
    found = catalog.carriers()[position]
    return None if found.except_ and _but_not(position).match_file(path) else found


@cache
def _patterns() -> tuple[dict[str, int], dict[str, int], list[tuple[int, GitIgnoreSpec]]]:
    """Return the kinds by the ending of a name, by the whole of one, and with the patterns that are neither."""
    endings: dict[str, int] = {}
    names: dict[str, int] = {}
    others = []
    for position, kind in enumerate(catalog.carriers()):
        left = []
        for pattern in kind.patterns:
            if match := _ENDING.fullmatch(pattern):
                endings.setdefault(match[1], position)
            elif _WHOLE.fullmatch(pattern):
                names.setdefault(pattern, position)
            else:
                left.append(pattern)
        if left:
            others.append((position, GitIgnoreSpec.from_lines(left)))
    return endings, names, others


@cache
def _but_not(position: int) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines(catalog.carriers()[position].except_)
