"""Requirement 6.3 over cases by hand: each place against the declared region and the policy's list."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain.model.case import Case
from supplychain.model.finding import Outcome
from supplychain.model.reference import Place, Scope
from supplychain.model.service import Endpoint
from tests.checks.served import AT, SHA, declared, endpoint, record, row_at, rows, served

PROFILE = "{}.anthropic.claude-sonnet-4-20250514-v1:0"
DECLARED_AT = Place(file="supplychain.toml", line=11)


def in_region(region: str, **parts: Any) -> Endpoint:
    return endpoint("aws-bedrock", region=region, known_by="argument", told=f'region_name="{region}"', **parts)


def by_model(area: str) -> Endpoint:
    is_anywhere = area == "global"
    told = {"anywhere": is_anywhere, "region": None if is_anywhere else area, "told": PROFILE.format(area)}
    return endpoint("aws-bedrock", known_by="model", **told)


@pytest.mark.parametrize(
    ("place", "region", "rule", "says"),
    [
        (in_region("eu-central-1"), "eu", "in-region", "supplychain.toml:11 declares (eu)"),
        (in_region("eu-central-1"), "eu-central-1", "in-region", "eu-central-1"),
        (in_region("us-east-1"), "eu", "contradicts", "app/client.py:3 has it processed in us-east-1"),
        (in_region("us-east-1"), "eu", "contradicts", "supplychain.toml:11 declares region eu"),
        (in_region("eu-west-2"), "eu", "contradicts", "the policy does not allow eu-west-2"),
        (in_region("eu-west-1"), "eu-central-1", "contradicts", "eu-central-1"),
        (in_region("us-east-1"), "us-east-1", "not-allowed", "has eu alone"),
        (in_region("mars-1"), "eu", "not-compared", "holds mars-1"),
        (by_model("eu"), "eu", "in-region", "eu."),
        (by_model("eu"), "eu-central-1", "contradicts", "eu-central-1"),
        (by_model("us"), "eu", "contradicts", "us."),
        (by_model("global"), "eu", "anywhere", "global."),
        (endpoint("aws-bedrock"), "eu", "no-proof", "app/client.py:3 proves no region"),
        (endpoint("aws-bedrock", anywhere=True), "eu", "no-proof", "app/client.py:3"),
        (in_region("eu-central-1"), None, "no-region", "names no region"),
        (
            endpoint("aws-bedrock", region="eu-central-1", known_by="infrastructure", told="kind = eu-central-1"),
            "eu",
            "not-read-up",
            "the catalog says nothing of it",
        ),
    ],
)
def test_a_place(bare: Case, place: Endpoint, region: str | None, rule: str, says: str) -> None:
    case = served(bare, "aws-bedrock", place, entries=(declared("aws-bedrock", region=region),))
    found = row_at("6.3", case)
    assert (found.rule, found.component) == (rule, "service:aws-bedrock")
    assert says in found.message
    assert set(found.evidence) >= {"sha256:app", "sha256:declaration"}
    assert bool(found.remedy) == (found.outcome is not Outcome.PASS)


@pytest.mark.parametrize(
    ("host", "region", "rule"),
    [
        ("eu.api.openai.com", "eu", "in-region"),
        ("EU.api.openai.com:443", "eu", "in-region"),
        ("us.api.openai.com", "us", "contradicts"),
    ],
)
def test_a_host_counts_by_what_the_catalog_read_of_it(bare: Case, host: str, region: str, rule: str) -> None:
    place = endpoint("openai", address=f"https://{host}/v1", region=region, known_by="host", told=host)
    assert row_at("6.3", served(bare, "openai", place)).rule == rule
    stale = row_at("6.3", served(bare, "openai", place, days=-100_000))
    assert (stale.rule, stale.outcome) == ("not-read-up", Outcome.UNDETERMINED)
    assert "openai/_data_residency.py" in stale.message


def test_what_the_catalog_has_from_memory_decides_nothing(bare: Case) -> None:
    host = "docs-abc.svc.us-east-1-aws.pinecone.io"
    place = endpoint("pinecone", address=f"https://{host}", region="us-east-1-aws", known_by="host", told=host)
    found = row_at("6.3", served(bare, "pinecone", place))
    assert found.rule == "not-read-up"
    assert "memory" in found.message


def test_without_a_list_nothing_is_allowed_and_the_line_to_write_is_named(bare: Case) -> None:
    found = rows("6.3", served(bare, "aws-bedrock", in_region("eu-central-1"), regions=()))
    assert {row.rule for row in found} == {"no-allowed-regions"}
    assert all("allowed_regions = [" in row.remedy for row in found)


def test_what_is_not_declared_is_open_and_still_fails_where_it_is_not_allowed(bare: Case) -> None:
    beside = Place(file="app/other.py", line=1)
    near = row_at("6.3", served(bare, "aws-bedrock", in_region("eu-central-1", at=beside), entries=()), beside)
    assert near.rule == "not-declared"
    assert '[[service]] id = "aws-bedrock", region' in near.remedy
    far = served(bare, "aws-bedrock", in_region("us-east-1", at=beside), entries=())
    assert row_at("6.3", far, beside).rule == "not-allowed"


def test_places_of_what_is_not_declared_that_prove_nothing_are_counted_in_one_row(bare: Case) -> None:
    places = [endpoint("openai", at=Place(file="app/other.py", line=line)) for line in (1, 2, 3)]
    (found,) = rows("6.3", served(bare, "openai", *places, entries=()))
    assert (found.rule, found.at) == ("not-declared", AT)
    assert found.message.endswith("have it process something: 3")
    (unnamed,) = (row for row in rows("6.3", served(bare, "openai", endpoint("xai"))) if row.at == AT)
    assert (unnamed.rule, unnamed.component) == ("not-declared", "service:xai")


def test_the_declared_region_has_a_row_of_its_own(bare: Case) -> None:
    place = in_region("eu-central-1")
    for region, rule in (("eu", "declared-allowed"), ("us", "declared-not-allowed"), ("mars", "declared-not-known")):
        case = served(bare, "aws-bedrock", place, entries=(declared("aws-bedrock", region=region),))
        assert row_at("6.3", case, DECLARED_AT).rule == rule
    assert row_at("6.3", served(bare, "aws-bedrock"), DECLARED_AT).rule == "no-endpoint"


def test_places_outside_production_do_not_count(bare: Case) -> None:
    aside = in_region("us-east-1", at=Place(file="tests/a.py", line=1, scope=Scope.TEST))
    found = rows("6.3", served(bare, "aws-bedrock", aside))
    assert [row.rule for row in found] == ["no-endpoint"]


@pytest.mark.parametrize(
    ("parts", "rule", "says"),
    [
        ({}, "by-contract", "docs/contract.pdf shows eu"),
        ({"expires": date(2026, 10, 20)}, "by-contract", "The record was verified, not the contract"),
        ({"expires": date(2026, 10, 19)}, "contract-refused", "2026-10-19"),
        ({"on": date(2026, 10, 21)}, "contract-refused", "2026-10-21"),
        ({"by": "stranger@example.com"}, "contract-refused", "stranger@example.com"),
        ({"by": "team@example.com"}, "contract-refused", "team@example.com"),
        ({"sha256": "2" * 64}, "contract-refused", SHA),
        ({"region": "us"}, "contract-refused", "it is of us"),
        ({"region": "mars"}, "contract-open", "holds mars"),
        ({"evidence": "https://example.com/contract"}, "contract-open", "no file of the target"),
    ],
)
def test_a_contract_stands_for_a_place_that_proves_nothing(
    bare: Case, parts: dict[str, Any], rule: str, says: str
) -> None:
    entry = declared("openai", residency=record(**parts))
    for place in (endpoint("openai"), endpoint("openai", anywhere=True, known_by="nothing")):
        found = row_at("6.3", served(bare, "openai", place, entries=(entry,)))
        assert found.rule == rule
        assert says in found.message
        assert "supplychain.toml:15" in found.message
        assert f"sha256:{parts.get('sha256', SHA)}" in found.evidence


def test_a_contract_does_not_undo_what_a_place_says(bare: Case) -> None:
    entry = declared("aws-bedrock", residency=record())
    found = row_at("6.3", served(bare, "aws-bedrock", in_region("us-east-1"), entries=(entry,)))
    assert found.rule == "contradicts"


def test_a_setting_of_the_target_stands_for_a_place_that_says_nothing(bare: Case) -> None:
    env = Place(file=".env", line=1)
    for host, region, rule in (
        ("eu.api.openai.com", "eu", "by-setting"),
        ("us.api.openai.com", "us", "setting-open"),
    ):
        address = f"https://{host}/v1"
        told = {"address": address, "region": region, "known_by": "host", "told": f"OPENAI_BASE_URL={address}"}
        case = served(bare, "openai", endpoint("openai"), endpoint("openai", at=env, **told))
        assert row_at("6.3", case).rule == rule
        assert ".env:1" in row_at("6.3", case).message
    own = endpoint("openai", address="https://api.openai.com/v1")
    assert row_at("6.3", served(bare, "openai", own, endpoint("openai", at=env, **told))).rule == "no-proof"


def test_a_default_of_an_sdk_is_no_proof(bare: Case) -> None:
    for region in ("us-central1", "europe-west4"):
        place = endpoint("google-vertex", region=region, known_by="default", told="ChatVertexAI() without location")
        found = row_at("6.3", served(bare, "google-vertex", place))
        assert (found.rule, found.outcome) == ("by-default", Outcome.UNDETERMINED)


REGIONS = st.sampled_from(("eu", "us", "uk", "eu-central-1", "eu-west-2", "us-east-1", "mars-1", "europe"))


@settings(deadline=None, max_examples=60)
@given(
    region=REGIONS,
    stated=st.none() | REGIONS,
    allowed=st.lists(REGIONS, max_size=3),
    more=st.lists(REGIONS, max_size=3),
)
def test_a_longer_list_never_turns_a_pass_into_something_else(
    bare: Case, region: str, stated: str | None, allowed: list[str], more: list[str]
) -> None:
    entry = declared("aws-bedrock", region=stated, residency=record(region=stated or "eu"))
    places = (in_region(region), endpoint("aws-bedrock", at=Place(file="app/b.py", line=1)))
    before = rows("6.3", served(bare, "aws-bedrock", *places, entries=(entry,), regions=tuple(allowed)))
    after = rows("6.3", served(bare, "aws-bedrock", *places, entries=(entry,), regions=(*more, *allowed)))
    for one, other in zip(before, after, strict=True):
        assert one.at == other.at
        if one.outcome is Outcome.PASS:
            assert other.outcome is Outcome.PASS


def test_a_place_of_no_area_and_no_list_never_passes(bare: Case) -> None:
    for regions in (("eu",), ("eu", "us", "europe"), ("mars-2",)):
        entry = declared("aws-bedrock", region="mars-1")
        found = rows("6.3", served(bare, "aws-bedrock", in_region("mars-1"), entries=(entry,), regions=regions))
        assert Outcome.PASS not in {row.outcome for row in found}
    assert AT in {row.at for row in found}
