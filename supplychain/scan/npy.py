"""Arrays of NumPy, `.npy`; a `.npz` is a zip of them. One of objects holds a pickle (numpy/lib/format.py)."""

from __future__ import annotations

import ast
import math
import re
from typing import Any

from supplychain.scan.interface import Reader, Report, StoppedError, Tensor
from supplychain.scan.source import PartReader

NAME = "npy"
_MAGIC = b"\x93NUMPY"
_LONGEST = 1 << 20
_VALUES = re.compile(r"[<>|=]?[?biufcSaUVmM]\d*(\[\d*\w+\])?")
"""Types whose values are no objects; what NumPy takes for a type and is written otherwise may be one."""
_SIZED = re.compile(r"[<>|=]?([biufcSaUVmM])(\d+)(?:\[\d*\w+\])?")
_TYPES = {"<f8": "F64", "<f4": "F32", "<f2": "F16"}
"""Types whose values are looked at."""


def matches(reader: Reader) -> bool:
    """Whether it is an array of NumPy."""
    return reader.read(0, len(_MAGIC)) == _MAGIC


def scan(reader: Reader, report: Report) -> None:
    """Scan the pickle of an array of objects; the values of any other one are no code."""
    major = reader.read(6, 1)
    width = 2 if major == b"\x01" else 4
    length = int.from_bytes(reader.read(8, width), "little")
    if major not in (b"\x01", b"\x02", b"\x03") or length > min(_LONGEST, report.limits.header):
        raise StoppedError("its header is not as NumPy writes it")
    start = 8 + width + length
    text = reader.read(8 + width, length).decode("utf-8" if major == b"\x03" else "latin-1", "replace")
    try:
        header = ast.literal_eval(text.strip())
        has_objects = _holds_objects(header["descr"], 0)
    except (ValueError, SyntaxError, KeyError, TypeError, IndexError, MemoryError, RecursionError) as error:
        raise StoppedError("its header is not as NumPy writes it") from error
    if has_objects:
        report.enter(PartReader("objects", reader, start, max(0, reader.size - start)))
    else:
        _check_size(header, reader.size - start)
        kind = header["descr"] if isinstance(header["descr"], str) else "records"
        if reader.size > start:
            report.holds(Tensor("values", _TYPES.get(kind, kind), (), start, reader.size - start, weights=False))
    report.covered(NAME, reader.size)


def _check_size(header: dict[str, Any], size: int) -> None:
    """Hold the bytes after a header against its shape, where the type has a size of its own.

    Raises:
        StoppedError: there are fewer.
    """
    match = _SIZED.fullmatch(header["descr"]) if isinstance(header["descr"], str) else None
    shape = header.get("shape")
    if not isinstance(shape, tuple) or not all(type(count) is int and count >= 0 for count in shape):
        raise StoppedError("its header gives no shape")
    if match and math.prod(shape) * int(match[2]) * (4 if match[1] == "U" else 1) > size:
        raise StoppedError("it ends before its values do")


def _holds_objects(kind: Any, depth: int) -> bool:
    """Whether values of a type are objects, or hold some: a type, one with a shape, or fields with their types."""
    if isinstance(kind, str):
        return _VALUES.fullmatch(kind) is None
    if depth > 20:
        return True
    if isinstance(kind, tuple):
        return _holds_objects(kind[0], depth + 1)
    return not isinstance(kind, list) or any(_holds_objects(field[1], depth + 1) for field in kind)
