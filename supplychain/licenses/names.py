"""Which license a text names: ids of the obligations table, or an expression over them."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from supplychain import catalog

_SYMBOLS = 12
"""Symbols of an expression that is taken apart: alternatives multiply."""
_LONGEST = 300
"""Characters of an expression that is read."""
_JOINED = re.compile(r"[\s_-]+")
UNKNOWN = "unknown"
"""The id of the table for a license of which nothing is known; it stands for such parts of an expression."""


def license_of(text: str) -> str | None:
    """Return the id in the obligations table that a text names, or the expression over such ids; None: it names none.

    An expression is alternatives with OR, each of ids with AND. An exception (WITH) adds permissions alone, so that its
    license stands for it.
    """
    plain = _plain(text)
    if plain in _names():
        return _names()[plain]
    if not plain or len(text) > _LONGEST or plain in _outside():
        return None
    alternatives = _alternatives(text)
    if all(part == UNKNOWN for parts in alternatives for part in parts):
        return None
    return " OR ".join(sorted({" AND ".join(sorted(set(parts))) for parts in alternatives}))


def _plain(text: str) -> str:
    return _JOINED.sub(" ", text.strip().strip("\"'").casefold()).strip()


@cache
def _names() -> dict[str, str]:
    """Return every name of each license of the table, written plainly, with its id."""
    found: dict[str, str] = {}
    for entry in catalog.licenses().values():
        for name in (entry.id, entry.name, *entry.spdx, *entry.aliases):
            found.setdefault(_plain(name), entry.id)
    return found


@cache
def _outside() -> frozenset[str]:
    known = catalog.licenses_outside()
    return frozenset(map(_plain, (*known, *known.values())))


@cache
def _licensing() -> Any:
    """Return the reader of expressions: every license of SPDX and ScanCode, and those that this table alone has."""
    from license_expression import build_spdx_licensing, get_license_index  # here, since it is slow to import

    index = get_license_index()
    known = {entry["spdx_license_key"] for entry in index}
    own = (name for entry in catalog.licenses().values() for name in entry.spdx if name not in known)
    added = [
        {"license_key": name.casefold(), "spdx_license_key": name, "is_exception": False, "is_deprecated": False}
        for name in own
    ]
    return build_spdx_licensing([*index, *({**entry, "other_spdx_license_keys": []} for entry in added)])


def _alternatives(text: str) -> list[list[str]]:
    """Return the alternatives of an expression, each as the ids that it needs together; none: it is no expression."""
    licensing = _licensing()
    try:
        parsed = licensing.parse(text)
        if parsed is None or len(licensing.license_symbols(parsed, unique=False)) > _SYMBOLS:
            return []
        normal = licensing.dnf(parsed)
    except Exception:  # noqa: BLE001 - a library's parser over a stranger's text; what it cannot read names nothing
        return []
    either = normal.args if isinstance(normal, licensing.OR) else (normal,)
    return [
        [_id(part) for part in (option.args if isinstance(option, licensing.AND) else (option,))] for option in either
    ]


def _id(symbol: Any) -> str:
    """Return the id of a symbol; an exception is left out."""
    key = str(getattr(symbol, "license_symbol", symbol))
    return _names().get(_plain(key), UNKNOWN)
