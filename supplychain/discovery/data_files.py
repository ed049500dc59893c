"""Files of the target that hold data: a dataset that it carries itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from supplychain import catalog
from supplychain.catalog.interface import DataFormat
from supplychain.model.reference import Scope
from supplychain.target import File

Group = tuple[str, DataFormat, Scope]
"""A folder, and the format and scope of files in it."""


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


def gathered(
    found: Mapping[Group, Sequence[File]],
) -> Iterator[tuple[tuple[str | None, DataFormat, Scope], list[File]]]:
    """Yield files with data that are one dataset, with its folder, and those that are each their own, without one.

    A folder with many files of a format is one dataset, with those of that format and scope in the folders below it.
    """
    datasets: dict[Group, list[File]] = {}
    for (folder, form, scope), files in sorted(found.items(), key=lambda item: item[0][0]):
        above = (other for other in datasets if other[1:] == (form, scope) and folder.startswith(f"{other[0]}/"))
        whole = next(above, None)
        if whole is not None:
            datasets[whole] += files
        elif folder and len(files) > catalog.artifacts().data.most_in_folder:
            datasets[folder, form, scope] = [*files]
        else:
            yield (None, form, scope), [*files]
    yield from datasets.items()


def _of(path: str) -> tuple[DataFormat, ...]:
    named = tuple(form for form in catalog.artifacts().data.format if path.lower().endswith(form.suffixes))
    if any(form.only_in_folders for form in named) and not re.search(
        catalog.artifacts().data.folders, path, re.IGNORECASE
    ):
        return tuple(form for form in named if not form.only_in_folders)
    return named


def _begins(form: DataFormat, head: bytes, first: str) -> bool:
    return head.startswith(form.magic.encode("latin-1")) and (not form.line or re.match(form.line, first) is not None)
