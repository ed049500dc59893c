"""What the readers of manifests, locks and settings share."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from posixpath import dirname
from typing import Protocol

from supplychain.files import NotParsedError
from supplychain.model.package import Drift, IndexSetting, Resolved
from supplychain.model.reference import Place, Unread

__all__ = ["Include", "LockReader", "NotParsedError", "Read", "Reader", "SourceFile", "WorkspaceReader"]


@dataclass(frozen=True)
class SourceFile:
    """One file of the target with its bytes."""

    path: str
    data: bytes
    place: Place
    """The file itself, with its scope."""
    digest: str

    @property
    def folder(self) -> str:
        """The folder that it lies in; empty for the target's own."""
        return dirname(self.path)

    @property
    def text(self) -> str:
        """Its text; what is not UTF-8 is replaced."""
        return self.data.decode("utf-8-sig", "replace")

    def at(self, line: int | None) -> Place:
        """Return a place in it."""
        return self.place.model_copy(update={"line": line})


@dataclass(frozen=True)
class Include:
    """A list of requirements that a file names, and that is read with it."""

    path: str
    """In the target."""
    at: Place
    pins: bool = False
    """It installs nothing; it says which versions are taken (`-c`)."""


@dataclass
class Read:
    """What one file says. The assembly gives packages their project; a reader gives the folder of its file."""

    packages: list[Resolved] = field(default_factory=list)
    settings: list[IndexSetting] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    """Lines of it that could not be read."""
    includes: list[Include] = field(default_factory=list)
    made_from: list[str] = field(default_factory=list)
    """Manifests, by their paths in the target, that a lock says it was made from."""


class Reader(Protocol):
    """A module that reads one format."""

    def read(self, source: SourceFile) -> Read | None:
        """Return what a file says, or None where it only has the name of such a file and is something else.

        Raises:
            NotParsedError: it is not as its format asks, or beyond a limit.
        """


class LockReader(Reader, Protocol):
    """A module that reads one form of lock."""

    def drift(self, lock: SourceFile, manifests: Mapping[str, SourceFile]) -> tuple[Drift, ...] | str:
        """Return in what a lock does not agree with the manifests of its project, or why that cannot be said.

        `manifests` are the manifests of the project by path. What is returned is empty where lock and manifests agree.

        Raises:
            NotParsedError: a file is not as its format asks.
        """


class WorkspaceReader(Protocol):
    """A module whose files can say that other manifests are of the same project; a function that readers may have."""

    def members(self, source: SourceFile, manifests: Collection[str]) -> set[str]:
        """Return which of these manifests, by their paths, are of members of the workspace that a file describes.

        Raises:
            NotParsedError: it is not as its format asks.
        """
