"""The index of a checkpoint of TensorFlow, which lies beside its data: a table of tensors with their types, shapes and places.

Form: tensorflow/core/lib/io/table_format.txt (a table of LevelDB), core/protobuf/tensor_bundle.proto and
core/util/tensor_bundle/naming.h, by which the data of `NAME.index` lie in `NAME.data-00000-of-00001`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from supplychain.scan.described import Described
from supplychain.scan.interface import Reader, Report, StoppedError, Tensor
from supplychain.scan.protobuf import Message, varint
from supplychain.scan.source import BytesReader

NAME = "TensorFlow bundle"
KIND = NAME
_MAGIC = (0xDB4775248B80FB57).to_bytes(8, "little")
_FOOTER, _TRAILER = 48, 5
_TYPES = {
    1: ("F32", 32), 2: ("F64", 64), 3: ("I32", 32), 4: ("U8", 8), 5: ("I16", 16), 6: ("I8", 8), 8: ("C64", 64),
    9: ("I64", 64), 10: ("BOOL", 8), 11: ("I8", 8), 12: ("U8", 8), 13: ("I32", 32), 14: ("BF16", 16), 15: ("I16", 16),
    16: ("U16", 16), 17: ("U16", 16), 18: ("C128", 128), 19: ("F16", 16), 22: ("U32", 32), 23: ("U64", 64),
    24: ("F8_E5M2", 8), 25: ("F8_E4M3", 8),
}  # fmt: skip
"""DataType of types.proto: how safetensors spells it, and the bits of one value."""
_STRING = 7
_DTYPE, _SHAPE, _SHARD, _OFFSET, _SIZE, _SLICES = 1, 2, 3, 4, 5, 7
_MOST = 500_000
_MOST_SHARDS, _MOST_DIMENSIONS, _LONGEST_KEY = 100_000, 254, 1 << 16


def matches(reader: Reader) -> bool:
    """Whether it is a table that ends as one does and begins with the header of a bundle, which has no name."""
    if reader.size <= _FOOTER or reader.read(reader.size - 8, 8) != _MAGIC:
        return False
    head = reader.read(0, 2)
    return head == b"\0\0"


def scan(reader: Reader, report: Report) -> None:
    """Read every entry; every byte belongs to a block, and all are searched as any others are."""
    _entries(reader, report)
    report.holds(Tensor("blocks", "bytes", (), 0, reader.size, weights=False))
    report.covered(NAME, reader.size)


def describes(reader: Reader, name: str, report: Report) -> dict[str, list[Described]]:
    """Return the tensors of each file of data, by its name.

    Raises:
        StoppedError: it cannot be read, or holds a tensor of a type that is not known.
    """
    entries = _entries(reader, report)
    if not name.endswith(".index"):
        return {}
    header = _numbers(entries.pop(b"", b""))
    shards = header.get(1, 0)
    if header.get(2, 0) or not 0 < shards <= _MOST_SHARDS:
        raise StoppedError("its values lie with the high byte first, or in no file")
    found: dict[str, list[Described]] = {}
    for key, value in entries.items():
        numbers = _numbers(value)
        if _SLICES in numbers and not numbers.get(_SIZE, 0):
            continue  # its parts are entries of their own
        if numbers.get(_SHARD, 0) >= shards:
            raise StoppedError("a tensor of it lies in a file that it does not have")
        file = f"{name.removesuffix('.index')}.data-{numbers.get(_SHARD, 0):05d}-of-{shards:05d}"
        found.setdefault(file, []).append(_described(key.decode("utf-8", "replace")[:200], numbers, value))
    return found


def _described(name: str, numbers: dict[int, int], value: bytes) -> Described:
    offset, size, kind = numbers.get(_OFFSET, 0), numbers.get(_SIZE, 0), numbers.get(_DTYPE, 0)
    if kind == _STRING:  # texts, whose lengths stand before them
        return Described(Tensor(name, "text", (), offset, size, weights=False))
    if kind not in _TYPES:
        raise StoppedError(f"tensor {name} is of a type {kind} that is not known")
    dtype, bits = _TYPES[kind]
    shape = _shape(value)
    return Described(Tensor(name, dtype, shape, offset, math.prod(shape) * bits // 8), size)


def _numbers(value: bytes) -> dict[int, int]:
    """Return the fields of a message that are numbers; of others, that they are there."""
    fields = Message(BytesReader("", value), 0, len(value)).fields()
    return {number: found if isinstance(found, int) else 1 for number, found in fields}


def _shape(value: bytes) -> tuple[int, ...]:
    shape: list[int] = []
    for number, found in Message(BytesReader("", value), 0, len(value)).fields():
        if number == _SHAPE and isinstance(found, Message):
            for inner, part in found.fields():
                if inner == 2 and isinstance(part, Message):
                    shape.append(next((size for key, size in part.fields() if key == 1 and isinstance(size, int)), 0))
    if len(shape) > _MOST_DIMENSIONS:
        raise StoppedError("a shape of it has too many dimensions")
    return tuple(shape)


def _entries(reader: Reader, report: Report) -> dict[bytes, bytes]:
    """Return what stands under each key.

    Raises:
        StoppedError: it is no table, or has bytes that belong to no block.
    """
    if reader.size > report.limits.header:
        raise StoppedError(f"its {reader.size:,} bytes are more than what is read")
    data = reader.read(0, reader.size)
    begin = len(data) - _FOOTER
    (meta, at), (index, _) = _handle(data, begin), _handle(data, _handle(data, begin)[1])
    if at > len(data) - 8:
        raise StoppedError("its footer is not as a table's")
    list(_block(data, meta, report))
    found: dict[bytes, bytes] = {}
    places = {meta, index}
    for _, value in _block(data, index, report):
        place, _ = _handle(value, 0)
        if place in places:
            raise StoppedError("a block of it is named twice")
        places.add(place)
        for key, entry in _block(data, place, report):
            if found.setdefault(key, entry) is not entry or len(found) > _MOST:
                raise StoppedError("a key of it stands there twice, or it has too many")
    at = 0
    for offset, size in sorted(places):
        if offset != at:
            raise StoppedError(f"bytes of it belong to no block, at byte {at:,}")
        at = offset + size + _TRAILER
    if at != begin:
        raise StoppedError(f"bytes of it belong to no block, at byte {at:,}")
    return found


def _handle(data: bytes, at: int) -> tuple[tuple[int, int], int]:
    """Return the place and size of a block, and where what names it ends."""
    offset, at = varint(data, at, 0, len(data))
    size, at = varint(data, at, 0, len(data))
    return (offset, size), at


def _block(data: bytes, place: tuple[int, int], report: Report) -> Iterator[tuple[bytes, bytes]]:
    """Yield key and value of each entry of a block; a key leaves out what it begins with as the one before it does."""
    offset, size = place
    if offset + size + _TRAILER > len(data) or size < 4 or data[offset + size]:
        raise StoppedError("a block of it ends beyond it, or is packed")
    block = data[offset : offset + size]
    end = len(block) - 4 - 4 * int.from_bytes(block[-4:], "little")
    key, at = b"", 0
    while at < end:
        report.check_time()
        shared, at = varint(block, at, 0, end)
        more, at = varint(block, at, 0, end)
        length, at = varint(block, at, 0, end)
        if shared > len(key) or at + more + length > end or shared + more > _LONGEST_KEY:
            raise StoppedError("an entry of it ends beyond its block")
        key = key[:shared] + block[at : at + more]
        yield key, block[at + more : at + more + length]
        at += more + length
    if at != end:
        raise StoppedError("a block of it has no end")
