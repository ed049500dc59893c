"""package.json: what a project of npm, Yarn or pnpm asks for, before a lock decides."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from supplychain.model.package import Drift, Resolved
from supplychain.packages.interface import NotParsedError, Read, SourceFile
from supplychain.packages.json_document import Lines, from_json
from supplychain.packages.npm_sources import aliased, exact, origin_of, package
from supplychain.packages.typed import items, table, text, texts

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "dependencies": (),
    "devDependencies": ("dev",),
    "optionalDependencies": ("optional",),
    "peerDependencies": ("peer",),
}
"""The sections of a manifest, with the groups that their packages are of."""
_WORKSPACES = 500
_LAST = re.compile(r"(?:^|/)(@[^/]+/[^/]+|[^/]+)$")


@dataclass(frozen=True)
class Asked:
    """One package that a manifest asks for."""

    name: str
    """What it is called in this project, which an alias can change."""
    range: str
    section: str
    line: int


@dataclass(frozen=True)
class Manifest:
    """What a package.json says of packages."""

    data: dict[str, Any]
    asked: tuple[Asked, ...]
    overrides: tuple[Asked, ...]
    """Versions that it gives to what others ask for: `overrides` and `resolutions`, nested ones by their path."""
    workspaces: tuple[str, ...]
    """Patterns of the folders of its members."""

    def of(self, *sections: str) -> dict[str, str]:
        """Return what sections ask for by name; a later section counts over an earlier one."""
        return {asked.name: asked.range for name in sections for asked in self.asked if asked.section == name}

    def members(self, folder: str, manifests: Iterable[str]) -> set[str]:
        """Return the folders, relative to its own, of those manifests that are of members of its workspace."""
        found: set[str] = set()
        for path in manifests:
            place = posixpath.relpath(posixpath.dirname(path) or ".", folder or ".")
            taken = [p.startswith("!") for p in self.workspaces if _is_of(p.lstrip("!"), place)]
            if taken and not taken[-1] and place != "." and posixpath.basename(path) == "package.json":
                found.add(place)
        return found

    def line(self, name: str) -> int:
        """Return the line that asks for a package; 1 where none does."""
        return self._lines.get(name, 1)

    @cached_property
    def _lines(self) -> dict[str, int]:
        return {asked.name: asked.line for asked in reversed(self.asked)}


def manifest_of(source: SourceFile) -> Manifest:
    """Return what a package.json says.

    Raises:
        NotParsedError: it is not one, or a part of it has another type than npm asks for.
    """
    data = from_json(source.text)
    lines = Lines(source.text)
    asked = [
        Asked(name, given, section, lines.after(section).next(name))
        for section in SECTIONS
        for name, given in texts(data.get(section), section).items()
    ]
    overrides: list[Asked] = []
    for section, held in (
        ("overrides", data.get("overrides")),
        ("resolutions", data.get("resolutions")),
        ("overrides", table(data.get("pnpm"), "pnpm").get("overrides")),
    ):
        lines.after(section)
        overrides += (Asked(path, given, section, lines.next(key)) for path, key, given in _nested(held, section, ""))
    return Manifest(data, tuple(asked), tuple(overrides), _workspaces(data.get("workspaces")))


def read(source: SourceFile) -> Read:
    """Return the packages that a package.json asks for, each with one version only where it states one.

    An override is no package by itself; it is one here where it sends what others ask for to another source.

    Raises:
        NotParsedError: it is not one, or a part of it has another type than npm asks for.
    """
    manifest = manifest_of(source)
    optional = table(manifest.data.get("peerDependenciesMeta"), "peerDependenciesMeta")
    packages = []
    for asked in manifest.asked:
        is_optional = asked.section == "peerDependencies" and bool(_flag(optional.get(asked.name)))
        packages.append(_resolved(asked, source, ("peer", "optional") if is_optional else SECTIONS[asked.section]))
    for asked in manifest.overrides:
        if not _is_range(asked.range):
            given = replace(asked, name=overridden(asked.name))
            packages.append(_resolved(given, source, (asked.section,), direct=False))
    return Read(packages=packages)


def members(source: SourceFile, manifests: Collection[str]) -> set[str]:
    """Return which of these manifests are of members of the workspace that a package.json describes.

    Raises:
        NotParsedError: it is not one.
    """
    return found_in(manifest_of(source).members(source.folder, manifests), source.folder, manifests)


def drift_of(
    source: SourceFile, manifest: Manifest, asked: Mapping[str, str], locked: Mapping[str, str]
) -> Iterator[Drift]:
    """Yield in what the ranges that a lock was made for differ from those that a manifest asks for."""
    for name in sorted(asked.keys() | locked.keys()):
        if asked.get(name) == locked.get(name):
            continue
        if name not in locked:
            reason = f"the manifest asks for {asked[name] or 'any version'}, and the lock does not know it"
        elif name not in asked:
            reason = f"the lock was made for {locked[name]}, and the manifest asks for it no more"
        else:
            reason = f"the manifest asks for {asked[name]}, and the lock was made for {locked[name]}"
        yield Drift(component=f"package:npm/{name}", at=source.at(manifest.line(name)), reason=reason)


def _resolved(asked: Asked, source: SourceFile, groups: tuple[str, ...], *, direct: bool = True) -> Resolved:
    name, stated = aliased(asked.name, asked.range)
    version = exact(stated)
    address = "" if stated != asked.range or _is_range(stated) else stated
    return Resolved(
        component=package(name, asked.line),
        version=version,
        asked=asked.range,
        at=source.at(asked.line),
        project=source.folder,
        format="package.json",
        is_locked=False,
        origin=origin_of(address, name, version or "", source.folder),
        groups=groups,
        direct=direct,
        digest=source.digest,
    )


def _is_range(stated: str) -> bool:
    """Whether a text is a range, a version, a tag or a name of pnpm's for a range, and no address."""
    return stated.startswith("catalog:") or not any(mark in stated for mark in (":", "/"))


