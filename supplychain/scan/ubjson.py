"""Universal Binary JSON, draft 12 (ubjson.org), in which XGBoost keeps models.

Values are walked and not held; arrays of numbers of one type are passed over. Texts are looked at for what describes no model.
"""

from __future__ import annotations

import re
import struct

from supplychain.scan.interface import Reader, Report, StoppedError, Tensor
from supplychain.scan.safetensors import RUNS
from supplychain.scan.templates import check_template
from supplychain.scan.tokenizer import REACHING

NAME = "UBJSON"
_SIZES = {"i": 1, "U": 1, "C": 1, "I": 2, "l": 4, "d": 4, "L": 8, "D": 8}
"""Bytes of a value of each type that has as many always."""
_WHOLE = {"i": ">b", "U": ">B", "I": ">h", "l": ">i", "L": ">q"}
_NOTHING = "ZTF"
_DEEPEST = 64
_MOST = 20_000_000
_LONGEST = 16 << 20
"""Bytes of a text."""
_WINDOW = 64 << 10
_PROBED = 8 << 20
"""Bytes of what does not begin as XGBoost's files do, which is UBJSON only where all of it is."""
_XGBOOST = re.compile(rb"\{L\0{6}")
_EITHER = re.compile(rb"\{[iUIlL$#]")


def matches(reader: Reader) -> bool:
    """Whether an object of UBJSON begins here: with a length of 8 bytes, or, as text may, otherwise and then to its end."""
    head = reader.read(0, 16)
    if _XGBOOST.match(head):
        return True
    if not _EITHER.match(head) or reader.size > _PROBED:
        return False
    try:
        _Walk(reader, None).run()
    except StoppedError:
        return False
    return True


def scan(reader: Reader, report: Report) -> None:
    """Tell of code, commands and templates in texts; every byte is searched for programs as well."""
    walk = _Walk(reader, report)
    walk.run()
    report.holds(Tensor("values", "bytes", (), 0, reader.size, weights=False))
    report.kind = "UBJSON: XGBoost" if {"learner", "version"} <= walk.keys else NAME
    report.covered(NAME, reader.size)


class _Walk:
    """A walk through one value and all in it."""

    def __init__(self, reader: Reader, report: Report | None) -> None:
        self._reader, self._report = reader, report
        self._at, self._base, self._window = 0, 0, b""
        self._count = 0
        self.keys: set[str] = set()
        """Those of the outermost object."""

    def run(self) -> None:
        """Walk to the end.

        Raises:
            StoppedError: it is no UBJSON, has bytes after its end, or goes beyond a limit.
        """
        self._value(self._marker(), 0)
        if self._at != self._reader.size:
            raise StoppedError(f"{self._reader.size - self._at:,} bytes follow its end, at byte {self._at:,}")

    def _value(self, kind: str, depth: int) -> None:
        self._count += 1
        if self._count > _MOST:
            raise StoppedError(f"it has more than {_MOST:,} values")
        if self._report and self._count % 4096 == 0:
            self._report.check_time()
        if kind in _SIZES:
            self._skip(_SIZES[kind])
        elif kind in "SH":
            self._look(self._text(self._length(self._marker())))
        elif kind in "[{":
            if depth >= _DEEPEST:
                raise StoppedError(f"its values lie in one another more than {_DEEPEST} deep")
            self._container(is_object=kind == "{", depth=depth + 1)
        elif kind not in _NOTHING:
            raise StoppedError(f"a value before byte {self._at:,} is of no type that UBJSON has")

    def _container(self, *, is_object: bool, depth: int) -> None:
        kind, count = self._head()
        if count is None:
            end = "}" if is_object else "]"
            while (marker := self._marker(skips=True)) != end:
                if is_object:
                    self._key(marker, depth)
                    marker = self._marker(skips=True)
                self._value(marker, depth)
            return
        if kind in _SIZES and not is_object:
            self._skip(_SIZES[kind] * count)
            return
        if count > self._reader.size - self._at:  # as many have no place, or are nothing at all
            raise StoppedError(f"a count of {count:,} before byte {self._at:,} is more than the bytes after it")
        for _ in range(count):
            if is_object:
                self._key(self._marker(), depth)
            self._value(kind or self._marker(skips=True), depth)

    def _head(self) -> tuple[str, int | None]:
        """Return the type that all values of a container have, and how many there are, where it says so."""
        kind = ""
        if self._peek() == "$":
            self._skip(1)
            kind = self._marker()
            if self._peek() != "#":
                raise StoppedError(f"a type at byte {self._at:,} has no count")
        if self._peek() != "#":
            return kind, None
        self._skip(1)
        return kind, self._length(self._marker())

    def _key(self, marker: str, depth: int) -> None:
        text = self._text(self._length(marker))
        self._look(text)
        if depth == 1 and len(self.keys) < 100:
            self.keys.add(text[:100])

    def _length(self, marker: str) -> int:
        if marker not in _WHOLE:
            raise StoppedError(f"a length before byte {self._at:,} is no whole number")
        found: int = struct.unpack(_WHOLE[marker], self._take(_SIZES[marker]))[0]
        if found < 0:
            raise StoppedError(f"a length before byte {self._at:,} is negative")
        return found

    def _text(self, length: int) -> str:
        if length > _LONGEST:
            raise StoppedError(f"a text at byte {self._at:,} has {length:,} bytes, more than what is read")
        try:
            return self._take(length).decode()
        except UnicodeDecodeError as error:
            raise StoppedError(f"a text before byte {self._at:,} is no UTF-8") from error

    def _look(self, text: str) -> None:
        """Tell of a text that holds code, a command, or a template that reaches out."""
        if self._report is None:
            return
        place = f"byte {self._at:,}"
        if (found := RUNS.search(text)) is not None:
            self._report.saw(NAME, "metadata-holds-code", f"a text of it holds {found[0][:80]!r}", place)
        if REACHING.search(text.encode()) is not None:
            check_template(text, place, self._report)

    def _marker(self, *, skips: bool = False) -> str:
        marker = self._take(1).decode("latin-1")
        while skips and marker == "N":
            marker = self._take(1).decode("latin-1")
        return marker

    def _peek(self) -> str:
        marker = self._marker()
        self._at -= 1
        return marker

    def _skip(self, count: int) -> None:
        self._at += count
        if self._at > self._reader.size:
            raise StoppedError("it ends before its values do")

    def _take(self, count: int) -> bytes:
        begin = self._at
        self._skip(count)
        if begin < self._base or self._at > self._base + len(self._window):
            self._base, self._window = begin, self._reader.read(begin, max(count, _WINDOW))
        data = self._window[begin - self._base : self._at - self._base]
        if len(data) < count:
            raise StoppedError("it ends before its values do")
        return data
