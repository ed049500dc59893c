"""How much of what is asked of an inventory is in it."""

from __future__ import annotations

import pytest

from supplychain.bom.completeness import Row, completeness, fields
from supplychain.bom.entries import FIELDS
from supplychain.model.component import Kind
from supplychain.model.inventory import Inventory
from tests.bom.support import context_of, entries_of, inventory, reference

MODEL = "model:huggingface/acme/m"


def rows(found: Inventory, declared: str = "") -> dict[str, Row]:
    """Return the rows by the name of their field."""
    return {row.field.name: row for row in completeness(entries_of(found, declared), context_of(found, declared))}


def counts(row: Row) -> tuple[int, int, int]:
    """Return present, known unknown and missing."""
    return row.present, row.unknown, row.missing


def test_each_field_has_one_name_and_a_value_that_is_known() -> None:
    assert len({field.name for field in fields()}) == len(fields())
    for field in fields():
        kinds = {Kind(kind) for kind in field.of if kind != "document"}
        known = {"always"} | {name for name, of in FIELDS.items() if kinds <= of}
        known |= {"author", "complete"} if field.of == ("document",) else set()
        assert field.value is None or field.value in known, field.name


def test_each_known_unknown_is_a_field_of_the_table() -> None:
    assert {field.value for field in fields()} >= set(FIELDS)


@pytest.mark.parametrize("standard", ["G7", "CISA 2025", "NTIA", "BSI TR-03183-2", "SPDX 3.0.1"])
def test_every_standard_asks_for_something(standard: str) -> None:
    assert any(standard in field.asked_by for field in fields())


def test_the_mandatory_fields_of_the_profiles_are_asked_by_spdx() -> None:
    asked = {field.name for field in fields() if field.spdx}
    assert asked >= {"release time", "build time", "download location", "primary purpose", "dataset type", "license"}


def test_entries_are_counted_by_what_they_have() -> None:
    declared = f'[[component]]\nid = "{MODEL}"\nlicense = "MIT"'
    found = rows(inventory(reference(MODEL, "abc"), reference("package:pypi/torch")), declared)
    assert counts(found["version or revision"]) == (1, 1, 0)
    assert counts(found["license"]) == (1, 1, 0)
    assert counts(found["release time"]) == (0, 1, 0)
    assert counts(found["energy and compute"]) == (0, 0, 1)
    assert counts(found["name"]) == (2, 0, 0)


def test_what_is_not_there_is_not_counted() -> None:
    assert counts(rows(inventory(reference(MODEL)))["endpoint"]) == (0, 0, 0)


def test_the_inventory_itself_is_counted_once() -> None:
    declared = 'project = { name = "t", owner = "team@example.com" }'
    known, unknown = rows(inventory(), declared), rows(inventory(reference("package:import/cv2")))
    assert counts(known["author of the inventory"]) == (1, 0, 0)
    assert counts(unknown["author of the inventory"]) == (0, 1, 0)
    assert counts(known["completeness of what the target uses"]) == (1, 0, 0)
    assert counts(unknown["completeness of what the target uses"]) == (0, 1, 0)
    assert counts(known["signature of the inventory"]) == (0, 0, 1)
