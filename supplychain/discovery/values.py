"""Values of configuration: what is known of a text that may refer to variables or hold templates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from supplychain.discovery.trees import TEMPLATE
from supplychain.model.reference import Resolution

_VARIABLE = re.compile(
    r"\$\{(?:oc\.env:(?P<env>\w+)(?:,\s*(?P<fallback>[^{}]*))?"
    r"|(?P<names>[A-Za-z_]\w*(?:,[A-Za-z_]\w*)*)(?:(?P<mark>:-|:=|:\?|:\+|[-=?+:])(?P<default>[^{}]*))?)\}"
    r"|\$(?P<plain>[A-Za-z_]\w*)"
)
_OTHERWISE = re.compile(r"""\$\{\{[^{}]*\|\|\s*['"](?P<default>[^'"{}]+)['"]\s*\}\}""")
_LIMIT = 10_000
"""Characters that variables can add to a text, in which each may hold others."""
_READ = re.compile(r"(?:os\.environ/|env[:.]|\{env:|ENV\[['\"]?|secrets?\.)(?P<name>[A-Z][A-Z0-9_]+)['\"\]}]*")
"""How tools write that a value is that of a variable."""
_MADE = re.compile(rf"\$\{{|\$\(|\$[A-Za-z_]|{TEMPLATE}|\{{\{{|%\(\w+\)s|#\{{|<%")


@dataclass(frozen=True)
class Value:
    """A value as it is used."""

    text: str
    line: int
    resolution: Resolution = Resolution.CONFIG
    is_known: bool = True
    """False where a part of it is made at run time; `text` then has that part as it is written."""
    variables: tuple[str, ...] = ()
    """The environment variables that it is read from."""
    is_variable: bool = False
    """Whether it is not known because the environment gives it, rather than a template or another tool."""


def value_of(text: str, line: int, known: Mapping[str, str] | None = None) -> Value:
    """Return what is known of a text; a variable has the value in `known`, else the default that the text gives."""
    text = text.strip()
    if match := _READ.fullmatch(text):
        return Value(text, line, is_known=False, variables=(match["name"],), is_variable=True)
    if "$" not in text and _MADE.search(text) is None:
        return Value(text, line)
    variables: list[str] = []
    taken = False
    room = _LIMIT

    def filled(match: re.Match[str]) -> str:
        nonlocal taken, room
        names = (match["env"] or match["names"] or match["plain"] or "").split(",")
        variables.extend(names)
        default = next((known[name] for name in names if known and name in known), None)
        if default is None and match["mark"] not in {":?", "?", ":+", "+"}:
            default = match["fallback"] if match["env"] else match["default"]
            taken = taken or bool(default)
        room -= len(default or "")
        return match[0] if default is None or room < 0 else default.strip("'\"")

    whole = _OTHERWISE.sub(lambda match: match["default"], text)
    taken = whole != text
    whole = _VARIABLE.sub(filled, whole)
    resolution = Resolution.DEFAULT if taken else Resolution.CONFIG
    is_known = _MADE.search(whole) is None
    is_variable = not is_known and bool(variables) and "${{" not in whole and TEMPLATE not in whole
    return Value(whole, line, resolution, is_known, tuple(variables), is_variable)
