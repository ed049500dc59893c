"""Infrastructure: where resources of Terraform and of ARM templates are made, as far as the same module says.

Terraform: a resource's own attribute, else the region of its provider's block; variables with their defaults and the
values of `terraform.tfvars`, locals, and attributes of other resources are followed within the folder. What another
folder hands to a module is not followed.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from supplychain import catalog
from supplychain.catalog.provider import Chooser
from supplychain.discovery import regions
from supplychain.discovery.hosted import service_of_resource
from supplychain.discovery.interface import Found, Given, SourceFile
from supplychain.discovery.nodes import Entry, Node
from supplychain.model.reference import Place
from supplychain.model.service import Endpoint

_DEPTH = 8
_BLOCKS = frozenset({"resource", "provider", "variable", "locals"})
_ASKED = frozenset({"kind", "region", "location", "provider", "alias", "default", "cognitive_account_id", "parent"})
_NAMED = re.compile(r"\$\{\s*([\w.-]+(?:\[\w*\])?[\w.-]*)\s*\}|([A-Za-z_][\w-]*(?:\[\w*\])?(?:\.[\w*-]+)+)")
_LOADED = re.compile(r"terraform\.tfvars|.*\.auto\.tfvars")
_MOST = 20_000
"""Attributes of one file that are kept."""


def read(root: Node, source: SourceFile) -> list[Given]:
    """Return the attributes of a file of Terraform that may say where its resources are, by their dotted names."""
    if source.path.endswith(".tfvars"):
        is_loaded = _LOADED.fullmatch(posixpath.basename(source.path)) is not None
        return [_given(f"var.{e.key}", e, source) for e in root.entries if is_loaded and e.node.text is not None]
    found: list[Given] = []
    for block in root.entries:
        if block.key not in _BLOCKS:
            continue
        if block.key == "locals":
            found += [_given(f"local.{entry.key}", entry, source) for entry in block.node.entries]
            continue
        for kind in block.node.entries:
            if block.key == "variable":
                found += [_given(f"default.{kind.key}", e, source) for e in kind.node.entries if e.key == "default"]
            elif block.key == "provider":
                alias = kind.node.string("alias")
                name = f"provider.{kind.key}.{alias}"
                found += [_given(f"{name}.{e.key}", e, source) for e in kind.node.entries if e.key in _ASKED]
            else:
                for named in kind.node.entries:
                    name = f"{kind.key}.{named.key}"
                    found.append(Given(f"resource.{name}", "", True, source.at(named.line)))
                    found += _attributes(name, named.node, source, 0)
        if len(found) > _MOST:
            break
    return found


def _attributes(name: str, node: Node, source: SourceFile, depth: int) -> Iterator[Given]:
    for entry in node.entries:
        if entry.node.entries:
            if depth < 3:
                yield from _attributes(f"{name}.{entry.key}", entry.node, source, depth + 1)
        elif entry.key in _ASKED or f"{name}.{entry.key}".split(".", 2)[2] in _names():
            yield _given(f"{name}.{entry.key}", entry, source)


def _names() -> frozenset[str]:
    return frozenset(name for listed in regions.choosers("terraform").values() for _, c in listed for name in c.names)


def _given(name: str, entry: Entry, source: SourceFile) -> Given:
    text = entry.node.text
    is_known = text is not None and "${" not in text
    return Given(name, (text if text is not None else entry.node.expression), is_known, source.at(entry.line))


def endpoints(found: Mapping[str, Found]) -> Iterator[Endpoint]:
    """Yield where the resources of services are made, each at its own place."""
    folders: dict[str, list[Given]] = {}
    for path, part in sorted(found.items()):
        if part.attributes:
            folders.setdefault(posixpath.dirname(path), []).extend(part.attributes)
    for attributes in folders.values():
        yield from _Module(attributes).endpoints()


class _Module:
    """The files of one folder."""

    def __init__(self, attributes: Sequence[Given]) -> None:
        self._attributes = attributes
        self._by_name: dict[str, Given] = {}
        for item in attributes:
            self._by_name.setdefault(item.name, item)

    def endpoints(self) -> Iterator[Endpoint]:
        for item in self._attributes:
            if not item.name.startswith("resource."):
                continue
            _, kind, name = item.name.split(".", 2)
            for service, listed in self._choosers(kind, name).items():
                yield self._endpoint(service, listed, f"{kind}.{name}", item.at)

    def _choosers(self, kind: str, name: str) -> dict[str, list[Chooser]]:
        """Return what chooses for a type of resources, by the service that it is; a type of several is the first's."""
        known = regions.choosers("terraform")
        resource = kind.replace("awscc_", "aws_", 1)
        own = service_of_resource(kind)
        if kind in catalog.config_keys().accounts:
            given = self._value(self._by_name.get(f"{kind}.{name}.kind"), 0)
            own = catalog.config_keys().kinds.get(given.lower()) if given else None
            return {own: [chooser for _, chooser in known.get(resource, ())[:1]]} if own else {}
        listed = [(service, chooser) for service, chooser in known.get(resource, ()) if own in {None, service}]
        if own is None and listed:
            own = listed[0][0]
        block = f"provider {resource.partition('_')[0]}"
        more = [(service, chooser) for service, chooser in known.get(block, ()) if service == own]
        return {own: [chooser for service, chooser in [*listed, *more] if service == own]} if own else {}

    def _endpoint(self, service: str, listed: Sequence[Chooser], resource: str, at: Place) -> Endpoint:
        kind = resource.partition(".")[0]
        unknown = ""
        for chooser in listed:
            is_block = any(of.startswith("provider ") for of in chooser.of)
            for name in chooser.names:
                key = self._block(kind, resource, name) if is_block else f"{resource}.{name}"
                own = self._by_name.get(f"{resource}.{name}") if is_block else None
                given = own or self._by_name.get(key)
                text = self._value(given, 0)
                if given is None:
                    continue
                told = f"{name} = {text or given.text}"
                if text is None:
                    unknown = unknown or told
                elif chooser.holds == "sku":
                    return self._of_kind(service, chooser, text, resource, at, told)
                elif moved := regions.named_by_model(service, text.rpartition("/")[2], at):
                    return moved
                elif not text.startswith("arn:") and (
                    got := regions.chosen(service, chooser, text, at, "infrastructure", told)
                ):
                    return got
        return Endpoint(service=service, at=at, told=unknown or resource)

    def _of_kind(self, service: str, chooser: Chooser, sku: str, resource: str, at: Place, told: str) -> Endpoint:
        """Return where a deployment of some type processes: anywhere, in a zone of several regions, or with its account."""
        if chooser.anywhere and re.fullmatch(chooser.anywhere, sku):
            return Endpoint(service=service, at=at, known_by="infrastructure", anywhere=True, told=told)
        account = self._by_name.get(f"{resource}.cognitive_account_id")
        named = _NAMED.search(account.text) if account else None
        reached = (named[1] or named[2]).split(".") if named else []
        location = self._value(self._by_name.get(".".join([*reached[:2], "location"])), 0) if reached else None
        if location and chooser.widens and re.fullmatch(chooser.widens, sku):
            location = next((name for name in ("eu", "us") if catalog.areas()[name].holds(location)), None)
        known_by = "infrastructure" if location else "nothing"
        return Endpoint.model_validate(
            {"service": service, "at": at, "region": location, "known_by": known_by, "told": told}
        )

    def _block(self, kind: str, resource: str, name: str) -> str:
        provider = kind.partition("_")[0]
        chosen = self._by_name.get(f"{resource}.provider")
        alias = (chosen.text if chosen else "").partition(".")[2]
        return f"provider.{provider}.{alias}.{name}"

    def _value(self, given: Given | None, depth: int) -> str | None:
        """Return the text that an attribute has, or None where this folder does not say."""
        if given is None or depth > _DEPTH:
            return None
        if given.is_known:
            return given.text or None
        match = _NAMED.fullmatch(given.text.strip())
        if match is None:
            return None
        name = re.sub(r"\[\w*\]", "", match[1] or match[2])
        if name.startswith("var."):
            key = name.removeprefix("var.")
            return self._value(self._by_name.get(name) or self._by_name.get(f"default.{key}"), depth + 1)
        if name.startswith("data."):
            return None
        return self._value(self._by_name.get(name), depth + 1)


