"""Calls of the target's own loading functions: what other files give a function that hands it to a loading call.

callers = Callers(modules, source)
callers.add("app.py", found)            # what a file imports, and which of its functions hand on what they are given
more = callers.calls("app.py")          # what its calls of functions that are known by now name
others = callers.rest()                 # {"early.py": Found(references=[…])}: files that came before what they import

Files are read after those that they import, so that most are looked through while they are at hand.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from supplychain import catalog
from supplychain.discovery.importers import Importers
from supplychain.discovery.interface import Found, SourceFile
from supplychain.discovery.modules import Modules
from supplychain.discovery.python_loading import Loading, is_loading
from supplychain.discovery.python_names import Names
from supplychain.discovery.python_report import Report, keyword_of, positional
from supplychain.discovery.python_search import definition
from supplychain.discovery.python_tree import Chain
from supplychain.discovery.python_values import Values
from supplychain.discovery.python_wrappers import wrappers as wrappers_around
from supplychain.discovery.wrapper import Wrapper
from supplychain.model.component import Component, Kind
from supplychain.model.reference import Place, Reference

_PASSES = 2
"""Times that a file is read for its calls: again where files import one another."""
_LONG = re.compile(r"[\w.]+(-[\w.]+)+")
"""A name without an owner that is no plain word."""
_MOST = 2_000
"""Functions of others that are followed in one file."""


class Callers:
    """The Python files of a target that call functions of others."""

    def __init__(self, modules: Modules, source: Callable[[str], SourceFile | None]) -> None:
        """Begin with no file; `source` gives one by its path."""
        self.modules = modules
        self._imports: dict[str, list[str]] = {}
        self.importers = Importers(modules, self._imports)
        self._wrappers: dict[str, dict[object, Wrapper]] = {}
        self._told: dict[str, frozenset[str]] = {}
        """The last names that each file calls or imports."""
        self._missing: dict[str, set[str]] = {}
        """By file, what it imports and is not known yet."""
        self._waiting: dict[str, set[str]] = {}
        """By file that is not known yet, those that import it."""
        self._done: set[tuple[str, object]] = set()
        self._source = source

    def add(self, path: str, found: Found, names: Names | None) -> None:
        """Take what a file imports and calls, and its functions that hand on what they are given."""
        self._imports[path] = [name for name, _ in found.imports]
        if names is not None and "partial" not in names.calls:  # which is given any function
            imported = (name.rpartition(".")[2] for name in self._imports[path])
            self._told[path] = frozenset(names.calls).union(imported)
        self._keep(found.wrappers)

    def _keep(self, wrappers: Iterable[Wrapper]) -> None:
        for wrapper in wrappers:
            self._wrappers.setdefault(wrapper.path, {})[wrapper.key] = wrapper

    def opened(self, path: str) -> Report | None:
        """Return a file ready to be read for its calls, or None where it cannot be read."""
        source = self._source(path)
        if source is None:
            return None
        names = self.modules.at(path)
        if names is None:
            return None
        return Report(source, names, Values(names, is_loading), source.data.splitlines())

    def may_call(self, path: str, name: str) -> bool:
        """Whether a file calls or imports something of a last name."""
        return name in self._told.get(path, {name})

    def ready(self, path: str) -> list[str]:
        """Return the files all of whose sources are known now that a file is: itself, and those that waited for it."""
        missing = {source for source in self.importers.sources(path) if source not in self._imports}
        for source in missing:
            self._waiting.setdefault(source, set()).add(path)
        self._missing[path] = missing
        found = [] if missing else [path]
        for waiting in sorted(self._waiting.pop(path, ())):
            self._missing[waiting].discard(path)
            if not self._missing[waiting]:
                found.append(waiting)
        return found

    def calls(self, path: str) -> Found:
        """Return what a file's calls of functions that are known by now name."""
        return self._calls(path, self.importers.sources(path)) if self._wrappers else Found()

    def rest(self) -> dict[str, Found]:
        """Return by file what calls name of functions that were not known when the file was looked through."""
        found: dict[str, Found] = {}
        for _ in range(_PASSES):
            for path, sources in self.importers.ordered(self._wrappers).items():
                more = self._calls(path, sources)
                part = found.setdefault(path, Found())
                part.references += more.references
                part.unresolved += more.unresolved
        return found

    def _calls(self, path: str, sources: Iterable[str]) -> Found:
        every = (wrapper for source in sources for wrapper in self._wrappers.get(source, {}).values())
        fresh = [wrapper for wrapper in every if (path, wrapper.key) not in self._done][:_MOST]
        self._done.update((path, wrapper.key) for wrapper in fresh)
        report = self._read(path, fresh) if fresh else None
        if report is None:
            return Found()
        self._keep(report.found.wrappers)
        return report.found

    def _read(self, path: str, wrappers: Sequence[Wrapper]) -> Report | None:
        by_name: dict[tuple[str, str], list[Wrapper]] = {}
        for wrapper in wrappers:
            by_name.setdefault((wrapper.path, wrapper.name), []).append(wrapper)
        called = frozenset(name.rpartition(".")[2] for _, name in by_name)
        report = None if called.isdisjoint(self._told.get(path, called)) else self.opened(path)
        if report is not None:
            with bounded(report):
                _Calls(report, by_name, self.modules).read()
        return report


