"""TOML into types, with errors that name the file, the key and the line."""

from __future__ import annotations

import difflib
import re
import tomllib
from itertools import takewhile
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from supplychain.model.text import printable

SIZE_LIMIT = 1_000_000
"""Bytes that a configuration file may have."""

_HEADER = re.compile(r"^\s*(?P<array>\[)?\[(?P<name>[^\[\]]++)\]\]?\s*(#.*)?$")
_KEY = re.compile(
    r"""^\s*(?P<key>(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_MULTILINE = re.compile(
    r"""(?P<text>\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5})|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*""", re.DOTALL
)
_DOTTED = re.compile(r"""(?<![A-Za-z0-9_"'-])(?:[A-Za-z0-9_"'-]++[ \t]*+\.[ \t]*+){50}""")
"""A key of this many parts is nested beyond what a report can show of it."""
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
        raise ConfigError(f"{name}: a configuration file may have {SIZE_LIMIT:,} bytes; this one has more")
    try:
        text = data.decode("utf-8-sig")
        if _DOTTED.search(text):
            raise RecursionError
        return model.model_validate(_tuples(tomllib.loads(text)), strict=True)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigError(f"{name}:{line}: not UTF-8; save the file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name}: not TOML: {printable(str(error))}") from error
    except RecursionError as error:
        raise ConfigError(f"{name}: nested too deeply") from error
    except ValidationError as error:
        lines = (_describe(name, text, detail, model) for detail in error.errors(include_url=False)[:10])
        raise ConfigError("\n".join(lines)) from error
    except ValueError as error:  # Python's own limit for the digits of a number
        raise ConfigError(f"{name}: not TOML: {printable(str(error))}") from error


def _tuples(value: Any) -> Any:
    """Return parsed TOML with tuples for arrays, as the types have them, so that nothing needs to be converted."""
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def _describe(name: str, text: str, detail: ErrorDetails, model: type[BaseModel]) -> str:
    location = tuple(part for part in detail["loc"] if part != "[key]")
    key = ".".join(str(part) for part in location) or "the whole file"
    place = f"{name}:{line_of(text, location)}: {printable(key)}"
    if detail["type"] == "extra_forbidden":
        close = difflib.get_close_matches(str(location[-1]), _keys_beside(model, location), n=1)
        return f"{place}: unknown key" + (f"; did you mean {close[0]!r}?" if close else "; remove it")
    if detail["type"] == "missing":
        return f"{place}: missing; add it"
    message = detail["msg"].removeprefix("Value error, ")
    shown = "" if detail["type"] == "value_error" else f", not {_shown(detail['input'])}"
    return f"{place}: {printable(message.replace('valid tuple', 'valid array'))}{shown}"


def _shown(value: object) -> str:
    try:
        return printable(repr(list(value) if isinstance(value, tuple) else value))[:60]
    except ValueError:
        return "a number of so many digits"


def line_of(text: str, location: Location) -> int:
    """Return the number of the line of `text` where the value at `location` is set, from 1.

    `location` is pydantic's: keys, and positions in arrays. What stands inside an inline table or is missing gives
    the line of what should hold it. (No TOML library keeps positions and has no dependency of its own.)
    """
    header: Location = ()
    counts: dict[Location, int] = {}
    best, best_length = 1, 0
    plain = _MULTILINE.sub(lambda match: "\n" * match[0].count("\n") if match["text"] else match[0], text)
    for number, line in enumerate(plain.split("\n"), start=1):
        path: Location
        if match := _HEADER.match(line):
            header = _indexed(_parts(match["name"]), counts, is_array=match["array"] is not None)
            path = header
        elif match := _KEY.match(line):
            path = header + _parts(match["key"])
        else:
            continue
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(path, location, strict=False)))
        if shared > best_length:
            best, best_length = number, shared
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


def _keys_beside(model: type[BaseModel], location: Location) -> list[str]:
    """Return the keys that are known where the last key of `location` stands."""
    here = model
    for part in location[:-1]:
        fields = {field.alias or name: field.annotation for name, field in here.model_fields.items()}
        pending = [fields.get(str(part))]
        while pending:
            annotation = pending.pop()
            pending.extend(get_args(annotation))
            if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                here = annotation
    return sorted(field.alias or name for name, field in here.model_fields.items())