def of_template(root: Node, source: SourceFile) -> list[Endpoint]:
    """Return where the resources of an ARM template are made; its parameters' defaults and variables are followed."""
    known = regions.choosers("arm")
    found: list[tuple[Endpoint, Chooser]] = []
    pending = [(item, "") for item in _listed(root.get("resources"))]
    while pending and len(found) < _MOST:
        node, parent = pending.pop(0)
        kind = node.string("type")
        kind = f"{parent}/{kind}" if parent and "/" not in kind else kind
        pending += [(item, kind) for item in _listed(node.get("resources"))]
        listed = known.get(kind, ())
        if kind in catalog.config_keys().accounts:
            own = of_kind(node.get("kind"), root)
            listed = tuple(pair for pair in listed if pair[0] == own) or ((own, listed[0][1]),) if own else ()
        for service, chooser in listed[:1]:
            line = next((entry.line for entry in node.entries if entry.key == "type"), node.line)
            found.append((_of_resource(service, chooser, node, root, source.at(line)), chooser))
    regions_made = {item.region for item, chooser in found if chooser.holds != "sku"}
    only = next(iter(regions_made)) if len(regions_made) == 1 else None
    return [_with(item, only) if chooser.holds == "sku" else item for item, chooser in found]


def of_kind(kind: Node | None, root: Node) -> str | None:
    """Return the service that an account of Azure's AI services is by its kind, or None where that is not known."""
    text = _evaluated(kind.text, root, 0) if kind is not None and kind.text else None
    return catalog.config_keys().kinds.get(text.lower()) if text else None


def _with(item: Endpoint, region: str | None) -> Endpoint:
    """Return where a deployment processes whose accounts are all in one region; a zone of several regions stays open."""
    if region is None or item.anywhere or "datazone" in item.told.lower():
        return item
    return item.model_copy(update={"region": region, "known_by": "infrastructure"})


def _listed(node: Node | None) -> list[Node]:
    return [*node.items, *(entry.node for entry in node.entries)] if node else []


def _of_resource(service: str, chooser: Chooser, node: Node, root: Node, at: Place) -> Endpoint:
    for name in chooser.names:
        value: Node | None = node
        for part in name.split("."):
            value = value.get(part) if value else None
        if value is None or not value.text:
            continue
        text = _evaluated(value.text, root, 0)
        told = f"{name} = {text or value.text}"
        got = regions.chosen(service, chooser, text, at, "infrastructure", told) if text else None
        return got or Endpoint(service=service, at=at, told=told)
    return Endpoint(service=service, at=at, told=node.string("type"))


def _evaluated(text: str, root: Node, depth: int) -> str | None:
    if not text.startswith("["):
        return text
    match = re.fullmatch(r"\[\s*(parameters|variables)\('([^']+)'\)\s*\]", text)
    held = root.get(match[1]) if match else None
    value = held.get(match[2]) if held and match else None
    if value is not None and value.entries:
        value = value.get("defaultValue")
    return _evaluated(value.text, root, depth + 1) if value and value.text and depth < _DEPTH else None
