"""Configuration files as trees of keys and values, each with its line; nothing is constructed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from configparser import Error as IniError
from configparser import RawConfigParser
from dataclasses import dataclass, field

import yaml

from supplychain.discovery.interface import NotParsedError

DEPTH_LIMIT = 100
NODES_LIMIT = 300_000
BRACKETS_LIMIT = 200_000
TEXT_LIMIT = 2_000_000
"""Characters of a file in INI, TOML or HCL; what is larger is data, and slow to read."""

TEMPLATE = "\ue000"
"""What stands for a part that a template engine fills in."""
_TEMPLATES = re.compile(
    r"(?<!\$)\{\{(?:[^{}]|\{(?!\{)|\}(?!\}))*+\}\}|\{%(?:[^%{]|%(?!\})|\{(?!%))*+%\}|\{#(?:[^#{]|#(?!\})|\{(?!#))*+#\}"
)
_PAIR = re.compile(r"[ \t]*(?:- )?[ \t]*[\"']?(?P<key>[A-Za-z_][\w.-]*)[\"']?[ \t]*[:=][ \t]+(?P<value>\S.*)")
_OTHER_LINE = re.compile(r"[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_MADE = ("!Ref", "!GetAtt", "!secret", "!vault", "!include", "!If", "!ImportValue", "!reference", "!Select")
"""Tags whose value is not the text that stands there."""


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


def parts(root: Node) -> Iterator[Node]:
    """Yield each node of a tree once, which may hold itself by way of an alias."""
    todo, seen = [root], {id(root)}
    while todo:
        node = todo.pop()
        yield node
        for child in (*node.items, *(entry.node for entry in node.entries)):
            if id(child) not in seen:
                seen.add(id(child))
                todo.append(child)


def moved(root: Node, lines: int, line: int | None = None) -> Node:
    """Return a tree of a part of a file with the lines of the file, or all on one line; it is changed itself."""
    for node in parts(root):
        node.line = line or node.line + lines
        node.first = node.first + lines
        node.block = None if line else node.block
        for entry in node.entries:
            entry.line = line or entry.line + lines
    return root


def decoded(data: bytes) -> str:
    """Return the text of a file, of which a damaged character is replaced."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    return data.decode("utf-8-sig", "replace")


def bounded(text: str) -> None:
    """Check that a text has no more brackets than a parser can take.

    Raises:
        NotParsedError: it has.
    """
    if text.count("[") + text.count("{") > BRACKETS_LIMIT:
        raise NotParsedError(f"it has more than {BRACKETS_LIMIT:,} brackets")


def without_templates(text: str) -> str:
    """Return a text with a mark for each part that a template engine fills in; a line of such parts only is empty."""
    if "{{" not in text and "{%" not in text:
        return text
    marked = _TEMPLATES.sub(lambda match: TEMPLATE + "\n" * match[0].count("\n"), text)
    return re.sub(rf"(?m)^[ \t]*({TEMPLATE}[ \t]*)+$", "", marked)


def from_yaml(text: str) -> list[Node]:
    """Return the documents of a YAML file.

    Raises:
        NotParsedError: it is not YAML, or beyond a limit.
    """
    bounded(text)
    composer = _Composer(without_templates(_OTHER_LINE.sub(" ", text)))
    try:
        return composer.documents()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise NotParsedError(f"not YAML: {error.problem}", line) from error
    except (yaml.YAMLError, ValueError) as error:
        raise NotParsedError("not YAML: a character that it may not hold") from error


def from_lines(text: str) -> Node:
    """Return the lines `key: value` of a template that is no YAML before it is filled in, as one mapping."""
    root = Node(1)
    for number, line in enumerate(without_templates(text[:TEXT_LIMIT]).splitlines(), start=1):
        if match := _PAIR.fullmatch(line[:2000]):
            value = match["value"].strip()
            quoted = re.match(r"(?P<quote>[\"'])(?P<text>.*)(?P=quote)", value)
            text = quoted["text"] if quoted else re.sub(r"(^|\s+)#.*$", "", value)
            root.entries.append(Entry(match["key"], number, Node(number, text=text)))
    return root


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


def from_ini(text: str) -> Node:
    """Return an INI file as a mapping of sections.

    Raises:
        NotParsedError: it is not one.
    """
    if len(text) > TEXT_LIMIT:
        raise NotParsedError(f"it has {len(text):,} characters; {TEXT_LIMIT:,} are read as INI")
    number = 0

    def lines() -> Iterator[str]:
        nonlocal number
        for line in text.splitlines():
            number += 1
            yield f"{line}\n"

    parser = RawConfigParser(strict=False, allow_no_value=True, inline_comment_prefixes=("#", ";"))
    parser.optionxform = lambda optionstr: f"{number} {optionstr}"  # type: ignore[method-assign]
    try:
        parser.read_file(lines())
    except (IniError, AttributeError) as error:
        raise NotParsedError(f"not an INI file: {type(error).__name__}", number) from error
    root = Node(1)
    for section in parser.sections():
        table = Node(1)
        for option, value in parser.items(section):
            line, _, key = option.partition(" ")
            table.entries.append(Entry(key, int(line), Node(int(line), text=(value or "").strip("\"'"))))
        root.entries.append(Entry(section, 1, table))
    return root
