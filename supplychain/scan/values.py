"""What has to see every byte of weights: the values themselves, and what may hide in them."""

from __future__ import annotations

from importlib.util import find_spec

from supplychain.scan.interface import Consumer, Reader, Report
from supplychain.scan.spans import in_order


def consumers(reader: Reader, report: Report) -> list[Consumer]:
    """Return what looks at the tensors that were found in an artifact; none where there are none.

    Without NumPy, which the extra [scan] brings, the report is told that nothing could look.
    """
    if not report.tensors:
        return []
    if find_spec("numpy") is None:
        report.lacking("values", "NumPy is not installed; the extra [scan] brings it")
        return []
    from supplychain.scan.carving import Carving
    from supplychain.scan.numbers import Numbers

    tensors, apart = in_order(report.tensors)
    if apart:
        report.stopped("values", f"{len(apart):,} tensors lie over others, the first of them is {apart[0].name}")
    named = [tensor for tensor in report.tensors if tensor.weights]
    looking: list[Consumer] = [Carving(reader, tensors)]
    if named:
        looking.insert(0, Numbers(reader, [tensor for tensor in tensors if tensor.weights], named))
    return looking
