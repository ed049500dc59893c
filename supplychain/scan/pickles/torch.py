"""Files of PyTorch: a zip whose `data.pkl` names storages, each a member of raw values (torch/serialization.py).

A checkpoint of torch.distributed is several of them in one file (torch/distributed/checkpoint/filesystem.py).
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from supplychain.scan.interface import Reader, Report, StoppedError
from supplychain.scan.pickles.machine import Machine, Name
from supplychain.scan.source import PartReader

STORED = re.compile(r"[0-9]+(\.storage)?")
"""What the members are called that hold the storages of TorchScript."""
_END = struct.Struct("<4sHHHHIIH")
"""APPNOTE, 4.3.16."""
_LOCATOR = struct.Struct("<4sIQI")
"""APPNOTE, 4.3.15."""
_END64 = struct.Struct("<4sQHHIIQQQQ")
"""APPNOTE, 4.3.14."""

_TYPES = {
    "DoubleStorage": ("F64", 8),
    "FloatStorage": ("F32", 4),
    "HalfStorage": ("F16", 2),
    "BFloat16Storage": ("BF16", 2),
    "LongStorage": ("I64", 8),
    "IntStorage": ("I32", 4),
    "ShortStorage": ("I16", 2),
    "CharStorage": ("I8", 1),
    "ByteStorage": ("U8", 1),
    "BoolStorage": ("BOOL", 1),
    "ComplexFloatStorage": ("C64", 8),
    "ComplexDoubleStorage": ("C128", 16),
    "QInt8Storage": ("I8", 1),
    "QUInt8Storage": ("U8", 1),
    "QInt32Storage": ("I32", 4),
    "QUInt4x2Storage": ("U8", 1),
    "QUInt2x4Storage": ("U8", 1),
    "UntypedStorage": ("U8", 1),
}
"""Types of values by their class, as safetensors spells them, with the bytes of one."""


@dataclass(frozen=True)
class Storage:
    """Raw values that a file speaks of."""

    dtype: str
    count: int
    size: int
    """Bytes."""


def storages(described: Reader, report: Report) -> dict[str, Storage]:
    """Return the storages that a `data.pkl` speaks of, by key; none where it is not as PyTorch writes it."""
    found: dict[str, Storage] = {}

    def named(identity: object) -> None:
        if (known := storage(identity)) is not None:
            found[known[0]] = known[1]

    try:
        Machine(named=named).run(described, 0, report)
    except StoppedError:
        return {}
    return found


def storage(identity: object) -> tuple[str, Storage] | None:
    """Return the key and the storage that a persistent id of PyTorch names; None where it is none."""
    if not isinstance(identity, tuple) or len(identity) < 5 or identity[0] != "storage":
        return None
    _, kind, key, _, count = identity[:5]
    named = _TYPES.get(kind.name) if isinstance(kind, Name) and kind.module.partition(".")[0] == "torch" else None
    if named is None or not isinstance(key, str) or not isinstance(count, int) or count < 0:
        return None
    return key, Storage(named[0], count, count * named[1])


@dataclass(frozen=True)
class _Ending:
    """What the end of a zip archive says, as offsets in the archive."""

    begin: int
    """Where the archive begins in the file."""
    directory: int
    record: int
    """Where its end is told in 64 bits; 0: nowhere."""


def joined(reader: Reader, report: Report) -> list[PartReader]:
    """Return the archives that a file is, where it is two or more one after another without a byte between them; else none.

    Each has to end without a comment, and the last one's places, counted from the beginning of the file, must lead to nothing
    or to the first one's: a reader that does not look for where an archive begins would see other members there.

    Raises:
        StoppedError: there are more of them than members may be.
    """
    found: list[PartReader] = []
    first = last = None
    end = reader.size
    while end:
        report.check_time()
        first = _ending(reader, end)
        if first is None or reader.read(first.begin, 4) != b"PK\x03\x04":
            return []
        if len(found) >= report.limits.members:
            raise StoppedError(f"it is more than {report.limits.members:,} archives")
        last = last or first
        found.append(PartReader(f"archive at byte {first.begin:,}", reader, first.begin, end - first.begin))
        end = first.begin
    if first is None or last is None or len(found) < 2:
        return []
    elsewhere = (
        reader.read(last.directory, 4) == b"PK\x01\x02" and last.directory != first.directory,
        reader.read(last.record, 4) == b"PK\x06\x06" and last.record != first.record,
    )
    return [] if any(elsewhere) else found[::-1]


def _ending(reader: Reader, end: int) -> _Ending | None:
    """Return what an archive says that ends at an offset; None where it is not as every reader would take it."""
    at = end - _END.size
    if at < 0:
        return None
    magic, disk, of, here, entries, size, directory, comment = _END.unpack(reader.read(at, _END.size))
    if magic != b"PK\x05\x06" or disk or of or here != entries or comment:
        return None
    locator = reader.read(at - _LOCATOR.size, _LOCATOR.size) if at >= _LOCATOR.size else b""
    if not locator.startswith(b"PK\x06\x07"):
        begin = at - size - directory
        return _Ending(begin, directory, 0) if begin >= 0 else None
    _, on, record, disks = _LOCATOR.unpack(locator)
    at -= _LOCATOR.size + _END64.size
    if at < 0 or on or disks != 1:
        return None
    magic, length, _, _, disk, of, here, whole, wide, place = _END64.unpack(reader.read(at, _END64.size))
    agree = entries in (whole, 0xFFFF) and size in (wide, 0xFFFFFFFF) and directory in (place, 0xFFFFFFFF)
    begin = at - wide - place
    if magic != b"PK\x06\x06" or length != 44 or disk or of or here != whole or not agree or begin < 0:
        return None
    return _Ending(begin, place, record) if begin + record == at else None
