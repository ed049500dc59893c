"""What an npm registry says of releases: one packument a package.

The full one (https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md): the abbreviated one has no times.
What the abbreviated one calls `hasInstallScript` are the full one's scripts.
"""

from __future__ import annotations

import base64
import binascii
from functools import partial
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from supplychain.facts.interface import NoFactError, Obtained
from supplychain.facts.names import path
from supplychain.facts.obtaining import Facility
from supplychain.facts.values import text, time
from supplychain.model.fact import Release, ReleaseFile

AT_INSTALL = frozenset({"preinstall", "install", "postinstall"})
"""Scripts that npm runs when a package is installed from a registry."""
HELD = "-security"
"""What ends the version of the empty package that the registry puts in place of one that it has taken down."""


class _Version(BaseModel):
    """What is used of a version; old ones hold anything at all."""

    dist: Any = None
    deprecated: Any = None
    scripts: Any = None
    installs: Any = Field(None, alias="hasInstallScript")
    gypfile: Any = None
    """Whether npm builds it with node-gyp where no script says otherwise."""


class Packument(BaseModel):
    """A package with its versions."""

    name: str
    versions: dict[str, _Version] = {}
    time: dict[str, Any] = {}
    tags: dict[str, Any] = Field({}, alias="dist-tags")


def obtain(facility: Facility, name: str) -> Obtained[Packument]:
    """Return the packument of a package; its value is None where there is no such package.

    Raises:
        NoFactError: it is not at hand.
    """
    return facility.obtain(
        "npm", name, lambda session, at: session.get(at, path("npm", name)), partial(_packument, name)
    )


def release(component: str, version: str, obtained: Obtained[Packument]) -> Release:
    """Return what the registry says of a version."""
    packument, source = obtained.value, obtained.source
    if packument is None:
        return Release(component=component, version=version, state="no such package", source=source)
    found = packument.versions.get(version)
    deprecated = found.deprecated if found and isinstance(found.deprecated, str) else ""
    status = "deprecated" if deprecated else ""
    if text(packument.tags.get("latest")).endswith(HELD):
        status, deprecated = "quarantined", "npm holds the name: it has taken a package of this name down"
    published = (time(packument.time.get(each)) for each in packument.versions)
    return Release(
        component=component,
        version=version,
        state="listed" if found else "no such version",
        problem="" if found else _missing(version, packument),
        files=(_file(version, found, packument),) if found else (),
        status=status,
        status_reason=deprecated,
        first_release=min((each for each in published if each), default=None),
        runs_scripts=bool(found and _runs_scripts(found)),
        source=source,
    )


def _packument(name: str, body: bytes) -> Packument:
    try:
        packument = Packument.model_validate_json(body)
    except ValidationError as error:
        raise NoFactError("the registry answered with something that is not a packument") from error
    if packument.name != name:
        raise NoFactError("the registry answered with the packument of another package")
    return packument


def _file(version: str, found: _Version, packument: Packument) -> ReleaseFile:
    dist: dict[str, Any] = found.dist if isinstance(found.dist, dict) else {}
    attestations = dist.get("attestations")
    offered = attestations.get("url") if isinstance(attestations, dict) else None
    return ReleaseFile(
        name=text(dist.get("tarball")).rpartition("/")[2],
        hashes=(*_integrity(text(dist.get("integrity"))), *_sha1(text(dist.get("shasum")))),
        uploaded=time(packument.time.get(version)),
        provenance=text(offered) or None,
    )


def _integrity(text: str) -> tuple[str, ...]:
    """Return the hashes of a Subresource Integrity text (https://www.w3.org/TR/SRI/) as `<algorithm>:<hex>`."""
    hashes = []
    for part in text.split():
        algorithm, _, value = part.partition("?")[0].partition("-")
        try:
            digest = base64.b64decode(value, validate=True).hex()
        except (binascii.Error, ValueError):
            continue
        if digest:
            hashes.append(f"{algorithm.lower()}:{digest}")
    return tuple(hashes)


def _sha1(text: str) -> tuple[str, ...]:
    is_hex = len(text) == 40 and not set(text.lower()) - set("0123456789abcdef")
    return (f"sha1:{text.lower()}",) if is_hex else ()


def _runs_scripts(found: _Version) -> bool:
    scripts = found.scripts if isinstance(found.scripts, dict) else {}
    return found.installs is True or found.gypfile is True or any(scripts.get(name) for name in AT_INSTALL)


def _missing(version: str, packument: Packument) -> str:
    if not packument.versions:
        return "every version of it was taken down"
    if version in packument.time:
        return f"it was published on {text(packument.time[version])[:10]} and has been taken down"
    return f"it lists {len(packument.versions)} versions, and not this one"
