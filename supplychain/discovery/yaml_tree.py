"""YAML as trees of keys and values, from the events of its parser; nothing is constructed."""

from __future__ import annotations

import yaml

from supplychain.discovery.interface import NotParsedError
from supplychain.discovery.nodes import DEPTH_LIMIT, NODES_LIMIT, Entry, Node

_MADE = ("!Ref", "!GetAtt", "!secret", "!vault", "!include", "!If", "!ImportValue", "!reference", "!Select")
"""Tags whose value is not the text that stands there."""


def documents(text: str) -> list[Node]:
    """Return the documents of a text.

    Raises:
        NotParsedError: it is not YAML, or beyond a limit.
    """
    try:
        return _Composer(text).documents()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise NotParsedError(f"not YAML: {error.problem}", line) from error
    except (yaml.YAMLError, ValueError) as error:
        raise NotParsedError("not YAML: a character that it may not hold") from error


class _Composer:
    """Trees from the events of a parser, without recursion."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._anchors: dict[str, Node] = {}
        self._open: list[tuple[Node, str | None, int]] = []
        """The lists and mappings that are open, each with the key that waits for its value, and the key's line."""
        self._roots: list[Node] = []
        self._count = 0

    def documents(self) -> list[Node]:
        for event in yaml.parse(self._text, Loader=yaml.CSafeLoader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.ScalarEvent):
                self._put(self._scalar(event, line), event.anchor)
            elif isinstance(event, yaml.AliasEvent):
                self._put(self._anchors.get(event.anchor or "") or Node(line), None)
            elif isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
                node = Node(line)
                self._put(node, event.anchor)
                self._open.append((node, None if isinstance(event, yaml.MappingStartEvent) else "", -1))
                if len(self._open) > DEPTH_LIMIT:
                    raise NotParsedError(f"it is nested more than {DEPTH_LIMIT} deep", line)
            elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
                self._open.pop()
        return self._roots

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> Node:
        if event.tag is not None and event.tag.startswith(_MADE):
            return Node(line)
        is_null = event.style is None and event.value in {"~", "null", "Null", "NULL"}
        node = Node(line, text="" if is_null else event.value)
        if event.style in {"|", ">"} and event.start_mark and event.end_mark:
            node.block = self._text[event.start_mark.index : event.end_mark.index].partition("\n")[2]
            node.first = line + 1
            node.is_literal = event.style == "|"
        return node

    def _put(self, node: Node, anchor: str | None) -> None:
        self._count += 1
        if self._count > NODES_LIMIT:
            raise NotParsedError(f"it has more than {NODES_LIMIT:,} values", node.line)
        if anchor is not None:
            self._anchors[anchor] = node
        if not self._open:
            self._roots.append(node)
            return
        parent, key, line = self._open[-1]
        if line == -1 and key == "":
            parent.items.append(node)
        elif key is None:
            self._open[-1] = (parent, node.text or "", node.line)
        else:
            parent.entries.append(Entry(key, line, node))
            self._open[-1] = (parent, None, -1)