def _nested(held: object, what: str, path: str, depth: int = 0) -> Iterator[tuple[str, str, str]]:
    """Yield the overrides of a tree: the path of each, its last key and its range; `$name` refers to the project's own."""
    if depth > 20:
        raise NotParsedError(f"{what} is nested more than 20 deep")
    for key, given in table(held, what).items():
        whole = f"{path}>{key}" if path and key != "." else path or key
        if isinstance(given, dict):
            yield from _nested(given, what, whole, depth + 1)
        else:
            yield whole, key, text(given, f"{what} {key!r}")


def found_in(folders: Iterable[str], folder: str, manifests: Collection[str]) -> set[str]:
    """Return the manifests in these folders, which are relative to `folder`."""
    places = {posixpath.normpath(posixpath.join(folder, path, "package.json")) for path in folders}
    return places.intersection(manifests)


def _is_of(pattern: str, place: str) -> bool:
    """Whether a folder is one that a pattern of a workspace names; `**` stands for any number of folders."""
    folders = place.split("/")
    reached = {0}
    for part in pattern.removeprefix("./").rstrip("/").split("/"):
        if part == "**":
            reached = set(range(min(reached, default=len(folders) + 1), len(folders) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(folders) and fnmatchcase(folders[at], part)}
    return len(folders) in reached


def overridden(path: str) -> str:
    """Return the package whose version an override gives: `c` of `a>c@<4`, of `a/**/c`, of `c@npm:^1`."""
    last = path.rpartition(">")[2]
    position = last.find("@", last.rfind("/@") + 2 if "/@" in last else 1)
    match = _LAST.search(last[:position] if position > 0 else last)
    return match[1] if match else last


def _workspaces(held: object) -> tuple[str, ...]:
    listed = held.get("packages") if isinstance(held, dict) else held
    if len(items(listed, "workspaces")) > _WORKSPACES:
        raise NotParsedError(f"it has more than {_WORKSPACES} patterns of workspaces")
    return tuple(text(item, "a workspace") for item in items(listed, "workspaces"))


def _flag(held: object) -> object:
    return table(held, "peerDependenciesMeta").get("optional")
