"""Raw values that say nothing of themselves, by what a file beside them says: which tensors lie where in them.

Models of ONNX keep their tensors in such files (`external_data`), checkpoints of TensorFlow (a bundle's index), and archives
of torch.export (a JSON). A file describes another one by its own content alone; what no description covers has to be zeros.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module

from supplychain.scan.beside import likely
from supplychain.scan.interface import Beside, Reader, Report, StoppedError, Tensor
from supplychain.scan.source import PartReader, first_byte
from supplychain.scan.spans import in_order

NAME = "raw tensors"
_DESCRIBING = ("onnx_data", "bundle", "exported")
"""Modules of this package. Each has KIND, `matches(reader)` and `describes(reader, name, report)`."""


@dataclass(frozen=True)
class Described:
    """A tensor in a file of raw values, its length by its type and shape."""

    tensor: Tensor
    stated: int | None = None
    """The length that the description itself gives."""


Description = dict[str, tuple[str, tuple[Described, ...]]]
"""By the name of a file in the same folder: the kind of its description, and its tensors."""


def scan(reader: Reader, report: Report) -> bool:
    """Look for what describes these bytes and note where their tensors lie; return whether something does.

    Raises:
        StoppedError: a description does not fit the bytes.
    """
    if report.beside is None:
        return False
    report.rests = report.rests or report.beside.apart
    own, known = report.beside.own, report.beside.known
    found: dict[str, tuple[str, tuple[Described, ...]]] = {}
    for name in likely(report.beside.names()):
        report.check_time()
        if name not in known:
            known[name] = _read(report.beside, name, report)
        if (said := known[name].get(own)) is not None:
            found[name] = said
    if not found:
        return False
    for name, (_, pieces) in found.items():
        _check(pieces, name, reader.size, report)
    whole = {
        (one.tensor.offset, one.tensor.length, one.tensor.dtype): one for _, some in found.values() for one in some
    }
    for one in whole.values():
        report.holds(one.tensor)
    kinds = " and ".join(sorted({kind for kind, _ in found.values()}))
    _tell([one.tensor for one in whole.values()], f"{NAME} of {kinds}", reader, report)
    return True


def _read(beside: Beside, name: str, report: Report) -> Description:
    """Return what a file describes; one that cannot be read describes nothing."""
    inner = Report(report.limits, report.deadline)
    try:
        with beside.opened(name) as other:
            for module in (import_module(f"supplychain.scan.{each}") for each in _DESCRIBING):
                if module.matches(other):
                    said: dict[str, list[Described]] = module.describes(other, name, inner)
                    return {file: (module.KIND, tuple(pieces)) for file, pieces in said.items()}
    except StoppedError:
        return {}
    return {}


def _check(pieces: Sequence[Described], name: str, size: int, report: Report) -> None:
    """Hold the places that one description gives against the file.

    Raises:
        StoppedError: one lies beyond its end, or is not as long as its type and shape ask for.
    """
    for one in pieces:
        tensor = one.tensor
        if tensor.offset + tensor.length > size or one.stated not in (None, tensor.length):
            says = f"its place, by {name}, does not fit its type and shape, or the file"
            report.saw(NAME, "tensor-out-of-bounds", says, tensor.name)
            raise StoppedError(f"tensor {tensor.name}, which {name} describes, does not fit the file")
    _, apart = in_order([one.tensor for one in pieces])
    for tensor in apart[:1]:
        report.saw(NAME, "tensors-overlap", f"it lies over another one, by {name}", tensor.name)


def _tell(tensors: Iterable[Tensor], layer: str, reader: Reader, report: Report) -> None:
    """Say how many bytes are described, and stop where others hold something."""
    at = told = left = 0
    for tensor in sorted(tensors, key=lambda one: one.offset):
        left += _held(reader, at, tensor.offset, report)
        told += max(0, tensor.offset + tensor.length - max(at, tensor.offset))
        at = max(at, tensor.offset + tensor.length)
    left += _held(reader, at, reader.size, report)
    report.kind = report.kind or layer
    report.covered(layer, reader.size if not left else told)
    if left:
        report.stopped(NAME, f"{left:,} of its bytes are described by no file beside it and are not zeros")


def _held(reader: Reader, begin: int, end: int, report: Report) -> int:
    """Return how many bytes lie between two tensors; 0 where they are zeros, with which tensors are aligned."""
    report.check_time()
    if end <= begin or first_byte(PartReader("rest", reader, begin, end - begin)) is None:
        return 0
    return end - begin
