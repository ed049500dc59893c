"""pyproject.toml: what PEP 621, PEP 735, uv, Poetry and PDM ask for, before a lock decides."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath, relpath
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from supplychain.model.address import without_credentials
from supplychain.model.component import Component
from supplychain.model.package import Origin, Resolved
from supplychain.packages import poetry_tables, python_indexes
from supplychain.packages.interface import Include, NotParsedError, Read, SourceFile
from supplychain.packages.python_sources import exact, local, origin_of, package, repository
from supplychain.packages.toml_document import Lines, Path, from_toml
from supplychain.packages.typed import items, table, text
from supplychain.packages.unread import unread

_PEP_508: tuple[tuple[Path, tuple[str, ...]], ...] = (
    (("project", "dependencies"), ()),
    (("build-system", "requires"), ("build-system",)),
    (("tool", "uv", "dev-dependencies"), ("dev",)),
)
"""The lists of requirements, with the group that their packages are of."""
_GROUPED: tuple[Path, ...] = (
    ("project", "optional-dependencies"),
    ("dependency-groups",),
    ("tool", "pdm", "dev-dependencies"),
)
"""The tables of such lists by the name of a group."""
BUILD = "build-system"
"""The group of what only the build of the project itself needs; no lock has it."""
_INCLUDED = 1000
"""Groups that are followed from one."""


def read(source: SourceFile) -> Read | None:
    """Return what a pyproject.toml asks for and the indexes that it names; None where it asks for nothing.

    Raises:
        NotParsedError: it is not TOML, or a part of it has another type than its tool asks for.
    """
    manifest = _Manifest(from_toml(source.data), source, Lines(source))
    found = Read()
    for path, stated, groups in _lists(manifest.data, manifest.lines):
        manifest.add(path, stated, groups, found)
    # where `project.dependencies` stands, Poetry's own table only says more of what that asks for
    decides = at(manifest.data, "project", "dependencies") is None
    found.packages += poetry_tables.read(manifest.data, source, manifest.lines, main=decides)
    found.settings += python_indexes.read(manifest.data, source, manifest.lines)
    dynamic = at(manifest.data, "tool", "setuptools", "dynamic", "dependencies")
    files = dynamic.get("file") if isinstance(dynamic, dict) else None
    for name in [files] if isinstance(files, str) else items(files, "tool.setuptools.dynamic", None):
        line = manifest.lines.of("tool", "setuptools", "dynamic", "dependencies")
        found.includes.append(Include(normpath(join(source.folder, text(name, "file", line))), source.at(line)))
    is_manifest = found != Read() or any(
        key in manifest.data for key in ("project", "build-system", "dependency-groups")
    )
    return found if is_manifest or at(manifest.data, "tool", "poetry") is not None else None


def members(source: SourceFile, manifests: Collection[str]) -> set[str]:
    """Return which manifests are of members of uv's workspace.

    Raises:
        NotParsedError: it is not TOML.
    """
    from pathspec import GitIgnoreSpec  # here, since few have one

    stated = at(from_toml(source.data), "tool", "uv", "workspace")
    if not isinstance(stated, dict):
        return set()
    patterns = [f"/{entry}/" for entry in items(stated.get("members"), "members") if isinstance(entry, str)]
    patterns += [f"!/{entry}/" for entry in items(stated.get("exclude"), "exclude") if isinstance(entry, str)]
    spec = GitIgnoreSpec.from_lines([pattern.replace("./", "") for pattern in patterns])
    folders = {path: relpath(dirname(path) or ".", source.folder or ".") for path in manifests}
    return {path for path, folder in folders.items() if not folder.startswith(".") and spec.match_file(f"{folder}/")}


def at(data: Mapping[str, Any], *path: str) -> Any:
    """Return what stands at a path, or None.

    Raises:
        NotParsedError: something on the way is no table.
    """
    value: Any = data
    for position, key in enumerate(path):
        value = table(value, ".".join(path[:position]) or "the file").get(key)
    return value


def _lists(data: Mapping[str, Any], lines: Lines) -> Iterator[tuple[Path, Any, tuple[str, ...]]]:
    """Yield each list of requirements with its path and the groups that it belongs to."""
    for path, groups in _PEP_508:
        if (stated := at(data, *path)) is not None:
            yield path, stated, groups
    for path in _GROUPED:
        tables = table(at(data, *path), ".".join(path), lines.of(*path))
        including = _including(tables) if path == ("dependency-groups",) else {}
        for group, stated in tables.items():
            yield (*path, group), stated, tuple(sorted({group, *including.get(canonicalize_name(group), ())}))


def _including(groups: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return for each group those that include it, themselves or through others (PEP 735)."""
    named: dict[str, str] = {canonicalize_name(group): group for group in groups}
    direct: dict[str, set[str]] = {}
    for group, stated in groups.items():
        for item in stated if isinstance(stated, list) else ():
            if isinstance(item, dict) and isinstance(item.get("include-group"), str):
                direct.setdefault(canonicalize_name(item["include-group"]), set()).add(canonicalize_name(group))
    found: dict[str, set[str]] = {}
    for group in direct:
        pending, seen = [group], set[str]()
        while pending and len(seen) < _INCLUDED:
            new = direct.get(pending.pop(), set()) - seen
            seen |= new
            pending += new
        found[group] = {named[name] for name in seen if name in named}
    return found


