"""Names of models that JavaScript gives to constants, keys, members and settings whose own name says so.

The code that asks for such a model is often in another file, and gets it by that name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from supplychain.discovery.javascript_report import Report
from supplychain.discovery.javascript_settings import setting_name
from supplychain.discovery.javascript_tree import WRAPPERS, callee_of, chain, key_of, line_of, text, unquoted
from supplychain.discovery.keys import component, is_not_used, meaning, normal
from supplychain.model.component import Kind
from supplychain.model.reference import Resolution

if TYPE_CHECKING:
    from tree_sitter import Node

GIVEN = re.compile(
    rb"(?i)(?:model|embedder|llm|reranker)\w{0,30}[\"'\])]{0,3}\s{0,3}(?:[:=]|\?\?|\|\|)[^\n;{]{0,80}[\"'`][\w./:@-]{0,80}\d"
)
"""What a text has that gives a model's name to something called one."""
_UP = 6
"""Expressions around a text that are looked through."""
_THROUGH = WRAPPERS | {"binary_expression", "ternary_expression", "arguments", "call_expression", "member_expression"}


class Given:
    """The texts of one file that are given to a name."""

    def __init__(self, report: Report) -> None:
        """Add what they name to a report."""
        self._report = report

    def look_at(self, node: Node) -> None:
        """Report the model that a text names, where what it is given to is called a model."""
        name = unquoted(node)
        if not 3 < len(name) < 100 or node.id in self._report.read or not re.fullmatch(r"[\w./:@-]+", name):
            return
        holder = _holder(node)
        key = normal(holder.rpartition(".")[2])
        means = meaning(key)
        if means is None or means.kind is not Kind.MODEL or is_not_used(key):
            return
        named = component(name, key, means, None, self._report.source)
        line = line_of(node)
        if named is None or named.component.source in {"file", "url"} or not re.search(r"\d", name):
            return
        known = {(item.component.id, item.at.line) for item in self._report.found.references}
        if (named.component.id, line) not in known:
            how = Resolution.DEFAULT if setting_name(holder) else Resolution.CONSTANT
            self._report.refer(named, line, how, holder[:80])


def _holder(node: Node) -> str:
    """Return the name that a text is given to: of a constant, a key, a member, a parameter or a setting; else empty."""
    child, parent = node, node.parent
    for _ in range(_UP):
        if parent is None:
            return ""
        if parent.type == "binary_expression":
            left = parent.child_by_field_name("left")
            operator = next((part.type for part in parent.children if not part.is_named), "")
            if operator not in {"??", "||"} or left is None or left == child:
                return ""
            if setting_name(text(left)):
                return text(left)
        elif parent.type == "call_expression":
            if chain(callee_of(parent))[-1:] != ["default"] and child.type == "arguments":
                return ""
        elif parent.type not in _THROUGH:
            break
        child, parent = parent, parent.parent
    if parent is None or parent.child_by_field_name("key") == child:
        return ""
    if parent.type in {
        "pair",
        "variable_declarator",
        "public_field_definition",
        "field_definition",
        "assignment_expression",
    }:
        fields = ("key", "name", "property", "left")
        held = next((part for field in fields if (part := parent.child_by_field_name(field)) is not None), None)
        is_member = held is not None and held.type == "member_expression"
        return key_of(held) if held is not None and is_member else text(held).strip("\"'")
    if parent.type in {"required_parameter", "optional_parameter", "assignment_pattern", "object_assignment_pattern"}:
        return text(parent.child_by_field_name("pattern") or parent.child_by_field_name("left"))
    return ""
