"""The database of safety: what OSV says of a version, its specifiers say too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from supplychain.scanners.safety_database import specifiers, write
from tests.scanners.support import RECORDS, below, record

AFFECTED = [
    (below("2.0"), ["0.dev0", "1.9", "2.0rc1", "2.0.dev1", "1.9.post1"], ["2.0", "2.0.0", "2.0+cpu", "2.0.post1", "3"]),
    (below("2.0", since="1.0"), ["1.0", "1.0+cpu", "1.5a1"], ["1.0rc1", "0.9", "2.0"]),
    (({"introduced": "0"}, {"last_affected": "1.5"}), ["1.5", "1.5+cpu", "0"], ["1.5.post1", "1.6"]),
    (({"introduced": "1.0"},), ["1.0", "99"], ["0.9"]),
    (below("1.0") + below("3.0", since="2.0"), ["0.1", "2.5"], ["1.0", "1.5", "3.0"]),
    (({"fixed": "3.0"}, {"introduced": "2.0"}), ["2.5"], ["1.0", "3.0"]),
    (below("1!2.0", since="1!1.0"), ["1!1.5"], ["1.5", "99", "1!2.0"]),
]


@pytest.mark.parametrize(("events", "inside", "outside"), AFFECTED)
def test_a_range_holds_what_osv_says_that_it_holds(
    events: tuple[dict[str, str], ...], inside: list[str], outside: list[str]
) -> None:
    specs, reason = specifiers(record("X", "x", *events)["affected"][0])
    assert reason == ""
    assert [version for version in inside if not any(SpecifierSet(spec).contains(version) for spec in specs)] == []
    assert [version for version in outside if any(SpecifierSet(spec).contains(version) for spec in specs)] == []


def test_a_version_outside_of_the_ranges_is_named_by_itself() -> None:
    specs, _ = specifiers(
        record("X", "x", *below("1.0"), versions=["0.5", "1.5", "2.0rc1", "no version"])["affected"][0]
    )
    assert specs == [">=0.dev0,<=1.0,!=1.0", "==1.5", "==2.0rc1"]


def test_a_range_that_cannot_be_ordered_is_named_and_its_versions_stay() -> None:
    specs, reason = specifiers(record("X", "x", *below("1.0-broken"), versions=["0.9"])["affected"][0])
    assert specs == ["==0.9"]
    assert "'1.0-broken'" in reason


def test_each_slim_specifier_is_one_of_a_full_entry_under_a_canonical_name(tmp_path: Path) -> None:
    left = write(RECORDS, tmp_path)
    slim = json.loads((tmp_path / "insecure.json").read_text())["vulnerable_packages"]
    full = json.loads((tmp_path / "insecure_full.json").read_text())["vulnerable_packages"]
    assert {name: set(specs) for name, specs in slim.items()} == {
        name: {spec for entry in entries for spec in entry["specs"]} for name, entries in full.items()
    }
    assert len(full["pillow"]) == 2
    assert "old-thing" not in slim
    assert [name for name, _ in left] == ["GHSA-8888-8888-8888"]


def test_every_entry_has_an_id_of_its_own_without_which_safety_keeps_only_one(tmp_path: Path) -> None:
    write(RECORDS, tmp_path)
    full = json.loads((tmp_path / "insecure_full.json").read_text())["vulnerable_packages"]
    assert [entry["ids"][0]["type"] for entries in full.values() for entry in entries] == ["pyup"] * 7


@pytest.mark.parametrize(
    "broken",
    [
        {"id": "X"},
        {"id": "X", "affected": None},
        {"id": "X", "affected": ["x"]},
        {"id": "X", "affected": [{"package": "x"}]},
        {"id": "X", "affected": [{"package": {"name": 3, "ecosystem": "PyPI"}}]},
        {"id": "X", "affected": [{"package": {"name": "x", "ecosystem": "PyPI"}, "ranges": 3, "versions": {"a": 1}}]},
        record("X", "x", {"introduced": "9" * 5000}),
        record("X", "x", versions=["9" * 5000]),
    ],
)
def test_a_broken_record_is_no_reason_to_stop(broken: dict[str, object], tmp_path: Path) -> None:
    write([broken, RECORDS[0]], tmp_path)
    assert "torch" in (tmp_path / "insecure.json").read_text()
