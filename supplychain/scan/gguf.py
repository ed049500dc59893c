"""Files of GGUF: a header of keys and values, places of tensors, and their values (ggml/docs/gguf.md).

A chat template in it is Jinja, which loaders render: it is parsed, never rendered.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Any

from supplychain.scan.interface import Reader, Report, StoppedError, Tensor
from supplychain.scan.templates import check_template

NAME = "GGUF"
_MAGIC = b"GGUF"
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_TEXT, _ARRAY = 8, 9
_MOST = 1_000_000
"""Keys, or tensors."""
_LONGEST = 64 << 20
"""Bytes of a text."""
_DEEPEST = 4
_BLOCKS = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20), 6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34), 9: ("Q8_1", 32, 36), 10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66), 17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110), 22: ("IQ2_S", 256, 82), 23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1), 25: ("I16", 1, 2), 26: ("I32", 1, 4), 27: ("I64", 1, 8), 28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56), 30: ("BF16", 1, 2), 34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66), 39: ("MXFP4", 32, 17),
}  # fmt: skip
"""Types of tensors: name, values of a block, bytes of a block (ggml.c, type_traits)."""


def matches(reader: Reader) -> bool:
    """Whether it is a file of GGUF."""
    return reader.read(0, 4) == _MAGIC


def scan(reader: Reader, report: Report) -> None:
    """Tell of what does not fit the file, and of templates that reach beyond what a template needs."""
    cursor = _Cursor(reader, 4, report)
    version, tensors, keys = cursor.take("<IQQ")
    if version not in (2, 3):
        raise StoppedError(f"its version {version} is not read")
    if keys > _MOST or tensors > _MOST:
        report.saw(NAME, "counts-out-of-bounds", f"it claims {keys:,} keys and {tensors:,} tensors")
        raise StoppedError("it claims more keys or tensors than any model has")
    alignment = 32
    for _ in range(keys):
        key = cursor.text()
        value = cursor.value(cursor.take("<I")[0], 0)
        if key == "general.alignment" and isinstance(value, int) and 0 < value <= 1 << 20:
            alignment = value
        if key.startswith("tokenizer.chat_template") and isinstance(value, str):
            check_template(value, key, report)
    described = [_described(cursor) for _ in range(tensors)]
    start = -(-cursor.at // alignment) * alignment
    for name, kind, shape, offset in described:
        _place(name, kind, shape, start + offset, reader, report)
    report.covered(NAME, cursor.at)


@dataclass
class _Cursor:
    reader: Reader
    at: int
    report: Report

    def take(self, form: str) -> tuple[Any, ...]:
        size = struct.calcsize(form)
        data = self.reader.read(self.at, size)
        if len(data) < size:
            raise StoppedError(f"its header ends at byte {self.at:,}, before it should")
        self.at += size
        return struct.unpack(form, data)

    def text(self) -> str:
        (length,) = self.take("<Q")
        if length > min(_LONGEST, self.reader.size - self.at):
            self.report.saw(NAME, "counts-out-of-bounds", f"a text claims {length:,} bytes", f"byte {self.at:,}")
            raise StoppedError("a text in its header ends beyond what is read")
        data = self.reader.read(self.at, length)
        self.at += length
        return data.decode("utf-8", "replace")

    def value(self, kind: int, depth: int) -> object:
        """Return a value; of an array, only that it was passed over."""
        if kind in _SCALARS:
            return self.take("<" + _SCALARS[kind])[0]
        if kind == _TEXT:
            return self.text()
        if kind != _ARRAY or depth > _DEEPEST:
            raise StoppedError(f"a value in its header is of a type {kind} that is not known, or too deep")
        inner, count = self.take("<IQ")
        if inner in _SCALARS:
            self.at += count * struct.calcsize("<" + _SCALARS[inner])
            if self.at > self.reader.size:
                raise StoppedError("an array in its header ends beyond the file")
            return None
        for number in range(count):
            if number % 4096 == 0:
                self.report.check_time()
            self.value(inner, depth + 1)
        return None


def _described(cursor: _Cursor) -> tuple[str, int, tuple[int, ...], int]:
    name = cursor.text()
    (dimensions,) = cursor.take("<I")
    if dimensions > 8:
        raise StoppedError(f"tensor {name} has {dimensions} dimensions")
    shape = cursor.take(f"<{dimensions}Q")
    kind, offset = cursor.take("<IQ")
    return name, kind, shape, offset


def _place(name: str, kind: int, shape: tuple[int, ...], offset: int, reader: Reader, report: Report) -> None:
    known = _BLOCKS.get(kind)
    if known is None:
        report.stopped(NAME, f"tensor {name} is of type {kind}, which is not known")
        return
    dtype, values, size = known
    length = -(-math.prod(shape) // values) * size
    if offset + length > reader.size:
        report.saw(NAME, "tensor-out-of-bounds", "its place does not fit the file", name)
    else:
        report.holds(Tensor(name, dtype, shape, offset, length))
