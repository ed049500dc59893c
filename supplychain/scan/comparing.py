"""The weights of an artifact held against those of the model that it says it comes from, value by value.

compare("model.safetensors", "base/model.safetensors").state

Tensors belong together by their names, whatever the files hold around all of them (`state_dict.`, `module.`). Two of one type
are compared bit by bit; of two types, every value has to be the base's, as libraries take it to the other type.
"""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from supplychain.scan.engine import DEFAULT
from supplychain.scan.interface import Limits, Report, StoppedError
from supplychain.scan.named import Weight, Weights, weights

State = Literal["identical", "exact cast", "changed", "not compared"]
_SHARD = re.compile(r".*-\d{5}-of-\d{5}\.\w+")
_TOLD = 20
"""Tensors that are named."""
_VALUES = 1 << 20
"""Values of one piece."""
_TIES = 8
"""Tensors that one is held against to see whether it only stands there under another name."""


@dataclass(frozen=True)
class Comparison:
    """What holding an artifact against its base showed."""

    state: State
    tensors: int = 0
    """How many were held against each other."""
    changed: tuple[str, ...] = ()
    """The first tensors that differ, with how many of their values do."""
    missing: tuple[str, ...] = ()
    """The first tensors that one of the two has and the other has not."""
    says: str = ""
    """What was seen, or why nothing was compared, in a line."""


@dataclass
class _Tally:
    cast: Counter[str] = field(default_factory=Counter)
    """Tensors by the types that they were taken from and to."""
    changed: list[str] = field(default_factory=list)
    values: int = 0
    """How many values differ."""
    unknown: list[str] = field(default_factory=list)
    """Tensors of two types between which no cast is known."""


def compare(path: str | Sequence[str], base_path: str | Sequence[str], limits: Limits = DEFAULT) -> Comparison:
    """Return how the weights of an artifact differ from those of its base; it never raises because of either.

    Each is a file, an index of safetensors with its files beside it, or all files of a model. Of a single file that is
    named as one of several, tensors that only the base has are not told: they lie in the others.
    """
    report = Report(limits, deadline=time.monotonic() + limits.seconds)
    paths = [(one,) if isinstance(one, str) else tuple(one) for one in (path, base_path)]
    try:
        with ExitStack() as stack:
            own, base = (
                _opened(stack, which, each, report) for which, each in zip(("", "the base: "), paths, strict=True)
            )
            before = [file.identity() for file in (*own.files, *base.files)]
            found = _compared(own, base, len(paths[0]) == 1 and bool(_SHARD.fullmatch(Path(paths[0][0]).name)), report)
            if [file.identity() for file in (*own.files, *base.files)] != before:
                return Comparison("not compared", says="a file changed while it was read")
            return found
    except StoppedError as error:
        return Comparison("not compared", says=str(error))
    except (MemoryError, RecursionError) as error:
        return Comparison("not compared", says=f"it needs more than a scan may use ({type(error).__name__})")
    except ImportError as error:
        return Comparison("not compared", says=f"{error.name} of the extra [scan] is not installed")
    except Exception as error:  # noqa: BLE001 - hostile bytes: a reader that breaks has not compared them
        return Comparison("not compared", says=f"reading it broke: {type(error).__name__}: {error}")


def _opened(stack: ExitStack, which: str, paths: tuple[str, ...], report: Report) -> Weights:
    try:
        return stack.enter_context(weights(paths, report))
    except StoppedError as error:
        raise StoppedError(f"{which}{error}") from error


def _compared(own: Weights, base: Weights, is_shard: bool, report: Report) -> Comparison:
    ours, theirs = _aligned(own.tensors, base.tensors, report)
    both = [name for name in ours if name in theirs]
    if not both:
        return Comparison("not compared", says="no tensor of the one is called as one of the other")
    tally = _Tally()
    for name in both:
        _hold(name, ours[name], theirs[name], tally, report)
    missing = [f"only in it: {name[:200]}" for name in _alone(ours, theirs, report)]
    if not is_shard:
        missing += [f"only in the base: {name[:200]}" for name in _alone(theirs, ours, report)]
    return Comparison(
        _state(tally, missing),
        len(both),
        tuple(tally.changed[:_TOLD]),
        tuple(missing[:_TOLD]),
        _says(len(both), tally, missing, is_shard),
    )


def _state(tally: _Tally, missing: list[str]) -> State:
    if tally.changed or missing:
        return "changed"
    if tally.unknown:
        return "not compared"
    return "exact cast" if tally.cast else "identical"


def _says(count: int, tally: _Tally, missing: list[str], is_shard: bool) -> str:
    said = []
    if tally.changed:
        said.append(f"{len(tally.changed):,} of {count:,} tensors differ, in {tally.values:,} values")
    if tally.unknown:
        said.append(
            f"{len(tally.unknown):,} tensors could not be held against the base's, the first is {tally.unknown[0]}"
        )
    for kinds, some in tally.cast.items():
        said.append(f"{some:,} of {count:,} tensors are exactly the base's, taken from {kinds}")
    if not said:
        said.append(f"all {count:,} tensors hold the base's bits")
    if missing:
        said.append(f"{len(missing):,} tensors are in one of the two only")
    if is_shard:
        said.append("it is one file of several")
    return "; ".join(said)


