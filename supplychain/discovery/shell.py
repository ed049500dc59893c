"""Shell scripts, and what can be written as one: Makefiles, batch files and PowerShell."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from supplychain.discovery import indexes, written
from supplychain.discovery.commands import DEPTH, from_words
from supplychain.discovery.dialects import as_shell
from supplychain.discovery.images import image, stem
from supplychain.discovery.interface import Found, NotParsedError, SourceFile
from supplychain.discovery.parts import add, python_or_unresolved, unique
from supplychain.discovery.shell_tree import ShellTree, arguments_of, is_bare, statement_of, text_of
from supplychain.discovery.shell_values import Variables
from supplychain.discovery.variables import from_variables
from supplychain.discovery.words import Word

if TYPE_CHECKING:
    from tree_sitter import Node

LIMIT = 500_000
"""Bytes of a script that are read; a longer one is data with a name like a script's."""
_WAYS = 10_000
"""Commands that are read again for another value of a variable."""
_READERS = frozenset({"read", "mapfile", "readarray", "getopts"})


@dataclass
class Session:
    """What scripts that run one after another in the same place share."""

    given: dict[str, Word] = field(default_factory=dict)
    """Variables that have a value; those of a script are added."""
    built: set[str] = field(default_factory=set)
    """Images and models that the target makes itself."""


def read(source: SourceFile) -> Found:
    """Return what a shell script, a Makefile, a batch file or a PowerShell script names.

    Raises:
        NotParsedError: it is longer than any script, or no text.
    """
    if b"\0" in source.data[:1024]:
        raise NotParsedError("it is no text")
    text = source.data.decode("utf-8-sig", "replace")
    return from_script(as_shell(text, posixpath.basename(source.path)), source, 1)


def from_script(text: str, source: SourceFile, first_line: int) -> Found:
    """Return what the commands of a shell script name; `first_line` is the line of the file that `text` begins on.

    Raises:
        NotParsedError: it is longer than any script.
    """
    return read_script(text, source, first_line)


def read_script(
    text: str, source: SourceFile, first_line: int, *, session: Session | None = None, depth: int = 0
) -> Found:
    """Return what a script names that runs in a session; `depth` counts scripts inside commands.

    Raises:
        NotParsedError: it is longer than any script.
    """
    import tree_sitter_bash  # here, as a grammar is loaded only where there is a script
    from tree_sitter import Language, Parser

    data = text.replace("\r\n", "\n").encode("utf-8", "replace")
    if len(data) > LIMIT:
        raise NotParsedError(f"a script of more than {LIMIT:,} bytes", first_line)
    if depth > DEPTH:
        return Found()
    root = Parser(Language(tree_sitter_bash.language())).parse(data).root_node
    session = session or Session()
    variables = Variables(first_line, session.given)
    return _Script(source, ShellTree.of(root, variables), variables, session, depth).read(data.decode())


@dataclass
class _Script:
    """One pass over one script."""

    source: SourceFile
    tree: ShellTree
    variables: Variables
    session: Session
    depth: int
    found: Found = field(default_factory=Found)
    ways: int = 0

    def read(self, text: str) -> Found:
        for node, function in self.tree.commands:
            if is_bare(node):
                name = Word(text_of(node.child_by_field_name("name")), self.variables.line(node))
                self.found.installs += indexes.run_by([name], self.source)
            elif text_of(node.child_by_field_name("name")) not in _READERS:
                for words in self._ways(node, function):
                    self._command(node, words, function)
        for words in self.tree.broken_lines(text):
            add(self.found, from_words(words, self.source, self.depth))
        settings = self.variables.settings()
        named = {reference.component for reference in self.found.references}
        add(self.found, from_variables(settings, self.source, named))
        self.session.given |= {name: word for name, word in settings if word.is_known}
        return unique(without_own(self.found, self.session))

    def _command(self, node: Node, words: list[Word], function: str | None) -> None:
        if words:
            self._built(words)
            add(self.found, from_words(words, self.source, self.depth))
            self.found.references += written.fetched(node, words, self.source)
            self.found.settings += written.written(node, words, self.source)
            self._document(node, words, function)

    def _ways(self, node: Node, function: str | None) -> Iterator[list[Word]]:
        """Yield the words of a command, once for each value of the variables in it."""
        prefix = [child for child in node.named_children if child.type == "variable_assignment"]
        name = node.child_by_field_name("name")
        parts = [self._prefix(child, function) for child in prefix]
        parts += [self.variables.words(part, function) for part in [*([name] if name else []), *arguments_of(node)]]
        count = max((len(part) for part in parts), default=0)
        self.ways += count - 1
        if self.ways > _WAYS:
            raise NotParsedError("its loops make more commands than are read", self.variables.line(node))
        for index in range(count):
            yield _without_continuations([word for part in parts for word in part[index % len(part)]])

    def _prefix(self, node: Node, function: str | None) -> list[list[Word]]:
        name, value = text_of(node.child_by_field_name("name")), node.child_by_field_name("value")
        line = self.variables.line(node)
        values = self.variables.values(value, function) if value else [Word("", line)]
        return [[Word(f"{name}={v.text}", line, v.resolution, v.is_known)] for v in values]

    def _document(self, node: Node, words: list[Word], function: str | None) -> None:
        """Read the code or the script that is given to a command as its input, or written to a file."""
        redirections = statement_of(node).children
        body = next((part for r in redirections for part in r.children if part.type == "heredoc_body"), None)
        if body is None:
            return
        every = (part for r in redirections for part in (r, *r.children))
        target = "".join(text_of(part.child_by_field_name("destination")) for part in every)
        programs = {re.sub(r"[\d.]+$", "", posixpath.basename(word.text)) for word in words}
        text, line = self.variables.values(body, function)[0].text, self.variables.line(body)
        self.found.settings += written.configured(text, target, line, self.source)
        if "python" in programs or target.endswith(".py"):
            add(self.found, python_or_unresolved(text, self.source, line))
        elif {"bash", "sh", "sbatch", "ssh"} & programs or target.endswith((".sh", ".slurm", ".sbatch")):
            add(self.found, read_script(text, self.source, line, depth=self.depth + 1))

    def _built(self, words: list[Word]) -> None:
        """Note the image or the model that a command makes: `docker build -t`, `docker tag`, `ollama create`."""
        texts = [stem(word) or word.text for word in words]
        made: list[str] = []
        if texts[:2] == ["ollama", "create"]:
            made = texts[2:3]
        elif "build" in texts[1:4] or texts[1:2] == ["tag"]:
            made = [value for option, value in pairwise(texts) if option in {"-t", "--tag"}]
            made += [text.removeprefix("--tag=") for text in texts if text.startswith("--tag=")]
            made += texts[-1:] if texts[1] == "tag" else []
        self.session.built.update(named[0].name for text in made if (named := image(text)))


def without_own(found: Found, session: Session) -> Found:
    """Return what was found without the images and models that the target makes itself."""
    made, sources = session.built, {"docker", "ollama"}
    found.references = [
        r for r in found.references if r.component.source not in sources or r.component.name not in made
    ]
    return found


def _without_continuations(words: list[Word]) -> list[Word]:
    """Return words without the ends of lines that a backslash hides; code keeps them, since it hides them itself."""
    for index, word in enumerate(words):
        if "\\\n" in word.text and (index == 0 or not words[index - 1].text.endswith("c")):
            words[index] = word.part(word.text.replace("\\\n", ""))
    return words
