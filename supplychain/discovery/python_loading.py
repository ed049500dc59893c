"""Loading calls of Python source: which model or dataset each of them names."""

from __future__ import annotations

import ast
import posixpath
import re
from functools import cache
from weakref import WeakMethod

from supplychain import catalog
from supplychain.catalog.interface import Loader, Registry
from supplychain.discovery.forms import component_of, is_weights_address
from supplychain.discovery.naming import Named, from_address, from_name, is_address, is_word, not_a_name, trim
from supplychain.discovery.python_loaders import argument_of, checksum_of, leaves, loaders_of, registry_of, stands_for
from supplychain.discovery.python_names import Chain
from supplychain.discovery.python_opened import as_paths
from supplychain.discovery.python_report import Report, is_none, is_open, keyword_of, positional
from supplychain.discovery.python_told import Told
from supplychain.discovery.python_values import Known
from supplychain.model.component import Component, Kind
from supplychain.model.reference import Resolution

_HIDDEN = "the name is passed in a way that hides it"
_DATA = re.compile(r"(?i).+\.(csv|tsv|jsonl?|parquet|arrow|feather|xlsx?|ndjson|npy|npz|txt|tar|zip|gz)")
"""A path that is one of data by its ending."""
Match = tuple[Loader, str]
"""A loader, and the dotted name of the call as it resolves."""


@cache
def _of_any_name() -> frozenset[str]:
    return frozenset(loader.prefix.partition(".")[0] for loader in catalog.loaders().get("*", ()))


