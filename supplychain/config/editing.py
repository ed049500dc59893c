"""Edits of `supplychain.toml`: the lines that change are written anew, every other one stays byte for byte.

No TOML library writes back what it read byte for byte (tomlkit 0.15 drops the space of `on = 2026-08-01 }`), so each
edit is one line, and counts only where what the whole file then says differs in nothing but the value.
"""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from supplychain.config.files import DECLARATION
from supplychain.config.loading import ConfigError, Location, line_of, parse
from supplychain.model.component import Component
from supplychain.model.declaration import Declaration, Review
from supplychain.model.text import printable


def approve(
    text: str,
    component_id: str,
    by: str,
    on: date,
    revision: str | None = None,
    sha256: str | None = None,
    ticket: str = "",
) -> str:
    """Return the declaration `text` with a component approved; one that is not in it is added at the end.

    The approval is of the revision and the sha256 of the component's entry; those that are given are set there.

    Raises:
        ValueError: the approver owns the project, the id or a value is not of its form, or the text cannot be edited.
    """
    identity = Component.parse(component_id).id
    for name, value in (("id", identity), ("approver", by), ("revision", revision), ("ticket", ticket)):
        if value is not None and printable(value) != value:
            raise ValueError(f"{name} {printable(value)!r} is too long or holds characters that cannot be shown")
    if not by.strip():
        raise ValueError("an approval names who approves; give the approver")
    declaration = _declaration(text)
    owner = declaration.project.owner if declaration.project else ""
    if by.strip().casefold() == owner.strip().casefold():
        raise ValueError(f"{by} owns the project and cannot approve for it; name another approver")
    text, index = _entry(text, declaration, identity)
    for key, value in (("revision", revision), ("sha256", sha256)):
        if value is not None:
            text = _put(text, ("component", index, key), value)
    text = _put_approval(text, index, {"by": by, "on": on} | ({"ticket": ticket} if ticket else {}))
    _declaration(text)
    return text


def review(text: str, verdict: Review) -> str:
    """Return the declaration `text` with a review added at its end.

    Raises:
        ValueError: the reviewer owns the project, the same is there already, or the text cannot be edited.
    """
    declaration = _declaration(text)
    owner = declaration.project.owner if declaration.project else ""
    if verdict.by.strip().casefold() == owner.strip().casefold():
        raise ValueError(f"{verdict.by} owns the project and cannot review for it; have another person do it")
    said = {"component", "detector", "digest", "verdict"}
    for index, before in enumerate(declaration.review):
        if before.model_dump(include=said) == verdict.model_dump(include=said):
            line = line_of(text, ("review", index))
            raise ValueError(f"{DECLARATION}:{line}: {before.by} says the same of it there; nothing was changed")
    values = verdict.model_dump()
    end = "\r\n" if "\r\n" in text else "\n"
    gap = end if text.endswith("\n") else 2 * end
    lines = ["[[review]]", *(f"{key} = {_written(value)}" for key, value in values.items())]
    added = text + gap + "".join(line + end for line in lines)
    known = _values(text) or {}
    if _values(added) != {**known, "review": [*known.get("review", ()), values]}:
        raise ValueError(f"{DECLARATION}: its reviews are not written as [[review]]; write them so, then review")
    _declaration(added)
    return added


def _declaration(text: str) -> Declaration:
    try:
        return parse(Declaration, text.encode(), DECLARATION)
    except ConfigError as error:
        raise ValueError(str(error)) from error


def _entry(text: str, declaration: Declaration, identity: str) -> tuple[str, int]:
    """Return the text with an entry for the component, and which of the entries it is."""
    for index, declared in enumerate(declaration.component):
        if declared.id == identity:
            return text, index
    end = "\r\n" if "\r\n" in text else "\n"
    gap = end if text.endswith("\n") else 2 * end
    added = f"{text}{gap}[[component]]{end}id = {tomlkit.string(identity).as_string()}{end}"
    index = len(declaration.component)
    before = _values(text) or {}
    if _values(added) != {**before, "component": [*before.get("component", ()), {"id": identity}]}:
        raise ValueError(f"{DECLARATION}: its components are not written as [[component]]; write them so, then approve")
    return added, index


def _put_approval(text: str, index: int, approval: dict[str, Any]) -> str:
    """Return the text with an approval, in the form that the one before has: one line, or a line for each key."""
    location: Location = ("component", index, "approved")
    try:
        return _put(text, location, approval)
    except ValueError:
        before = _at(_values(text), location[:-1]).get("approved")
        if before is None:
            raise
        for key in ("by", "on", "ticket"):
            if key in approval or key in before:
                text = _put(text, (*location, key), approval.get(key, ""))
        return text


def _put(text: str, location: Location, value: Any) -> str:
    """Return the text with a value set, by the change of one line.

    Raises:
        ValueError: no such change sets it and nothing else.
    """
    values = _values(text)
    expected = _with(values, location, value)
    for candidate in _candidates(text, values, location, _written(value)):
        if _values(candidate) == expected:
            return candidate
    shown = ".".join(str(part) for part in location)
    raise ValueError(f"{DECLARATION}:{line_of(text, location)}: {shown} is not on a line of its own; edit it by hand")


def _candidates(text: str, values: Any, location: Location, written: str) -> Iterator[str]:
    """Return the text with each change of one line that could set a value."""
    lines = text.split("\n")
    key, parent = str(location[-1]), str(location[-2])
    siblings = _at(values, location[:-1])
    if key in siblings:
        number = line_of(text, location) - 1
        for path in ((key,), (parent, key)):
            if (line := _edited(lines[number], path, written)) is not None:
                yield "\n".join([*lines[:number], line, *lines[number + 1 :]])
        return
    for number in sorted({line_of(text, (*location[:-1], sibling)) for sibling in siblings}, reverse=True):
        above, below = lines[number - 1], lines[number:]
        start = above[: len(above) - len(above.lstrip())]
        end = "\r\n" if above.endswith("\r") or (not below and "\r\n" in text) else "\n"
        before, after = "\n".join(lines[:number]).removesuffix("\r"), end + "\n".join(below) if below else ""
        for name in (key, f"{parent}.{key}"):
            yield f"{before}{end}{start}{name} = {written}{after}"


def _edited(line: str, path: tuple[str, ...], written: str) -> str | None:
    """Return a line `key = value # comment` with another value, or None where it is no such line."""
    bare = line.removesuffix("\r")
    try:
        item: Any = tomlkit.parse(bare)
        for part in path:
            item = item[part]
        trivia = item.trivia
    except (TOMLKitError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return f"{bare.partition('=')[0]}= {written}{trivia.comment_ws}{trivia.comment}{line[len(bare) :]}"


def _written(value: Any) -> str:
    """Return a value as TOML on one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_written(item)}" for key, item in value.items()) + " }"
    return str(tomlkit.item(value).as_string())


def _values(text: str) -> dict[str, Any] | None:
    """Return what a text says, or None where it is not TOML."""
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except ValueError:
        return None


def _at(values: Any, location: Location) -> Any:
    for part in location:
        values = values[part]
    return values


def _with(values: Any, location: Location, value: Any) -> Any:
    """Return a copy of what a text says with one value set."""
    changed = copy.deepcopy(values)
    _at(changed, location[:-1])[location[-1]] = value
    return changed
