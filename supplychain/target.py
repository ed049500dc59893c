"""The read-only view of a repository under assessment. It is hostile until shown otherwise.

Nothing is executed, nothing is written, no link is followed, and every read has a limit.
"""

from __future__ import annotations

import bisect
import hashlib
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from supplychain.files import DIGEST_LIMIT, NotReadError, digests, read_bounded
from supplychain.git import git_state, index
from supplychain.git import origin as git_origin
from supplychain.model.case import TargetState
from supplychain.model.text import LIMIT, printable

__all__ = [
    "DIGEST_LIMIT",
    "FILES_LIMIT",
    "READ_LIMIT",
    "Content",
    "File",
    "Irregular",
    "NotReadError",
    "Target",
    "TargetError",
]

READ_LIMIT = 8_000_000
"""Bytes of a text file that are read; a larger one is reported as not read."""
FILES_LIMIT = 200_000
"""Files that are listed; a target with more cannot be assessed whole."""

GENERATED = frozenset({"node_modules", "__pycache__", ".tox", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache"})
_ENVIRONMENT = frozenset({"bin", "scripts", "include", "lib", "lib64", "share", "etc", "man"})
"""Folders of a virtual environment, in lower case."""


class TargetError(Exception):
    """A target that cannot be assessed at all; the message says what to do."""


@dataclass(frozen=True)
class File:
    """One regular file of the target."""

    path: str
    """Its path in the target, safe to print; unique."""
    size: int
    raw: str = field(repr=False, default="")
    """The path as the file system has it."""


@dataclass(frozen=True)
class Irregular:
    """An entry that is not opened: a link out of the target, a socket, a device."""

    path: str
    reason: str


@dataclass(frozen=True)
class Content:
    """What was read of a file."""

    data: bytes
    digest: str
    """`sha256:<hex>` of `data`."""


class Target:
    """A tree of files; `Target.open` for one on disk, `Target.of` for one in memory."""

    def __init__(
        self,
        name: str,
        files: tuple[File, ...],
        read: Callable[[File, int], bytes],
        *,
        irregular: tuple[Irregular, ...] = (),
        pruned: tuple[str, ...] = (),
        links: Mapping[str, str] | None = None,
        root: Path | None = None,
    ) -> None:
        """Make a view from its parts."""
        self.name = name
        self.files = files
        self.irregular = irregular
        self.links = dict(links or {})
        """Paths of the links inside the target, each with the path that it leads to."""
        self.pruned = pruned
        self._read = read
        self._root = root
        self._by_path = {file.path: file for file in files}
        self._known: dict[str, tuple[str, bytes]] = {}
        self._in_memory: frozenset[str] = frozenset()
        self.hashing: Callable[[Path], tuple[str, bytes]] = digests
        """What gives SHA-256 and git's id of a file on disk, at most `DIGEST_LIMIT` bytes; a run sets one that
        remembers."""
        self._closed = set(self.links) | {entry.path for entry in irregular}
        self._sorted = sorted(self._by_path)

    @classmethod
    def of(cls, files: Mapping[str, bytes], name: str = "sample") -> Target:
        """Return a target that lies in memory, such as a planted sample."""
        listed = tuple(File(path, len(data), path) for path, data in sorted(files.items()))
        return cls(name, listed, lambda file, limit: files[file.raw][:limit])

    @classmethod
    def open(cls, path: Path) -> Target:
        """Return the view of the folder at `path`.

        Raises:
            TargetError: it does not exist, is not a folder, is empty, or has too many files.
        """
        if not os.path.exists(path):  # noqa: PTH110 - Path.exists raises for what cannot be reached
            raise TargetError(f"target {path} does not exist; give the folder of a repository")
        if not os.path.isdir(path):  # noqa: PTH112 - as above
            raise TargetError(f"target {path} is a file; give the folder of a repository")
        root = path.resolve()
        walk = _Walk(root, sorted(index(root) or ()))
        walk.run()
        if not walk.files and not walk.irregular and not walk.links:
            raise TargetError(f"target {path} holds no file; give the folder of a repository")
        walk.files.sort(key=lambda file: file.path)

        def read(file: File, limit: int) -> bytes:
            return read_bounded(root / file.raw, limit)

        pruned = tuple(sorted(walk.pruned))
        irregular, links = tuple(walk.irregular), walk.links
        name = printable(root.name)
        return cls(name, tuple(walk.files), read, irregular=irregular, pruned=pruned, links=links, root=root)

    def with_file(self, path: str, data: bytes) -> Target:
        """Return this view with other content at a path, or with one more file; nothing is written."""
        known = self.get(path)
        changed = File(path, len(data), known.raw if known else path)
        files = tuple(sorted((*(f for f in self.files if f.path != path), changed), key=lambda file: file.path))

        def read(file: File, limit: int) -> bytes:
            return data[:limit] if file.path == path else self._read(file, limit)

        changed_view = Target(
            self.name,
            files,
            read,
            irregular=self.irregular,
            pruned=self.pruned,
            links=self.links,
            root=self._root,
        )
        changed_view._known.update(self._known)
        changed_view._in_memory = self._in_memory | {path}
        changed_view.hashing = self.hashing
        changed_view._known[path] = hashlib.sha256(data).hexdigest(), b""
        return changed_view

    def within(self, folder: str) -> Target | None:
        """Return the view of a folder that `pruned` names, such as a virtual environment; None: it cannot be listed."""
        if self._root is None or folder not in self.pruned:
            return None
        path = self._root / folder
        if not Path(os.path.realpath(path)).is_relative_to(self._root):
            return None
        try:
            return Target.open(path)
        except TargetError:
            return None

    @property
    def root(self) -> Path | None:
        """The folder that it lies in; None: it lies in memory."""
        return self._root

    def located(self, file: File) -> Path | None:
        """Return where a file lies on disk; None where its content is in memory."""
        return None if self._root is None or file.path in self._in_memory else self._root / file.raw

    @property
    def origin(self) -> str:
        """What tells it from other repositories of its name: where it was cloned from, or else its folder."""
        return (git_origin(self._root) or os.path.realpath(self._root)) if self._root else "in memory"

    @property
    def tracked(self) -> frozenset[str] | None:
        """The `raw` paths of the files that git tracks; None: it is no git repository, or its index cannot be read."""
        if self._root is None or not os.path.isdir(self._root / ".git"):  # noqa: PTH112 - as in `open`
            return None
        entries = index(self._root)
        return None if entries is None else frozenset(entries)

    def get(self, path: str) -> File | None:
        """Return the file at a path in the target, or None."""
        return self._by_path.get(path)

    def has(self, path: str) -> bool:
        """Whether there is a file or a folder at a path in the target, or a link that may lead to one."""
        if path in self._by_path:
            return True
        parts = path.split("/")
        if self._closed and any("/".join(parts[:end]) in self._closed for end in range(1, len(parts) + 1)):
            return True
        prefix = path.rstrip("/") + "/"
        position = bisect.bisect_left(self._sorted, prefix)
        return position < len(self._sorted) and self._sorted[position].startswith(prefix)

    def head(self, file: File, length: int) -> bytes:
        """Return the first `length` bytes of a file.

        Raises:
            NotReadError: it cannot be opened.
        """
        return self._read(file, length)

    def read(self, file: File, limit: int = READ_LIMIT) -> Content:
        """Return the whole of a file.

        Raises:
            NotReadError: it is larger than `limit`, or cannot be opened.
        """
        if file.size > limit:
            raise NotReadError(f"it has {file.size:,} bytes; {limit:,} are read")
        data = self._read(file, limit + 1)
        if len(data) > limit:
            raise NotReadError(f"it grew beyond {limit:,} bytes while it was read")
        return Content(data, "sha256:" + hashlib.sha256(data).hexdigest())

    def digest(self, file: File) -> str | None:
        """Return `sha256:<hex>` of a file, read once; None for one above `DIGEST_LIMIT` or that cannot be opened."""
        try:
            return f"sha256:{self._digests(file)[0]}" if file.size <= DIGEST_LIMIT else None
        except NotReadError:
            return None

    def _digests(self, file: File) -> tuple[str, bytes]:
        if file.path not in self._known:
            if self._root is None:
                self._known[file.path] = hashlib.sha256(self._read(file, DIGEST_LIMIT)).hexdigest(), b""
            else:
                self._known[file.path] = self.hashing(self._root / file.raw)
        return self._known[file.path]

    def state(self, progress: Callable[[int], object] = lambda _: None) -> TargetState:
        """Return the commit and the tree digest: a SHA-256 over path, size and SHA-256 of every file.

        The target is dirty where a file that git tracks has other content, or none, or was too large to compare;
        None where that is not known. What was staged and not committed is not seen: it is as git tracks it.

        Of a file above `DIGEST_LIMIT` or one that cannot be opened, only path and size are in it.
        """
        tree = hashlib.sha256()
        blobs: dict[str, bytes] = {}
        for file in self.files:
            content = "size only"
            if self._root and file.size <= DIGEST_LIMIT:
                try:
                    self._known.pop(file.path, None)  # it may have changed since
                    content, blobs[file.raw] = self._digests(file)
                except NotReadError:
                    content = "not read"
            tree.update(os.fsencode(file.raw) + f"\0{file.size}\0{content}\n".encode())
            progress(1)
        commit, dirty, git = git_state(self._root, blobs) if self._root else (None, None, "in memory")
        return TargetState(
            name=self.name,
            commit=commit,
            dirty=dirty,
            git=git,
            files=len(self.files),
            tree_digest="sha256:" + tree.hexdigest(),
        )


class _Walk:
    """One iterative pass over a folder, following no link."""

    def __init__(self, root: Path, tracked: list[str]) -> None:
        self.files: list[File] = []
        self.irregular: list[Irregular] = []
        self.pruned: list[str] = []
        self.links: dict[str, str] = {}
        self._root = root
        self._tracked = tracked

    def run(self) -> None:
        pending = [""]
        while pending:
            folder = pending.pop()
            try:
                with os.scandir(self._root / folder) as entries:
                    listed = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                self.irregular.append(Irregular(printable(folder or "."), f"folder cannot be listed: {error.strerror}"))
                continue
            for entry in listed:
                raw = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != ".git" and not self._is_generated(entry, raw):
                        pending.append(raw)
                else:
                    self._file(entry, raw)
            if len(self.files) + len(self.irregular) + len(self.links) > FILES_LIMIT:
                raise TargetError(f"target {self._root} has more than {FILES_LIMIT:,} files; assess a part of it")

    def _is_generated(self, entry: os.DirEntry[str], raw: str) -> bool:
        if entry.name not in GENERATED and not _is_environment(entry.path):
            return False
        position = bisect.bisect_left(self._tracked, raw + "/")
        if position < len(self._tracked) and self._tracked[position].startswith(raw + "/"):
            return False  # what git tracks was put there by hand
        self.pruned.append(printable(raw))
        return True

    def _file(self, entry: os.DirEntry[str], raw: str) -> None:
        path = printable(raw.replace("\\", "\\\\"))  # so that no two files are shown alike
        if len(path) == LIMIT and path.endswith("…"):
            self.irregular.append(Irregular(path, f"its path is longer than {LIMIT} characters"))
            return
        if entry.is_symlink():
            resolved = os.path.realpath(entry.path)
            if not Path(resolved).is_relative_to(self._root):
                self.irregular.append(Irregular(path, "a link that leads out of the target"))
            elif not os.path.exists(resolved):  # noqa: PTH110 - as above
                self.irregular.append(Irregular(path, "a link that leads nowhere"))
            else:
                to = os.path.relpath(resolved, self._root).replace("\\", "\\\\")
                self.links[path] = printable(to)  # what it leads to is read at its own path
            return
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError as error:
            self.irregular.append(Irregular(path, f"cannot be examined: {error.strerror}"))
            return
        if stat.S_ISREG(status.st_mode):
            self.files.append(File(path, status.st_size, raw))
        else:
            self.irregular.append(Irregular(path, "neither a file nor a folder"))


def _is_environment(folder: str) -> bool:
    """Whether a folder is a virtual environment and holds nothing that one does not: its own code would be hidden."""
    if not os.path.isfile(f"{folder}/pyvenv.cfg"):  # noqa: PTH113 - as above
        return False
    with os.scandir(folder) as entries:
        return all(
            entry.name.lower() in _ENVIRONMENT
            if entry.is_dir(follow_symlinks=False)
            else not entry.name.endswith(".py")
            for entry in entries
        )
