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

from dulwich.errors import NotGitRepository
from dulwich.index import Index, IndexEntry
from dulwich.repo import Repo

from supplychain.model.case import TargetState
from supplychain.model.text import printable

READ_LIMIT = 8_000_000
"""Bytes of a text file that are read; a larger one is reported as not read."""
DIGEST_LIMIT = 256_000_000
"""Bytes of a file that go into the tree digest; of a larger one its size does."""
FILES_LIMIT = 200_000
"""Files that are listed; a target with more cannot be assessed whole."""

GENERATED = frozenset({"node_modules", "__pycache__", ".tox", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache"})


class TargetError(Exception):
    """A target that cannot be assessed at all; the message says what to do."""


class NotReadError(Exception):
    """A file that could not be read; the message says why."""


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
        root: Path | None = None,
    ) -> None:
        """Make a view from its parts."""
        self.name = name
        self.files = files
        self.irregular = irregular
        self.pruned = pruned
        self._read = read
        self._root = root
        self._by_path = {file.path: file for file in files}
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
        if not path.exists():
            raise TargetError(f"target {path} does not exist; give the folder of a repository")
        if not path.is_dir():
            raise TargetError(f"target {path} is a file; give the folder of a repository")
        root = path.resolve()
        walk = _Walk(root, sorted(_index(root)))
        walk.run()
        if not walk.files and not walk.irregular:
            raise TargetError(f"target {path} holds no file; give the folder of a repository")
        walk.files.sort(key=lambda file: file.path)

        def read(file: File, limit: int) -> bytes:
            return _read_bounded(root / file.raw, limit)

        pruned = tuple(sorted(walk.pruned))
        return cls(
            printable(root.name), tuple(walk.files), read, irregular=tuple(walk.irregular), pruned=pruned, root=root
        )

    def get(self, path: str) -> File | None:
        """Return the file at a path in the target, or None."""
        return self._by_path.get(path)

    def has(self, path: str) -> bool:
        """Whether there is a file or a folder at a path in the target."""
        if path in self._by_path:
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

    def state(self, progress: Callable[[int], object] = lambda _: None) -> TargetState:
        """Return the commit and the tree digest: a SHA-256 over path, size and SHA-256 of every file.

        The target is dirty where a file that git tracks has other content, or none, or was too large to compare.

        Of a file above `DIGEST_LIMIT` or one that cannot be opened, only path and size are in it.
        """
        tree = hashlib.sha256()
        blobs: dict[str, bytes] = {}
        for file in self.files:
            content = "size only"
            if self._root and file.size <= DIGEST_LIMIT:
                try:
                    content, blobs[file.raw] = _digests(self._root / file.raw)
                except NotReadError:
                    content = "not read"
            tree.update(f"{file.path}\0{file.size}\0{content}\n".encode())
            progress(1)
        commit, dirty, git = _git_state(self._root, blobs) if self._root else (None, None, "in memory")
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
            if len(self.files) > FILES_LIMIT:
                raise TargetError(f"target {self._root} has more than {FILES_LIMIT:,} files; assess a part of it")

    def _is_generated(self, entry: os.DirEntry[str], raw: str) -> bool:
        if entry.name not in GENERATED and not Path(entry.path, "pyvenv.cfg").is_file():
            return False
        position = bisect.bisect_left(self._tracked, raw + "/")
        if position < len(self._tracked) and self._tracked[position].startswith(raw + "/"):
            return False  # what git tracks was put there by hand
        self.pruned.append(printable(raw))
        return True

    def _file(self, entry: os.DirEntry[str], raw: str) -> None:
        path = printable(raw)
        if entry.is_symlink():
            resolved = Path(os.path.realpath(entry.path))
            if not resolved.is_relative_to(self._root):
                self.irregular.append(Irregular(path, "a link that leads out of the target"))
            elif not resolved.exists():
                self.irregular.append(Irregular(path, "a link that leads nowhere"))
            return  # what it leads to inside the target is read at its own path
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError as error:
            self.irregular.append(Irregular(path, f"cannot be examined: {error.strerror}"))
            return
        if stat.S_ISREG(status.st_mode):
            self.files.append(File(path, status.st_size, raw))
        else:
            self.irregular.append(Irregular(path, "neither a file nor a folder"))


def _read_bounded(path: Path, limit: int) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise NotReadError("it is no longer a regular file")
            return stream.read(limit)
    except OSError as error:
        raise NotReadError(f"it cannot be opened: {error.strerror}") from error


def _digests(path: Path) -> tuple[str, bytes]:
    """Return a file's SHA-256 and the id that git gives its content, from one read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            content = hashlib.sha256()
            blob = hashlib.sha1(b"blob %d\0" % os.fstat(stream.fileno()).st_size, usedforsecurity=False)
            while chunk := stream.read(1 << 20):
                content.update(chunk)
                blob.update(chunk)
            return content.hexdigest(), blob.hexdigest().encode("ascii")
    except OSError as error:
        raise NotReadError(f"it cannot be opened: {error.strerror}") from error


def _index(root: Path) -> dict[str, bytes]:
    """Return git's index as path to blob id, without links and submodules; empty where it has none.

    It is read by dulwich: git itself would run what the repository's configuration names.
    """
    index = root / ".git" / "index"
    if not index.is_file() or index.is_symlink():
        return {}
    try:
        entries = Index(str(index)).items()
    except (OSError, ValueError, AssertionError):
        return {}
    plain = ((path, entry) for path, entry in entries if isinstance(entry, IndexEntry) and stat.S_ISREG(entry.mode))
    return {os.fsdecode(path): entry.sha for path, entry in plain}


def _git_state(root: Path, blobs: Mapping[str, bytes]) -> tuple[str | None, bool | None, str]:
    folder = root / ".git"
    if folder.is_file() or folder.is_symlink():
        return None, None, "linked worktree: its repository lies outside the target and was not read"
    if not folder.is_dir():
        return None, None, "not a git repository"
    try:
        with Repo(str(root)) as repository:
            commit = repository.head().decode("ascii")
            dirty = any(blobs.get(path) != blob for path, blob in _index(root).items())
            return commit, dirty, "git repository"
    except KeyError:
        return None, None, "git repository without a commit"
    except (NotGitRepository, OSError, ValueError, AssertionError) as error:
        return None, None, f"git repository that cannot be read: {type(error).__name__}"
