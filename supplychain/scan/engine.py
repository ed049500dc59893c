"""The engine: an artifact is opened once; digest, type, layers and values come from that one opening.

scanned = scan("model.pt")
scanned.verdict, scanned.indicators, scanned.coverage
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType

from supplychain.model.scan import Coverage, Indicator, Scanned, Verdict
from supplychain.scan.beside import Files, Folder
from supplychain.scan.formats import applying
from supplychain.scan.interface import Beside, Consumer, Limits, Reader, Report, StoppedError, Tensor
from supplychain.scan.source import FileReader, opened, refilled

DEFAULT = Limits()
_ENTRY = "structure"
"""What reaching a limit is said of, where no layer ran."""
_VALUES = "values"


def scan(path: str, limits: Limits = DEFAULT, name: str | None = None, beside: Files | None = None) -> Scanned:
    """Return what an artifact is and what its layers saw; it never raises because of the artifact.

    `path` leads to a regular file, through no link; `name` is what results call it; `beside` is what lies beside it, where
    that is not its own folder.
    """
    shown = name or path
    try:
        with opened(path, shown) as reader:
            return _scan(reader, limits, beside or Folder(path))
    except StoppedError as error:
        return unscanned(shown, str(error))


def unscanned(name: str, reason: str, size: int = 0) -> Scanned:
    """Return what is said of an artifact of which nothing could be read."""
    return Scanned(
        path=name,
        sha256=None,
        size=size,
        format="unknown",
        verdict="not fully scanned",
        coverage=(Coverage(layer=_ENTRY, state="stopped", reason=reason),),
        problem=reason,
    )


def _scan(reader: FileReader, limits: Limits, beside: Beside) -> Scanned:
    before = reader.identity()
    report = Report(limits, deadline=time.monotonic() + limits.seconds, beside=beside)
    report.values = partial(_values, report=report)
    kinds: list[str] = []
    _look(reader, report, kinds, 0)
    digest = _read(reader, report)
    if reader.identity() != before:
        report.stopped(_ENTRY, "it changed while it was read")
        digest = None
    indicators, coverage = tuple(report.indicators), tuple(report.coverage.values())
    lacking = [entry for entry in coverage if entry.state != "ran"]
    return Scanned(
        path=reader.name,
        sha256=digest,
        size=reader.size,
        format=report.kind or (kinds[0] if kinds else "unknown"),
        verdict=verdict(indicators, coverage),
        indicators=indicators,
        coverage=coverage,
        problem=f"{lacking[0].layer}: {lacking[0].reason}" if lacking else "",
        beside=report.rests,
    )


def verdict(indicators: Sequence[Indicator], coverage: Sequence[Coverage]) -> Verdict:
    """Return the verdict that indicators and coverage give: the worst of them; no coverage is no scan."""
    if any(indicator.verdict == "malicious" for indicator in indicators):
        return "malicious"
    if any(indicator.verdict == "review" for indicator in indicators):
        return "review"
    if not coverage or any(entry.state != "ran" for entry in coverage):
        return "not fully scanned"
    return "safe"


def _look(reader: Reader, report: Report, kinds: list[str], depth: int) -> None:
    """Let every layer that applies look at an artifact, or at a member of one."""
    outer_where, outer_enter, outer_tensors, outer_kind = report.where, report.enter, report.tensors, report.kind
    outer_beside = report.beside
    if depth:
        report.beside, report.members = report.members, None
    report.where = "/".join(filter(None, (outer_where, reader.name))) if depth else ""
    report.enter = partial(_look, report=report, kinds=[], depth=depth + 1)
    report.tensors = []
    try:
        if depth > report.limits.nesting:
            report.stopped(_ENTRY, f"archives lie in one another more than {report.limits.nesting} deep")
            return
        if not reader.size:
            kinds.append("empty")
            report.covered(_ENTRY, 0)
            return
        for layer in _applying(reader, report):
            kinds.append(layer.NAME)
            _run(layer.NAME, partial(layer.scan, reader, report), report)
        if depth and report.tensors:
            _values(reader, report.tensors, report)
    finally:
        report.where, report.enter, report.beside = outer_where, outer_enter, outer_beside
        if depth:
            report.tensors, report.kind = outer_tensors, outer_kind


def _applying(reader: Reader, report: Report) -> tuple[ModuleType, ...]:
    try:
        return applying(reader)
    except StoppedError as error:
        report.stopped(_ENTRY, str(error))
    except Exception as error:  # noqa: BLE001 - hostile bytes: what breaks a layer is not told from what it reads
        report.stopped(_ENTRY, f"its type could not be told: {type(error).__name__}: {error}")
    return ()


def _run(name: str, work: partial[None], report: Report) -> None:
    """Do a part of the work; whatever goes wrong in it makes the scan incomplete, and nothing else."""
    try:
        report.check_time()
        work()
    except StoppedError as error:
        report.stopped(name, str(error))
    except (MemoryError, RecursionError) as error:
        report.stopped(name, f"it needs more than a scan may use ({type(error).__name__})")
    except Exception as error:  # noqa: BLE001 - hostile bytes: a layer that breaks has not looked at them
        report.stopped(name, f"the layer broke: {type(error).__name__}: {error}")


def _read(reader: FileReader, report: Report) -> str | None:
    """Read every byte once, for the digest and for what looks at values; None where they could not all be read."""
    digest = hashlib.sha256()
    try:
        _fed(reader, report, digest.update)
    except StoppedError as error:
        report.stopped(_ENTRY, str(error))
        return None
    return digest.hexdigest()


def _values(reader: Reader, tensors: list[Tensor], report: Report) -> None:
    """Look at the values of tensors of a member, or of ones that were unpacked."""
    outer, report.tensors = report.tensors, tensors
    try:
        _run(_VALUES, partial(_fed, reader, report, lambda _: None), report)
    finally:
        report.tensors = outer


def _fed(reader: Reader, report: Report, also: Callable[[memoryview], object]) -> None:
    """Feed every byte to what looks at values, and to something else.

    Raises:
        StoppedError: they cannot all be read.
    """
    consumers = _consumers(reader, report)
    offset = 0
    for chunk in refilled(reader):
        also(chunk)
        for consumer in list(consumers):
            _feed(consumer, consumers, offset, chunk, report)
        offset += len(chunk)
        report.check_time()
    for consumer in consumers:
        _run(type(consumer).__name__, partial(consumer.finish, report), report)


def _feed(consumer: Consumer, consumers: list[Consumer], offset: int, chunk: memoryview, report: Report) -> None:
    """Feed one consumer; one that breaks is fed no more, and the scan is incomplete."""
    try:
        consumer.update(offset, chunk)
    except Exception as error:  # noqa: BLE001 - as for layers
        consumers.remove(consumer)
        report.stopped(type(consumer).__name__, f"it broke: {type(error).__name__}: {error}")


def _consumers(reader: Reader, report: Report) -> list[Consumer]:
    """Return what has to see every byte of this artifact."""
    from supplychain.scan.values import consumers  # here, since it needs NumPy

    return consumers(reader, report)
