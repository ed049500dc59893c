"""What trees of configuration files are made of: values, keys, and how many of them a file may have."""

from __future__ import annotations

from dataclasses import dataclass, field

DEPTH_LIMIT = 100
NODES_LIMIT = 300_000


@dataclass(eq=False, slots=True)
class Node:
    """A value: a scalar with its `text`, a list with `items`, or a mapping with `entries`."""

    line: int
    text: str | None = None
    items: list[Node] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    block: str | None = None
    """A text of several lines as it stands in the file; None where it is folded or written with escapes."""
    first: int = 0
    """The line of the file that `block` begins on."""
    is_literal: bool = False
    """Whether the lines of `text` are those of the block."""
    expression: str = ""
    """How HCL writes a value that is no text, as far as it is short."""

    def get(self, *keys: str) -> Node | None:
        """Return the value of the first of these keys that a mapping has."""
        return next((entry.node for key in keys for entry in self.entries if entry.key == key), None)

    def string(self, *keys: str) -> str:
        """Return the text of the first of these keys that has one; empty where none has."""
        return next((node.text for key in keys if (node := self.get(key)) and node.text), "")


@dataclass(eq=False, slots=True)
class Entry:
    """A key of a mapping with its value."""

    key: str
    line: int
    node: Node
