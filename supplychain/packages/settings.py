"""Configuration files of package clients that travel with a target, and say where packages are fetched from.

A file is in force for the folder that it lies in, with all below it; one in a folder as a home has it (`.pip`,
`.config/pip`) for the folder that holds that. Only what says where from is kept: no user, password or token is.
Sources: the documentation of pip ("Configuration"), npm (npmrc), Yarn (yarnrc), pnpm (settings), Bun (bunfig.toml),
uv ("Settings"), PDM and conda ("Settings").
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from supplychain import catalog
from supplychain.model.address import stated
from supplychain.model.package import Ecosystem, IndexSetting, Setting
from supplychain.packages import setting_lines
from supplychain.packages.interface import NotParsedError, Read, SourceFile
from supplychain.packages.toml_document import Lines, from_toml
from supplychain.packages.typed import items, table, text
from supplychain.yaml_document import Table, from_yaml

_MOST = 200
"""Addresses that one file sets."""
_HOME = re.compile(r"(?:^|/)(?:\.pip|\.config/(?:pip|uv|pnpm)|\.conda)$")
_SCOPE = re.compile(r"(?P<scope>@[\w.~-]+):registry")


@dataclass(frozen=True)
class _Given:
    """One setting, before its file is known."""

    setting: Setting
    value: str
    line: int | None
    only: str = ""


def is_settings(path: str) -> bool:
    """Whether a file is a configuration of a package client, by its name."""
    return posixpath.basename(path) in _READERS


def read(source: SourceFile) -> Read:
    """Return what a configuration file of a package client sets.

    Raises:
        NotParsedError: it is not as its format asks.
    """
    name = posixpath.basename(source.path)
    ecosystem, reader = _READERS[name]
    folder = _HOME.sub("", source.folder)
    given = [
        (item, part)
        for item in reader(source)
        for part in ([""] if item.setting is Setting.NO_INDEX else item.value.split(maxsplit=_MOST))
    ]
    if len(given) > _MOST:
        raise NotParsedError(f"it sets more than {_MOST} addresses", given[0][0].line)
    found = [
        IndexSetting(
            ecosystem=ecosystem,
            setting=item.setting,
            address=stated(part) if part else "",
            only=item.only,
            applies=f"{folder}/" if folder else "",
            call=name,
            at=source.at(item.line),
            digest=source.digest,
        )
        for item, part in given
    ]
    return Read(settings=found)


def _pip(source: SourceFile) -> Iterator[_Given]:
    keys = catalog.indexes()["pypi"].keys
    for key, value, line in setting_lines.of_pip(source.text):
        if keys.get(key) is Setting.NO_INDEX:
            if value.lower() in {"1", "true", "yes", "on"}:
                yield _Given(Setting.NO_INDEX, "", line)
        elif key in keys:
            yield _Given(keys[key], value, line)


def _npm(source: SourceFile) -> Iterator[_Given]:
    for key, value, line in setting_lines.of_npm(source.text):
        yield from _registry(key, value, line)


def _yarn(source: SourceFile) -> Iterator[_Given]:
    for key, value, line in setting_lines.of_yarn(source.text):
        yield from _registry(key, value, line)


def _registry(key: str, value: str, line: int) -> Iterator[_Given]:
    """Yield what one line of npm or Yarn 1 sets."""
    client = catalog.indexes()["npm"]
    if match := _SCOPE.fullmatch(key):
        yield _Given(Setting.MAPPED, value, line, match["scope"])
    elif key in client.keys:
        yield _Given(client.keys[key], value, line)
    elif value.lower() in client.insecure.get(key, ()):
        yield _Given(Setting.TRUSTED_HOST, "*", line)


def _berry(source: SourceFile) -> Iterator[_Given]:
    root = _yaml(source)
    for key in ("npmRegistryServer", "enableStrictSsl"):
        yield from _registry(key, text(root.get(key), key, root.lines.get(key)), root.lines.get(key, 1))
    for scope, held in table(root.get("npmScopes"), "npmScopes").items():
        said = table(held, f"the scope {scope!r}")
        address = text(said.get("npmRegistryServer"), f"npmRegistryServer of {scope!r}")
        line = getattr(said, "lines", {}).get("npmRegistryServer")
        yield from [_Given(Setting.MAPPED, address, line, f"@{scope}")] if address else []
    for host in items(root.get("unsafeHttpWhitelist"), "unsafeHttpWhitelist"):
        yield _Given(Setting.TRUSTED_HOST, text(host, "a host"), root.lines["unsafeHttpWhitelist"])


def _pnpm(source: SourceFile) -> Iterator[_Given]:
    root = _yaml(source)
    yield from _registry("registry", text(root.get("registry"), "registry"), root.lines.get("registry", 1))
    yield from _registry("strict-ssl", text(root.get("strictSsl"), "strictSsl"), root.lines.get("strictSsl", 1))
    held = table(root.get("registries"), "registries")
    for scope, address in held.items():
        line = getattr(held, "lines", {}).get(scope)
        is_default = scope == "default"
        setting = Setting.INDEX if is_default else Setting.MAPPED
        yield _Given(setting, text(address, f"registry of {scope!r}"), line, "" if is_default else scope)


def _conda(source: SourceFile) -> Iterator[_Given]:
    client, root = catalog.indexes()["conda"], _yaml(source)
    for key, setting in client.keys.items():
        held = root.get(key)
        for value in held if isinstance(held, list) else [held] if held is not None else []:
            yield _Given(setting, text(value, key, root.lines[key]), root.lines[key])
    for name, base in table(root.get("custom_channels"), "custom_channels").items():
        yield _Given(Setting.CHANNEL, f"{text(base, name).rstrip('/')}/{name}", root.lines["custom_channels"])
    for key, off in client.insecure.items():
        if text(root.get(key), key, root.lines.get(key)).lower() in off:
            yield _Given(Setting.TRUSTED_HOST, "*", root.lines[key])


def _uv(source: SourceFile) -> Iterator[_Given]:
    data, lines = from_toml(source.data), Lines(source)
    for position, held in enumerate(items(data.get("index"), "index")):
        said = table(held, "an index")
        is_default, is_explicit = said.get("default") is True, said.get("explicit") is True
        line = lines.of("index", position=position)
        address = text(said.get("url"), "url of an index", line)
        if address and not is_explicit:  # an explicit one answers only where a pyproject.toml says so
            yield _Given(Setting.INDEX if is_default else Setting.EXTRA, address, line)
    for path, said in (((), data), (("pip",), table(data.get("pip"), "pip"))):
        yield from _toml_keys(said, path, lines)


def _toml_keys(said: Mapping[str, Any], path: tuple[str, ...], lines: Lines) -> Iterator[_Given]:
    for key, setting in catalog.indexes()["pypi"].keys.items():
        value, line = said.get(key), lines.of(*path, key)
        if setting is Setting.NO_INDEX:
            yield from [_Given(setting, "", line)] if value is True else []
        else:
            for address in [value] if isinstance(value, str) else items(value, key, line):
                yield _Given(setting, text(address, key, line), line)


def _pdm(source: SourceFile) -> Iterator[_Given]:
    data, lines = from_toml(source.data), Lines(source)
    said = table(data.get("pypi"), "pypi")
    if address := text(said.get("url"), "url"):
        yield _Given(Setting.INDEX, address, lines.of("pypi", "url"))
    if said.get("verify_ssl") is False:
        yield _Given(Setting.TRUSTED_HOST, "*", lines.of("pypi", "verify_ssl"))


def _bun(source: SourceFile) -> Iterator[_Given]:
    data, lines = from_toml(source.data), Lines(source)
    said = table(data.get("install"), "install")
    if address := _address(said.get("registry")):
        yield _Given(Setting.INDEX, address, lines.of("install", "registry"))
    for scope, held in table(said.get("scopes"), "scopes").items():
        if address := _address(held):
            yield _Given(Setting.MAPPED, address, lines.of("install", "scopes", scope), f"@{scope.lstrip('@')}")


def _address(held: object) -> str:
    return text(held.get("url") if isinstance(held, dict) else held, "url of a registry")


def _yaml(source: SourceFile) -> Table:
    documents = from_yaml(source.text)
    root = documents[0] if documents else None
    if root is None:
        return Table()
    if len(documents) != 1 or not isinstance(root, Table):
        raise NotParsedError("it holds no mapping", 1)
    return root


_READERS: Mapping[str, tuple[Ecosystem, Callable[[SourceFile], Iterator[_Given]]]] = {
    "pip.conf": ("pypi", _pip),
    "pip.ini": ("pypi", _pip),
    "uv.toml": ("pypi", _uv),
    "pdm.toml": ("pypi", _pdm),
    ".pdm.toml": ("pypi", _pdm),
    ".npmrc": ("npm", _npm),
    "npmrc": ("npm", _npm),
    ".yarnrc": ("npm", _yarn),
    ".yarnrc.yml": ("npm", _berry),
    "pnpm-workspace.yaml": ("npm", _pnpm),
    "bunfig.toml": ("npm", _bun),
    ".condarc": ("conda", _conda),
    "condarc": ("conda", _conda),
}
"""The files by name: their ecosystem, and what reads them."""
