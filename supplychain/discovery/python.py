"""Python source: loading calls, addresses of weights, endpoint settings and imports, through the syntax tree."""

from __future__ import annotations

import ast
import posixpath
import re
import warnings
from functools import cache

from supplychain import catalog
from supplychain.catalog.interface import Registry
from supplychain.discovery.interface import Found, NotParsedError, SourceFile
from supplychain.discovery.naming import from_address, is_address
from supplychain.discovery.python_hosted import Hosted
from supplychain.discovery.python_loading import Loading, is_loading
from supplychain.discovery.python_names import Chain, Names
from supplychain.discovery.python_report import Report, is_none, keyword_of
from supplychain.discovery.python_values import Values
from supplychain.model.component import Kind
from supplychain.model.reference import Override, Resolution

_ADDRESS = "address of weights"
_SETTERS = frozenset({"os.environ.setdefault", "os.putenv", "os.environ.update", "os.environ.__setitem__"})
_PLACEHOLDER = re.compile(r"[{}]|%s|%\(|%d(?![0-9A-Fa-f])")
"""What code fills in at run time in the text of an address."""
_HOST = re.compile(r"(?i)url|host|endpoint|mirror|server|bucket|cdn")
"""The name of a value that begins an address, where it is not known."""


def read(source: SourceFile) -> Found:
    """Return what a Python file names.

    Raises:
        NotParsedError: it is not the Python of this interpreter: Python 2, damaged, or nested beyond the parser.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the target's own escapes and comparisons are not our business
            tree = ast.parse(source.data)
            return _Reader(source, tree).read()
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


class _Reader:
    """One pass over one file."""

    def __init__(self, source: SourceFile, tree: ast.Module) -> None:
        names = Names(tree)
        self._report = Report(source, names, Values(names, source.module, is_loading), source.data.splitlines())
        self._names = names
        self._values = self._report.values
        self._loading = Loading(self._report)
        self._hosted = Hosted(self._report)
        self._folder = posixpath.dirname(source.path)
        self._settings, self._clients, self._attributes = _endpoints()

    def read(self) -> Found:
        self._imports()
        strings: list[ast.Constant] = []
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
                self._address_in_parts(node, chain)
        for node in strings:
            if id(node) not in self._report.read:
                self._address(node)
        self._hosted.finish()
        return self._report.found

    def _imports(self) -> None:
        package = self._folder.split("/") if self._folder else []
        for module, level, line in self._names.imports:
            base = package[: max(len(package) - level + 1, 0)] or [""] if level else []
            self._report.found.imports.append((".".join([*base, module]), line))
            if not level:
                self._hosted.imported(module, line)

    def _call(self, node: ast.Call, chain: Chain) -> None:
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
                self._loading.call(call, matches, chain)
                return
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            self._loading.handed_on(argument, chain)
        if matches := self._loading.matching(candidates):
            self._loading.call(node, matches, chain)
        else:
            self._hosted.call(node, candidates, chain)

    def _address(self, node: ast.Constant) -> None:
        """Refer to weights and services by their address, and to hosted models by a telling name, wherever they stand."""
        text = str(node.value)
        if self._hosted.name(text, node.lineno):
            return
        if self._hosted.address(text, node.lineno) or not _is_weights_address(text):
            return
        if _PLACEHOLDER.search(text):
            self._address_at_run_time(node)
        else:
            self._report.refer(from_address(text, Kind.MODEL), node.lineno, Resolution.LITERAL, _ADDRESS)

    def _address_in_parts(self, node: ast.JoinedStr | ast.BinOp, chain: Chain) -> None:
        """Refer to an address of weights that is put together of known parts; report one that is not."""
        parts = node.values if isinstance(node, ast.JoinedStr) else [node.right]
        if not parts or not _text(parts[-1]).lower().partition("?")[0].endswith(catalog.artifacts().url_suffixes):
            return  # the address of weights ends as their file does
        possible = self._values.possible(node, chain)
        for known in possible.known:
            if _is_weights_address(known.value):
                self._report.read.update(id(part) for part in ast.walk(node))
                self._report.refer(from_address(known.value, Kind.MODEL), node.lineno, known.resolution, _ADDRESS)
        if possible.is_open and self._begins_as_address(node):
            self._report.read.update(id(part) for part in ast.walk(node))
            self._address_at_run_time(node)

    @staticmethod
    def _begins_as_address(node: ast.expr) -> bool:
        while isinstance(node, (ast.BinOp, ast.JoinedStr)):
            if isinstance(node, ast.BinOp):
                node = node.left
            elif node.values:
                node = node.values[0]
            else:
                return False
        if isinstance(node, ast.Constant):
            return is_address(_text(node))
        inner = node.value if isinstance(node, ast.FormattedValue) else node
        return _HOST.search(ast.unparse(inner)) is not None

    def _address_at_run_time(self, node: ast.expr) -> None:
        self._report.unresolved(Kind.MODEL, node, _ADDRESS, node, "the address is made at run time")

    def _assignment(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign, chain: Chain) -> None:
        if node.value is None:
            return
        self._loading.handed_on(node.value, chain)
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Subscript) and "os.environ" in self._names.dotted(target.value, chain):
                self._setting(target.slice, node.value, target.lineno, chain)
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

    def _override(self, registry: Registry, variable: str, value: ast.expr, line: int, chain: Chain) -> None:
        known = self._values.constant(value, chain)
        address = known.value if known else None
        place = self._report.source.at(line)
        override = Override(registry=registry.key, variable=variable, address=address, at=place)
        self._report.found.overrides.append(override)


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_weights_address(text: str) -> bool:
    if not is_address(text) or any(character.isspace() for character in text):
        return False
    return re.split("[?#]", text, maxsplit=1)[0].lower().endswith(catalog.artifacts().url_suffixes)
