"""Programs and archives hidden in weights: in raw bytes, or in the low 1, 2, 4, 8 or 16 bits of values.

Each chunk is searched for signatures by NumPy, at any start and in both orders; whatever is found is held against its
format by reading the artifact there, so that what is told is a program or an archive and not four letters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from supplychain.scan.archives import tar
from supplychain.scan.headers import SIGNATURES, begins
from supplychain.scan.interface import Reader, Report, Tensor
from supplychain.scan.needles import WIDTHS, Order, matching, table
from supplychain.scan.packing import BLOCK, Packed, places
from supplychain.scan.spans import Index, Span, merged

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAME = "carving"
_SEAM = 4096
"""Bytes on each side of the end of a chunk that are searched together."""
_MOST = 4096
"""Places that are held against a format; more of them are not looked at, and the scan is incomplete."""
_EDGE = 16
"""Bytes at both ends of a piece that are searched one by one."""
_KEYS = tuple(np.uint16(key) for key in np.flatnonzero(table(8).first))
"""The two bytes of each signature by which it is found at an even or at an odd place."""
_LARGE, _SMALL = 0x4500_0000, 0x0500_0000
"""A signature in raw F32 makes its first value positive, and at least the one or less than the other, wherever it begins:
its four bytes, one of which is that value's highest, are so. Hardly any weight is."""


class _Half(NamedTuple):
    """A signature in the low 16 bits of two values."""

    kind: str
    order: Order
    first: np.uint16
    pair: int
    """Both, the first one at the low end."""


def _half(kind: str, order: Order) -> _Half:
    signature = SIGNATURES[kind]
    first, second = (
        int.from_bytes(some, "little" if order == "low" else "big") for some in (signature[:2], signature[2:])
    )
    return _Half(kind, order, np.uint16(first), first | second << 16)


_SWAPPED = tuple(_half(kind, "high") for kind in SIGNATURES)
_EITHER = (*_SWAPPED, *(_half(kind, "low") for kind in SIGNATURES))
_HALVES = {2: _SWAPPED, 4: _EITHER, 8: _EITHER}
"""By the bytes of a value."""


@dataclass(frozen=True)
class _Found:
    kind: str
    width: int
    """0: raw bytes."""
    order: Order
    tensor: str


