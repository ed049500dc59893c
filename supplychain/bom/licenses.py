"""Declared licenses: SPDX expressions, and text that is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from supplychain.bom.schemas import schema_file

_OWN = re.compile(r"LicenseRef-[A-Za-z0-9.-]+")


@dataclass(frozen=True)
class License:
    """A declared license."""

    text: str
    """As declared."""
    expression: str | None = None
    """As an SPDX expression, where it is one."""
    own: tuple[str, ...] = ()
    """The `LicenseRef-` names in it."""
    is_single: bool = False
    """Whether the expression is one identifier of the SPDX list."""


@cache
def listed_ids() -> frozenset[str]:
    """Return the identifiers of the SPDX list, from the schema files of CycloneDX."""
    return frozenset(schema_file("spdx.SNAPSHOT.schema.json")["enum"])


@cache
def license_of(text: str) -> License:
    """Return a declared license with its SPDX expression, written as the SPDX list spells it."""
    if _OWN.fullmatch(text):
        return License(text, text, (text,))
    if text in listed_ids():
        return License(text, text, is_single=True)
    from spdx_tools.common.spdx_licensing import spdx_licensing  # here, since it is slow to import

    licensing: Any = spdx_licensing
    try:
        parsed = licensing.parse(text)
        names = {str(symbol) for symbol in licensing.license_symbols(parsed)}
        own = {name for name in names if _OWN.fullmatch(name)}
        unknown = {str(symbol) for symbol in licensing.unknown_license_symbols(parsed)}
    except Exception:  # noqa: BLE001 - a library's parser over a target's text; what it cannot read is plain text
        return License(text)
    if parsed is None or unknown - own:
        return License(text)
    expression = str(parsed)
    return License(text, expression, tuple(sorted(own)), is_single=not own and names == {expression})
