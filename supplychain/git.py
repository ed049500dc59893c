"""What git keeps of a target, read file by file: the commit, the index, and where the repository came from.

git itself, or a library that opens a repository as git does, would follow what the repository's configuration names:
commands to run, files to include, folders elsewhere.
"""

from __future__ import annotations

import hashlib
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
_ENTRY = struct.Struct(">24xL12x20sH")
"""Mode, blob and flags of an entry of the index, without what the file system said of it."""
_EXTENDED, _STAGE, _NAME = 0x4000, 0x3000, 0x0FFF
"""Its flags: that more flags follow, the side of a conflict, and the length of its name."""
_SKIPPED = 0x4000
"""git's flag of a path that a sparse checkout leaves out."""
_CHECKSUM = 20
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_BRANCH = re.compile(r"refs(?:/(?!\.)(?:(?!\.\.|@\{)[^\x00-\x20~^:?*\[\\\x7f/])+(?<!\.lock))+(?<!\.)")
"""A name by git-check-ref-format(1)."""
_SECTION = re.compile(r'\s*\[\s*(?P<kind>[\w.-]+)(?:[ \t]+"(?P<name>(?:[^"\\]|\\.)*)")?[ \t]*\]')
_URL = re.compile(r'\s*url\s*=[ \t]*(?P<value>(?:"(?:[^"\\]|\\.)*"|\\.|[^"\\#;])*)', re.IGNORECASE)
_TAGS, _TAGS_LIMIT = "refs/tags/", 20_000
_ESCAPES = {"n": "\n", "t": "\t", "b": "\b"}


def _file(folder: Path, name: str, limit: int) -> bytes | None:
    """Return a file of the folder that git keeps a repository in, or None where it has none.

    Raises:
        NotReadError: it is too large or no plain file, or a link leads to it.
    """
    path = folder / name
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
    try:
        data = _file(root / ".git", "index", INDEX_LIMIT)
        return {} if data is None else _index_entries(data)
    except (NotReadError, ValueError, IndexError, struct.error):
        return None


def _index_entries(data: bytes) -> dict[str, bytes]:
    """Return the entries of an index of version 2, 3 or 4, by gitformat-index(5)."""
    body, checksum = data[:-_CHECKSUM], data[-_CHECKSUM:]
    if checksum not in {hashlib.sha1(body, usedforsecurity=False).digest(), bytes(_CHECKSUM)}:
        raise ValueError("damaged")  # git can be told to write zeros instead
    magic, version, count = struct.unpack_from(">4sLL", body)
    if magic != b"DIRC" or version not in {2, 3, 4}:
        raise ValueError("a form that is not read")
    found, name, at = dict[str, bytes](), b"", 12
    for _ in range(count):
        begun = at
        mode, blob, flags = _ENTRY.unpack_from(body, at)
        at += _ENTRY.size
        more = 0
        if flags & _EXTENDED:
            (more,) = struct.unpack_from(">H", body, at)
            at += 2
        kept, at = _kept(name, body, at) if version == 4 else (b"", at)
        end = body.index(0, at, at + _PATH_BYTES)  # names build on each other; without a limit they would fill memory
        name = kept + body[at:end]
        if len(name) > _PATH_BYTES or (version == 2 and more) or (version < 4 and _length(name) != flags & _NAME):
            raise ValueError("damaged")
        at = end + 1 if version == 4 else end + 8 - (end - begun) % 8
        if stat.S_ISREG(mode) and not more & _SKIPPED:
            found[os.fsdecode(name)] = b"" if flags & _STAGE else blob.hex().encode()
    _check_extensions(body, at)
    return found


def _length(name: bytes) -> int:
    return min(len(name), _NAME)


def _kept(name: bytes, body: bytes, at: int) -> tuple[bytes, int]:
    """Return what version 4 keeps of the name before, and where the rest of the new one begins."""
    dropped = body[at] & 0x7F
    while body[at] & 0x80:
        at += 1
        dropped = (dropped + 1) << 7 | body[at] & 0x7F
        if dropped > _PATH_BYTES:
            break
    if dropped > len(name):
        raise ValueError("damaged")
    return name[: len(name) - dropped], at + 1


def _check_extensions(body: bytes, at: int) -> None:
    while at < len(body):
        name, size = struct.unpack_from(">4sL", body, at)
        if not name[:1].isupper():
            raise ValueError("an extension that changes what the entries mean")
        at += 8 + size
    if at != len(body):
        raise ValueError("cut off")


def head(folder: Path) -> str | None:
    """Return the commit that HEAD names in the folder that git keeps a repository in; None: its branch has none yet.

    Raises:
        NotReadError: HEAD is not there, damaged, or kept in a form that is not read.
    """
    name = "HEAD"
    for _ in range(5):
        data = _file(folder, name, 4096)
        if data is None and name == "HEAD":
            raise NotReadError("it has no HEAD")
        if data is None:
            return _packed(folder).get(name)
        text = os.fsdecode(data).strip()
        if _COMMIT.fullmatch(text):
            return text
        name = text.removeprefix("ref:").strip()
        if not text.startswith("ref:") or not _BRANCH.fullmatch(name):
            raise NotReadError("HEAD names neither a commit nor a branch")
    raise NotReadError("HEAD leads in a circle")


