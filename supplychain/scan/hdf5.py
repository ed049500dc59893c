"""Files of HDF5, as Keras writes them, by h5py of the extra [scan]: attributes with a configuration, and links elsewhere."""

from __future__ import annotations

import math
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from supplychain.scan.interface import Reader, Report, StoppedError, Tensor
from supplychain.scan.keras import check_config
from supplychain.scan.source import CHUNK, as_file, unpacked

NAME = "HDF5"
_MAGIC = b"\x89HDF\r\n\x1a\n"
_CONFIGS = ("model_config", "training_config", "layer_config")
_OF_KERAS = ("keras_version", "layer_names", "backend")
_LAYERS = ("layers", "model_weights", "_layer_checkpoint_dependencies")
"""What tells a file of weights from one of data."""
_TYPES = {"<f8": "F64", "<f4": "F32", "<f2": "F16"}
"""Types whose values are looked at."""
_FILTERS = {1, 2, 3, 32_000}
"""deflate, shuffle, fletcher32, LZF: those that h5py always has; any other could be a library that HDF5 loads."""
_MOST = 200_000
_LARGEST = 64 << 20


def matches(reader: Reader) -> bool:
    """Whether it is a file of HDF5: its signature stands at 0, or at a power of two from 512 on."""
    offset = 0
    while offset < reader.size:
        if reader.read(offset, len(_MAGIC)) == _MAGIC:
            return True
        offset = offset * 2 if offset else 512
    return False


def scan(reader: Reader, report: Report) -> None:
    """Tell what its configurations would look up, and of links that lead to other files."""
    if find_spec("h5py") is None:
        report.lacking(NAME, "h5py of the extra [scan] is not installed")
        return
    import h5py

    try:
        with h5py.File(as_file(reader), "r") as file:
            weights = any(name in file.attrs for name in _OF_KERAS) or any(name in file for name in _LAYERS)
            _Walk(reader, report, weights).group(file, "")
    except (OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
        raise StoppedError(f"it cannot be read: {error}") from error
    report.covered(NAME, reader.size)


def _is_read(entry: Any) -> bool:
    """Whether values are packed by filters of HDF5's own at most, and a piece of them is not too large."""
    filters = entry.id.get_create_plist()
    known = all(filters.get_filter(number)[0] in _FILTERS for number in range(filters.get_nfilters()))
    return known and math.prod(entry.chunks or entry.shape) * entry.dtype.itemsize <= _LARGEST


def _rows(entry: Any) -> Iterator[bytes]:
    """Yield all values in their order, some rows at a time."""
    if not entry.shape:
        yield entry[()].tobytes()
        return
    each = max(1, entry.nbytes // entry.shape[0])
    if each > _LARGEST:
        raise StoppedError(f"a row of {entry.name} is longer than what is read")
    step = max(1, CHUNK // each)
    for begin in range(0, entry.shape[0], step):
        yield entry[begin : begin + step].tobytes()


class _Walk:
    def __init__(self, reader: Reader, report: Report, weights: bool) -> None:
        self._reader = reader
        self._report = report
        self._weights = weights
        self._count = 0
        self._seen: set[int] = set()

    def group(self, group: Any, where: str) -> None:
        """Look at the attributes and links of a group, and go down into it."""
        import h5py

        self._attributes(group, where)
        for name in group:
            self._count += 1
            if self._count > _MOST:
                raise StoppedError(f"it has more than {_MOST:,} entries")
            self._report.check_time()
            place = f"{where}/{name}"
            link = group.get(name, getlink=True)
            if isinstance(link, h5py.ExternalLink):
                self._report.saw(NAME, "link-outside", f"it leads to the file {link.filename}", place)
            elif isinstance(link, h5py.HardLink):
                self._entry(group[name], place)

    def _entry(self, entry: Any, place: str) -> None:
        import h5py

        address = h5py.h5o.get_info(entry.id).addr
        if address in self._seen:  # links may form a circle
            return
        self._seen.add(address)
        if isinstance(entry, h5py.Group):
            self.group(entry, place)
        elif isinstance(entry, h5py.Dataset):
            self._attributes(entry, place)
            if entry.external or entry.is_virtual:
                file = entry.external[0][0] if entry.external else entry.virtual_sources()[0].file_name
                self._report.saw(NAME, "link-outside", f"its values lie in {file}", place)
            elif entry.nbytes:
                self._values(entry, place)

    def _values(self, entry: Any, place: str) -> None:
        """Note where the values of a dataset lie, or look at them apart where they are in pieces or packed."""
        import h5py

        if h5py.check_string_dtype(entry.dtype) is not None:
            return
        dtype = _TYPES.get(entry.dtype.str, entry.dtype.str)
        offset = entry.id.get_offset()
        if offset is not None and entry.chunks is None:
            if offset + entry.nbytes > self._reader.size:
                raise StoppedError(f"the values of {place} end beyond the file")
            self._report.holds(Tensor(place, dtype, entry.shape, offset, entry.nbytes, self._weights))
            return
        if entry.dtype.hasobject or not _is_read(entry):
            self._report.stopped(NAME, f"the values of {place} are packed in a way that is not read")
            return
        with unpacked(place, _rows(entry), entry.id.get_storage_size(), self._report) as whole:
            self._report.values(whole, [Tensor(place, dtype, entry.shape, 0, whole.size, self._weights)])

    def _attributes(self, entry: Any, where: str) -> None:
        for name in _CONFIGS:
            if name not in entry.attrs:
                continue
            value = entry.attrs[name]
            text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
            if len(text) > _LARGEST:
                raise StoppedError(f"{name} is longer than what is read")
            check_config(text, self._report, where or name)
