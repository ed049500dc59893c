"""Files of PyTorch: a zip whose `data.pkl` names storages, each a member of raw values (torch/serialization.py)."""

from __future__ import annotations

from dataclasses import dataclass

from supplychain.scan.interface import Reader, Report, StoppedError
from supplychain.scan.pickles.machine import Machine, Name

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
