"""Python source: loading calls, addresses of weights, endpoint settings and imports, through the syntax tree."""

from __future__ import annotations

import ast
import gc
import posixpath
import re
import warnings
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from supplychain import catalog
from supplychain.catalog.interface import Loader, Registry
from supplychain.discovery.interface import Found, NotParsedError, SourceFile
from supplychain.discovery.naming import Named, from_address, from_name, is_address, trim
from supplychain.discovery.python_names import Chain, Names
from supplychain.model.component import Component, Kind
from supplychain.model.reference import Override, Reference, Resolution

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
        with _no_collection(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the target's own escapes and comparisons are not our business
            tree = ast.parse(source.data)
            return _Reader(source, tree).read()
    except SyntaxError as error:
        raise NotParsedError(f"not the Python of this interpreter: {error.msg}", error.lineno) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise NotParsedError(f"not Python that can be parsed: {type(error).__name__}") from error


@contextmanager
def _no_collection() -> Iterator[None]:
    """Pause the garbage collector: a syntax tree is many objects and no cycle, and collections take a third."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _Reader:
    """One pass over one file."""

    def __init__(self, source: SourceFile, tree: ast.Module) -> None:
        self._source = source
        self._tree = tree
        self._names = Names(tree)
        self._lines = source.data.splitlines()
        self._folder = posixpath.dirname(source.path)
        self._found = Found()
        self._settings = {name: registry for registry in catalog.registries().values() for name in registry.settings}
        self._clients = {name: r for r in catalog.registries().values() for name in r.clients}
        self._attributes = {name: r for r in catalog.registries().values() for name in r.attributes}
        self._read: set[int] = set()
        """Strings that are no address of weights, or are known already."""

    def read(self) -> Found:
        self._imports()
        strings: list[ast.Constant] = []
        for node, chain in self._names.nodes:
            if isinstance(node, ast.Call):
                self._call(node, chain)
            elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
                self._assignment(node, chain)
            elif isinstance(node, ast.Return):
                self._handed_on(node.value, chain)
            elif isinstance(node, ast.arguments):
                for default in (*node.defaults, *node.kw_defaults):
                    self._handed_on(default, chain)
            elif isinstance(node, ast.Expr):
                self._read.add(id(node.value))  # a docstring, or a comment written as a string
            elif isinstance(node, (ast.JoinedStr, ast.BinOp)):
                self._address_in_parts(node, chain)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                strings.append(node)
        for node in strings:
            if id(node) not in self._read:
                self._weights_address(node)
        return self._found

    def _imports(self) -> None:
        package = self._folder.split("/") if self._folder else []
        services = {name: service.id for service in catalog.services() for name in service.imports}
        seen: set[str] = set()
        for module, level, line in self._names.imports:
            base = package[: max(len(package) - level + 1, 0)] or [""] if level else []
            self._found.imports.append((".".join([*base, module]), line))
            if level:
                continue
            for name, service in services.items():
                if (module == name or module.startswith(f"{name}.")) and service not in seen:
                    seen.add(service)
                    component = Component(kind=Kind.SERVICE, source="", name=service)
                    self._refer(Named(component), line, Resolution.LITERAL, f"import {name}")

    def _call(self, node: ast.Call, chain: Chain) -> None:
        candidates = self._names.dotted(node.func, chain)
        if not _SETTERS.isdisjoint(candidates):
            self._environment_call(node, chain)
        for name in self._clients.keys() & set(candidates):
            if (endpoint := _keyword(node, "endpoint")) is not None and not _is_none(endpoint):
                self._override(self._clients[name], f"{name}(endpoint)", endpoint, node.lineno, chain)
        if "functools.partial" in candidates and node.args and (matches := self._matching(node.args[0], chain)):
            call = ast.copy_location(ast.Call(node.args[0], node.args[1:], node.keywords), node)
            if any(_argument(call, loader) is not None for loader, _ in matches):
                self._load_any(call, matches, chain)
                return
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            self._handed_on(argument, chain)
        if matches := _matching(candidates):
            self._load_any(node, matches, chain)

    def _matching(self, node: ast.expr, chain: Chain) -> list[tuple[Loader, str]]:
        return _matching(self._names.dotted(node, chain)) if isinstance(node, (ast.Name, ast.Attribute)) else []

    def _handed_on(self, node: ast.expr | None, chain: Chain) -> None:
        """Report a loading function that is passed on or kept under another name: its call is not seen."""
        for leaf in _leaves(node) if node is not None else ():
            if isinstance(leaf, ast.Name) and self._names.is_assigned(leaf.id, chain):
                continue
            for loader, call in self._matching(leaf, chain)[:1]:
                if loader.function.islower():  # a class is named for other reasons too
                    reason = "the loading function is handed on; what it is called with is not seen"
                    self._unresolved(Kind(loader.kind), leaf, call, leaf, reason)

    def _load_any(self, node: ast.Call, matches: list[tuple[Loader, str]], chain: Chain) -> None:
        loader, call = matches[0]
        if len({other.registry for other, _ in matches}) > 1:
            modules = ", ".join(name.partition(".")[0] for _, name in matches)
            self._unresolved(Kind(loader.kind), node, call, node, f"its function is imported from several: {modules}")
            return
        self._load(node, loader, call, chain)

    def _load(self, node: ast.Call, loader: Loader, call: str, chain: Chain) -> None:
        registry = catalog.registries()[loader.registry]
        kind = Kind(loader.kind)
        if loader.kind_argument and (word := _keyword(node, loader.kind_argument)) is not None:
            known = self._names.constant(word, chain)
            if known and known.value == "space":
                return  # an application, neither model nor dataset
            kind = Kind.DATASET if known and known.value == "dataset" else kind
        argument = _argument(node, loader)
        if argument is None or (loader.when_absent and _is_none(argument)):
            hidden = "the name is passed in a way that hides it"
            reason = hidden if _is_open(node) else loader.when_absent or hidden
            self._unresolved(kind, node, call, node, reason)
            return
        known = self._names.constant(argument, chain)
        if known is None:
            self._unresolved(kind, node, call, argument, "the name is made at run time")
            return
        self._read.add(id(argument))
        if known.value in loader.builders:
            self._data_files(node, loader, call, kind, chain)
            return
        local = loader.local_argument and _keyword(node, loader.local_argument)
        if local and (word_known := self._names.constant(local, chain)) and word_known.value == "local":
            named: Named | None = Named(Component(kind=kind, source="file", name=trim(known.value) or "."))
        else:
            named = self._name(known.value, kind, registry, loader)
        if named is None:
            self._unresolved(kind, node, call, argument, f"{known.value!r} has not the form of a {registry.word} name")
            return
        self._complete(node, loader, call, named, known.resolution, chain)

    def _complete(
        self, node: ast.Call, loader: Loader, call: str, named: Named, resolution: Resolution, chain: Chain
    ) -> None:
        """Add revision and endpoint, which stand in arguments of their own."""
        revision, address = named.revision, named.address
        if loader.revision and (given := _keyword(node, loader.revision)) is not None and not _is_none(given):
            known = self._names.constant(given, chain)
            revision = known.value if known else None
        if loader.endpoint and (given := _keyword(node, loader.endpoint)) is not None and not _is_none(given):
            known = self._names.constant(given, chain)
            if known is None:
                self._unresolved(named.component.kind, node, call, given, "its endpoint is made at run time")
                return
            address = known.value
        self._refer(Named(named.component, revision, address), node.lineno, resolution, call)

    def _name(self, text: str, kind: Kind, registry: Registry, loader: Loader) -> Named | None:
        if is_address(text):
            return from_address(text, kind)
        named = from_name(text, kind, registry, self._source.exists, self._folder)
        if loader.address and not (named and named.component.is_file):
            return None
        if named and loader.default_owner and "/" not in named.component.name and not named.component.is_file:
            full = named.component.model_copy(update={"name": f"{loader.default_owner}/{named.component.name}"})
            return Named(full, named.revision)
        return named

    def _data_files(self, node: ast.Call, loader: Loader, call: str, kind: Kind, chain: Chain) -> None:
        """Refer to each file that a format's builder loads: the dataset is they, not "json"."""
        given = [argument for name in loader.builder_files if (argument := _keyword(node, name)) is not None]
        if not given:
            self._unresolved(kind, node, call, node, "the data files are passed in a way that hides them")
        for argument in given:
            for leaf in _leaves(argument):
                known = self._names.constant(leaf, chain)
                if known is None:
                    self._unresolved(kind, node, call, leaf, "the data file's name is made at run time")
                    continue
                self._read.add(id(leaf))
                if is_address(known.value):
                    named = from_address(known.value, kind)
                else:
                    named = Named(Component(kind=kind, source="file", name=known.value))
                self._refer(named, leaf.lineno, known.resolution, call)

    def _weights_address(self, node: ast.Constant) -> None:
        """Refer to weights by their address, wherever the code spells it: the target's own downloader takes it."""
        text = str(node.value)
        if not _is_weights_address(text):
            return
        if _PLACEHOLDER.search(text):
            self._address_at_run_time(node)
        else:
            self._refer(from_address(text, Kind.MODEL), node.lineno, Resolution.LITERAL, "address of weights")

    def _address_in_parts(self, node: ast.JoinedStr | ast.BinOp, chain: Chain) -> None:
        """Refer to an address of weights that is put together of known parts; report one that is not."""
        if known := self._names.constant(node, chain):
            if _is_weights_address(known.value):
                self._read.update(id(part) for part in ast.walk(node))
                self._refer(from_address(known.value, Kind.MODEL), node.lineno, known.resolution, "address of weights")
        elif isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
            text = "".join(map(str, parts))
            if text.startswith("{}/") and _HOST.search(ast.unparse(node.values[0])):
                text = f"https://{text}"
            if _is_weights_address(text) and "{}" in text.partition("?")[0]:
                self._read.update(id(part) for part in node.values)
                self._address_at_run_time(node)
        elif isinstance(node.op, ast.Add) and _text(node.right).lower().endswith(catalog.artifacts().url_suffixes):
            first = node.left
            while isinstance(first, ast.BinOp):
                first = first.left
            if isinstance(first, ast.JoinedStr) and first.values:
                first = first.values[0]
            if is_address(_text(first)):
                self._read.update({id(first), id(node.right)})
                self._address_at_run_time(node)

    def _address_at_run_time(self, node: ast.expr) -> None:
        self._unresolved(Kind.MODEL, node, "address of weights", node, "the address is made at run time")

    def _assignment(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign, chain: Chain) -> None:
        if node.value is None:
            return
        self._handed_on(node.value, chain)
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
        variable = self._names.constant(name, chain)
        if variable and (registry := self._settings.get(variable.value)):
            self._override(registry, variable.value, value, line, chain)

    def _override(self, registry: Registry, variable: str, value: ast.expr, line: int, chain: Chain) -> None:
        known = self._names.constant(value, chain)
        address = known.value if known else None
        place = self._source.at(line)
        self._found.overrides.append(Override(registry=registry.key, variable=variable, address=address, at=place))

    def _refer(self, named: Named, line: int, resolution: Resolution, call: str) -> None:
        self._found.references.append(
            Reference(
                component=named.component,
                at=self._source.at(line),
                resolution=resolution,
                call=call,
                revision=named.revision,
                address=named.address,
                digest=self._source.digest,
            )
        )

    def _unresolved(self, kind: Kind, node: ast.expr, call: str, expression: ast.expr, reason: str) -> None:
        shown = self._code(expression)
        self._found.unresolved.append(self._source.unresolved(kind, node.lineno, call, shown, reason))

    def _code(self, node: ast.expr) -> str:
        """Return the first line of an expression as it is written."""
        line = self._lines[node.lineno - 1] if node.lineno <= len(self._lines) else b""
        end = node.end_col_offset if node.end_lineno == node.lineno else None
        text = line[node.col_offset : end].decode("utf-8", "replace")
        return text if end is not None else f"{text} …"


def _matching(candidates: list[str]) -> list[tuple[Loader, str]]:
    """Return the loaders that a call by these dotted names may be, each with the name.

    Where the start of the name is not imported, the best of them: `from … import *` gives names that may not exist.
    """
    found = [
        (loader, candidate)
        for candidate in candidates
        for loader in [
            entry for entry in catalog.loaders().get(candidate.rpartition(".")[2], ()) if _matches(entry, candidate)
        ][:1]
    ]
    if found and candidates[0].startswith("?"):
        loader, call = max(found, key=lambda match: (len(match[0].prefix), not match[1].startswith("?")))
        return [(loader, call.lstrip("?."))]
    return found


def _matches(loader: Loader, dotted: str) -> bool:
    if loader.prefix == "*":
        return "." in dotted
    return dotted.startswith(f"{loader.prefix}.")


def _keyword(node: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in node.keywords if keyword.arg == name), None)


def _argument(node: ast.Call, loader: Loader) -> ast.expr | None:
    """Return the argument that names the component, or None where it is absent or inside `*` or `**`."""
    for name in loader.keywords:
        if (value := _keyword(node, name)) is not None:
            return value
    before = node.args[: loader.position + 1]
    if len(before) <= loader.position or any(isinstance(argument, ast.Starred) for argument in before):
        return None
    return before[-1]


def _is_open(node: ast.Call) -> bool:
    """Whether a call has arguments that its text does not show."""
    return any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords)


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_weights_address(text: str) -> bool:
    if not is_address(text) or any(character.isspace() for character in text):
        return False
    return re.split("[?#]", text, maxsplit=1)[0].lower().endswith(catalog.artifacts().url_suffixes)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _leaves(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the expressions inside lists and dictionaries of literals."""
    pending = deque([node])
    while pending:
        current = pending.popleft()
        if isinstance(current, (ast.List, ast.Tuple)):
            pending.extend(current.elts)
        elif isinstance(current, ast.Dict):
            pending.extend(current.values)
        else:
            yield current
