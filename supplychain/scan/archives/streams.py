"""Compressed streams: gzip, bzip2, xz and zlib, as joblib and tar use them; whatever they hold is scanned."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from supplychain.scan.archives.members import count
from supplychain.scan.interface import Reader, Report, StoppedError
from supplychain.scan.source import CHUNK, chunks, unpacked

NAME = "compressed"
_MADE: dict[bytes, Callable[[], Any]] = {
    b"\x1f\x8b": lambda: zlib.decompressobj(31),
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\0": lzma.LZMADecompressor,
    b"\x5d\0\0": lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=1 << 28),
    b"\x78\x01": zlib.decompressobj,
    b"\x78\x5e": zlib.decompressobj,
    b"\x78\x9c": zlib.decompressobj,
    b"\x78\xda": zlib.decompressobj,
}
_UNREAD = {b"\x04\x22\x4d\x18": "LZ4", b"\x28\xb5\x2f\xfd": "Zstandard"}


def matches(reader: Reader) -> bool:
    """Whether a compressed stream begins here; where two bytes are all that tells it, its begin has to unpack."""
    head = reader.read(0, 512)
    if any(head.startswith(magic) for magic in _UNREAD):
        return True
    made = _of(head)
    return made is not None and _begins(made, head)


def scan(reader: Reader, report: Report) -> None:
    """Scan what it unpacks to, and all streams that follow the first."""
    head = reader.read(0, 8)
    for magic, title in _UNREAD.items():
        if head.startswith(magic):
            report.lacking(NAME, f"{title} is not unpacked by this version")
            return
    count(report)
    made = _of(head)
    assert made is not None  # noqa: S101 - `matches` said so
    with unpacked("unpacked", _pieces(reader, made), reader.size, report) as whole:
        report.covered(NAME, reader.size)
        report.enter(whole)


def _of(head: bytes) -> Callable[[], Any] | None:
    return next((made for magic, made in _MADE.items() if head.startswith(magic)), None)


def _begins(made: Callable[[], Any], head: bytes) -> bool:
    try:
        made().decompress(head)
    except (zlib.error, OSError, lzma.LZMAError, EOFError):
        return False
    return True


def _pieces(reader: Reader, made: Callable[[], Any]) -> Iterator[bytes]:
    """Yield what a stream unpacks to; one more may follow it, as gzip's and bzip2's tools allow."""
    machine, fresh = made(), True
    try:
        for data in chunks(reader, 1 << 20):
            while data:
                if machine.eof:
                    if _of(data[:8]) is None:
                        raise StoppedError("something that is no stream follows the compressed one")
                    machine = made()
                fresh = False
                yield from _fed(machine, data)
                data = machine.unused_data if machine.eof else b""
    except (zlib.error, OSError, lzma.LZMAError, EOFError) as error:
        raise StoppedError(f"it cannot be unpacked: {error}") from error
    if fresh or not machine.eof:
        raise StoppedError("it is cut short")


def _fed(machine: Any, data: bytes) -> Iterator[bytes]:
    """Yield what more bytes unpack to, a bounded piece at a time."""
    yield machine.decompress(data, CHUNK)
    while not machine.eof:
        if getattr(machine, "unconsumed_tail", b""):
            yield machine.decompress(machine.unconsumed_tail, CHUNK)
        elif getattr(machine, "needs_input", True):
            return
        else:
            yield machine.decompress(b"", CHUNK)
