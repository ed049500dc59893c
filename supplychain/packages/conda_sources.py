"""What the files of conda have in common: specifications, and addresses of packages in channels."""

from __future__ import annotations

import re
from dataclasses import dataclass

from supplychain.model.address import without_credentials
from supplychain.model.component import Component, Kind
from supplychain.model.package import Origin
from supplychain.packages.interface import NotParsedError

_NAME = r"[A-Za-z0-9_](?:[\w.-]*[A-Za-z0-9_])?"
_SPECIFICATION = re.compile(
    rf"(?:(?P<channel>[^\s\[\]=<>!~]+)::)?(?P<name>{_NAME})\s*(?P<rest>(?:[=<>!~ \[].*)?)", re.DOTALL
)
_EXACT = re.compile(
    r"==\s*(?P<exact>[\w.!+]+)(?:=[\w.*]+)?|=\s*(?P<version>[\w.!+]+)=(?P<build>\w+)|\s(?P<plain>[\w.!+]+)\s+\w+"
)
_PLATFORM = re.compile(r"noarch|[a-z]+-[a-z0-9]+")
_HASHES = {32: "md5", 40: "sha1", 64: "sha256"}


@dataclass(frozen=True)
class Specification:
    """What an environment asks for."""

    name: str
    version: str | None
    """Where it is one version."""
    channel: str | None


@dataclass(frozen=True)
class PackageFile:
    """A file of a channel, by its address."""

    channel: str
    platform: str
    name: str
    version: str


def specification(text: str, line: int | None = None) -> Specification:
    """Return what `channel::name=version=build` asks for.

    Raises:
        NotParsedError: it has not the form of a specification.
    """
    match = _SPECIFICATION.fullmatch(text.strip()) if len(text) < 500 else None
    if match is None:
        raise NotParsedError(f"{text[:80]!r} is no specification of conda", line)
    exact = _EXACT.fullmatch(match["rest"].rstrip())
    version = (exact["exact"] or exact["version"] or exact["plain"]) if exact else None
    return Specification(match["name"].lower(), version, match["channel"])


def file_at(address: str) -> PackageFile | None:
    """Return the file of a channel that an address leads to, or None where it leads to none."""
    folder, _, file = without_credentials(address).partition("#")[0].rpartition("/")
    channel, _, platform = folder.rpartition("/")
    name, *rest = file.removesuffix(".conda").removesuffix(".tar.bz2").rsplit("-", 2)
    is_file = file.endswith((".conda", ".tar.bz2")) and re.fullmatch(_NAME, name) is not None
    if not is_file or len(rest) != 2 or not channel or not _PLATFORM.fullmatch(platform):
        return None
    return PackageFile(channel, platform, name.lower(), rest[0])


def origin_at(address: str, name: str, version: str) -> Origin:
    """Return the channel that keeps a version of a package at an address, or the address itself."""
    found = file_at(address)
    if found is not None and (found.name, found.version) == (name, version):
        return Origin(address=found.channel)
    return Origin(form="address", address=without_credentials(address).partition("#")[0])


def package(name: str) -> Component:
    """Return the package of conda with a name."""
    return Component(kind=Kind.PACKAGE, source="conda", name=name)


def hash_of(text: str) -> str | None:
    """Return `<algorithm>:<hex>` of a hash, with its algorithm before a colon or told by its length, or None."""
    plain = text.strip().rpartition(":")[2].lower()
    return f"{_HASHES[len(plain)]}:{plain}" if len(plain) in _HASHES and re.fullmatch(r"[0-9a-f]+", plain) else None
