"""What all archives share: how many members there may be, and names that lead out of a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from supplychain.scan.beside import base, likely
from supplychain.scan.interface import Reader, Report, StoppedError

Opening = Callable[[], AbstractContextManager[Reader]]


@dataclass(frozen=True)
class Folder:
    """A folder of an archive, as one of its members sees it."""

    own: str
    """What the member is called in it."""
    openings: Mapping[str, Opening]
    asked: list[str]
    """Those that are likely to describe others."""
    known: dict[str, Any]
    """What was read of them, for all members of the folder."""
    apart = False

    def names(self) -> list[str]:
        """Return the names of the others."""
        return [name for name in self.asked if name != self.own]

    def opened(self, name: str) -> AbstractContextManager[Reader]:
        """Open one of them."""
        return self.openings[name]()


class Members:
    """The members of an archive by their folders, for those that describe others; a name that stands there twice is none."""

    def __init__(self, listed: Iterable[tuple[str, Opening]]) -> None:
        """Take the name of each member with what opens it."""
        self._folders: dict[str, dict[str, Opening]] = {}
        twice: set[tuple[str, str]] = set()
        for name, opening in listed:
            folder, own = base(name)
            inside = self._folders.setdefault(folder, {})
            if own in inside:
                twice.add((folder, own))
            inside[own] = opening
        for folder, own in twice:
            del self._folders[folder][own]
        self._asked: dict[str, tuple[list[str], dict[str, Any]]] = {}

    def beside(self, name: str) -> Folder:
        """Return what lies beside a member."""
        folder, own = base(name)
        inside = self._folders.get(folder, {})
        if own not in inside:
            return Folder(own, {}, [], {})
        if folder not in self._asked:
            self._asked[folder] = likely(inside), {}
        return Folder(own, inside, *self._asked[folder])


def count(report: Report) -> None:
    """Count a member.

    Raises:
        StoppedError: there are more than the limits allow.
    """
    total = report.scratch["members"] = report.scratch.get("members", 0) + 1
    if total > report.limits.members:
        raise StoppedError(f"it has more than {report.limits.members:,} members")
    report.check_time()


def check_name(layer: str, name: str, report: Report) -> None:
    """Tell of a name that leads out of the folder that an archive is unpacked into."""
    if leads_out(name):
        report.saw(layer, "path-outside", "a member's name leads out of the folder that it is unpacked into", name)


def leads_out(name: str) -> bool:
    """Whether a path leads out of the folder that it is taken in, on any system."""
    is_absolute = name.startswith(("/", "\\")) or (len(name) > 1 and name[1] == ":")
    return is_absolute or ".." in name.replace("\\", "/").split("/")
