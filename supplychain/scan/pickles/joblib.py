"""Files of joblib: a pickle with the bytes of arrays between its opcodes, each after the wrapper that describes it.

Form: joblib/numpy_pickle.py, NumpyArrayWrapper.read_array. Python's own loader would take an array's bytes for opcodes, so
those are looked at as opcodes too.
"""

from __future__ import annotations

import math
import re

from supplychain.scan.interface import Reader, Report, StoppedError, Tensor
from supplychain.scan.pickles import stream as streams
from supplychain.scan.pickles.judging import NAME, judge
from supplychain.scan.pickles.machine import Machine, Made, Name
from supplychain.scan.pickles.stream import Import, Stream

_WRAPPER = Name("joblib.numpy_pickle", "NumpyArrayWrapper")
_TYPE = re.compile(r"[<>|=]?([A-Za-z])(\d+)")
_WIDE = {"U": 4}
"""Kinds of types whose number counts characters of so many bytes."""
_FLOATS = {"f8": "F64", "f4": "F32", "f2": "F16"}
"""Types whose values are looked at."""
_OBJECT = "O"
_HEAD = 1 << 16
_LOOKED = 16 << 20
_NAME = re.compile(rb"(?:[\x8cUC](?=[\x01-\x7f])(.)|[XTB\x8d\x8e\x96].\0{3}|[VS]['\"]?)(?=([A-Za-z_]\w+))", re.DOTALL)
"""An opcode that pushes a short text or bytes, its length, and letters after it."""


def is_written_by(stream: Stream) -> bool:
    """Whether a stream speaks of arrays that lie between its opcodes."""
    return any((found.module, found.name) == (_WRAPPER.module, _WRAPPER.name) for found in stream.imports)


def read(reader: Reader, start: int, report: Report) -> Stream:
    """Return what a stream with arrays in it imports, and where it ends."""
    found = Stream(start)

    def imported(module: object, name: object) -> None:
        if isinstance(module, str) and isinstance(name, str):
            found.imports.append(Import(module, name, start))
        else:
            found.computed.append(start)

    def array(made: Made, offset: int) -> int:
        length = _array(reader, made, offset, report)
        if length:
            found.passed.append((offset, length))
        if length and machine.frame > offset:  # it would be read from behind the frame
            found.crossed.append(offset)
        return length

    machine = Machine(built=lambda made, offset: array(made, offset), imported=imported)
    try:
        found.end = machine.run(reader, start, report)
    except StoppedError as error:
        found.problem = str(error)
    return found


def _array(reader: Reader, made: Made, offset: int, report: Report) -> int:
    """Return how many bytes of an array follow its wrapper."""
    if made.of != _WRAPPER:
        return 0
    kind, size, dtype = _type(made.state.get("dtype"))
    if kind == _OBJECT:
        nested = streams.read(reader, offset, report)
        judge(nested, report)
        if nested.problem:
            raise StoppedError(nested.problem)
        return nested.end - offset
    shape = made.state.get("shape")
    if not isinstance(shape, tuple) or not all(isinstance(n, int) and n >= 0 for n in shape):
        raise StoppedError("an array has a shape that is not written as joblib does")
    padding = _padding(reader, made, offset, report)
    length = math.prod(shape) * size
    if offset + padding + length > reader.size:
        raise StoppedError("an array ends beyond the file")
    _as_opcodes(reader, offset, report)
    report.holds(Tensor("array", dtype, shape, offset + padding, length, weights=False))
    return padding + length


def _padding(reader: Reader, made: Made, offset: int, report: Report) -> int:
    """Return how many bytes stand before an array: one that counts those that fill up to its alignment."""
    alignment = made.state.get("numpy_array_alignment_bytes")
    if not isinstance(alignment, int):
        return 0
    count = int.from_bytes(reader.read(offset, 1), "little")
    if count > alignment or reader.read(offset + 1, count) != b"\xff" * count:
        report.saw(NAME, "pickle-in-array", "what fills up to an array is not what joblib writes", f"byte {offset:,}")
    return 1 + count


def _as_opcodes(reader: Reader, offset: int, report: Report) -> None:
    """Tell of a stream that hides in an array from loaders of joblib, and that Python's own would execute."""
    quiet = Report(report.limits)
    hidden = streams.read(reader, offset, quiet)
    if hidden.computed and not hidden.imports and not _has_names(reader, offset, hidden.computed[-1]):
        hidden.computed.clear()  # numbers hold the opcode of an import by chance, but no name for it
    judge(hidden, quiet)
    if any(indicator.verdict == "malicious" for indicator in quiet.indicators):
        says = f"read as opcodes, the bytes of an array import: {quiet.indicators[0].says}"
        report.saw(NAME, "pickle-in-array", says, f"byte {offset:,}")


def _has_names(reader: Reader, begin: int, end: int) -> bool:
    """Whether a text that may be a name is put on the stack before an import; too many bytes to look at count as one."""
    return end - begin > _LOOKED or any(
        match[1] is None or len(match[2]) >= match[1][0] for match in _NAME.finditer(reader.read(begin, end - begin))
    )


def _type(dtype: object) -> tuple[str, int, str]:
    """Return the kind of a type of NumPy, the bytes of one value, and what scans call it."""
    arguments = dtype.arguments if isinstance(dtype, Made) and dtype.of == Name("numpy", "dtype") else None
    text = arguments[0] if isinstance(arguments, tuple) and arguments else None
    match = _TYPE.fullmatch(text) if isinstance(text, str) else None
    if match is None or not isinstance(text, str):
        raise StoppedError("an array has a type that is not written as joblib does")
    if match[1] == "V" and isinstance(dtype, Made) and _holds_objects(dtype.state, 0):
        raise StoppedError("an array has records with objects in them, which are not followed")
    return match[1], int(match[2]) * _WIDE.get(match[1], 1), _FLOATS.get(text, text)


def _holds_objects(value: object, depth: int) -> bool:
    if isinstance(value, Made):
        named = (
            isinstance(value.arguments, tuple) and value.arguments[:1] and str(value.arguments[0]).startswith(_OBJECT)
        )
        return bool(named) or _holds_objects(value.state, depth + 1)
    if depth > 20:
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, (tuple, list)) else ()
    return any(_holds_objects(item, depth + 1) for item in inner)
