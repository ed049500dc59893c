"""Files of safetensors: a header in JSON, and the values of tensors after it, without gaps.

Form: the README of safetensors; its own reader refuses what is told here, and other readers do not all.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from supplychain.scan.interface import Reader, Report, StoppedError, Tensor

NAME = "safetensors"
BITS = {
    "F64": 64, "I64": 64, "U64": 64, "C64": 64,
    "F32": 32, "I32": 32, "U32": 32,
    "F16": 16, "BF16": 16, "I16": 16, "U16": 16,
    "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "I8": 8, "U8": 8, "BOOL": 8,
    "F6_E2M3": 6, "F6_E3M2": 6, "F4": 4,
}  # fmt: skip
"""Bits of one value, by type."""

RUNS = re.compile(
    r"\b(?:exec|eval|compile|__import__|os\.(?:system|popen|exec\w*)|subprocess\.\w+|base64\.b64decode|pickle\.loads?)\s*\("
    r"|\b(?:curl|wget)\s[^\n]{0,200}https?://|\|\s*(?:ba|z)?sh\b|\brm\s+-[rf]{1,2}\s|\bchmod\s+[0-7+]\S*\s+/"
    r"|<script\b|powershell(?:\.exe)?\s+-|/dev/tcp/",
    re.IGNORECASE,
)
"""Calls of Python and commands of shells that describe no model."""
_SENDS = re.compile(r"callback|webhook|exfil|beacon|payload", re.IGNORECASE)
"""Keys that say where something is to be sent to, or fetched from."""
_MOST_DIMENSIONS = 64


def matches(reader: Reader) -> bool:
    """Whether it is a file of safetensors: a length of its header that fits, and a header that begins as JSON."""
    head = reader.read(0, 9)
    return len(head) == 9 and head[8:] == b"{" and int.from_bytes(head[:8], "little") <= reader.size - 8


def scan(reader: Reader, report: Report) -> None:
    """Tell of a header whose tensors overlap, leave gaps, or do not fit their types; note where each tensor lies."""
    length = int.from_bytes(reader.read(0, 8), "little")
    if length > report.limits.header:
        raise StoppedError(f"its header of {length:,} bytes is longer than what is read")
    header = _header(reader.read(8, length))
    start = 8 + length
    spans: list[tuple[int, int, str]] = []
    for name, entry in header.items():
        if name == "__metadata__":
            _metadata(entry, report)
            continue
        begin, end = _tensor(name, entry, report)
        spans.append((begin, end, name))
        if start + end <= reader.size:
            report.holds(Tensor(name, entry["dtype"], tuple(entry["shape"]), start + begin, end - begin))
    _within(sorted(spans), reader.size - start, report)
    _gaps(sorted(spans), reader.size - start, report)
    report.covered(NAME, start)


def _header(data: bytes) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) < len(pairs):
            raise ValueError("a name stands in it twice")
        return dict(pairs)

    try:
        header = json.loads(data, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise StoppedError(f"its header cannot be read: {error}") from error
    if not isinstance(header, dict):
        raise StoppedError("its header is no object of JSON")
    return header


def _tensor(name: str, entry: Any, report: Report) -> tuple[int, int]:
    """Return where a tensor lies after the header."""
    try:
        if len(entry["shape"]) > _MOST_DIMENSIONS:
            raise ValueError("too many dimensions")
        begin, end = entry["data_offsets"]
        bits = BITS[entry["dtype"]] * math.prod(int(n) for n in entry["shape"])
        whole = all(isinstance(n, int) and n >= 0 for n in (begin, end, *entry["shape"]))
    except (KeyError, TypeError, ValueError) as error:
        raise StoppedError(f"tensor {name} has no type, shape or place that is known") from error
    if not whole or end < begin or (end - begin) * 8 != bits:
        report.saw(NAME, "tensor-out-of-bounds", "its place does not fit its type and shape", name)
        raise StoppedError(f"tensor {name} has no such place")
    return begin, end


def _within(spans: list[tuple[int, int, str]], size: int, report: Report) -> None:
    """Tell of tensors beyond the end: a file that is laid out as it should be was cut short, another one is forged.

    Raises:
        StoppedError: there are some.
    """
    beyond = [name for _, end, name in spans if end > size]
    if not beyond:
        return
    ends = [0, *(end for _, end, _ in spans)]
    if [begin for begin, _, _ in spans] == ends[:-1]:
        says = f"its tensors take {ends[-1]:,} bytes, and {size:,} are there"
        report.saw(NAME, "file-cut-short", says, beyond[0])
        raise StoppedError(f"it is cut short: {says}")
    report.saw(NAME, "tensor-out-of-bounds", "its place is beyond the end of the file", beyond[0])
    raise StoppedError(f"tensor {beyond[0]} is beyond the end of the file")


def _gaps(spans: list[tuple[int, int, str]], size: int, report: Report) -> None:
    at = 0
    for begin, end, name in spans:
        if begin < at:
            report.saw(NAME, "tensors-overlap", "it lies over another one", name)
        elif begin > at:
            report.saw(NAME, "bytes-between-tensors", f"{begin - at:,} bytes before it belong to no tensor", name)
        at = max(at, end)
    if at < size:
        report.saw(NAME, "bytes-between-tensors", f"{size - at:,} bytes after the last tensor belong to none")


def _metadata(entry: Any, report: Report) -> None:
    if not isinstance(entry, dict) or not all(isinstance(value, str) for value in entry.values()):
        report.saw(NAME, "metadata-not-text", "its metadata holds something else than texts")
        return
    for key, value in entry.items():
        if (found := RUNS.search(value)) is not None:
            report.saw(NAME, "metadata-holds-code", f"its metadata holds {found[0][:80]!r}", key[:100])
        elif _SENDS.search(key) and "://" in value:
            report.saw(NAME, "metadata-holds-code", f"its metadata names an address: {value[:80]}", key[:100])
