"""pylock.toml (PEP 751), which says of no package whether it is asked for itself, nor what it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import join

from packaging.pylock import Package, Pylock, PylockUnsupportedVersionError, PylockValidationError

from supplychain.model.address import without_credentials
from supplychain.model.package import Drift, LockedFile, Origin, Resolved
from supplychain.packages import pyproject
from supplychain.packages.interface import NotParsedError, Read, SourceFile
from supplychain.packages.python_drift import unmet
from supplychain.packages.python_sources import file_name, hashes, local, origin_of, package, repository
from supplychain.packages.toml_document import block_lines, from_toml


def read(source: SourceFile) -> Read:
    """Return every package of a lock with its files.

    Raises:
        NotParsedError: it is not as PEP 751 asks.
    """
    lock = _lock(source)
    places = block_lines(source, "packages", len(lock.packages))
    entries = (_resolved(entry, line, source) for entry, line in zip(lock.packages, places, strict=True))
    return Read(packages=list(entries))


def _lock(source: SourceFile) -> Pylock:
    data = from_toml(source.data)
    try:
        return Pylock.from_dict(data)
    except (PylockValidationError, PylockUnsupportedVersionError) as error:
        raise NotParsedError(f"not as PEP 751 asks: {str(error)[:120]}", _line(source, data, error)) from error
    except (ValueError, TypeError, RecursionError) as error:
        raise NotParsedError(f"not as PEP 751 asks: {type(error).__name__}", 1) from error


def _line(source: SourceFile, data: Mapping[str, object], error: Exception) -> int | None:
    """Return the line of the package that an error speaks of."""
    context = str(getattr(error, "context", "") or "")
    position, tables = context.removeprefix("packages[").partition("]")[0], data.get("packages")
    if not context.startswith("packages[") or not position.isdecimal() or not isinstance(tables, list):
        return 1
    return block_lines(source, "packages", len(tables))[int(position)]


def _resolved(entry: Package, line: int | None, source: SourceFile) -> Resolved:
    artifacts = [*((entry.sdist,) if entry.sdist else ()), *(entry.wheels or ())]
    stated = [(a.filename, f"{name}:{value}") for a in artifacts for name, value in a.hashes.items()]
    if entry.archive is not None:
        name = file_name(entry.archive.url or entry.archive.path or "")
        stated += [(name, f"{algorithm}:{value}") for algorithm, value in entry.archive.hashes.items()]
    known = [(name, found) for name, value in stated for found in hashes((value,))]
    return Resolved(
        component=package(entry.name, line),
        version=str(entry.version) if entry.version is not None else None,
        at=source.at(line),
        project=source.folder,
        format="pylock.toml",
        is_locked=True,
        hashes=tuple(dict.fromkeys(value for _, value in known)),
        files=tuple(LockedFile(name=name, hash=value) for name, value in known),
        origin=_origin(entry, source.folder),
        marker=str(entry.marker or ""),
        digest=source.digest,
    )


def _origin(entry: Package, folder: str) -> Origin:
    if entry.vcs is not None:
        return repository(entry.vcs.url or entry.vcs.path or "", entry.vcs.commit_id)
    if entry.archive is not None:
        return origin_of(entry.archive.url, folder)[0] if entry.archive.url else local(entry.archive.path or "", folder)
    if entry.directory is not None:
        return local(entry.directory.path, folder)
    return Origin(address=without_credentials(entry.index or "") or None)


def drift(lock: SourceFile, manifests: Mapping[str, SourceFile]) -> tuple[Drift, ...] | str:
    """Return what `project.dependencies` asks for that a lock does not have; groups may have been left out of it.

    Raises:
        NotParsedError: a file is not as its format asks.
    """
    manifest = manifests.get(join(lock.folder, "pyproject.toml"))
    if manifest is None:
        return "nothing in it says what it was made from, and there is no pyproject.toml beside it"
    versions: dict[str, list[str | None]] = {}
    for entry in _lock(lock).packages:
        versions.setdefault(f"package:pypi/{entry.name}", []).append(str(entry.version) if entry.version else None)
    asked = [entry for entry in (pyproject.read(manifest) or Read()).packages if not entry.groups]
    return unmet(asked, versions, lock.path, is_universal=False)
