"""Records: what marks malware, and what is refused by name."""

import json
from typing import Any

import pytest

from supplychain.advisories.records import NotARecordError, parse
from tests.advisories.support import affected, record, span

SOUND = record(affected(versions=["1.0"]))


def read(stated: Any) -> Any:
    """Return a record as it is parsed."""
    return parse(json.dumps(stated).encode())


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "MAL-2026-1"},
        {"aliases": ["MAL-2026-1"]},
        {"database_specific": {"cwe_ids": ["CWE-79", "CWE-506"]}},
        {"database_specific": {"malicious-packages-origins": [{"source": "x"}]}},
        {"affected": [affected(versions=["1.0"], database_specific={"cwes": [{"cweId": "CWE-506"}]})]},
    ],
)
def test_malware_is_known_by_its_id_its_origin_and_its_weakness(fields: dict[str, Any]) -> None:
    assert read({**SOUND, **fields}).malicious


def test_what_is_related_to_malware_is_none() -> None:
    assert not read({**SOUND, "related": ["MAL-2026-1"], "database_specific": {"cwe_ids": ["CWE-502"]}}).malicious


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ([], "the record is no object"),
        ({**SOUND, "id": 7}, "id is no text"),
        ({**SOUND, "schema_version": "2.0.0"}, "another schema"),
        ({**SOUND, "affected": {}}, "affected is no list"),
        ({**SOUND, "affected": ["torch"]}, r"affected\[\] is no object"),
        ({**SOUND, "affected": [{"package": "torch"}]}, "package is no object"),
        ({**SOUND, "affected": [affected(versions=[1.0])]}, r"versions\[\] is no text"),
        ({**SOUND, "affected": [affected(versions="1.0")]}, "versions is no list"),
        ({**SOUND, "affected": [affected(ranges=[span(("introduced", "0"), kind="OTHER")])]}, "no type that schema 1"),
        ({**SOUND, "affected": [affected(ranges=[span(("fixed", "1"))])]}, "does not say where it begins"),
        ({**SOUND, "affected": [affected(ranges=[span(("begins", "1"))])]}, "no kind that schema 1"),
        ({**SOUND, "withdrawn": "yes"}, "withdrawn is no time"),
        ({**SOUND, "aliases": [None]}, r"aliases\[\] is no text"),
    ],
)
def test_a_record_that_is_not_as_it_has_to_be_is_refused_by_name(broken: Any, reason: str) -> None:
    with pytest.raises(NotARecordError, match=reason):
        read(broken)


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe\xfd", b"[" * 100_000, b'{"id": ' + b"9" * 5000 + b"}"])
def test_bytes_that_are_no_json_are_refused(data: bytes) -> None:
    with pytest.raises(NotARecordError, match="no JSON"):
        parse(data)


@pytest.mark.parametrize("details", ["\ud800", [[]] * 9, {"a": [None]}, 7])
def test_what_decides_no_match_may_be_anything(details: Any) -> None:
    stated = read({**SOUND, "details": details, "summary": None, "severity": [details], "database_specific": details})
    assert (stated.id, stated.severity, stated.malicious) == (SOUND["id"], None, False)


@pytest.mark.parametrize("key", ["published", "modified", "withdrawn"])
@pytest.mark.parametrize("moment", [1_700_000_000, "1700000000", "0", ""])
def test_seconds_are_no_time(key: str, moment: Any) -> None:
    with pytest.raises(NotARecordError, match=key):
        read({**SOUND, key: moment})


def test_the_first_line_of_the_details_is_the_summary_where_there_is_none() -> None:
    assert read({**SOUND, "details": "\nOne thing.\nAnother."}).summary == "One thing."
    assert len(read({**SOUND, "details": "x" * 10_000}).summary) < 500


def test_a_time_without_a_zone_is_utc_and_a_package_may_be_missing() -> None:
    stated = read({**SOUND, "published": "2026-01-02T03:04:05", "affected": [{"ranges": []}]})
    assert (stated.published.utcoffset().total_seconds(), stated.affected) == (0, ())
