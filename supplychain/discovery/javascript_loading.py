"""Models that JavaScript loads by name or by address."""

from __future__ import annotations

import posixpath
from functools import cache
from typing import TYPE_CHECKING

from supplychain import catalog
from supplychain.catalog.javascript import JavaScriptLoader
from supplychain.discovery.downloads import downloaded
from supplychain.discovery.javascript_packages import addressed
from supplychain.discovery.javascript_report import Report
from supplychain.discovery.javascript_tree import arguments_of, line_of, pairs, text, unquoted
from supplychain.discovery.naming import Named, from_address, from_name, is_address, not_a_name, trim
from supplychain.discovery.options import is_placeholder
from supplychain.model.component import Component, Kind
from supplychain.model.reference import Resolution

if TYPE_CHECKING:
    from tree_sitter import Node

_AT_RUN_TIME = "the name is made at run time"


class Loading:
    """The loading calls of one file."""

    def __init__(self, report: Report) -> None:
        """Add what they name to a report."""
        self._report = report

    def call(self, node: Node, names: list[str]) -> bool:
        """Report what a loading call names; return whether it is one."""
        imported = self._report.names.imports.get(names[-1], ("", "")) if len(names) == 1 else ("", "")
        for loader in _loaders().get(names[-1] if imported[1] in {"", "*", "default"} else imported[1], ()):
            if not loader.modules or self._report.is_from(names[0], loader.modules):
                self._load(node, loader)
                return True
        return False

    def weights(self, node: Node) -> None:
        """Report weights by their address, wherever the code spells it: the target's own downloader takes it."""
        address = unquoted(node)
        if node.id in self._report.read or not is_address(address) or any(map(str.isspace, address)):
            return
        named = downloaded(address)
        if named is not None and named.component.kind is Kind.MODEL:
            self._report.refer(named, line_of(node), Resolution.LITERAL, "address of weights")

    def made(self, node: Node) -> None:
        """Report weights by an address that a template or a sum of known parts gives."""
        end = text(node).rstrip("`\"'").partition("?")[0].lower()
        if not end.endswith(catalog.artifacts().url_suffixes):
            return
        whole = node
        while whole.parent is not None and whole.parent.type == "binary_expression":
            whole = whole.parent
        if whole.id in self._report.read or (whole == node and node.type == "string"):
            return
        for word in self._report.values.of(whole):
            named = downloaded(word.text) if word.is_known and is_address(word.text) else None
            if named is not None and named.component.kind is Kind.MODEL:
                self._report.refer(named, line_of(node), word.resolution, "address of weights")

    def packages(self, node: Node) -> None:
        """Report packages by their addresses, also in a page that the code holds as a text."""
        held = text(node)
        for named, below in addressed(held) if "://" in held else ():
            self._report.refer(named, line_of(node) + below, Resolution.LITERAL, "address of a package")

    def _load(self, node: Node, loader: JavaScriptLoader) -> None:
        values = self._report.values
        given = arguments_of(node)
        stated = {key: value for held in values.objects(given) for key, value in pairs(held)}
        value = stated.get(loader.key) if loader.key else dict(enumerate(given)).get(loader.position)
        if value is None or text(value) in {"null", "undefined"}:
            if loader.when_absent:
                self._report.unresolved(Kind.MODEL, node, loader.call, loader.when_absent, loader.registry)
            return
        kind = Kind.MODEL
        if (parts := dict(pairs(values.resolved(value)))).get("name") is not None:
            kind = Kind.DATASET if text(parts.get("type")).strip("\"'") == "dataset" else kind
            value = parts["name"]
        self._report.read.add(value.id)
        revision = values.only(stated.get("revision"))
        for word in values.of(value):
            named = self._named(word.text, kind, loader) if word.is_known else None
            if named is not None:
                facts = {"revision": revision.text if revision else named.revision}
                self._report.refer(named, line_of(value), word.resolution, loader.call, **facts)
            elif not is_placeholder(word.text):
                reason = not_a_name(word.text) if word.is_known else _AT_RUN_TIME
                self._report.unresolved(kind, value, loader.call, reason, loader.registry)

    def _named(self, name: str, kind: Kind, loader: JavaScriptLoader) -> Named | None:
        if is_placeholder(name):
            return None
        if is_address(name):
            return from_address(name, kind)
        if loader.address:
            return Named(Component(kind=kind, source="file", name=trim(name)))
        if name.startswith("datasets/") and loader.key:
            kind, name = Kind.DATASET, name.removeprefix("datasets/")
        if loader.default_owner and "/" not in name:
            name = f"{loader.default_owner}/{name}"
        source = self._report.source
        registry = catalog.registries()[loader.registry]
        return from_name(name, kind, registry, source.exists, posixpath.dirname(source.path))


@cache
def _loaders() -> dict[str, tuple[JavaScriptLoader, ...]]:
    found: dict[str, tuple[JavaScriptLoader, ...]] = {}
    for entry in catalog.javascript().loader:
        found[entry.call] = (*found.get(entry.call, ()), entry)
    return found
