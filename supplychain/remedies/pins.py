"""Patches of pins in lists of requirements: the update that fixes a vulnerability, and the hashes that lack."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from supplychain.checks.fixes import allowed, ranges
from supplychain.model.case import Case
from supplychain.model.fact import Release
from supplychain.model.finding import Patch
from supplychain.model.package import Resolved
from supplychain.model.reference import Scope
from supplychain.remedies.proof import Candidate

Lines = Callable[[str], Sequence[str]]
"""The lines of a file of the target, without their ends."""
Releases = Callable[[str, str], Release]
"""What the registry says of a version of a component."""


def repinned(case: Case, lines: Lines, releases: Releases) -> Iterator[Candidate]:
    """Return the updates and the hashes that would mend a row."""
    pins = tuple(_pins(case))
    yield from _updates(case, pins, lines, releases)
    yield from _hashes(pins, lines, releases)


def _updates(case: Case, pins: Sequence[Resolved], lines: Lines, releases: Releases) -> Iterator[Candidate]:
    """Return the updates of pins to the smallest fixing version that the project's own ranges allow."""
    asking = ranges(case)
    for matched in case.advisories.matched:
        if matched.state != "affected" or not matched.clean_versions:
            continue
        used = (matched.component, matched.version)
        for entry in (pin for pin in pins if (pin.component.id, pin.version) == used):
            asked = asking.get((entry.project, entry.component.id), ())
            version = next(iter(allowed(entry.component.source, matched.clean_versions, asked)), None)
            hashes = _listed(releases(entry.component.id, version)) if version and entry.hashes else ()
            old = _statement(lines(entry.at.file), entry.at.line or 1)
            if version is None or not old or (entry.hashes and not hashes):
                continue
            first = re.sub(rf"==\s*{re.escape(entry.version or '')}(?![\w.+!-])", f"=={version}", old[0], count=1)
            if first != old[0]:
                yield _candidate("5.5", entry, old, _stated(first, hashes) if entry.hashes else (first, *old[1:]))


def _hashes(pins: Sequence[Resolved], lines: Lines, releases: Releases) -> Iterator[Candidate]:
    """Return the hashes that pins lack, where the registry lists them."""
    for entry in pins:
        if entry.hashes or entry.version is None or entry.origin.form != "index":
            continue
        hashes = _listed(releases(entry.component.id, entry.version))
        old = _statement(lines(entry.at.file), entry.at.line or 1)
        if hashes and old:
            yield _candidate("5.2", entry, old, _stated(old[0], hashes))


def _pins(case: Case) -> Iterator[Resolved]:
    """Return the pins in lists of requirements that decide what is installed: a lock does, in place of its manifest."""
    locked = {(entry.project, entry.component) for entry in case.graph.packages if entry.is_locked}
    for entry in case.graph.packages:
        decides = entry.is_locked or (entry.project, entry.component) not in locked
        if entry.format == "requirements" and entry.version and entry.at.scope is Scope.PROD and decides:
            yield entry


def _listed(release: Release) -> tuple[str, ...]:
    return tuple(sorted({text for file in release.files for text in file.hashes if text.startswith("sha256:")}))


def _statement(lines: Sequence[str], first: int) -> tuple[str, ...]:
    """Return the lines of one requirement: the first, and those that it continues on."""
    end = first
    while end <= len(lines) and lines[end - 1].rstrip().endswith("\\"):
        end += 1
    return tuple(lines[first - 1 : end])


def _stated(first: str, hashes: Sequence[str]) -> tuple[str, ...]:
    """Return a requirement with its hashes, one a line as pip-compile and uv write it."""
    head = re.split(r"\s+(?:#|\\|--hash)|\s*$", first)[0]
    return (f"{head} \\", *(f"    --hash={text} \\" for text in hashes[:-1]), f"    --hash={hashes[-1]}")


def _candidate(requirement: str, entry: Resolved, old: tuple[str, ...], new: tuple[str, ...]) -> Candidate:
    patch = Patch(requirement=requirement, component=entry.subject, at=entry.at, old=old, new=new, proven=False)
    return Candidate(patch, frozenset({(requirement, entry.subject, entry.at.file)}))
