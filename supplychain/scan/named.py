"""The tensors of an artifact by their names, and their values: of safetensors, one file or several, and of PyTorch's zips and old files."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zipfile import ZipInfo

from supplychain.scan import safetensors
from supplychain.scan.archives import zip as archive
from supplychain.scan.archives.members import leads_out
from supplychain.scan.interface import Reader, Report, StoppedError
from supplychain.scan.pickles import legacy
from supplychain.scan.pickles.tensors import View, views
from supplychain.scan.source import BytesReader, FileReader, PartReader, opened

_INDEX = ".index.json"
_MOST = 2000
"""Files that the tensors of one model may lie in."""
_GATHERED = 64 << 20
"""Bytes that the values of a tensor may span, where they do not lie in its order."""
_BITS = safetensors.BITS | {"C128": 128}


_Opened = Callable[[], AbstractContextManager[Reader]]


@dataclass(frozen=True)
class Weight:
    """One tensor; `open` gives its values, in order and without gaps."""

    dtype: str
    shape: tuple[int, ...]
    place: tuple[object, ...]
    """Equal for two that share their bytes."""
    open: _Opened

    @property
    def size(self) -> int:
        """Bytes of its values."""
        return -(-math.prod(self.shape) * _BITS[self.dtype] // 8)


@dataclass
class Weights:
    """All tensors of an artifact, and the files that they were read from."""

    tensors: dict[str, Weight]
    files: list[FileReader]


@contextmanager
def weights(paths: tuple[str, ...], report: Report) -> Iterator[Weights]:
    """Open a model: one file or several, or the index that names its files.

    Raises:
        StoppedError: a file is of another format, cannot be read, or names a tensor that another one has.
    """
    with ExitStack() as stack:
        found = Weights({}, [])
        for path in _files(paths, report):
            reader = stack.enter_context(opened(path))
            found.files.append(reader)
            for name, weight in _of(reader, report).items():
                if found.tensors.setdefault(name, weight) is not weight:
                    raise StoppedError(f"two of its files hold a tensor {name[:200]}")
        if not found.tensors:
            raise StoppedError("no tensor was found in it")
        yield found


def _files(paths: tuple[str, ...], report: Report) -> list[str]:
    """Return the files of a model, of an index those that it names, which have to lie beside it."""
    if len(paths) != 1 or not paths[0].endswith(_INDEX):
        return list(paths)
    with opened(paths[0]) as reader:
        if reader.size > report.limits.header:
            raise StoppedError("its index is longer than what is read")
        try:
            names = sorted(set(json.loads(reader.read(0, reader.size))["weight_map"].values()))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise StoppedError("its index does not say in which files the tensors lie") from error
    if len(names) > _MOST:
        raise StoppedError(f"its index names more than {_MOST:,} files")
    if not all(isinstance(name, str) and not leads_out(name) for name in names):
        raise StoppedError("its index names a file outside its folder")
    return [str(Path(paths[0]).parent / name) for name in names]


def _of(reader: FileReader, report: Report) -> dict[str, Weight]:
    if safetensors.matches(reader):
        return _safetensors(reader, report)
    if archive.matches(reader):
        return _torch(reader, report)
    if legacy.matches(reader):
        return _legacy(reader, report)
    raise StoppedError(f"{reader.name} is neither safetensors nor a file of PyTorch")


def _safetensors(reader: FileReader, report: Report) -> dict[str, Weight]:
    inner = Report(report.limits, report.deadline)
    safetensors.scan(reader, inner)
    return {
        tensor.name: Weight(
            tensor.dtype,
            tensor.shape,
            (reader.descriptor, tensor.offset),
            partial(_part, reader, tensor.offset, tensor.length),
        )
        for tensor in inner.tensors
    }


def _part(reader: Reader, offset: int, length: int) -> AbstractContextManager[Reader]:
    return nullcontext(PartReader(reader.name, reader, offset, length))


def _torch(reader: FileReader, report: Report) -> dict[str, Weight]:
    members = archive.listed(reader)
    by_name = {member.filename: member for member in members}
    described = [member for member in members if member.filename.endswith("/data.pkl")]
    if len(by_name) != len(members) or len(described) != 1:
        raise StoppedError(f"{reader.name} is no zip as PyTorch writes it")
    root = described[0].filename.removesuffix("data.pkl")
    if (order := by_name.get(f"{root}byteorder")) is not None:
        with archive.member_opened(reader, order, report) as part:
            if part.read(0, 8).strip() != b"little":
                raise StoppedError(f"{reader.name} holds its values with the high byte first")
    with archive.member_opened(reader, described[0], report) as part:
        found = views(part, report)
    return {
        name: _member(reader, name, view, by_name.get(f"{root}data/{view.key}"), report) for name, view in found.items()
    }


def _legacy(reader: FileReader, report: Report) -> dict[str, Weight]:
    streams = legacy.begins(reader, report)
    kept = dict(legacy.storages(reader, streams, streams[-1], report)[0])
    found: dict[str, Weight] = {}
    for name, view in views(legacy.described(reader, streams), report).items():
        if view.key not in kept:
            raise StoppedError(f"tensor {name[:200]} has no storage")
        lies = kept[view.key]
        place = (reader.descriptor, lies.offset)
        found[name] = _viewed(name, view, lies.length, place, partial(_part, reader, lies.offset, lies.length))
    return found


def _member(reader: FileReader, name: str, view: View, member: ZipInfo | None, report: Report) -> Weight:
    if member is None:
        raise StoppedError(f"tensor {name[:200]} has no storage")
    place = (reader.descriptor, member.header_offset)
    return _viewed(name, view, member.file_size, place, partial(archive.member_opened, reader, member, report))


def _viewed(name: str, view: View, size: int, place: tuple[object, ...], storage: _Opened) -> Weight:
    if view.dtype not in _BITS or size != view.storage.size:
        raise StoppedError(f"tensor {name[:200]} has a storage of another type or size than is known")
    width = _BITS[view.dtype] // 8
    last = sum((count - 1) * step for count, step in zip(view.shape, view.stride, strict=True))
    count = 0 if 0 in view.shape else last + 1
    if (view.start + count) * width > view.storage.size:
        raise StoppedError(f"tensor {name[:200]} does not fit its storage")

    @contextmanager
    def values() -> Iterator[Reader]:
        with storage() as part:
            found = PartReader(name, part, view.start * width, count * width)
            yield found if _in_order(view) else _gathered(found, view, width)

    return Weight(view.dtype, view.shape, (*place, view.start, view.stride), values)


def _in_order(view: View) -> bool:
    step = 1
    for count, stride in zip(reversed(view.shape), reversed(view.stride), strict=True):
        if count not in (0, 1) and stride != step:
            return 0 in view.shape
        step *= count
    return True


def _gathered(found: Reader, view: View, width: int) -> Reader:
    """Return values in the order of a tensor that lies in its storage in another one."""
    import numpy as np

    if max(found.size, math.prod(view.shape) * width) > _GATHERED or len(view.shape) > 32:
        raise StoppedError(f"a tensor that spans {found.size:,} bytes does not lie in its own order")
    values = np.frombuffer(found.read(0, found.size), np.dtype((np.void, width)))
    strides = tuple(step * width for step in view.stride)
    return BytesReader(found.name, np.lib.stride_tricks.as_strided(values, view.shape, strides).tobytes())
