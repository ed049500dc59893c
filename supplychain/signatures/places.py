"""Where a component may lie, and the signatures beside it: the target, a cache of its hub, and the hub's own list."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path

from supplychain import catalog, digests
from supplychain.catalog.addresses import source_word
from supplychain.files import NotReadError, read_bounded
from supplychain.model.artifact import Artifact
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.hub import NO_HUB, HubRecord
from supplychain.model.hub import HubFile as Listed
from supplychain.model.reference import Place, Reference, is_immutable
from supplychain.signatures.interface import LIMIT, Candidate, Held, HubFile, Spot
from supplychain.target import File, Target

Cached = Callable[[Component, str | None], Mapping[str, Path]]
"""Component and revision in; where the files that a cache holds of it lie, by their names, out."""
_PIECE = 1 << 20
_SMALL = 1_000_000
"""Bytes of a file of a hub that states no SHA-256 of it, up to which its content is asked for."""
_ASKED = 50


def spots(
    target: Target, case: Case, component: Component, references: Iterable[Reference], hub_file: HubFile, cached: Cached
) -> Iterator[Spot]:
    """Yield every place where a component may lie; one that lacks something says so."""
    declared = case.declaration.of(component.id) if case.declaration else None
    if component.is_file and (target.has(component.name) or declared is None or declared.path is None):
        yield _in_target(target, component.name, case, component.id)
        return
    if declared is not None and declared.path is not None:
        yield _in_target(target, declared.path, case, component.id)
        told = [record.source.name for record in case.hub if record.component == component.id]
        if component.source in {"url", "file"} or {*told} == {NO_HUB}:
            return  # nothing can be asked what lies beside it where it comes from
    revisions = dict.fromkeys(reference.revision for reference in references)
    for revision in revisions:
        records = [record for record in case.hub if (record.component, record.revision) == (component.id, revision)]
        yield _at_hub(case, component, revision, records[0] if records else None, hub_file, cached)


def _in_target(target: Target, path: str, case: Case, component: str) -> Spot:
    known = [artifact for artifact in case.artifacts if artifact.component == component]
    names = catalog.signatures()
    single = target.get(path)
    prefix = "" if path in {"", "."} else path.rstrip("/") + "/"
    inside = [single] if single else [file for file in target.files if file.path.startswith(prefix)]
    if not inside:
        return Spot(f"{path} in the target", {}, (), lacks=f"{path}, which is no file or folder of the target")
    every = {file.path: file for file in target.files}
    near = [file for file in inside if _is_named(file.path)] if single is None else []
    above = [""] + [f"{part}/" for part in _parents(path)]
    near += [every[base + name] for base in above for name in names.folder if base + name in every]
    if single:
        near += [file for file in target.files if _beside(file.path, path) and _is_named(file.path)]
    found = [_candidate(file.path, every, partial(_content, target, file)) for file in near]
    candidates = {item.path: item for item in found if single is None or item.of in {None, path}}
    files = {
        file.path: Held(partial(_known, known, file.path, None, partial(_digest, target, file)), _chunks(target, file))
        for file in inside
        if file.path not in candidates
    }
    return Spot(f"{path} in the target", files, tuple(candidates.values()), is_folder=single is None)


def _at_hub(
    case: Case, component: Component, revision: str | None, record: HubRecord | None, hub_file: HubFile, cached: Cached
) -> Spot:
    """Return what a hub lists of a revision, with the bytes of it that a cache holds."""
    commit = record.commit if record else revision if is_immutable(revision) else None
    listed = {file.path: file for file in record.files} if record and record.state in {"listed", "gated"} else {}
    held = cached(component, commit or revision)
    known = [item for item in case.artifacts if item.component == component.id and item.revision in {None, commit}]
    paths = {
        **dict.fromkeys(listed),
        **dict.fromkeys(held),
        **dict.fromkeys(item.path for item in known if _is_there(item)),
    }
    first = next((item.at for item in case.inventory.references if item.component == component), None)
    candidates = [
        _candidate(path, paths, partial(_fetched, component.id, commit, path, held.get(path), hub_file), first)
        for path in paths
        if _is_named(path)
    ]
    signed = bool(candidates)
    files = {}
    for number, path in enumerate(sorted(path for path in paths if not _is_named(path))):
        ask = partial(hub_file, component.id, commit or "", path) if signed and commit and number < _ASKED else None
        hashed = partial(_of_hub, listed.get(path), held.get(path), ask)
        chunks = partial(_pieces, held[path]) if path in held else None
        files[path] = Held(partial(_known, known, path, commit, hashed), chunks)
    shown = f"{source_word(component)} at {commit}" if commit else source_word(component)
    return Spot(shown, files, tuple(candidates), lacks=_lacks(component, revision, record, listed))


def _is_there(item: Artifact) -> bool:
    return item.where in {"cache", "fetched"} and item.state != "removed"


def _lacks(component: Component, revision: str | None, record: HubRecord | None, listed: Mapping[str, object]) -> str:
    """Return why a signature may lie at a hub that is not known of."""
    shown = f"{source_word(component)} at {revision or 'its newest revision'}"
    if listed:
        return ""
    if record is not None and record.source.name == NO_HUB:
        return f"{source_word(component)}: {record.problem}"
    if record is None or record.state == "unknown":
        problem = record.problem if record else "nothing is known of what it lists"
        return f"{shown}: {problem}"
    return f"{shown}: {record.problem or ('it lists no files' if record.state == 'listed' else record.state)}"


def _is_named(path: str) -> bool:
    names = catalog.signatures()
    return path.endswith(names.suffixes) or any(path == name or path.endswith(f"/{name}") for name in names.folder)


def _beside(path: str, other: str) -> bool:
    return path.rpartition("/")[0] == other.rpartition("/")[0]


def _parents(path: str) -> Iterator[str]:
    parts = path.rstrip("/").split("/")[:-1]
    return ("/".join(parts[: end + 1]) for end in range(len(parts)))


def _candidate(
    path: str, files: Mapping[str, object], read: Callable[[], tuple[bytes | None, str]], at: Place | None = None
) -> Candidate:
    """Return a signature with what it is on: a file of its name, or the folder that it stands for."""
    names = catalog.signatures()
    at = at or Place(file=path)
    for name in names.folder:
        if path == name or path.endswith(f"/{name}"):
            return Candidate(path, path.removesuffix(name), None, read, at)
    stem = next(path.removesuffix(suffix) for suffix in names.suffixes if path.endswith(suffix))
    folder, slash, _ = path.rpartition("/")
    return Candidate(path, folder + slash, stem if stem in files else None, read, at)


def _known(
    artifacts: Iterable[Artifact], path: str, commit: str | None, otherwise: Callable[[], frozenset[str]]
) -> frozenset[str]:
    """Return the SHA-256 of the bytes that were read of a file; where none were, what is known otherwise."""
    own = [item for item in artifacts if item.path == path and (item.revision in {None, commit} or commit is None)]
    read = frozenset(item.sha256 for item in own if item.state == "bytes" and item.sha256)
    return read or otherwise()


def _digest(target: Target, file: File) -> frozenset[str]:
    found = digests.digest(target, Component(kind=Kind.MODEL, source="file", name=file.path))
    return frozenset([found.removeprefix("sha256:")] if found else [])


def _of_hub(
    listed: Listed | None, path: Path | None, ask: Callable[[], tuple[bytes | None, str]] | None
) -> frozenset[str]:
    if path is not None:
        return _hashed(path)
    if listed is not None and listed.sha256:
        return frozenset([listed.sha256])
    if listed is None or ask is None or listed.size is None or listed.size > _SMALL:
        return frozenset()
    content, _ = ask()
    if content is None or listed.git_sha1 not in {None, _blob(content)}:
        return frozenset()
    return frozenset([hashlib.sha256(content).hexdigest()])


def _blob(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


@cache
def _hashed(path: Path) -> frozenset[str]:
    found = hashlib.sha256()
    try:
        for piece in _pieces(path):
            found.update(piece)
    except NotReadError:
        return frozenset()
    return frozenset([found.hexdigest()])


def _content(target: Target, file: File) -> tuple[bytes | None, str]:
    try:
        return target.read(file, LIMIT).data, ""
    except NotReadError as error:
        return None, str(error)


def _fetched(
    component: str, commit: str | None, path: str, held: Path | None, hub_file: HubFile
) -> tuple[bytes | None, str]:
    if held is not None:
        try:
            data = read_bounded(held, LIMIT + 1)
        except NotReadError as error:
            return None, str(error)
        return (data, "") if len(data) <= LIMIT else (None, f"it has more than {LIMIT:,} bytes")
    return hub_file(component, commit, path) if commit else (None, "its commit is not known")


def _chunks(target: Target, file: File) -> Callable[[], Iterator[bytes]]:
    path = target.located(file)
    return partial(_pieces, path) if path else lambda: iter([target.read(file).data])


def _pieces(path: Path) -> Iterator[bytes]:
    """Yield a file piece by piece.

    Raises:
        NotReadError: it is no regular file, or cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            while piece := stream.read(_PIECE):
                yield piece
    except OSError as error:
        raise NotReadError(f"it cannot be read: {error.strerror}") from error
