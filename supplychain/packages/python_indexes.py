"""The indexes that a pyproject.toml or a Pipfile names for uv, Poetry, PDM and pipenv."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name

from supplychain.model.address import stated as stated_address
from supplychain.model.address import without_credentials
from supplychain.model.package import IndexSetting, Setting
from supplychain.packages.interface import SourceFile
from supplychain.packages.toml_document import Lines, Path
from supplychain.packages.typed import items, table, text


@dataclass(frozen=True)
class _Index:
    """One entry of a list of indexes."""

    path: Path
    position: int
    said: Mapping[str, Any]

    @property
    def name(self) -> str:
        return text(self.said.get("name"), f"name in {'.'.join(self.path)}")

    @property
    def url(self) -> str:
        return text(self.said.get("url"), f"url in {'.'.join(self.path)}")


_LISTS: tuple[Path, ...] = (
    ("tool", "uv", "index"),
    ("tool", "poetry", "source"),
    ("tool", "pdm", "source"),
    ("source",),
)


def addresses(data: Mapping[str, Any]) -> dict[str, str]:
    """Return the addresses of the indexes that have a name, without credentials."""
    return {index.name: without_credentials(index.url) for index in _indexes(data) if index.name and index.url}


def read(data: Mapping[str, Any], source: SourceFile, lines: Lines) -> Iterator[IndexSetting]:
    """Yield what the indexes of a file do to where its packages come from.

    An index that answers for some packages only is a mapped index for each of them, and no extra index.

    Raises:
        NotParsedError: a part has another type than its tool asks for.
    """
    for index in _indexes(data):
        line = lines.of(*index.path, position=index.position)
        for setting, only in _effects(index, data):
            yield _setting(setting, index.url, ".".join(index.path), source, line, only)
        if index.said.get("verify_ssl") is False:
            host = urlsplit(without_credentials(index.url)).netloc
            yield _setting(Setting.TRUSTED_HOST, host, "verify_ssl", source, line)
    for path in (("tool", "uv"), ("tool", "uv", "pip")):
        yield from _options(path, data, source, lines)


def _indexes(data: Mapping[str, Any]) -> Iterator[_Index]:
    for path in _LISTS:
        held: Any = data
        for position, key in enumerate(path):
            held = table(held, ".".join(path[:position])).get(key)
        held = [held] if isinstance(held, dict) else held
        for position, said in enumerate(items(held, ".".join(path))):
            yield _Index(path, position, table(said, f"an entry of {'.'.join(path)}"))


def _effects(index: _Index, data: Mapping[str, Any]) -> Iterator[tuple[Setting, str]]:
    """Yield what an index does, and for which package where it is for one."""
    said = index.said
    if not index.url:
        return  # Poetry names the official index so
    if index.path[1:2] == ("uv",):
        mapped = _mapped(
            table(table(data.get("tool"), "tool").get("uv"), "tool.uv").get("sources"), "index", index.name
        )
        yield from ((Setting.MAPPED, name) for name in mapped)
        if said.get("explicit") is not True:
            yield (Setting.INDEX if said.get("default") is True else Setting.EXTRA), ""
    elif index.path[1:2] == ("poetry",):
        poetry = table(table(data.get("tool"), "tool").get("poetry"), "tool.poetry")
        yield from ((Setting.MAPPED, name) for name in _poetry_mapped(poetry, index.name))
        priority = text(said.get("priority"), "priority") or (
            "supplemental" if said.get("secondary") is True else "primary"
        )
        if priority != "explicit":
            yield (Setting.INDEX if priority in {"primary", "default"} else Setting.EXTRA), ""
    elif index.path[1:2] == ("pdm",):
        included = items(said.get("include_packages"), "include_packages")
        yield from ((Setting.MAPPED, str(name)) for name in included)
        if not included:
            yield (Setting.INDEX if index.name == "pypi" else Setting.EXTRA), ""
    else:  # pipenv: the first is the index, and a package is taken from another one only where it names that
        mapped = [
            canonicalize_name(name)
            for section, held in data.items()
            if isinstance(held, dict) and section not in {"pipenv", "requires", "scripts"}
            for name in _mapped(held, "index", index.name)
        ]
        yield from ((Setting.MAPPED, name) for name in mapped)
        if index.position == 0:
            yield Setting.INDEX, ""
        elif not mapped:
            yield Setting.EXTRA, ""


def _poetry_mapped(poetry: Mapping[str, Any], name: str) -> Iterator[str]:
    tables = [poetry.get("dependencies"), poetry.get("dev-dependencies")]
    groups = table(poetry.get("group"), "tool.poetry.group")
    tables += [table(group, "a group of Poetry's").get("dependencies") for group in groups.values()]
    for held in tables:
        yield from _mapped(held, "source", name)


def _mapped(held: object, key: str, index: str) -> list[str]:
    """Return the packages of a table that are taken from one index."""
    found: list[str] = []
    for name, said in table(held, "a table of packages").items():
        entries = said if isinstance(said, list) else [said]
        if index and any(isinstance(entry, dict) and entry.get(key) == index for entry in entries):
            found.append(canonicalize_name(name))
    return found


_OPTIONS = {
    "index-url": Setting.INDEX,
    "extra-index-url": Setting.EXTRA,
    "find-links": Setting.FIND_LINKS,
    "allow-insecure-host": Setting.TRUSTED_HOST,
}


def _options(path: Path, data: Mapping[str, Any], source: SourceFile, lines: Lines) -> Iterator[IndexSetting]:
    held: Any = data
    for key in path:
        held = table(held, ".".join(path)).get(key)
    said = table(held, ".".join(path))
    for name, setting in _OPTIONS.items():
        value = said.get(name)
        line = lines.of(*path, name)
        for address in [value] if isinstance(value, str) else items(value, name, line):
            yield _setting(setting, text(address, name, line), ".".join((*path, name)), source, line)
    if said.get("no-index") is True:
        line = lines.of(*path, "no-index")
        yield _setting(Setting.NO_INDEX, "", ".".join((*path, "no-index")), source, line)


def _setting(
    setting: Setting, address: str, call: str, source: SourceFile, line: int | None, only: str = ""
) -> IndexSetting:
    return IndexSetting(
        ecosystem="pypi",
        setting=setting,
        address=stated_address(address) if address else "",
        only=only,
        applies=source.path,
        call=call,
        at=source.at(line),
        digest=source.digest,
    )
