"""The low bits of values as packed bytes, with the first value at the low end; and where keys of signatures are in them.

A multiplication moves the low bits of all bytes of a word next to one another (the multipliers are sums of powers of two,
one for each byte), so that values cost a fraction of a nanosecond.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from supplychain.scan.needles import WIDTHS, table

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK = 1 << 17
"""Values that are packed at a time: fewer take longer to call NumPy for, more leave the processor's cache."""
_PAD = 8
"""Zero bytes before and after what is packed."""


def places(flags: NDArray[np.bool_]) -> NDArray[Any]:
    """Return where flags are set, which is rare: eight of them are looked at as one."""
    whole = len(flags) // 8 * 8
    if not whole:
        return np.flatnonzero(flags)
    rows = np.flatnonzero(flags[:whole].view(np.uint64) != 0)
    row, column = flags[:whole].reshape(-1, 8)[rows].nonzero()
    found = rows[row] * 8 + column
    return found if whole == len(flags) else np.concatenate([found, whole + np.flatnonzero(flags[whole:])])


class Packed:
    """The low 1, 2, 4 and 8 bits of the values of one chunk."""

    def __init__(self) -> None:
        """Hold nothing."""
        self._count = 0
        self._bytes: dict[int, NDArray[np.uint8]] = {}
        self._flags = np.empty(0, np.bool_)
        self._low = np.empty(BLOCK, np.uint16)
        self._work = {kind: np.empty(BLOCK // np.dtype(kind).itemsize, kind) for kind in ("u2", "u4", "u8")}

    def begin(self, count: int) -> None:
        """Make room for values; of the last seven, those that fill no byte are left out."""
        self._count = count // 8 * 8
        if count + 2 * _PAD > len(self._flags):
            self._flags = np.empty(count + 2 * _PAD, np.bool_)
            self._bytes = {width: np.zeros(count * width // 8 + 4 * _PAD, np.uint8) for width in WIDTHS}
        for width, packed in self._bytes.items():
            end = _PAD + self._count * width // 8
            packed[end : end + 2 * _PAD] = 0

    def add(self, values: NDArray[Any], at: int) -> NDArray[np.uint16]:
        """Pack a block of values that begins at one of them, and return the low 16 bits of each."""
        low: NDArray[np.uint16] = values
        if values.itemsize > 2:
            low = self._low[: len(values)]
            np.copyto(low, values, casting="unsafe")
        end = min(len(values), self._count - at)
        if end > 0:
            byte = self._bytes[8][_PAD + at : _PAD + at + end]
            np.copyto(byte, low[:end], casting="unsafe")
            self._squeeze(byte, 4, at, "u2", 0x0F0F, 0x0110)
            self._squeeze(byte, 2, at, "u4", 0x0303_0303, 0x0104_1040)
            self._squeeze(byte, 1, at, "u8", 0x0101_0101_0101_0101, 0x0102_0408_1020_4080)
        return low

    def _squeeze(self, byte: NDArray[np.uint8], width: int, at: int, kind: str, mask: int, times: int) -> None:
        words = byte.view(kind)
        number = words.dtype.type
        into = self._bytes[width][_PAD + at * width // 8 :][: len(words)]
        work = self._work[kind][: len(words)]
        np.bitwise_and(words, number(mask), out=work)
        np.multiply(work, number(times), out=work)
        np.right_shift(work, number(8 * words.itemsize - 8), out=work)
        np.copyto(into, work, casting="unsafe")

    def words(self, width: int) -> tuple[NDArray[np.uint16], int, int]:
        """Return what is packed as words, and from where to where values are in it."""
        count = -(-(self._count * width // 8) // 2)
        return self._bytes[width][: 2 * (count + _PAD)].view(np.uint16), _PAD // 2, _PAD // 2 + count

    def known(self, words: NDArray[np.uint16], width: int) -> NDArray[Any]:
        """Return where the keys of a width are in words."""
        flags = self._flags[: len(words)]
        for at in range(0, len(words), BLOCK):
            np.take(table(width).known, words[at : at + BLOCK], out=flags[at : at + BLOCK], mode="wrap")
        return places(flags)

    def value(self, place: int, width: int) -> int:
        """Return the value that stands at a place of the words."""
        return place - _PAD * 8 // width
