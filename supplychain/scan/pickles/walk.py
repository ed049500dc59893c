"""A walk over the opcodes of a stream, a window at a time."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field

from supplychain.scan.interface import Reader, StoppedError
from supplychain.scan.pickles import tokens

WINDOW = 16 << 20
"""Bytes that are in memory at a time."""
_STEP = 64 << 10
"""Bytes after which the boundary of an opcode is kept, so that those before a place can be told."""
_PASSED = 64 << 10
"""Bytes of a text that is told to have been passed over."""
_CUT = 512
"""More bytes than an opcode in a run has that is no line."""
_NEUTRAL = b"\x94\x95qrp"
"""Opcodes that leave the stack as it is: those that remember, and frames."""


@dataclass
class Walk:
    """A place in a stream; runs of opcodes that `run` matches are passed over at once."""

    reader: Reader
    base: int
    run: re.Pattern[bytes] = field(default_factory=tokens.run)
    data: bytes = b""
    position: int = 0
    kept: int = 0
    """The boundary of an opcode not far before the place, in the window."""
    frame: int = 0
    """The offset in the reader where a frame ends; 0: the place is in none."""
    passed: list[tuple[int, int]] = field(default_factory=list)
    """Offset and length of long texts and bytes that were passed over."""
    crossed: list[int] = field(default_factory=list)
    """Offsets of opcodes that do not end with the frame that they begin in."""

    @property
    def at(self) -> int:
        """The offset in the reader."""
        return self.base + self.position

    def advance(self) -> int:
        """Pass over a run, and return the opcode after it.

        Raises:
            StoppedError: the stream breaks off.
        """
        self.kept = self.position
        while True:
            self._pass()
            if len(self.data) - self.position < tokens.LINE and self._more():
                continue
            if self.position >= len(self.data):
                raise StoppedError(f"it breaks off at byte {self.at:,}, before its end")
            if self.data[self.position] != tokens.FRAME:
                return self.data[self.position]
            self._frame()

    def over(self, code: int) -> None:
        """Pass over an opcode that is no part of a run.

        Raises:
            StoppedError: there is no such opcode, or the stream breaks off in it.
        """
        begin = self.at
        self._over(code)
        self._crosses(begin)

    def _over(self, code: int) -> None:
        if code in tokens.LONG:
            width = tokens.LONG[code]
            length = int.from_bytes(self.data[self.position + 1 : self.position + 1 + width], "little")
            self._jump((begin := self.at + 1 + width) + length)
            if length >= _PASSED:
                self.passed.append((begin, length))
        elif code in tokens.EXTENSIONS:
            self._jump(self.at + 1 + tokens.EXTENSIONS[code])
        elif code in (tokens.STACK_GLOBAL, tokens.MEMOIZE, tokens.PERSISTENT):
            self.position += 1
        elif code in tokens.NAMED:
            self._names()
        elif code == tokens.PERSISTENT_LINE or code in tokens.LINES:
            self._line()
        else:
            raise StoppedError(f"there is no opcode 0x{code:02x}, at byte {self.at:,}, or its argument is cut off")

    def names(self) -> tuple[str, str]:
        """Pass over an opcode with a module and a name, and return them.

        Raises:
            StoppedError: they do not end.
        """
        begin = self.at
        found = self._names()
        self._crosses(begin)
        return found

    def _names(self) -> tuple[str, str]:
        match = tokens.NAMES.match(self.data, self.position, self.position + tokens.LINE)
        if match is None:
            raise StoppedError(f"the names of an import at byte {self.at:,} do not end")
        self.position = match.end()
        module, name = match.groups()
        return module.decode("utf-8", "backslashreplace"), name.decode("utf-8", "backslashreplace")

    def recent(self) -> tuple[bytes, ...]:
        """Return the last two opcodes of the run before this place, without those that only remember."""
        found = (match[0] for match in tokens.token().finditer(self.data, self.kept, self.position))
        return tuple(deque((token for token in found if token[0] not in _NEUTRAL), maxlen=2))

    def _pass(self) -> None:
        """Pass over a run in steps, each of which begins at the boundary of an opcode and ends with its frame."""
        while True:
            limit = min(self.frame - self.base, len(self.data)) if self.frame > self.at else len(self.data)
            stop = min(self.position + _STEP, limit)
            end = self._end(self.position, stop)
            if stop - end > _CUT or stop == end == len(self.data):
                return self._to(end)
            if end < stop or end == self.position:  # what follows may be cut off by the end of the step alone
                match = tokens.token().match(self.data, end)
                if match is None or self._end(end, match.end()) < match.end():
                    return self._to(end)
                begin, end = self.base + end, match.end()
                self._to(end)
                self._crosses(begin)
            self._to(end)

    def _to(self, position: int) -> None:
        if position - self.kept > 2 * _STEP:
            self.kept = self.position
        self.position = position

    def _frame(self) -> None:
        """Begin a frame. A loader holds it in memory, and an opcode that goes beyond its end loses what it holds of it."""
        begin = self.at
        end = begin + 9 + int.from_bytes(self.data[self.position + 1 : self.position + 9], "little")
        if len(self.data) - self.position < 9:
            raise StoppedError(f"it breaks off at byte {begin:,}, in the length of a frame")
        self.position += 9
        if self.at <= self.frame < end:
            self.crossed.append(begin)
        self._crosses(begin)
        self.frame = max(self.frame, end)

    def _crosses(self, begin: int) -> None:
        if begin < self.frame < self.at:
            self.crossed.append(begin)

    def _end(self, begin: int, end: int) -> int:
        match = self.run.match(self.data, begin, end)
        return match.end() if match else begin

    def _jump(self, offset: int) -> None:
        if offset > self.reader.size:
            raise StoppedError(f"it breaks off: what begins at byte {self.at:,} ends beyond the file")
        if offset - self.base <= len(self.data):
            self.position = offset - self.base
        else:
            self.base, self.data, self.position, self.kept = offset, b"", 0, 0

    def _line(self) -> None:
        offset = self.at
        while piece := self.reader.read(offset, WINDOW):
            if (found := piece.find(b"\n")) >= 0:
                self._jump(offset + found + 1)
                return
            offset += len(piece)
        raise StoppedError(f"a line at byte {self.at:,} does not end")

    def _more(self) -> bool:
        """Move the window on; False where the stream is at its end."""
        if self.base + len(self.data) >= self.reader.size:
            return False
        self.base, self.position, self.kept = self.base + self.kept, self.position - self.kept, 0
        self.data = self.reader.read(self.base, WINDOW)
        return True
