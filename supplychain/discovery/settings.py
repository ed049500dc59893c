"""Environment files: what their settings name, and where they send a registry's client."""

from __future__ import annotations

import re
import shlex

from supplychain.discovery.commands import from_argv
from supplychain.discovery.configured import from_tree, unique
from supplychain.discovery.interface import Found, NotParsedError, SourceFile
from supplychain.discovery.nodes import Entry, Node
from supplychain.discovery.parts import add
from supplychain.discovery.trees import decoded
from supplychain.discovery.values import value_of

_LIMIT = 500_000
_BINDING = re.compile(
    r"""(?m)^[^\S\r\n]*(?:export[^\S\r\n]+)?(?P<key>'[^']+'|[^=\#\s'][^=\#\s]*)[^\S\r\n]*=[^\S\r\n]*+
    (?: '(?P<single>(?:\\'|[^'])*)' | "(?P<double>(?:\\"|[^"])*)" | `(?P<back>[^`]*)` | (?P<plain>(?!['"])[^\r\n]*) )
    (?=[^\S\r\n]*(?:\#[^\r\n]*)?(?:[\r\n]|\Z))""",
    re.VERBOSE,
)
"""A setting as python-dotenv reads it, and as JavaScript's reader does, which knows backquotes."""
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def read_environment(source: SourceFile) -> Found:
    """Return the models, datasets and services that an environment file names, and its endpoint settings.

    Raises:
        NotParsedError: it is longer than any.
    """
    if len(source.data) > _LIMIT:
        raise NotParsedError(f"it has {len(source.data):,} bytes; {_LIMIT:,} are read as an environment file")
    root, known = Node(1), dict[str, str]()
    text = decoded(source.data)
    line, counted = 1, 0
    for binding in _BINDING.finditer(text):
        line, counted = line + text.count("\n", counted, binding.start("key")), binding.start("key")
        key, given = re.sub(r"^'(.*)'$", r"\1", binding["key"], flags=re.DOTALL), _given(binding)
        value = value_of(given, line, known)
        known |= {key: value.text} if value.is_known and value.text else {}
        node = Node(line, text=given, block=given if "\n" in given else None, first=line)
        root.entries.append(Entry(key, line, node))
    found = from_tree(root, source, known)
    for entry in root.entries:
        value = value_of(entry.node.text or "", entry.line, known)
        if re.search(r"(^|\s)--[a-z]", value.text):
            add(found, from_argv(_words(value.text), source, entry.line))
    return unique(found)


def _given(binding: re.Match[str]) -> str:
    if (double := binding["double"]) is not None:
        return re.sub(r"""\\([\\'"abfnrtv])""", lambda match: _ESCAPES.get(match[1], match[1]), double)
    if (single := binding["single"]) is not None:
        return re.sub(r"\\([\\'])", r"\1", single)
    return binding["back"] or re.sub(r"(^|\s)#.*", "", binding["plain"] or "").rstrip()


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()
