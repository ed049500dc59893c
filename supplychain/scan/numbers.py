"""The values of tensors: what is no number, what is zero throughout, what is as even as noise, what stands there twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from supplychain.scan.interface import Reader, Report, Tensor
from supplychain.scan.source import CHUNK
from supplychain.scan.spans import SIZES, Index
from supplychain.scan.uniformity import ENOUGH, even, histogram

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAME = "values"
_BLOCK = 1 << 16
_EXPONENT = {"F16": 0x7C00, "BF16": 0x7F80}
_COMPARED = 1 << 30
"""Bytes that are read again to compare tensors; beyond them nothing is told of two that are alike."""
_ENDS = 64


@dataclass
class _Seen:
    nan: bool = False
    infinite: bool = False
    positive: bool = False
    """Whether an infinite value is positive."""
    other: bool = False
    """Whether a value is a number and not zero."""
    even: bool = False
    """Whether a part that is large enough is as even as noise."""
    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    sampled: int = 0
    """Values that the counts stand for."""


class Numbers:
    """Looks at every value of the tensors of an artifact."""

    def __init__(self, reader: Reader, tensors: Sequence[Tensor], named: Sequence[Tensor]) -> None:
        """Take tensors by their place, none over another; and all that the artifact names."""
        self._reader = reader
        self._tensors = tensors
        self._named = named
        self._index = Index(tuple(one.offset for one in tensors), tuple(one.offset + one.length for one in tensors))
        self._seen: dict[int, _Seen] = {}
        self._tail = b""

    def update(self, offset: int, chunk: memoryview) -> None:
        """Look at the values that end in a chunk."""
        data = np.frombuffer(chunk, np.uint8)
        for number, begin, end in self._index.within(offset, len(chunk)):
            tensor = self._tensors[number]
            size = SIZES.get(tensor.dtype)
            if size is None:
                continue
            seen = self._seen.setdefault(number, _Seen())
            before = (begin - tensor.offset) % size
            after = -before % size
            if before and begin + after <= end:
                whole = self._tail[len(self._tail) - before :] + bytes(chunk[:after])
                _look(np.frombuffer(whole, f"<u{size}"), tensor.dtype, seen)
            piece = data[begin - offset + after : end - offset]
            values = piece[: len(piece) // size * size].view(f"<u{size}")
            values = values if values.flags.aligned else values.copy()
            for at in range(0, len(values), _BLOCK):
                _look(values[at : at + _BLOCK], tensor.dtype, seen)
            if tensor.dtype == "F32" and tensor.length > 4 * ENOUGH:
                _sample(values, seen)
        self._tail = (self._tail + bytes(chunk[-8:]))[-8:]

    def finish(self, report: Report) -> None:
        """Tell what was seen."""
        for number, seen in self._seen.items():
            self._tell(self._tensors[number].name, seen, report)
        self._twice(report)
        looked = sum(self._tensors[number].length for number in self._seen)
        report.covered(NAME, looked)

    def _tell(self, name: str, seen: _Seen, report: Report) -> None:
        if seen.nan:
            report.saw(NAME, "nan-in-weights", "a value of it is no number", name)
        if seen.infinite and (seen.positive or seen.other):
            report.saw(NAME, "infinity-in-weights", "a value of it is infinite", name)
        elif seen.infinite:
            report.saw(NAME, "mask-in-weights", "it holds zeros and negative infinity, and no other number", name)
        if not (seen.nan or seen.infinite or seen.other):
            report.saw(NAME, "zero-tensor", "every value of it is zero", name)
        if seen.even or (seen.sampled > ENOUGH and even(seen.counts)):
            report.saw(NAME, "uniform-mantissas", "the high bits of its mantissas are as even as noise", name)

    def _twice(self, report: Report) -> None:
        """Tell which tensors hold the same bytes as an earlier one, other than zeros."""
        zero = {
            self._tensors[number].offset for number, seen in self._seen.items() if not (seen.other or seen.infinite)
        }
        first: dict[tuple[str, int, bytes], Tensor] = {}
        left = _COMPARED
        for tensor in self._named:
            if tensor.length < _ENDS or tensor.offset in zero:
                continue
            last = self._reader.read(tensor.offset + tensor.length - _ENDS, _ENDS)
            key = (tensor.dtype, tensor.length, self._reader.read(tensor.offset, _ENDS) + last)
            other = first.setdefault(key, tensor)
            if other is tensor or tensor.length > left:
                continue
            left -= tensor.length
            if other.offset == tensor.offset or self._alike(other, tensor):
                report.saw(NAME, "tensor-twice", f"it holds the same bytes as {other.name}", tensor.name)

    def _alike(self, one: Tensor, two: Tensor) -> bool:
        return all(
            self._reader.read(one.offset + at, min(CHUNK, one.length - at))
            == self._reader.read(two.offset + at, min(CHUNK, one.length - at))
            for at in range(0, one.length, CHUNK)
        )


def _look(values: NDArray[Any], dtype: str, seen: _Seen) -> None:
    """Note what some values are; the cheap question first, which hardly any value answers otherwise."""
    if dtype in ("F32", "F64"):
        numbers = values.view("<f4" if dtype == "F32" else "<f8")
        with np.errstate(all="ignore"):
            total = float(np.vdot(numbers, numbers))
        if 0 < total < float("inf"):
            seen.other = True
            return
        finite = np.isfinite(numbers)
        nan, positive = bool(np.isnan(numbers).any()), bool(np.isposinf(numbers).any())
        infinite = positive or bool(np.isneginf(numbers).any())
        seen.other |= bool((finite & (numbers != 0)).any())
    else:
        plain = values & 0x7FFF
        limit = _EXPONENT[dtype]
        largest = int(plain.max(initial=0))
        nan, infinite = largest > limit, bool((plain == limit).any()) if largest >= limit else False
        positive = infinite and bool((values == limit).any())
        seen.other |= bool(((plain != 0) & (plain < limit)).any()) if largest >= limit else largest > 0
    seen.nan |= nan
    seen.infinite |= infinite
    seen.positive |= positive


def _sample(values: NDArray[Any], seen: _Seen) -> None:
    counts = histogram(values)
    if len(values) > ENOUGH:
        seen.even |= even(counts)
    seen.counts = counts if not len(seen.counts) else seen.counts + counts
    seen.sampled += len(values)
