"""The old files of PyTorch: five pickles, then each storage, a number of values before it (torch/serialization.py, _legacy_save)."""

from __future__ import annotations

from collections.abc import Sequence

from supplychain.scan.interface import Reader, Report, StoppedError, Tensor
from supplychain.scan.pickles.machine import Machine
from supplychain.scan.pickles.stream import read
from supplychain.scan.pickles.torch import Storage, storage
from supplychain.scan.source import PartReader

_OBJECT, _KEYS = 3, 4
"""Which of the streams holds the object, and which the keys of its storages, in the order in which these follow."""
STREAMS = 5
_MAGIC = bytes.fromhex("8a0a6cfc9c46f9206aa85019")
"""The magic number of torch.save before 1.6, as the first stream holds it (torch/serialization.py, MAGIC_NUMBER)."""


def matches(reader: Reader) -> bool:
    """Whether it is such a file."""
    return reader.read(2, len(_MAGIC)) == _MAGIC


def begins(reader: Reader, report: Report) -> list[int]:
    """Return where the streams begin, and where the last one ends.

    Raises:
        StoppedError: one of them breaks off.
    """
    found = [0]
    for _ in range(STREAMS):
        stream = read(reader, found[-1], report)
        if stream.problem:
            raise StoppedError(stream.problem)
        found.append(stream.end)
    return found


def described(reader: Reader, streams: Sequence[int]) -> Reader:
    """Return the stream that holds the object."""
    begin = streams[_OBJECT]
    return PartReader("object", reader, begin, streams[_OBJECT + 1] - begin)


def storages(
    reader: Reader, streams: Sequence[int], start: int, report: Report
) -> tuple[list[tuple[str, Tensor]], int]:
    """Return each storage with its key and where it lies, and where the last one ends.

    Raises:
        StoppedError: they are not as PyTorch writes them.
    """
    known: dict[str, Storage] = {}

    def named(identity: object) -> None:
        if (found := storage(identity)) is not None:
            known[found[0]] = found[1]

    Machine(named=named).run(reader, streams[_OBJECT], report)
    machine = Machine()
    machine.run(reader, streams[_KEYS], report)
    keys = machine.stack[-1] if machine.stack else None
    if not isinstance(keys, list) or not all(isinstance(key, str) and key in known for key in keys):
        raise StoppedError("the keys of its storages are not those that its object speaks of")
    found: list[tuple[str, Tensor]] = []
    for key in keys:
        kept = known[key]
        if reader.read(start, 8) != kept.count.to_bytes(8, "little") or start + 8 + kept.size > reader.size:
            raise StoppedError(f"storage {key[:200]} is not as long as its object says")
        found.append((key, Tensor(key, kept.dtype, (kept.count,), start + 8, kept.size)))
        start += 8 + kept.size
    return found, start
