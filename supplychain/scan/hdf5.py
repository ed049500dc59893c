"""Files of HDF5, as Keras writes them, by h5py of the extra [scan]: attributes with a configuration, and links elsewhere."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from supplychain.scan.interface import Reader, Report, StoppedError
from supplychain.scan.keras import check_config
from supplychain.scan.source import as_file

NAME = "HDF5"
_MAGIC = b"\x89HDF\r\n\x1a\n"
_CONFIGS = ("model_config", "training_config", "layer_config")
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
            _Walk(report).group(file, "")
    except (OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
        raise StoppedError(f"it cannot be read: {error}") from error
    report.covered(NAME, reader.size)


class _Walk:
    def __init__(self, report: Report) -> None:
        self._report = report
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
            if entry.external:
                self._report.saw(NAME, "link-outside", f"its values lie in {entry.external[0][0]}", place)

    def _attributes(self, entry: Any, where: str) -> None:
        for name in _CONFIGS:
            if name not in entry.attrs:
                continue
            value = entry.attrs[name]
            text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
            if len(text) > _LARGEST:
                raise StoppedError(f"{name} is longer than what is read")
            check_config(text, self._report, where or name)
