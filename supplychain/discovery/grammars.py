"""JSON, TOML and HCL as trees of keys and values, by their tree-sitter grammars."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import import_module

from tree_sitter import Language, Parser
from tree_sitter import Node as Part

from supplychain.discovery.interface import NotParsedError
from supplychain.discovery.nodes import DEPTH_LIMIT, NODES_LIMIT, Entry, Node
from supplychain.discovery.trees import TEXT_LIMIT, bounded, from_yaml

_EXPRESSION = 300
"""Bytes of an expression of HCL that is kept."""
_TOKEN = re.compile(r"""["'](?:\\.|(?!["'\n\\]).)*["']?|//[^\n]*|/\*(?:.*?\*/|.*)|[^\s"'/]|/""", re.DOTALL)


def from_json(text: str) -> list[Node]:
    """Return the values of a JSON file, which may have comments and last commas; JSON Lines have several.

    Raises:
        NotParsedError: it is not JSON, or beyond a limit.
    """
    root = _parsed("JSON", text)
    if root.has_error:
        plain = _plain(text)
        root = _parsed("JSON", plain)
    if root.has_error:
        try:
            return from_yaml(plain)  # which takes keys without quotes, and single quotes
        except NotParsedError as error:
            raise NotParsedError("not JSON", _error_line(root)) from error
    walk = _Walk(NODES_LIMIT)
    return [walk.json(part, 0) for part in root.named_children if part.type != "comment"]


def from_toml(text: str) -> Node:
    """Return a TOML file as a mapping.

    Raises:
        NotParsedError: it is not TOML, or beyond a limit.
    """
    root = _sound("TOML", text)
    walk = _Walk(NODES_LIMIT)
    table = Node(1)
    for part in root.named_children:
        if part.type == "pair":
            walk.pair(part, table, 0)
        elif part.type in {"table", "table_array_element"}:
            header, *pairs = [child for child in part.named_children if child.type != "comment"]
            inner = walk.opened(table, header, part.type == "table_array_element")
            for pair in pairs:
                walk.pair(pair, inner, 0)
    return table


def from_hcl(text: str) -> Node:
    """Return a file in HCL, such as Terraform's, as a mapping; the labels of a block are keys.

    Raises:
        NotParsedError: it is not HCL, or beyond a limit.
    """
    root = _sound("HCL", text)
    walk = _Walk(NODES_LIMIT)
    table = Node(1)
    for body in root.named_children:
        if body.type == "body":
            walk.body(body, table, 0)
    return table


@cache
def _parser(name: str) -> Parser:
    grammar = import_module(f"tree_sitter_{name.lower()}")  # here, since few targets need all of them
    return Parser(Language(grammar.language()))


def _plain(text: str) -> str:
    """Return JSON without comments and last commas, on the same lines."""
    parts: list[str] = []
    end, comma = 0, -1
    for match in _TOKEN.finditer(text):
        token = match[0]
        is_comment = token.startswith(("//", "/*"))
        parts.append(text[end : match.start()])
        parts.append("\n" * token.count("\n") if is_comment else token)
        end = match.end()
        if token in {"]", "}"} and comma >= 0:
            parts[comma] = " "
        if not is_comment:
            comma = len(parts) - 1 if token == "," else -1  # noqa: S105
    return "".join([*parts, text[end:]])


def _parsed(name: str, text: str) -> Part:
    bounded(text)
    if name != "JSON" and len(text) > TEXT_LIMIT:
        raise NotParsedError(f"it has {len(text):,} characters; {TEXT_LIMIT:,} are read as {name}")
    return _parser(name).parse(text.encode("utf-8", "replace")).root_node


def _sound(name: str, text: str) -> Part:
    root = _parsed(name, text)
    if root.has_error:
        raise NotParsedError(f"not {name}", _error_line(root))
    return root


def _error_line(root: Part) -> int:
    part = root
    while part.type != "ERROR" and not part.is_missing:
        broken = [child for child in part.children if child.has_error or child.is_missing]
        if not broken:
            break
        part = broken[0]
    return part.start_point[0] + 1


def _text(part: Part) -> str:
    return (part.text or b"").decode("utf-8", "replace")


