"""The words of a command: options and the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from supplychain.model.reference import Resolution

ASSIGNED = re.compile(r"(?P<name>[A-Za-z_]\w*)=(?P<value>.*)", re.DOTALL)
"""A variable that is set before a command."""
_RUN_TIME = re.compile(r"\$[\w({\[@*#?!]|\{\{|`|%\w+%")
"""What a shell, a template or a batch file fills in."""


@dataclass(frozen=True)
class Word:
    """One word of a command, without its quotes."""

    text: str
    line: int
    resolution: Resolution = Resolution.COMMAND
    is_known: bool = True
    """False where a part of it is made at run time; `text` then has that part as it is written."""

    @classmethod
    def of(cls, text: str, line: int) -> Word:
        """Return a word as it is written, with whatever is to be filled in."""
        return cls(text, line, is_known=_RUN_TIME.search(text) is None)

    def part(self, text: str) -> Word:
        """Return a part of this word as a word."""
        return replace(self, text=text, is_known=self.is_known or _RUN_TIME.search(text) is None)


@dataclass
class Arguments:
    """What follows the name of a command."""

    positional: list[Word] = field(default_factory=list)
    options: dict[str, list[Word]] = field(default_factory=dict)
    """The words of each option that has any, by its name as the catalog writes it: `--model-id`."""
    switches: dict[str, Word] = field(default_factory=dict)
    """The options without a word."""

    def of(self, names: Sequence[str]) -> list[Word]:
        """Return the words of the first of these options that is given."""
        return next((self.options[name] for name in names if name in self.options), [])

    def one(self, names: Sequence[str]) -> Word | None:
        """Return the first word of the first of these options that is given."""
        return next(iter(self.of(names)), None)

    def extend(self, more: Arguments) -> None:
        """Add further arguments of the same command."""
        self.positional += more.positional
        for name, words in more.options.items():
            self.options.setdefault(name, []).extend(words)

    def has(self, name: str) -> bool:
        """Whether an option is given, with a word or without."""
        return name in self.options or name in self.switches


_OPTION = re.compile(r"--?[A-Za-z]")


def is_option(word: Word) -> bool:
    """Whether a word is an option by its form; `-` and a negative number are none."""
    return word.text[:1] == "-" and _OPTION.match(word.text) is not None


def option_name(text: str) -> str:
    """Return the name of an option in the form of the catalog."""
    name = text.partition("=")[0]
    return name.replace("_", "-")


def split(words: Sequence[Word], has_value: Callable[[str], bool], stop: bool = False) -> tuple[Arguments, list[Word]]:
    """Return the arguments of a command, and with `stop` the words after its first that is no option."""
    found = Arguments()
    rest = list(words)
    index = 0
    while index < len(rest):
        word = rest[index]
        index += 1
        if word.text == "--":
            continue
        if not is_option(word):
            found.positional.append(word)
            if stop:
                return found, rest[index:]
            continue
        name = option_name(word.text)
        if "=" in word.text:
            found.options.setdefault(name, []).append(word.part(word.text.partition("=")[2]))
        elif has_value(name) and index < len(rest) and not is_option(rest[index]):
            found.options.setdefault(name, []).append(rest[index])
            index += 1
        else:
            found.switches.setdefault(name, word)
    return found, []
