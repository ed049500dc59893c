"""Artifacts of a hub at the revisions that a target asks for: what lies in a cache of this machine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from supplychain import catalog
from supplychain.artifacts.found import Found, Wanted
from supplychain.artifacts.hub_cache import CachedFile, folders, snapshot
from supplychain.model.artifact import PublishedHash
from supplychain.model.case import Case
from supplychain.model.hub import HubFile, HubRecord
from supplychain.model.reference import is_immutable

_FILE = re.compile(r"/(?:resolve|blob|raw)/(?P<revision>[^/]+)/(?P<path>[^?#]+)")
_SHARD = re.compile(r"(?P<begin>.*-)\d{5}(?P<end>-of-\d{5}\..+)")
_SHOWN = 3


def of_hub(wanted: Wanted, case: Case) -> list[Found]:
    """Return the artifacts of a component of Hugging Face: those at hand, and those that are known to be missing."""
    found: list[Found] = []
    for revision, is_code in wanted.revisions.items():
        every = _of_revision(wanted, case, revision)
        found += [one for one in every if one.has_bytes and runs(one.path)] if is_code else every
    unique = {(one.revision, one.path): one for one in found}
    return list(unique.values())


def runs(path: str) -> bool:
    """Whether a file is Python that a loader runs, by its name."""
    return path.endswith(catalog.artifacts().code_suffixes)


def records(case: Case, wanted: Wanted, revision: str | None) -> tuple[HubRecord, ...]:
    """Return what the hub says of a revision, by what it was asked for or by its commit."""
    own = (record for record in case.hub if record.component == wanted.id and record.state != "unknown")
    return tuple(record for record in own if revision in {record.revision, record.commit})


def _of_revision(wanted: Wanted, case: Case, revision: str | None) -> list[Found]:
    found: list[Found] = []
    for cache, is_ours in folders():
        held = snapshot(cache, wanted.component, revision, case.policy.artifacts.max_files)
        for file in held.files if held else ():
            found.append(_cached(wanted, file, held.commit if held else "", is_ours=is_ours))
        if held is not None and held.is_cut:
            problem = f"max_files under [artifacts] of the policy is {case.policy.artifacts.max_files:,}"
            found.append(Found(wanted, "more files", "cache", "not read", revision=held.commit, problem=problem))
    unique: dict[str, Found] = {}
    for one in found:  # the client's own cache goes first
        unique.setdefault(one.path, one)
    commit = found[0].revision if found else revision if is_immutable(revision) else None
    for one in unique.values():
        _add_hub(one, records(case, wanted, commit))
    at_hand = {one.path for one in unique.values() if one.state != "absent"}
    return [*unique.values(), *_missing(wanted, case, revision, commit, at_hand)]


def _cached(wanted: Wanted, file: CachedFile, commit: str, *, is_ours: bool) -> Found:
    found = Found(wanted, file.path, "fetched" if is_ours else "cache", located=file.real, revision=commit)
    if file.real is None:
        found.state, found.problem = "not read" if "out of the cache" in file.problem else "absent", file.problem
    algorithm = {64: "sha256", 40: "git-sha1"}.get(len(file.blob))
    if algorithm and re.fullmatch("[0-9a-f]+", file.blob):
        found.published.append(PublishedHash(algorithm=algorithm, value=file.blob, origin="download"))
    return found


def _add_hub(found: Found, said: Iterable[HubRecord]) -> None:
    """Add what the hub published of a file at its commit; one that it does not list is none of that commit."""
    listing = [record for record in said if record.files]
    for record in listing:
        for file in record.files:
            if file.path == found.path:
                found.published += _published(file, record)
                return
    if listing and found.has_bytes:
        found.state, found.problem = "unlisted", f"the hub's list of commit {found.revision}"


def _published(file: HubFile, record: HubRecord) -> Iterator[PublishedHash]:
    stated = [("sha256", file.sha256), ("md5", file.md5)]
    if file.sha256 is None:  # of a file in Git LFS, git has the pointer alone
        stated.append(("git-sha1", file.git_sha1))
    fetched = record.source.fetched
    day = fetched[:10] if fetched else None
    for algorithm, value in stated:
        if value is not None:
            said = {"algorithm": algorithm, "value": value, "origin": "hub", "size": file.size, "recorded": day}
            yield PublishedHash.model_validate(said)


def _missing(
    wanted: Wanted, case: Case, revision: str | None, commit: str | None, at_hand: set[str]
) -> Iterator[Found]:
    """Yield what is loaded and not at hand: what an address names, the rest of what was split, the weights themselves."""
    listed = [file for record in records(case, wanted, commit or revision) for file in record.files]
    named = [match["path"] for r in wanted.references if (match := _FILE.search(r.address or ""))]
    shards = {match["begin"] + match["end"] for path in at_hand if (match := _SHARD.fullmatch(path))}
    absent = [path for path in dict.fromkeys(named) if path not in at_hand]
    for file in listed:
        match = _SHARD.fullmatch(file.path)
        if match and match["begin"] + match["end"] in shards and file.path not in at_hand:
            absent.append(file.path)
    for path in dict.fromkeys(absent):
        found = Found(wanted, path, "cache", "absent", revision=commit)
        _add_hub(found, records(case, wanted, commit or revision))
        yield found
    large = {file.path for file in listed if file.sha256}
    if not at_hand and not absent:
        yield Found(wanted, "", "cache", "absent", revision=commit, published=_some(listed, case, wanted, commit))
    elif large and not large & at_hand and not absent and not _loads_no_weights(wanted):
        shown = ", ".join(sorted(large)[:_SHOWN])
        problem = f"none of its {len(large)} large files is there: {shown}"
        yield Found(wanted, "", "cache", "absent", revision=commit, problem=problem)


def _some(listed: list[HubFile], case: Case, wanted: Wanted, commit: str | None) -> list[PublishedHash]:
    """Return what is known of the first large file, which shows that hashes are published."""
    large = next((file for file in listed if file.sha256), None)
    of_it = (
        [said for record in records(case, wanted, commit)[:1] for said in _published(large, record)] if large else []
    )
    return of_it[:1]


def _loads_no_weights(wanted: Wanted) -> bool:
    plain = re.compile(catalog.artifacts().pickle.plain)
    return all(plain.fullmatch(reference.call) for reference in wanted.references)
