"""JavaScript and TypeScript, also inside Svelte and Vue: SDKs of services, models by name, addresses of services."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from supplychain.discovery.interface import Found, NotParsedError, SourceFile
from supplychain.discovery.javascript_calls import from_names
from supplychain.discovery.javascript_names import Names
from supplychain.discovery.javascript_needles import is_of_interest

if TYPE_CHECKING:
    from tree_sitter import Parser

LIMIT = 1_000_000
"""Bytes of a file that is parsed; a longer one that names nothing of the catalog is still known to name nothing."""
_SCRIPT = re.compile(r"<script\b(?P<attributes>[^>]*)>(?P<code>.*?)</script\s*>", re.DOTALL | re.IGNORECASE)


def read(source: SourceFile) -> Found:
    """Return what a file of JavaScript or TypeScript names.

    Raises:
        NotParsedError: it names something and is too long to be parsed, or does not parse at all.
    """
    if not is_of_interest(source.data):
        return Found()
    if len(source.data) > LIMIT:
        raise NotParsedError(f"generated code: more than {LIMIT:,} bytes")
    text = source.data.decode("utf-8-sig", "replace")
    suffix = source.path.rpartition(".")[2].lower()
    if suffix in {"svelte", "vue"}:
        text, suffix = _scripts(text)
    root = _parser(suffix).parse(text.encode("utf-8", "replace")).root_node
    if root.type == "ERROR":
        raise NotParsedError(f"not the {'TypeScript' if 'ts' in suffix else 'JavaScript'} of this parser")
    return from_names(Names.of(root), source)


def _scripts(text: str) -> tuple[str, str]:
    """Return the scripts of a component, on the same lines, and the suffix of their language."""
    parts = []
    end = 0
    suffix = "js"
    for match in _SCRIPT.finditer(text):
        if re.search(r"lang\s*=\s*[\"']?(ts|typescript)", match["attributes"]):
            suffix = "ts"
        parts += [_blank(text[end : match.start("code")]), match["code"]]
        end = match.end("code")
    return "".join([*parts, _blank(text[end:])]), suffix


def _blank(text: str) -> str:
    return re.sub(r"[^\n]+", ";", text)


@cache
def _parser(suffix: str) -> Parser:
    import tree_sitter_javascript  # here, as a grammar is loaded only where there is such a file
    import tree_sitter_typescript
    from tree_sitter import Language, Parser

    if suffix in {"ts", "mts", "cts"}:
        return Parser(Language(tree_sitter_typescript.language_typescript()))
    if suffix == "tsx":
        return Parser(Language(tree_sitter_typescript.language_tsx()))
    return Parser(Language(tree_sitter_javascript.language()))
