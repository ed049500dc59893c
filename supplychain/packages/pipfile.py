"""Pipfile and Pipfile.lock of pipenv."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import join
from typing import Any

from packaging.utils import canonicalize_name

from supplychain.model.address import without_credentials
from supplychain.model.package import Drift, Origin, Resolved
from supplychain.packages import python_indexes
from supplychain.packages.interface import NotParsedError, Read, SourceFile
from supplychain.packages.json_document import Lines as JsonLines
from supplychain.packages.json_document import from_json
from supplychain.packages.poetry_lock import digest_of
from supplychain.packages.python_drift import changed, specifier, unmet
from supplychain.packages.python_sources import exact, hashes, local, origin_of, package, repository
from supplychain.packages.toml_document import Lines, from_toml
from supplychain.packages.typed import items, table, text

_OTHER = frozenset({"source", "requires", "scripts", "pipenv", "pipfile"})
_MARKERS = ("sys_platform", "platform_system", "platform_machine", "os_name", "python_version", "python_full_version",
            "implementation_name", "platform_python_implementation")  # fmt: skip
_VERSION = re.compile(r"===?\s*(?P<version>[\w.!+-]+)")


def read(source: SourceFile) -> Read:
    """Return what a Pipfile asks for and its indexes, or every package of a Pipfile.lock.

    Raises:
        NotParsedError: it is not as pipenv writes it.
    """
    return _lock(source) if source.path.endswith(".lock") else _manifest(source)


def _manifest(source: SourceFile) -> Read:
    data, lines = from_toml(source.data), Lines(source)
    found = Read(settings=list(python_indexes.read(data, source, lines)))
    indexes = python_indexes.addresses(data)
    for section, held in data.items():
        if section in _OTHER:
            continue
        groups = {"packages": (), "dev-packages": ("develop",)}.get(section, (section,))
        for name, given in table(held, section, lines.of(section)).items():
            line = lines.of(section, name)
            said = {"version": given} if isinstance(given, str) else table(given, name, line)
            found.packages.append(_entry(name, said, line, groups, indexes, source))
    return found


def _entry(
    name: str,
    said: Mapping[str, Any],
    line: int | None,
    groups: tuple[str, ...],
    indexes: Mapping[str, str],
    source: SourceFile,
) -> Resolved:
    asked = text(said.get("version"), f"version of {name}", line)
    given = specifier(asked)
    return Resolved(
        component=package(name, line),
        version=exact(given) if given is not None else None,
        asked="" if asked == "*" else asked,
        at=source.at(line),
        project=source.folder,
        format="Pipfile",
        is_locked=False,
        origin=_origin(said, indexes, source.folder, line),
        marker=_marker(said, line),
        extras=_extras(said, line),
        groups=groups,
        direct=True,
        digest=source.digest,
    )


def _lock(source: SourceFile) -> Read:
    data = from_json(source.text)
    if "_meta" not in data:
        raise NotParsedError("it has no `_meta`, which pipenv writes", 1)
    meta = table(data["_meta"], "_meta")
    named = [table(item, "a source") for item in items(meta.get("sources"), "_meta.sources")]
    indexes = {text(i.get("name"), "name"): without_credentials(text(i.get("url"), "url")) for i in named}
    lines = JsonLines(source.text, only_objects=True)
    found: dict[tuple[str, str, str], Resolved] = {}
    for section, held in data.items():
        if section == "_meta":
            continue
        lines.after(section)
        for name, given in table(held, section).items():
            line = lines.next(name)
            entry = _locked(name, table(given, name, line), line, section, indexes, source)
            key = (entry.component.id, entry.version or "", entry.marker)
            known = found.get(key)
            found[key] = entry if known is None else _merged(known, entry)
    return Read(packages=list(found.values()))


def _merged(first: Resolved, second: Resolved) -> Resolved:
    """Return an entry that stands in two sections: it is of both, and has the hashes that both accept."""
    groups = () if not first.groups or not second.groups else tuple(sorted({*first.groups, *second.groups}))
    return first.model_copy(
        update={"groups": groups, "hashes": tuple(value for value in first.hashes if value in second.hashes)}
    )


def _locked(
    name: str, said: Mapping[str, Any], line: int, section: str, indexes: Mapping[str, str], source: SourceFile
) -> Resolved:
    stated = text(said.get("version"), f"version of {name}", line)
    match = _VERSION.fullmatch(stated)
    return Resolved(
        component=package(name, line),
        version=match["version"] if match else None,
        asked=stated,
        at=source.at(line),
        project=source.folder,
        format="Pipfile.lock",
        is_locked=True,
        hashes=hashes(text(value, "a hash", line) for value in items(said.get("hashes"), "hashes", line)),
        origin=_origin(said, indexes, source.folder, line),
        marker=text(said.get("markers"), "markers", line),
        extras=_extras(said, line),
        groups=() if section == "default" else (section,),
        digest=source.digest,
    )


def _extras(said: Mapping[str, Any], line: int | None) -> tuple[str, ...]:
    return tuple(sorted(text(extra, "an extra", line) for extra in items(said.get("extras"), "extras", line)))


def _marker(said: Mapping[str, Any], line: int | None) -> str:
    parts = [f"({text(said['markers'], 'markers', line)})"] if said.get("markers") else []
    parts += [f"{key} {text(said[key], key, line)}" for key in _MARKERS if key in said]
    return parts[0].strip("()") if len(parts) == 1 and said.get("markers") else " and ".join(parts)


def _origin(said: Mapping[str, Any], indexes: Mapping[str, str], folder: str, line: int | None) -> Origin:
    keys = ("git", "ref", "file", "path", "index")
    stated = {key: text(said[key], key, line) for key in keys if key in said}
    if "git" in stated:
        return repository(stated["git"].removeprefix("git+"), stated.get("ref"))
    if "file" in stated:
        return origin_of(stated["file"], folder)[0]
    if "path" in stated:
        return local(stated["path"], folder)
    return Origin(address=indexes.get(stated.get("index", "")) or None)


def drift(lock: SourceFile, manifests: Mapping[str, SourceFile]) -> tuple[Drift, ...] | str:
    """Return in what a lock does not agree with its Pipfile: first by the hash that pipenv keeps of that.

    Source: `Pipfile.calculate_hash` of pipenv, and `plette.Pipfile.get_hash`.

    Raises:
        NotParsedError: a file is not as its format asks.
    """
    manifest = manifests.get(join(lock.folder, "Pipfile"))
    if manifest is None:
        return "there is no Pipfile beside it"
    meta = table(from_json(lock.text).get("_meta"), "_meta")
    stated = text(table(meta.get("hash"), "_meta.hash").get("sha256"), "sha256")
    if stated and stated in set(_content_hashes(from_toml(manifest.data))):
        return ()
    versions: dict[str, list[str | None]] = {}
    for entry in _lock(lock).packages:
        versions.setdefault(entry.component.id, []).append(entry.version)
    found = unmet(_manifest(manifest).packages, versions, lock.path, is_universal=False)
    line = JsonLines(lock.text).after("_meta", "hash").next("sha256")
    return found or (changed(lock.path, manifest.path, "_meta.hash.sha256", lock.at(line)),)


def _content_hashes(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the hashes that the versions of pipenv give a manifest: with names as written, and as PyPI spells them."""
    sections = {"default": data.get("packages", {}), "develop": data.get("dev-packages", {})}
    sections |= {key: held for key, held in data.items() if key not in _OTHER | {"packages", "dev-packages"}}
    meta = {"sources": data.get("source", []), "requires": data.get("requires", {})}
    spelled = {
        section: {canonicalize_name(name): given for name, given in table(held, section).items()}
        for section, held in sections.items()
    }
    for content in (sections, spelled):
        yield digest_of({"_meta": meta, **content}, (",", ":"))
