"""Where in a file a text is put, so that the file still is one of its language."""

from __future__ import annotations

import ast
import json
import re
import textwrap
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import yaml


@dataclass(frozen=True)
class Placed:
    """A file with a text put into it."""

    data: bytes
    line: int


class NoPlaceError(Exception):
    """A text that does not fit into a file as it is."""


def place(language: str, text: str, addition: str, rng: Random) -> Placed:
    """Return a file's text with an addition at a random place.

    Raises:
        NoPlaceError: the file, or what would come of it, is not of its language.
    """
    try:
        return _PLACE.get(language, _at_end)(text, addition.strip("\n") + "\n", rng)
    except (SyntaxError, ValueError, KeyError, TypeError, yaml.YAMLError, RecursionError) as error:
        raise NoPlaceError(str(error)) from error


def _put(text: str, line: int, addition: str) -> Placed:
    """Put an addition before the line with this number, counted from 1."""
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    before = "".join(lines[: line - 1])
    return Placed((before + addition + "".join(lines[line - 1 :])).encode(), line)


def _at_end(text: str, addition: str, rng: Random) -> Placed:  # noqa: ARG001 - all of them are called alike
    return _put(text, len(text.splitlines()) + 1, addition)


def _python(text: str, addition: str, rng: Random) -> Placed:
    tree = ast.parse(text)
    imports = [node.end_lineno or 0 for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    choice = rng.choice(("end", "imports", "function"))
    placed = _at_end(text, "\n" + addition, rng)
    if choice == "imports" and imports:
        placed = _put(text, max(imports) + 1, addition)
    elif choice == "function" and functions:
        body = rng.choice(functions).body
        first = body[1] if len(body) > 1 and isinstance(body[0], ast.Expr) else body[0]
        decorated = [d.lineno for d in getattr(first, "decorator_list", [])]
        placed = _put(text, min([first.lineno, *decorated]), textwrap.indent(addition, " " * first.col_offset))
    ast.parse(placed.data)
    return placed


def _notebook(text: str, addition: str, rng: Random) -> Placed:
    document = json.loads(text)
    cell: dict[str, object] = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    source = addition.rstrip("\n").splitlines(keepends=True)
    document["cells"].insert(rng.randint(0, len(document["cells"])), {**cell, "source": source})
    data = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    line = next(n for n, known in enumerate(data.splitlines(), 1) if json.dumps(source[0], ensure_ascii=False) in known)
    return Placed(data.encode(), line)


def _yaml(text: str, addition: str, rng: Random) -> Placed:
    placed = _at_end(text, addition, rng)
    if not isinstance(yaml.safe_load(text), dict) or not isinstance(yaml.safe_load(placed.data), dict):
        raise NoPlaceError("it is no mapping")
    return placed


def _json(text: str, addition: str, rng: Random) -> Placed:  # noqa: ARG001 - as above
    known = json.loads(text)
    if not isinstance(known, dict) or not known:
        raise NoPlaceError("it is no object")
    head = text.index("{") + 1
    added = f"\n{textwrap.indent(addition.rstrip(), '  ')},"
    json.loads(text[:head] + added + text[head:])
    return Placed((text[:head] + added + text[head:]).encode(), text[:head].count("\n") + 2)


def _toml(text: str, addition: str, rng: Random) -> Placed:
    placed = _at_end(text, "\n" + addition, rng)
    tomllib.loads(placed.data.decode())
    return placed


def _dockerfile(text: str, addition: str, rng: Random) -> Placed:
    lines = text.splitlines()
    after = [number for number, line in enumerate(lines, 1) if re.match(r"(?i)(FROM|WORKDIR)\s.*[^\\]$", line)]
    return _put(text, rng.choice(after) + 1, addition) if after else _at_end(text, addition, rng)


def _shell(text: str, addition: str, rng: Random) -> Placed:
    starts = 2 if text.startswith("#!") else 1
    return _put(text, starts, addition) if rng.random() < 0.5 else _at_end(text, addition, rng)


def _javascript(text: str, addition: str, rng: Random) -> Placed:
    imports = [
        n for n, line in enumerate(text.splitlines(), 1) if re.match(r"import\s[^;]*\sfrom\s+['\"].*['\"];?$", line)
    ]
    return _put(text, imports[-1] + 1, addition) if imports and rng.random() < 0.5 else _at_end(text, addition, rng)


_PLACE: dict[str, Callable[[str, str, Random], Placed]] = {
    "python": _python,
    "notebook": _notebook,
    "yaml": _yaml,
    "json": _json,
    "toml": _toml,
    "dockerfile": _dockerfile,
    "shell": _shell,
    "javascript": _javascript,
}
