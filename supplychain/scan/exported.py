"""Which tensors an archive of torch.export (`.pt2`) keeps as raw values: a JSON beside them says so.

Form: torch/_export/serde/schema.py, PayloadConfig, PayloadMeta and TensorMeta; a file holds the whole storage of its tensors,
which may share it.
"""

from __future__ import annotations

import json
from typing import Any

from supplychain.scan.described import Described
from supplychain.scan.interface import Reader, Report, StoppedError, Tensor

KIND = "torch.export"
_TYPES = {
    1: ("U8", 8), 2: ("I8", 8), 3: ("I16", 16), 4: ("I32", 32), 5: ("I64", 64), 6: ("F16", 16), 7: ("F32", 32),
    8: ("F64", 64), 9: ("C32", 32), 10: ("C64", 64), 11: ("C128", 128), 12: ("BOOL", 8), 13: ("BF16", 16),
    28: ("U16", 16), 29: ("F8_E4M3", 8), 30: ("F8_E5M2", 8), 31: ("F8_E4M3", 8), 32: ("F8_E5M2", 8), 33: ("F8_E8M0", 8),
    34: ("U32", 32), 35: ("U64", 64),
}  # fmt: skip
"""ScalarType: how safetensors spells it, and the bits of one value."""
_STRIDED = 7
_MOST_DIMENSIONS = 64
_LARGEST = 1 << 40


def matches(reader: Reader) -> bool:
    """Whether it begins as such a JSON does."""
    return reader.read(0, 64).replace(b" ", b"").startswith(b'{"config":{')


def describes(reader: Reader, _: str, report: Report) -> dict[str, list[Described]]:
    """Return the storage of raw values in each file beside it; those that are pickled are left to their own layer.

    Raises:
        StoppedError: it cannot be read, or a tensor has no type, shape or place that is known.
    """
    if reader.size > report.limits.header:
        raise StoppedError(f"its {reader.size:,} bytes are more than what is read")
    try:
        entries = json.loads(reader.read(0, reader.size))["config"]
        raw = [(name, entry) for name, entry in entries.items() if entry["use_pickle"] is False]
        pieces = [(str(entry["path_name"]), _tensor(name, entry["tensor_meta"])) for name, entry in raw]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StoppedError("it does not say what lies beside it") from error
    found: dict[str, Tensor] = {}
    for file, tensor in sorted(pieces, key=lambda piece: piece[1].offset):
        found[file] = _both(found[file], tensor) if file in found else tensor
    return {file: [Described(tensor)] for file, tensor in found.items()}


def _tensor(name: str, meta: dict[str, Any]) -> Tensor:
    """Return the part of a storage that a tensor spans."""
    shape, stride = ([_count(one) for one in meta[key]] for key in ("sizes", "strides"))
    if meta["layout"] != _STRIDED or len(shape) > _MOST_DIMENSIONS:
        raise ValueError("no plain tensor")
    dtype, bits = _TYPES[meta["dtype"]]
    last = sum((count - 1) * step for count, step in zip(shape, stride, strict=True))
    count = 0 if 0 in shape else last + 1
    width = bits // 8
    return Tensor(name[:200], dtype, tuple(shape), _count(meta["storage_offset"]) * width, count * width)


def _count(said: dict[str, Any]) -> int:
    count = said["as_int"]
    if type(count) is not int or not 0 <= count < _LARGEST:
        raise ValueError("no count")
    return count


def _both(one: Tensor, two: Tensor) -> Tensor:
    """Return what two tensors of one storage span together, the first of which begins no later."""
    if two.offset > one.offset + one.length:
        raise StoppedError(f"tensors {one.name} and {two.name} leave a part of their storage out")
    length = max(one.length, two.offset + two.length - one.offset)
    return Tensor(one.name, one.dtype if one.dtype == two.dtype else "U8", (length,), one.offset, length)
