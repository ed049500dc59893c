"""Records of advisories from the OSV API."""

import json
from collections.abc import Iterator

import pytest

from supplychain.facts import osv as room
from tests.facts.support import FAST, HASTY, Opening, record
from tests.standins import OSV, Reply, hanging, status, wrong_json
from tests.standins.server import answer

DEMO, OTHER = "package:pypi/demo-package", "package:npm/@acme/demo"
RECORDS = [
    record("GHSA-1", "demo-package", aliases=["CVE-2024-0001"]),
    record("MAL-2", "@acme/demo", "npm"),
    record("PYSEC-3", "demo-package", withdrawn="2024-06-01T00:00:00Z"),
    record("GHSA-4", "unrelated"),
]


@pytest.fixture
def osv(assessor: pytest.MonkeyPatch) -> Iterator[OSV]:
    """Return the service with a few records."""
    with OSV(RECORDS) as server:
        assessor.setenv("SUPPLYCHAIN_OSV_URL", server.url)
        yield server


@pytest.fixture
def no_controls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask for nothing but what a test asks for."""
    monkeypatch.setattr(room, "_controls", lambda _: {})


def test_a_service_that_has_nothing_on_a_package_with_advisories_clears_nothing(
    opening: Opening, assessor: pytest.MonkeyPatch
) -> None:
    with OSV(RECORDS, is_empty=True) as osv:
        assessor.setenv("SUPPLYCHAIN_OSV_URL", osv.url)
        osv.hold(record("GHSA-5", "lodash", "npm"))
        with opening.online() as facts:
            found = facts.records([DEMO, OTHER])
    assert names(found) == ["MAL-2"]
    reason = "OSV has no advisory on package:pypi/pip, on which there are some: it holds none of its ecosystem"
    assert dict(found.unanswered) == {DEMO: reason}


def names(found: room.Records) -> list[str]:
    """Return the ids of the records."""
    return [json.loads(each)["id"] for each in found.records]


@pytest.mark.usefixtures("no_controls")
def test_the_records_of_some_packages(osv: OSV, opening: Opening) -> None:
    with opening.online() as facts:
        found = facts.records([DEMO, OTHER, DEMO])
    assert names(found) == ["GHSA-1", "MAL-2", "PYSEC-3"]
    assert json.loads(found.records[0]) == RECORDS[0]
    assert (found.problem, dict(found.unanswered), found.source.level) == ("", {}, "online")
    assert found.as_of is not None
    assert osv.seen[0].json == {
        "queries": [
            {"package": {"name": "@acme/demo", "ecosystem": "npm"}},
            {"package": {"name": "demo-package", "ecosystem": "PyPI"}},
        ]
    }
    assert sorted(osv.paths()[1:]) == ["/v1/vulns/GHSA-1", "/v1/vulns/MAL-2", "/v1/vulns/PYSEC-3"]


def test_a_package_without_a_record_is_answered_for(osv: OSV, opening: Opening) -> None:
    with opening.online() as facts:
        found = facts.records(["package:pypi/sound"])
    assert (found.records, found.problem, found.source.level) == ((), "", "online")


def test_a_thousand_and_one_records_come_in_two_pages(opening: Opening, assessor: pytest.MonkeyPatch) -> None:
    with OSV([record(f"GHSA-{number:04}", "demo-package") for number in range(1001)]) as osv:
        assessor.setenv("SUPPLYCHAIN_OSV_URL", osv.url)
        with opening.online() as facts:
            found = facts.records([DEMO])
        assert len(found.records) == 1001
        assert osv.paths().count("/v1/querybatch") == 2
        assert len(osv.seen) == 1003


def test_a_thousand_and_one_packages_are_two_requests(osv: OSV, opening: Opening) -> None:
    with opening.online() as facts:
        found = facts.records([DEMO, *(f"package:pypi/p-{number}" for number in range(1000))])
    assert len(found.records) == 2
    assert osv.paths().count("/v1/querybatch") == 2


def test_a_record_is_fetched_again_only_when_it_was_modified(osv: OSV, opening: Opening) -> None:
    for expected in (3, 1, 2):
        osv.seen.clear()
        with opening.online() as facts:
            facts.records([DEMO])
        assert len(osv.seen) == expected
        if expected == 1:
            osv.records["GHSA-1"]["modified"] = "2025-01-01T00:00:00Z"


def test_what_is_no_package_of_a_registry_is_not_assessed(osv: OSV, opening: Opening) -> None:
    with opening.online() as facts:
        found = facts.records([DEMO, "package:conda/numpy", "package:pypi/../x"])
    assert found.unanswered == {
        "package:conda/numpy": "no registry is asked for what comes from conda",
        "package:pypi/../x": "its name is not one that PyPI can have, so it was not asked for",
    }
    assert found.problem.startswith("no advisories are known for 2 packages, such as package:conda/numpy:")
    assert len(found.records) == 2


@pytest.mark.usefixtures("no_controls")
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (status(404), "answered 404"),
        (status(500), "answered 500"),
        (hanging(), "did not answer in time"),
        (wrong_json(), "OSV answered with something that is not a list of results"),
        (answer({"results": []}), "OSV answered 1 queries with 0 results"),
        (answer({"results": [{}, {}]}), "OSV answered 1 queries with 2 results"),
        (answer({"results": [{"next_page_token": "x"}]}), "OSV gives more than 100 pages for one query"),
        (answer({"results": [{"vulns": [{"id": "../x", "modified": "x"}]}]}), "by something that is no id"),
        (answer({"results": [{"vulns": [{"id": "GHSA-9", "modified": "x"}]}]}), "OSV names GHSA-9 and has no record"),
    ],
)
def test_an_answer_that_fails_clears_nothing(osv: OSV, opening: Opening, fault: Reply, reason: str) -> None:
    osv.plan("/v1/querybatch", fault)
    with opening.online(HASTY if fault.hangs else FAST) as facts:
        found = facts.records([DEMO])
    assert found.records == ()
    assert reason in found.unanswered[DEMO]
    assert reason in found.problem


@pytest.mark.parametrize("fault", [status(404), status(500), wrong_json(), answer(RECORDS[3])])
def test_one_record_that_fails_leaves_its_package_unassessed(osv: OSV, opening: Opening, fault: Reply) -> None:
    osv.plan("/v1/vulns/GHSA-1", fault)
    with opening.online(HASTY if fault.hangs else FAST) as facts:
        found = facts.records([DEMO, OTHER])
    assert list(found.unanswered) == [DEMO]
    assert "MAL-2" in names(found)


def test_answers_of_the_last_days_do_without_the_network(osv: OSV, opening: Opening) -> None:
    with opening.online() as facts:
        online = facts.records([DEMO, OTHER])
    osv.seen.clear()
    with opening.later(days=1) as facts:
        kept = facts.records([DEMO, OTHER])
    assert kept.records == online.records
    assert (kept.source.level, kept.problem) == ("cached", "")
    assert kept.source.digest == online.source.digest
    with opening.later(days=3) as facts:
        old = facts.records([DEMO, OTHER])
    assert old.records == ()
    assert "which is older than the 2 days of the policy" in old.problem
    assert not osv.seen
