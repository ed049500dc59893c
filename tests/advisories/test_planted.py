"""The test of the matcher in every run: it notices a matcher that finds too little, and one that finds too much."""

import pytest

from supplychain.advisories import planted
from supplychain.advisories.extents import Extent
from supplychain.advisories.names import Name
from supplychain.advisories.versions import Used
from tests.advisories.support import NOW

PINS = [("package:pypi/torch", "2.5.1+cu121"), ("package:npm/@a/b", "1.0.0-rc.1"), ("package:pypi/pytz", "2004d")]


@pytest.mark.parametrize("pins", [PINS, []])
def test_everything_comes_out_as_planted_for_own_and_for_made_up_packages(
    pins: list[tuple[str, str | None]],
) -> None:
    test = planted.run(pins, NOW)
    assert (test.planted, test.missed) == (27, ())
    assert test.passed


def test_a_few_packages_of_each_ecosystem_are_enough() -> None:
    many = [(f"package:pypi/p{number:03}", "1.0") for number in range(300)]
    assert planted.run(many, NOW).planted == (5 + 2) * 9


@pytest.mark.parametrize(
    ("says", "missed"),
    [(True, "it is the fixed one: affected"), (False, "it is listed: clean"), (None, "it is listed: not assessed")],
)
def test_a_matcher_that_always_says_the_same_is_noticed(
    monkeypatch: pytest.MonkeyPatch, says: bool | None, missed: str
) -> None:
    def always(extent: Extent, used: Used) -> bool | None:
        return says

    monkeypatch.setattr(Extent, "covers", always)
    monkeypatch.setattr(Extent, "why_unclear", lambda *_: "because")
    test = planted.run(PINS, NOW)
    assert not test.passed
    assert f"package:pypi/torch 2.5.1+cu121: {missed}" in test.missed


def test_a_matcher_that_mistakes_names_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supplychain.advisories.records.canonical", lambda *_: Name("PyPI", "torch"))
    monkeypatch.setattr("supplychain.advisories.database._Sieve._may_be_wanted", lambda *_: True)
    assert any("another package is listed: affected" in missed for missed in planted.run(PINS, NOW).missed)
