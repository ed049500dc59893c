"""Files of the target that hold data: a dataset that it carries itself."""

from __future__ import annotations

import re
from functools import cache

from supplychain import catalog
from supplychain.catalog.interface import DataFormat


def data_format(path: str, size: int, head: bytes) -> DataFormat | None:
    """Return the format of a file with data, by its name, size and first bytes; None for any other file."""
    known = catalog.artifacts().data
    if size < known.least_bytes:
        return None
    first = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").partition("\n")[0]
    return next((form for form in _of(path) if _begins(form, head, first)), None)


@cache
def suffixes() -> tuple[str, ...]:
    """Return what the names of files with data end with."""
    return tuple(suffix for form in catalog.artifacts().data.format for suffix in form.suffixes)


def _of(path: str) -> tuple[DataFormat, ...]:
    named = tuple(form for form in catalog.artifacts().data.format if path.lower().endswith(form.suffixes))
    if any(form.only_in_folders for form in named) and not re.search(
        catalog.artifacts().data.folders, path, re.IGNORECASE
    ):
        return tuple(form for form in named if not form.only_in_folders)
    return named


def _begins(form: DataFormat, head: bytes, first: str) -> bool:
    return head.startswith(form.magic.encode("latin-1")) and (not form.line or re.match(form.line, first) is not None)
