"""What the assessor's machine holds of Hugging Face: its client's cache, read and never written.

A revision is a folder `models--<owner>--<name>/snapshots/<commit>` of links to `blobs`. The client names a blob by what the
hub said when it was downloaded, so that the name shows no more than the download itself.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from supplychain.files import NotReadError, read_bounded
from supplychain.folders import user_folder
from supplychain.model.component import Component, Kind
from supplychain.model.reference import is_immutable
from supplychain.model.text import printable

_FOLDERS = {Kind.MODEL: "models", Kind.DATASET: "datasets"}
_PART = re.compile(r"(?!\.{1,2}$)[\w.-]+", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_DEPTH = 32


@dataclass(frozen=True)
class CachedFile:
    """One file of a revision in a cache."""

    path: str
    """Its name at the hub, safe to print."""
    real: Path | None
    """Where its bytes lie; None: they are not there, and `problem` says why."""
    blob: str = ""
    """What the client named the bytes; empty where it keeps no blobs."""
    problem: str = ""


@dataclass(frozen=True)
class Snapshot:
    """One revision of a component in a cache."""

    commit: str
    files: tuple[CachedFile, ...]
    is_cut: bool = False
    """Whether there are more files than were to be listed."""


def folders() -> tuple[tuple[Path, bool], ...]:
    """Return the cache of the assessor's client and ours of what was fetched, each with whether it is ours."""
    return (client_folder(), False), (fetched_folder(), True)


def client_folder() -> Path:
    """Return the cache of Hugging Face's client, found as the client finds it: `constants` of huggingface_hub 1.x."""
    home = os.path.join(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "huggingface")  # noqa: PTH118 - expanded below
    home = os.environ.get("HF_HOME") or home
    hub = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    given = hub or os.path.join(home, "hub")  # noqa: PTH118
    return Path(os.path.expandvars(os.path.expanduser(given)))  # noqa: PTH111


def fetched_folder() -> Path:
    """Return the folder in the user's cache that `fetch=on` fetches into, laid out alike."""
    return user_folder("cache") / "fetched"


def snapshot(cache: Path, component: Component, revision: str | None, limit: int) -> Snapshot | None:
    """Return what a cache holds of a revision, at most `limit` files; None: nothing.

    A revision that is no commit counts as what the client noted of it.
    """
    folder = _folder(cache, component)
    commit = revision if is_immutable(revision) else _of_ref(folder, revision) if folder else None
    if folder is None or commit is None or not (folder / "snapshots" / commit).is_dir():
        return None
    inside = Path(os.path.realpath(folder))
    if not inside.is_relative_to(os.path.realpath(cache)):
        return None
    files: list[CachedFile] = []
    for found in walk(inside, inside / "snapshots" / commit):
        if len(files) >= limit:
            return Snapshot(commit, tuple(files), is_cut=True)
        files.append(found)
    return Snapshot(commit, tuple(files))


def _folder(cache: Path, component: Component) -> Path | None:
    parts = component.name.split("/")
    kind = _FOLDERS.get(component.kind)
    if kind is None or len(parts) > 2 or not all(_PART.fullmatch(part) for part in parts):
        return None
    return cache / "--".join((kind, *parts))


def _of_ref(folder: Path, revision: str | None) -> str | None:
    """Return the commit that a branch or tag stood for when the cache was filled; without one, the hub's default."""
    parts = (revision or "main").split("/")
    if not all(_PART.fullmatch(part) for part in parts):
        return None
    try:
        text = read_bounded(folder.joinpath("refs", *parts), 100).decode("ascii", "replace").strip()
    except NotReadError:
        return None
    return text if _COMMIT.fullmatch(text) else None


def walk(inside: Path, root: Path) -> Iterator[CachedFile]:
    """Yield the files of a revision in the order of their names; no folder is entered by a link."""
    pending = [("", 0)]
    while pending:
        below, depth = pending.pop()
        try:
            with os.scandir(root / below) as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
        except OSError as error:
            yield CachedFile(printable(below), None, problem=f"its folder cannot be listed: {error.strerror}")
            continue
        for entry in entries:
            path = f"{below}/{entry.name}" if below else entry.name
            if entry.is_dir(follow_symlinks=False) and depth < _DEPTH:
                pending.append((path, depth + 1))
            else:
                yield _file(inside, path, entry)


def _file(inside: Path, path: str, entry: os.DirEntry[str]) -> CachedFile:
    shown, real = printable(path), Path(os.path.realpath(entry.path))
    if not real.is_relative_to(inside):
        return CachedFile(shown, None, problem="a link that leads out of the cache")
    if not real.is_file():
        return CachedFile(shown, None, problem="a link to bytes that are not there, or no file")
    is_blob = entry.is_symlink() and real.parent.name == "blobs"
    return CachedFile(shown, real, real.name if is_blob else "")
