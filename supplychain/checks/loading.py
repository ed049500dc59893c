"""What the loading calls of a model let happen: code that its bytes name, or Python of its repository."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from packaging.version import InvalidVersion, Version

from supplychain import catalog
from supplychain.catalog.permit import Permit, Refusal
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.package import Resolved
from supplychain.model.reference import Reference, Scope, Unresolved

_NO = frozenset({"False", "None", "0"})


class Loading(Frozen):
    """Something beyond reading numbers that one loading call lets happen."""

    permit: str
    what: Literal["file", "repository"]
    call: str
    does: str
    instead: str
    why: str
    """What of the call lets it: an argument, or a version that is not known or too old."""
    is_open: bool = False
    """Whether an argument that is made at run time decides it."""

    @property
    def is_repository(self) -> bool:
        """Whether it runs the Python of a repository, beyond what a file names."""
        return self.what == "repository"


def loadings(case: Case, reference: Reference | Unresolved) -> tuple[Loading, ...]:
    """Return what a loading call lets happen, by the catalog, its arguments, and the versions that locks resolve."""
    return tuple(_loadings(case, reference))


def _loadings(case: Case, reference: Reference | Unresolved) -> Iterator[Loading]:
    given = dict(flag.partition("=")[::2] for flag in reference.flags)
    inner = reference.call.rpartition(" → ")[2]  # of a function of the target, what it hands the name to
    told: set[str] = set()
    for permit in catalog.permits():
        if permit.what in told or not permit.is_of(inner):
            continue
        why, is_open = _why(case, permit, reference.flags, given)
        if why is None:
            continue
        told.add(permit.what)  # the first says it: the call itself goes before an argument that others share
        call = reference.call or "its client"
        yield Loading(
            permit=permit.id,
            what=permit.what,
            call=call,
            does=permit.does,
            instead=permit.instead,
            why=why,
            is_open=is_open,
        )


def _why(case: Case, permit: Permit, flags: tuple[str, ...], given: dict[str, str]) -> tuple[str | None, bool]:
    """Return what of a call lets something happen, None where nothing does, and whether that is open."""
    if permit.refuses is not None:
        return _unless(case, permit.refuses, given), False
    if not permit.flags:
        return "whatever its arguments are", False
    if found := next((flag for flag in flags if flag in permit.flags), None):
        return found, False
    value = given.get(permit.open_flag)
    if value is not None and value not in _NO:
        return f"{permit.open_flag}={value}, which is made at run time", True
    return None, False


def _unless(case: Case, refusal: Refusal, given: dict[str, str]) -> str | None:
    """Return what is missing of what would keep a call from it; None where nothing is."""
    value = given.get(refusal.argument)
    if value is None and not refusal.absent:
        return f"{refusal.argument} is not given"
    if value is not None and value not in refusal.values:
        return f"{refusal.argument}={value}"
    name = refusal.packages[0].rpartition("/")[2]
    entries = _entries(case, refusal.packages)
    if not entries:
        return f"no lock says which {name} is installed, and {refusal.before}"
    for entry in entries:
        if not _is_since(entry.version, refusal.since):
            version = entry.version or entry.asked or "any version"
            return f"{entry.at} has {name} {version}, and {refusal.before}"
    return None


def _entries(case: Case, packages: tuple[str, ...]) -> list[Resolved]:
    """Return the entries of production that say which version is installed: a lock decides over its manifest."""
    every = [e for e in case.graph.packages if e.component.id in packages and e.at.scope is Scope.PROD]
    locked = {entry.project for entry in every if entry.is_locked}
    return [entry for entry in every if entry.is_locked or entry.project not in locked]


def _is_since(version: str | None, since: str) -> bool:
    try:
        return version is not None and Version(version) >= Version(since)
    except InvalidVersion:
        return False