def _packed(folder: Path) -> dict[str, str]:
    lines = os.fsdecode(_file(folder, "packed-refs", _TEXT_LIMIT) or b"").splitlines()
    pairs = (line.partition(" ") for line in lines)
    return {name: commit for commit, _, name in pairs if _COMMIT.fullmatch(commit)}


def tags(folder: Path) -> dict[str, str]:
    """Return the tags of a repository, given the folder that git keeps it in, with the ids of what they are on.

    Raises:
        NotReadError: there are too many, or one is damaged or behind a link.
    """
    found = {name: own for name, own in _packed(folder).items() if name.startswith(_TAGS)}
    pending = [_TAGS]
    while pending:
        below = pending.pop()
        path = folder / below
        if not path.is_dir():
            continue
        if os.path.realpath(path) != str(path):
            raise NotReadError(f"{below} is behind a link")
        for name in sorted(os.listdir(path)):  # noqa: PTH208 - the names alone
            if (path / name).is_dir():
                pending.append(f"{below}{name}/")
            elif _BRANCH.fullmatch(below + name):
                found[below + name] = os.fsdecode(_file(folder, below + name, 4096) or b"").strip()
            if len(found) + len(pending) > _TAGS_LIMIT:
                raise NotReadError(f"it has more than {_TAGS_LIMIT:,} tags")
    if damaged := next((name for name, own in sorted(found.items()) if not _COMMIT.fullmatch(own)), None):
        raise NotReadError(f"{damaged} names no object")
    return {name.removeprefix(_TAGS): own for name, own in sorted(found.items())}


def repository(root: Path, path: str) -> tuple[str, Path] | None:
    """Return the folder in a target whose repository a path belongs to, and where git keeps that; None: it is in none.

    `root` leads through no link. A submodule's repository lies in that of the target.

    Raises:
        NotReadError: the repository lies outside the target, or is named by what cannot be read.
    """
    parts = [part for part in path.split("/") if part not in {"", "."}]
    if ".." in parts or path.startswith("/"):
        return None  # what a declaration names may lie anywhere
    for end in range(len(parts), -1, -1):
        folder = "/".join(parts[:end])
        kept = root / folder / ".git"
        if not os.path.lexists(kept):
            continue
        if os.path.realpath(kept) != str(kept):
            raise NotReadError("its repository is behind a link and was not read")
        if kept.is_dir():
            return folder, kept
        text = os.fsdecode(_file(root / folder, ".git", 4096) or b"")
        leads = os.path.realpath(root / folder / text.removeprefix("gitdir:").strip())
        own = Path(leads).is_relative_to(os.path.realpath(root)) and "/.git/modules/" in leads
        if not text.startswith("gitdir:") or not own or os.path.lexists(Path(leads) / "commondir"):
            raise NotReadError("its repository lies outside the target and was not read")
        return folder, Path(leads)
    return None


def git_state(root: Path, blobs: Mapping[str, bytes]) -> tuple[str | None, bool | None, str]:
    """Return the commit, whether the target differs from what git tracks, and what is known of its repository."""
    folder = root / ".git"
    if folder.is_file() or folder.is_symlink():
        return None, None, "linked worktree: its repository lies outside the target and was not read"
    if not folder.is_dir():
        return None, None, "not a git repository"
    try:
        commit = head(folder)
    except NotReadError as error:
        return None, None, f"git repository that cannot be read: {error}"
    if commit is None:
        return None, None, "git repository without a commit"
    tracked = index(root)
    if tracked is None:
        return commit, None, "git repository whose index cannot be read"
    return commit, any(blobs.get(path) != blob for path, blob in tracked.items()), "git repository"


def origin(root: Path) -> str | None:
    """Return where a target's repository was cloned from, as its configuration says; None where it does not, or is damaged."""
    try:
        text = os.fsdecode(_file(root / ".git", "config", _TEXT_LIMIT) or b"")
    except NotReadError:
        return None
    found, is_origin = None, False
    for line in re.sub(r"\\\r?\n", "", re.sub(r"(?m)^\s*[#;].*$", "", text)).split("\n"):
        if header := _SECTION.match(line):
            kind, name = header["kind"].lower(), header["name"]
            is_origin = (kind, name) == ("remote", "origin") or (kind, name) == ("remote.origin", None)
            line = line[header.end() :]
        elif line.lstrip().startswith("["):
            return None  # git refuses such a file too
        if is_origin and (stated := _URL.match(line)):
            found = _value(stated["value"])
    return found


def _value(written: str) -> str:
    """Return a value of git's configuration without its quotes and escapes."""
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"|((?:[^"\\]|\\.)+)', written.rstrip())
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), "".join(map("".join, parts)))
