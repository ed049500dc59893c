"""Arrays of NumPy, `.npy`; a `.npz` is a zip of them. One of objects holds a pickle (numpy/lib/format.py)."""

from __future__ import annotations

import ast
import struct

from supplychain.scan.interface import Reader, Report, StoppedError
from supplychain.scan.source import PartReader

NAME = "npy"
_MAGIC = b"\x93NUMPY"
_LONGEST = 1 << 20


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
        kind = repr(header["descr"])
    except (ValueError, SyntaxError, KeyError, TypeError, MemoryError, RecursionError, struct.error) as error:
        raise StoppedError("its header is not as NumPy writes it") from error
    if "O" in kind.replace("'", "").replace("|", "").split("[")[0] or "O'" in kind or "|O" in kind:
        report.enter(PartReader("objects", reader, start, max(0, reader.size - start)))
    report.covered(NAME, reader.size)
