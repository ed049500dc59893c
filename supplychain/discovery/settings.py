"""Environment files: what their settings name, and where they send a registry's client."""

from __future__ import annotations

import io
import re
import shlex

from supplychain.discovery.commands import from_argv
from supplychain.discovery.configured import from_tree, unique
from supplychain.discovery.interface import Found, NotParsedError, SourceFile
from supplychain.discovery.parts import add
from supplychain.discovery.trees import Entry, Node, decoded
from supplychain.discovery.values import value_of

_LIMIT = 500_000
_BACKQUOTED = re.compile(r"(?m)^(?P<name>[ \t]*(?:export[ \t]+)?\w+[ \t]*=[ \t]*)`(?P<value>[^`]*)`")


def read_environment(source: SourceFile) -> Found:
    """Return the models, datasets and services that an environment file names, and its endpoint settings.

    Raises:
        NotParsedError: it is longer than any.
    """
    from dotenv.parser import parse_stream  # here, since it is slow to import

    if len(source.data) > _LIMIT:
        raise NotParsedError(f"it has {len(source.data):,} bytes; {_LIMIT:,} are read as an environment file")
    root, known = Node(1), dict[str, str]()
    text = _BACKQUOTED.sub(_requoted, decoded(source.data))
    for binding in parse_stream(io.StringIO(text)):
        if binding.key is not None and binding.value is not None:
            blank_lines = len(binding.original.string) - len(binding.original.string.lstrip("\r\n"))
            line = binding.original.line + blank_lines
            given = "" if binding.value.startswith("#") else binding.value
            value = value_of(given, line, known)
            known |= {binding.key: value.text} if value.is_known and value.text else {}
            node = Node(line, text=given, block=given if "\n" in given else None, first=line)
            root.entries.append(Entry(binding.key, line, node))
    found = from_tree(root, source, known)
    for entry in root.entries:
        value = value_of(entry.node.text or "", entry.line, known)
        if re.search(r"(^|\s)--[a-z]", value.text):
            add(found, from_argv(_words(value.text), source, entry.line))
    return unique(found)


def _requoted(match: re.Match[str]) -> str:
    """Return a value between backquotes, which JavaScript's reader knows, as the same lines between quotes."""
    value = match["value"].replace("\\", "\\\\").replace("'", "\\'")
    return f"{match['name']}'{value}'"


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()
