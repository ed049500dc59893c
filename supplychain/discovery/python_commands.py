"""Install commands in Python source, as texts and as lists of words: where they tell package clients to fetch from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from supplychain.discovery.commands import from_words
from supplychain.discovery.interface import Found, NotParsedError
from supplychain.discovery.parts import add
from supplychain.discovery.python_names import Chain
from supplychain.discovery.python_report import Report
from supplychain.discovery.python_words import script_of, texts_of
from supplychain.discovery.shell import read_script
from supplychain.discovery.words import Word
from supplychain.model.package import IndexSetting

_COMMAND = re.compile(
    r"""(?:^|&&|\|\||[;\n])\s*(?:[A-Z_]+=\S*\s+|sudo\s+|(?:"[^"\n]*"|'[^'\n]*'|[^\s"'`<]*)\s+-m\s+)*"""
    r"""(?:\S*/)?(?:pip3?|uv|pipx|conda|mamba|micromamba|npm|yarn|pnpm)\s.{0,4000}\s(?:--?\w|set\b)""",
    re.DOTALL,
)
"""A text that begins as such a command, or goes on with one: in what is written for people it stands among words."""
_SAYS = re.compile(
    r"print|echo|secho|info|warn|warning|error|debug|exception|critical|log|\w*(?:Error|Warning|Exception)"
)
"""Calls whose texts are for people."""
_STARTS = frozenset(["-m", "pip", "pip3", "uv", "pipx", "conda", "mamba", "micromamba", "npm", "yarn", "pnpm"])
_MARKS = re.compile(r"install|config|--?index|--extra-index|--find-links|--registry|--channel")
"""What a part of a text says that may be of such a command."""
_WORDS = 200
_TEXT = 20_000
"""Characters of a text that are read."""


def settings(report: Report) -> list[IndexSetting]:
    """Return what the commands in a file set."""
    return _Commands(report).read()


class _Commands:
    """One pass over one file."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._seen: set[int] = set()
        """Parts, by identity, of texts that were read whole, and texts for people."""

    def read(self) -> list[IndexSetting]:
        found = Found()
        for node, chain in self._report.names.nodes:
            if isinstance(node, ast.Expr):
                self._seen.add(id(node.value))  # a docstring
            elif isinstance(node, ast.Call):
                self._call(node, chain, found)
            elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.Return)) and node.value is not None:
                self._list(node.value, chain, found)
            elif isinstance(node, (ast.Constant, ast.JoinedStr, ast.BinOp)) and id(node) not in self._seen:
                self._text(node, chain, found)
        once = {(s.ecosystem, s.setting, s.address, s.only, s.applies, s.command): s for s in reversed(found.settings)}
        return list(once.values())[::-1]

    def _call(self, node: ast.Call, chain: Chain, found: Found) -> None:
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if _SAYS.fullmatch(called):
            self._seen.update(id(part) for argument in node.args for part in ast.walk(argument))
        for argument in node.args:
            self._list(argument, chain, found)

    def _list(self, node: ast.expr, chain: Chain, found: Found) -> None:
        if not isinstance(node, (ast.List, ast.Tuple)) or id(node) in self._seen:
            return
        self._seen.add(id(node))
        if not any(isinstance(item, ast.Constant) and str(item.value) in _STARTS for item in node.elts):
            return
        words = [self._word(item, chain) for item in node.elts[:_WORDS] if not isinstance(item, ast.Starred)]
        self._add(found, from_words(words, self._report.source))

    def _word(self, node: ast.expr, chain: Chain) -> Word:
        texts = texts_of(self._report, node, chain)
        return Word.of(texts[0], node.lineno)

    def _text(self, node: ast.Constant | ast.JoinedStr | ast.BinOp, chain: Chain, found: Found) -> None:
        told = str(node.value) if isinstance(node, ast.Constant) else " ".join(_constants(node))
        if not _MARKS.search(told):
            return
        self._seen.update(id(part) for part in ast.walk(node))
        for text in texts_of(self._report, node, chain):
            if _COMMAND.search(text := text[:_TEXT]):
                script = script_of(text)
                try:
                    part = read_script(script, self._report.source, node.lineno)
                except NotParsedError:
                    continue  # a text that is no script
                part.settings = [self._on_one_line(item, node) for item in part.settings]
                self._add(found, part)

    def _on_one_line(self, item: IndexSetting, node: ast.expr) -> IndexSetting:
        is_inside = item.at.line is not None and item.at.line <= (node.end_lineno or node.lineno)
        return item if is_inside else item.model_copy(update={"at": self._report.source.at(node.lineno)})

    @staticmethod
    def _add(found: Found, part: Found) -> None:
        add(found, Found(settings=part.settings, installs=part.installs))


def _constants(node: ast.expr) -> Iterator[str]:
    """Yield the texts that an expression is put together of, as far as they stand in it."""
    pending: list[ast.expr] = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, ast.Constant):
            yield str(part.value)
        elif isinstance(part, ast.JoinedStr):
            pending += part.values
        elif isinstance(part, ast.BinOp):
            pending += (part.left, part.right)
