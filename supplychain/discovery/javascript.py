"""JavaScript and TypeScript, also inside Svelte, Vue and HTML: SDKs of services, models, addresses, and packages."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from supplychain.discovery import pages
from supplychain.discovery.interface import Found, NotParsedError, SourceFile
from supplychain.discovery.javascript_calls import from_names
from supplychain.discovery.javascript_names import Names
from supplychain.discovery.javascript_needles import is_of_interest
from supplychain.discovery.javascript_packages import imported
from supplychain.discovery.parts import add

if TYPE_CHECKING:
    from tree_sitter import Parser

LIMIT = 1_000_000
"""Bytes of a file that is parsed; a longer one that names nothing of the catalog is still known to name nothing."""
_PAGES = frozenset({"svelte", "vue", "html", "htm"})
_CALLED = re.compile(rb"\b(?:require|import)\s*\(\s*[\"'][@a-z]")
_IMPORTED = re.compile(rb"\b(?:from|import)\s*[\"'][@a-z]")


def read(source: SourceFile) -> Found:
    """Return what a file of JavaScript or TypeScript names.

    Raises:
        NotParsedError: it names something and is too long to be parsed, or does not parse at all.
    """
    found, suffix = Found(), source.path.rpartition(".")[2].lower()
    is_asked, is_called = is_of_interest(source.data), _CALLED.search(source.data) is not None
    if not is_asked and not is_called and not _IMPORTED.search(source.data):
        return found
    text = source.data.decode("utf-8-sig", "replace")
    if suffix in _PAGES:
        text = pages.without_comments(text)
        found = pages.packages(text, source)
        text, suffix = pages.code(text)
    if len(source.data) > LIMIT:
        if is_asked and not source.path.lower().endswith((".html", ".htm")):
            raise NotParsedError(f"generated code: more than {LIMIT:,} bytes")
        return found
    root = _parser(suffix).parse(text.encode("utf-8", "replace")).root_node
    if root.type == "ERROR" and is_asked:
        raise NotParsedError(f"not the {'TypeScript' if 'ts' in suffix else 'JavaScript'} of this parser")
    names = Names.of(root) if is_asked or is_called else Names.imported_by(root)
    if is_asked:
        found = add(from_names(names, source), found)
    found.imports = imported(names.modules, source)
    return found


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
