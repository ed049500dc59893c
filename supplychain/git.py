"""What git keeps of a target, read file by file: the commit, the index, and where the repository came from.

git itself, or a library that opens a repository as git does, would follow what the repository's configuration names:
commands to run, files to include, folders elsewhere.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
import struct
from collections.abc import Mapping
from pathlib import Path

from supplychain.files import NotReadError, read_bounded

INDEX_LIMIT = 64_000_000
"""Bytes of git's index that are read; one of 200,000 files has about half of that."""
_TEXT_LIMIT = 8_000_000
_PATH_BYTES = 4096
_SKIPPED = 0x4000
"""git's flag of a path that a sparse checkout leaves out."""
_CHECKSUM = 20
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def _file(root: Path, name: str, limit: int) -> bytes | None:
    """Return a file of the target's `.git`, or None where it has none.

    Raises:
        NotReadError: it is too large or no plain file, or a link leads to it.
    """
    path = root / ".git" / name
    if not os.path.lexists(path) or os.path.isdir(path):  # noqa: PTH112 - as above
        return None
    if os.path.realpath(path) != str(path):
        raise NotReadError(f"{name} is behind a link")
    data = read_bounded(path, limit + 1)
    if len(data) > limit:
        raise NotReadError(f"{name} has more than {limit:,} bytes")
    return data


def index(root: Path) -> dict[str, bytes] | None:
    """Return git's index as path to blob id, empty where there is none; None where it cannot be read.

    Links, submodules and what a sparse checkout leaves out are not in it. A path in conflict has an empty id.
    """
    if not (root / ".git").is_dir():
        return {}
    from dulwich.index import UnsupportedIndexFormat  # here, since it is slow to import

    try:
        data = _file(root, "index", INDEX_LIMIT)
        return {} if data is None else _index_entries(data)
    except (NotReadError, ValueError, AssertionError, UnsupportedIndexFormat, struct.error):
        return None


def _index_entries(data: bytes) -> dict[str, bytes]:
    from dulwich.index import Stage, read_index  # as above

    checksum = hashlib.sha1(data[:-_CHECKSUM], usedforsecurity=False).digest()
    if data[-_CHECKSUM:] not in {checksum, bytes(_CHECKSUM)}:  # git can be told to write zeros instead
        raise ValueError("damaged")
    stream = io.BytesIO(data)
    found = {}
    for entry in read_index(stream):
        if len(entry.name) > _PATH_BYTES:
            raise ValueError("a name that is longer than any path")  # names build on each other; they would fill memory
        if stat.S_ISREG(entry.mode) and not entry.extended_flags & _SKIPPED:
            found[os.fsdecode(entry.name)] = entry.sha if entry.stage() is Stage.NORMAL else b""
    while len(header := stream.read(8)) == 8 and stream.tell() <= len(data) - _CHECKSUM:
        if not header[:1].isupper():
            raise ValueError("an extension that changes what the entries mean")
        stream.seek(int.from_bytes(header[4:]), os.SEEK_CUR)
    return found


def _commit(root: Path) -> str | None:
    """Return the commit that HEAD names, or None where its branch has none yet.

    Raises:
        NotReadError: HEAD is not there, damaged, or kept in a form that is not read.
    """
    from dulwich.refs import Ref, check_ref_format  # as above

    name = "HEAD"
    for _ in range(5):
        data = _file(root, name, 4096)
        if data is None and name == "HEAD":
            raise NotReadError("it has no HEAD")
        if data is None:
            return _packed(root).get(name)
        text = os.fsdecode(data).strip()
        if _COMMIT.fullmatch(text):
            return text
        name = text.removeprefix("ref:").strip()
        if not text.startswith("ref:") or not name.startswith("refs/") or not check_ref_format(Ref(os.fsencode(name))):
            raise NotReadError("HEAD names neither a commit nor a branch")
    raise NotReadError("HEAD leads in a circle")


def _packed(root: Path) -> dict[str, str]:
    lines = os.fsdecode(_file(root, "packed-refs", _TEXT_LIMIT) or b"").splitlines()
    pairs = (line.partition(" ") for line in lines)
    return {name: commit for commit, _, name in pairs if _COMMIT.fullmatch(commit)}


def git_state(root: Path, blobs: Mapping[str, bytes]) -> tuple[str | None, bool | None, str]:
    """Return the commit, whether the target differs from what git tracks, and what is known of its repository."""
    folder = root / ".git"
    if folder.is_file() or folder.is_symlink():
        return None, None, "linked worktree: its repository lies outside the target and was not read"
    if not folder.is_dir():
        return None, None, "not a git repository"
    try:
        commit = _commit(root)
    except NotReadError as error:
        return None, None, f"git repository that cannot be read: {error}"
    if commit is None:
        return None, None, "git repository without a commit"
    tracked = index(root)
    if tracked is None:
        return commit, None, "git repository whose index cannot be read"
    return commit, any(blobs.get(path) != blob for path, blob in tracked.items()), "git repository"


def origin(root: Path) -> str | None:
    """Return where a target's repository was cloned from, as its configuration says; None where it does not."""
    from dulwich.config import ConfigFile  # as above

    try:
        data = _file(root, "config", _TEXT_LIMIT)
        stated = ConfigFile.from_file(io.BytesIO(data or b""), expand_includes=False).get(
            (b"remote", b"origin"), b"url"
        )
    except (NotReadError, ValueError, KeyError):
        return None
    return os.fsdecode(stated)
