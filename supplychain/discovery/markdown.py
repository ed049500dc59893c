"""Markdown: the commands and the Python in its blocks of code. Prose names nothing."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from supplychain.discovery.interface import Found, NotParsedError, SourceFile
from supplychain.discovery.parts import add, python_part
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
_PROMPT = re.compile(r"\s*(?:\([\w.-]+\)\s*)?(?:[\w.-]+@[\w.-]+[^$#]*)?[$%>] +")
_PYTHON_PROMPT = re.compile(r"(>>>|\.\.\.)( |$)")
_BLANK = re.compile(r"<[A-Za-z][\w ./|'-]*>")
"""What a reader is to fill in."""
_MAY_HOLD_CODE = re.compile(r"```|~~~|^(?: {4}| *\t)", re.MULTILINE)
_DEPTH = 3
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
    if not _MAY_HOLD_CODE.search(text):
        return found
    from markdown_it import MarkdownIt  # here, since it is slow to import

    parser = MarkdownIt("commonmark")
    parser.disable(["inline", "reference", "html_block"])  # blocks of code are all that is asked for
    session = Session()
    for language, code, line in _blocks(parser, _without_comments(_without_front_matter(text)), 1, 0):
        add(found, _block(language, code, source, line, session))
    return without_own(found, session)


def _front_matter(source: SourceFile) -> Found:
    if not source.data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"---"):
        return Found()
    from supplychain.discovery.records import front_matter  # as above

    return front_matter(source)


def _without_comments(text: str) -> str:
    """Blank what stands between `<!--` and `-->`."""
    parts, end = [], 0
    while (start := text.find("<!--", end)) >= 0 and (close := text.find("-->", start)) >= 0:
        parts += [text[end:start], "\n" * text.count("\n", start, close)]
        end = close + 3
    return "".join([*parts, text[end:]])


def _blocks(parser: MarkdownIt, text: str, first: int, depth: int) -> Iterator[tuple[str, str, int]]:
    """Yield the language, the text and the first line of each block of code.

    A block that is one by its indent alone can hold others: what stands inside tags is indented too.
    """
    for token in parser.parse(text):
        if token.map is None:
            continue
        if token.type == "fence":
            language = re.split(r"[\s,{}]", token.info.strip().lstrip("{.").lower(), maxsplit=1)[0]
            yield language, token.content, first + token.map[0] + 1
        elif token.type == "code_block" and depth < _DEPTH and re.search(r"^\s*(```|~~~)", token.content, re.MULTILINE):
            yield from _blocks(parser, textwrap.dedent(token.content), first + token.map[0], depth + 1)
        elif token.type == "code_block":
            yield "", token.content, first + token.map[0]


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
    if language in _SHELL or not language:
        return read_script(_BLANK.sub("PLACEHOLDER", _typed(text, _PROMPT)), source, line, session=session)
    return Found()


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
