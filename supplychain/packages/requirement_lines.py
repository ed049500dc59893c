"""The lines of a pip requirement file, as pip joins, cuts and parses them; nothing is expanded or followed.

Source: https://pip.pypa.io/en/stable/reference/requirements-file-format/ and pip's `req_file.py`.
"""

from __future__ import annotations

import codecs
import optparse
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import NoReturn

from supplychain.packages.interface import NotParsedError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODING = re.compile(rb"coding[:=]\s*([-\w.]+)")
_COMMENT = re.compile(r"(?:^|\s)#")
_HASHES = re.compile(r"(?:\s*--hash[=\s]\s*(?P<hash>\w+:[0-9a-fA-F]+))+\s*")
_HASH = re.compile(r"--hash[=\s]\s*(\w+:[0-9a-fA-F]+)")
_LONGEST = 10_000
"""Characters of a line without its hashes; no tool writes one of so many."""


@dataclass(frozen=True)
class Line:
    """One line that says something, with the options that stand on it by their names in pip."""

    number: int
    requirement: str = ""
    hashes: tuple[str, ...] = ()
    options: dict[str, list[str]] = field(default_factory=dict)
    problem: str = ""
    """Why pip would refuse it."""


def decoded(data: bytes) -> str:
    """Return the text of a file by its byte order mark, or by the encoding that its first lines name, else UTF-8.

    Raises:
        NotParsedError: its bytes are not in that encoding, or it is no text.
    """
    encoding = "utf-8"
    for bom, name in _BOMS:
        if data.startswith(bom):
            data, encoding = data[len(bom) :], name
            break
    else:
        for line in data.split(b"\n", 2)[:2]:
            if line.startswith(b"#") and (match := _CODING.search(line)):
                encoding = match[1].decode("ascii")
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        line_number = data.count(b"\n", 0, error.start) + 1 if isinstance(error, UnicodeDecodeError) else 1
        raise NotParsedError(f"not {encoding[:20]}", line_number) from error
    if "\0" in text:
        raise NotParsedError("it is no text", text.count("\n", 0, text.index("\0")) + 1)
    return text


def lines(text: str) -> Iterator[Line]:
    """Yield the lines of a requirement file that are neither empty nor a comment, numbered from 1."""
    for number, joined in _joined(text):
        comment = _COMMENT.search(joined)
        line = (joined[: comment.start()] if comment else joined).strip()
        if line:
            yield _line(number, line)


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Yield what stands behind the first `#` of each line that begins with one, with its number."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("#"):
            yield number, line.strip().lstrip("#").strip()


def _joined(text: str) -> Iterator[tuple[int, str]]:
    """Yield lines with those that continue them; a line of comment ends what it would continue."""
    parts: list[str] = []
    first = number = 1
    for kept in text.splitlines(keepends=True):  # as pip splits, at more than the ends that an editor counts
        line = kept.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")
        first = number if not parts else first
        number += kept.endswith(("\n", "\r"))
        is_comment = line.lstrip().startswith("#")
        if line.endswith("\\") and not is_comment:
            parts.append(line.strip("\\"))
            continue
        parts.append(f" {line}" if is_comment else line)
        yield first, "".join(parts)
        parts = []
    if parts:
        yield first, "".join(parts)


def _line(number: int, line: str) -> Line:
    words = line.split(" ")
    cut = next((position for position, word in enumerate(words) if word.startswith("-")), len(words))
    requirement, given = " ".join(words[:cut]).strip(), " ".join(words[cut:])
    if not given:
        return Line(number, requirement)
    if _HASHES.fullmatch(given):  # nearly all lines of a lock, which are not parsed one option at a time
        return Line(number, requirement, tuple(_HASH.findall(given)))
    if len(line) > _LONGEST:
        return Line(number, problem=f"a line of more than {_LONGEST:,} characters")
    try:
        options, left = _parser().parse_args(shlex.split(given))
    except (ValueError, optparse.OptParseError) as error:
        return Line(number, requirement, problem=str(error)[:100])
    said = {key: value for key, value in vars(options).items() if value}
    hashes = tuple(said.pop("hashes", ()))
    if left and not requirement:
        return Line(number, problem=f"{' '.join(left)[:80]!r} behind an option")
    return Line(number, requirement, hashes, {key: v if isinstance(v, list) else [str(v)] for key, v in said.items()})


class _Parser(optparse.OptionParser):
    def error(self, msg: str) -> NoReturn:
        raise ValueError(msg)


_APPENDED = {
    "requirements": ("-r", "--requirement"),
    "constraints": ("-c", "--constraint"),
    "editables": ("-e", "--editable"),
    "extra_index_urls": ("--extra-index-url",),
    "find_links": ("-f", "--find-links"),
    "trusted_hosts": ("--trusted-host",),
    "hashes": ("--hash",),
    "ignored": (
        "--no-binary", "--only-binary", "--use-feature", "--config-settings", "-C", "--config-setting",
        "--global-option", "--install-option", "--build-option",
    ),
}  # fmt: skip
_FLAGS = ("--pre", "--prefer-binary", "--require-hashes", "--no-use-wheel", "--use-wheel", "-Z", "--always-unzip")


@cache
def _parser() -> _Parser:
    """Return pip's parser of the options of a line, which takes any beginning of a name that is clear."""
    parser = _Parser(usage="", add_help_option=False)
    for name, options in _APPENDED.items():
        parser.add_option(*options, dest=name, action="append", type="string")
    parser.add_option("-i", "--index-url", "--pypi-url", dest="index_url", type="string")
    parser.add_option("--no-index", dest="no_index", action="store_true")
    parser.add_option(*_FLAGS, dest="flags", action="store_true")
    return parser
