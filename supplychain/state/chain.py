"""The chain of runs: each record carries the digest of the one before, so that a change to any of them shows.

Who can write the store can write a whole new chain; a digest of its newest record that is kept elsewhere shows that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from supplychain.baseline import revisions_of
from supplychain.model.base import Frozen
from supplychain.model.inventory import Inventory
from supplychain.model.reference import Place, Reference
from supplychain.model.state import ChainProblem, Entry, Head, Record, Snapshot, Used
from supplychain.model.text import printable

GENESIS = Head(sequence=0, digest="sha256:" + "0" * 64)
"""What the first record follows."""


def snapshot(inventory: Inventory) -> Snapshot:
    """Return what an audit asks of an inventory, in the order of the components' ids."""
    places: dict[str, list[Reference]] = {}
    for reference in inventory.references:
        places.setdefault(printable(reference.component.id), []).append(reference)
    used = (
        Used(
            component=name,
            revisions=revisions_of(places[name]),
            places=tuple(sorted({reference.at for reference in places[name]}, key=_by_line)),
        )
        for name in sorted(places)
    )
    unread = sum(unread.count for unread in inventory.unread)
    return Snapshot(used=tuple(used), unresolved=len(inventory.unresolved), unread=unread)


def _by_line(place: Place) -> tuple[str, int, str]:
    return place.file, place.line or 0, place.scope


def canonical(model: Frozen) -> str:
    """Return the one JSON text of a value: keys in order, no spaces, ASCII."""
    return json.dumps(model.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """Return `sha256:<hex>` of a text."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def body(record: Record) -> str:
    """Return the canonical JSON that a record's digest is of: all of it but the digest, and but the inventory."""
    fields = record.model_dump(mode="json", exclude={"digest", "inventory"})
    return json.dumps(fields, sort_keys=True, separators=(",", ":"))


def link(entry: Entry, inventory_digest: str, head: Head) -> Record:
    """Return the record of a run that follows `head`."""
    unsigned = Record(
        **dict(entry),
        sequence=head.sequence + 1,
        inventory_digest=inventory_digest,
        previous=head.digest,
        digest=GENESIS.digest,
    )
    return unsigned.model_copy(update={"digest": digest(body(unsigned))})


def problems(links: Iterable[tuple[int, Record | str]], head: Head | None) -> tuple[ChainProblem, ...]:
    """Return what is wrong with a chain, by sequence number.

    Args:
        links: each place of the chain in its order, with its record or the reason why that cannot be read.
        head: the newest record as it was noted when it was appended; None where that note is gone.
    """
    found: list[ChainProblem] = []
    inventories: dict[int, str] = {}
    next_place, before = 1, GENESIS
    for place, record in links:
        if place > next_place:
            found.append(_missing(next_place, place - 1))
        reason = "is there twice or out of order" if place < next_place else _reason(place, record, inventories)
        if reason:
            found.append(ChainProblem(sequence=place, reason=f"record {place} {reason}"))
        elif isinstance(record, Record) and place == before.sequence + 1 and record.previous != before.digest:
            found.append(_not_followed(before.sequence, place))
        if isinstance(record, Record) and not reason:
            before = Head(sequence=place, digest=record.digest)
        next_place = max(next_place, place + 1)
    return tuple(found + _against(head, next_place, before))


def _reason(place: int, record: Record | str, inventories: dict[int, str]) -> str:
    """Return why a record is not what was appended; `inventories` keeps the digests of those that were computed."""
    if isinstance(record, str):
        return f"cannot be read: {record}"
    if record.sequence != place:
        return f"was moved: record {record.sequence} stands in its place"
    if record.digest != digest(body(record)):
        return "was altered: its digest is not that of its content"
    key = id(record.inventory)  # runs with the same inventory share it
    if key not in inventories:
        inventories[key] = digest(canonical(record.inventory))
    if record.inventory_digest != inventories[key]:
        return "has another inventory than it was appended with"
    return ""


def _missing(first: int, last: int) -> ChainProblem:
    which = f"record {first} is missing" if first == last else f"records {first} to {last} are missing"
    return ChainProblem(sequence=first, reason=which)


def _not_followed(sequence: int, place: int) -> ChainProblem:
    if sequence == 0:
        return ChainProblem(sequence=place, reason=f"record {place} follows one that is not there")
    return ChainProblem(
        sequence=sequence, reason=f"record {sequence} is not the one that record {place} was made to follow"
    )


def _against(head: Head | None, next_place: int, newest: Head) -> list[ChainProblem]:
    """Return how the end of a chain differs from the note of its newest record."""
    last = next_place - 1
    if head is None:
        return [ChainProblem(sequence=last, reason="the note of the newest record is missing")]
    if head.sequence > last:
        return [_missing(next_place, head.sequence)]
    if head.sequence < last:
        first = head.sequence + 1
        return [ChainProblem(sequence=first, reason=f"record {first} was added by something else than a run")]
    if newest.sequence == last and newest.digest != head.digest:
        return [ChainProblem(sequence=last, reason=f"record {last} is not the one that was appended")]
    return []
