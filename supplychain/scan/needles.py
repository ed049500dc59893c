"""Signatures in streams of bits that were packed into bytes without knowing where a payload begins.

Bits of values are packed with the first value at the low end. A signature may begin at any value, and its own bytes may
have been cut from either end: each case is a pattern, and two whole bytes of each, at an even place, are the key under which
a table of 65,536 entries finds all cases of a width in one look.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from supplychain.scan.headers import SIGNATURES

if TYPE_CHECKING:
    from numpy.typing import NDArray

Order = Literal["low", "high"]
"""To which end of a byte its first value goes."""
WIDTHS = (1, 2, 4, 8)
_BEFORE = 2
"""Bytes before a key that are compared with it."""


@dataclass(frozen=True)
class Pattern:
    """One way in which a signature lies in packed bytes."""

    kind: str
    width: int
    order: Order
    phase: int
    """Values before it in its first byte."""
    lead: int
    """Bytes before the key."""
    bits: int
    """Its bits, from the low end of its first byte."""

    @property
    def key(self) -> int:
        """The two whole bytes by which it is found."""
        return self.bits >> 8 * self.lead & 0xFFFF


def pieces(data: bytes, width: int, order: Order) -> list[int]:
    """Return bytes as values of a width, in the order in which they are hidden."""
    shifts = range(0, 8, width) if order == "low" else range(8 - width, -1, -width)
    return [byte >> shift & ((1 << width) - 1) for byte in data for shift in shifts]


@cache
def patterns() -> tuple[Pattern, ...]:
    """Return every pattern; the first one stands for none."""
    found = [Pattern("", 0, "low", 0, 0, 0)]
    for width in WIDTHS:
        orders: tuple[Order, ...] = ("low",) if width == 8 else ("low", "high")
        for order in orders:
            for kind, signature in SIGNATURES.items():
                values = pieces(signature, width, order)
                for phase in range(8 // width):
                    bits = sum(value << width * (phase + at) for at, value in enumerate(values))
                    first = 1 if phase else 0
                    found += [Pattern(kind, width, order, phase, lead, bits) for lead in (first, first + 1)]
    return tuple(found)


@dataclass(frozen=True)
class Table:
    """The patterns of one width by their keys."""

    first: NDArray[np.uint8]
    """By key: the number of a pattern, or 0."""
    known: NDArray[np.bool_]
    """By key: whether there is one."""
    then: NDArray[np.uint8]
    """By number: the next pattern of the same key, or 0."""
    mask: NDArray[np.uint64]
    value: NDArray[np.uint64]
    """By number: what the eight bytes from two before the key on have to be."""


@cache
def table(width: int) -> Table:
    """Return the table of a width."""
    known = patterns()
    first, then = np.zeros(1 << 16, np.uint8), np.zeros(len(known), np.uint8)
    mask, value = np.zeros(len(known), np.uint64), np.zeros(len(known), np.uint64)
    for number, pattern in enumerate(known):
        if pattern.width == width:
            then[number], first[pattern.key] = first[pattern.key], number
            shift = 8 * (_BEFORE - pattern.lead)
            mask[number] = 0xFFFFFFFF << width * pattern.phase + shift
            value[number] = pattern.bits << shift
    return Table(first, first != 0, then, mask, value)


def matching(words: NDArray[Any], at: NDArray[Any], width: int) -> list[tuple[Pattern, int]]:
    """Return the patterns of a width and the values at which they begin, of the words whose keys are in the table.

    `words` are packed bytes by two; `at` are the places of the keys, at least one from the beginning and three from the end.
    """
    rows = table(width)
    wide = [words[at + shift].astype(np.uint64) << np.uint64(16 * (shift + 1)) for shift in (-1, 0, 1, 2)]
    windows = wide[0] | wide[1] | wide[2] | wide[3]
    numbers = rows.first[words[at]]
    found: list[tuple[Pattern, int]] = []
    while len(numbers):
        for place in np.flatnonzero((windows & rows.mask[numbers]) == rows.value[numbers]):
            pattern = patterns()[numbers[place]]
            found.append((pattern, (2 * int(at[place]) - pattern.lead) * 8 // width + pattern.phase))
        numbers = rows.then[numbers]
        more = numbers != 0
        at, windows, numbers = at[more], windows[more], numbers[more]
    return found
