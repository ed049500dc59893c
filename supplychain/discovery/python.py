"""Python source: loading calls, addresses of weights, endpoint settings and imports, through the syntax tree."""

from __future__ import annotations

import ast
import posixpath
import warnings
from collections.abc import Iterator

from supplychain import catalog
from supplychain.catalog.interface import Loader, Registry
from supplychain.discovery.interface import Found, NotParsedError, SourceFile
from supplychain.discovery.naming import Named, from_address, from_name, is_address
from supplychain.discovery.python_names import Chain, Names, walk
from supplychain.model.component import Component, Kind
from supplychain.model.reference import Override, Reference, Resolution

_SETTERS = frozenset({"os.environ.setdefault", "os.putenv", "os.environ.update", "os.environ.__setitem__"})


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
        self._attributes = {name: r for r in catalog.registries().values() for name in r.attributes}
        self._named_by_call: set[int] = set()

    def read(self) -> Found:
        self._imports()
        strings: list[ast.Constant] = []
        prose: set[int] = set()
        for node, chain in walk(self._tree):
            if isinstance(node, ast.Call):
                self._call(node, chain)
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    self._assignment(target, node.value, chain)
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                prose.add(id(node.value))  # a docstring, or a comment written as a string
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                strings.append(node)
        for node in strings:
            if id(node) not in prose and id(node) not in self._named_by_call:
                self._weights_address(node)
        return self._found

    def _imports(self) -> None:
        package = self._folder.split("/") if self._folder else []
        services = catalog.services()
        seen: set[str] = set()
        for module, level, line in self._names.imports:
            base = package[: len(package) - level + 1] if level else []
            self._found.imports.append((".".join([*base, module] if module else base), line))
            if level:
                continue
            for name, service in services.items():
                if (module == name or module.startswith(f"{name}.")) and service not in seen:
                    seen.add(service)
                    component = Component(kind=Kind.SERVICE, source="", name=service)
                    self._refer(Named(component), line, Resolution.LITERAL, f"import {name}")

    def _call(self, node: ast.Call, chain: Chain) -> None:
        candidates = self._names.candidates(node.func)
        if any(candidate in _SETTERS for candidate in candidates):
            self._environment_call(node, chain)
        function = candidates[0].rpartition(".")[2].lstrip("?")
        aliased = {candidate.rpartition(".")[2] for candidate in candidates}
        for name in (function, *sorted(aliased - {function})):
            for loader in catalog.loaders().get(name, ()):
                if any(_matches(loader, candidate) for candidate in candidates):
                    self._load(node, loader, candidates[-1].lstrip("?."), chain)
                    return

    def _load(self, node: ast.Call, loader: Loader, call: str, chain: Chain) -> None:
        registry = catalog.registries()[loader.registry]
        kind = Kind(loader.kind)
        if loader.kind_argument and (word := _keyword(node, loader.kind_argument)) is not None:
            known = self._names.constant(word, chain)
            if known and known.value == "space":
                return  # an application, neither model nor dataset
            kind = Kind.DATASET if known and known.value == "dataset" else kind
        argument = _argument(node, loader)
        if argument is None:
            reason = loader.when_absent or "the name is passed in a way that hides it"
            self._unresolved(kind, node, call, node, reason)
            return
        known = self._names.constant(argument, chain)
        if known is None:
            self._unresolved(kind, node, call, argument, "the name is made at run time")
            return
        self._named_by_call.add(id(argument))
        if known.value in loader.builders:
            self._data_files(node, loader, call, kind, chain)
            return
        local = loader.local_argument and _keyword(node, loader.local_argument)
        if local and (word_known := self._names.constant(local, chain)) and word_known.value == "local":
            named: Named | None = Named(Component(kind=kind, source="file", name=known.value.strip("./") or "."))
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
        if loader.address and not loader.prefix.startswith("tensorflow_hub"):
            return None
        named = from_name(text, kind, registry, self._source.exists, self._folder)
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
                self._named_by_call.add(id(leaf))
                if is_address(known.value):
                    named = from_address(known.value, kind)
                else:
                    named = Named(Component(kind=kind, source="file", name=known.value))
                self._refer(named, leaf.lineno, known.resolution, call)

    def _weights_address(self, node: ast.Constant) -> None:
        """Refer to weights by their address, wherever the code spells it: the target's own downloader takes it."""
        text = str(node.value)
        if is_address(text) and text.split("?", maxsplit=1)[0].lower().endswith(catalog.artifacts().url_suffixes):
            self._refer(from_address(text, Kind.MODEL), node.lineno, Resolution.LITERAL, "address of weights")

    def _assignment(self, target: ast.expr, value: ast.expr, chain: Chain) -> None:
        if isinstance(target, ast.Subscript) and self._names.dotted(target.value) == "os.environ":
            self._setting(target.slice, value, target.lineno, chain)
        elif isinstance(target, ast.Attribute) and (registry := self._attributes.get(self._names.dotted(target))):
            self._override(registry, self._names.dotted(target), value, target.lineno, chain)

    def _environment_call(self, node: ast.Call, chain: Chain) -> None:
        if len(node.args) == 2:
            self._setting(node.args[0], node.args[1], node.lineno, chain)
        for argument in node.args:
            if isinstance(argument, ast.Dict):
                for key, value in zip(argument.keys, argument.values, strict=True):
                    if key is not None:
                        self._setting(key, value, value.lineno, chain)
        for keyword in node.keywords:
            if keyword.arg in self._settings:
                registry = self._settings[keyword.arg]
                self._override(registry, keyword.arg, keyword.value, keyword.value.lineno, chain)

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

    def _unresolved(self, kind: Kind, node: ast.Call, call: str, expression: ast.expr, reason: str) -> None:
        shown = self._code(expression)
        self._found.unresolved.append(self._source.unresolved(kind, node.lineno, call, shown, reason))

    def _code(self, node: ast.expr) -> str:
        """Return the first line of an expression as it is written."""
        line = self._lines[node.lineno - 1] if node.lineno <= len(self._lines) else b""
        end = node.end_col_offset if node.end_lineno == node.lineno else None
        text = line[node.col_offset : end].decode("utf-8", "replace")
        return text if end is not None else f"{text} …"


def _matches(loader: Loader, dotted: str) -> bool:
    if loader.prefix == "*":
        return dotted.endswith(f".{loader.function}")
    return dotted == f"{loader.prefix}.{loader.function}" or (
        dotted.startswith(f"{loader.prefix}.") and dotted.endswith(f".{loader.function}")
    )


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


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _leaves(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the expressions inside lists and dictionaries of literals."""
    pending = [node]
    while pending:
        current = pending.pop(0)
        if isinstance(current, (ast.List, ast.Tuple)):
            pending.extend(current.elts)
        elif isinstance(current, ast.Dict):
            pending.extend(current.values)
        else:
            yield current
