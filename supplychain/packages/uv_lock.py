"""uv.lock: every package with its files, and the requirements of the projects that it was made for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from posixpath import join, normpath
from typing import Any

from packaging.utils import canonicalize_name

from supplychain.model.address import without_credentials
from supplychain.model.package import Drift, Origin, Resolved
from supplychain.packages import pyproject
from supplychain.packages.interface import NotParsedError, Read, SourceFile
from supplychain.packages.python_drift import pythons, where
from supplychain.packages.python_sources import file_name, hashes, local, locked_file, origin_of, package, repository
from supplychain.packages.toml_document import Lines, block_lines, from_toml
from supplychain.packages.typed import items, table, text

_FORMAT = "uv.lock"
_VERSION = 1
_OWN = ("editable", "virtual", "directory")
"""Sources of the projects of a workspace, and of other folders."""
_STEPS = 2_000_000
"""Steps from package to package that are taken to see which groups need which."""


@dataclass(frozen=True)
class _Package:
    """One table of the lock."""

    said: Mapping[str, Any]
    line: int | None
    name: str
    version: str
    source: Mapping[str, Any]

    @property
    def own(self) -> str | None:
        """The folder of a project, relative to the lock; None for what comes from elsewhere."""
        return next((str(self.source[key]) for key in _OWN if key in self.source), None)


def read(source: SourceFile) -> Read:
    """Return every package of a lock with its files, and which groups of the projects need it.

    Raises:
        NotParsedError: it is not as uv writes it, or of a version that is not known.
    """
    packages = _packages(source)
    roots = [entry for entry in packages if entry.own is not None]
    needed = _Needed(packages, roots)
    found = Read()
    for entry in packages:
        if entry.own is None:
            found.packages.append(_resolved(entry, source, needed))
    return found


def members(source: SourceFile, manifests: Collection[str]) -> set[str]:
    """Return which manifests are of projects that a lock was made for.

    Raises:
        NotParsedError: it is not as uv writes it.
    """
    named = {normpath(join(source.folder, entry.own, "pyproject.toml")) for entry in _packages(source) if entry.own}
    return named & set(manifests)


def _packages(source: SourceFile) -> list[_Package]:
    data = from_toml(source.data)
    if data.get("version") != _VERSION:
        raise NotParsedError(f"its version is {str(data.get('version'))[:20]}; {_VERSION} is read", 1)
    tables = items(data.get("package"), "package", 1)
    found = []
    for said, line in zip(tables, block_lines(source, "package", len(tables)), strict=True):
        held = table(said, "an entry of package", line)
        name, version = text(held.get("name"), "name", line), text(held.get("version"), "version", line)
        if "name" not in held or "source" not in held:
            raise NotParsedError("a package without name or source", line)
        found.append(_Package(held, line, name, version, table(held["source"], "source", line)))
    return found


class _Needed:
    """Which packages the projects ask for themselves, and which groups lead to each."""

    def __init__(self, packages: list[_Package], roots: Iterable[_Package]) -> None:
        self.direct: set[str] = set()
        self.groups: dict[str, set[str]] = {}
        self.markers: dict[str, dict[str, None]] = {}
        self._edges: dict[str, list[str]] = {}
        self._steps = 0
        own = {entry.name for entry in packages if entry.own is not None}
        for entry in packages:
            for extra, listed in _lists(entry, "optional-dependencies"):
                self._edges[f"{entry.name}[{extra}]"] = [entry.name, *self._targets(listed, entry)]
            self._edges.setdefault(entry.name, []).extend(
                self._targets(items(entry.said.get("dependencies"), "dependencies", entry.line), entry)
            )
        for root in roots:
            starts = {"": self._edges.get(root.name, [])}
            starts |= {
                extra: self._edges[f"{root.name}[{extra}]"] for extra, _ in _lists(root, "optional-dependencies")
            }
            starts |= {group: self._targets(held, root) for group, held in _lists(root, "dev-dependencies")}
            for group, targets in starts.items():
                self.direct |= {target.partition("[")[0] for target in targets} - own
                self._walk(group, [target for target in targets if target != root.name])

    def _targets(self, listed: Iterable[Any], entry: _Package) -> list[str]:
        found = []
        for item in listed:
            held = table(item, f"a dependency of {entry.name}", entry.line)
            name = text(held.get("name"), "name", entry.line)
            marker = text(held.get("marker"), "marker", entry.line)
            self.markers.setdefault(name, {})[marker] = None
            found.append(name)
            found += (f"{name}[{extra}]" for extra in items(held.get("extra"), "extra", entry.line))
        return found

    def _walk(self, group: str, starts: list[str]) -> None:
        seen: set[str] = set()
        pending = starts
        while pending:
            name = pending.pop()
            if name in seen:
                continue
            seen.add(name)
            pending += self._edges.get(name, ())
            self._steps += 1
            if self._steps > _STEPS:
                self.groups = {}
                return  # what no group is known of counts as always installed
        for name in {name.partition("[")[0] for name in seen}:
            self.groups.setdefault(name, set()).add(group)

    def groups_of(self, name: str) -> tuple[str, ...]:
        groups = self.groups.get(name, {""})
        return () if "" in groups else tuple(sorted(groups))

    def marker_of(self, name: str) -> str:
        """Return the conditions of all that need a package; empty where one needs it always."""
        markers = self.markers.get(name, {"": None})
        if "" in markers:
            return ""
        return next(iter(markers)) if len(markers) == 1 else " or ".join(f"({marker})" for marker in markers)


def _lists(entry: _Package, key: str) -> Iterator[tuple[str, list[Any]]]:
    for group, listed in table(entry.said.get(key), key, entry.line).items():
        yield group, items(listed, f"{key}.{group}", entry.line)


def _resolved(entry: _Package, source: SourceFile, needed: _Needed) -> Resolved:
    line = entry.line
    artifacts = [table(item, "a wheel", line) for item in items(entry.said.get("wheels"), "wheels", line)]
    if "sdist" in entry.said:
        artifacts.append(table(entry.said["sdist"], "sdist", line))
    stated = [(text(a.get("url") or a.get("path"), "url", line), text(a.get("hash"), "hash", line)) for a in artifacts]
    forks = items(entry.said.get("resolution-markers"), "resolution-markers", line)
    marker = " or ".join(f"({fork})" for fork in forks) if forks else needed.marker_of(entry.name)
    return Resolved(
        component=package(entry.name, line),
        version=entry.version or None,
        at=source.at(line),
        project=source.folder,
        format=_FORMAT,
        is_locked=True,
        hashes=hashes(value for _, value in stated),
        files=tuple(filter(None, (locked_file(file_name(url), value) for url, value in stated))),
        origin=_origin(entry.source, source.folder, line),
        marker=marker,
        groups=needed.groups_of(entry.name),
        direct=entry.name in needed.direct,
        digest=source.digest,
    )


def _origin(stated: Mapping[str, Any], folder: str, line: int | None) -> Origin:
    said = {key: text(value, f"source.{key}", line) for key, value in stated.items() if key != "subdirectory"}
    if "registry" in said:
        return Origin(address=without_credentials(said["registry"]))
    if "git" in said:
        return repository(said["git"], said["git"].partition("#")[2])
    if "url" in said:
        return origin_of(said["url"], folder)[0]
    if "path" in said:
        return local(said["path"], folder)
    raise NotParsedError(f"a source of another kind: {', '.join(said)[:80]}", line)


def drift(lock: SourceFile, manifests: Mapping[str, SourceFile]) -> tuple[Drift, ...] | str:
    """Return in what the requirements that the lock was made for differ from those of the manifests now.

    Specifiers are compared as sets, markers by the environments that they hold in, since uv rewrites both.

    Raises:
        NotParsedError: a file is not as its format asks.
    """
    found: list[Drift] = []
    packages = _packages(lock)
    own = [entry for entry in packages if entry.own is not None]
    compared = 0
    for entry in own:
        manifest = manifests.get(normpath(join(lock.folder, entry.own or "", "pyproject.toml")))
        if manifest is not None and _is_dynamic(manifest):
            return f"{manifest.path} says that its dependencies are made when it is built"
        if manifest is not None:
            compared += 1
            found += _differences(entry, manifest, lock)
    if compared == len(own):
        found += _python(lock, [manifests[normpath(join(lock.folder, e.own or "", "pyproject.toml"))] for e in own])
    known = {normpath(join(lock.folder, entry.own or "", "pyproject.toml")) for entry in own}
    beside = normpath(join(lock.folder, "pyproject.toml"))
    if beside in manifests and own and beside not in known and _names_a_project(manifests[beside]):
        found.append(
            Drift(component=lock.path, at=manifests[beside].at(1), reason="the lock does not know this project")
        )
    return tuple(found) if compared or found else "there is no pyproject.toml of a project that it was made for"


def _is_dynamic(manifest: SourceFile) -> bool:
    dynamic = items(pyproject.at(from_toml(manifest.data), "project", "dynamic"), "project.dynamic")
    return not {"dependencies", "optional-dependencies"}.isdisjoint(map(str, dynamic))


def _names_a_project(manifest: SourceFile) -> bool:
    return isinstance(pyproject.at(from_toml(manifest.data), "project", "name"), str)


def _python(lock: SourceFile, projects: list[SourceFile]) -> Iterator[Drift]:
    """Yield the difference where the lock was not made for the versions of Python that all projects allow."""
    stated = [(project, pyproject.at(from_toml(project.data), "project", "requires-python")) for project in projects]
    asked = [(project, str(value), pythons(str(value))) for project, value in stated if value is not None]
    made_for = str(from_toml(lock.data).get("requires-python", ""))
    locked = pythons(made_for)
    if not asked or locked is None or any(versions is None for _, _, versions in asked):
        return
    common = set.intersection(*(set(versions or ()) for _, _, versions in asked))
    if common != set(locked):
        narrow = (entry for entry in asked if not set(locked) <= set(entry[2] or ()))
        project, value, _ = next(narrow, asked[0])
        reason = f"requires-python is {value}, and the lock was made for {made_for or 'any'}; run `uv lock`"
        yield Drift(component=lock.path, at=project.at(Lines(project).of("project", "requires-python")), reason=reason)


_Key = tuple[str, str]
"""A group and the canonical name of a package in it."""
_Asked = tuple[frozenset[str], frozenset[str], str]
"""Extras, specifiers, and form of the origin."""
_Held = tuple[bool, ...] | None
"""In which environments a marker holds; None: it is not known."""


def _differences(entry: _Package, manifest: SourceFile, lock: SourceFile) -> Iterator[Drift]:
    metadata = table(entry.said.get("metadata"), "metadata", entry.line)
    said = pyproject.read(manifest) or Read()
    versions = str(from_toml(lock.data).get("requires-python", ""))
    now: dict[_Key, dict[_Asked, tuple[_Held, Resolved]]] = {}
    for asked in said.packages:
        if asked.groups != (pyproject.BUILD,):
            for group in map(canonicalize_name, asked.groups or ("",)):
                values = now.setdefault((group, asked.component.name), {})
                value, held = _value(asked), where(asked.marker, "", versions)
                values[value] = (_either(values[value][0], held), asked) if value in values else (held, asked)
    then: dict[_Key, dict[_Asked, tuple[_Held, str]]] = {}
    for recorded, item in _recorded(metadata, entry.line):
        value, held, shown = _recorded_value(item, entry, versions)
        lines = then.setdefault((recorded, canonicalize_name(text(item.get("name"), "name", entry.line))), {})
        lines[value] = (_either(lines[value][0], held) if value in lines else held), shown
    for key, values in now.items():
        for value, (held, asked) in values.items():
            if value not in then.get(key, {}) or then[key][value][0] != held:
                had = ", ".join(shown or "any version" for _, shown in then.get(key, {}).values())
                had += " in other environments" if value in then.get(key, {}) else ""
                reason = f"{asked.asked or 'any version'} is asked for, and the lock was made for " + (
                    had or "no such package"
                )
                yield Drift(component=asked.component.id, at=asked.at, reason=f"{reason}; run `uv lock`")
    for key in then:
        if key not in now:
            reason = f"the lock was made for it{f' in {key[0]}' if key[0] else ''}, and the manifest does not ask for it; run `uv lock`"
            yield Drift(component=f"package:pypi/{key[1]}", at=lock.at(entry.line), reason=reason)


def _recorded(metadata: Mapping[str, Any], line: int | None) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the requirements that a lock was made for, with their group: an extra stands in the marker."""
    for item in items(metadata.get("requires-dist"), "requires-dist", line):
        held = table(item, "an entry of requires-dist", line)
        marker = text(held.get("marker"), "marker", line)
        yield canonicalize_name(_extra(marker)), held
    for group, listed in table(metadata.get("requires-dev"), "requires-dev", line).items():
        for item in items(listed, f"requires-dev.{group}", line):
            yield canonicalize_name(group), table(item, f"an entry of requires-dev.{group}", line)


