"""The matcher: affected, clean, not assessed, and what is said of what affects."""

from typing import Any

import pytest

from supplychain.advisories.match import match
from supplychain.model.finding import Severity
from tests.advisories.support import affected, answer, database, ids, in_range, record, span

LISTED = record(affected(versions=["2.5.1"]))


@pytest.mark.parametrize(
    ("version", "stated", "state"),
    [
        ("2.5.1", {"versions": ["2.5.1"]}, "affected"),
        ("2.5.2", {"versions": ["2.5.1"]}, "clean"),
        ("2.5", {"versions": ["2.5.0"]}, "affected"),  # the same version in another spelling
        ("2.5.0rc1", {"versions": ["2.5.0-RC.1"]}, "affected"),
        ("2.5.1+cu121", {"versions": ["2.5.1"]}, "affected"),
        ("2.5.1+cu121", {"versions": ["2.5.1+cu121"]}, "affected"),
        ("2.5.1", {"versions": ["2.5.1+cu121"]}, "clean"),
        ("2.5.1+cu118", {"versions": ["2.5.1+cu121"]}, "clean"),
        ("2.5.1+cu121", {"ranges": [span(("introduced", "0"), ("last_affected", "2.5.1"))]}, "affected"),
        ("2.5.1+cu121", {"ranges": [span(("introduced", "0"), ("fixed", "2.5.1"))]}, "clean"),
        ("2.5.1+sec2", {"ranges": [span(("introduced", "0"), ("fixed", "2.5.1+sec2"))]}, "clean"),
        ("2.5.1+sec1", {"ranges": [span(("introduced", "0"), ("fixed", "2.5.1+sec2"))]}, "affected"),
        ("2.5.1", {"ranges": [span(("introduced", "0"), ("last_affected", "2.5.1"))]}, "affected"),
        ("2.5.2", {"ranges": [span(("introduced", "0"), ("last_affected", "2.5.1"))]}, "clean"),
        ("0.0.dev1", {"ranges": [span(("introduced", "0"), ("fixed", "1"))]}, "affected"),
        ("3.0", {"ranges": [span(("introduced", "2.0"))]}, "affected"),
        ("2.0rc1", {"ranges": [span(("introduced", "0"), ("fixed", "2.0"))]}, "affected"),
        ("2.0rc1", {"ranges": [span(("introduced", "2.0"))]}, "clean"),
        ("2.0.post1", {"ranges": [span(("introduced", "0"), ("fixed", "2.0"))]}, "clean"),
        ("1!0.5", {"ranges": [span(("introduced", "0"), ("fixed", "9.0"))]}, "clean"),
        ("1!0.5", {"ranges": [span(("introduced", "1!0.1"), ("fixed", "1!1.0"))]}, "affected"),
        ("2.10", {"ranges": [span(("introduced", "2.9"), ("fixed", "2.11"))]}, "affected"),
        (
            "1.5",
            {"ranges": [span(("introduced", "1"), ("fixed", "1.4"), ("introduced", "2"), ("fixed", "2.4"))]},
            "clean",
        ),
        (
            "2.3",
            {"ranges": [span(("introduced", "1"), ("fixed", "1.4"), ("introduced", "2"), ("fixed", "2.4"))]},
            "affected",
        ),
        (
            "2.3",
            {"ranges": [span(("fixed", "2.4"), ("introduced", "2"), ("fixed", "1.4"), ("introduced", "1"))]},
            "affected",
        ),
        ("3.0", {"ranges": [span(("introduced", "0"), ("limit", "2.0"))]}, "clean"),
        ("3.0", {"ranges": [span(("introduced", "0"), ("limit", "*"))]}, "affected"),
        ("1.0", {"ranges": [span(("introduced", "0"), ("fixed", "2.0"), kind="GIT")], "versions": ["0.9"]}, "clean"),
    ],
)
def test_a_version_is_held_against_what_is_listed_and_against_ranges(
    version: str, stated: dict[str, Any], state: str
) -> None:
    assert answer(version, record(affected(**stated))).state == state


def test_two_ranges_that_meet_leave_no_gap() -> None:
    events = (("introduced", "0.13.0"), ("fixed", "0.14.0"), ("introduced", "0.12.2"), ("fixed", "0.13.0"))
    assert answer("0.13.0", in_range(*events)).state == "affected"


def test_several_entries_for_one_package_count_together() -> None:
    entries = [affected(versions=["1.0"]), affected("Torch", ranges=[span(("introduced", "2"), ("fixed", "2.2"))])]
    assert [answer(version, record(*entries)).state for version in ("1.0", "1.1", "2.1")] == [
        "affected",
        "clean",
        "affected",
    ]


