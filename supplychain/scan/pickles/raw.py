"""Pickles by themselves: one stream or several, and the old files of PyTorch, in which five streams stand before the weights."""

from __future__ import annotations

import re
import time
from itertools import takewhile

from supplychain import catalog
from supplychain.scan import safetensors
from supplychain.scan.interface import Limits, Reader, Report, StoppedError
from supplychain.scan.pickles import inner, joblib, legacy
from supplychain.scan.pickles.judging import NAME, judge
from supplychain.scan.pickles.machine import Machine
from supplychain.scan.pickles.stream import Import, Stream, read
from supplychain.scan.source import PartReader, first_byte

__all__ = ["NAME", "matches", "scan"]

_PROTOCOL = 0x80
_ZIP = (b"PK\3\4", b"PK\5\6")
"""How zip archives begin. As opcodes it is a persistent id, at which every loader but PyTorch's stops, which takes it for a zip."""
_NEWEST = 5
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_ENOUGH = 1 << 20
"""Bytes that nothing but a pickle is read to as opcodes."""
_SECONDS = 60.0
"""What finding out whether it is one may take."""


def matches(reader: Reader) -> bool:
    """Whether a pickle begins here: by its protocol, or, in the old protocols, because it reads as one.

    A stream that breaks off counts where it imports something before: a loader would have executed that.
    """
    head = reader.read(0, 4)
    if head in _ZIP:
        return False
    if len(head) >= 2 and head[0] == _PROTOCOL:
        return head[1] <= _NEWEST and not (safetensors.matches(reader) and _does_nothing(reader))
    stream = read(reader, 0, Report(Limits(), deadline=time.monotonic() + _SECONDS))
    imports = sorted(stream.imports, key=lambda found: found.offset)
    made = list(takewhile(_is_named, imports))  # a loader stops at one that has no name
    if any(catalog.pickle_globals().judge(found.module, found.name).verdict == "malicious" for found in made):
        return True
    if stream.problem:
        return stream.end > _ENOUGH
    if stream.computed and not imports:
        return stream.hidden
    return len(made) == len(imports) and (stream.end == reader.size or bool(imports))


def _does_nothing(reader: Reader) -> bool:
    """Whether a loader of pickles would break off at bytes before it has imported anything."""
    stream = read(reader, 0, Report(Limits(), deadline=time.monotonic() + _SECONDS))
    return bool(stream.problem) and not (stream.imports or stream.computed or stream.persistent)


def _is_named(found: Import) -> bool:
    return bool(_IDENTIFIER.fullmatch(found.module) and _IDENTIFIER.fullmatch(found.name))


def scan(reader: Reader, report: Report) -> None:
    """Tell of what every stream imports, one after the other."""
    is_old_torch = legacy.matches(reader)
    offset = 0
    begins: list[int] = []
    while offset < reader.size and not (is_old_torch and len(begins) == legacy.STREAMS):
        if begins and reader.read(offset, 1) != bytes([_PROTOCOL]):
            break
        stream = read(reader, offset, report)
        if joblib.is_written_by(stream):
            stream = joblib.read(reader, offset, report)
        judge(stream, report)
        _writes(reader, stream, report)
        inner.look(reader, stream, report)
        if stream.problem:
            _broken(stream, report)
            return
        begins.append(offset)
        offset = stream.end
    if len(begins) == legacy.STREAMS and is_old_torch:
        storages, offset = legacy.storages(reader, begins, offset, report)
        for _, tensor in storages:
            report.holds(tensor)
    if offset < reader.size:
        _trailing(reader, offset, report)
    report.covered(NAME, offset)


def _writes(reader: Reader, stream: Stream, report: Report) -> None:
    """Tell of items that are put into tensors, which the loader of PyTorch does without asking (CVE-2026-24747)."""
    if stream.problem or not any(found.module == "torch._utils" for found in stream.imports):
        return
    machine = Machine()
    try:
        machine.run(reader, stream.start, report)
    except StoppedError:
        return
    if machine.written:
        report.saw(NAME, "pickle-writes-into-tensor", "it puts items into a tensor, which no pickler writes")


def _broken(stream: Stream, report: Report) -> None:
    report.saw(NAME, "pickle-broken", stream.problem)
    report.stopped(NAME, stream.problem)


def _trailing(reader: Reader, offset: int, report: Report) -> None:
    """Tell of bytes after the last stream, unless they only fill the file up; and scan what they are."""
    rest = PartReader("what follows its end", reader, offset, reader.size - offset)
    if (begin := first_byte(rest)) is not None:
        offset += begin
        part = PartReader(f"byte {offset:,} and on", reader, offset, reader.size - offset)
        report.saw(NAME, "pickle-trailing", f"{part.size:,} bytes follow its end", f"byte {offset:,}")
        report.enter(part)
