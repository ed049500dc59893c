"""The code cells of a notebook, each line with the line of the file where it stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from supplychain.discovery.interface import NotParsedError

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(frozen=True)
class Cell:
    """One code cell."""

    lines: tuple[tuple[str, int], ...]
    """Its lines, each with the line of the file."""


def cells(data: bytes) -> list[Cell]:
    """Return the code cells of a notebook.

    Raises:
        NotParsedError: it is not JSON, holds no cells, or is written in another language than Python.
    """
    import tree_sitter_json  # here, as a grammar is loaded only where there is a notebook
    from tree_sitter import Language, Parser

    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotParsedError("not a notebook: it is not UTF-8") from error
    tree = Parser(Language(tree_sitter_json.language())).parse(data.removeprefix(b"\xef\xbb\xbf"))
    if tree.root_node.has_error:
        raise NotParsedError("not a notebook: it is not JSON")
    root = next(iter(tree.root_node.named_children), None)
    language = _language(root)
    if language not in {"", "python"}:
        raise NotParsedError(f"a notebook in {language}")
    listed = list(_cells(root))
    if not listed:
        raise NotParsedError("a notebook without cells")
    found = []
    for cell in listed:
        kind, source = _value(cell, "cell_type"), _value(cell, "source") or _value(cell, "input")
        if kind is not None and _text(kind) == "code" and source is not None:
            found.append(Cell(tuple(_lines(source))))
    return found


def _cells(root: Node | None) -> Iterator[Node]:
    """Yield the cells; a notebook of version 3 has them in worksheets."""
    worksheets = _value(root, "worksheets")
    for holder in worksheets.named_children if worksheets is not None else [root]:
        listed = _value(holder, "cells")
        if listed is not None and listed.type == "array":
            yield from (cell for cell in listed.named_children if cell.type == "object")


def _language(root: Node | None) -> str:
    metadata = _value(root, "metadata")
    for holder, key in (("kernelspec", "language"), ("language_info", "name")):
        value = _value(_value(metadata, holder), key)
        if value is not None and value.type == "string":
            return _text(value).lower()
    return ""


def _lines(source: Node) -> Iterator[tuple[str, int]]:
    """Yield the lines of a cell, which is a text or a list of texts."""
    parts = source.named_children if source.type == "array" else [source]
    held = ""
    begun: int | None = None
    for part in parts:
        if part.type != "string":
            continue
        number = part.start_point.row + 1
        begun = begun or number
        *whole, rest = (held + _text(part)).split("\n")
        for index, line in enumerate(whole):
            yield line.removesuffix("\r"), begun if index == 0 else number
            begun = number
        held = rest
        begun = begun if rest else None
    if held:
        yield held, begun or 1


def _value(node: Node | None, key: str) -> Node | None:
    for pair in node.named_children if node is not None and node.type == "object" else ():
        name = pair.child_by_field_name("key")
        if name is not None and _text(name) == key:
            return pair.child_by_field_name("value")
    return None


def _text(node: Node) -> str:
    raw = (node.text or b"").decode("utf-8", "replace")
    try:
        value = json.loads(raw, strict=False)
    except ValueError:
        return ""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""
