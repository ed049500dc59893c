"""package-lock.json and npm-shrinkwrap.json of versions 1, 2 and 3, and package.json as their manifest.

Source: the documentation of npm, "package-lock.json".
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from supplychain.model.package import Drift, Resolved
from supplychain.packages import package_json
from supplychain.packages.interface import NotParsedError, Read, SourceFile
from supplychain.packages.json_document import Lines, from_json
from supplychain.packages.npm_sources import aliased, exact, hashes, origin_of, package, version_of
from supplychain.packages.package_json import SECTIONS, Manifest, drift_of, found_in, manifest_of, overridden
from supplychain.packages.typed import table, text, texts

_VERSIONS = (1, 2, 3)
_DEPTH = 100
_ASKING = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
"""The sections by which npm decides, the last first."""


@dataclass(frozen=True)
class _Entry:
    """One entry of a lock: where npm puts it, and what the lock says of it."""

    path: str
    name: str
    said: Mapping[str, Any]
    line: int

    def text(self, key: str) -> str:
        return text(self.said.get(key), f"{key} of {self.path!r}", self.line)

    def has(self, key: str) -> bool:
        return self.said.get(key) is True


def read(source: SourceFile) -> Read:
    """Return the packages of a lock, or of a package.json what it asks for.

    Raises:
        NotParsedError: it is not as its format asks, of a version that is not known, or beyond a limit.
    """
    if posixpath.basename(source.path) == "package.json":
        return package_json.read(source)
    data = from_json(source.text)
    if _version(data) == 1:
        return Read(packages=[_resolved(entry, source, None) for entry in _nested(data, source)])
    asked = _asked(data)
    return Read(packages=[_resolved(entry, source, asked) for entry in _flat(data, source)])


def members(source: SourceFile, manifests: Collection[str]) -> set[str]:
    """Return which manifests are of members of the workspace that a package.json or a lock describes.

    Raises:
        NotParsedError: it is not as its format asks.
    """
    if posixpath.basename(source.path) == "package.json":
        return package_json.members(source, manifests)
    return found_in(_members(from_json(source.text)), source.folder, manifests)


def drift(lock: SourceFile, manifests: Mapping[str, SourceFile]) -> tuple[Drift, ...] | str:
    """Return in what a lock does not agree with the package.json beside it and those of the members.

    A version 1 does not say which ranges it was made for: there, a package that is absent and a version that is not
    the one that is asked for are told, and a range that is not compared is the reason why more cannot be said.

    Raises:
        NotParsedError: a file is not as its format asks.
    """
    root = manifests.get(posixpath.join(lock.folder, "package.json"))
    if root is None:
        return "there is no package.json beside it"
    data = from_json(lock.text)
    manifest = manifest_of(root)
    if _version(data) == 1:
        return _drift_of_first(data, lock, root, manifest)
    entries = list(_flat(data, lock))
    found = list(drift_of(root, manifest, manifest.of(*_ASKING), _ranges(data, "")))
    for path in _members(data):
        member = manifests.get(posixpath.normpath(posixpath.join(lock.folder, path, "package.json")))
        if member is not None:
            asking = manifest_of(member)
            found += drift_of(member, asking, asking.of(*_ASKING), _ranges(data, path))
    found += (
        _new_member(path, lock, manifests) for path in manifest.members(lock.folder, manifests) - set(_members(data))
    )
    found += _not_overridden(root, manifest, entries)
    found += _halves(data, lock, entries)
    return tuple(found)


def _version(data: Mapping[str, Any]) -> int:
    version = data.get("lockfileVersion", 1 if "packages" not in data else None)
    if version not in _VERSIONS or isinstance(version, bool):
        raise NotParsedError(f"its lockfileVersion is {str(version)[:20]}; {_VERSIONS} are read", 1)
    return int(version)


def _flat(data: Mapping[str, Any], source: SourceFile) -> Iterator[_Entry]:
    """Yield the entries of `packages`; the project itself and the folders of its members are none."""
    lines = Lines(source.text, only_objects=True).after("packages")
    for path, held in table(data.get("packages"), "packages").items():
        line = lines.next(path)
        said = table(held, f"the entry {path!r}", line)
        _, is_package, installed = f"/{path}".rpartition("/node_modules/")
        if is_package:
            yield _Entry(path, text(said.get("name"), f"name of {path!r}", line) or installed, said, line)


def _nested(data: Mapping[str, Any], source: SourceFile) -> Iterator[_Entry]:
    """Yield the entries of `dependencies`, in which those that are installed inside another one stand inside it."""
    lines = Lines(source.text, only_objects=True).after("dependencies")
    yield from _below(data, lines, "", 0)


def _below(held: Mapping[str, Any], lines: Lines, path: str, depth: int) -> Iterator[_Entry]:
    if depth > _DEPTH:
        raise NotParsedError(f"it is nested more than {_DEPTH} deep", lines.here)
    for key, value in table(held.get("dependencies"), "dependencies", lines.here).items():
        line = lines.next(key)
        said = table(value, f"the entry {key!r}", line)
        stated = text(said.get("version"), f"version of {key!r}", line)
        name, version = aliased(key, stated)
        place = f"{path}node_modules/{key}"
        yield _Entry(place, name, {**said, "version": version}, line)
        yield from _below(said, lines, f"{place}/", depth + 1)


def _resolved(entry: _Entry, source: SourceFile, asked: frozenset[str] | None) -> Resolved:
    stated = entry.text("version")
    version = version_of(stated)
    resolved = entry.text("resolved") or ("" if version or not stated else stated)
    if entry.has("link"):
        resolved = f"file:{resolved}"
    groups = [group for group in ("dev", "optional", "peer") if entry.has(group)]
    groups += ["dev", "optional"] if entry.has("devOptional") else []
    return Resolved(
        component=package(entry.name, entry.line),
        version=version,
        asked=stated,
        at=source.at(entry.line),
        project=source.folder,
        format=posixpath.basename(source.path),
        is_locked=True,
        hashes=hashes(entry.text("integrity")),
        origin=origin_of(resolved, entry.name, version or "", source.folder),
        groups=tuple(groups),
        direct=None if asked is None else entry.path in asked,
        bundled=entry.has("inBundle") or entry.has("bundled"),
        runs_scripts=entry.has("hasInstallScript"),
        digest=source.digest,
    )


def _members(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the folders of the members of a project."""
    for path in table(data.get("packages"), "packages"):
        if path and "node_modules/" not in f"{path}/":
            yield path