def _extra(marker: str) -> str:
    _, found, rest = marker.rpartition("extra == '")
    return rest.partition("'")[0] if found else ""


def _either(one: _Held, other: _Held) -> _Held:
    """Return where one of two markers holds: uv writes a requirement once for each index that its sources name."""
    return None if one is None or other is None else tuple(map(any, zip(one, other, strict=True)))


def _recorded_value(item: Mapping[str, Any], entry: _Package, versions: str) -> tuple[_Asked, _Held, str]:
    specifiers = text(item.get("specifier"), "specifier", entry.line)
    marker = text(item.get("marker"), "marker", entry.line)
    extras = frozenset(str(extra) for extra in items(item.get("extras"), "extras", entry.line))
    form = "folder" if item.get("name") == entry.name else "index"
    for key, kind in (("git", "repository"), ("url", "address"), ("path", "address"), *((k, "folder") for k in _OWN)):
        form = kind if key in item else form
    return (extras, _specifiers(specifiers), form), where(marker, _extra(marker), versions), specifiers


def _specifiers(stated: str) -> frozenset[str]:
    return frozenset(part.replace(" ", "") for part in stated.split(",") if part and part != "*")


def _value(asked: Resolved) -> _Asked:
    given = _specifiers(asked.asked) if asked.origin.form == "index" else frozenset[str]()
    return frozenset(asked.extras), given, asked.origin.form
