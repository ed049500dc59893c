"""Compressed streams: gzip, bzip2, xz, zlib, Zstandard and LZ4, as joblib and tar use them; whatever they hold is scanned."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
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
_LZ4, _ZSTD = b"\x04\x22\x4d\x18", b"\x28\xb5\x2f\xfd"
_BY_LIBRARY = {
    _LZ4: ("LZ4", ("lz4.frame",), "LZ4FrameDecompressor"),
    _ZSTD: ("Zstandard", ("compression.zstd", "backports.zstd"), "ZstdDecompressor"),
}
"""What a library unpacks: its title, the modules that may be there, and the class in them."""
_SKIPPED = b"\x2a\x4d\x18"
"""Begins, after a byte from 0x50 to 0x5f, a frame that both pass over."""
_BROKEN = (zlib.error, OSError, lzma.LZMAError, EOFError, RuntimeError, ValueError)


def matches(reader: Reader) -> bool:
    """Whether a compressed stream begins here; where two bytes are all that tells it, its begin has to unpack."""
    head = reader.read(0, 512)
    if _library(head):
        return True
    made = _of(head)
    return made is not None and _begins(made, head)


def scan(reader: Reader, report: Report) -> None:
    """Scan what it unpacks to, and all streams that follow the first."""
    head = reader.read(0, 8)
    made = _of(head)
    if made is None:
        report.lacking(NAME, f"what unpacks {_BY_LIBRARY[_library(head)][0]}, of the extra [scan], is not installed")
        return
    count(report)
    problems: list[str] = []
    with unpacked("unpacked", _pieces(reader, made, problems), reader.size, report) as whole:
        report.enter(whole)  # also what came before the place where it breaks: a loader may have taken that
    if problems:
        raise StoppedError(problems[0])
    report.covered(NAME, reader.size)


def unpacker(title: str) -> Callable[[], Any] | None:
    """Return what unpacks a format by a library, by its title; None where that is not installed."""
    _, modules, name = next(entry for entry in _BY_LIBRARY.values() if entry[0] == title)
    for module in modules:
        try:
            found: Callable[[], Any] = getattr(import_module(module), name)
        except ImportError:
            continue
        return found
    return None


def _of(head: bytes) -> Callable[[], Any] | None:
    if library := _library(head):
        return unpacker(_BY_LIBRARY[library][0])
    return next((made for magic, made in _MADE.items() if head.startswith(magic)), None)


def _library(head: bytes) -> bytes:
    """Return the first bytes of the format that a library unpacks; empty where it is none."""
    if head[1:4] == _SKIPPED and 0x50 <= head[0] <= 0x5F:
        return _ZSTD
    return head[:4] if head[:4] in _BY_LIBRARY else b""


def _begins(made: Callable[[], Any], head: bytes) -> bool:
    try:
        made().decompress(head)
    except (zlib.error, OSError, lzma.LZMAError, EOFError):
        return False
    return True


def _pieces(reader: Reader, made: Callable[[], Any], problems: list[str]) -> Iterator[bytes]:
    """Yield what a stream unpacks to, and why it ends where it should not; others may follow it, as their tools allow."""
    machine, fresh = made(), True
    try:
        for data in chunks(reader, 1 << 20):
            while data:
                if machine.eof:
                    if not data.strip(b"\0"):
                        break
                    if _of(data[:8]) is None:
                        problems.append("something that is no stream follows the compressed one")
                        return
                    machine = made()
                fresh = False
                yield from _fed(machine, data)
                data = machine.unused_data if machine.eof else b""
    except StoppedError:
        raise
    except Exception as error:
        if not isinstance(error, _BROKEN) and type(error).__name__ != "ZstdError":
            raise
        problems.append(f"it cannot be unpacked: {error}")
        return
    if fresh or not machine.eof:
        problems.append("it is cut short")


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
