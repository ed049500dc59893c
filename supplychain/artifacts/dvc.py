"""What DVC tracks: files and folders by their MD5, in `*.dvc` and `dvc.lock`, and its cache in the target."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

from supplychain.model.artifact import PublishedHash
from supplychain.model.reference import Place
from supplychain.target import File, NotReadError, Target

_LIMIT = 4_000_000
_MANIFEST_LIMIT = 64_000_000
_MD5 = re.compile(r"(?P<hex>[0-9a-f]{32})(?P<dir>\.dir)?")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Tracked:
    """A file or folder that DVC tracks."""

    path: str
    md5: str
    """Hex digits, as written; may be empty or too short."""
    is_folder: bool
    size: int | None
    at: Place


class Dvc:
    """What DVC tracks in a target, and which of it lies in its cache there."""

    def __init__(self, target: Target) -> None:
        """Read nothing yet."""
        self._target = target

    @cached_property
    def tracked(self) -> dict[str, Tracked]:
        """Everything that is tracked, by its path in the target; a `*.dvc` file goes before a lock."""
        found: dict[str, Tracked] = {}
        files = [f for f in self._target.files if f.path.endswith(".dvc") or posixpath.basename(f.path) == "dvc.lock"]
        for file in sorted(files, key=lambda file: (not file.path.endswith(".dvc"), file.path)):
            for one in _read(self._target, file):
                found.setdefault(one.path, one)
        return found

    def of_file(self, dvc_file: str) -> tuple[Tracked, ...]:
        """Return what a `*.dvc` file tracks."""
        return tuple(one for one in self.tracked.values() if one.at.file == dvc_file and dvc_file.endswith(".dvc"))

    def around(self, path: str) -> Tracked | None:
        """Return what tracks a path: itself, or the nearest folder that it lies in."""
        while path.strip("/"):
            if (one := self.tracked.get(path)) is not None:
                return one
            path = posixpath.dirname(path)
        return None

    def cached(self, md5: str, *, is_folder: bool = False) -> File | None:
        """Return the file of the target's own DVC cache that holds these bytes, in the layout of DVC 3 or before."""
        name = md5 + (".dir" if is_folder else "")
        places = (f".dvc/cache/{layout}{name[:2]}/{name[2:]}" for layout in ("files/md5/", ""))
        return next((file for place in places if (file := self._target.get(place))), None)

    def manifest(self, folder: Tracked) -> dict[str, str] | None:
        """Return the files of a folder with their MD5, or None where DVC's cache does not have the list.

        Raises:
            NotReadError: the list is not what DVC writes; its own digest is the caller's to compare.
        """
        file = self.cached(folder.md5, is_folder=True)
        if file is None:
            return None
        data = self._target.read(file, _MANIFEST_LIMIT).data
        try:
            listed = [(str(entry["relpath"]), str(entry["md5"])) for entry in json.loads(data)]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise NotReadError(f"{file.path} is no list of files as DVC writes it") from error
        inside = {path: md5 for path, md5 in listed if posixpath.normpath(path) == path and not _leads_out(path)}
        if len(inside) < len(listed):
            raise NotReadError(f"{file.path} lists a file twice or outside its folder")
        return inside


def published(one: Tracked, md5: str | None = None) -> PublishedHash:
    """Return the hash that DVC recorded of a file, or of the list of a folder."""
    value = one.md5 if md5 is None else md5
    return PublishedHash(algorithm="md5", value=value, origin="dvc", at=one.at, size=one.size if md5 is None else None)


def _leads_out(path: str) -> bool:
    return path.startswith(("/", "../")) or path == ".."


def _read(target: Target, file: File) -> Iterator[Tracked]:
    """Yield what a file tracks; what is damaged is discovery's to report."""
    try:
        data = target.read(file, _LIMIT).data
        root = yaml.load(data, _LOADER)  # noqa: S506 - a safe loader, in C where there is one
    except (NotReadError, yaml.YAMLError, ValueError, RecursionError):
        return
    if not isinstance(root, dict):
        return
    folder = posixpath.join(posixpath.dirname(file.path), str(root.get("wdir") or ""))
    stages = [root] if file.path.endswith(".dvc") else [*_mapping(root.get("stages")).values()]
    lines = data.decode("utf-8", "replace").splitlines()
    for stage in stages:
        for out in _items(_mapping(stage).get("outs")):
            path = posixpath.normpath(posixpath.join(folder, str(out.get("path", ""))))
            md5 = str(out.get("md5") or "")
            match = _MD5.fullmatch(md5)
            if _leads_out(path) or not out.get("path") or "md5" not in out:
                continue
            line = next((number for number, text in enumerate(lines, 1) if md5 and md5 in text), None)
            size = out.get("size")
            yield Tracked(
                path=path,
                md5=match["hex"] if match else md5,
                is_folder=md5.endswith(".dir") or "nfiles" in out,
                size=size if isinstance(size, int) and not md5.endswith(".dir") else None,
                at=Place(file=file.path, line=line),
            )


def _mapping(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> list[dict[Any, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
