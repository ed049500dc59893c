"""Random records against a slow and obvious reading of the schema."""

import random
from typing import Any

import pytest
from packaging.version import Version

from supplychain.advisories.versions import key
from tests.advisories.support import Fields, affected, answer, record, span

GRID = [f"{major}.{minor}{tail}" for major in range(3) for minor in range(3) for tail in ("", "rc1", ".post1")]
SEMANTIC = [f"{major}.{minor}.0{tail}" for major in range(3) for minor in range(3) for tail in ("", "-rc.1", "-rc.2")]


def obvious(version: str, stated: list[tuple[str, str]], order: Any) -> bool:
    """Whether a version lies in a range of pairs of begin and end: no events, no sorting."""
    pairs = zip(stated[::2], stated[1::2], strict=True)
    for (_, begin), (kind, end) in pairs:
        begins = begin == "0" or order(version) >= order(begin)
        if begins and (order(version) < order(end) or (kind == "last_affected" and order(version) == order(end))):
            return True
    return False


def borders(chance: random.Random, grid: list[str], order: Any) -> list[tuple[str, str]]:
    """Return pairs of events that do not overlap."""
    count = 2 * chance.randint(1, 4)
    versions = sorted(chance.sample(grid, count), key=order)
    events = []
    for begin, end in zip(versions[::2], versions[1::2], strict=True):
        events += [("introduced", begin), (chance.choice(["fixed", "last_affected"]), end)]
    if chance.random() < 0.4:
        events[0] = ("introduced", "0")
    return events


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("ecosystem", ["PyPI", "npm"])
def test_random_ranges_agree_with_the_obvious_reading(seed: int, ecosystem: str) -> None:
    chance = random.Random(f"{ecosystem} {seed}")
    grid = GRID if ecosystem == "PyPI" else SEMANTIC
    place = Version if ecosystem == "PyPI" else SEMANTIC_ORDER.__getitem__
    component = "package:pypi/torch" if ecosystem == "PyPI" else "package:npm/torch"
    for _ in range(40):
        events = borders(chance, grid, place)
        listed = chance.sample(grid, chance.randint(0, 3))
        version = chance.choice(grid)
        shuffled = chance.sample(events, len(events))
        stated: Fields = record(affected("torch", ecosystem, ranges=[span(*shuffled)], versions=listed))
        expected = version in listed or obvious(version, events, place)
        assert (answer(version, stated, component=component).state == "affected") is expected, (
            version,
            shuffled,
            listed,
        )


SEMANTIC_ORDER = {
    version: place
    for place, version in enumerate(
        f"{major}.{minor}.0{tail}" for major in range(3) for minor in range(3) for tail in ("-rc.1", "-rc.2", "")
    )
}


def test_semantic_versions_are_ordered_as_the_specification_has_it() -> None:
    ordered = (
        "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 v1.0.1 1.1 2"
    )
    keys: list[Any] = [key("npm", version) for version in ordered.split()]
    assert keys == sorted(keys)
    assert len({str(one) for one in keys}) == len(keys)
    assert key("npm", "1.0.0+a") == key("npm", "1.0.0+b") == key("npm", "1")
    assert [key("npm", text) for text in ("x", "1.2.3.4", "", "1.0.0-", "^1.0.0", "1" * 300)] == [None] * 6


@pytest.mark.parametrize("seed", range(3))
def test_random_aliases_make_the_groups_that_following_them_makes(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(30):
        aliases = [[f"CVE-{chance.randint(1, 8)}" for _ in range(chance.randint(0, 2))] for _ in range(6)]
        records = [
            record(affected(versions=["1"]), identity=f"GHSA-{number}", aliases=names)
            for number, names in enumerate(aliases)
        ]
        names = [{f"GHSA-{number}", *own} for number, own in enumerate(aliases)]
        for _ in names:  # as often as a chain can be long
            names = [set().union(*(other for other in names if one & other)) for one in names]
        found = answer("1", *records).vulnerabilities
        assert {found_one.advisory.ids for found_one in found} == {frozenset(one) for one in names}
