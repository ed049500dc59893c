"""What the formats have no field for, as names and values that are the same in each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from supplychain.bom.entries import Entry, Revision
from supplychain.bom.interface import ID_PROPERTY, Context
from supplychain.model.component import Kind

PLACES = 20
"""Places of one revision that are listed; of more, their number is."""

_LENGTHS = {"md5": 32, "sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128}


def properties(entry: Entry, revision: Revision) -> Iterator[tuple[str, str]]:
    """Yield the properties of an entry, its id first."""
    yield ID_PROPERTY, entry.id
    places = list(dict.fromkeys(str(place) for place in revision.places))
    yield from (("supplychain:used-at", place) for place in places[:PLACES])
    if len(places) > PLACES:
        yield "supplychain:used-at-more", f"{len(places) - PLACES} more places"
    yield from (("supplychain:scope", scope) for scope in entry.scopes)
    yield from (("supplychain:system", system) for system in entry.systems)
    if entry.owner:
        yield "supplychain:owner", entry.owner
    if entry.first_party:
        yield "supplychain:first-party", "true"
    if entry.approval:
        yield "supplychain:approval", _approval(entry)
    if entry.provenance:
        yield "supplychain:provenance", entry.provenance.source
        if entry.provenance.pii:
            yield "supplychain:sensitive-data", entry.provenance.pii
    yield from (("supplychain:code-revision", revision) for revision in entry.code_revisions)
    yield from (("supplychain:region", region) for region in entry.regions)
    yield from (("supplychain:flag", flag) for flag in entry.flags)
    yield from (("supplychain:relation", f"{relation.kind} {relation.to}") for relation in entry.relations)
    yield from (("supplychain:checksum", checksum) for checksum in revision.checksums if not digest(checksum))
    yield from _service(entry)
    yield from (("supplychain:known-unknown", field) for field in entry.unknown)


def _approval(entry: Entry) -> str:
    approval = entry.approval
    if approval is None:
        return ""
    ticket = f", {approval.ticket}" if approval.ticket else ""
    counts = "" if approval.counts else "; it does not count: the policy names no such approver, or the day is to come"
    return f"{approval.by} on {approval.on}{ticket}{counts}"


def _service(entry: Entry) -> Iterator[tuple[str, str]]:
    service = entry.service
    if service is None:
        return
    if service.purpose:
        yield "supplychain:purpose", service.purpose
    if service.region:
        yield "supplychain:declared-region", service.region
    if service.retention_days is not None:
        yield "supplychain:retention-days", str(service.retention_days)
    if service.training_use is not None:
        yield "supplychain:training-use", str(service.training_use).lower()


def service_properties(entry: Entry, revision: Revision) -> Iterator[tuple[str, str]]:
    """Yield what formats without services have no field for."""
    if entry.component.kind is Kind.SERVICE:
        yield from (("supplychain:endpoint", location) for location in revision.locations)
        yield from (("supplychain:data-class", name) for name in (entry.service.data_classes if entry.service else ()))


def about(context: Context) -> Iterator[tuple[str, str]]:
    """Yield the properties of an inventory as a whole: what it was made from and what it could not see."""
    yield "supplychain:tree-digest", context.tree_digest
    for item in context.unresolved:
        yield "supplychain:unresolved", f"{item.kind} at {item.at}: {item.call} of {item.expression}: {item.reason}"
    for unread in context.unread:
        yield "supplychain:unread", f"{unread.count} at {unread.at}: {unread.what}: {unread.reason}"
    for module in context.imports:
        yield "supplychain:module-without-package", module


def digest(checksum: str) -> tuple[str, str] | None:
    """Return the algorithm and the hexadecimal value of a checksum, or None where it is of no form that formats have."""
    algorithm, _, value = checksum.lower().partition(":")
    algorithm = algorithm.replace("-", "")
    is_whole = len(value) == _LENGTHS.get(algorithm) and re.fullmatch(r"[0-9a-f]+", value)
    return (algorithm, value) if is_whole else None


def refs(entries: tuple[Entry, ...]) -> dict[tuple[str, str | None], str]:
    """Return a reference for each revision of each entry, unique in the inventory.

    It is the id, which stays when the version changes; of several revisions, each has its version behind `@`.
    """
    found: dict[tuple[str, str | None], str] = {}
    taken: set[str] = set()
    for entry in entries:
        for revision in entry.revisions:
            several = revision.version and len(entry.revisions) > 1
            ref = f"{entry.id}@{revision.version}" if several else entry.id
            while ref in taken:
                ref += "~"
            taken.add(ref)
            found[entry.id, revision.version] = ref
    return found
