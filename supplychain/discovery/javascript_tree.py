"""Nodes of a JavaScript syntax tree: their texts, the names in a callee, the keys of an object."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

WRAPPERS = frozenset(
    {
        "parenthesized_expression",
        "as_expression",
        "satisfies_expression",
        "non_null_expression",
        "await_expression",
        "type_assertion",
    }
)
"""Expressions whose value is that of the one inside."""
_TYPES = frozenset({"type_annotation", "type_arguments", "type_alias_declaration", "interface_declaration"})
_NAMES = 30
"""Names of a callee that are looked at."""
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "f": "\f", "v": "\v"}
_ESCAPED = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r?\n)|(.))", re.DOTALL)


def text(node: Node | None) -> str:
    """Return the text of a node as it is written; empty for None."""
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def line_of(node: Node) -> int:
    """Return the line that a node begins on."""
    return node.start_point.row + 1


def unquoted(node: Node | None) -> str:
    """Return the text of a string without its quotes."""
    return unescaped(text(node)[1:-1])


def unescaped(raw: str) -> str:
    """Return the text that a literal with escapes stands for."""
    return _ESCAPED.sub(_escape, raw) if "\\" in raw else raw


def _escape(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    return "" if match[4] else _ESCAPES.get(match[5], match[5])


def inside(node: Node) -> Node:
    """Return the expression inside parentheses, types and `await`."""
    while node.type in WRAPPERS and node.named_children:
        node = node.named_children[0]
    return node


def chain(node: Node | None) -> list[str]:
    """Return the names of a callee from its root: `this.client.chat.create`; calls in between count as their callee.

    Empty where its root is no name, or too many names away.
    """
    found: list[str] = []
    while node is not None and len(found) < _NAMES:
        if node.type in WRAPPERS and node.named_children:
            node = node.named_children[0]
        elif node.type in {"call_expression", "new_expression"}:
            node = callee_of(node)
        elif node.type in {"member_expression", "subscript_expression"}:
            found.append(key_of(node))
            node = node.child_by_field_name("object")
        else:
            is_root = node.type in {"identifier", "this", "import", "super"}
            return [text(node), *found[::-1]] if is_root else []
    return []


def callee_of(node: Node) -> Node | None:
    """Return what a call calls, or what `new` makes one of."""
    return node.child_by_field_name("function") or node.child_by_field_name("constructor")


def key_of(node: Node) -> str:
    """Return the name of a member; empty where it is made at run time."""
    if node.type == "subscript_expression":
        index = node.child_by_field_name("index")
        return unquoted(index) if index is not None and index.type == "string" else ""
    return text(node.child_by_field_name("property"))


def arguments_of(node: Node) -> list[Node]:
    """Return the arguments of a call, without comments."""
    listed = node.child_by_field_name("arguments")
    if listed is None or listed.type != "arguments":
        return []
    return [child for child in listed.named_children if child.type != "comment"]


def pairs(node: Node | None) -> Iterator[tuple[str, Node]]:
    """Yield the keys of an object literal with their values; a short form has itself as its value."""
    for part in node.named_children if node is not None and node.type == "object" else ():
        if part.type == "pair":
            key, value = part.child_by_field_name("key"), part.child_by_field_name("value")
            if key is not None and value is not None:
                yield (unquoted(key) if key.type == "string" else text(key)), value
        elif part.type == "shorthand_property_identifier":
            yield text(part), part


def required(node: Node | None) -> str | None:
    """Return the module that an expression imports, as `require("x").y` or `await import("x")` do, or None."""
    for _ in range(6):
        if node is None:
            return None
        node = inside(node)
        if node.type == "call_expression":
            given = arguments_of(node)
            is_import = text(node.child_by_field_name("function")) in {"require", "import"} and bool(given)
            return unquoted(given[0]) if is_import and given[0].type == "string" else None
        node = node.child_by_field_name("object") if node.type == "member_expression" else None
    return None


def is_in_type(node: Node) -> bool:
    """Whether an import stands where a type does, so that it is gone at run time."""
    for _ in range(8):
        parent = node.parent
        if parent is None:
            return False
        if parent.type in _TYPES:
            return True
        if parent.type in {"as_expression", "satisfies_expression"} and parent.named_children[0] != node:
            return True
        node = parent
    return False
