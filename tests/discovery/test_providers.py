"""Every provider of the catalog is found in at least three carriers, each with its line, its address and its region."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from supplychain import catalog
from supplychain.discovery import discover
from supplychain.model.inventory import SelfTest
from supplychain.target import Target

CASES: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("providers.toml").read_text("utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['service']}-{case['carrier']}")
def test_place_of_a_provider_is_found_with_its_address_and_region(case: dict[str, Any]) -> None:
    target = Target.of({case["file"]: case["text"].encode()})
    inventory = discover(target, None, SelfTest(planted=0, found=0))
    found = [
        (item.at.file, item.at.line, item.address, item.region if item.known_by != "default" else None)
        for item in inventory.endpoints
        if item.service == case["service"]
    ]
    assert (case["file"], case["line"], case.get("address"), case["region"] or None) in found


def test_each_provider_has_a_place_in_three_carriers() -> None:
    carriers: dict[str, set[str]] = {}
    for case in CASES:
        carriers.setdefault(case["service"], set()).add(case["carrier"])
    assert {name: len(carriers.get(name, ())) >= 3 for name in catalog.providers()} == dict.fromkeys(
        catalog.providers(), True
    )
