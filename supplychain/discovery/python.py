"""Python source: loading calls, addresses of weights, endpoint settings and imports, through the syntax tree."""

from __future__ import annotations

import ast
import posixpath
import re
import warnings
from functools import cache
from typing import Any

from supplychain import catalog
from supplychain.catalog.interface import Registry
from supplychain.discovery import indexes, python_endpoints, python_switches, switches
from supplychain.discovery.interface import Found, Given, NotParsedError, SourceFile
from supplychain.discovery.python_addresses import Addresses
from supplychain.discovery.python_connections import connections
from supplychain.discovery.python_endpoints import Regions
from supplychain.discovery.python_hosted import AWS_CLIENTS, Hosted
from supplychain.discovery.python_loading import Loading, Match, is_loading
from supplychain.discovery.python_names import Chain, Names
from supplychain.discovery.python_report import Report, is_none, keyword_of
from supplychain.discovery.python_values import Values
from supplychain.discovery.python_wrappers import wrappers
from supplychain.discovery.words import Word
from supplychain.model.reference import Override

_IMPORTERS = frozenset({"importlib.import_module", "importlib.__import__", "builtins.__import__", "?__import__"})
"""Calls that import the module that their argument names."""
_BY_NAME = frozenset({"import_module", "__import__"})
_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_MAKERS = frozenset({"join", "format", "urljoin"})
"""Calls that put a text together, which may be an address."""
_STARTS = (b"subprocess", b".system", b"popen", b"import system", b"import pip", b"from pip")
"""What source holds that starts a program, or calls pip as a library."""
_SETTERS = frozenset({"os.environ.setdefault", "os.putenv", "os.environ.update", "os.environ.__setitem__"})


