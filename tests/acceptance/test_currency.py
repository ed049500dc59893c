"""Requirement 7.5: the stored inventory lists what is used today, and says when it was written."""

from __future__ import annotations

import json

import pytest

from supplychain.bom.interface import INVENTORY
from supplychain.model.finding import Outcome
from tests.acceptance.breaks import Break, Change, plants, removes
from tests.support import BuiltTarget, Outcomes, run_suite

AGE, CONTENT = f"inventory:{INVENTORY}, age", f"inventory:{INVENTORY}, content"


def dated(text: str | None) -> Change:
    """Return the change that gives the inventory another date, or none."""

    def change(target: BuiltTarget) -> None:
        bom = json.loads((target.path / INVENTORY).read_text())
        bom["metadata"].pop("timestamp")
        if text:
            bom["metadata"]["timestamp"] = text
        target.plant(INVENTORY, json.dumps(bom, indent=2))

    return change


BREAKS = [
    Break("too old", dated("2026-06-01T00:00:00+00:00"), AGE, "too-old", (INVENTORY,), ("90", "inventory write")),
    Break("in the future", dated("2027-01-01T00:00:00+00:00"), AGE, "written-in-the-future", (INVENTORY,), ("clock",)),
    Break("no date", dated(None), AGE, "no-date", (INVENTORY,), ("does not say",)),
    Break(
        "a package added",
        plants("requirements-more.txt", "left-pad==1.0\n"),
        CONTENT,
        "outdated",
        (INVENTORY,),
        ("package:pypi/left-pad is not listed",),
        brings_packages=True,
    ),
    Break(
        "a package at another version",
        plants("requirements-more.txt", "numpy==1.0\n"),
        CONTENT,
        "outdated",
        (INVENTORY,),
        ("package:pypi/numpy is used at 1.0",),
        also=(),
        brings_packages=True,
    ),
]


def test_the_sound_target_is_up_to_date(sound: Outcomes) -> None:
    assert sound["7.5"].outcome is Outcome.PASS
    assert [row.rule for row in sound["7.5"].observations] == ["written", "current"] or sound[
        "7.5"
    ].population.passed == 2


@pytest.mark.parametrize("broken", BREAKS, ids=str)
def test_broken_in_one_place(broken: Break, target: BuiltTarget, sound: Outcomes) -> None:
    broken.check("7.5", target, sound)


def test_without_an_inventory_nothing_is_decided(target: BuiltTarget) -> None:
    removes(INVENTORY)(target)
    assert [row.rule for row in run_suite(target)["7.5"].observations] == ["no-stored-inventory"]
