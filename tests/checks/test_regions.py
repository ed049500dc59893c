"""Regions: what lies in what, by sources that count; a longer list never makes less of a pass."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain import catalog
from supplychain.checks.regions import standing, within
from supplychain.model.case import Case
from tests.checks.served import policy_of

KNOWN = (
    *catalog.areas(),
    "gb",
    "us-gov",
    "eu-central-1",
    "eu-west-2",
    "eu-central-2",
    "us-east-1",
    "westeurope",
    "norwayeast",
    "europe-west4",
    "europe-west2",
    "eastus2",
    "af-south-1",
    "gcp-europe-west4",
    "eu-west4-gcp",
)
NAMES = st.sampled_from(KNOWN) | st.text(min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("region", "allowed", "state"),
    [
        ("eu-central-1", ("eu-central-1",), "inside"),
        ("EU-Central-1", ("eu-central-1",), "inside"),
        ("West Europe", ("westeurope",), "inside"),
        ("eu-central-1", ("eu",), "inside"),
        ("eu-central-1", ("us", "eu"), "inside"),
        ("eu", ("eea",), "inside"),
        ("norwayeast", ("eea",), "inside"),
        ("gb", ("uk",), "inside"),
        ("planted-1", ("planted-1",), "inside"),
        ("eu-west-2", ("eu",), "outside"),
        ("europe-west2", ("eu",), "outside"),
        ("eu-central-2", ("eu",), "outside"),
        ("eu-zurich-1", ("eu",), "outside"),
        ("eu-gb", ("eu",), "outside"),
        ("norwayeast", ("eu",), "outside"),
        ("europe", ("eu",), "outside"),
        ("eu", ("eu-central-1",), "outside"),
        ("eu-west-1", ("eu-central-1",), "outside"),
        ("us-east-1", ("eu", "uk"), "outside"),
        ("planted-1", ("eu",), "unknown"),
        ("gcp-europe-west4", ("eu",), "unknown"),
        ("eu-central-1", ("planted-area",), "unknown"),
        ("eu-west-2", ("gb",), "unknown"),
        ("eu-isoe-west-1", ("eu",), "unknown"),
        ("eu-central-1", (), "unknown"),
        ("", ("eu",), "unknown"),
    ],
)
def test_where_a_region_stands(bare: Case, region: str, allowed: tuple[str, ...], state: str) -> None:
    found = standing(region, allowed, policy_of(bare))
    assert found.state == state
    assert bool(found.why) == (state == "unknown")


def test_what_was_read_too_long_ago_settles_nothing(bare: Case) -> None:
    stale = policy_of(bare, days=-100_000)
    assert "provider_max_age_days" in within("eu-central-1", "eu", stale).why
    assert within("us-east-1", "eu", stale).state == "unknown"
    assert within("eu-central-1", "eu-central-1", stale).state == "inside"
    assert within("eu", "europe", stale).state == "inside"


@settings(deadline=None)
@given(region=NAMES, allowed=st.lists(NAMES, max_size=4), more=st.lists(NAMES, max_size=4))
def test_a_longer_list_never_takes_a_region_out(bare: Case, region: str, allowed: list[str], more: list[str]) -> None:
    case = policy_of(bare)
    if standing(region, allowed, case).state == "inside":
        assert standing(region, [*more, *allowed], case).state == "inside"


@settings(deadline=None)
@given(name=st.text(min_size=1, max_size=12), allowed=st.lists(NAMES, max_size=4))
def test_a_region_of_no_area_and_no_list_is_never_inside(bare: Case, name: str, allowed: list[str]) -> None:
    region = f"planted-{name}"
    found = standing(region, [item for item in allowed if item != region], policy_of(bare))
    assert found.state == "unknown"
