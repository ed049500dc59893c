"""npm packages that JavaScript and pages take: by their imports, and by their address at a server of scripts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from supplychain import catalog
from supplychain.discovery.installs import npm_package
from supplychain.discovery.interface import SourceFile
from supplychain.discovery.naming import Named
from supplychain.model.component import Component, Kind

_NAME = r"(?:@[a-z0-9][\w.-]*/)?[a-z0-9][\w.-]*"
_MODULE = re.compile(rf"(?P<name>{_NAME})(?:/[^:]*)?")
_ADDRESS = re.compile(
    rf"https?://(?P<host>[\w.-]+)/(?:"
    rf"(?:npm/|npm:)(?P<npm>{_NAME})(?:@(?P<npm_version>[^/?#,<>\s\"'`]+))?"
    rf"|gh/(?P<repository>[\w.-]+/[\w.-]+?)(?:@(?P<ref>[^/?#,<>\s\"'`]+))?(?=[/?#,<>\s\"'`]|$)"
    rf"|ajax/libs/(?P<library>[\w.-]+)/(?P<library_version>v?\d[\w.-]*)/"
    rf"|(?:pin/|v\d+/|stable/|\*)?(?P<plain>{_NAME})(?:@(?P<plain_version>[\^~]?v?\d+(?:\.\d+)*(?:-[\w.]+)?|latest|next))?(?=[/?#,&<>)\s\"'`]|$)"
    rf")"
)
"""How servers of scripts write a package: their hosts are many, and have mirrors."""
_PLAIN_HOST = re.compile(r"(.*\.)?(unpkg|esm|skypack|jspm)\..*")
"""Hosts that have nothing before the name of a package, also where it has no version."""
_OTHER_HOST = re.compile(r"(.*\.)?(deno|github|gitlab|jsr|huggingface|hf)\..*")
_EXACT = re.compile(r"v?(\d+\.\d+\.\d+[\w.+-]*)")
MAY_NAME = re.compile(
    rb"https?://[\w.-]+/(?:npm[/:]|gh/|ajax/libs/)|https?://[\w.-]+/[\w./*@-]{0,200}\w@|//(?:\w+\.)?(?:unpkg|esm|skypack|jspm)\."
)
"""What a text has that names a package by its address."""


def imported(modules: Iterable[tuple[str, int]], source: SourceFile) -> list[tuple[str, int]]:
    """Return the packages of imported modules, each with its first line; the target's own modules are none."""
    first: dict[str, int] = {}
    for module, line in modules:
        match = _MODULE.fullmatch(module.partition("?")[0])
        name = match["name"] if match else ""
        is_known = name.partition("/")[0] not in catalog.javascript().builtins
        if name and is_known and name not in first and not _is_own(name, source):
            first[name] = line
    return sorted(first.items(), key=lambda item: item[1])


def _is_own(name: str, source: SourceFile) -> bool:
    """Whether a module is a folder or a file of the target, as its compiler finds it from the root of a project."""
    folder, root = posixpath.dirname(source.path), name.lstrip("@").partition("/")[0]
    while folder and not source.exists(f"{folder}/package.json"):
        folder = posixpath.dirname(folder)
    bases = [posixpath.join(folder, base, root) for base in ("", "src", "app")]
    return any(source.exists(base + suffix) for base in bases for suffix in ("", ".ts", ".js", ".tsx"))


def package_of(module: str) -> Named | None:
    """Return the package of a module that is imported by its address, or as `npm:name@version`; None for another."""
    if module.startswith("npm:"):
        match = re.match(r"(@[^/@]+/)?[^/@]+(@[^/]+)?", module.removeprefix("npm:"))
        return npm_package(match[0]) if match else None
    return next((named for named, _ in addressed(module)), None) if "://" in module else None


def addressed(text: str) -> Iterator[tuple[Named, int]]:
    """Yield the packages whose addresses a text holds, each with the number of lines above it."""
    below, end = 0, 0
    for match in _ADDRESS.finditer(text):
        below, end = below + text.count("\n", end, match.start()), match.start()
        named = _named(match)
        if named is not None:
            yield named, below


def _named(match: re.Match[str]) -> Named | None:
    address = match[0].rstrip("\"'`, ")
    if match["repository"]:
        component = Component(kind=Kind.PACKAGE, source="github", name=match["repository"])
        return Named(component, match["ref"], address)
    name = match["npm"] or match["library"] or match["plain"]
    version = match["npm_version"] or match["library_version"] or match["plain_version"]
    if match["plain"] and _OTHER_HOST.fullmatch(match["host"]):
        return None
    if match["plain"] and not _PLAIN_HOST.fullmatch(match["host"]) and version is None:
        return None
    exact = _EXACT.fullmatch(version or "")
    return Named(Component(kind=Kind.PACKAGE, source="npm", name=name), exact[1] if exact else None, address)
