"""What lies beside an artifact: the files of its folder, or those that a cache keeps elsewhere, by what they are called there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from supplychain.scan.interface import Reader
from supplychain.scan.source import opened

MOST = 50
"""Files that are asked whether they describe another one."""
_LISTED = 20_000
"""Names of a folder that are looked at."""
_ENDINGS = (".onnx", ".index", ".json", ".pb")
"""Files of these names are asked first; whether they describe something, their bytes say."""


def likely(names: Iterable[str]) -> list[str]:
    """Return the names of the files that are asked, at most `MOST`."""
    return sorted(names, key=lambda name: (not name.lower().endswith(_ENDINGS), name))[:MOST]


@dataclass(frozen=True)
class Files:
    """Files by what they are called beside an artifact, wherever their bytes lie; without any, nothing describes it."""

    own: str
    """What the artifact is called among them."""
    paths: tuple[tuple[str, str], ...] = ()
    """Name and path of each."""
    apart = True

    @classmethod
    def of(cls, own: str, paths: Iterable[tuple[str, str]]) -> Files:
        """Return those of the files that are asked."""
        by_name = {name: path for name, path in paths if name != own}
        return cls(own, tuple((name, by_name[name]) for name in likely(by_name)))

    @property
    def known(self) -> dict[str, Any]:
        """Nothing: each artifact is scanned by itself."""
        return {}

    def names(self) -> list[str]:
        """Return the names of the others."""
        return [name for name, _ in self.paths]

    @contextmanager
    def opened(self, name: str) -> Iterator[Reader]:
        """Open one of them, following no link.

        Raises:
            StoppedError: it cannot be opened.
        """
        with opened(dict(self.paths)[name], name) as found:
            yield found


@dataclass(frozen=True)
class Folder:
    """The folder that the file of a path lies in; it is listed once somebody asks."""

    path: str
    apart = True

    @property
    def own(self) -> str:
        """What the file is called in it."""
        return Path(self.path).name

    @property
    def known(self) -> dict[str, Any]:
        """Nothing: each artifact is scanned by itself."""
        return {}

    def names(self) -> list[str]:
        """Return the names of the other files; links are none."""
        try:
            with os.scandir(Path(self.path).parent) as entries:
                files = [entry.name for entry in islice(entries, _LISTED) if entry.is_file(follow_symlinks=False)]
        except (OSError, ValueError):
            return []
        return [name for name in files if name != self.own]

    @contextmanager
    def opened(self, name: str) -> Iterator[Reader]:
        """Open one of them, following no link.

        Raises:
            StoppedError: it cannot be opened.
        """
        with opened(str(Path(self.path).parent / name), name) as found:
            yield found


def linked(link: Path, inside: Path) -> Files:
    """Return what lies beside a link whose files lie in another folder, as in the cache of Hugging Face's client.

    Of the links beside it, those count that lead to a file in that cache.
    """
    try:
        with os.scandir(link.parent) as entries:
            names = [entry.name for entry in islice(entries, _LISTED)]
    except OSError:
        names = []
    real = (
        (name, os.path.realpath(link.parent / name)) for name in likely(name for name in names if name != link.name)
    )
    return Files.of(link.name, ((name, path) for name, path in real if Path(path).is_relative_to(inside)))


def base(path: str) -> tuple[str, str]:
    """Return the folder of a path of a member or of a file of a hub, and what it is called in it."""
    pure = PurePosixPath(path)
    return str(pure.parent), pure.name
