"""What the locks and manifests of npm, Yarn and pnpm have in common: names, hashes and where a package comes from."""

from __future__ import annotations

import base64
import binascii
import posixpath
import re
from urllib.parse import unquote

from supplychain.model.address import without_credentials
from supplychain.model.component import Component, Kind
from supplychain.model.package import Origin
from supplychain.packages.interface import NotParsedError

_NAME = re.compile(r"(?:@(?!\.{1,2}/)[\w.!~*'()-]+/)?(?!\.{1,2}$)[\w.!~*'()-]+")
"""A name that a registry takes, old ones included; upper and lower case are not the same there."""
_VERSION = re.compile(r"\d+\.\d+\.\d+(?:-[\w.-]+)?(?:\+[\w.-]+)?")
_EXACT = re.compile(rf"[=v\s]*(?P<version>{_VERSION.pattern})\s*")
_LENGTHS = {"sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64}
_GIT = re.compile(r"(?:git\+[a-z]+|git|ssh):|git@|(?:https?://[^#?]*\.git(?:$|#))")
_HOSTED = re.compile(r"(?P<host>github|gitlab|bitbucket|gist):(?P<path>[^#]+)(?:#(?P<at>.*))?")
_SHORT = re.compile(r"(?P<path>[\w-]+/[\w.-]+)(?:#(?P<at>.*))?")
_ARCHIVE = re.compile(r"https://codeload\.github\.com/(?P<path>[\w.-]+/[\w.-]+)/tar\.gz/(?P<at>[^?#]+)")
_HOSTS = {"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org", "gist": "gist.github.com"}
_FOLDER = re.compile(r"(?:file|link|portal|workspace):|\.{0,2}/|~/")
_TARBALL = (".tgz", ".tar.gz", ".tar")


def package(name: str, line: int | None = None) -> Component:
    """Return the package of npm with a name.

    Raises:
        NotParsedError: no package can be called so.
    """
    if not _NAME.fullmatch(name) or len(name) > 214:
        raise NotParsedError(f"{name[:80]!r} is not the name of a package", line)
    return Component(kind=Kind.PACKAGE, source="npm", name=name)


def version_of(text: str) -> str | None:
    """Return the version that a lock states, or None where it states an address, a range or nothing."""
    return text if _VERSION.fullmatch(text) else None


def exact(asked: str) -> str | None:
    """Return the one version that a manifest asks for, or None for a range, a tag or an address."""
    match = _EXACT.fullmatch(asked)
    return match["version"] if match else None


def aliased(key: str, asked: str) -> tuple[str, str]:
    """Return the name and the range of what is asked for, which `npm:name@range` calls by another name."""
    if not asked.startswith("npm:"):
        return key, asked
    plain = asked.removeprefix("npm:")
    position = plain.find("@", 1)
    if position < 0:
        return (plain, "") if _NAME.fullmatch(plain) and not _EXACT.fullmatch(plain) else (key, plain)
    return plain[:position], plain[position + 1 :]


def hashes(integrity: str) -> tuple[str, ...]:
    """Return the hashes of a subresource integrity, `sha512-<base64> …`, as `sha512:<hex>`.

    What is no hash is left out, as the clients do, which then verify nothing.
    """
    found: list[str] = []
    for part in integrity.split():
        algorithm, _, value = part.partition("?")[0].partition("-")
        try:
            digest = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            continue
        if _LENGTHS.get(algorithm) == len(digest):
            found.append(f"{algorithm}:{digest.hex()}")
    return tuple(dict.fromkeys(found))


def origin_of(resolved: str, name: str, version: str, folder: str = "") -> Origin:
    """Return where an entry is fetched from: `resolved` as a lock or a manifest writes it, empty where it says nothing.

    A tarball at the place where a registry keeps that version of that package comes from an index; any other one, and
    so that of another package, is one file by its address. `folder` is that of the lock: what leads out of the target
    is no folder of it.
    """
    if not resolved:
        return Origin()
    if repository := _repository(resolved):
        return repository
    if _FOLDER.match(resolved):
        return _folder(resolved, folder)
    address = without_credentials(resolved).partition("#")[0]
    return registry_of(address, name, version) or Origin(form="address", address=address)


def registry_of(address: str, name: str, version: str) -> Origin | None:
    """Return the registry that keeps a version of a package at an address, or None where none does so."""
    last = name.rpartition("/")[2]
    plain = unquote(address)
    for form in (f"/{name}/-/{last}-{version}.tgz", f"/{name}/-/{name}-{version}.tgz"):
        if version and plain.endswith(form) and plain.startswith(("https://", "http://")):
            return Origin(address=plain.removesuffix(form) + "/")
    return None


def _repository(resolved: str) -> Origin | None:
    """Return the repository that an address names in any of the ways of the clients, or None."""
    if match := _HOSTED.fullmatch(resolved):
        path = match["path"].rpartition("@")[2].removesuffix(".git")
        return _at(f"https://{_HOSTS[match['host']]}/{path}", match["at"])
    if match := _ARCHIVE.fullmatch(resolved):
        return _at(f"https://github.com/{match['path']}", match["at"])
    if match := _SHORT.fullmatch(resolved):
        return _at(f"https://github.com/{match['path'].removesuffix('.git')}", match["at"])
    if not _GIT.match(resolved) and "#commit=" not in resolved:
        return None
    address, _, revision = without_credentials(resolved).partition("#")
    return _at(address, revision)


def _at(address: str, revision: str | None) -> Origin:
    parts = dict(part.partition("=")[::2] for part in (revision or "").split("&") if "=" in part)
    commit = parts.get("commit") or (revision or "").partition("&")[0]
    return Origin(form="repository", address=address, commit=commit or None)


def _folder(resolved: str, folder: str) -> Origin:
    path = re.sub(r"^(?:file|link|portal|workspace):", "", resolved).partition("#")[0]
    if resolved.startswith("workspace:"):
        return Origin(form="folder", address=path if "/" in path else None)  # else a range of its version
    place = posixpath.normpath(posixpath.join(folder, path))
    is_inside = not place.startswith(("..", "/", "~"))
    if not is_inside or path.endswith(_TARBALL):
        return Origin(form="address", address=f"file:{path}")
    return Origin(form="folder", address=place)
