"""Programs that Python source starts: the packages and models that their commands name, and pip called as a library.

A command that a text only speaks of, such as that of an error, is none. A function of the same file that hands its
parameter on to such a call is one as well.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

from supplychain import catalog
from supplychain.discovery.callers import aliases
from supplychain.discovery.commands import from_words
from supplychain.discovery.interface import Found, NotParsedError
from supplychain.discovery.parts import add, unique
from supplychain.discovery.python_calls import argument_for
from supplychain.discovery.python_helpers import helped
from supplychain.discovery.python_names import Chain, Parameter
from supplychain.discovery.python_report import Report, keyword_of
from supplychain.discovery.python_words import script_of, texts_of, words_of
from supplychain.discovery.shell import read_script
from supplychain.discovery.words import Word
from supplychain.model.component import Kind
from supplychain.model.reference import Place

_TEXT = 20_000
"""Characters of a text that are read."""
_DEPTH = 3
"""Functions that hand a command on to one another."""
_CALLS = 500
"""Calls of one file that are read."""
_WORD = re.compile(r"[\w.-]+")


def programs(report: Report) -> Found:
    """Return the packages, models and datasets that the commands name which a file starts."""
    found = _Programs(report).read()
    known = {item.component for item in report.found.references if item.component.kind is not Kind.PACKAGE}
    found.references = [item for item in found.references if item.component not in known and item.call in _named()]
    found.unresolved = [item for item in found.unresolved if item.call in _named()]
    return unique(Found(found.references, found.unresolved, settings=found.settings, installs=found.installs))


class _Programs:
    """One pass over the calls of one file that start programs."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._found = Found()
        self._library = Found()
        """What a client that is called as a library is told; commands of texts and lists are read for that by themselves."""
        self._seen: set[tuple[int, str]] = set()
        self._left = _CALLS

    def read(self) -> Found:
        names = self._report.names
        for last in sorted(starting() | aliases(names, starting())):
            for node, chain in names.calls.get(last, ()):
                self._call(node, chain, names.dotted(node.func, chain))
        for given, chain, client in helped(self._report):
            self._command(given, chain, 0, [Word(client, given.lineno)] if client else [])
        self._found.settings, self._found.installs = self._library.settings, self._library.installs
        return self._found

    def _call(self, node: ast.Call, chain: Chain, candidates: list[str]) -> None:
        starts = catalog.commands().starts
        form = next((starts[name] for name in candidates if name in starts), None)
        if form == "words":
            self._command(ast.copy_location(ast.List(list(node.args), ast.Load()), node), chain, 0)
        elif form is not None:
            given = node.args[0] if node.args else keyword_of(node, "args", "cmd", "command")
            before = [Word(form, node.lineno)] if form else []
            if given is not None:
                self._command(given, chain, 0, before)

    def _command(self, node: ast.expr, chain: Chain, depth: int, before: list[Word] | None = None) -> None:
        """Read what one command names; one that a parameter gives is read where it is called."""
        self._left -= 1
        if self._left < 0:
            return
        parameter = self._parameter(node, chain)
        if parameter is not None:
            for given, around in self._given(parameter) if depth < _DEPTH else ():
                self._command(given, around, depth + 1, before)
            return
        words = words_of(self._report, node, chain)
        if words is not None:
            self._words(words, before or [])
            return
        for text in texts_of(self._report, node, chain):
            self._text(" ".join([*(word.text for word in before or []), text]), node)

    def _words(self, words: list[Word], before: list[Word]) -> None:
        told = " ".join(word.text for word in [*before, *words])
        if words and _tells(told) and self._is_new(words[0].line, told):
            found = from_words([*before, *words], self._report.source)
            self._library.settings += found.settings if before else []
            self._library.installs += found.installs if before else []
            add(self._found, found)

    def _text(self, text: str, node: ast.expr) -> None:
        if not _tells(text) or not self._is_new(node.lineno, text):
            return
        try:
            found = read_script(script_of(text[:_TEXT]), self._report.source, node.lineno)
        except NotParsedError:
            return  # a text that is no script starts nothing
        end = node.end_lineno or node.lineno
        found.references = [r.model_copy(update={"at": _line(r.at, node.lineno, end)}) for r in found.references]
        found.unresolved = [u.model_copy(update={"at": _line(u.at, node.lineno, end)}) for u in found.unresolved]
        add(self._found, found)

    def _is_new(self, line: int, text: str) -> bool:
        is_new = (line, text) not in self._seen
        self._seen.add((line, text))
        return is_new

    def _parameter(self, node: ast.expr, chain: Chain) -> Parameter | None:
        """Return the parameter that an expression is."""
        bound = self._report.names.visible(node.id, chain) if isinstance(node, ast.Name) else None
        return next((value for value in bound[0] if isinstance(value, Parameter)), None) if bound else None

    def _given(self, parameter: Parameter) -> Iterator[tuple[ast.expr, Chain]]:
        """Yield what the calls of this file give a parameter."""
        name = getattr(parameter.function, "name", "")
        is_method = bool(parameter.around) and isinstance(parameter.around[-1], ast.ClassDef)
        for node, chain in self._report.names.calls.get(name, ()):
            argument = argument_for(parameter, node, is_method=is_method)
            if argument is not None:
                yield argument, chain


def _line(at: Place, first: int, last: int) -> Place:
    """Return a place, or the first line of its text for what stands beyond the end of one that holds escapes."""
    return at if at.line is not None and at.line <= last else at.model_copy(update={"line": first})


def _tells(text: str) -> bool:
    """Whether a text holds the name of a program that may name a component; reading it as a script is slow."""
    return any(word in _told() for word in _WORD.findall(text[:_TEXT]))


@cache
def _told() -> frozenset[str]:
    every = {entry.words.partition(" ")[0] for entry in catalog.commands().command}
    return frozenset(every | {"pip3"})


@cache
def _named() -> frozenset[str]:
    return frozenset(entry.words for entry in catalog.commands().command)


@cache
def starting() -> frozenset[str]:
    """Return the last names of the calls that start programs."""
    return frozenset(name.rpartition(".")[2] for name in catalog.commands().starts)
