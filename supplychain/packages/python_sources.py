"""What the locks and manifests of Python have in common: names, exact versions, hashes, and where a package is from."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from urllib.parse import unquote

from packaging.specifiers import SpecifierSet
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)

from supplychain.model.address import without_credentials
from supplychain.model.component import Component, Kind
from supplychain.model.package import LockedFile, Origin
from supplychain.packages.interface import NotParsedError

NAME = re.compile(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?", re.ASCII)
ARCHIVES = (".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar", ".tar.xz", ".egg")
_REPOSITORY = re.compile(r"(?:git|hg|svn|bzr)\+", re.IGNORECASE)
_SCHEME = re.compile(r"(?i)[a-z][a-z0-9+.-]*:")
_HASH = re.compile(r"(?P<algorithm>md5|sha1|sha224|sha256|sha384|sha512)[:=](?P<hex>[0-9a-fA-F]+)")
_LENGTHS = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}
_REVISION = re.compile(r"(?P<address>.*/[^@]*)@(?P<revision>[^@]+)", re.DOTALL)


def package(name: str, line: int | None = None) -> Component:
    """Return the package of PyPI with a name.

    Raises:
        NotParsedError: no package can be called so.
    """
    if not NAME.fullmatch(name) or len(name) > 200:
        raise NotParsedError(f"{name[:80]!r} is not the name of a package", line)
    return Component(kind=Kind.PACKAGE, source="pypi", name=canonicalize_name(name))


def exact(specifier: SpecifierSet) -> str | None:
    """Return the one version that a specifier leaves, as it is written, or None for a range."""
    pins = {item.version for item in specifier if item.operator in {"==", "==="} and "*" not in item.version}
    return (pins.pop() or None) if len(pins) == 1 else None


def hashes(stated: Iterable[str]) -> tuple[str, ...]:
    """Return hashes as `<algorithm>:<hex>`, each once; what has not the length of its algorithm is none."""
    matches = (_HASH.fullmatch(text.strip()) for text in stated)
    whole = (m for m in matches if m and len(m["hex"]) == _LENGTHS[m["algorithm"]])
    return tuple(dict.fromkeys(f"{m['algorithm']}:{m['hex'].lower()}" for m in whole))


def locked_file(name: str, stated: str) -> LockedFile | None:
    """Return a file with its hash; None where it has no name or what is stated is no hash."""
    found = hashes((stated,))
    return LockedFile(name=name, hash=found[0]) if found and name else None


def file_name(address: str) -> str:
    """Return the name of the file at an address or a path."""
    return unquote(posixpath.basename(re.split(r"[?#]", address)[0].replace("\\", "/")))


def repository(address: str, commit: str | None) -> Origin:
    """Return a version control repository at a revision."""
    return Origin(form="repository", address=without_credentials(address).partition("#")[0], commit=commit or None)


def origin_of(url: str, folder: str) -> tuple[Origin, tuple[str, ...]]:
    """Return what a direct reference names, with the hashes that stand in its fragment.

    `folder` is that of the file that names it. A path that leads out of the target, or to an archive, is no folder.
    """
    if match := _REPOSITORY.match(url):
        address, _, _ = url[match.end() :].partition("#")
        begin, scheme, rest = address.partition("://")
        revision = _REVISION.fullmatch(rest)
        if revision:
            return repository(f"{begin}{scheme}{revision['address']}", revision["revision"]), ()
        return repository(address, None), ()
    address, _, fragment = url.partition("#")
    found = hashes(fragment.split("&"))
    if _SCHEME.match(address) and not address.lower().startswith("file:"):
        return Origin(form="address", address=without_credentials(address)), found
    return local(re.sub(r"(?i)^file:(//(localhost)?(?=/))?", "", address), folder), found


def local(path: str, folder: str) -> Origin:
    """Return what a path names: a folder of the target, or one file or folder from elsewhere."""
    place = posixpath.normpath(posixpath.join(folder, path.replace("\\", "/")))
    is_inside = not place.startswith(("../", "/", "~", "$")) and place != ".." and not _SCHEME.match(place)
    if not is_inside or place.lower().endswith(ARCHIVES):
        return Origin(form="address", address=path)
    return Origin(form="folder", address=place)


def told_by_file(name: str) -> tuple[str, str] | None:
    """Return the package and the version that the name of a wheel or a source archive tells, or None."""
    try:
        parsed = parse_wheel_filename(name)[:2] if name.endswith(".whl") else parse_sdist_filename(name)
    except (InvalidWheelFilename, InvalidSdistFilename, ValueError):
        return None
    return (parsed[0], str(parsed[1])) if NAME.fullmatch(parsed[0]) else None


def unnamed(origin: Origin) -> Component:
    """Return the component that only has an address, a repository or a path."""
    address = origin.address or ""
    if origin.form == "folder":
        return Component(kind=Kind.PACKAGE, source="file", name=address)
    return Component(kind=Kind.PACKAGE, source="url", name=address.partition("://")[2] or address or "unnamed")
