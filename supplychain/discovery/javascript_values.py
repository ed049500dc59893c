"""What expressions of JavaScript can be: constants, defaults, templates, members of objects and enumerations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from supplychain.discovery.interface import NotParsedError
from supplychain.discovery.javascript_names import Declared, Names
from supplychain.discovery.javascript_tree import (
    arguments_of,
    inside,
    key_of,
    line_of,
    pairs,
    text,
    unescaped,
    unquoted,
)
from supplychain.discovery.words import Word
from supplychain.model.reference import Resolution

if TYPE_CHECKING:
    from tree_sitter import Node

_DEPTH = 20
_STEPS = 100_000
_MOST = 20
"""Values of one expression that are looked at."""
_LENGTH = 10_000
_IDENTIFIERS = frozenset({"identifier", "shorthand_property_identifier"})


class Values:
    """The values of one file."""

    def __init__(self, names: Names) -> None:
        """Evaluate nothing yet."""
        self._names = names
        self._steps = 0
        self._active: set[int] = set()

    def of(self, node: Node | None, depth: int = 0) -> list[Word]:
        """Return the texts that an expression can become; at least one, but for None.

        Raises:
            NotParsedError: its constants build on each other without end.
        """
        if node is None:
            return []
        self._steps += 1
        if self._steps > _STEPS:
            raise NotParsedError("its constants build on each other without end")
        node = inside(node)
        if depth > _DEPTH:
            return [_unknown(node)]
        if node.type == "string":
            return [Word(unquoted(node), line_of(node), Resolution.LITERAL)]
        if node.type == "template_string":
            return self._template(node, depth)
        if node.type == "binary_expression":
            return self._binary(node, depth)
        if node.type == "ternary_expression":
            ways = (node.child_by_field_name("consequence"), node.child_by_field_name("alternative"))
            return _bounded([word for way in ways for word in self.of(way, depth + 1)], node)
        if node.type in _IDENTIFIERS:
            entries = self._names.given(text(node), node)
            return _bounded([word for entry in entries for word in self._declared(entry, node, depth)], node)
        if node.type in {"member_expression", "subscript_expression"}:
            return self._member(node, depth)
        return [_unknown(node)]

    def only(self, node: Node | None) -> Word | None:
        """Return the one text that an expression is, if it is known."""
        found = self.of(node)
        return found[0] if len(found) == 1 and found[0].is_known else None

    def _template(self, node: Node, depth: int) -> list[Word]:
        parts: list[Word] = []
        for child in node.named_children:
            if child.type == "template_substitution":
                inner = self.of(child.named_children[0], depth + 1) if child.named_children else []
                parts.append(inner[0] if len(inner) == 1 and inner[0].is_known else _unknown(child))
            else:
                parts.append(Word(unescaped(text(child)), line_of(child), Resolution.LITERAL))
        return [_joined(node, parts)]

    def _binary(self, node: Node, depth: int) -> list[Word]:
        left = self.of(node.child_by_field_name("left"), depth + 1)
        right = self.of(node.child_by_field_name("right"), depth + 1)
        operator = next((child.type for child in node.children if not child.is_named), "")
        if operator == "+" and left and right:
            return [_joined(node, [left[0], right[0]])]
        if operator in {"??", "||"} and right:
            known = [word for word in left if word.is_known and word.text]
            if known and len(known) == len(left):
                return known
            fallback = [replace(word, resolution=Resolution.DEFAULT) if word.is_known else word for word in right]
            return _bounded([*known, *fallback], node)
        return [_unknown(node)]

    def _declared(self, entry: Declared, node: Node, depth: int) -> list[Word]:
        value = entry.value
        if value is None or value.id in self._active:
            return [_unknown(node)]
        self._active.add(value.id)
        try:
            found = self._given(entry, value, depth)
        finally:
            self._active.discard(value.id)
        how = Resolution.DEFAULT if entry.how == "default" else Resolution.CONSTANT
        line = line_of(node)
        used = []
        for word in found:
            resolution = how if word.resolution is Resolution.LITERAL else word.resolution
            used.append(replace(word, resolution=resolution, line=line) if word.is_known else _unknown(node))
        return used or [_unknown(node)]

    def _given(self, entry: Declared, value: Node, depth: int) -> list[Word]:
        if entry.how == "each":
            listed = self.resolved(value, depth + 1)
            elements = listed.named_children if listed is not None and listed.type == "array" else []
            more = [_unknown(value)] if len(elements) > _MOST else []
            return [word for element in elements[:_MOST] for word in self.of(element, depth + 1)] + more
        if entry.how.startswith("part "):
            return self.of(self.member(value, entry.how.removeprefix("part "), depth + 1), depth + 1)
        return self.of(value, depth + 1)

    def _member(self, node: Node, depth: int) -> list[Word]:
        holder, key = node.child_by_field_name("object"), key_of(node)
        if holder is None or not key:
            return [_unknown(node)]
        entries: list[Declared] = []
        enum = self._names.enums.get(text(holder), {}) if holder.type == "identifier" else {}
        held = enum.get(key) or self.member(holder, key, depth + 1)
        if held is not None:
            entries = [Declared(held)]
        elif holder.type == "this":
            entries = [entry for entry in self._names.members.get(key, []) if entry.value is not None]
        return _bounded([word for entry in entries for word in self._declared(entry, node, depth)], node)

    def member(self, holder: Node | None, key: str, depth: int = 0) -> Node | None:
        """Return the value of a key of an object that an expression stands for, or None."""
        held = self.resolved(holder, depth)
        return next((value for name, value in pairs(held) if name == key), None)

    def resolved(self, node: Node | None, depth: int = 0) -> Node | None:
        """Return the object or the list that an expression stands for, or None."""
        if node is None or depth > _DEPTH:
            return None
        node = inside(node)
        if node.type in {"object", "array"}:
            return node
        if node.type in _IDENTIFIERS:
            entries = self._names.given(text(node), node)
            is_one = len(entries) == 1 and entries[0].how == "value"
            return self.resolved(entries[0].value, depth + 1) if is_one else None
        if node.type in {"member_expression", "subscript_expression"}:
            held = self.member(node.child_by_field_name("object"), key_of(node), depth + 1)
            return self.resolved(held, depth + 1)
        if node.type == "call_expression" and text(node.child_by_field_name("function"))[:20] == "Object.freeze":
            arguments = arguments_of(node)
            return self.resolved(arguments[0], depth + 1) if arguments else None
        return None

    def objects(self, nodes: list[Node]) -> list[Node]:
        """Return the object literals among what some arguments stand for."""
        found = [self.resolved(node) for node in nodes]
        return [node for node in found if node is not None and node.type == "object"]


def _joined(node: Node, parts: list[Word]) -> Word:
    joined = "".join(part.text for part in parts)
    if len(joined) > _LENGTH:
        return _unknown(node)
    resolutions = {part.resolution for part in parts}
    order = (Resolution.DEFAULT, Resolution.CONSTANT)
    how = next((resolution for resolution in order if resolution in resolutions), Resolution.LITERAL)
    return Word(joined, line_of(node), how, all(part.is_known for part in parts))


def _bounded(found: list[Word], node: Node) -> list[Word]:
    """Return the values, at least one; what is beyond the limit is not known."""
    more = [_unknown(node)] if len(found) > _MOST else []
    return [*found[:_MOST], *more] or [_unknown(node)]


def _unknown(node: Node) -> Word:
    data = (node.text or b"")[:_LENGTH]
    return Word(data.decode("utf-8", "replace"), line_of(node), Resolution.LITERAL, is_known=False)
