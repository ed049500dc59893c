"""Markdown and reStructuredText: commands, Python and configuration in blocks of code. Prose names nothing."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from supplychain.discovery import rst
from supplychain.discovery.interface import Carrier, Found, NotParsedError, SourceFile
from supplychain.discovery.pages import without_comments
from supplychain.discovery.parts import add, moved, python_part
from supplychain.discovery.shell import Session, read_script, without_own
from supplychain.model.reference import Scope

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

LIMIT = 2_000_000
"""Bytes of a Markdown file that are read."""
_SHELL = frozenset(
    {"sh", "bash", "shell", "zsh", "console", "terminal", "shell-session", "shellsession", "sh-session", "cmd"}
)
_PYTHON = frozenset({"python", "py", "python3", "pycon", "ipython"})
_CONFIGURATION: Mapping[str, str] = {
    **dict.fromkeys(("yaml", "yml", "docker-compose", "compose"), "config:read_yaml"),
    **dict.fromkeys(("json", "jsonc", "json5"), "config:read_json"),
    **dict.fromkeys(("env", "dotenv", ".env", "properties"), "settings:read_environment"),
    **dict.fromkeys(("dockerfile", "docker", "containerfile"), "dockerfile:read"),
    "toml": "config:read_toml",
    "ini": "config:read_ini",
    "hcl": "config:read_terraform",
    "terraform": "config:read_terraform",
}
"""The readers of configuration by the language of a block, as modules and functions, which are slow to import."""
_ANSWER = re.compile(
    r"[\"'](choices|usage|finish_reason|stop_reason|created|created_at|done|object|prompt_tokens|\$schema)[\"']\s*:"
)
"""What a service answers rather than what it is asked or set to."""
_PROMPT = re.compile(r"\s*(?:\([\w.-]+\)\s*)?(?:[\w.-]+@[\w.-]+[^$#]*)?[$%>] +")
_PYTHON_PROMPT = re.compile(r"(>>>|\.\.\.)( |$)")
_BLANK = re.compile(r"<[A-Za-z][\w ./|'-]*>")
"""What a reader is to fill in."""
_MAY_HOLD_CODE = re.compile(r"```|~~~|^(?: {4}| *\t)", re.MULTILINE)
_FENCE = re.compile(r"(?P<indent>[ \t]*)(?P<item>(?:[-*+>]|\d+[.)])\s+)?(?P<mark>`{3,}|~{3,})(?P<info>[^`]*)$")
_LIKELY_PYTHON = re.compile(r"^(import|from) \w", re.MULTILINE)


def read(source: SourceFile) -> Found:
    """Return what the front matter of a Markdown file names, and its blocks of code, whose scope is documentation.

    Raises:
        NotParsedError: it is longer than any text for people, or begins with front matter that is damaged.
    """
    if len(source.data) > LIMIT:
        raise NotParsedError(f"a text of more than {LIMIT:,} bytes")
    found = _front_matter(source)
    if source.place.scope is Scope.PROD:
        source = replace(source, place=source.place.model_copy(update={"scope": Scope.DOCS}))
    text = re.sub(r"\r\n?", "\n", source.data.decode("utf-8-sig", "replace"))
    session = Session()
    for language, code, line in _shown(text, source.path.rpartition(".")[2].lower()):
        add(found, _block(language, code, source, line, session))
    return without_own(found, session)


def _shown(text: str, suffix: str) -> Iterator[tuple[str, str, int]]:
    if suffix == "rst":
        return rst.blocks(text)
    if not _MAY_HOLD_CODE.search(text):
        return iter(())
    from markdown_it import MarkdownIt  # here, since it is slow to import

    parser = MarkdownIt("commonmark")
    parser.disable(["inline", "reference", "html_block"])  # blocks of code are all that is asked for
    return _blocks(parser, _dedented(without_comments(_without_front_matter(text))))


def _front_matter(source: SourceFile) -> Found:
    if not source.data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"---"):
        return Found()
    from supplychain.discovery.records import front_matter  # as above

    return front_matter(source)


def _blocks(parser: MarkdownIt, text: str) -> Iterator[tuple[str, str, int]]:
    """Yield the language, the text and the first line of each block of code."""
    for token in parser.parse(text):
        if token.map is not None and token.type == "fence":
            language = re.split(r"[\s,{}]", token.info.strip().lstrip("{.").lower(), maxsplit=1)[0]
            yield language, token.content, token.map[0] + 2
        elif token.map is not None and token.type == "code_block":
            yield "", token.content, token.map[0] + 1


def _dedented(text: str) -> str:
    """Move the fences that stand inside tags, and so are indented like a block of code, to the margin."""
    lines = text.split("\n")
    mark, indent = "", 0
    for number, line in enumerate(lines):
        match = _FENCE.match(line)
        if not mark and match:
            mark, indent = match["mark"], len(match["indent"]) if not match["item"] else 0
        elif mark and match and match["mark"].startswith(mark) and not match["info"].strip():
            mark = ""
        elif not mark:
            continue
        if indent > 3:
            lines[number] = line[min(indent, len(line) - len(line.lstrip())) :]
    return "\n".join(lines)


def _without_front_matter(text: str) -> str:
    """Blank the YAML between `---` at the start, which is no text."""
    match = re.match(r"---[ \t]*\n.*?\n(---|\.\.\.)[ \t]*(\n|$)", text, re.DOTALL)
    return "\n" * match[0].count("\n") + text[match.end() :] if match else text


def _block(language: str, text: str, source: SourceFile, line: int, session: Session) -> Found:
    if language in _PYTHON or (not language and _is_python(text)):
        try:
            part = python_part(_typed(text, _PYTHON_PROMPT), source, lambda number: line + number - 1)
        except NotParsedError:
            return Found()  # a fragment for people to read
        part.imports.clear()  # the target does not import what its documentation shows
        return part
    if not language and text.lstrip()[:1] in {"{", "["}:
        language = "json"
    if language in _CONFIGURATION:
        return _configuration(language, text, source, line)
    if language in _SHELL or not language:
        return read_script(_BLANK.sub("PLACEHOLDER", _typed(text, _PROMPT)), source, line, session=session)
    return Found()


def _configuration(language: str, text: str, source: SourceFile, line: int) -> Found:
    """Return what configuration names that a document shows; its servers of MCP are most often the target itself."""
    if _ANSWER.search(text):
        return Found()
    module, _, function = _CONFIGURATION[language].partition(":")
    reader: Carrier = getattr(import_module(f"supplychain.discovery.{module}"), function)
    try:
        part = reader(replace(source, data=text.encode("utf-8", "replace")))
    except NotParsedError:
        return Found()  # a fragment for people to read
    part.references = [r for r in part.references if not r.component.name.startswith("mcp/")]
    return moved(part, lambda number: line + number - 1)


def _is_python(text: str) -> bool:
    if not _LIKELY_PYTHON.search(text):
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _typed(text: str, prompt: re.Pattern[str]) -> str:
    """Return what is typed in a block: where it shows prompts, its other lines are output."""
    lines = text.split("\n")
    if not any(prompt.match(line) for line in lines):
        return text
    typed = []
    is_open = False
    for line in lines:
        match = prompt.match(line)
        kept = line[match.end() :] if match else line if is_open else ""
        typed.append(kept)
        is_open = kept.endswith("\\")
    return "\n".join(typed)
