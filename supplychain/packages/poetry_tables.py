"""The tables of Poetry in a pyproject.toml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from packaging.utils import canonicalize_name

from supplychain.model.address import without_credentials
from supplychain.model.package import Origin, Resolved
from supplychain.packages import python_indexes
from supplychain.packages.interface import SourceFile
from supplychain.packages.python_drift import specifier
from supplychain.packages.python_sources import exact, local, origin_of, package, repository
from supplychain.packages.toml_document import Lines, Path
from supplychain.packages.typed import table, text


def read(data: Mapping[str, Any], source: SourceFile, lines: Lines, *, main: bool) -> Iterator[Resolved]:
    """Yield what Poetry's tables ask for, `main` too; an array asks for each of its versions under other markers.

    Raises:
        NotParsedError: a part has another type than Poetry asks for.
    """
    poetry = _poetry(data)
    extras = table(poetry.get("extras"), "tool.poetry.extras")
    indexes = python_indexes.addresses(data)
    for path, stated, groups in _tables(poetry, main=main):
        for name, given in table(stated, ".".join(path), lines.of(*path)).items():
            if name.lower() == "python":
                continue
            line = lines.of(*path, name)
            for said in given if isinstance(given, list) else [given]:
                said = {"version": said} if isinstance(said, str) else table(said, f"{name} of {path[-1]}", line)
                of = tuple(extra for extra, names in extras.items() if isinstance(names, list) and name in names)
                taken = groups or (of if said.get("optional") is True else ())
                yield _entry(name, said, source, line, taken, indexes)


def said_of(data: Mapping[str, Any], name: str) -> Any:
    """Return what `tool.poetry.dependencies` says of a package beside `project.dependencies`, or None."""
    stated = table(_poetry(data).get("dependencies"), "tool.poetry.dependencies")
    return next((given for key, given in stated.items() if canonicalize_name(key) == canonicalize_name(name)), None)


def _poetry(data: Mapping[str, Any]) -> dict[str, Any]:
    return table(table(data.get("tool"), "tool").get("poetry"), "tool.poetry")


def _tables(poetry: Mapping[str, Any], *, main: bool) -> Iterator[tuple[Path, Any, tuple[str, ...]]]:
    above = ("tool", "poetry")
    if main:
        yield (*above, "dependencies"), poetry.get("dependencies"), ()
    yield (*above, "dev-dependencies"), poetry.get("dev-dependencies"), ("dev",)
    for group, stated in table(poetry.get("group"), "tool.poetry.group").items():
        held = table(stated, f"tool.poetry.group.{group}").get("dependencies")
        yield (*above, "group", group, "dependencies"), held, (group,)


def _entry(
    name: str,
    said: Mapping[str, Any],
    source: SourceFile,
    line: int | None,
    groups: tuple[str, ...],
    indexes: Mapping[str, str],
) -> Resolved:
    asked = text(said.get("version"), f"version of {name}", line)
    given = specifier(asked) if asked else None
    extras = said.get("extras")
    return Resolved(
        component=package(name, line),
        version=exact(given) if given is not None else None,
        asked=asked,
        at=source.at(line),
        project=source.folder,
        format="pyproject.toml",
        is_locked=False,
        origin=_origin(said, source.folder, indexes),
        marker=_marker(said),
        extras=tuple(str(extra) for extra in extras) if isinstance(extras, list) else (),
        groups=groups,
        direct=True,
        digest=source.digest,
    )


def _origin(said: Mapping[str, Any], folder: str, indexes: Mapping[str, str]) -> Origin:
    stated = {key: value for key, value in said.items() if isinstance(value, str)}
    if "git" in stated:
        return repository(stated["git"], stated.get("rev") or stated.get("tag") or stated.get("branch"))
    if "url" in stated:
        return origin_of(stated["url"], folder)[0]
    if place := stated.get("path") or stated.get("file"):
        return local(place, folder)
    return Origin(address=without_credentials(indexes.get(stated.get("source", ""), "")) or None)


def _marker(said: Mapping[str, Any]) -> str:
    """Return the conditions of an entry as one marker."""
    parts = []
    if isinstance(python := said.get("python"), str) and (given := specifier(python)) is not None:
        parts += [f'python_full_version {item.operator} "{item.version}"' for item in given]
    if isinstance(platform := said.get("platform"), str) and '"' not in platform:
        parts.append(f'sys_platform == "{platform}"')
    if isinstance(markers := said.get("markers"), str):
        parts.append(f"({markers})" if parts else markers)
    return " and ".join(parts)
