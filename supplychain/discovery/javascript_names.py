"""Names in JavaScript: what a file imports, and what it declares, each in its scope."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from supplychain.discovery.javascript_tree import (
    arguments_of,
    callee_of,
    is_in_type,
    key_of,
    line_of,
    required,
    text,
    unquoted,
)

if TYPE_CHECKING:
    from tree_sitter import Node

Scope = tuple[int, int]
"""The bytes in which a name is known."""

_SCOPES = frozenset(
    {
        "program",
        "statement_block",
        "function_declaration",
        "function_expression",
        "arrow_function",
        "method_definition",
        "generator_function_declaration",
        "class_body",
        "for_statement",
        "for_in_statement",
        "catch_clause",
    }
)
_KEPT = frozenset(
    {
        "call_expression",
        "new_expression",
        "string",
        "template_string",
        "member_expression",
        "subscript_expression",
        "assignment_expression",
    }
)
_DECLARATIONS = 200
"""Declarations of one name that are looked at."""


@dataclass(frozen=True)
class Declared:
    """One place that gives a name its value."""

    value: Node | None
    scope: Scope = (0, 0)
    how: str = "value"
    """`value`, `default` of a parameter, `each` element of a list, or `part` and a key of an object."""
    type: str = ""
    """The name of its type, where it has one."""


@dataclass
class Names:
    """The names of one file, and the nodes that are looked at."""

    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    """The module and the export that a local name stands for; `*` is the whole module."""
    types: dict[str, tuple[str, str]] = field(default_factory=dict)
    """As above, for what is imported as a type only."""
    modules: list[tuple[str, int]] = field(default_factory=list)
    """The modules that are imported, but for types only, with their lines."""
    declared: dict[str, list[Declared]] = field(default_factory=dict)
    members: dict[str, list[Declared]] = field(default_factory=dict)
    """What is held in `this.name`."""
    enums: dict[str, dict[str, Node]] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    """Calls, strings, members and assignments, in the order of the file."""
    broken: list[Node] = field(default_factory=list)
    """What does not parse."""

    @classmethod
    def of(cls, root: Node) -> Names:
        """Return the names of a file."""
        names = cls()
        assigned: list[tuple[Node, Scope]] = []
        pending: list[tuple[Node, Scope]] = [(root, (root.start_byte, root.end_byte))]
        while pending:
            node, scope = pending.pop()
            if node.type in _SCOPES:
                scope = (node.start_byte, node.end_byte)
            if (collect := _COLLECT.get(node.type)) is not None:
                collect(names, node, scope)
            if node.type in _KEPT:
                names.nodes.append(node)
            if node.type == "assignment_expression":
                assigned.append((node, scope))
            if node.type not in {"import_statement", "string"}:
                pending += [(child, scope) for child in reversed(node.named_children)]
        for node, scope in assigned:  # what they assign to may be declared further down
            names._assign(node, scope)
        return names

    @classmethod
    def imported_by(cls, root: Node) -> Names:
        """Return the names of a file as far as its own imports go, which stand at its top."""
        names = cls()
        for node in root.named_children:
            if node.type in {"import_statement", "export_statement"}:
                names._import(node, (0, 0))
        return names

    def given(self, name: str, node: Node) -> list[Declared]:
        """Return what gives a name its value at a node; a declaration without a value only where nothing else does."""
        declared = self.declared.get(name, [])[:_DECLARATIONS]
        around = [entry for entry in declared if entry.scope[0] <= node.start_byte < entry.scope[1]]
        size = min((entry.scope[1] - entry.scope[0] for entry in around), default=0)
        nearest = [entry for entry in around if entry.scope[1] - entry.scope[0] == size]
        return [entry for entry in nearest if entry.value is not None] or nearest

    def _add(self, name: str, entry: Declared) -> None:
        self.declared.setdefault(name, []).append(entry)

    def _import(self, node: Node, _: Scope) -> None:
        for part in node.named_children:
            if part.type == "import_require_clause":
                self._require(part)
        if node.child_by_field_name("source") is None:
            return
        module = unquoted(node.child_by_field_name("source"))
        is_type = any(child.type == "type" for child in node.children)
        if not is_type:
            self.modules.append((module, line_of(node)))
        held = self.types if is_type else self.imports
        clause = next((child for child in node.named_children if child.type == "import_clause"), None)
        for part in clause.named_children if clause is not None else ():
            if part.type == "identifier":
                held[text(part)] = (module, "default")
            elif part.type == "namespace_import":
                held[text(part.named_children[-1])] = (module, "*")
            for item in part.named_children if part.type == "named_imports" else ():
                name, alias = item.child_by_field_name("name"), item.child_by_field_name("alias")
                is_own_type = any(child.type == "type" for child in item.children)
                (self.types if is_own_type else held)[text(alias or name)] = (module, text(name))

    def _require(self, node: Node) -> None:
        module = unquoted(node.child_by_field_name("source"))
        self.modules.append((module, line_of(node)))
        self.imports[text(node.named_children[0])] = (module, "*")

    def _call(self, node: Node, _: Scope) -> None:
        """Note a module that is imported by a call; its place in an expression does not matter."""
        if text(callee_of(node)) not in {"require", "import"} or is_in_type(node):
            return
        given = arguments_of(node)
        if given and given[0].type == "string":
            self.modules.append((unquoted(given[0]), line_of(node)))

    def _declare(self, node: Node, scope: Scope) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        module = required(value)
        if name is None:
            return
        if name.type == "identifier" and module is not None:
            self.imports[text(name)] = (module, _member(value))
        elif name.type == "identifier":
            self._add(text(name), Declared(value, scope, "value", _type(node)))
        for part in name.named_children if name.type == "object_pattern" else ():
            key, local = _pattern_part(part)
            if key and module is not None:
                self.imports[local] = (module, key)
            elif key:
                self._add(local, Declared(value, scope, f"part {key}"))

    def _parameter(self, node: Node, scope: Scope) -> None:
        name = node.child_by_field_name("pattern") or node.child_by_field_name("left")
        value = node.child_by_field_name("value") or node.child_by_field_name("right")
        if name is not None and name.type in {"identifier", "shorthand_property_identifier_pattern"}:
            entry = Declared(value, scope, "default", _type(node))
            self._add(text(name), entry)
            if any(child.type == "accessibility_modifier" for child in node.children):
                self.members.setdefault(text(name), []).append(entry)

    def _parameters(self, node: Node, scope: Scope) -> None:
        for child in node.named_children:
            if child.type == "identifier":
                self._add(text(child), Declared(None, scope))

    def _field(self, node: Node, _: Scope) -> None:
        name = node.child_by_field_name("name") or node.child_by_field_name("property")
        entry = Declared(node.child_by_field_name("value"), type=_type(node))
        self.members.setdefault(text(name), []).append(entry)

    def _each(self, node: Node, scope: Scope) -> None:
        left = node.child_by_field_name("left")
        if left is not None and left.type == "identifier":
            self._add(text(left), Declared(node.child_by_field_name("right"), scope, "each"))

    def _enum(self, node: Node, _: Scope) -> None:
        body = node.child_by_field_name("body")
        held = self.enums.setdefault(text(node.child_by_field_name("name")), {})
        for part in body.named_children if body is not None else ():
            value = part.child_by_field_name("value")
            if part.type == "enum_assignment" and value is not None:
                held[text(part.child_by_field_name("name")).strip("\"'")] = value

    def _error(self, node: Node, _: Scope) -> None:
        if not self.broken or self.broken[-1].end_byte < node.end_byte:
            self.broken.append(node)

    def _assign(self, node: Node, scope: Scope) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        module = required(right)
        if left.type == "identifier" and module is not None:
            self.imports[text(left)] = (module, _member(right))
        elif left.type == "identifier":
            known = self.given(text(left), node)
            self._add(text(left), Declared(right, known[0].scope if known else scope))
        elif left.type == "member_expression" and text(left.child_by_field_name("object")) == "this":
            self.members.setdefault(key_of(left), []).append(Declared(right))


_COLLECT: dict[str, Callable[[Names, Node, Scope], None]] = {
    "import_statement": Names._import,
    "export_statement": Names._import,
    "call_expression": Names._call,
    "variable_declarator": Names._declare,
    "required_parameter": Names._parameter,
    "optional_parameter": Names._parameter,
    "assignment_pattern": Names._parameter,
    "object_assignment_pattern": Names._parameter,
    "formal_parameters": Names._parameters,
    "public_field_definition": Names._field,
    "field_definition": Names._field,
    "for_in_statement": Names._each,
    "enum_declaration": Names._enum,
    "ERROR": Names._error,
}


def _member(node: Node | None) -> str:
    return key_of(node) if node is not None and node.type == "member_expression" else "*"


def _type(node: Node) -> str:
    annotation = node.child_by_field_name("type")
    match = re.match(r":\s*([A-Za-z_$][\w$]*)", text(annotation)[:200])
    return match[1] if match else ""


def _pattern_part(part: Node) -> tuple[str, str]:
    """Return the key that a part of an object pattern takes, and its local name."""
    if part.type == "shorthand_property_identifier_pattern":
        return text(part), text(part)
    if part.type == "pair_pattern":
        value = part.child_by_field_name("value")
        if value is not None and value.type == "assignment_pattern":
            value = value.child_by_field_name("left")
        return text(part.child_by_field_name("key")), text(value)
    return "", ""
