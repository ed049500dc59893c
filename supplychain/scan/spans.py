"""Where the tensors of an artifact lie, in the order of its bytes, and which of them a piece of it holds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from supplychain.scan.interface import Tensor

SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2}
"""Bytes of one value, of the types whose values are looked at."""


@dataclass(frozen=True)
class Span:
    """Bytes that are read in one way."""

    start: int
    end: int
    dtype: str
    """Empty: no tensor holds them."""

    @property
    def size(self) -> int:
        """Bytes of one value; 0 where values are not looked at."""
        return SIZES.get(self.dtype, 0)


def in_order(tensors: Sequence[Tensor]) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Return the tensors by their place, and apart from them those that lie over an earlier one and are another."""
    apart: list[Tensor] = []
    found: list[Tensor] = []
    for tensor in sorted(tensors, key=lambda tensor: (tensor.offset, -tensor.length)):
        before = found[-1] if found else None
        if not tensor.length:
            continue
        if before is None or tensor.offset >= before.offset + before.length:
            found.append(tensor)
        elif (tensor.offset, tensor.length, tensor.dtype) != (before.offset, before.length, before.dtype):
            apart.append(tensor)
    return tuple(found), tuple(apart)


def merged(tensors: Sequence[Tensor], size: int) -> tuple[Span, ...]:
    """Return the spans of a whole artifact, without a gap: tensors of a type that touch one another are one."""
    found: list[Span] = []
    at = 0
    for tensor in tensors:
        if tensor.offset > at:
            found.append(Span(at, tensor.offset, ""))
        at = tensor.offset + tensor.length
        last = found[-1] if found else None
        if last and last.dtype == tensor.dtype and not (last.end - last.start) % (last.size or 1):
            found[-1] = Span(last.start, at, tensor.dtype)
        else:
            found.append(Span(tensor.offset, at, tensor.dtype))
    if at < size:
        found.append(Span(at, size, ""))
    return tuple(found)


@dataclass(frozen=True)
class Index:
    """Spans or tensors that can be asked for by their place."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def within(self, offset: int, length: int) -> Iterator[tuple[int, int, int]]:
        """Yield the number of each that has bytes there, and from where to where."""
        number = max(0, bisect_right(self.starts, offset) - 1)
        while number < len(self.starts) and self.starts[number] < offset + length:
            begin, end = max(offset, self.starts[number]), min(offset + length, self.ends[number])
            if begin < end:
                yield number, begin, end
            number += 1

    def at(self, offset: int) -> int | None:
        """Return the number of the one that holds a byte."""
        return next((number for number, _, _ in self.within(offset, 1)), None)
