"""Artifacts that lie in the target: files, what a folder holds, pointers of Git LFS, and what DVC tracks."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cached_property
from typing import Literal

from supplychain.artifacts import dvc
from supplychain.artifacts.dvc import Dvc, Tracked
from supplychain.artifacts.found import Found, Wanted
from supplychain.artifacts.pointers import pointer
from supplychain.files import NotReadError
from supplychain.git import index
from supplychain.model.artifact import PublishedHash
from supplychain.model.reference import Place
from supplychain.target import File, Target

Where = Literal["target", "declared"]
_LINKS = 16
"""Links on the way to a file, one leading to another, that are followed inside the target."""


class InTarget:
    """Finds what lies at a path of the target."""

    def __init__(self, target: Target, max_files: int) -> None:
        """Read nothing yet."""
        self._target, self._limit = target, max_files
        self.dvc = Dvc(target)

    def at(self, wanted: Wanted, path: str, where: Where = "target") -> list[Found]:
        """Return what lies at a path, or one artifact that is absent."""
        path = self._resolved(posixpath.normpath(path))
        if (file := self._target.get(path)) is not None:
            return [self.file(wanted, file, where)]
        if inside := self._below(path):
            return self._folder(wanted, path, inside, where)
        if (tracked := self.dvc.around(path)) is not None:
            return self._tracked(wanted, path, tracked, where)
        refused = next((entry for entry in self._target.irregular if entry.path == path), None)
        state: Literal["absent", "not read"] = "not read" if refused else "absent"
        return [Found(wanted, path, where, state, problem=refused.reason if refused else "")]

    def file(self, wanted: Wanted, file: File, where: Where = "target") -> Found:
        """Return one file: its bytes, or those that its pointer stands for."""
        found = Found(wanted, file.path, where, size=file.size)
        place = wanted.at
        if (said := pointer(self._target, file, place)) is not None:
            found.published.append(said.published)
            found.located, found.size, found.at = said.located, said.published.size, said.published.at
            found.state = "bytes" if said.located else "pointer"
            return found
        self._lay_out(found, file)
        blob = self._index.get(file.raw)
        found.tracked = blob.decode("ascii") if blob else None
        self._add_tracked(found, file.path)
        return found

    @cached_property
    def _index(self) -> dict[str, bytes]:
        """What git tracks, by path; nothing where it cannot be read."""
        return (index(self._target.root) or {}) if self._target.root else {}

    def of_dvc(self, wanted: Wanted, dvc_file: str) -> list[Found]:
        """Return what a `*.dvc` file imports."""
        found: list[Found] = []
        for tracked in self.dvc.of_file(dvc_file):
            found += self.at(wanted, tracked.path)
        return found

    def _lay_out(self, found: Found, file: File) -> None:
        """Say where the bytes of a file are read."""
        found.located = self._target.located(file)
        if found.located is None:
            try:
                found.data = self._target.read(file).data
            except NotReadError as error:
                found.state, found.problem = "not read", str(error)

    def _resolved(self, path: str) -> str:
        """Return a path with the links of the target followed; those that lead out of it are not among them."""
        for _ in range(_LINKS):
            parts = path.split("/")
            begins = ("/".join(parts[:end]) for end in range(1, len(parts) + 1))
            link = next((begin for begin in begins if begin in self._target.links), None)
            if link is None:
                break
            path = posixpath.normpath(self._target.links[link] + path[len(link) :])
        return path

    def _below(self, path: str) -> list[File]:
        prefix = "" if path == "." else path.rstrip("/") + "/"
        return [file for file in self._target.files if file.path.startswith(prefix)]

    def _folder(self, wanted: Wanted, path: str, inside: list[File], where: Where) -> list[Found]:
        found = [self.file(wanted, file, where) for file in inside[: self._limit]]
        if len(inside) > self._limit:
            problem = f"{len(inside):,} files lie in it; max_files under [artifacts] of the policy is {self._limit:,}"
            found.append(Found(wanted, path, where, "not read", problem=problem))
        tracked = self.dvc.around(path)
        if tracked is not None and tracked.is_folder:
            found += self._of_list(wanted, path, tracked, {file.path for file in inside}, where)
        return found

    def _add_tracked(self, found: Found, path: str) -> None:
        """Add what DVC recorded of a file, or that its folder's list does not name it."""
        tracked = self.dvc.around(path)
        if tracked is None:
            return
        if tracked.path == path and not tracked.is_folder:
            found.published.append(dvc.published(tracked))
            return
        listed = self._listed(tracked) if tracked.is_folder and tracked.path != path else None
        if listed is not None:
            name = path[len(tracked.path) + 1 :]
            found.at = tracked.at
            if name in listed:
                found.published.append(dvc.published(tracked, listed[name]))
            elif found.state == "bytes":
                found.state, found.problem = "unlisted", f"the list of {tracked.path} that {tracked.at} records"

    def _listed(self, tracked: Tracked) -> dict[str, str] | None:
        try:
            return self.dvc.manifest(tracked)
        except NotReadError:
            return None

    def _tracked(self, wanted: Wanted, path: str, tracked: Tracked, where: Where) -> list[Found]:
        """Return what DVC tracks of a path at which nothing lies: its cache may have the bytes."""
        if tracked.is_folder:
            return self._of_list(wanted, path, tracked, set(), where)
        return [self._from_cache(wanted, path, dvc.published(tracked), tracked.at, where)]

    def _from_cache(self, wanted: Wanted, path: str, said: PublishedHash, at: Place, where: Where) -> Found:
        found = Found(wanted, path, where, "pointer", at=at, size=said.size, published=[said])
        cached = self.dvc.cached(said.value)
        if cached is not None:
            found.state, found.size = "bytes", cached.size
            self._lay_out(found, cached)
        return found

    def _of_list(self, wanted: Wanted, path: str, tracked: Tracked, there: set[str], where: Where) -> list[Found]:
        """Return the list of a folder, which has a digest of its own, and what it names that does not lie there."""
        said = PublishedHash(algorithm="md5", value=tracked.md5, origin="dvc", at=tracked.at)
        listing = Found(wanted, f"the list of {tracked.path}", where, "pointer", at=tracked.at, published=[said])
        file = self.dvc.cached(tracked.md5, is_folder=True)
        if file is None:
            return [listing]
        listing.state = "bytes"
        self._lay_out(listing, file)
        try:
            listed = self.dvc.manifest(tracked) or {}
        except NotReadError as error:
            listing.state, listing.problem, listing.located, listing.data = "not read", str(error), None, None
            return [listing]
        return [listing, *self._missing(wanted, path, tracked, listed, there, where)]

    def _missing(
        self, wanted: Wanted, path: str, tracked: Tracked, listed: dict[str, str], there: set[str], where: Where
    ) -> Iterator[Found]:
        for name, md5 in list(listed.items())[: self._limit]:
            whole = f"{tracked.path}/{name}"
            if whole in there or not (whole == path or whole.startswith(f"{path}/") or path == tracked.path):
                continue
            said = dvc.published(tracked, md5)
            if there:
                yield Found(wanted, whole, where, "removed", at=tracked.at, published=[said])
            else:
                yield self._from_cache(wanted, whole, said, tracked.at, where)