@pytest.mark.parametrize(
    "other",
    [
        record(affected("torchvision", versions=["2.5.1"])),
        record(affected(ecosystem="npm", versions=["2.5.1"])),
        record(affected(versions=["2.5.1"]), withdrawn="2026-08-01T00:00:00Z"),
        record(affected("other", versions=["2.5.1"]), related=["GHSA-x"], credits=[{"name": "torch"}]),
    ],
)
def test_what_speaks_of_something_else_or_was_withdrawn_affects_nothing(other: dict[str, Any]) -> None:
    assert answer("2.5.1", other).state == "clean"


def test_what_will_be_withdrawn_still_counts() -> None:
    assert answer("2.5.1", {**LISTED, "withdrawn": "2027-01-01T00:00:00Z"}).state == "affected"


def test_a_suffix_of_the_ecosystem_names_the_same_ecosystem() -> None:
    assert answer("2.5.1", record(affected(ecosystem="PyPI:2026", versions=["2.5.1"]))).state == "affected"


@pytest.mark.parametrize(
    ("version", "stated", "reason"),
    [
        (None, LISTED, "it is not pinned to one version"),
        (
            "2004d",
            in_range(("introduced", "0"), ("fixed", "2005")),
            "PYSEC-2026-1: it states ranges, and '2004d' names",
        ),
        ("1.0", in_range(("introduced", "0"), ("fixed", "0.2.0-n653")), "its fixed '0.2.0-n653' is no version"),
        ("1.0", record(affected(ranges=[span(("introduced", "0"), kind="GIT")])), "it names no version"),
        ("1.0", {**LISTED, "affected": [affected(versions="2.5.1")]}, "it cannot be read"),
    ],
)
def test_what_cannot_be_compared_is_not_assessed(version: str | None, stated: dict[str, Any], reason: str) -> None:
    got = answer(version, stated)
    assert got.state == "not assessed"
    assert reason in got.reason


def test_what_is_no_version_is_compared_by_its_text_alone() -> None:
    pytz = record(affected(versions=["2004d"]))
    assert answer("2004d", pytz).state == "affected"
    assert answer("2004e", pytz).state == "clean"


def test_an_advisory_that_affects_is_not_hidden_by_one_that_cannot_be_compared() -> None:
    unclear = in_range(("introduced", "x"), identity="PYSEC-2026-2")
    got = answer("2.5.1", LISTED, unclear)
    assert (got.state, ids(got)) == ("affected", ["PYSEC-2026-1"])
    assert "PYSEC-2026-2" in got.reason


@pytest.mark.parametrize(
    ("component", "reason"),
    [
        ("package:docker/ubuntu", "no advisory data of this kind covers images"),
        ("package:conda/numpy", "no advisory data of this kind covers packages of conda"),
        ("package:cargo/serde", "no advisory data of this kind covers packages of cargo"),
        ("model:huggingface/a/b", "no advisory data of this kind covers packages of huggingface"),
    ],
)
def test_what_no_ecosystem_covers_is_not_assessed(component: str, reason: str) -> None:
    got = answer("1.0", LISTED, component=component)
    assert (got.state, got.reason) == ("not assessed", reason)


def test_a_package_that_the_database_was_not_read_for_is_not_assessed() -> None:
    got = match([("package:pypi/numpy", "1.0")], database([LISTED]))[0]
    assert (got.state, got.reason) == ("not assessed", "the advisories were not looked through for it")


def test_each_component_and_version_is_answered_once() -> None:
    pins = [("package:pypi/torch", "2.5.1"), ("package:pypi/torch", None), ("package:pypi/torch", "2.5.1")]
    assert [one.version for one in match(pins, database([LISTED]))] == [None, "2.5.1"]


# npm and actions


@pytest.mark.parametrize(
    ("version", "state"),
    [("1.0.0-rc.1", "affected"), ("1.0.0-rc.2", "clean"), ("1.0.0", "clean"), ("0.9.0+build", "affected")],
)
def test_npm_orders_by_semantic_versions(version: str, state: str) -> None:
    fixed = record(affected("@a/b", "npm", ranges=[span(("introduced", "0"), ("fixed", "1.0.0-rc.2"), kind="SEMVER")]))
    assert answer(version, fixed, component="package:npm/@a/b").state == state


def test_npm_tells_case_apart() -> None:
    listed = record(affected("JSONStream", "npm", versions=["1.0.0"]))
    assert answer("1.0.0", listed, component="package:npm/JSONStream").state == "affected"
    assert answer("1.0.0", listed, component="package:npm/jsonstream").state == "clean"


