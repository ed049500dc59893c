"""What the keys and values of a tree of configuration name: models, datasets, services, and addresses of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from supplychain import catalog
from supplychain.catalog.config_key import ConfigKey
from supplychain.discovery import deployment, grammars, infrastructure, regions, switches, trees
from supplychain.discovery.around import Around, environment, service_of_type
from supplychain.discovery.downloads import downloaded
from supplychain.discovery.hosted import hosted_model, service, service_at, service_of_resource, service_of_setting
from supplychain.discovery.interface import Found, NotParsedError, SourceFile
from supplychain.discovery.keys import (
    component,
    is_not_used,
    is_plausible,
    meaning,
    normal,
    provider,
    provider_of_key,
    told,
)
from supplychain.discovery.naming import Named, from_address, is_address
from supplychain.discovery.nodes import Entry, Node
from supplychain.discovery.parts import add
from supplychain.discovery.values import Value, value_of
from supplychain.discovery.variables import from_variables
from supplychain.discovery.words import Word
from supplychain.model.component import Component, Kind
from supplychain.model.reference import Reference, Scope

_ROWS = 1000
"""Items of a list from which on it is data."""
_HELD_LIMIT = 500_000
_HELD_DEPTH = 2
_NAMED_LIMIT = 20_000
"""Components of one file from which on it is no configuration."""
_VARIABLES_LIMIT = 5_000
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]+")
_HOST = re.compile(r"([a-z0-9-]+\.)+[a-z]{2,}(:443)?")


def from_tree(root: Node, source: SourceFile, known: Mapping[str, str] | None = None) -> Found:
    """Return what the keys and values of a tree name; `known` are variables with the values that they have there."""
    found, read = deployment.read(root, source)
    return unique(add(_Walk(source, read, known or {}).walk(root), found))


def unique(found: Found) -> Found:
    """Return what was found, each component once for a line."""
    kept: dict[tuple[str, int | None], Reference] = {}
    for item in found.references:
        kept.setdefault((item.component.id, item.at.line), item)
    found.references = sorted(kept.values(), key=lambda item: item.at.line or 0)
    found.unresolved = list({(item.kind, item.at.line, item.expression): item for item in found.unresolved}.values())
    return found


def is_data(node: Node) -> bool:
    """Whether a list holds records of data."""
    if len(node.items) > _ROWS:
        return True
    keys = {entry.key for item in node.items[:1] for entry in item.entries}
    return len(keys & catalog.config_keys().data_keys) > 1


class _Walk:
    """One pass over one tree."""

    def __init__(self, source: SourceFile, read: frozenset[int], known: Mapping[str, str]) -> None:
        self._source = source
        self._seen = set(read)
        self._known = known
        self._found = Found()
        self._root = Node(1)
        self._keys = catalog.config_keys()
        self._made: list[Node] = []
        """The trees that are made on the way, kept so that no other node gets the id of one."""
        self._depth = 0
        """How many texts that hold configuration are open, one in another."""

    def walk(self, root: Node) -> Found:
        self._root = root
        self._node(root, "", None, Around())
        return self._found

    def _node(self, node: Node, key: str, means: ConfigKey | None, around: Around) -> None:
        if id(node) in self._seen:
            return
        if node.text is not None:
            self._scalar(node, key, means, around)
            return
        self._seen.add(id(node))
        if node.items and not is_data(node):
            variables = environment(node, key) if means is None else None
            if variables is not None:
                self._made.append(variables)
                self._mapping(variables, around)
            for item in [] if variables else node.items:
                self._node(item, key, means, around)
        if node.entries:
            is_list_of = around.within if around.key.endswith("s") else None
            self._mapping(node, replace(around, within=means or is_list_of, key=key if means else around.key))

    def _mapping(self, node: Node, around: Around) -> None:
        around = around.inside(node, self._known)
        for entry in node.entries:
            key = normal(entry.key)
            if is_not_used(key) and not entry.node.entries and not _is_weights(entry.node.text or ""):
                continue
            means = meaning(key)
            name = key
            if key in self._keys.within and around.within is not None:
                means, name = means if means and means.telling else around.within, around.key
            inner = replace(around, path=(*around.path, entry.key[:80]))
            inner = self._service(entry, key, inner)
            self._key(entry, inner)
            if entry.key in switches.by_key():
                self._switch(entry, inner)
            within = None if entry.node.entries and not around.key.endswith("s") else around.within
            self._node(entry.node, name, means, replace(inner, within=within))
        settings = [(entry.key, self._word(entry.node)) for entry in node.entries if _VARIABLE.fullmatch(entry.key)]
        if len(settings) > _VARIABLES_LIMIT:
            raise NotParsedError(f"it sets more than {_VARIABLES_LIMIT:,} variables in one place", node.line)
        add(self._found, from_variables(settings, self._source))

    def _switch(self, entry: Entry, around: Around) -> None:
        """Report what a key says of what happens to prompts."""
        for node in entry.node.items or [entry.node]:
            value = value_of(node.text if node.text is not None else node.expression, node.line, self._known)
            if value.text and value.is_known:
                self._found.switches += switches.of_key(around.path, value.text, self._source.at(node.line))

    def _region(self, around: Around) -> str | None:
        """Return the region that a key beside a value gives; variables of one environment are not of one service."""
        if around.path and _VARIABLE.fullmatch(around.path[-1]):
            return None
        given = around.given(self._keys.region, self._known)
        return given if given is not None and regions.is_region(given) else None

    def _word(self, node: Node) -> Word:
        value = value_of(node.text or "", node.line, self._known)
        return Word(value.text, value.line, value.resolution, value.is_known)

    def _service(self, entry: Entry, key: str, around: Around) -> Around:
        """Report the service that a key names by itself, or by its choice; return what is then said of the provider."""
        if resource := service_of_resource(key):
            if key in self._keys.accounts:
                made = entry.node.entries[0].node if entry.node.entries else entry.node
                resource = self._account(made.get("kind"), entry.key, entry.line) or resource
            else:
                self._refer(service(resource), entry.line, entry.key)
            return replace(around, by=resource, is_elsewhere=False)
        text = (entry.node.text or "").strip()
        if key == "type" and (kind := service_of_type(text)):
            if text in self._keys.accounts:
                self._account(around.beside.get("kind"), text, entry.line)
            else:
                self._refer(service(kind), entry.line, text)
        elif text and not around.is_elsewhere and not _VARIABLE.fullmatch(entry.key):
            named = service_of_setting(key.upper())
            if key in self._keys.provider and (key != "provider" or around.is_of_model):
                by = provider(self._word(entry.node).text)
                named = service(by) if by not in {None, "ollama", "huggingface"} and by else named
            if named is not None:
                region = self._region(around)
                self._refer(named, entry.node.line, around.call, region=region)
        by = provider_of_key(key)
        return replace(around, by=by, is_elsewhere=around.is_elsewhere and not entry.node.entries) if by else around

    def _account(self, kind: Node | None, call: str, line: int) -> str | None:
        """Report the service that an account is by its kind; return it, or None where the kind is made at run time."""
        named = infrastructure.of_kind(kind, self._root)
        if named is not None:
            self._refer(service(named), line, call)
        elif self._source.place.scope is Scope.PROD:
            shown = (kind.text or kind.expression if kind else "") or call
            reason = "the kind of the account, which says what service it is, is not known"
            self._found.unresolved.append(self._source.unresolved(Kind.SERVICE, line, call, shown, reason))
        return named

    def _key(self, entry: Entry, around: Around) -> None:
        """Report what a key is that is an address, or the name of a model in a mapping of models."""
        if is_address(entry.key):
            self._address(Value(entry.key, entry.line), None, around)
        elif around.key in {"models", "llms"} and around.within and entry.node.entries:
            named = hosted_model(entry.key)
            if named is not None:
                self._refer(named, entry.line, around.call)

    def _scalar(self, node: Node, key: str, means: ConfigKey | None, around: Around) -> None:
        text = (node.text or "").strip()
        if not text or self._held(node, text, means, key, around) or "\n" in text:
            return
        value = value_of(text, node.line, self._known)
        is_own = _VARIABLE.fullmatch(around.path[-1]) is not None if around.path else False
        for variable in value.variables:
            named = service_of_setting(variable)
            if named and not (is_own or around.is_elsewhere or is_address(value.text)):
                self._refer(named, node.line, around.call)
        if not value.is_known:
            if means is not None and means.telling and not means.vague and value.is_variable:
                self._unresolved(value, means, around, "the environment gives the name at run time")
        elif is_address(value.text):
            self._address(value, means, around)
        elif key in self._keys.address and _HOST.fullmatch(value.text) and service_at(f"https://{value.text}"):
            self._address(replace(value, text=f"https://{value.text}"), None, around)
        elif means is not None and not around.is_detail(means, key):
            given = component(value.text, key, means, around.by, self._source)
            if given is not None:
                self._named(given, value, means, around)
            elif means.telling and not means.vague and is_plausible(value.text):
                self._unresolved(value, means, around, "no registry is known for the name")
        elif means is None and (hosted := told(value.text, key, around.by)):
            self._refer(hosted, value.line, around.call, resolution=value.resolution)

    def _held(self, node: Node, text: str, means: ConfigKey | None, key: str, around: Around) -> bool:
        """Read the configuration that a text holds, and return whether it holds one."""
        suffix = around.path[-1].rpartition(".")[2].lower() if around.path and "." in around.path[-1] else ""
        is_yaml = suffix in {"yaml", "yml"} and "\n" in text
        if not is_yaml and not (text[0] in "[{" and text[-1] in "]}" and re.match(r'[\[{]\s*["\'{\[\w]', text)):
            return False
        if len(text) > _HELD_LIMIT or self._depth >= _HELD_DEPTH or (node.block is None and "\n" in text and is_yaml):
            return False
        try:
            held = (trees.from_yaml if is_yaml else grammars.from_json)(node.block or text)
        except NotParsedError:
            return False
        if all(part.text is not None for part in held):
            return False
        for part in held:
            trees.moved(part, (node.first or node.line) - 1, None if node.block else node.line)
            named = Node(node.line, entries=[Entry(around.path[-1] if around.path else "", node.line, part)])
            started, read = deployment.read(named, self._source)
            add(self._found, started)
            self._made.append(named)
            self._seen |= read
            self._depth += 1
            self._node(part, key, means, around)
            self._depth -= 1
        return True

    def _address(self, value: Value, means: ConfigKey | None, around: Around) -> None:
        owner = service_of_setting(normal(around.path[-1]).upper()) if around.path else None
        at = service_at(value.text, owner.name if owner else around.by)
        if at is not None:
            region = self._region(around)
            self._refer(at, value.line, around.call, address=value.text, region=region, resolution=value.resolution)
            return
        named = component(value.text, around.key, means, None, self._source) if means else None
        named = named or _download(re.sub("^huggingface://", "hf://", value.text))
        if named is not None:
            self._named(named, value, means, around)

    def _named(self, named: Named, value: Value, means: ConfigKey | None, around: Around) -> None:
        is_model = named.component.kind is Kind.MODEL
        is_hosted = any(named.component.source == entry.id for entry in catalog.services())
        beside = around.given(means.revision, self._known) if means and not is_hosted else None
        trusted = around.given(catalog.loader_flags()[:1], self._known) if is_model else None
        facts: dict[str, object] = {
            "revision": named.revision or beside,
            "address": named.address,
            "code_revision": around.given(self._keys.code_revision, self._known) if is_model else None,
            "checksum": _checksum(around, around.given(self._keys.checksum, self._known)),
            "region": self._region(around) if is_hosted else None,
            "flags": (f"{catalog.loader_flags()[0]}={trusted.capitalize()}",) if trusted else (),
        }
        self._refer(named.component, value.line, around.call, resolution=value.resolution, **facts)

    def _refer(self, named: Component, line: int, call: str, **facts: object) -> None:
        resolution = facts.pop("resolution", Value("", line).resolution)
        reference = self._source.refer(named, line, resolution, call, **facts)  # type: ignore[arg-type]
        self._found.references.append(reference)
        if len(self._found.references) > _NAMED_LIMIT:
            raise NotParsedError(f"it names more than {_NAMED_LIMIT:,} components", line)

    def _unresolved(self, value: Value, means: ConfigKey, around: Around, reason: str) -> None:
        if self._source.place.scope is Scope.PROD:
            missed = self._source.unresolved(means.kind, value.line, around.call, value.text, reason)
            self._found.unresolved.append(missed)


def _is_weights(text: str) -> bool:
    """Whether a text is the address of a file of weights, which no reader is sent to."""
    path = text.strip().partition("?")[0].lower()
    return is_address(text.strip()) and path.endswith(catalog.artifacts().url_suffixes)


def _checksum(around: Around, given: str | None) -> str | None:
    """Return the SHA-256 that stands beside a name; where its key says SHA-256, also an empty or cut one, to be seen."""
    digest = (given or "").lower().removeprefix("sha256:")
    if re.fullmatch(r"[0-9a-f]{64}", digest):
        return f"sha256:{digest}"
    beside = around.beside.get("sha256")
    is_stated = beside is not None and beside.text is not None and re.fullmatch(r"[0-9a-f]{0,63}", beside.text.lower())
    return f"sha256:{beside.text.lower()}" if is_stated and beside is not None and beside.text is not None else None


def _download(text: str) -> Named | None:
    """Return the weights or the data at an address whose key says nothing."""
    known = catalog.config_keys()
    path = text.partition("?")[0].partition("#")[0].lower()
    if re.fullmatch(known.weights_address, text):
        return from_address(text, Kind.MODEL)
    if path.endswith(known.page_suffixes):
        return None
    named = downloaded(text)
    is_data = named is not None and named.component.kind is Kind.DATASET
    return named if not is_data or path.endswith(catalog.commands().data_suffixes) else None
