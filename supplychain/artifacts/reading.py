"""One read of a file, in pieces: whoever needs the bytes is fed from the same read.

digests = Digests.begin(("sha256",))
read_once(path, lambda size: [digests(size), scanner.feed], limit=…)
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

from supplychain.files import NotReadError

CHUNK = 1 << 20
"""Bytes of a piece, and with two threads twice that is all the memory that reading takes."""
ALGORITHMS = ("sha256", "sha384", "sha512", "sha1", "md5", "git-sha1")
"""What is computed; `git-sha1` is the id of the git blob with these bytes."""

Consumer = Callable[[memoryview], object]
"""What is handed each piece in turn; a piece is only good until it returns."""


class Digests:
    """Digests of one file, by algorithm."""

    def __init__(self, algorithms: Iterable[str]) -> None:
        """Begin with nothing read."""
        self._algorithms = tuple(algorithms)
        self._begun: dict[str, hashlib._Hash] = {}

    def begin(self, size: int) -> list[Consumer]:
        """Return what has to be fed with a file of this size."""
        self._begun = {name: _new(name, size) for name in self._algorithms}
        return [begun.update for begun in self._begun.values()]

    def values(self) -> dict[str, str]:
        """Return the hex digits of each."""
        return {name: begun.hexdigest() for name, begun in self._begun.items()}


def _new(name: str, size: int) -> hashlib._Hash:
    if name == "git-sha1":
        return hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    return hashlib.new(name, usedforsecurity=False)


def of_bytes(data: bytes, algorithms: Iterable[str]) -> dict[str, str]:
    """Return the digests of what is in memory."""
    digests = Digests(algorithms)
    for feed in digests.begin(len(data)):
        feed(memoryview(data))
    return digests.values()


def read_once(path: Path, begin: Callable[[int], Iterable[Consumer]], *, limit: int) -> os.stat_result:
    """Feed the bytes of a file to the consumers that `begin` gives for its size, and return what the file system says of it.

    Raises:
        NotReadError: it is no regular file, has more than `limit` bytes, changed meanwhile, or cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb", buffering=0) as stream:
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise NotReadError("it is no regular file")
            if before.st_size > limit:
                raise NotReadError(f"it has {before.st_size:,} bytes; {limit:,} are read")
            consumers = tuple(begin(before.st_size))
            left, buffer = before.st_size, memoryview(bytearray(min(CHUNK, before.st_size) or 1))
            while left > 0 and (count := stream.readinto(buffer)):
                left -= count
                for feed in consumers:
                    feed(buffer[:count])
            after = os.fstat(descriptor)
    except OSError as error:
        raise NotReadError(f"it cannot be read: {error.strerror}") from error
    if left or _identity(before) != _identity(after):
        raise NotReadError("it changed while it was read")
    return after


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
