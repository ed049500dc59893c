"""How complete the inventory of a run is, as a reader of the report sees it."""

from __future__ import annotations

import json

import pytest

from supplychain.bom.completeness import fields as asked
from supplychain.report import inventory
from tests.support import SAMPLE, Outcomes, run_suite


@pytest.fixture(scope="module")
def sound() -> Outcomes:
    """What the bundled example comes to."""
    return run_suite(SAMPLE)


def test_each_field_has_a_row_in_its_cluster(sound: Outcomes) -> None:
    _, text = inventory.of(sound.case)
    rows = [line for line in text.splitlines() if line.startswith("| ") and "---" not in line]
    clusters = {field.cluster for field in asked()}
    assert len(rows) == len(asked()) + len(clusters), "one head for each cluster"
    assert {line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")} == clusters


def test_what_nobody_knows_is_counted_apart(sound: Outcomes) -> None:
    (license_,) = (line for line in inventory.of(sound.case)[1].splitlines() if line.startswith("| license "))
    cells = [cell.strip() for cell in license_.split("|")[1:-1]]
    assert cells[0] == "license"
    assert cells[1].replace("\\", "") == "G7, CISA 2025, BSI TR-03183-2 (required), SPDX 3.0.1"
    present, unknown, missing = map(int, cells[2:])
    assert (present, missing) == (3, 0)
    assert unknown > 30


def test_the_file_carries_what_declaration_and_policy_say(sound: Outcomes) -> None:
    text, _ = inventory.of(sound.case)
    assert json.loads(text)["metadata"]["authors"] == [{"email": "support-platform@example.com"}]
    assert "SEC-212" in text
    assert "SEC-212; it does not count" not in text
