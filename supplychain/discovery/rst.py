"""reStructuredText: its blocks of code, each with its language and the line that it begins on."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

_DIRECTIVE = re.compile(
    r"\s*\.\. (?P<name>code-block|code|sourcecode|code-tab|prompt|parsed-literal)::[ \t]*(?P<language>[\w+-]*).*"
)
_OPTION = re.compile(r"\s*:[\w-]+:.*")


def blocks(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield the language, the text and the first line of each directive that shows code and of each literal block."""
    lines = text.expandtabs(8).split("\n")
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        match = _DIRECTIVE.fullmatch(line)
        if match is None and (not line.endswith("::") or line.lstrip().startswith("..")):
            continue
        while match and number < len(lines) and _OPTION.fullmatch(lines[number]):
            number += 1
        first, indent = number, len(line) - len(line.lstrip())
        while number < len(lines) and (not lines[number].strip() or _indent(lines[number]) > indent):
            number += 1
        language = match["language"].lower() if match and match["name"] != "parsed-literal" else ""
        yield language, textwrap.dedent("\n".join(lines[first:number])), first + 1


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
