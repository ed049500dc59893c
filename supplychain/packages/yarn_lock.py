"""yarn.lock: of version 1, and of Yarn 2 and later ("berry"), which is YAML.

Berry states a hash of the archive that it packs itself out of what the registry sends, and none of that. It stands as
`zip-sha512:<hex>` among the hashes: Yarn verifies it, and no registry lists it.
Source: the documentation of Yarn ("Manifest fields"), and `Lockfile` in its own sources.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from supplychain.model.package import Drift, Origin, Resolved
from supplychain.packages import yarn_document
from supplychain.packages.interface import NotParsedError, Read, SourceFile
from supplychain.packages.npm_sources import aliased, hashes, origin_of, package, registry_of, version_of
from supplychain.packages.package_json import Manifest, drift_of, found_in, manifest_of
from supplychain.packages.typed import table, text, texts
from supplychain.yaml_document import Table, from_yaml

_FORMAT = "yarn.lock"
_BERRY = re.compile(r"(?m)^[\"']?__metadata[\"']?:")
_CHECKSUM = re.compile(r"(?:[\w]+/)?(?P<hex>[0-9a-f]{128})")
_ARCHIVE = "__archiveUrl="
_SHA1 = re.compile(r"#(?P<hex>[0-9a-f]{40})$")
_INSTALLED = ("dependencies", "devDependencies", "optionalDependencies")
"""The sections of a manifest that Yarn 1 installs, the last first."""


def read(source: SourceFile) -> Read:
    """Return the packages of a lock.

    Raises:
        NotParsedError: it is not as its format asks.
    """
    if _BERRY.search(source.text):
        return Read(packages=_later(source))
    return Read(packages=[_first(entry, source) for entry in yarn_document.entries(source.text)])


def members(source: SourceFile, manifests: Collection[str]) -> set[str]:
    """Return which manifests are of members of the workspace, which only a lock of a later version names.

    Raises:
        NotParsedError: it is not as its format asks.
    """
    if not _BERRY.search(source.text):
        return set()
    resolutions = [text(said.get("resolution"), f"resolution of {key!r}", line) for key, said, line in _all(source)]
    folders = (item.partition("@workspace:")[2] for item in resolutions if "@workspace:" in item)
    return found_in(folders, source.folder, manifests) - {posixpath.join(source.folder, "package.json")}


def drift(lock: SourceFile, manifests: Mapping[str, SourceFile]) -> tuple[Drift, ...] | str:
    """Return in what a lock does not agree with the package.json beside it and those of the members.

    Version 1 has a key `name@range` for each range that is asked for; later ones have an entry for each member.

    Raises:
        NotParsedError: a file is not as its format asks.
    """
    root = manifests.get(posixpath.join(lock.folder, "package.json"))
    if root is None:
        return "there is no package.json beside it"
    manifest = manifest_of(root)
    members = {".": manifest} | {
        path: manifest_of(manifests[posixpath.join(lock.folder, path, "package.json")])
        for path in sorted(manifest.members(lock.folder, manifests))
    }
    find = _drift_of_berry if _BERRY.search(lock.text) else _drift_of_first
    return tuple(find(lock, manifests, members))


def _first(entry: yarn_document.Entry, source: SourceFile) -> Resolved:
    asked = entry.keys[0] if entry.keys else ""
    key, _, range_ = asked[:1] + asked[1:].partition("@")[0], "", asked[1:].partition("@")[2]
    name, stated = aliased(key, range_)
    version = version_of(entry.values.get("version", ""))
    resolved = entry.values.get("resolved", "") or (stated if ":" in stated else "")
    sha1 = _SHA1.search(resolved)
    is_file = sha1 is not None and resolved.startswith("http")
    given = hashes(entry.values.get("integrity", "")) or ((f"sha1:{sha1['hex']}",) if sha1 and is_file else ())
    return Resolved(
        component=package(name, entry.line),
        version=version,
        asked=", ".join(entry.keys),
        at=source.at(entry.line),
        project=source.folder,
        format=_FORMAT,
        is_locked=True,
        hashes=given,
        origin=origin_of(resolved, name, version or "", source.folder),
        digest=source.digest,
    )


def _drift_of_first(
    lock: SourceFile, manifests: Mapping[str, SourceFile], members: Mapping[str, Manifest]
) -> Iterator[Drift]:
    keys = {key for entry in yarn_document.entries(lock.text) for key in entry.keys}
    own = {str(manifest.data.get("name")) for manifest in members.values()}
    forced = {asked.name: asked for asked in members["."].overrides if asked.section == "resolutions"}
    for path, manifest in members.items():
        source = manifests[posixpath.normpath(posixpath.join(lock.folder, path, "package.json"))]
        for name, stated in manifest.of(*_INSTALLED).items():
            wanted = forced[name].range if name in forced else stated
            if f"{name}@{wanted}" in keys or f"{name}@{stated}" in keys or name in own or (not stated and name in keys):
                continue
            reason = f"the manifest asks for {stated or 'any version'}, and the lock was not made for it"
            yield Drift(component=f"package:npm/{name}", at=source.at(manifest.line(name)), reason=reason)


def _later(source: SourceFile) -> list[Resolved]:
    """Return the packages of a later version; its entries for the project and its members are none."""
    packages: list[tuple[str, dict[str, Any], int]] = []
    asked: set[str] = set()
    for key, said, line in _all(source):
        if "@workspace:" in text(said.get("resolution"), f"resolution of {key!r}", line):
            ranges = texts(said.get("dependencies"), "dependencies", line).items()
            asked.update(f"{name}@{given}" if ":" in given else f"{name}@npm:{given}" for name, given in ranges)
        else:
            packages.append((key, said, line))
    return [_berry(key, said, line, source, asked) for key, said, line in packages]


def _all(source: SourceFile) -> Iterator[tuple[str, dict[str, Any], int]]:
    documents = from_yaml(source.text)
    root = documents[0] if len(documents) == 1 else None
    if not isinstance(root, Table):
        raise NotParsedError("it holds no mapping", 1)
    for key, held in root.items():
        if key != "__metadata":
            yield key, table(held, f"the entry {key!r}", root.lines[key]), root.lines[key]


def _berry(key: str, said: Mapping[str, Any], line: int, source: SourceFile, direct: Collection[str]) -> Resolved:
    resolution = text(said.get("resolution"), f"resolution of {key!r}", line)
    position = resolution.find("@", 1)
    if position < 0:
        raise NotParsedError(f"{key[:80]!r} says not what it came to", line)
    name, at = resolution[:position], resolution[position + 1 :]
    stated = text(said.get("version"), f"version of {key!r}", line)
    packed = _CHECKSUM.fullmatch(text(said.get("checksum"), f"checksum of {key!r}", line))
    return Resolved(
        component=package(name, line),
        version=version_of(stated),
        asked=key,
        at=source.at(line),
        project=source.folder,
        format=_FORMAT,
        is_locked=True,
        hashes=(f"zip-sha512:{packed['hex']}",) if packed else (),
        origin=_origin(name, at, stated, source.folder),
        marker=text(said.get("conditions"), f"conditions of {key!r}", line),
        direct=any(part.partition("::")[0] in direct for part in key.split(", ")),
        digest=source.digest,
    )


def _origin(name: str, at: str, version: str, folder: str) -> Origin:
    """Return where `npm:1.0.0`, `patch:name@npm%3A1.0.0#…`, `https://…#commit=…` or `file:…` is fetched from."""
    if at.startswith("patch:"):
        inner = unquote(at.removeprefix("patch:").partition("#")[0])
        at = inner[inner.find("@", 1) + 1 :]
    if archive := at.partition("::")[2].partition(_ARCHIVE)[2].partition("&")[0]:
        address = unquote(archive)
        return registry_of(address, name, version) or origin_of(address, name, version, folder)
    if at.startswith("npm:"):
        return Origin()
    plain = at.partition("::")[0]
    return origin_of(plain.partition("#")[0] if plain.startswith("file:") else plain, name, version, folder)


def _drift_of_berry(
    lock: SourceFile, manifests: Mapping[str, SourceFile], members: Mapping[str, Manifest]
) -> Iterator[Drift]:
    locked = {}
    for key, said, line in _all(lock):
        _, is_member, path = text(said.get("resolution"), f"resolution of {key!r}", line).partition("@workspace:")
        if is_member:
            locked[path] = {
                **_plain(texts(said.get("dependencies"), "dependencies", line)),
                **_plain(texts(said.get("peerDependencies"), "peerDependencies", line)),
            }
    for path, manifest in members.items():
        source = manifests[posixpath.normpath(posixpath.join(lock.folder, path, "package.json"))]
        asked = {asked.name: asked.range for asked in members["."].overrides if asked.section == "resolutions"}
        ranges = dict(locked.get(path, {}))
        for name, given in asked.items():
            if name in ranges and ranges[name] == given.removeprefix("npm:"):
                ranges[name] = manifest.of(*_INSTALLED, "peerDependencies").get(name, given)
        if path not in locked:
            reason = "it is a member of the workspace, and the lock does not know it"
            yield Drift(component=path, at=source.at(1), reason=reason)
        else:
            yield from drift_of(source, manifest, manifest.of("peerDependencies", *_INSTALLED), ranges)


def _plain(ranges: Mapping[str, str]) -> dict[str, str]:
    """Return ranges as a manifest writes them, without the `npm:` that Yarn puts before them."""
    return {name: given.removeprefix("npm:") if "@" not in given[5:] else given for name, given in ranges.items()}