def _ranges(data: Mapping[str, Any], path: str) -> dict[str, str]:
    """Return the ranges that a lock was made for, of the project or of a member."""
    said = table(table(data.get("packages"), "packages").get(path), f"the entry {path!r}")
    return {name: given for section in _ASKING for name, given in texts(said.get(section), section).items()}


def _asked(data: Mapping[str, Any]) -> frozenset[str]:
    """Return the places of what the project and its members ask for themselves."""
    packages = table(data.get("packages"), "packages")
    found = {f"node_modules/{name}" for name in _ranges(data, "")}
    for member in _members(data):
        for name in _ranges(data, member):
            own = f"{member}/node_modules/{name}"
            found.add(own if own in packages else f"node_modules/{name}")
    return frozenset(found)


def _new_member(path: str, lock: SourceFile, manifests: Mapping[str, SourceFile]) -> Drift:
    at = manifests[posixpath.join(lock.folder, path, "package.json")].at(1)
    return Drift(component=path, at=at, reason="it is a member of the workspace, and the lock does not know it")


def _not_overridden(root: SourceFile, manifest: Manifest, entries: list[_Entry]) -> Iterator[Drift]:
    """Yield the overrides that give one version, and of which the lock has another one."""
    own, versions = manifest.of(*SECTIONS), dict[str, set[str]]()
    for entry in entries:
        versions.setdefault(entry.name, set()).add(entry.text("version"))
    for asked in manifest.overrides:
        given = own.get(asked.range[1:], "") if asked.range.startswith("$") else asked.range
        version, name = exact(given), overridden(asked.name)
        if asked.section != "overrides" or asked.name != name or version is None:
            continue  # a range, or one that holds in some places only
        others = versions.get(name, set()) - {version}
        if others:
            reason = f"the manifest overrides it with {version}, and the lock has {', '.join(sorted(others))}"
            yield Drift(component=f"package:npm/{name}", at=root.at(asked.line), reason=reason)


def _halves(data: Mapping[str, Any], lock: SourceFile, entries: list[_Entry]) -> Iterator[Drift]:
    """Yield in what the half of a version 2 that npm 6 reads differs from the one that later versions read."""
    flat = {entry.path: entry for entry in entries}
    for old in _nested(data, lock) if "dependencies" in data else ():
        new = flat.get(old.path)
        if new is None or new.has("link"):
            continue
        keys = ("version", "resolved", "integrity") if version_of(old.text("version")) else ("integrity",)
        if any(old.text(key) != new.text(key) for key in keys):
            reason = "the two halves of the lock do not agree: npm 6 would install another file than later versions"
            yield Drift(component=f"package:npm/{new.name}", at=lock.at(old.line), reason=reason)


def _drift_of_first(
    data: Mapping[str, Any], lock: SourceFile, root: SourceFile, manifest: Manifest
) -> tuple[Drift, ...] | str:
    locked = {entry.path: entry for entry in _nested(data, lock)}
    found: list[Drift] = []
    is_compared = True
    for asked in manifest.asked:
        entry, (_, stated) = locked.get(f"node_modules/{asked.name}"), aliased(asked.name, asked.range)
        version = exact(stated)
        if entry is None and asked.section == "peerDependencies":
            continue  # which npm 6 does not install
        if entry is None:
            reason = f"the manifest asks for {asked.range or 'any version'}, and the lock does not know it"
        elif version is not None and entry.text("version") != version:
            reason = f"the manifest asks for {version}, and the lock has {entry.text('version')}"
        else:
            is_compared = is_compared and version is not None
            continue
        found.append(Drift(component=f"package:npm/{asked.name}", at=root.at(asked.line), reason=reason))
    if found or is_compared:
        return tuple(found)
    return "a lock of version 1 does not say which ranges it was made for"
