"""Commands: the components that one command line names by its words."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from supplychain import catalog
from supplychain.catalog.command import Command
from supplychain.discovery import indexes
from supplychain.discovery.interface import Found, NotParsedError, SourceFile
from supplychain.discovery.options import Options, from_options, setting
from supplychain.discovery.parts import add, python_part
from supplychain.discovery.taking import Taking
from supplychain.discovery.variables import Setting, from_variables
from supplychain.discovery.words import ASSIGNED, Word, is_option, option_name
from supplychain.model.component import Kind

WORDS = 5_000
"""Words that a command can have; a longer one is no command."""
DEPTH = 5
"""Commands inside the words of commands."""
_SCAN = 60
"""Words after a program that starts another one, among which that one is looked for."""
_SCRIPT = 6
"""Words at the start of a command among which the name of a script is."""
_ENVIRONMENTS = frozenset({"env", "cross-env"})
"""Programs that set the variables among their first words."""
_PYTHON = re.compile(r"(python|pythonw|py|pypy|ipython)(\d(\.\d+)?)?")
_LOADS = re.compile(r"from_pretrained|load_dataset|_download\(|pipeline\(|load_model|SentenceTransformer")


def from_argv(argv: Sequence[str], source: SourceFile, line: int) -> Found:
    """Return what one command names; `argv` are its words without quotes, `line` is where it stands.

    A word with something that is filled in at run time, such as `$MODEL`, is unresolved where a name is expected.

    Raises:
        NotParsedError: it has more words than any command.
    """
    return from_words([Word.of(text, line) for text in argv], source)


def from_words(words: Sequence[Word], source: SourceFile, depth: int = 0) -> Found:
    """Return what one command names, each component on the line of its word.

    Raises:
        NotParsedError: it has more words than any command.
    """
    if len(words) > WORDS:
        raise NotParsedError(f"a command of more than {WORDS:,} words", words[0].line)
    settings: list[Setting] = []
    for word in words:
        match = ASSIGNED.fullmatch(word.text)
        if match is None:
            break
        settings.append((match["name"], word.part(match["value"])))
    started = len(settings)
    if len(words) > started and posixpath.basename(words[started].text) in _ENVIRONMENTS:
        settings += _assigned(words[started + 1 :])
    found = from_variables(settings, source, applies=source.path) if settings else Found()
    if len(words) > started and depth <= DEPTH:
        _Reader(words[started:], source, depth, found).read()
    return found


def _assigned(words: Sequence[Word]) -> Iterator[Setting]:
    """Yield the variables that `env` sets before the command that it starts."""
    for word in words:
        match = ASSIGNED.fullmatch(word.text)
        if match is not None:
            yield match["name"], word.part(match["value"])
        elif not is_option(word):
            return


class _Reader:
    """The words of one command."""

    def __init__(self, words: Sequence[Word], source: SourceFile, depth: int, found: Found) -> None:
        self._words = words
        self._source = source
        self._depth = depth
        self._found = found
        self._options = Options(words)

    def read(self) -> None:
        program, _ = _program(self._words, 0)
        scripts = indexes.run_by(self._words, self._source)
        self._found.installs += scripts
        self._found.sourced += scripts if program in {"source", "."} else []
        starts = range(min(len(self._words), _SCAN) if program in catalog.commands().wrappers else 1)
        read: list[Word] = []
        for start in starts:
            inner = self._inner(start)
            if inner is not None:
                add(self._found, inner)
                return
            for entry, after in _matching(self._words, start):
                words = self._words[after:]
                taking = Taking(entry, words, self._options, self._source, self._found, self._follow)
                read += taking.take()
                if taking.is_all:
                    return
            if read:
                break
        read += self._hub_name()
        if program not in catalog.commands().silent:
            add(self._found, from_options(self._options, self._source, read))

    def _hub_name(self) -> list[Word]:
        """Report the model that is the first word of a script of the target, by the name that it has at a hub."""
        for script, word in pairwise(self._words[:_SCRIPT]):
            if re.fullmatch(catalog.commands().hub_script, script.text) and "/" in word.text and word.is_known:
                kind = Kind.DATASET if "dataset" in script.text.lower() else Kind.MODEL
                named = setting(word.text, kind, self._source, is_telling=False)
                if named is not None and named.component.source == "huggingface":
                    call = posixpath.basename(script.text)
                    facts = {"revision": named.revision, "address": named.address}
                    given = self._source.refer(named.component, word.line, word.resolution, call, **facts)
                    self._found.references.append(given)
                    return [word]
        return []

    def _follow(self, words: Sequence[Word]) -> Found:
        return from_words(words, self._source, self._depth + 1)

    def _inner(self, start: int) -> Found | None:
        """Return what a script or code among the words names, or None where there is none."""
        words = self._words
        program, after = _program(words, start)
        if program == "eval" and len(words) > after:
            return self._script(words[after].part(" ".join(word.text for word in words[after:])))
        is_python = _PYTHON.fullmatch(program) is not None
        if not is_python and program not in catalog.commands().shells:
            return None
        for index in range(after, len(words) - 1):
            text = words[index].text
            if is_python and text == "-c":
                return _code(words[index + 1], self._source)
            if is_python and not text.startswith("-"):
                return None
            if not is_python and re.fullmatch(r"-[a-z]*c|-Command|/[cC]", text):
                return self._script(words[index + 1])
        return None

    def _script(self, word: Word) -> Found:
        from supplychain.discovery.shell import read_script  # here, since scripts are made of commands

        return read_script(word.text, self._source, word.line, depth=self._depth + 1)


def _code(word: Word, source: SourceFile) -> Found:
    try:
        return python_part(word.text, source, lambda line: word.line + line - 1)
    except NotParsedError as error:
        if not _LOADS.search(word.text):
            return Found()
        shown = word.text.strip().partition("\n")[0]
        return Found(unresolved=[source.unresolved(Kind.MODEL, word.line, "python -c", shown, str(error))])


def _matching(words: Sequence[Word], start: int) -> list[tuple[Command, int]]:
    """Return the commands of the catalog that begin at a word, each with the index after its name; the longest."""
    program, after = _program(words, start)
    ends = [(entry, _subcommands(words, after, entry)) for entry in _commands().get(program, ())]
    found = [(entry, end) for entry, end in ends if end is not None]
    longest = max((entry.words.count(" ") for entry, _ in found), default=0)
    return [(entry, end) for entry, end in found if entry.words.count(" ") == longest]


def _subcommands(words: Sequence[Word], index: int, entry: Command) -> int | None:
    """Return the index after the subcommands of a command, between which options may stand, or None."""
    for part in entry.words.split(" ")[1:]:
        while index < len(words) and is_option(words[index]):
            has_value = option_name(words[index].text) in (entry.values or ()) and "=" not in words[index].text
            index += 2 if has_value else 1
        if index >= len(words) or words[index].text != part:
            return None
        index += 1
    return index


_VERSIONED = re.compile(r"^(pip|python|py)\d[\d.]*$")


def _program(words: Sequence[Word], start: int) -> tuple[str, int]:
    """Return the name of the program at a word, without its folder and version, and the index after it."""
    name = (
        posixpath.basename(words[start].text.replace("\\", "/"))
        .lower()
        .removesuffix(".exe")
        .removesuffix(".cmd")
        .lstrip("_")
    )
    is_python = _PYTHON.fullmatch(name) is not None or not words[start].is_known
    for index in range(start + 1, min(start + 6, len(words) - 1)) if is_python else ():
        if words[index].text == "-m":
            return words[index + 1].text, index + 2
        if not words[index].text.startswith("-"):
            break
    return (_VERSIONED.sub(r"\1", name) if name[:1] == "p" else name), start + 1


@cache
def _commands() -> dict[str, tuple[Command, ...]]:
    found: dict[str, tuple[Command, ...]] = {}
    for entry in catalog.commands().command:
        program = entry.words.partition(" ")[0]
        found[program] = (*found.get(program, ()), entry)
    return found