class _Walk:
    """From the parts of a grammar to nodes, within limits."""

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._tables: dict[tuple[int, str], Node] = {}

    def _node(self, part: Part, depth: int) -> Node:
        self._left -= 1
        line = part.start_point[0] + 1
        if self._left < 0:
            raise NotParsedError(f"it has more than {NODES_LIMIT:,} values", line)
        if depth > DEPTH_LIMIT:
            raise NotParsedError(f"it is nested more than {DEPTH_LIMIT} deep", line)
        return Node(line)

    def json(self, part: Part, depth: int) -> Node:
        node = self._node(part, depth)
        if part.type == "object":
            for pair in part.named_children:
                key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
                if key is not None and value is not None:
                    inner = self.json(value, depth + 1)
                    node.entries.append(Entry(_unquoted(_text(key)), key.start_point[0] + 1, inner))
        elif part.type == "array":
            node.items = [self.json(child, depth + 1) for child in part.named_children if child.type != "comment"]
        else:
            text = _text(part)
            node.text = "" if part.type == "null" else _unquoted(text) if part.type == "string" else text
        return node

    def opened(self, table: Node, header: Part, is_array: bool) -> Node:
        """Return the table of TOML that a header opens, with those that its dots lead through."""
        keys = _keys(header)
        for index, key in enumerate(keys):
            known = self._tables.get((id(table), key))
            if known is None:
                known = self._tables[id(table), key] = self._node(header, index)
                table.entries.append(Entry(key, known.line, known))
            if is_array and index == len(keys) - 1:
                known.items.append(self._node(header, index))
            table = known.items[-1] if known.items else known
        return table

    def pair(self, part: Part, table: Node, depth: int) -> None:
        """Add a key of TOML with its value to a table."""
        if part.type == "pair":
            key, value = part.named_children[0], part.named_children[-1]
            inner = self.opened(table, key.named_children[0], False) if key.type == "dotted_key" else table
            inner.entries.append(Entry(_keys(key)[-1], key.start_point[0] + 1, self.toml(value, depth + 1)))

    def toml(self, part: Part, depth: int) -> Node:
        node = self._node(part, depth)
        if part.type == "inline_table":
            for child in part.named_children:
                self.pair(child, node, depth)
        elif part.type == "array":
            node.items = [self.toml(child, depth + 1) for child in part.named_children if child.type != "comment"]
        else:
            node.text = _toml_text(_text(part)) if part.type == "string" else _text(part)
        return node

    def body(self, part: Part, table: Node, depth: int) -> None:
        """Add the attributes and blocks of a body of HCL to a table."""
        for child in part.named_children:
            if child.type == "attribute":
                name, value = child.named_children[0], child.named_children[-1]
                table.entries.append(Entry(_text(name), name.start_point[0] + 1, self.hcl(value, depth + 1)))
            elif child.type == "block":
                self._block(child, table, depth)

    def _block(self, part: Part, table: Node, depth: int) -> None:
        inner = self._node(part, depth)
        labels = [
            _text(child).strip('"') for child in part.named_children if child.type in {"identifier", "string_lit"}
        ]
        for child in part.named_children:
            if child.type == "body":
                self.body(child, inner, depth + 1)
        for label in reversed(labels):
            outer = Node(inner.line, entries=[Entry(label, inner.line, inner)])
            inner = outer
        table.entries += inner.entries

    def hcl(self, part: Part, depth: int) -> Node:
        """Return an expression of HCL; one that is made at run time has no text."""
        node = self._node(part, depth)
        node.expression = _text(part) if part.end_byte - part.start_byte < _EXPRESSION else ""
        while part.type in {"expression", "literal_value", "template_expr", "collection_value"} and part.named_children:
            part = part.named_children[0]
        if part.type == "function_call":  # jsonencode({...}) and its like hold what they are given
            for inner in part.named_children[1:]:
                node.items += [self.hcl(child, depth + 1) for child in inner.named_children]
        elif part.type == "object":
            for element in part.named_children:
                key, value = element.child_by_field_name("key"), element.child_by_field_name("val")
                if key is not None and value is not None:
                    name = _text(key).strip('"')
                    node.entries.append(Entry(name, key.start_point[0] + 1, self.hcl(value, depth + 1)))
        elif part.type == "tuple":
            node.items = [self.hcl(child, depth + 1) for child in part.named_children if child.type == "expression"]
        elif part.type in {"string_lit", "quoted_template"}:
            node.text = _unquoted(_text(part))
        elif part.type == "heredoc_template":
            lines = _text(part).split("\n")
            node.text = node.block = "\n".join(lines[1:-1])
            node.first, node.is_literal = node.line + 1, True
        return node


def _keys(part: Part) -> list[str]:
    """Return the parts of a key of TOML, whose dots nest to the left."""
    keys = []
    while part.type == "dotted_key":
        part, last = part.named_children[0], part.named_children[-1]
        keys.append(_text(last).strip("\"'"))
        if len(keys) > DEPTH_LIMIT:
            raise NotParsedError(f"it is nested more than {DEPTH_LIMIT} deep", part.start_point[0] + 1)
    return [_text(part).strip("\"'"), *reversed(keys)]


def _unquoted(text: str) -> str:
    if "\\" not in text:
        return text[1:-1] if len(text) > 1 else text
    try:
        value = json.loads(text, strict=False)
    except ValueError:
        return text[1:-1]
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else text


def _toml_text(text: str) -> str:
    for quotes in ('"""', "'''"):
        if text.startswith(quotes) and text.endswith(quotes) and len(text) > 5:
            return text[3:-3].removeprefix("\n")
    return text[1:-1] if text.startswith("'") else _unquoted(text)
