"""The target's own Python modules, found by the name under which another file imports them."""

from __future__ import annotations

import ast
import posixpath
import warnings
from collections.abc import Iterable
from functools import lru_cache

from supplychain.discovery.python_names import Names
from supplychain.target import NotReadError, Target

KEPT = 64
"""Modules that are kept parsed at a time."""


class Modules:
    """The Python files of a target by their dotted names."""

    def __init__(self, target: Target) -> None:
        """Make an index; files are parsed when they are asked for."""
        self._target = target
        self._by_name: dict[str, list[str]] = {}
        for file in target.files:
            if file.path.endswith(".py"):
                parts = file.path.removesuffix(".py").removesuffix("/__init__").split("/")
                for start in range(len(parts)):
                    self._by_name.setdefault(".".join(parts[start:]), []).append(file.path)
        self._parsed = lru_cache(maxsize=KEPT)(self._parse)

    def named(self, dotted: str, importer: str) -> Names | None:
        """Return the names of the module that `importer` imports as `dotted`, with its leading dots, or None.

        None also where several files of the target could be meant.
        """
        path = self._path(dotted, importer)
        return self._parsed(path) if path is not None and path != importer else None

    def _path(self, dotted: str, importer: str) -> str | None:
        folder = posixpath.dirname(importer)
        level = len(dotted) - len(dotted.lstrip("."))
        name = dotted.lstrip(".")
        if level:
            base = folder.split("/")[: len(folder.split("/")) - level + 1] if folder else []
            return self._exactly(".".join([*base, *filter(None, [name])]))
        beside = ".".join([*filter(None, folder.split("/")), name])
        found = self._by_name.get(name, [])
        return self._exactly(beside) or self._exactly(name) or (found[0] if len(found) == 1 else None)

    def _exactly(self, dotted: str) -> str | None:
        stem = dotted.replace(".", "/")
        candidates: Iterable[str] = (f"{stem}.py", f"{stem}/__init__.py")
        return next((path for path in candidates if path in self._by_name.get(dotted, ())), None)

    def _parse(self, path: str) -> Names | None:
        file = self._target.get(path)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return Names(ast.parse(self._target.read(file).data)) if file else None
        except (NotReadError, SyntaxError, ValueError, RecursionError, MemoryError):
            return None  # the file itself is reported where it is read
