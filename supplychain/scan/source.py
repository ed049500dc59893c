"""Where bytes come from: a file that is opened once, a part of another reader, or what a member unpacks to."""

from __future__ import annotations

import io
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from supplychain.scan.interface import Reader, Report, StoppedError

CHUNK = 4 << 20
"""Bytes of one read where everything is read."""
_SPOOLED = 16 << 20
"""Bytes of an unpacked member that stay in memory; more of them lie in a temporary file."""


@dataclass(frozen=True)
class FileReader:
    """A regular file, read by its descriptor, so that a later file of the same name is never read in its place."""

    name: str
    size: int
    descriptor: int

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes, fewer where it ends."""
        try:
            return os.pread(self.descriptor, max(0, min(length, self.size - offset)), offset)
        except (OSError, OverflowError) as error:
            raise StoppedError(f"it cannot be read: {_reason(error)}") from error

    def identity(self) -> tuple[int, int, int, int, int]:
        """Return what changes when the file does."""
        at = os.fstat(self.descriptor)
        return at.st_dev, at.st_ino, at.st_size, at.st_mtime_ns, at.st_ctime_ns


@dataclass(frozen=True)
class BytesReader:
    """Bytes that are in memory."""

    name: str
    data: bytes

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return len(self.data)

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes, fewer where it ends."""
        return self.data[offset : offset + max(0, length)]


@dataclass(frozen=True)
class PartReader:
    """A part of another reader: a member that is stored as it is."""

    name: str
    whole: Reader
    offset: int
    size: int

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes, fewer where it ends."""
        return self.whole.read(self.offset + offset, max(0, min(length, self.size - offset)))


@dataclass(frozen=True)
class SpoolReader:
    """What a member unpacked to, in memory or in a temporary file."""

    name: str
    size: int
    file: IO[bytes]

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes, fewer where it ends."""
        self.file.seek(offset)
        return self.file.read(max(0, min(length, self.size - offset)))


@contextmanager
def opened(path: str, name: str | None = None) -> Iterator[FileReader]:
    """Open a regular file, following no link.

    Raises:
        StoppedError: it is none, or cannot be opened.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise StoppedError(f"it cannot be opened: {_reason(error)}") from error
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise StoppedError("it is no regular file")
        yield FileReader(name or Path(path).name, found.st_size, descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def unpacked(name: str, pieces: Iterable[bytes], packed: int, report: Report) -> Iterator[SpoolReader]:
    """Unpack a member within the limits of the report.

    Raises:
        StoppedError: it unpacks to more than a limit allows.
    """
    limits = report.limits
    size = 0
    with tempfile.SpooledTemporaryFile(max_size=_SPOOLED) as file:
        for piece in pieces:
            size += len(piece)
            total = report.scratch["unpacked"] = report.scratch.get("unpacked", 0) + len(piece)
            if size > 1 << 20 and size > limits.ratio * max(packed, 1):
                raise StoppedError(f"{name} unpacks to more than {limits.ratio} times its size")
            if total > limits.unpacked:
                raise StoppedError(f"its members unpack to more than {limits.unpacked >> 20:,} MiB")
            report.check_time()
            file.write(piece)
        yield SpoolReader(name, size, file)


class _File(io.RawIOBase):
    """A reader as a file object, for libraries that want one."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._reader.read(self._at, len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = max(0, offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._reader.size}[whence])
        return self._at

    def tell(self) -> int:
        return self._at


def as_file(reader: Reader) -> io.BufferedReader:
    """Return a reader as a file object."""
    return io.BufferedReader(_File(reader), 1 << 16)


def chunks(reader: Reader, size: int = CHUNK) -> Iterator[bytes]:
    """Yield all bytes of a reader in order.

    Raises:
        StoppedError: it ends before its size.
    """
    offset = 0
    while offset < reader.size:
        data = reader.read(offset, size)
        if not data:
            raise StoppedError(f"it ends at byte {offset:,} of {reader.size:,}")
        yield data
        offset += len(data)


def first_byte(reader: Reader) -> int | None:
    """Return the offset of the first byte that is not zero."""
    offset = 0
    for data in chunks(reader):
        if rest := data.lstrip(b"\0"):
            return offset + len(data) - len(rest)
        offset += len(data)
    return None


def refilled(reader: Reader, size: int = CHUNK) -> Iterator[memoryview]:
    """Yield all bytes of a reader in order; those of a file in one piece of memory, which the next ones overwrite.

    Raises:
        StoppedError: it ends before its size, or cannot be read.
    """
    if not isinstance(reader, FileReader):
        yield from (memoryview(data) for data in chunks(reader, size))
        return
    with memoryview(bytearray(min(size, reader.size))) as piece:
        offset = 0
        while offset < reader.size:
            try:
                count = os.preadv(reader.descriptor, [piece[: reader.size - offset]], offset)
            except OSError as error:
                raise StoppedError(f"it cannot be read: {_reason(error)}") from error
            if not count:
                raise StoppedError(f"it ends at byte {offset:,} of {reader.size:,}")
            yield piece[:count]
            offset += count


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
