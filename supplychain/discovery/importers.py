"""Which Python files of a target import which, and an order in which what they hand on is known before it is used."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property

from supplychain.discovery.modules import Modules

_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+(?P<module>[\w.]+)[ \t]+import[ \t(]+(?P<names>[\w, \t]*)"
    rb"|import[ \t]+(?P<modules>[\w., \t]+))",
    re.MULTILINE,
)

_HOPS = 4
"""Packages that hand on what they import from one another."""


class Importers:
    """The Python files of a target by what they import."""

    def __init__(self, modules: Modules, imports: Mapping[str, Collection[str]]) -> None:
        """Take the dotted names that each file imports, by its path."""
        self._modules = modules
        self._imports = imports
        self._known: dict[str, frozenset[str]] = {}
        self._files: dict[str, frozenset[str]] = {}

    @cached_property
    def _direct(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in sorted(self._imports):
            for imported in self._imported(path) - {path}:
                found.setdefault(imported, []).append(path)
        return found

    def sources(self, path: str) -> frozenset[str]:
        """Return the files that a file may import something of, also by way of packages that hand it on."""
        found: set[str] = set()
        pending = [path]
        for _ in range(_HOPS):
            direct = {source for one in pending for source in self._imported(one)} - found - {path}
            found |= direct
            pending = [one for one in direct if one.endswith("__init__.py")]
        return frozenset(found)

    def _imported(self, path: str) -> frozenset[str]:
        if path not in self._imports:
            return frozenset()
        if path not in self._files:
            every = {self._modules.split(name, path)[0] for name in self._imports[path]}
            self._files[path] = frozenset(found for found in every if found is not None)
        return self._files[path]

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


def by_dependency(paths: Iterable[str], modules: Modules, content: Callable[[str], bytes]) -> Iterator[str]:
    """Yield each Python file once, after those that it imports; of files that import one another, one comes first.

    Their imports are told by a glance at their lines, which is enough for an order.
    """
    seen: set[str] = set()
    for path in paths:
        stack = [(path, iter(_dependencies(path, modules, content)))] if path not in seen else []
        seen.add(path)
        while stack:
            current, left = stack[-1]
            fresh = next((other for other in left if other not in seen), None)
            if fresh is None:
                stack.pop()
                yield current
            else:
                seen.add(fresh)
                stack.append((fresh, iter(_dependencies(fresh, modules, content))))


def _dependencies(path: str, modules: Modules, content: Callable[[str], bytes]) -> list[str]:
    found = {modules.split(name, path)[0] for name in set(_glance(content(path)))}
    return sorted(other for other in found if other is not None and other != path)


def _glance(data: bytes) -> Iterator[str]:
    for match in _IMPORT.finditer(data):
        if match["modules"]:
            yield from (part.split()[0] for part in match["modules"].decode().split(",") if part.split())
        elif match["module"]:
            module = match["module"].decode()
            yield module
            dot = "" if module.endswith(".") else "."
            names = (part.split() for part in match["names"].decode().split(","))
            yield from (f"{module}{dot}{name[0]}" for name in names if name)