class Carving:
    """Searches every byte and every value of an artifact for programs and archives."""

    def __init__(self, reader: Reader, tensors: tuple[Tensor, ...]) -> None:
        """Take tensors by their place, none over another."""
        self._reader = reader
        self._tensors = tensors
        self._spans = merged(tensors, reader.size)
        self._index = Index(tuple(one.start for one in self._spans), tuple(one.end for one in self._spans))
        self._names = Index(tuple(one.offset for one in tensors), tuple(one.offset + one.length for one in tensors))
        self._members = reader.read(0, 4) == SIGNATURES["ZIP"] or tar.matches(reader)
        self._tail = b""
        self._found: dict[_Found, int] = {}
        self._seen: set[tuple[str, int, Order, int]] = set()
        self._packed = Packed()
        self._flags = np.empty(0, np.bool_)
        self._more = np.empty(BLOCK, np.bool_)

    def update(self, offset: int, chunk: memoryview) -> None:
        """Search a chunk, and what lies around its beginning."""
        if self._tail:
            self._search(offset - len(self._tail), np.frombuffer(self._tail + bytes(chunk[:_SEAM]), np.uint8))
        self._search(offset, np.frombuffer(chunk, np.uint8))
        self._tail = (self._tail + bytes(chunk[-_SEAM:]))[-_SEAM:]

    def finish(self, report: Report) -> None:
        """Tell what was found."""
        for found, at in self._found.items():
            place = f"in the low {found.width} bits of its values" if found.width else "in raw bytes"
            end = f", the first value at the {found.order} end of a byte" if found.width else ""
            rule = "archive-in-weights" if found.kind == "ZIP" else "executable-in-weights"
            where = f"{found.tensor}, byte {at:,}" if found.tensor else f"byte {at:,}"
            report.saw(NAME, rule, f"{found.kind} {place}{end}", where)
        if len(self._seen) >= _MOST:
            report.stopped(NAME, f"more than {_MOST:,} places look as if a program or an archive began there")
        report.covered(NAME, self._reader.size)

    def _search(self, offset: int, data: NDArray[np.uint8]) -> None:
        for number, begin, end in self._index.within(offset, len(data)):
            span, piece = self._spans[number], data[begin - offset : end - offset]
            if not span.dtype and self._members:
                continue  # members of the archive, each of which is scanned by itself
            around = data[max(0, begin - offset - _EDGE) : begin - offset + _EDGE]
            self._plain(around, max(offset, begin - _EDGE))
            self._plain(piece[-_EDGE:], max(begin, end - _EDGE))
            if not span.size:
                self._raw(piece, begin)
                continue
            lead = -(begin - span.start) % span.size
            values = piece[lead : lead + (len(piece) - lead) // span.size * span.size].view(f"<u{span.size}")
            values = values if values.flags.aligned else values.copy()
            if len(values):
                self._values(values, begin + lead, span)

    def _values(self, values: NDArray[Any], begin: int, span: Span) -> None:
        """Search values of one type: in all of their bytes, and in their low bits."""
        first = (begin - span.start) // span.size
        keys = tuple(half.first for half in _HALVES[span.size])
        self._packed.begin(len(values))
        if len(values) > len(self._flags):
            self._flags = np.empty(len(values), np.bool_)
        for at in range(0, len(values), BLOCK):
            block = values[at : at + BLOCK]
            if span.size != 4 or block.view(np.int32).max() >= _LARGE or block.min() < _SMALL:
                wide = values[max(0, at - 4) : at + BLOCK + 4]
                self._raw(wide.view(np.uint8), begin + max(0, at - 4) * span.size)
            self._mark(self._packed.add(block, at), keys, self._flags[at:])
        self._halves(values, first, span)
        for width in WIDTHS:
            words, near = self._near(width)
            if len(near):
                for pattern, value in matching(words, near, width):
                    self._check(pattern.kind, width, pattern.order, first + self._packed.value(value, width), span)

    def _near(self, width: int) -> tuple[NDArray[np.uint16], NDArray[Any]]:
        """Return the low bits of values as words, and where keys are; six keys are compared faster than looked up."""
        words, begin, end = self._packed.words(width)
        if width < 8:
            return words, begin + self._packed.known(words[begin:end], width)
        for at in range(begin, end, BLOCK):
            self._mark(words[at : min(end, at + BLOCK)], _KEYS, self._flags[at - begin :])
        return words, begin + places(self._flags[: end - begin])

    def _halves(self, values: NDArray[Any], first: int, span: Span) -> None:
        """Look at values whose low 16 bits were marked; where they have no more, raw bytes are those of the one order."""
        near = places(self._flags[: len(values) - 1])
        pairs = (values[near] & 0xFFFF).astype(np.uint32) | (values[near + 1] & 0xFFFF).astype(np.uint32) << np.uint32(
            16
        )
        for half in _HALVES[span.size]:
            for place in near[pairs == np.uint32(half.pair)]:
                self._check(half.kind, 16, half.order, first + int(place), span)

    def _mark(self, words: NDArray[np.uint16], keys: tuple[np.uint16, ...], flags: NDArray[np.bool_]) -> None:
        """Set the flags of words that are one of some keys, and clear the others."""
        flags, more = flags[: len(words)], self._more[: len(words)]
        np.equal(words, keys[0], out=flags)
        for key in keys[1:]:
            np.equal(words, key, out=more)
            np.bitwise_or(flags, more, out=flags)

    def _raw(self, data: NDArray[np.uint8], begin: int) -> None:
        """Search bytes, but for those at both ends."""
        words = data[: len(data) // 2 * 2].view("<u2")
        words = words if words.flags.aligned else words.copy()
        flags = np.empty(min(BLOCK, len(words)), np.bool_)
        for at in range(0, len(words), BLOCK):
            self._mark(words[at : at + BLOCK], _KEYS, flags)
            near = at + places(flags[: len(words) - at])
            near = near[(near >= 1) & (near < len(words) - 3)]
            for pattern, place in matching(words, near, 8) if len(near) else ():
                self._check(pattern.kind, 0, "low", begin + place, None)

    def _plain(self, data: NDArray[np.uint8], begin: int) -> None:
        some = data.tobytes()
        for kind, signature in SIGNATURES.items():
            at = some.find(signature)
            while at >= 0:
                self._check(kind, 0, "low", begin + at, None)
                at = some.find(signature, at + 1)

    def _check(self, kind: str, width: int, order: Order, at: int, span: Span | None) -> None:
        """Hold a place against its format, by reading there; `at` is a value of a span, or a byte."""
        byte = at if span is None else span.start + at * span.size
        number = self._names.at(byte)
        if number is None and self._members:
            return  # the header of a member, which lies between tensors
        found = _Found(kind, width, order, "" if number is None else self._tensors[number].name)
        key = (kind, width, order, byte)
        if found in self._found or key in self._seen or len(self._seen) >= _MOST:
            return
        self._seen.add(key)

        def take(start: int, length: int) -> bytes:
            if span is None:
                return self._reader.read(max(0, at + start), length + min(0, at + start))
            return _hidden(self._reader, span, width, order, at, start, length)

        if begins(kind, take):
            self._found[found] = byte


def _hidden(reader: Reader, span: Span, width: int, order: Order, at: int, start: int, length: int) -> bytes:
    """Return bytes that are hidden in the low bits of values, by their place from a value on."""
    odd = start % 2 if width == 16 else 0
    begin, count = at + (start - odd) * 8 // width, -(-(length + odd) * 8 // width)
    short = -(begin // max(1, 8 // width)) * max(1, 8 // width) if begin < 0 else 0
    begin, count = begin + short, count - short
    count = min(count, (span.end - span.start) // span.size - begin)
    if count <= 0:
        return b""
    data = reader.read(span.start + begin * span.size, count * span.size)
    values = np.frombuffer(data[: len(data) // span.size * span.size], f"<u{span.size}")
    if width == 16:
        return values.astype("<u2" if order == "low" else ">u2").tobytes()[odd : odd + length]
    each = 8 // width
    pieces = (values & values.dtype.type((1 << width) - 1)).astype(np.uint8)[: len(values) // each * each]
    shifts = np.arange(each, dtype=np.uint8) * np.uint8(width)
    rows = pieces.reshape(-1, each) << (shifts if order == "low" else shifts[::-1])
    return bytes(np.bitwise_or.reduce(rows, axis=1))
