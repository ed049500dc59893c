"""The target's own Python modules, found by the name under which another file imports them."""

from __future__ import annotations

import ast
import posixpath
import warnings
from collections import OrderedDict
from collections.abc import Iterable
from functools import partial

from supplychain.discovery.python_names import Names
from supplychain.target import NotReadError, Target

KEPT = 128
"""Modules that are kept parsed at a time."""
KEPT_SIZE = 3_000_000
"""Bytes of their source."""


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
        self._kept: OrderedDict[str, tuple[Names | None, int]] = OrderedDict()
        self._size = 0

    def at(self, path: str, data: bytes | None = None) -> Names | None:
        """Return the names of a Python file, or None where it cannot be parsed; `data` is its content, if at hand."""
        if path in self._kept:
            self._kept.move_to_end(path)
            return self._kept[path][0]
        names, size = self._parse(path, data)
        self._kept[path] = (names, size)
        self._size += size
        while len(self._kept) > 1 and (len(self._kept) > KEPT or self._size > KEPT_SIZE):
            _, (_, gone) = self._kept.popitem(last=False)
            self._size -= gone
        return names

    def path(self, dotted: str) -> str | None:
        """Return the file of a module by its dotted name from the root, or None; it may be the only one that ends so."""
        return self._path(dotted, "")

    def named(self, dotted: str, importer: str) -> Names | None:
        """Return the names of the module that `importer` imports as `dotted`, with its leading dots, or None.

        None also where several files of the target could be meant.
        """
        path = self._path(dotted, importer)
        return self.at(path) if path is not None and path != importer else None

    def split(self, dotted: str, importer: str) -> tuple[str | None, str]:
        """Return the file of the target that a dotted name begins with as `importer` imports it, and the rest."""
        parts = dotted.split(".")
        for cut in range(len(parts)):
            module = ".".join(parts[: len(parts) - cut])
            found = self._path(module, importer) if module.strip(".") else None
            if found is not None:
                return found, ".".join(parts[len(parts) - cut :])
        return None, dotted

    def _path(self, dotted: str, importer: str) -> str | None:
        name = dotted.lstrip(".")
        if name and name not in self._by_name:
            return None  # the ends of all dotted names are in it
        folder = posixpath.dirname(importer)
        level = len(dotted) - len(name)
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

    def _parse(self, path: str, data: bytes | None) -> tuple[Names | None, int]:
        file = self._target.get(path)
        try:
            if data is None:
                data = self._target.read(file).data if file else b""
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return Names(ast.parse(data), path, partial(self.named, importer=path)), len(data)
        except (NotReadError, SyntaxError, ValueError, RecursionError, MemoryError):
            return None, 0  # the file itself is reported where it is read
