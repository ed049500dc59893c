"""Which Python files of a target import which, and an order in which what they hand on is known before it is used."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

from supplychain.discovery.modules import Modules

_HOPS = 4
"""Packages that hand on what they import from one another."""


class Importers:
    """The Python files of a target by what they import."""

    def __init__(self, modules: Modules, imports: Mapping[str, Collection[str]]) -> None:
        """Take the dotted names that each file imports, by its path."""
        self._modules = modules
        self._imports = imports
        self._known: dict[str, frozenset[str]] = {}

    @cached_property
    def _direct(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in sorted(self._imports):
            for imported in {self._modules.split(name, path)[0] for name in self._imports[path]} - {None, path}:
                found.setdefault(imported or "", []).append(path)
        return found

    def of(self, path: str) -> frozenset[str]:
        """Return the files that may import something of a file, also by way of packages that hand it on."""
        if path not in self._known:
            found: set[str] = set()
            pending = [path]
            for _ in range(_HOPS):
                direct = {importer for one in pending for importer in self._direct.get(one, ())} - found - {path}
                found |= direct
                pending = [one for one in direct if one.endswith("__init__.py")]
            self._known[path] = frozenset(found)
        return self._known[path]

    def ordered(self, paths: Iterable[str]) -> dict[str, list[str]]:
        """Return all files that lead to these by imports, each with those that it imports, these before itself.

        Files that import one another come in the order of their names.
        """
        sources: dict[str, list[str]] = {path: [] for path in sorted(paths)}
        pending = list(sources)
        while pending:
            path = pending.pop()
            for importer in sorted(self.of(path)):
                if importer not in sources:
                    pending.append(importer)
                sources.setdefault(importer, []).append(path)
        return self._sorted(sources)

    def _sorted(self, sources: dict[str, list[str]]) -> dict[str, list[str]]:
        left = {path: len(of) for path, of in sources.items()}
        ready = [path for path, count in left.items() if not count]
        others = iter(sorted(sources))
        found: dict[str, list[str]] = {}
        while len(found) < len(sources):
            path = ready.pop() if ready else next(others)
            if path in found:
                continue
            found[path] = sources[path]
            for importer in self.of(path):
                left[importer] -= 1
                if not left[importer]:
                    ready.append(importer)
        return found
