"""What was published or recorded of a component as a whole, and which of its artifacts it is meant for."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from supplychain import catalog
from supplychain.artifacts.found import Found, Wanted
from supplychain.model.artifact import PublishedHash
from supplychain.model.case import Case
from supplychain.model.reference import Place, Resolution

_NAMED = re.compile(r"-(?P<hex>[0-9a-f]{8,64})\.")
"""How PyTorch Hub names weights: with the first digits of their SHA-256 (`torch.hub.HASH_REGEX`)."""
_OWN = frozenset({"DVC", "Croissant"})
"""Records that are read file by file elsewhere in this room."""
Group = tuple[PublishedHash, ...]
"""Hashes one of which has to hold."""


def groups(wanted: Wanted, case: Case, line: int | None) -> tuple[Group, ...]:
    """Return what was recorded of a component; `line` is where the declaration speaks of it."""
    found: list[Group] = [(said,) for said in _at_places(wanted)]
    declared = case.declaration.of(wanted.id) if case.declaration else None
    if declared is not None and declared.sha256 is not None:
        at = Place(file="supplychain.toml", line=line)
        said = PublishedHash(
            algorithm="sha256", value=declared.sha256, origin="declaration", at=at, recorded=declared.published
        )
        found.append((said,))
    found += [tuple(_in_baseline(wanted, case)), tuple(_in_inventories(wanted, case))]
    return tuple(group for group in found if group)


def _at_places(wanted: Wanted) -> Iterator[PublishedHash]:
    """Yield what places state; of a file that is a component itself discovery computed it."""
    for reference in wanted.references:
        if reference.checksum and reference.resolution is not Resolution.FILE and reference.call not in _OWN:
            algorithm, _, value = reference.checksum.partition(":")
            yield PublishedHash(algorithm=algorithm.lower(), value=value.lower(), origin="reference", at=reference.at)


def _in_baseline(wanted: Wanted, case: Case) -> Iterator[PublishedHash]:
    baseline = case.baseline.baseline if case.baseline else None
    for recorded in baseline.components if baseline else ():
        for digest in recorded.digests if recorded.id == wanted.id else ():
            algorithm, _, value = digest.partition(":")
            day = baseline.written.date() if baseline else None
            yield PublishedHash(algorithm=algorithm, value=value, origin="baseline", at=recorded.at, recorded=day)


def _in_inventories(wanted: Wanted, case: Case) -> Iterator[PublishedHash]:
    for bom in case.boms:
        for listed in bom.listed:
            for digest in listed.hashes if listed.component.id == wanted.id else ():
                algorithm, _, value = digest.partition(":")
                day = bom.written.date() if bom.written else None
                yield PublishedHash(
                    algorithm=algorithm, value=value.lower(), origin="inventory", at=listed.at, recorded=day
                )


def by_name(found: Found) -> PublishedHash | None:
    """Return the digits that a file's name gives of its SHA-256, as PyTorch Hub writes them.

    Elsewhere such digits may be anything, a commit or a date: there they count only where they fit.
    """
    component = found.wanted.component
    name = posixpath.basename(found.path or component.name)
    match = _NAMED.search(name)
    if match is None:
        return None
    own = catalog.registries()["pytorch-hub"].hosts if "pytorch-hub" in catalog.registries() else frozenset()
    hosts = {component.name.partition("/")[0]} | {
        (reference.address or "").partition("://")[2].partition("/")[0] for reference in found.wanted.references
    }
    sha256 = found.artifact.sha256 if found.artifact else None
    if not hosts & set(own) and not (sha256 or "").startswith(match["hex"]):
        return None
    return PublishedHash(algorithm="sha256", value=match["hex"], origin="name")


def meant(founds: Sequence[Found], group: Group) -> tuple[Found, PublishedHash]:
    """Return the artifact that a hash of the whole component is of: the one that has it, or else the one that matters."""
    for said in group:
        for found in founds:
            if digest_of(found, said.algorithm) == said.value:
                return found, said
    at_hand = [found for found in founds if found.has_bytes] or list(founds)
    weights = [found for found in at_hand if found.path.lower().endswith(catalog.artifacts().url_suffixes)]
    largest = max(weights or at_hand, key=lambda found: found.size or 0)
    return largest, group[0]


def digest_of(found: Found, algorithm: str) -> str | None:
    """Return what was computed of an artifact."""
    artifact = found.artifact
    if artifact is None:
        return None
    return artifact.sha256 if algorithm == "sha256" else dict(artifact.weaker).get(algorithm)
