"""Configuration files in lines of `key = value`, as pip, npm and Yarn 1 write them, each value with its line."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from supplychain.packages.interface import NotParsedError

_LINES = 10_000
_HEADER = re.compile(r"\[(?P<name>[^\[\]]*)\]\s*(?:[;#].*)?")

Given = tuple[str, str, int]
"""A key, its value and the line of the value."""


def of_pip(text: str) -> Iterator[Given]:
    """Yield the values of pip.conf, in which a value goes on in lines that are indented.

    Raises:
        NotParsedError: a line is none of the format.
    """
    section, key = "", ""
    for number, line in _lines(text):
        plain = line.strip()
        if match := _HEADER.fullmatch(plain):
            section, key = match["name"], ""
        elif line[:1].isspace() and key:
            yield key, plain, number
        elif section and (parts := re.fullmatch(r"(?P<key>[^=:]+?)\s*[=:]\s*(?P<value>.*)", plain)):
            key = parts["key"].lower().replace("_", "-").removeprefix("--")
            yield key, parts["value"], number
        else:
            raise NotParsedError("neither a section nor `key = value`", number)


def of_npm(text: str) -> Iterator[Given]:
    """Yield the values of .npmrc; the secrets of a registry, whose keys begin with `//`, are left out."""
    for number, line in _lines(text):
        key, equals, value = (part.strip() for part in line.partition("="))
        if equals and not key.startswith("//"):
            yield key.strip("\"'"), value.strip("\"'"), number


def of_yarn(text: str) -> Iterator[Given]:
    """Yield the values of .yarnrc: pairs of words.

    Raises:
        NotParsedError: a quote is left open.
    """
    for number, line in _lines(text):
        try:
            words = shlex.split(line, comments=True)
        except ValueError as error:
            raise NotParsedError("a quote that is left open", number) from error
        if len(words) == 2:
            yield words[0].rstrip(":"), words[1], number


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that are no comment, with their numbers."""
    lines = text.splitlines()
    if len(lines) > _LINES:
        raise NotParsedError(f"it has more than {_LINES:,} lines")
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.lstrip().startswith(("#", ";")):
            yield number, line
