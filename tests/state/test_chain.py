"""The chain of runs as a pure value, and what of an inventory goes into it."""

import pytest

from supplychain.model.reference import Unread
from supplychain.model.state import Head, Record
from supplychain.state import chain
from tests.discovery.support import look
from tests.state.support import BERT, entry, hidden, inventory, place, ref, used


def linked(count: int) -> list[Record]:
    """Return a sound chain."""
    records: list[Record] = []
    head = chain.GENESIS
    for number in range(1, count + 1):
        made = entry(number)
        record = chain.link(made, chain.digest(chain.canonical(made.inventory)), head)
        head = Head(sequence=record.sequence, digest=record.digest)
        records.append(record)
    return records


def reported(records: list[Record], head: Record) -> list[int]:
    """Return the sequence numbers that are reported of a chain whose newest record is `head`."""
    links = [(record.sequence, record) for record in records]
    note = Head(sequence=head.sequence, digest=head.digest)
    return [problem.sequence for problem in chain.problems(links, note)]


def test_a_sound_chain_has_no_problem() -> None:
    records = linked(4)
    assert reported(records, records[-1]) == []
    assert chain.problems([], chain.GENESIS) == ()


@pytest.mark.parametrize("removed", range(4))
def test_a_removed_record_is_reported(removed: int) -> None:
    records = linked(4)
    assert reported(records[:removed] + records[removed + 1 :], records[-1]) == [removed + 1]


def test_records_in_another_order_are_reported() -> None:
    one, two, three, four = linked(4)
    assert 2 in reported([one, three, two, four], four)


@pytest.mark.parametrize("changed", range(4))
def test_another_inventory_is_reported(changed: int) -> None:
    records = linked(4)
    other = entry(1, used("model:file/other.bin")).inventory
    records[changed] = records[changed].model_copy(update={"inventory": other})
    assert reported(records, records[-1]) == [changed + 1]


def test_a_chain_that_begins_elsewhere_is_reported() -> None:
    first = linked(1)[0]
    moved = chain.link(entry(1), first.inventory_digest, Head(sequence=0, digest="sha256:" + "1" * 64))
    assert reported([moved], moved) == [1]


def test_a_snapshot_has_each_component_once_with_its_places_and_revisions() -> None:
    unread = Unread(what="notebooks", reason="no carrier", count=7, at=place("n.ipynb:1"))
    places = (ref(at="b.py:2"), ref(at="a.py:9", revision="main"), ref(at="a.py:3"), ref(at="a.py:3"))
    found = chain.snapshot(inventory(*places, hidden(), hidden("b.py:4"), unread))
    (bert,) = found.used
    assert (bert.component, bert.revisions) == (BERT, (None, "main"))
    assert [str(at) for at in bert.places] == ["a.py:3", "a.py:9", "b.py:2"]
    assert (found.unresolved, found.unread) == (2, 7)


def test_an_import_says_nothing_of_the_version() -> None:
    package = "package:pypi/torch"
    imported, listed = ref(package, call="import"), ref(package, "requirements.txt:1", revision="2.9.0")
    assert chain.snapshot(inventory(imported, listed)).used[0].revisions == ("2.9.0",)
    assert chain.snapshot(inventory(imported)).used[0].revisions == (None,)


def test_the_order_of_what_was_found_does_not_matter() -> None:
    found = [ref(f"model:file/{name}", f"{name}.py:{line}") for name in "dbca" for line in (2, 1)]
    one, other = chain.snapshot(inventory(*found)), chain.snapshot(inventory(*reversed(found)))
    assert chain.canonical(one) == chain.canonical(other)
    assert chain.canonical(one).isascii()


def test_what_discovery_finds_goes_into_a_snapshot() -> None:
    source = 'from transformers import AutoModel\nAutoModel.from_pretrained("google-bert/bert-base-uncased")\n'
    found = chain.snapshot(look({"app.py": source}))
    assert BERT in {item.component for item in found.used}
