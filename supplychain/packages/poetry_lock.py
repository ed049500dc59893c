"""poetry.lock, of all versions: the files of the first ones stand in a table of their own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from posixpath import join
from typing import Any

from packaging.utils import canonicalize_name

from supplychain.model.address import without_credentials
from supplychain.model.package import Drift, LockedFile, Origin, Resolved
from supplychain.packages import pyproject
from supplychain.packages.interface import NotParsedError, Read, SourceFile
from supplychain.packages.python_drift import changed, unmet
from supplychain.packages.python_sources import hashes, local, locked_file, origin_of, package, repository
from supplychain.packages.toml_document import Lines, block_lines, from_toml
from supplychain.packages.typed import items, table, text

_FORMAT = "poetry.lock"
_LEGACY = ("dependencies", "source", "extras", "dev-dependencies")
_RELEVANT = (*_LEGACY, "group")
_PROJECT = ("requires-python", "dependencies", "optional-dependencies")


def read(source: SourceFile) -> Read:
    """Return every package of a lock with its files and groups.

    Raises:
        NotParsedError: it is not as Poetry writes it.
    """
    data = _data(source)
    extras = table(data.get("extras"), "extras")
    older = table(table(data["metadata"], "metadata").get("files"), "metadata.files")
    oldest = table(table(data["metadata"], "metadata").get("hashes"), "metadata.hashes")
    found = Read()
    for said, line in _packages(source):
        name = text(said.get("name"), "name", line)
        listed = items(said.get("files") or older.get(name), "files", line)
        stated = items(oldest.get(name), "hashes", line)
        of = [e for e, names in extras.items() if isinstance(names, list) and _is_named(name, names)]
        found.packages.append(_resolved(said, line, list(_files(listed, line)), stated, of, source))
    return found


def _is_named(name: str, stated: list[Any]) -> bool:
    return any(str(item).partition(" ")[0].partition("[")[0].lower() == name.lower() for item in stated)


def _data(source: SourceFile) -> dict[str, Any]:
    data = from_toml(source.data)
    if "metadata" not in data:
        raise NotParsedError("it has no table `metadata`, which every version of Poetry writes", 1)
    return data


def _packages(source: SourceFile) -> Iterator[tuple[dict[str, Any], int | None]]:
    tables = items(_data(source).get("package"), "package", 1)
    for said, line in zip(tables, block_lines(source, "package", len(tables)), strict=True):
        held = table(said, "an entry of package", line)
        if not text(held.get("name"), "name", line) or not text(held.get("version"), "version", line):
            raise NotParsedError("a package without name or version", line)
        yield held, line


def _files(listed: list[Any], line: int | None) -> Iterator[tuple[str, str]]:
    for item in listed:
        held = table(item, "a file", line)
        yield text(held.get("file") or held.get("url"), "file", line), text(held.get("hash"), "hash", line)


def _resolved(
    said: Mapping[str, Any],
    line: int | None,
    stated: list[tuple[str, str]],
    oldest: list[Any],
    extras: list[str],
    source: SourceFile,
) -> Resolved:
    files: tuple[LockedFile, ...] = tuple(filter(None, (locked_file(name, value) for name, value in stated)))
    marker = said.get("markers", "")
    if isinstance(marker, dict):  # one for each group
        marker = " or ".join(dict.fromkeys(f"({text(value, 'markers', line)})" for value in marker.values()))
    return Resolved(
        component=package(text(said["name"], "name", line), line),
        version=text(said["version"], "version", line),
        at=source.at(line),
        project=source.folder,
        format=_FORMAT,
        is_locked=True,
        hashes=hashes((*(value for _, value in stated), *(f"sha256:{value}" for value in oldest))),
        files=files,
        origin=_origin(table(said.get("source"), "source", line), source.folder, line),
        marker=text(marker, "markers", line),
        groups=_groups(said, extras, line),
        digest=source.digest,
    )


def _groups(said: Mapping[str, Any], extras: list[str], line: int | None) -> tuple[str, ...]:
    listed = [text(group, "a group", line) for group in items(said.get("groups"), "groups", line)]
    groups = listed or [text(said.get("category"), "category", line) or "main"]
    if "main" not in groups:
        return tuple(sorted(groups))
    return (
        tuple(sorted({*extras, *(group for group in groups if group != "main")}))
        if said.get("optional") and extras
        else ()
    )


def _origin(said: Mapping[str, Any], folder: str, line: int | None) -> Origin:
    kind, url = text(said.get("type"), "source.type", line), text(said.get("url"), "source.url", line)
    if not kind or kind in {"legacy", "pypi"}:
        return Origin(address=without_credentials(url) or None)
    if kind == "git":
        reference = said.get("resolved_reference") or said.get("reference")
        return repository(url, text(reference, "resolved_reference", line))
    if kind == "url":
        return origin_of(url, folder)[0]
    if kind in {"directory", "file"}:
        return local(url, folder)
    raise NotParsedError(f"a source of another kind: {kind[:40]!r}", line)


def drift(lock: SourceFile, manifests: Mapping[str, SourceFile]) -> tuple[Drift, ...] | str:
    """Return in what a lock does not agree with its pyproject.toml: first by the hash that Poetry keeps of that.

    Source: `Locker._get_content_hash` of Poetry 1.0 to 2.5.

    Raises:
        NotParsedError: a file is not as its format asks.
    """
    manifest = manifests.get(join(lock.folder, "pyproject.toml"))
    if manifest is None:
        return "there is no pyproject.toml beside it"
    stated = text(table(_data(lock)["metadata"], "metadata").get("content-hash"), "content-hash")
    if stated and stated in set(_content_hashes(from_toml(manifest.data))):
        return ()
    versions: dict[str, list[str | None]] = {}
    for said, _ in _packages(lock):
        versions.setdefault(f"package:pypi/{canonicalize_name(said['name'])}", []).append(said["version"])
    asked = [entry for entry in (pyproject.read(manifest) or Read()).packages if entry.groups != (pyproject.BUILD,)]
    found = unmet(asked, versions, lock.path, is_universal=True)
    return found or (
        changed(lock.path, manifest.path, "content-hash", lock.at(Lines(lock).of("metadata", "content-hash"))),
    )


def _content_hashes(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the hashes that the versions of Poetry give a manifest."""
    poetry = table(pyproject.at(data, "tool", "poetry"), "tool.poetry")
    project = table(data.get("project"), "project")
    first = {key: poetry.get(key) for key in _RELEVANT if key in _LEGACY or poetry.get(key) is not None}
    said = {key: project[key] for key in _PROJECT if project.get(key) is not None}
    groups = table(data.get("dependency-groups"), "dependency-groups")
    kept = {key: poetry[key] for key in _RELEVANT if poetry.get(key) is not None}
    for content in (
        first,
        {key: poetry.get(key) for key in _LEGACY},
        ({"project": said} if said else {}) | {"tool": {"poetry": kept}},
        ({"project": said} if said else {}) | {"dependency-groups": groups, "tool": {"poetry": kept}},
    ):
        yield digest_of(content, (", ", ": "))


def digest_of(content: object, separators: tuple[str, str]) -> str:
    """Return the SHA-256 of a part of a manifest as JSON, which is how its tools tell whether it changed.

    Raises:
        NotParsedError: it is nested too deep, or holds a time, of which there is no JSON.
    """
    try:
        stated = json.dumps(content, sort_keys=True, separators=separators)
    except (TypeError, ValueError, RecursionError) as error:
        raise NotParsedError("the manifest holds what is no JSON") from error
    return hashlib.sha256(stated.encode()).hexdigest()
