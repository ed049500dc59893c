"""TOML into types, with errors that name the file, the key and the line."""

from __future__ import annotations

import difflib
import re
import tomllib
from typing import TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from supplychain.model.text import printable

SIZE_LIMIT = 1_000_000
"""Bytes that a configuration file may have."""

_HEADER = re.compile(r"^\s*(?P<array>\[)?\[\s*(?P<name>[^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(
    r"""^\s*(?P<key>(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[int | str, ...]


class ConfigError(Exception):
    """A configuration that cannot be used; each line of the message names file, line, key and what to mend."""


def parse(model: type[Model], data: bytes, name: str) -> Model:
    """Return the configuration in `data`, a TOML file that messages call `name`.

    Raises:
        ConfigError: it is too large, not UTF-8, not TOML, or does not fit `model`.
    """
    if len(data) > SIZE_LIMIT:
        raise ConfigError(f"{name}: it has {len(data):,} bytes; a configuration file may have {SIZE_LIMIT:,}")
    try:
        text = data.decode("utf-8-sig")
        return model.model_validate(tomllib.loads(text))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigError(f"{name}:{line}: not UTF-8; save the file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name}: not TOML: {printable(str(error))}") from error
    except RecursionError as error:
        raise ConfigError(f"{name}: nested too deeply") from error
    except ValidationError as error:
        known = sorted(_field_names(model, set()))
        lines = (_describe(name, text, detail, known) for detail in error.errors()[:10])
        raise ConfigError("\n".join(lines)) from error


def _describe(name: str, text: str, detail: ErrorDetails, known: list[str]) -> str:
    location = tuple(detail["loc"])
    key = ".".join(str(part) for part in location) or "the whole file"
    place = f"{name}:{line_of(text, location)}: {printable(key)}"
    if detail["type"] == "extra_forbidden":
        close = difflib.get_close_matches(str(location[-1]), known, n=1)
        return f"{place}: unknown key" + (f"; did you mean {close[0]!r}?" if close else "; remove it")
    if detail["type"] == "missing":
        return f"{place}: missing; add it"
    message = detail["msg"].removeprefix("Value error, ")
    shown = "" if detail["type"] == "value_error" else f", not {printable(repr(detail['input'])[:60])}"
    return f"{place}: {printable(message)}{shown}"


def line_of(text: str, location: Location) -> int:
    """Return the number of the line of `text` where the value at `location` is set, from 1.

    `location` is pydantic's: keys, and positions in arrays. What stands inside an inline table or is missing gives
    the line of what should hold it. (No TOML library keeps positions and has no dependency of its own.)
    """
    header: Location = ()
    counts: dict[Location, int] = {}
    best, best_length = 1, 0
    for number, line in enumerate(text.splitlines(), start=1):
        path: Location
        if match := _HEADER.match(line):
            header = _indexed(_parts(match["name"]), counts, is_array=match["array"] is not None)
            path = header
        elif match := _KEY.match(line):
            path = header + _parts(match["key"])
        else:
            continue
        if len(path) > best_length and location[: len(path)] == path:
            best, best_length = number, len(path)
    return best


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _indexed(parts: tuple[str, ...], counts: dict[Location, int], *, is_array: bool) -> Location:
    """Return a header's location with the position of each array of tables that it goes through."""
    location: Location = ()
    for position, part in enumerate(parts):
        location += (part,)
        if is_array and position == len(parts) - 1:
            counts[location] = counts.get(location, -1) + 1
        if location in counts:
            location += (counts[location],)
    return location


def _field_names(model: type[BaseModel], seen: set[type[BaseModel]]) -> set[str]:
    if model in seen:
        return set()
    seen.add(model)
    names: set[str] = set()
    for name, field in model.model_fields.items():
        names.add(field.alias or name)
        pending = [field.annotation]
        while pending:
            annotation = pending.pop()
            pending.extend(get_args(annotation))
            if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                names |= _field_names(annotation, seen)
    return names
