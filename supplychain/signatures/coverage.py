"""What a verified statement is on, held against the files that are there: each has to be signed, with its own digest."""

from __future__ import annotations

from collections.abc import Iterable

from supplychain import catalog
from supplychain.signatures.interface import Candidate, Spot, State, Statement


def compare(spot: Spot, item: Candidate, stated: Statement) -> tuple[State, str]:
    """Return whether a statement holds for the files that its signature is on, and else why not.

    What a signer says that was left out is not excused, except for the files of git itself, which no loader reads.
    """
    unsigned, unknown = [], []
    for path in sorted(_meant(spot, item)):
        signed = _signed(stated, item, path)
        if not signed:
            unsigned.append(path)
            continue
        digests = spot.files[path].digests()
        if digests - signed:
            return "invalid", f"the bytes of {path} are not those that were signed"
        if not digests:
            unknown.append(path)
    if unsigned:
        left = f"; its signer left out {_shown(stated.ignored)}" if stated.ignored else ""
        return "incomplete", f"nobody signed {_shown(unsigned)}{left}"
    if gone := _gone(spot, item, stated):
        return "incomplete", f"{_shown(gone)} was signed and is not there"
    if unknown:
        return "not compared", f"no bytes and no SHA-256 are at hand of {_shown(unknown)}"
    return "valid", ""


def _meant(spot: Spot, item: Candidate) -> list[str]:
    """Return the files that a signature has to be on."""
    if item.of is not None:
        return [item.of] if item.of in spot.files else []
    excused = catalog.signatures().unsigned
    return [path for path in spot.files if path.startswith(item.base) and path.rpartition("/")[2] not in excused]


def _signed(stated: Statement, item: Candidate, path: str) -> frozenset[str]:
    """Return the digests that a statement allows a file to have."""
    if not stated.is_model:
        return frozenset(stated.digests.values())
    names = [path.removeprefix(item.base)]
    if item.of is not None:
        names.append(".")  # what model signing calls a model of one file
    return frozenset(stated.digests[name] for name in names if name in stated.digests)


def _gone(spot: Spot, item: Candidate, stated: Statement) -> list[str]:
    """Return what a statement lists of a whole folder and is not there."""
    if not spot.is_folder or spot.lacks or item.of is not None or not stated.is_model:
        return []
    there = {*spot.files, *(candidate.path for candidate in spot.candidates)}
    return sorted(name for name in stated.digests if item.base + name not in there)


def _shown(paths: Iterable[str]) -> str:
    first, *rest = sorted(paths)
    return first if not rest else f"{first} and {len(rest)} more"