class Loading:
    """The loading calls of one file."""

    def __init__(self, report: Report) -> None:
        """Add what they name to a report."""
        self._report = report
        self._folder = posixpath.dirname(report.source.path)
        self._likeliest: dict[str, tuple[Loader, ...]] = {}
        """The first loader of each dotted name of the file, or none."""
        self._imported = {module.partition(".")[0] for module, level, _ in report.names.imports if not level}
        self._told = Told(report, WeakMethod(self.matching))  # a circle would keep the tree until garbage is collected
        self.takes_any_name = not self._imported.isdisjoint(_of_any_name())
        """Whether the file imports a library of which any function may load."""

    def matching(self, candidates: list[str]) -> list[Match]:
        """Return the loaders that a call by these dotted names may be, each with the name.

        Where the start of the name is not imported, the best of them: `from … import *` gives names that may not exist.
        """
        for name in candidates:
            if name not in self._likeliest:
                self._likeliest[name] = loaders_of(name)[:1] or self._of_client(name)
        found = [(loader, name) for name in candidates for loader in self._likeliest[name]]
        if found and candidates[0].startswith("?"):
            loader, call = max(found, key=lambda match: (len(match[0].prefix), not match[1].startswith("?")))
            return [(loader, call.lstrip("?."))]
        return found

    def _of_client(self, name: str) -> tuple[Loader, ...]:
        """Return the loader that a method of an object may be, where the file imports its library."""
        every = catalog.loaders().get(name.rpartition(".")[2], ()) if name.startswith("?") and "." in name else ()
        return tuple(loader for loader in every if loader.client and loader.prefix in self._imported)[:1]

    def matching_node(self, node: ast.expr, chain: Chain) -> list[Match]:
        """Return the loaders that an expression may be."""
        return (
            self.matching(self._report.names.dotted(node, chain)) if isinstance(node, (ast.Name, ast.Attribute)) else []
        )

    def handed_on(self, node: ast.expr | None, chain: Chain) -> None:
        """Report a loading function that is passed on or kept under another name: its call is not seen.

        A text that names a model by its form alone is reported, too.
        """
        kind = node.__class__
        if node is None or kind is ast.Call:
            return
        if kind is ast.Constant and not isinstance(node.value, str):  # type: ignore[attr-defined]
            return
        if kind is ast.Name and not self._can_load(node):
            return
        for leaf in leaves(node):
            if isinstance(leaf, (ast.Constant, ast.BoolOp, ast.IfExp)):
                self._told.texts(leaf)
                continue
            for loader, call in self.matching_node(leaf, chain)[:1] if self._can_load(leaf) else ():
                if loader.named_by == "constant":
                    self._by_itself(ast.copy_location(ast.Call(leaf, [], []), leaf), loader, call, chain)
                    continue
                if isinstance(leaf, ast.Name) and self._report.names.is_assigned(leaf.id, chain):
                    continue
                telling = loader.named_by == "argument" and not loader.quiet and not loader.local
                if telling and loader.function.islower():  # a class is named for other reasons too
                    reason = "the loading function is handed on, and no call of it that names a model is seen"
                    self._report.unresolved(Kind(loader.kind), leaf, call, leaf, reason, loader.registry)

    def may_be(self, name: str) -> bool:
        """Whether a name may be that of a loading function here."""
        return name in self._report.names.aliases or name in catalog.loaders()

    def _can_load(self, leaf: ast.expr) -> bool:
        """Whether an expression has a name that a loading function may have here; most have none."""
        if isinstance(leaf, ast.Name):
            return self.may_be(leaf.id)
        return isinstance(leaf, ast.Attribute) and (leaf.attr in catalog.loaders() or leaf.attr.isupper())

    def call(self, node: ast.Call, matches: list[Match], chain: Chain) -> None:
        """Report what a call loads that matches these loaders."""
        loader, call = matches[0]
        if len({other.registry for other, _ in matches}) > 1:
            modules = ", ".join(name.partition(".")[0] for _, name in matches)
            reason = f"its function is imported from several: {modules}"
            self._report.unresolved(Kind(loader.kind), node, call, node, reason)
        elif self._loads(node, loader):
            if loader.named_by == "argument":
                for given, by_path, around in as_paths(self._report, node, loader, chain):
                    self._by_argument(given, by_path, call, around)
            else:
                self._by_itself(node, loader, call, chain)

    def names_argument(self, node: ast.Call, matches: list[Match]) -> bool:
        """Whether a call gives the argument that one of these loaders takes the name from."""
        return any(argument_of(node, loader) is not None for loader, _ in matches)

    @staticmethod
    def _loads(node: ast.Call, loader: Loader) -> bool:
        if loader.requires:
            given = keyword_of(node, *loader.requires)
            if given is None or (isinstance(given, ast.Constant) and not given.value):
                return False
        values = ((keyword_of(node, name), texts) for name, texts in loader.unless.items())
        return not any(value is not None and (ast.unparse(value) in texts or "*" in texts) for value, texts in values)

    def _by_itself(self, node: ast.Call, loader: Loader, call: str, chain: Chain) -> None:
        """Refer to what the name of the function, its class or its module stands for."""
        parts = call.split(".")
        name = parts[-2] if loader.named_by == "module" and len(parts) > 1 else parts[-1]
        if name in loader.ignore or (loader.named_by == "class" and not name[:1].isupper()):
            return
        if loader.named_by == "constant" and not name.isupper():
            return
        if loader.named_by == "function" and not (name[:1].islower() or loader.requires):
            return
        name = loader.fixed or name.removeprefix(loader.strip)
        component = Component(kind=loader.kind, source=loader.registry, name=name)
        member = keyword_of(node, loader.revision_text) if loader.revision_text else None
        revision = ast.unparse(member) if isinstance(member, ast.Attribute) else None
        known = self._report.only(node, loader.revision_text, chain) if loader.revision_text else None
        revision = revision or (known.value if known else None)
        resolution = Resolution.LITERAL if revision or loader.requires else Resolution.IMPLICIT
        self._report.refer(Named(component, revision), node.lineno, resolution, call, flags=self._report.flags(node))

    def _by_argument(self, node: ast.Call, loader: Loader, call: str, chain: Chain) -> None:
        kind = self._kind(node, loader, chain)
        if kind is None:
            return
        argument = argument_of(node, loader)
        if argument is None or is_none(argument):
            self._without_name(node, loader, call, kind, chain)
            return
        for part in leaves(argument) if isinstance(argument, (ast.List, ast.Tuple)) else (argument,):
            self._by_part(node, part, loader, call, kind, chain)

    def _by_part(self, node: ast.Call, argument: ast.expr, loader: Loader, call: str, kind: Kind, chain: Chain) -> None:
        """Report what one name of an argument, which may be a list of them, stands for."""
        possible = self._report.possible(argument, chain)
        if possible.is_none and loader.implicit is not None:
            self._without_name(node, loader, call, kind, chain)
        for known in possible.known:
            if known.value in loader.builders:
                self._data_files(node, loader, call, kind, chain)
            elif known.value or not possible.is_open:
                self._named(node, argument, loader, call, kind, known, chain)
        if possible.is_open or not (possible.known or possible.is_none or possible.is_loaded):
            if not loader.quiet and not loader.objects:
                reason = (
                    "the name is made at run time" if not possible.known else "it can also be another, made at run time"
                )
                self._report.unresolved(kind, node, call, argument, reason, loader.registry)

    def _kind(self, node: ast.Call, loader: Loader, chain: Chain) -> Kind | None:
        """Return what a call loads; None for an application, which is neither model nor dataset."""
        word = self._report.only(node, loader.kind_argument, chain)
        if word and word.value == "space":
            return None
        return Kind.DATASET if word and word.value == "dataset" else Kind(loader.kind)

    def _without_name(self, node: ast.Call, loader: Loader, call: str, kind: Kind, chain: Chain) -> None:
        """Report a call that names nothing: the library takes what it likes, or the name is hidden."""
        task = keyword_of(node, "task") or (positional(node, loader.implicit) if loader.implicit is not None else None)
        known = self._report.values.constant(task, chain) if task is not None and not is_open(node) else None
        if known is not None:
            component = Component(kind=kind, source="transformers-default", name=known.value)
            self._report.refer(Named(component), node.lineno, Resolution.IMPLICIT, call, flags=self._report.flags(node))
        elif loader.default is not None and not is_open(node):
            usual = Known(loader.default, Resolution.IMPLICIT)
            self._named(node, node, loader, call, kind, usual, chain)
        elif not loader.quiet and (is_open(node) or not loader.optional) and not loader.objects:
            reason = _HIDDEN if is_open(node) else loader.when_absent or _HIDDEN
            self._report.unresolved(kind, node, call, node, reason, loader.registry)

    def _named(
        self, node: ast.Call, argument: ast.expr, loader: Loader, call: str, kind: Kind, known: Known, chain: Chain
    ) -> None:
        registry = catalog.registries()[registry_of(known.value, loader)]
        known, is_named = stands_for(known, loader)
        if not is_named:
            return
        word = self._report.only(node, loader.local_argument, chain)
        if word and word.value == "local":
            named: Named | None = Named(Component(kind=kind, source="file", name=trim(known.value) or "."))
        elif self._is_ambiguous(known, registry, loader):
            named = None  # a word that also names what is no model, such as "auto"
        else:
            named = self._name(known.value, kind, registry, loader)
        if named is None:
            if not loader.quiet:
                reason = not_a_name(known.value, f"a {registry.word} name")
                self._report.unresolved(kind, node, call, argument, reason, loader.registry)
            return
        self._complete(node, loader, call, named, known.resolution, chain)

    @staticmethod
    def _is_ambiguous(known: Known, registry: Registry, loader: Loader) -> bool:
        """Whether a word that was not found in the call itself may be something else than a name without an owner."""
        followed = known.resolution not in {Resolution.LITERAL, Resolution.IMPLICIT} and registry.key == "huggingface"
        return followed and not loader.default_owner and is_word(known.value)

    def _complete(
        self, node: ast.Call, loader: Loader, call: str, named: Named, resolution: Resolution, chain: Chain
    ) -> None:
        """Add revision, endpoint, digest and flags, which stand in arguments of their own."""
        revision, address = named.revision, named.address
        given = keyword_of(node, loader.revision) if loader.revision else None
        if given is not None and not is_none(given):
            known = self._report.values.constant(given, chain)
            number = str(given.value) if isinstance(given, ast.Constant) else None
            revision = known.value if known else number
        given = keyword_of(node, loader.endpoint) if loader.endpoint else None
        if given is not None and not is_none(given):
            known = self._report.values.constant(given, chain)
            if known is None:
                reason = "its endpoint is made at run time"
                self._report.unresolved(named.component.kind, node, call, given, reason, loader.registry)
                return
            address = known.value
        code = self._report.only(node, loader.code_revision or "code_revision", chain)
        facts = {"code_revision": code.value if code else None, "flags": self._report.flags(node)}
        facts["checksum"] = checksum_of(self._report.only(node, loader.checksum, chain))
        self._report.refer(Named(named.component, revision, address), node.lineno, resolution, call, **facts)

    def _name(self, text: str, kind: Kind, registry: Registry, loader: Loader) -> Named | None:
        exists = self._report.source.exists
        if is_address(text):
            is_weights = loader.registry == "url" and is_weights_address(text)
            return from_address(text, Kind.MODEL if is_weights else kind)
        if loader.local or loader.quiet:
            path = trim(text)
            folder = f"{self._folder}/{path}" if self._folder else path
            there = next((p for p in (path, folder) if path and ".." not in p and exists(p)), None)
            is_data = _DATA.fullmatch(text) if kind is Kind.DATASET else not loader.quiet
            is_data = is_data and not (loader.quiet and text.startswith(("/", "~")))
            return (
                Named(Component(kind=kind, source="file", name=there or path)) if there or (is_data and path) else None
            )
        own = component_of(text)
        if own is not None and own.source == registry.key and not exists(text):
            return Named(own)
        is_own = not registry.host and re.fullmatch(r"[\w-]+", text) is not None  # a library's word is no folder
        named = from_name(text, kind, registry, (lambda _: False) if is_own else exists, self._folder)
        if _is_path(text, registry) and not (named and named.component.is_file):
            return Named(Component(kind=kind, source="file", name=trim(text)))
        if loader.address and not (named and named.component.is_file):
            return None
        if named and loader.default_owner and "/" not in named.component.name and not named.component.is_file:
            full = named.component.model_copy(update={"name": f"{loader.default_owner}/{named.component.name}"})
            return Named(full, named.revision)
        return named

    def _data_files(self, node: ast.Call, loader: Loader, call: str, kind: Kind, chain: Chain) -> None:
        """Refer to each file that a format's builder loads: the dataset is they, not "json"."""
        given = [argument for name in loader.builder_files if (argument := keyword_of(node, name)) is not None]
        if not given:
            self._report.unresolved(kind, node, call, node, "the data files are passed in a way that hides them")
        for argument in given:
            for leaf in leaves(argument):
                possible = self._report.possible(leaf, chain)
                for known in possible.known:
                    named = Named(Component(kind=kind, source="file", name=known.value))
                    at = from_address(known.value, kind) if is_address(known.value) else named
                    self._report.refer(at, leaf.lineno, known.resolution, call)
                if possible.is_open or not possible.known:
                    self._report.unresolved(kind, node, call, leaf, "the data file's name is made at run time")


def _is_path(text: str, registry: Registry) -> bool:
    """Whether a text has the form of a name of a registry and is a path: its start is a folder, or it is too deep."""
    first, _, rest = text.partition("/")
    is_folder = registry.key == "huggingface" and first.lower() in catalog.commands().folders
    is_deep = registry.serves == (Kind.MODEL,) and not registry.host and "/" in rest.strip("/")
    return bool(rest.strip("/")) and (is_folder or is_deep)


def is_loading(candidates: list[str]) -> bool:
    """Whether a call by one of these dotted names gives what it loads."""
    return any(loader.named_by == "argument" and not loader.local for name in candidates for loader in loaders_of(name))