class _Calls:
    """The calls of one file to functions of others that load."""

    def __init__(self, report: Report, by_name: Mapping[tuple[str, str], Sequence[Wrapper]], modules: Modules) -> None:
        self._report = report
        self._modules = modules
        self._by_name = by_name
        self._loading = Loading(report)

    def read(self) -> None:
        names = self._report.names
        last = {name.rpartition(".")[2] for _, name in self._by_name}
        for called in last | aliases(names, last):
            for node, chain in names.calls.get(called, ()):
                self._call(node, chain)
        for node, chain in names.calls.get("partial", ()):
            if node.args and "functools.partial" in names.dotted(node.func, chain):
                self._call(ast.copy_location(ast.Call(node.args[0], node.args[1:], node.keywords), node), chain)

    def _call(self, node: ast.Call, chain: Chain) -> None:
        for found in defined(self._report.names, node.func, chain, self._modules):
            for wrapper in self._by_name.get(found, ()):
                argument = keyword_of(node, *wrapper.loader.keywords) or positional(node, wrapper.loader.position)
                if argument is not None and not (isinstance(argument, ast.Constant) and not argument.value):
                    self._hand_on(node, wrapper, chain)

    def _hand_on(self, node: ast.Call, wrapper: Wrapper, chain: Chain) -> None:
        found, report = self._report.found, self._report
        before, open_before = len(found.references), len(found.unresolved)
        call = f"{posixpath.basename(wrapper.path).removesuffix('.py')}.{wrapper.name} → {wrapper.call}"
        self._loading.call(node, [(wrapper.loader, call)], chain)
        given = found.references[before:]
        kept = [item for item in given if self._is_named(item, wrapper)]
        found.references[before:] = [_completed(item, wrapper) for item in kept]
        if wrapper.is_open:
            del found.unresolved[open_before:]  # the loading call itself is reported
        elif len(kept) < len(given):
            reason = "what the function makes of it is decided at run time"
            report.unresolved(given[0].component.kind, node, call, node, reason, wrapper.loader.registry)
        found.wrappers += wrappers_around(report, node, wrapper.loader, wrapper.call, chain)

    def _is_named(self, item: Reference, wrapper: Wrapper) -> bool:
        """Whether a reference cannot be a word that the function turns into something else."""
        name = item.component.name
        if item.component.is_file:
            return self._report.source.exists(name) or name.lower().endswith(catalog.artifacts().url_suffixes)
        own = name.removeprefix(f"{wrapper.loader.default_owner}/")
        return item.component.source != "huggingface" or "/" in own or _LONG.fullmatch(own) is not None


@contextmanager
def bounded(report: Report) -> Iterator[None]:
    """Report a file whose calls are nested beyond what can be followed."""
    try:
        yield
    except (RecursionError, MemoryError) as error:
        reason = f"it cannot be followed: {type(error).__name__}"
        hidden = report.source.unresolved(Kind.MODEL, 1, "calls of loading functions", report.source.path, reason)
        report.found.unresolved.append(hidden)


def defined(names: Names, node: ast.expr, chain: Chain, modules: Modules) -> Iterator[tuple[str, str]]:
    """Yield the file and the name there of the functions and classes of the target that an expression may be."""
    tail: list[str] = []
    while isinstance(node, ast.Attribute):
        tail.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return
    imported = names.imported_from(node.id, chain)
    if not imported and (node.id in names.classes or node.id in names.functions):
        yield names.path, ".".join([node.id, *tail])
    for dotted in imported:
        full = ".".join([dotted, *tail])
        path, name = modules.split(full, names.path)
        if path is not None and not path.endswith("__init__.py"):
            yield path, name
        elif path is not None and (found := definition(names, full)):
            yield found[0].path, ".".join(found[1])


def aliases(names: Names, last: Collection[str]) -> set[str]:
    """Return the names that a file's imports bind to something of one of these last names."""
    return {
        bound
        for scope in names.scopes.values()
        for imported in (scope.imports, scope.relative)
        for bound, every in imported.items()
        if bound not in last and any(dotted.rpartition(".")[2] in last for dotted in every)
    }


def add_calls(found: Found, more: Found) -> None:
    """Add what calls name to what their file gave: each component once for a line, with all that it may run."""
    spelled = {(item.component, item.address) for item in found.references if item.address}
    known = {(item.component, item.at) for item in found.references}
    given: dict[tuple[Component, str | None, Place], Reference] = {}
    for item in more.references:
        if (item.component, item.address) in spelled or (item.component, item.at) in known:
            continue
        key = (item.component, item.address, item.at)
        flags = (*given[key].flags, *item.flags) if key in given else item.flags
        given[key] = item.model_copy(update={"flags": tuple(dict.fromkeys(flags))})
    found.references += given.values()
    unresolved = {(item.at, item.expression): item for item in reversed(more.unresolved)}
    found.unresolved += reversed(unresolved.values())


def _completed(item: Reference, wrapper: Wrapper) -> Reference:
    """Return a reference with what the function itself states."""
    given = {flag.partition("=")[0] for flag in item.flags}
    more = tuple(flag for flag in wrapper.flags if flag.partition("=")[0] not in given)
    facts = {"flags": (*item.flags, *more), "revision": item.revision or wrapper.revision}
    return item.model_copy(update=facts)
