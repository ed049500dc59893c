"""One file at a time, as it may come from anywhere: no link is followed, nothing but a regular file is read, in bounds."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

DIGEST_LIMIT = 256_000_000
"""Bytes of a file that are digested."""


class NotParsedError(Exception):
    """A file that is not as its format asks; the message says what is wrong, and `line` where, if that is known."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        """Say why, and where."""
        super().__init__(reason)
        self.line = line


class NotReadError(Exception):
    """A file that could not be read; the message says why."""


def read_bounded(path: Path, limit: int) -> bytes:
    """Return at most `limit` bytes of a file.

    Raises:
        NotReadError: it is no regular file, or cannot be opened.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise NotReadError("it is no longer a regular file")
            return stream.read(limit)
    except OSError as error:
        raise NotReadError(f"it cannot be opened: {error.strerror}") from error


def digests(path: Path) -> tuple[str, bytes]:
    """Return a file's SHA-256 and the id that git gives its content, from one read.

    Raises:
        NotReadError: it is no regular file, too large, or cannot be opened.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise NotReadError("it is no longer a regular file")
            content = hashlib.sha256()
            blob = hashlib.sha1(b"blob %d\0" % status.st_size, usedforsecurity=False)
            length = 0
            while chunk := stream.read(1 << 20):
                length += len(chunk)
                if length > DIGEST_LIMIT:
                    raise NotReadError(f"it grew beyond {DIGEST_LIMIT:,} bytes while it was read")
                content.update(chunk)
                blob.update(chunk)
            return content.hexdigest(), blob.hexdigest().encode("ascii")
    except OSError as error:
        raise NotReadError(f"it cannot be opened: {error.strerror}") from error
