"""One pickle stream: where it ends, and every import that loading it would make.

No machine is run. An import's names stand in the stream itself, or on the stack just before it, put there by the opcodes
that every pickler writes for them; a stream that makes them in any other way was written by hand, and says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from supplychain.scan.interface import Reader, Report, StoppedError
from supplychain.scan.pickles import tokens
from supplychain.scan.pickles.walk import Walk

_TEXTS = frozenset({*tokens.TEXT, *tokens.GET, *b"VSUTg"})
"""Opcodes after which a text may be on the stack."""
_MOST = 100_000
"""Imports of one stream that are told apart."""
_Pushed = tuple[bytes, ...]


@dataclass(frozen=True)
class Import:
    """A name that loading imports."""

    module: str
    name: str
    offset: int

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass
class Stream:
    """What was read of a stream."""

    start: int
    end: int = 0
    """The first byte after it; where reading ended, if it breaks off."""
    imports: list[Import] = field(default_factory=list)
    computed: list[int] = field(default_factory=list)
    """Offsets of imports whose names are made in a way that no pickler writes."""
    passed: list[tuple[int, int]] = field(default_factory=list)
    """Offset and length of long texts, bytes and arrays, which were passed over."""
    crossed: list[int] = field(default_factory=list)
    """Offsets of opcodes that go beyond the end of their frame, of which loaders read different things."""
    hidden: bool = False
    """Whether names of an import that is made in such a way were put on the stack as texts before it."""
    persistent: bool = False
    """Whether it refers to objects that its loader has to know, as files of PyTorch do."""
    problem: str = ""
    """Why it was not read to its end; empty where it was."""


def read(reader: Reader, start: int, report: Report) -> Stream:
    """Return what a stream that begins at an offset imports; it ends with its STOP, or has a problem."""
    stream = Stream(start)
    walk = Walk(reader, start)
    pushed: list[tuple[int, _Pushed]] = []
    try:
        _walk(walk, stream, pushed, report)
    except StoppedError as error:
        stream.problem = str(error)
    stream.end, stream.crossed, stream.passed = walk.at, walk.crossed, walk.passed
    _resolve(reader, stream, pushed, report)
    return stream


def _walk(walk: Walk, stream: Stream, pushed: list[tuple[int, _Pushed]], report: Report) -> None:
    """Walk to the end of a stream; keep each import by names on the stack with the opcodes that put them there."""
    while (code := walk.advance()) != tokens.STOP:
        report.check_time()
        if len(stream.imports) + len(stream.computed) + len(pushed) > _MOST:
            raise StoppedError(f"it makes more than {_MOST:,} imports")
        if code in tokens.NAMED:
            offset = walk.at
            stream.imports.append(Import(*walk.names(), offset))
            continue
        if code == tokens.STACK_GLOBAL:
            pushed.append((walk.at, walk.recent()))
        elif code in tokens.EXTENSIONS:
            stream.computed.append(walk.at)
        elif code in (tokens.PERSISTENT, tokens.PERSISTENT_LINE):
            stream.persistent = True
        walk.over(code)
    walk.position += 1
    if walk.frame > walk.at:
        walk.crossed.append(walk.at)


def _resolve(reader: Reader, stream: Stream, pushed: list[tuple[int, _Pushed]], report: Report) -> None:
    """Add the imports whose names were put on the stack."""
    numbers = {number for _, put in pushed for token in put if (number := _number(token)) is not None}
    is_ordered = numbers and not _chooses_numbers(reader, stream.start, pushed[-1][0], report)
    remembered = _remembered(reader, stream.start, sorted(numbers), report) if is_ordered else {}
    for offset, put in pushed:
        names = [_text(token, remembered) for token in put]
        if len(names) == 2 and names[0] is not None and names[1] is not None:
            stream.imports.append(Import(names[0], names[1], offset))
        else:
            stream.computed.append(offset)
            stream.hidden = stream.hidden or (len(put) == 2 and all(token[0] in _TEXTS for token in put))


def _text(token: bytes, remembered: dict[int, str]) -> str | None:
    if (number := _number(token)) is not None:
        return remembered.get(number)
    width = tokens.TEXT.get(token[0])
    return None if width is None else token[1 + width :].decode("utf-8", "backslashreplace")


def _number(token: bytes) -> int | None:
    return int.from_bytes(token[1:], "little") if token[0] in tokens.GET else None


def _chooses_numbers(reader: Reader, start: int, end: int, report: Report) -> bool:
    """Whether a stream chooses numbers itself under which it remembers, and so may give one out twice.

    No pickler does that and takes the names of imports from the stack.
    """
    walk = Walk(reader, start, tokens.without_puts())
    while walk.at < end:
        report.check_time()
        code = walk.advance()
        if code in tokens.PUTS:
            return True
        walk.over(code)
    return False


def _remembered(reader: Reader, start: int, numbers: list[int], report: Report) -> dict[int, str]:
    """Return the texts that a stream remembers by these numbers, which MEMOIZE gives out in order from 0."""
    found: dict[int, str] = {}
    walk = Walk(reader, start, tokens.without_memo())
    count = 0
    try:
        for number in numbers:
            while count < number:
                passed = _pass_memoized(walk, number - count, report)
                count += passed
                if not passed:
                    return found
            if not _pass_until_memoized(walk, report):
                return found
            last = walk.recent()[-1:]
            if last and (text := _text(last[0], {})) is not None:
                found[number] = text
    except StoppedError:
        return found
    return found


def _pass_memoized(walk: Walk, most: int, report: Report) -> int:
    """Pass over some of the next `most` opcodes that remember something; return how many, 0 where there are no more."""
    for count, pattern in _steps():
        if count <= most and (match := pattern.match(walk.data, walk.position)):
            walk.position = match.end()
            return count
    if not _pass_until_memoized(walk, report):
        return 0
    walk.over(tokens.MEMOIZE)
    return 1


def _pass_until_memoized(walk: Walk, report: Report) -> bool:
    """Go to the next opcode that remembers something; False where one chooses its number, or there is none."""
    while (code := walk.advance()) != tokens.MEMOIZE:
        report.check_time()
        if code == tokens.STOP or code in tokens.PUTS:
            return False
        walk.over(code)
    return True


@cache
def _steps() -> tuple[tuple[int, re.Pattern[bytes]], ...]:
    return tuple((count, tokens.memoized(count)) for count in (65_536, 4_096, 256, 16, 1))