@dataclass
class _Manifest:
    data: Mapping[str, Any]
    source: SourceFile
    lines: Lines
    seen: dict[tuple[Path, str], int] = field(default_factory=dict)

    def add(self, path: Path, stated: Any, groups: tuple[str, ...], found: Read) -> None:
        what = ".".join(path)
        for item in items(stated, what, self.lines.of(*path)):
            if isinstance(item, dict) and path[0] == "dependency-groups":
                continue  # an include, which has no entry of its own
            asked = text(item, f"an entry of {what}", self.lines.of(*path))
            position = self.seen.get((path, asked), 0)
            self.seen[path, asked] = position + 1
            line = self.lines.text(asked, *path, position=position)
            try:
                requirement = Requirement(asked.removeprefix("-e ").strip())
                component = package(requirement.name, line)
            except (InvalidRequirement, NotParsedError):
                reason = f"{without_credentials(asked)[:80]!r} is no requirement; write it as PEP 508 has it"
                found.unread.append(unread(self.source, "package manifest", reason, line))
            else:
                found.packages.append(self._entry(requirement, component, line, groups))

    def _entry(
        self, requirement: Requirement, component: Component, line: int | None, groups: tuple[str, ...]
    ) -> Resolved:
        origin, hashes = origin_of(requirement.url, self.source.folder) if requirement.url else (None, ())
        return Resolved(
            component=component,
            version=exact(requirement.specifier),
            asked=without_credentials(requirement.url) if requirement.url else str(requirement.specifier),
            at=self.source.at(line),
            project=self.source.folder,
            format="pyproject.toml",
            is_locked=False,
            hashes=hashes,
            origin=origin or self._source(requirement.name) or self._own(requirement.name),
            marker=str(requirement.marker or ""),
            extras=tuple(sorted(requirement.extras)),
            groups=groups,
            direct=True,
            digest=self.source.digest,
        )

    def _own(self, name: str) -> Origin:
        """Return the folder of the project itself where it asks for its own extras, else an index."""
        own = at(self.data, "project", "name")
        is_own = isinstance(own, str) and canonicalize_name(own) == canonicalize_name(name)
        return Origin(form="folder", address=self.source.folder or ".") if is_own else Origin()

    def _source(self, name: str) -> Origin | None:
        """Return where uv or Poetry is told to take a package from, by its name."""
        stated = table(at(self.data, "tool", "uv", "sources"), "tool.uv.sources")
        known = {canonicalize_name(key): value for key, value in stated.items()}.get(canonicalize_name(name))
        if known is None:
            known = poetry_tables.said_of(self.data, name)
        return source_of(known, self.source.folder, python_indexes.addresses(self.data))


def source_of(stated: Any, folder: str, indexes: Mapping[str, str]) -> Origin | None:
    """Return the origin that a table of `tool.uv.sources` or of Poetry's dependencies states, or None."""
    if isinstance(stated, list):  # one for each environment; the first that leaves the indexes counts
        found = [origin for item in stated if (origin := source_of(item, folder, indexes))]
        return next((origin for origin in found if origin.form != "index"), found[0] if found else None)
    if not isinstance(stated, dict):
        return None
    said = {key: value for key, value in stated.items() if isinstance(value, str)}
    if "git" in said:
        return repository(said["git"], said.get("rev") or said.get("tag") or said.get("branch"))
    if "url" in said:
        return origin_of(said["url"], folder)[0]
    if "path" in said:
        return local(said["path"], folder)
    if stated.get("workspace") is True:
        return Origin(form="folder")
    name = said.get("index") or said.get("source") or ""
    return Origin(address=indexes[name]) if name in indexes else None
