"""Settings and addresses in JavaScript: environment variables of services, what is fetched, where a client is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from supplychain import catalog
from supplychain.discovery import switches
from supplychain.discovery.hosted import AZURE, AZURE_PATH, has_key, service_at, service_by_form, service_of_setting
from supplychain.discovery.interface import Given as Variable
from supplychain.discovery.javascript_report import Report
from supplychain.discovery.javascript_tree import (
    arguments_of,
    callee_of,
    chain,
    inside,
    key_of,
    line_of,
    pairs,
    text,
    unquoted,
)
from supplychain.discovery.naming import is_address
from supplychain.discovery.words import Word
from supplychain.model.component import Component
from supplychain.model.reference import Override, Resolution, Scope

if TYPE_CHECKING:
    from tree_sitter import Node

_SETTING = re.compile(
    r"(?:(?:process\.env|import\.meta\.env|Bun\.env)(?:\.|\[[\"'])(?P<name>\w+)(?:[\"']\])?"
    r"|Deno\.env\.get\([\"'](?P<read>\w+)[\"']\))"
)
_THROUGH = frozenset(
    {
        "binary_expression", "ternary_expression", "as_expression", "satisfies_expression", "parenthesized_expression",
        "non_null_expression", "member_expression", "call_expression",
    }
)  # fmt: skip
"""What lies between a value and the text that it is made of."""
_DEFAULTS = (["default"], ["catch"], ["prefault"], ["fallback"], ["withDefault"])
"""Methods that give a value where there is none."""
_LONGEST = 200
_PLACES = 20
"""Places of the path of Azure OpenAI that are looked at."""
_BELOW = 2_000
"""Nodes below the arguments of a call that are looked at."""
_REMOTE = ("@huggingface/transformers", "@xenova/transformers")


def setting_name(expression: str) -> str:
    """Return the environment variable that an expression reads; empty where it reads none."""
    match = _SETTING.fullmatch(expression) if len(expression) < _LONGEST else None
    return (match["name"] or match["read"]) if match else ""


class Settings:
    """The settings of one file."""

    def __init__(self, report: Report) -> None:
        """Add what they name to a report."""
        self._report = report
        self._read: list[tuple[str, Node]] = []

    def member(self, node: Node) -> None:
        """Note a setting that an expression reads."""
        if node.end_byte - node.start_byte > _LONGEST:
            return
        name = setting_name(text(node))
        holder = node.child_by_field_name("object")
        if not name and holder is not None and holder.type == "identifier":
            modules = tuple(catalog.javascript().modules_of_settings)
            name = key_of(node) if self._report.is_from(text(holder), modules) else ""
        if service_of_setting(name):
            self._read.append((name, node))

    def fetch(self, node: Node, names: list[str]) -> list[tuple[Node, str, str]]:
        """Report the service that a request goes to; return the models that its body asks for, with service and call."""
        known = catalog.javascript()
        if names[0] not in known.fetchers or not (len(names) == 1 or names[-1] in known.fetch_methods):
            return []
        given = arguments_of(node)
        asked: list[tuple[Node, str, str]] = []
        for word in self._report.values.of(given[0]) if given else ():
            found = _service_at(word)
            if found is None and word.is_known and self._report.source.place.scope is not Scope.TEST:
                is_keyed = has_key(self._report.source.data)
                found = service_by_form(word.text, has_key=is_keyed) if is_address(word.text) else None
            if found is not None:
                call = ".".join(names)
                address = word.text if word.is_known else word.text.partition("$")[0]
                self._report.service(found.name, line_of(node), word.resolution, call, address=address)
                values = (value for key, value in _all_pairs(given[1:]) if key in known.model_keys)
                asked += [(value, found.name, call) for value in values]
        return asked

    def address(self, node: Node) -> None:
        """Report a service by its address, which a variable or a key holds whose name says that it is sent to."""
        address = unquoted(node)
        found = service_at(address) if is_address(address) else None
        if found is None or any(address == reference.address for reference in self._report.found.references):
            return
        holder = _holder(node)
        name = (holder.child_by_field_name("name") or holder.child_by_field_name("key")) if holder is not None else None
        if name is not None and re.fullmatch(catalog.javascript().address_names, text(name)):
            self._report.service(found.name, line_of(node), Resolution.LITERAL, text(name), address=address)

    def override(self, node: Node) -> None:
        """Report a setting that sends a registry's client to another host."""
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or left.end_byte - left.start_byte > _LONGEST:
            return
        name, names = setting_name(text(left)), chain(left)
        if names[1:] == ["remoteHost"] and self._report.is_from(names[0], _REMOTE):
            self._override("huggingface", "env.remoteHost", node, right)
        if name in switches.telling() and right is not None:
            word = self._report.values.only(right)
            given = word.text if word else text(right).partition("\n")[0]
            place = self._report.source.at(line_of(node))
            self._report.found.variables.append(Variable(name, given, word is not None, place))
        for registry in catalog.registries().values():
            if name in registry.settings:
                self._override(registry.key, name, node, right)

    def _override(self, registry: str, variable: str, node: Node, value: Node | None) -> None:
        word = self._report.values.only(value)
        place = self._report.source.at(line_of(node))
        address = word.text if word else None
        override = Override(registry=registry, variable=variable, address=address, at=place)
        self._report.found.overrides.append(override)

    def finish(self) -> None:
        """Report the services whose settings are read, but those whose address has another one's as its default.

        Azure OpenAI is also told by the path of its addresses, whatever their host.
        """
        line = _line_of_azure(self._report.source.data)
        if line and all(item.component.name != AZURE for item in self._report.found.references):
            self._report.service(AZURE, line, Resolution.LITERAL, "address of a service")
        elsewhere = set()
        for name, node in self._read:
            usual, holder = service_of_setting(name), node.parent
            if usual is None or holder is None or holder.type != "binary_expression":
                continue
            while holder.parent is not None and holder.parent.type in {"binary_expression", "parenthesized_expression"}:
                holder = holder.parent  # the last of several ways to get it is its default
            for word in self._report.values.of(inside(holder).child_by_field_name("right")):
                if word.is_known and is_address(word.text) and service_at(word.text) != usual:
                    elsewhere.add(usual.name)
        for name, node in self._read:
            if (found := service_of_setting(name)) and found.name not in elsewhere:
                self._report.service(found.name, line_of(node), Resolution.LITERAL, name)


