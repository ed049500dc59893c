"""The syntax tree of a shell script: its commands, its assignments, and what does not parse."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from supplychain.discovery.shell_values import Assigned, Variables
from supplychain.discovery.words import Word

if TYPE_CHECKING:
    from tree_sitter import Node

_BLOCKS = frozenset(
    {
        "program",
        "do_group",
        "compound_statement",
        "if_statement",
        "elif_clause",
        "else_clause",
        "case_item",
        "subshell",
        "for_statement",
    }
)
_LINE = 5_000
"""Characters of a line that does not parse that are read."""


@dataclass
class ShellTree:
    """The parts of one script."""

    variables: Variables
    commands: list[tuple[Node, str | None]] = field(default_factory=list)
    """The commands, each with the function that it stands in."""
    _broken: list[Node] = field(default_factory=list)
    _assignments: list[Node] = field(default_factory=list)

    @classmethod
    def of(cls, root: Node, variables: Variables) -> ShellTree:
        """Return the parts of a script; its assignments and the calls of its functions go to `variables`."""
        tree = cls(variables)
        tree._walk(root)
        for node, _ in tree.commands:
            if (name := text_of(node.child_by_field_name("name"))) in variables.calls:
                variables.calls[name].append(tuple(arguments_of(node)))
        return tree

    def _walk(self, root: Node) -> None:
        pending: list[tuple[Node, str | None, Node]] = [(root, None, root)]
        while pending:
            node, function, block = pending.pop()
            if node.type == "ERROR":
                self._broken.append(node)
            elif node.type == "command":
                self.commands.append((node, function))
            elif node.type == "variable_assignment":
                self._assignment(node, function, block)
            elif node.type == "for_statement":
                variable, words = node.child_by_field_name("variable"), node.children_by_field_name("value")
                self._assign(text_of(variable), tuple(words), node, node, function, "loop")
            elif node.type == "function_definition":
                function = text_of(node.child_by_field_name("name"))
                self.variables.calls.setdefault(function, [])
            inner = node if node.type in _BLOCKS else block
            pending += [(child, function, inner) for child in reversed(node.named_children)]

    def _assignment(self, node: Node, function: str | None, block: Node) -> None:
        if node.parent is not None and node.parent.type == "command":
            return  # it holds for that command only
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        is_append = any(child.type == "+=" for child in node.children)
        certain = block if node.parent is None or node.parent.type != "list" else node
        if name is None or name.type == "subscript":
            self._assign(text_of(name).partition("[")[0], (), node, certain, function, "unknown")
        elif value is not None and value.type == "array":
            scope = node if is_append else certain
            self._assign(text_of(name), tuple(value.named_children), node, scope, function, "array")
        else:
            how = "append" if is_append else "set"
            self._assign(text_of(name), (value,) if value else (), node, certain, function, how)

    def _assign(
        self, name: str, words: tuple[Node, ...], node: Node, scope: Node, function: str | None, how: str
    ) -> None:
        entry = Assigned(words, node.start_byte, (scope.start_byte, scope.end_byte), function, how)
        self.variables.assign(name, entry)
        self._assignments.append(node)

    def broken_lines(self, text: str) -> Iterator[list[Word]]:
        """Yield the commands of the lines that do not parse, each line by itself."""
        first = self.variables.first_line
        lines = text.split("\n")
        seen: set[int] = set()
        for node in (*self._assignments, *(node for node, _ in self.commands)):
            row = node.start_point.row
            begins = node.start_point.column <= len(lines[row]) - len(lines[row].lstrip())
            seen.update(range(first + row + (not begins), first + node.end_point.row + 1))
        for node in self._broken:
            for row in range(node.start_point.row, min(node.end_point.row + 1, len(lines))):
                if first + row not in seen:
                    seen.add(first + row)
                    yield from _split(lines[row], first + row)


def _split(line: str, number: int) -> Iterator[list[Word]]:
    plain = line[:_LINE].rstrip("\\")
    try:
        lexer = shlex.shlex(plain, posix=True, punctuation_chars="();<>|&")
        lexer.whitespace_split = True
        parts = list(lexer)
    except ValueError:
        parts = plain.split()
    words: list[Word] = []
    for part in parts:
        if re.fullmatch(r"[();<>|&]+", part):
            yield words
            words = []
        else:
            words.append(Word.of(part, number))
    yield words


def arguments_of(node: Node) -> list[Node]:
    """Return the arguments of a command, also those that stand behind a redirection."""
    found = list(node.children_by_field_name("argument"))
    for redirection in statement_of(node).children_by_field_name("redirect"):
        found += redirection.children_by_field_name("argument")
        if redirection.type == "file_redirect":
            found += redirection.children_by_field_name("destination")[1:]
    return found


def statement_of(node: Node) -> Node:
    """Return a command with its redirections."""
    parent = node.parent
    return parent if parent is not None and parent.type == "redirected_statement" else node


def is_bare(node: Node) -> bool:
    """Whether a command is one plain word, which names nothing."""
    name = node.child_by_field_name("name")
    if node.named_child_count != 1 or name is None or statement_of(node) != node:
        return False
    return name.named_child_count == 1 and name.named_children[0].type == "word"


def text_of(node: Node | None) -> str:
    """Return the text of a node as it is written; empty for None."""
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""
