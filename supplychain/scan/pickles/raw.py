"""Pickles by themselves: one stream or several, and the old files of PyTorch, in which five streams stand before the weights."""

from __future__ import annotations

import re

from supplychain import catalog
from supplychain.scan.interface import Limits, Reader, Report
from supplychain.scan.pickles import joblib
from supplychain.scan.pickles.judging import NAME, judge
from supplychain.scan.pickles.stream import Stream, read
from supplychain.scan.source import PartReader

__all__ = ["NAME", "matches", "scan"]

_PROTOCOL = 0x80
_NEWEST = 5
_OLD_TORCH = bytes.fromhex("8a0a6cfc9c46f9206aa85019")
"""The magic number of torch.save before 1.6, as the first stream holds it (torch/serialization.py, MAGIC_NUMBER)."""
_OLD_STREAMS = 5
"""Magic number, protocol, system, object, keys of the storages."""
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_GUESS = 1 << 20
"""Bytes within which a stream without a protocol has to show what it is."""


def matches(reader: Reader) -> bool:
    """Whether a pickle begins here: by its protocol, or, in the old protocols, because it reads as one.

    A stream that breaks off counts where it imports something before: a loader would have executed that.
    """
    head = reader.read(0, 2)
    if len(head) == 2 and head[0] == _PROTOCOL:
        return head[1] <= _NEWEST
    part = PartReader(reader.name, reader, 0, min(reader.size, _GUESS))
    stream = read(part, 0, Report(Limits()))
    names = all(_IDENTIFIER.fullmatch(found.module) and _IDENTIFIER.fullmatch(found.name) for found in stream.imports)
    if stream.problem:
        judged = (catalog.pickle_globals().judge(found.module, found.name).verdict for found in stream.imports)
        return names and "malicious" in judged
    return names and (stream.end == reader.size or bool(stream.imports))


def scan(reader: Reader, report: Report) -> None:
    """Tell of what every stream imports, one after the other."""
    is_old_torch = reader.read(2, len(_OLD_TORCH)) == _OLD_TORCH
    offset, count = 0, 0
    while offset < reader.size and not (is_old_torch and count == _OLD_STREAMS):
        if count and reader.read(offset, 1) != bytes([_PROTOCOL]):
            break
        stream = read(reader, offset, report)
        if joblib.is_written_by(stream):
            stream = joblib.read(reader, offset, report)
        judge(stream, report)
        if stream.problem:
            _broken(stream, report)
            return
        offset, count = stream.end, count + 1
    if offset < reader.size and not is_old_torch:
        _trailing(reader, offset, report)
    report.covered(NAME, reader.size if is_old_torch else offset)


def _broken(stream: Stream, report: Report) -> None:
    report.saw(NAME, "pickle-broken", stream.problem)
    report.stopped(NAME, stream.problem)


def _trailing(reader: Reader, offset: int, report: Report) -> None:
    """Tell of bytes after the last stream, unless they only fill the file up."""
    if reader.read(offset, 1 << 20).strip(b"\0"):
        report.saw(NAME, "pickle-trailing", f"{reader.size - offset:,} bytes follow its end", f"byte {offset:,}")