def read(source: SourceFile) -> Found:
    """Return what a Python file names.

    Raises:
        NotParsedError: it is not the Python of this interpreter: Python 2, damaged, or nested beyond the parser.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the target's own escapes and comparisons are not our business
            names = source.names or Names(ast.parse(source.data), source.path, source.module)
            return _Reader(source, names).read()
    except SyntaxError as error:
        raise NotParsedError(f"not the Python of this interpreter: {error.msg}", error.lineno) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise NotParsedError(f"not Python that can be parsed: {type(error).__name__}") from error


@cache
def _endpoints() -> tuple[dict[str, Registry], dict[str, Registry], dict[str, Registry]]:
    """Return the registries by the settings, the clients and the attributes that hold their endpoint."""
    every = catalog.registries().values()
    return (
        {name: registry for registry in every for name in registry.settings},
        {name: registry for registry in every for name in registry.clients},
        {name: registry for registry in every for name in registry.attributes},
    )


@cache
def _called() -> frozenset[str]:
    """Return the last names of all calls that are read."""
    names = {
        *_SETTERS,
        *python_endpoints.called(),
        *_endpoints()[1],
        *catalog.loaders(),
        *catalog.hosted_calls(),
        *AWS_CLIENTS,
        "partial",
    }
    return frozenset(name.rpartition(".")[2] for name in names)


def _constant(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


class _Reader:
    """One pass over one file."""

    def __init__(self, source: SourceFile, names: Names) -> None:
        self._report = Report(source, names, Values(names, is_loading), source.data.splitlines())
        self._names = names
        self._values = self._report.values
        self._loading = Loading(self._report)
        self._hosted = Hosted(self._report)
        self._regions = Regions(self._report)
        self._addresses = Addresses(self._report, self._hosted)
        self._folder = posixpath.dirname(source.path)
        self._settings, self._clients, self._attributes = _endpoints()

    def read(self) -> Found:
        self._imports()
        strings: list[Any] = []
        for node, chain in self._names.nodes:
            if isinstance(node, ast.Constant):
                if isinstance(node.value, str):
                    strings.append(node)
            elif isinstance(node, ast.Call):
                self._call(node, chain)
            elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
                self._assignment(node, chain)
            elif isinstance(node, ast.Return):
                self._loading.handed_on(node.value, chain)
            elif isinstance(node, ast.arguments):
                for default in (*node.defaults, *node.kw_defaults):
                    self._loading.handed_on(default, chain)
            elif isinstance(node, ast.Expr):
                self._report.read.add(id(node.value))  # a docstring, or a comment written as a string
            elif isinstance(node, (ast.JoinedStr, ast.BinOp)):
                self._addresses.in_parts(node, chain)
        self._addresses.finish()
        for node in strings:
            if id(node) not in self._report.read and (" " not in node.value or "://" in node.value):
                self._addresses.constant(node)
        connections(self._report)
        self._hosted.finish()
        if indexes.may_install(self._report.source.data):
            from supplychain.discovery import python_commands  # here, since few files do, and commands hold Python too

            self._report.found.settings += python_commands.settings(self._report)
        data = self._report.source.data
        if any(word in data for word in _STARTS) or (b"install" in data and b"pip" in data):
            from supplychain.discovery import python_programs  # here, for the same reasons

            started = python_programs.programs(self._report)
            found = self._report.found
            found.references += started.references
            found.unresolved += started.unresolved
            found.settings += started.settings
            found.installs += started.installs
        self._report.found.switches += python_switches.read(self._report, self._hosted.able, self._hosted.only)
        return self._report.found

    def _imports(self) -> None:
        package = self._folder.split("/") if self._folder else []
        for module, level, line in self._names.imports:
            base = package[: max(len(package) - level + 1, 0)] or [""] if level else []
            self._report.found.imports.append((".".join([*base, module]), line))
            if not level:
                self._hosted.imported(module, line)
        for called in _BY_NAME & self._names.calls.keys():
            for node, chain in self._names.calls[called]:
                self._imported_by_name(node, chain)

    def _imported_by_name(self, node: ast.Call, chain: Chain) -> None:
        """Note the module that `importlib.import_module("…")` and `__import__("…")` import."""
        if not node.args or not _IMPORTERS & set(self._names.dotted(node.func, chain)):
            return
        for known in self._values.possible(node.args[0], chain).known:
            if _MODULE.fullmatch(known.value):
                self._report.found.imports.append((known.value, node.lineno))
                self._hosted.imported(known.value, node.lineno)

    def _call(self, node: ast.Call, chain: Chain) -> None:
        if getattr(node.func, "attr", getattr(node.func, "id", "")) in _MAKERS:
            self._addresses.made(node, chain)
        if not self._may_matter(node.func):
            self._hand_on(node, chain)
            return
        candidates = self._names.dotted(node.func, chain)
        if not _SETTERS.isdisjoint(candidates):
            self._environment_call(node, chain)
        for name in filter(self._clients.__contains__, dict.fromkeys(candidates)):
            if (endpoint := keyword_of(node, "endpoint")) is not None and not is_none(endpoint):
                self._override(self._clients[name], f"{name}(endpoint)", endpoint, node.lineno, chain)
        if "functools.partial" in candidates and node.args:
            matches = self._loading.matching_node(node.args[0], chain)
            call = ast.copy_location(ast.Call(node.args[0], node.args[1:], node.keywords), node)
            if self._loading.names_argument(call, matches):
                self._loaded(call, matches, chain)
                return
        self._hand_on(node, chain)
        if matches := self._loading.matching(candidates):
            self._loaded(node, matches, chain)
        else:
            self._hosted.call(node, candidates, chain)
        self._regions.call(node, candidates, chain)

    def _may_matter(self, func: ast.expr) -> bool:
        """Whether a call may be one of the catalog's, by the last name of what is called; most are not."""
        if isinstance(func, ast.Attribute):
            return func.attr in _called() or self._loading.takes_any_name
        return not isinstance(func, ast.Name) or func.id in self._names.aliases or func.id in _called()

    def _hand_on(self, node: ast.Call, chain: Chain) -> None:
        for argument in (*node.args, *[keyword.value for keyword in node.keywords]):
            if argument.__class__ is not ast.Name or self._loading.may_be(argument.id):
                self._loading.handed_on(argument, chain)

    def _loaded(self, node: ast.Call, matches: list[Match], chain: Chain) -> None:
        self._loading.call(node, matches, chain)
        if len(chain) > 1:
            self._report.found.wrappers += wrappers(self._report, node, *matches[0], chain)

    def _assignment(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign, chain: Chain) -> None:
        if node.value is None:
            return
        self._addresses.assigned(node)
        self._loading.handed_on(node.value, chain)
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Subscript) and "os.environ" in self._names.dotted(target.value, chain):
                self._setting(target.slice, node.value, target.lineno, chain)
            elif isinstance(target, ast.Subscript) and _constant(target.slice) in indexes.variables():
                self._index(_constant(target.slice), node.value, target.lineno, chain)  # a copy of it for a program
            elif isinstance(target, ast.Attribute):
                candidates = self._names.dotted(target, chain)
                for name in self._attributes.keys() & set(candidates):
                    self._override(self._attributes[name], name, node.value, target.lineno, chain)
                if "os.environ" in candidates:
                    self._environment_mapping(node.value, chain)

    def _environment_call(self, node: ast.Call, chain: Chain) -> None:
        if len(node.args) == 2:
            self._setting(node.args[0], node.args[1], node.lineno, chain)
        for argument in node.args:
            self._environment_mapping(argument, chain)
        for keyword in node.keywords:
            if keyword.arg in switches.telling():
                self._set(keyword.arg, keyword.value, keyword.value.lineno, chain)
            if keyword.arg in indexes.variables():
                self._index(keyword.arg, keyword.value, keyword.value.lineno, chain)
            if keyword.arg in self._settings:
                registry = self._settings[keyword.arg]
                self._override(registry, keyword.arg, keyword.value, keyword.value.lineno, chain)

    def _environment_mapping(self, node: ast.expr, chain: Chain) -> None:
        for part in ast.walk(node):
            if isinstance(part, ast.Dict):
                for key, value in zip(part.keys, part.values, strict=True):
                    if key is not None:
                        self._setting(key, value, key.lineno, chain)
            elif isinstance(part, ast.Call) and "?dict" in self._names.dotted(part.func, chain):
                self._environment_call(part, chain)

    def _setting(self, name: ast.expr, value: ast.expr, line: int, chain: Chain) -> None:
        variable = self._values.constant(name, chain)
        if variable and (registry := self._settings.get(variable.value)):
            self._override(registry, variable.value, value, line, chain)
        if variable and variable.value in switches.telling():
            self._set(variable.value, value, line, chain)
        if variable and variable.value in indexes.variables():
            self._index(variable.value, value, line, chain)

    def _index(self, name: str, value: ast.expr, line: int, chain: Chain) -> None:
        """Report where a package client is sent by a variable of the environment."""
        known = self._values.constant(value, chain)
        word = Word(known.value if known else self._report.code(value), line, is_known=known is not None)
        self._report.found.settings += indexes.of_variables([(name, word)], self._report.source)

    def _set(self, name: str, value: ast.expr, line: int, chain: Chain) -> None:
        known = self._values.constant(value, chain)
        text = known.value if known else str(value.value) if isinstance(value, ast.Constant) else None
        shown = self._report.code(value) if text is None else text
        self._report.found.variables.append(Given(name, shown, text is not None, self._report.source.at(line)))

    def _override(self, registry: Registry, variable: str, value: ast.expr, line: int, chain: Chain) -> None:
        known = self._values.constant(value, chain)
        address = known.value if known else None
        place = self._report.source.at(line)
        override = Override(registry=registry.key, variable=variable, address=address, at=place)
        self._report.found.overrides.append(override)
