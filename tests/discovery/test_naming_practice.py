"""Each way in which code, configuration and commands name components, from the practice set of the benchmarks."""

from __future__ import annotations

import pytest

from benchmarks.naming import Expected, load
from benchmarks.naming.__main__ import has_pin, is_found
from supplychain.model.inventory import Inventory
from tests.discovery.support import look

PRACTICE = load()


@pytest.fixture(scope="module")
def found() -> Inventory:
    """What discovery finds in the practice set."""
    return look(PRACTICE.files)


@pytest.mark.parametrize("expected", PRACTICE.expect, ids=lambda expected: expected.id)
def test_it_is_found_with_its_kind_file_and_pin(expected: Expected, found: Inventory) -> None:
    hits = [reference for reference in found.references if is_found(expected, reference)]
    assert hits
    assert expected.pin is None or any(has_pin(expected, hit) for hit in hits)


@pytest.mark.parametrize("name", PRACTICE.absent)
def test_what_only_looks_like_a_component_is_not_found(name: str, found: Inventory) -> None:
    assert [reference.subject for reference in found.references if name in reference.subject] == []


def test_everything_is_read(found: Inventory) -> None:
    assert found.unread == ()
