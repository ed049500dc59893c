"""Which tensors a model of ONNX keeps in files beside it: `external_data`, with location, offset and length (onnx.proto)."""

from __future__ import annotations

import math
import posixpath

from supplychain.scan import onnx
from supplychain.scan.described import Described
from supplychain.scan.interface import Reader, Report, StoppedError, Tensor
from supplychain.scan.protobuf import Message

KIND = onnx.NAME
_TYPES = {
    1: ("F32", 32), 2: ("U8", 8), 3: ("I8", 8), 4: ("U16", 16), 5: ("I16", 16), 6: ("I32", 32), 7: ("I64", 64),
    9: ("BOOL", 8), 10: ("F16", 16), 11: ("F64", 64), 12: ("U32", 32), 13: ("U64", 64), 14: ("C64", 64), 15: ("C128", 128),
    16: ("BF16", 16), 17: ("F8_E4M3", 8), 18: ("F8_E4M3", 8), 19: ("F8_E5M2", 8), 20: ("F8_E5M2", 8), 21: ("U4", 4),
    22: ("I4", 4), 23: ("F4", 4), 24: ("F8_E8M0", 8), 25: ("U2", 2), 26: ("I2", 2),
}  # fmt: skip
"""TensorProto.DataType: how safetensors spells it, and the bits of one value."""
_DIMS, _TYPE, _NAME, _EXTERNAL, _LOCATION = 1, 2, 8, 13, 14
_MOST_DIMENSIONS = 64
_LONGEST = 19
"""Digits of a place."""

matches = onnx.matches


def describes(reader: Reader, _: str, report: Report) -> dict[str, list[Described]]:
    """Return the tensors that lie in other files of the model's folder, by the name of the file.

    Raises:
        StoppedError: it cannot be read, or a tensor has no type, shape or place that is known.
    """
    walk = _Data(report)
    walk.model(reader)
    return walk.found


class _Data(onnx.Walk):
    """A walk that looks for tensors in other files alone."""

    def __init__(self, report: Report) -> None:
        super().__init__(report)
        self.found: dict[str, list[Described]] = {}

    def tensor(self, tensor: Message) -> None:
        name, kind, external = "", 0, False
        shape: list[int] = []
        said: dict[str, str] = {}
        for number, value in tensor.fields():
            if isinstance(value, int):
                kind = value if number == _TYPE else kind
                external = external or (number == _LOCATION and value == 1)
                if number == _DIMS:
                    shape.append(value)
            elif number == _DIMS:
                shape += value.numbers(_MOST_DIMENSIONS)
            elif number == _NAME:
                name = value.text()
            elif number == _EXTERNAL:
                entry = {inner: part.text() for inner, part in value.fields() if isinstance(part, Message)}
                said[entry.get(1, "")] = entry.get(2, "")
        if external:
            self._lies(name, kind, shape, said)

    def _lies(self, name: str, kind: int, shape: list[int], said: dict[str, str]) -> None:
        file = posixpath.normpath(said.get("location", ""))
        if posixpath.basename(file) != file:
            return  # of another folder
        dtype, bits = _TYPES.get(kind, ("", 0))
        if not bits or len(shape) > _MOST_DIMENSIONS:
            raise StoppedError(f"tensor {name} has no type or shape that is known")
        length = -(-math.prod(shape) * bits // 8)
        tensor = Tensor(name, dtype, tuple(shape), _number(said.get("offset", "0")), length, length > onnx.CONSTANT)
        stated = _number(said["length"]) if "length" in said else None
        self.found.setdefault(file, []).append(Described(tensor, stated))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > _LONGEST:
        raise StoppedError(f"{text[:40]!r} is no place in a file")
    return int(text)