@pytest.mark.parametrize(
    ("ref", "state"),
    [
        ("v45.0.0", "affected"),
        ("46.0.1", "clean"),
        ("v45", "not assessed"),
        ("main", "not assessed"),
        ("a" * 40, "not assessed"),
    ],
)
def test_an_action_is_compared_by_a_tag_that_names_one_version(ref: str, state: str) -> None:
    stated = affected(
        "TJ-actions/changed-files", "GitHub Actions", ranges=[span(("introduced", "0"), ("fixed", "46.0.1"))]
    )
    assert answer(ref, record(stated), component="package:github/tj-actions/changed-files").state == state


def test_an_action_that_no_record_names_is_clean_at_any_pin() -> None:
    other = record(affected("a/b", "GitHub Actions", versions=["1"]))
    assert answer("f" * 40, other, component="package:github/actions/checkout").state == "clean"


def test_a_repository_that_is_no_action_is_not_assessed() -> None:
    component = "package:github/a/b"
    got = match([(component, "v1.0.0")], database([], component))[0]
    assert (got.state, "this is a repository" in got.reason) == ("not assessed", True)


# several records for one advisory


def test_records_that_share_a_name_are_one_advisory_also_by_way_of_a_third() -> None:
    one = record(affected(versions=["2.5.1"]), identity="GHSA-a", aliases=["CVE-1"], summary="told by GitHub")
    two = record(affected(versions=["2.5.1"]), identity="PYSEC-2026-1", aliases=["CVE-2"])
    hub = record(affected(versions=["9.9"]), identity="OSV-3", aliases=["CVE-1", "CVE-2"])
    other = record(affected(versions=["2.5.1"]), identity="PYSEC-2026-9", related=["GHSA-a"])
    for records in ([one, two, hub, other], [hub, other, two, one], [other, two, one, hub]):
        first, second = answer("2.5.1", *records).vulnerabilities
        assert (first.advisory.id, first.advisory.aliases) == ("GHSA-a", ("CVE-1", "CVE-2", "OSV-3", "PYSEC-2026-1"))
        assert first.advisory.summary == "told by GitHub"
        assert second.advisory.id == "PYSEC-2026-9"


def test_the_worst_severity_and_the_earliest_publication_count() -> None:
    rated = record(
        affected(versions=["9.9"]),
        identity="GHSA-a",
        aliases=["CVE-1"],
        published="2026-02-01T00:00:00Z",
        database_specific={"severity": "HIGH"},
    )
    found = record(
        affected(versions=["2.5.1"]),
        aliases=["CVE-1"],
        published="2026-03-01T00:00:00Z",
        database_specific={"severity": "LOW"},
    )
    advisory = answer("2.5.1", rated, found).vulnerabilities[0].advisory
    assert advisory.severity is Severity.HIGH
    assert advisory.published is not None
    assert advisory.published.month == 2
    assert advisory.id == "PYSEC-2026-1"  # the one that affects the version


def test_a_severity_that_nobody_states_is_unknown() -> None:
    assert answer("2.5.1", LISTED).vulnerabilities[0].advisory.severity is None


def test_malware_stays_malware_beside_an_alias() -> None:
    malware = record(affected(versions=["2.5.1"]), identity="MAL-2026-1", aliases=["GHSA-a"])
    plain = record(affected(versions=["2.5.1"]), identity="GHSA-a")
    advisory = answer("2.5.1", plain, malware).vulnerabilities[0].advisory
    assert (advisory.id, advisory.malicious, advisory.aliases) == ("MAL-2026-1", True, ("GHSA-a",))


def test_fixes_are_above_the_version_in_use_and_ascend() -> None:
    first = in_range(("introduced", "0"), ("fixed", "1.10"), ("introduced", "2.0"), ("fixed", "2.1"))
    second = in_range(("introduced", "1.0"), ("fixed", "1.9"), identity="PYSEC-2026-2")
    got = answer("1.8", first, second)
    assert [found.fixed for found in got.vulnerabilities] == [("1.10", "2.1"), ("1.9",)]
    assert got.clean_versions == ("1.10", "2.1")  # 1.9 is fixed for one and affected by the other


def test_a_fix_that_cannot_be_judged_is_not_offered() -> None:
    got = answer("1.0", in_range(("introduced", "0"), ("fixed", "1.5")), in_range(("introduced", "x"), identity="X-1"))
    assert (got.vulnerabilities[0].fixed, got.clean_versions) == (("1.5",), ())


def test_a_fix_below_or_at_the_version_in_use_is_none() -> None:
    got = answer("2.0", in_range(("introduced", "0"), ("fixed", "1.5"), ("introduced", "2.0")))
    assert (ids(got), got.vulnerabilities[0].fixed, got.clean_versions) == (["PYSEC-2026-1"], (), ())
