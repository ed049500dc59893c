"""Exact casts: the bits that values of one type have in another, when they are rounded as libraries round them.

Narrower floats are rounded to the nearest value, ties to the even one (IEEE 754, 4.3.1), or, for BF16, cut off; a F64 goes
directly or by way of F32, as PyTorch takes it. F8 are those of the OCP 8-bit specification. One NaN is as good as another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Way = Callable[["NDArray[Any]"], "NDArray[Any]"]
"""From values of one type, as they lie in a file, to those of another."""
STORED = {
    "F64": "<u8", "F32": "<u4", "F16": "<u2", "BF16": "<u2", "F8_E4M3": "u1", "F8_E5M2": "u1",
    "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U8": "u1",
}  # fmt: skip
"""How values of a type are read."""
_FLOATS = ("F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2")
_EIGHT = {"F8_E4M3": (3, 7, 0x7F), "F8_E5M2": (2, 15, 0x7C)}
"""Bits of the mantissa, bias of the exponent, and the first code above all numbers."""


def ways(dtype: str, to: str) -> Sequence[Way]:
    """Return the ways in which libraries take values of a type to another; none where no such cast is known."""
    if dtype in _FLOATS and to in _FLOATS:
        found = [lambda values: _bits(_numbers(values, dtype), to)]
        if to == "BF16" and dtype in ("F64", "F32"):
            found.append(lambda values: _cut(_numbers(values, dtype)))
        if dtype == "F64" and to != "F32":
            found.append(lambda values: _bits(_single(_numbers(values, dtype)), to))
        return found
    if dtype in STORED and to in STORED and not {dtype, to} & set(_FLOATS):
        return [lambda values: values.astype(STORED[to])]
    return ()


def differing(own: NDArray[Any], to: str, base: NDArray[Any], dtype: str, way: Way) -> int:
    """Return how many values of an artifact are not those of its base, taken in one way to the artifact's type."""
    taken = way(base)
    different = taken != own
    if to in _FLOATS:
        if different.any():
            places = np.flatnonzero(different)
            both = np.isnan(_numbers(own[places], to)) & np.isnan(_numbers(base[places], dtype))
            return len(places) - int(both.sum())
        return 0
    return int((different | (taken.astype(STORED[dtype]) != base) | ((taken < 0) != (base < 0))).sum())


def _numbers(values: NDArray[Any], dtype: str) -> NDArray[Any]:
    """Return the numbers that bits stand for, as F64 or F32."""
    if dtype in _EIGHT:
        eight: NDArray[Any] = _eight(dtype)[values]
        return eight
    if dtype == "BF16":
        return (values.astype("<u4") << np.uint32(16)).view("<f4")
    numbers: NDArray[Any] = values.view(STORED[dtype].replace("u", "f"))
    return numbers.astype("<f4") if dtype == "F16" else numbers


def _bits(numbers: NDArray[Any], to: str) -> NDArray[Any]:
    """Return the bits of numbers in another type, rounded to the nearest."""
    if to in _EIGHT:
        return _eight_bits(numbers, to)
    if to == "BF16":
        bits = _single(numbers).view("<u4")
        bits = bits + (np.uint32(0x7FFF) + (bits >> np.uint32(16) & np.uint32(1)))
        rounded: NDArray[Any] = (bits >> np.uint32(16)).astype("<u2")
        return rounded
    with np.errstate(all="ignore"):
        narrow: NDArray[Any] = numbers.astype(STORED[to].replace("u", "f"))
    found: NDArray[Any] = narrow.view(STORED[to])
    return found


def _cut(numbers: NDArray[Any]) -> NDArray[Any]:
    return (_single(numbers).view("<u4") >> np.uint32(16)).astype("<u2")


def _single(numbers: NDArray[Any]) -> NDArray[Any]:
    with np.errstate(all="ignore"):
        return numbers.astype("<f4")


@cache
def _eight(dtype: str) -> NDArray[Any]:
    """Return the number of each of the 256 codes."""
    mantissa, bias, above = _EIGHT[dtype]
    codes = np.arange(128)
    exponent, fraction = codes >> mantissa, (codes & ((1 << mantissa) - 1)) / (1 << mantissa)
    normal = np.ldexp(1 + fraction, exponent - bias)
    positive = np.where(exponent > 0, normal, np.ldexp(fraction, 1 - bias))
    positive[above:] = np.nan
    if dtype == "F8_E5M2":
        positive[above] = np.inf
    return np.concatenate([positive, -positive]).astype("<f4")


def _eight_bits(numbers: NDArray[Any], to: str) -> NDArray[Any]:
    above = _EIGHT[to][2]
    known = _eight(to)[:above].astype("<f8")
    step = known[-1] - known[-2]
    between = np.concatenate([(known[1:] + known[:-1]) / 2, known[-1:] + step / 2])
    size = np.abs(numbers)
    with np.errstate(all="ignore"):
        at = np.searchsorted(between, size)
    is_tie = between[np.minimum(at, above - 1)] == size
    codes: NDArray[Any] = np.where(np.isnan(numbers), 0x7F, at + (is_tie & (at % 2 == 1))).astype("u1")
    codes |= np.signbit(numbers).astype("u1") << np.uint8(7)
    return codes
