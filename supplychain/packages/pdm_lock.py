"""pdm.lock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import join
from typing import Any

from packaging.utils import canonicalize_name

from supplychain.model.package import Drift, Origin, Resolved
from supplychain.packages import pyproject
from supplychain.packages.interface import NotParsedError, Read, SourceFile
from supplychain.packages.poetry_lock import digest_of
from supplychain.packages.python_drift import changed, unmet
from supplychain.packages.python_sources import file_name, hashes, local, locked_file, origin_of, package, repository
from supplychain.packages.toml_document import Lines, block_lines, from_toml
from supplychain.packages.typed import items, table, text

_FORMAT = "pdm.lock"
_DEFAULT = "default"


def read(source: SourceFile) -> Read:
    """Return every package of a lock; one that is asked for with extras too stands there twice, and here once.

    Raises:
        NotParsedError: it is not as PDM writes it.
    """
    found: dict[tuple[str, str, str], Resolved] = {}
    for said, line in _packages(source):
        entry = _resolved(said, line, source)
        key = (entry.component.id, entry.version or "", entry.marker)
        known = found.get(key)
        if known is None:
            found[key] = entry
            continue
        groups = () if not known.groups or not entry.groups else tuple(sorted({*known.groups, *entry.groups}))
        changes = {"groups": groups, "extras": tuple(sorted({*known.extras, *entry.extras}))}
        more = {"hashes": known.hashes or entry.hashes, "files": known.files or entry.files}
        found[key] = known.model_copy(update=changes | more)
    return Read(packages=list(found.values()))


def _packages(source: SourceFile) -> Iterator[tuple[dict[str, Any], int | None]]:
    data = from_toml(source.data)
    if "metadata" not in data:
        raise NotParsedError("it has no table `metadata`, which PDM writes", 1)
    tables = items(data.get("package"), "package", 1)
    older = table(table(data["metadata"], "metadata").get("files"), "metadata.files")
    for said, line in zip(tables, block_lines(source, "package", len(tables)), strict=True):
        held = table(said, "an entry of package", line)
        name, version = text(held.get("name"), "name", line), text(held.get("version"), "version", line)
        if not name:
            raise NotParsedError("a package without a name", line)
        yield ({**held, "files": older[f"{name} {version}"]} if f"{name} {version}" in older else held), line


def _resolved(said: Mapping[str, Any], line: int | None, source: SourceFile) -> Resolved:
    listed = [table(item, "a file", line) for item in items(said.get("files"), "files", line)]
    stated = [
        (file_name(text(item.get("file") or item.get("url"), "file", line)), text(item.get("hash"), "hash", line))
        for item in listed
    ]
    groups = [text(group, "a group", line) for group in items(said.get("groups"), "groups", line)]
    return Resolved(
        component=package(text(said["name"], "name", line), line),
        version=text(said.get("version"), "version", line) or None,
        at=source.at(line),
        project=source.folder,
        format=_FORMAT,
        is_locked=True,
        hashes=hashes(value for _, value in stated),
        files=tuple(filter(None, (locked_file(name, value) for name, value in stated))),
        origin=_origin(said, source.folder, line),
        marker=text(said.get("marker"), "marker", line),
        extras=tuple(sorted(text(extra, "an extra", line) for extra in items(said.get("extras"), "extras", line))),
        groups=() if _DEFAULT in groups else tuple(sorted(groups)),
        digest=source.digest,
    )


def _origin(said: Mapping[str, Any], folder: str, line: int | None) -> Origin:
    stated = {key: text(said[key], key, line) for key in ("git", "url", "path", "revision", "ref") if key in said}
    if "git" in stated:
        return repository(stated["git"], stated.get("revision") or stated.get("ref"))
    if "url" in stated:
        return origin_of(stated["url"], folder)[0]
    return local(stated["path"], folder) if "path" in stated else Origin()


def drift(lock: SourceFile, manifests: Mapping[str, SourceFile]) -> tuple[Drift, ...] | str:
    """Return in what a lock does not agree with its pyproject.toml: first by the hash that PDM keeps of that.

    Source: `PyProject.content_hash` of PDM 2.

    Raises:
        NotParsedError: a file is not as its format asks.
    """
    manifest = manifests.get(join(lock.folder, "pyproject.toml"))
    if manifest is None:
        return "there is no pyproject.toml beside it"
    metadata = table(from_toml(lock.data).get("metadata"), "metadata")
    algorithm, _, stated = text(metadata.get("content_hash"), "content_hash").partition(":")
    if algorithm == "sha256" and stated in set(_content_hashes(from_toml(manifest.data))):
        return ()
    locked = {text(group, "a group") for group in items(metadata.get("groups"), "groups")}
    versions: dict[str, list[str | None]] = {}
    for said, line in _packages(lock):
        name = canonicalize_name(text(said["name"], "name", line))
        versions.setdefault(f"package:pypi/{name}", []).append(text(said.get("version"), "version", line) or None)
    asked = [
        entry
        for entry in (pyproject.read(manifest) or Read()).packages
        if not entry.groups or not locked.isdisjoint(entry.groups)
    ]
    found = unmet(asked, versions, lock.path, is_universal=True)
    return found or (
        changed(lock.path, manifest.path, "content_hash", lock.at(Lines(lock).of("metadata", "content_hash"))),
    )


def _content_hashes(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the hashes that the versions of PDM give a manifest."""
    project, pdm = table(data.get("project"), "project"), table(pyproject.at(data, "tool", "pdm"), "tool.pdm")
    development: dict[str, list[Any]] = {}
    for stated in (data.get("dependency-groups"), pdm.get("dev-dependencies")):
        for group, listed in table(stated, "a table of groups").items():
            development.setdefault(canonicalize_name(group), []).extend(items(listed, group))
    content = {
        "sources": pdm.get("source", []),
        "dependencies": project.get("dependencies", []),
        "dev-dependencies": development,
        "optional-dependencies": project.get("optional-dependencies", {}),
        "requires-python": project.get("requires-python", ""),
    }
    older = content | {"dev-dependencies": pdm.get("dev-dependencies", {})}
    for said in (content, older):
        yield digest_of(said | {"resolution": pdm.get("resolution", {})}, (", ", ": "))
        yield digest_of(said | {"overrides": pyproject.at(pdm, "resolution", "overrides") or {}}, (", ", ": "))