def _aligned(
    own: dict[str, Weight], base: dict[str, Weight], report: Report
) -> tuple[dict[str, Weight], dict[str, Weight]]:
    """Return both by names that fit, without what stands before all names of one of them."""
    before_own, many = _prefix(own, base, report)
    before_base, more = _prefix(base, own, report)
    if more > many:
        return own, _without(before_base, base)
    return _without(before_own, own), base


def _without(before: str, named: dict[str, Weight]) -> dict[str, Weight]:
    """Return tensors without what stands before their names; one that has it not, and would hide another, says so."""
    found = {name.removeprefix(before): weight for name, weight in named.items() if name.startswith(before)}
    for name, weight in named.items():
        if not name.startswith(before):
            key = f"{name} beside {before}" if name in found else name
            if found.setdefault(key, weight) is not weight:
                raise StoppedError(f"it is not clear which tensor {name[:200]} is")
    return found


def _prefix(names: Collection[str], others: Collection[str], report: Report) -> tuple[str, int]:
    """Return what stands before most names that the others have without it, and before how many."""
    counts = Counter({"": 0})
    for name in names:
        report.check_time()
        at = 0
        for _ in range(16):
            counts[name[:at]] += name[at:] in others
            at = name.find(".", at) + 1
            if not at:
                break
    return max(counts.items(), key=lambda found: (found[1], -len(found[0])))


def _hold(name: str, own: Weight, base: Weight, tally: _Tally, report: Report) -> None:
    """Hold one tensor against the base's."""
    if own.shape != base.shape:
        tally.changed.append(f"{name[:200]}: shape {_shape(own)} for {_shape(base)}")
        return
    count = _values(own)
    if own.dtype == base.dtype:
        different = _same_type(own, base, report)
    elif (fewest := _other_type(own, base, report)) is None:
        tally.unknown.append(f"{name[:200]}: {own.dtype} for {base.dtype}")
        return
    else:
        different = fewest
        tally.cast[f"{base.dtype} to {own.dtype}"] += not different
    if different:
        tally.values += different
        tally.changed.append(f"{name[:200]}: {different:,} of {count:,} values")


def _shape(weight: Weight) -> str:
    return "×".join(map(str, weight.shape)) or "of one value"


def _values(weight: Weight) -> int:
    return math.prod(weight.shape)


def _width(weight: Weight) -> int:
    """Return the bytes of a value; 1 where it is less."""
    return max(1, weight.size // max(1, _values(weight)))


def _same_type(own: Weight, base: Weight, report: Report) -> int:
    """Return how many values differ in at least one bit; of types smaller than a byte, how many bytes."""
    import numpy as np

    width = _width(own)
    different = 0
    for one, two in _pieces(own, base, width, width, report):
        if one != two:
            rows = np.frombuffer(one, np.uint8) != np.frombuffer(two, np.uint8)
            different += int(rows.reshape(-1, width).any(axis=1).sum())
    return different


def _other_type(own: Weight, base: Weight, report: Report) -> int | None:
    """Return how many values are not the base's in the way in which the fewest are not; None where no way is known."""
    import numpy as np

    from supplychain.scan.casts import STORED, differing, ways

    fewest: int | None = None
    for way in ways(base.dtype, own.dtype):
        different = 0
        kinds = np.dtype(STORED[own.dtype]), np.dtype(STORED[base.dtype])
        for one, two in _pieces(own, base, kinds[0].itemsize, kinds[1].itemsize, report):
            different += differing(
                np.frombuffer(one, kinds[0]), own.dtype, np.frombuffer(two, kinds[1]), base.dtype, way
            )
        fewest = different if fewest is None else min(fewest, different)
        if not fewest:
            break
    return fewest


def _pieces(own: Weight, base: Weight, width: int, of_base: int, report: Report) -> Iterator[tuple[bytes, bytes]]:
    """Yield the bytes of the same values of both."""
    with own.open() as one, base.open() as two:
        if (one.size, two.size) != (own.size, base.size):
            raise StoppedError("a tensor is shorter than its shape")
        for at in range(0, -(-own.size // width), _VALUES):
            report.check_time()
            piece, other = one.read(at * width, _VALUES * width), two.read(at * of_base, _VALUES * of_base)
            if len(piece) * of_base != len(other) * width or not piece:
                raise StoppedError("a file ends before the values of a tensor")
            yield piece, other


def _alone(some: dict[str, Weight], others: dict[str, Weight], report: Report) -> Iterator[str]:
    """Yield the names that only the first has, but for tensors that stand there under a second name."""
    shared: dict[tuple[str, tuple[int, ...]], list[Weight]] = {}
    for name, weight in some.items():
        if name in others:
            shared.setdefault((weight.dtype, weight.shape), []).append(weight)
    for name, weight in some.items():
        if name not in others and not _is_tied(weight, shared.get((weight.dtype, weight.shape), []), report):
            yield name


def _is_tied(weight: Weight, candidates: list[Weight], report: Report) -> bool:
    """Whether a tensor has the bytes of another one, as PyTorch writes those that are one and safetensors leaves out."""
    if any(other.place == weight.place for other in candidates):
        return True
    return any(
        all(one == two for one, two in _pieces(weight, other, _width(weight), _width(weight), report))
        for other in candidates[:_TIES]
    )