def _line_of_azure(data: bytes) -> int | None:
    """Return the line on which a text of code has the path of Azure OpenAI."""
    position = data.find(AZURE_PATH.encode())
    for _ in range(_PLACES):
        if position < 0:
            return None
        before = data[max(data.rfind(b"\n", 0, position) + 1, position - _LONGEST) : position].lstrip()
        if not before.startswith((b"//", b"*", b"/*")) and any(mark in before for mark in (b"'", b'"', b"`", b"}")):
            return data.count(b"\n", 0, position) + 1
        position = data.find(AZURE_PATH.encode(), position + 1)
    return None


def _holder(node: Node) -> Node | None:
    """Return what holds the value that an address is, or is the default of: `z.string().default(address)`."""
    holder = node.parent
    while holder is not None:
        parent = holder.parent
        if holder.type == "arguments" and parent is not None and parent.type == "call_expression":
            if chain(callee_of(parent))[-1:] not in _DEFAULTS:
                return holder
        elif holder.type not in _THROUGH:
            return holder
        holder = parent
    return None


def _service_at(word: Word) -> Component | None:
    """Return the service at an address whose host is known, even where its path is not."""
    address = word.text if word.is_known else word.text.strip("`").partition("$")[0]
    if not word.is_known and re.match(r"https?://[^/]+/", address) is None:
        return None
    return service_at(address) if is_address(address) else None


def _all_pairs(nodes: list[Node]) -> Iterator[tuple[str, Node]]:
    """Yield the keys of all objects below some arguments, with their values."""
    pending = list(nodes)
    for _ in range(_BELOW):
        if not pending:
            return
        node = pending.pop()
        yield from pairs(node)
        pending += node.named_children
