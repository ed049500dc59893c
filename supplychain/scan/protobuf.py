"""The wire form of Protocol Buffers, as much as it takes to walk through ONNX and SavedModel (protobuf.dev, Encoding)."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain.scan.interface import Reader, StoppedError

_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5
_WINDOW = 64 << 10


class Message:
    """A message that lies in a reader; its fields are walked without holding them."""

    def __init__(self, reader: Reader, begin: int, end: int) -> None:
        """Begin with bytes that are to be a message."""
        self._reader, self.begin, self.end = reader, begin, end

    def fields(self) -> Iterator[tuple[int, int | Message]]:
        """Yield number and value of each field: a number, or a part that may be a message, a text or bytes.

        Raises:
            StoppedError: the bytes are no message.
        """
        at = self.begin
        window, base = b"", at
        while at < self.end:
            if at + 20 > base + len(window) and base + len(window) < self.end:
                window, base = self._reader.read(at, min(_WINDOW, self.end - at)), at
            key, at = varint(window, at, base, self.end)
            number, kind = key >> 3, key & 7
            if number == 0:
                raise StoppedError(f"a field at byte {at:,} has no number")
            if kind == _VARINT:
                value, at = varint(window, at, base, self.end)
                yield number, value
            elif kind == _BYTES:
                length, at = varint(window, at, base, self.end)
                if at + length > self.end:
                    raise StoppedError(f"a field at byte {at:,} ends beyond its message")
                yield number, Message(self._reader, at, at + length)
                at += length
            elif kind in (_EIGHT, _FOUR):
                at += 8 if kind == _EIGHT else 4
                if at > self.end:
                    raise StoppedError(f"a field at byte {at:,} ends beyond its message")
            else:
                raise StoppedError(f"a field at byte {at:,} is of a kind {kind} that is not used")
            if not base <= at <= base + len(window):
                window, base = b"", at

    def text(self, most: int = 4096) -> str:
        """Return the bytes as text, the first `most` of them."""
        return self._reader.read(self.begin, min(self.end - self.begin, most)).decode("utf-8", "replace")

    def numbers(self, most: int) -> list[int]:
        """Return the bytes as numbers that are packed one after the other.

        Raises:
            StoppedError: they are none, or more than `most`.
        """
        data = self._reader.read(self.begin, min(self.size, 10 * most + 1))
        found: list[int] = []
        at = 0
        while at < len(data):
            number, at = varint(data, at, 0, len(data))
            found.append(number)
        if len(found) > most or len(data) < self.size:
            raise StoppedError(f"it has more than {most:,} numbers in a row")
        return found

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.end - self.begin


def varint(window: bytes, at: int, base: int, end: int) -> tuple[int, int]:
    """Return the number that begins at a place, of a window of bytes that begins at another, and where it ends.

    Raises:
        StoppedError: it does not end.
    """
    value = shift = 0
    while at < end:
        index = at - base
        if index >= len(window) or shift > 63:
            break
        byte = window[index]
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, at
        shift += 7
    raise StoppedError(f"a number at byte {at:,} does not end")
