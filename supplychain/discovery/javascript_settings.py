"""Settings and addresses in JavaScript: environment variables of services, what is fetched, where a client is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from supplychain import catalog
from supplychain.discovery import switches
from supplychain.discovery.hosted import (
    AZURE,
    AZURE_PATH,
    has_key,
    is_of_another,
    service_at,
    service_by_form,
    service_by_interface,
    service_of_setting,
    speaks,
)
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
_ENVIRONMENT = re.compile(r"(process\.|import\.meta\.|Bun\.|c\.|context\.|this\.)?env|\w*[eE]nv")
_AROUND = 4
"""Nodes around an address that may be of a page."""
_OF_SETTING = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
_HOST_NAME = re.compile(r"(?i)\w*host(_?name)?")
_BARE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_COMPARES = re.compile(r"[!=]==?")
_HOLDS = re.compile(
    r"includes|startsWith|endsWith|indexOf|replace|replaceAll|split|test|match|equals?|is|log|warn|error|info|debug|open"
    r"|toBe|toEqual|toContain|toHaveBeenCalledWith|expect|openExternal|describe|it|t|preconnect|push"
)
"""Calls that hold a text against another one, or show it."""
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
        if not name and holder is not None and node.type != "call_expression":
            name = key_of(node)  # of whatever holds settings: `env`, `serverEnv`, `c.env`, `$env/static/private`
            name = name if _OF_SETTING.fullmatch(name) else ""
        if service_of_setting(name):
            self._read.append((name, node))

    def asked(self, node: Node) -> None:
        """Note a setting that a call reads by its name, or whose form a call declares below a key of that name."""
        names = chain(callee_of(node))
        known = catalog.javascript()
        if not names:
            return
        if names[0] in known.schemas:
            pair = node.parent
            while pair is not None and pair.type in {"call_expression", "member_expression"}:
                pair = pair.parent
            key = pair.child_by_field_name("key") if pair is not None and pair.type == "pair" else None
            name = text(key).strip("\"'")
        elif re.fullmatch(known.readers, names[-1]):
            given = arguments_of(node)
            name = unquoted(given[0]) if given and given[0].type == "string" else ""
        else:
            return
        if _OF_SETTING.fullmatch(name) and service_of_setting(name) and all(name != other for other, _ in self._read):
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
        address = unquoted(node).partition("${")[0] if node.type == "template_string" else unquoted(node)
        holder = _holder(node)
        name = _name_of(holder)
        known = catalog.javascript()
        if _HOST_NAME.fullmatch(name) and _BARE.fullmatch(address):
            address = f"https://{address}"
        if not is_address(address):
            return
        found = service_at(address)
        is_test = self._report.source.place.scope is Scope.TEST
        if found is None and name in known.address_keys and not is_test and speaks(self._report.source.data):
            found = service_by_interface(address)
        if found is None or any(address == reference.address for reference in self._report.found.references):
            return
        is_called = not is_test and _is_called(address) and not _is_shown(node, holder, name)
        if is_called or (name and re.fullmatch(known.address_names, name)):
            self._report.service(found.name, line_of(node), Resolution.LITERAL, name or "address", address=address)

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
        for entries in self._report.names.declared.values():
            for entry in entries:
                name = entry.how.removeprefix("part ")
                if entry.value is not None and name != entry.how and _ENVIRONMENT.fullmatch(text(entry.value)[:40]):
                    if service_of_setting(name):
                        self._read.append((name, entry.value))
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
            if is_of_another(name, self._report.source.data):
                continue
            if (found := service_of_setting(name)) and found.name not in elsewhere:
                self._report.service(found.name, line_of(node), Resolution.LITERAL, name)


def _name_of(holder: Node | None) -> str:
    """Return the name of the variable, the key or the parameter that holds a value; empty where it has none."""
    for part in ("name", "key", "left", "property", "pattern"):
        name = holder.child_by_field_name(part) if holder is not None else None
        if name is not None:
            return text(name).strip("\"'")
    return ""


def _is_called(address: str) -> bool:
    """Whether an address is one of an interface, by itself: its host is for nothing else, or its path says so."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    is_site = host.count(".") < 2 or host.startswith(
        ("www.", "docs.", "app.", "cloud.", "console.", "platform.", "eu.")
    )
    return not is_site or re.match(r"/(api|v\d)", parts.path) is not None


def _is_shown(node: Node, holder: Node | None, name: str) -> bool:
    """Whether an address is shown to people, or held against another one, rather than called."""
    if holder is None or holder.type in {"jsx_attribute", "jsx_expression", "binary_expression", "switch_case"}:
        return True
    if name and re.fullmatch(catalog.javascript().shown, name):
        return True
    if (
        node.parent is not None
        and node.parent.type == "binary_expression"
        and _COMPARES.search(text(node.parent)[:500])
    ):
        return True
    call = holder.parent if holder.type == "arguments" else None
    called = chain(callee_of(call))[-1:] if call is not None else []
    if called and _HOLDS.fullmatch(called[0]):
        return True
    around = node.parent
    for _ in range(_AROUND):
        if around is None:
            return False
        if around.type.startswith("jsx_"):
            return True
        around = around.parent
    return False


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
