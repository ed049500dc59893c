"""pnpm-lock.yaml of lockfileVersion 5, 6 and 9.

Source: https://github.com/pnpm/spec/tree/master/lockfile
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from supplychain.model.package import Drift, Origin, Resolved
from supplychain.packages.interface import NotParsedError, Read, SourceFile
from supplychain.packages.npm_sources import hashes, origin_of, package, version_of
from supplychain.packages.package_json import Manifest, drift_of, found_in, manifest_of
from supplychain.packages.typed import table, text, texts
from supplychain.yaml_document import Table, from_yaml

_FORMAT = "pnpm-lock.yaml"
_VERSIONS = ("5", "6", "9")
_INSTALLED = ("devDependencies", "optionalDependencies", "dependencies")


@dataclass(frozen=True)
class _Lock:
    """The parts of a lock."""

    major: str
    importers: Mapping[str, Mapping[str, Any]]
    """The projects of the workspace, by folder."""
    packages: Mapping[str, Mapping[str, Any]]
    snapshots: Mapping[str, Mapping[str, Any]]
    """What each package depends on, for each way in which its peers come out; before version 9 the packages themselves."""
    overrides: Mapping[str, str]
    lines: Mapping[str, int]

    def key(self, name: str, reference: str) -> str | None:
        """Return the entry that a dependency came to, or None for a folder."""
        forms = (reference, f"/{name}/{reference}", f"/{name}@{reference}", f"{name}@{reference}")
        return next((form for form in forms if form in self.snapshots), None)


def read(source: SourceFile) -> Read:
    """Return the packages of a lock.

    Raises:
        NotParsedError: it is not as its format asks, or of a version that is not known.
    """
    lock = _lock(source)
    roots = {section: [*_asked(lock, section)] for section in _INSTALLED}
    direct = {_base(key) for keys in roots.values() for key in keys}
    used = _reached(lock, [*roots["dependencies"], *roots["optionalDependencies"]])
    dev = _reached(lock, roots["devDependencies"]) - used
    if lock.major != "9":
        dev = {key for key, said in lock.packages.items() if said.get("dev") == "true"}
    entries = lock.packages.items()
    return Read(packages=[_resolved(lock, key, said, source, key in direct, key in dev) for key, said in entries])


def members(source: SourceFile, manifests: Collection[str]) -> set[str]:
    """Return which manifests are of the importers of a lock.

    Raises:
        NotParsedError: it is not as its format asks.
    """
    own = {posixpath.join(source.folder, "package.json")}
    return found_in(_lock(source).importers, source.folder, manifests) - own


def drift(lock: SourceFile, manifests: Mapping[str, SourceFile]) -> tuple[Drift, ...] | str:
    """Return in what a lock does not agree with the package.json of each of its importers.

    Raises:
        NotParsedError: a file is not as its format asks.
    """
    held = _lock(lock)
    found: list[Drift] = []
    compared = 0
    for path, importer in held.importers.items():
        place = posixpath.normpath(posixpath.join(lock.folder, path, "package.json"))
        source = manifests.get(place)
        if source is None:
            continue
        manifest = manifest_of(source)
        locked = _specifiers(importer, path)
        found += drift_of(source, manifest, _expected(manifest, locked, held), locked)
        compared += 1
    return tuple(found) if compared else "there is no package.json beside it"


def _lock(source: SourceFile) -> _Lock:
    documents = [document for document in from_yaml(source.text) if document is not None]
    root = documents[-1] if documents else None  # a first one is of pnpm's own version
    if not isinstance(root, Table):
        raise NotParsedError("it holds no mapping", 1)
    stated = text(root.get("lockfileVersion"), "lockfileVersion", 1)
    major = stated.partition(".")[0]
    if major not in _VERSIONS:
        raise NotParsedError(f"its lockfileVersion is {stated[:20]!r}; {', '.join(_VERSIONS)} are read", 1)
    importers = table(root.get("importers"), "importers") or {".": root}
    packages = _tables(root.get("packages"), "packages")
    lines = getattr(root.get("packages"), "lines", {})
    snapshots = _tables(root.get("snapshots"), "snapshots") if major == "9" else packages
    missing: dict[str, dict[str, Any]] = {}
    if major == "9":
        missing = {_base(key): {} for key in snapshots if _base(key) not in packages}
    return _Lock(
        major,
        {path: table(held, f"importer {path!r}") for path, held in importers.items()},
        {**packages, **missing},
        snapshots,
        texts(root.get("overrides"), "overrides"),
        {**getattr(root.get("snapshots"), "lines", {}), **lines},
    )


def _tables(held: object, what: str) -> dict[str, dict[str, Any]]:
    lines: Mapping[str, int] = getattr(held, "lines", {})
    return {key: table(value, f"the entry {key!r}", lines.get(key)) for key, value in table(held, what).items()}


def _base(key: str) -> str:
    """Return the key of a package without the peers that a snapshot came to; those of version 9 are in parentheses."""
    return key.partition("(")[0] if not key.startswith("/") else key


def _asked(lock: _Lock, section: str) -> Iterator[str]:
    """Yield the entries that the importers ask for themselves."""
    for path, importer in lock.importers.items():
        for name, held in table(importer.get(section), f"{section} of {path!r}").items():
            reference = held.get("version") if isinstance(held, dict) else held
            key = lock.key(name, text(reference, f"version of {name!r}"))
            if key is not None:
                yield key


def _reached(lock: _Lock, keys: Iterable[str]) -> set[str]:
    """Return the packages that entries lead to, themselves among them."""
    seen, pending = set(keys), list(keys)
    while pending:
        said = lock.snapshots[pending.pop()]
        for section in ("dependencies", "optionalDependencies"):
            for name, reference in texts(said.get(section), section).items():
                key = lock.key(name, reference)
                if key is not None and key not in seen:
                    seen.add(key)
                    pending.append(key)
    return {_base(key) for key in seen}


def _resolved(
    lock: _Lock, key: str, said: Mapping[str, Any], source: SourceFile, direct: bool, is_dev: bool
) -> Resolved:
    line = lock.lines.get(key)
    name, version = _named(lock.major, key, said, line)
    is_optional = said.get("optional") == "true" or lock.snapshots.get(key, {}).get("optional") == "true"
    resolution = table(said.get("resolution"), f"resolution of {key!r}", line)
    return Resolved(
        component=package(name, line),
        version=version,
        asked=key,
        at=source.at(line),
        project=source.folder,
        format=_FORMAT,
        is_locked=True,
        hashes=hashes(text(resolution.get("integrity"), f"integrity of {key!r}", line)),
        origin=_origin(resolution, name, version or "", source.folder, line),
        groups=(*(("dev",) if is_dev else ()), *(("optional",) if is_optional else ())),
        direct=direct,
        runs_scripts=said.get("requiresBuild") == "true",
        digest=source.digest,
    )


def _named(major: str, key: str, said: Mapping[str, Any], line: int | None) -> tuple[str, str | None]:
    """Return the name and the version of an entry, which its key has in another form in each version of the format."""
    stated = text(said.get("version"), f"version of {key!r}", line)
    if "name" in said:
        return text(said.get("name"), f"name of {key!r}", line), version_of(stated)
    plain = key.removeprefix("/").partition("(")[0]
    if major == "5" and (match := re.fullmatch(r"((?:@[^/]+/)?[^/]+)/([^_]+)(?:_.*)?", plain)):
        return match[1], version_of(match[2])
    position = plain.find("@", 1)
    if position < 0:
        raise NotParsedError(f"{key[:80]!r} names no package and version", line)
    return plain[:position], version_of(stated or plain[position + 1 :])


def _origin(resolution: Mapping[str, Any], name: str, version: str, folder: str, line: int | None) -> Origin:
    said = {key: text(value, f"{key} of a resolution", line) for key, value in resolution.items() if key != "variants"}
    if said.get("type") == "git":
        repository = origin_of(f"git+{said.get('repo', '')}", name, version)
        return Origin(
            form="repository", address=(repository.address or "").removeprefix("git+"), commit=said.get("commit")
        )
    if "directory" in said:
        return origin_of(f"file:{said['directory']}", name, version, folder)
    if said.get("registry") and not said.get("tarball", "").startswith("http"):
        return Origin(address=origin_of(f"{said['registry'].rstrip('/')}/", "", "").address)
    return origin_of(said.get("tarball", ""), name, version, folder)


def _specifiers(importer: Mapping[str, Any], path: str) -> dict[str, str]:
    """Return the ranges that a lock was made for: beside the versions, or before version 6 in a table of their own."""
    if "specifiers" in importer:
        return texts(importer.get("specifiers"), f"specifiers of {path!r}")
    found = {}
    for section in _INSTALLED:
        for name, held in table(importer.get(section), f"{section} of {path!r}").items():
            found[name] = text(table(held, f"the entry {name!r}").get("specifier"), f"specifier of {name!r}")
    return found


def _expected(manifest: Manifest, locked: Mapping[str, str], lock: _Lock) -> dict[str, str]:
    """Return what a lock has to be made for: peers only where pnpm installs them, and what an override turns it into."""
    asked = manifest.of(*_INSTALLED)
    peers = manifest.of("peerDependencies")
    asked = {**{name: given for name, given in peers.items() if name in locked}, **asked}
    overridden = {(key[:1] + key[1:].partition("@")[0], value) for key, value in lock.overrides.items()}
    return {name: locked[name] if (name, locked.get(name)) in overridden else given for name, given in asked.items()}
