"""Configuration files as trees of keys and values, each with its line; nothing is constructed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from configparser import Error as IniError
from configparser import RawConfigParser

from supplychain.discovery.interface import NotParsedError
from supplychain.discovery.nodes import Entry, Node

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
    from supplychain.discovery.yaml_tree import documents  # here, since YAML is slow to import

    bounded(text)
    return documents(without_templates(_OTHER_LINE.sub(" ", text)))


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
