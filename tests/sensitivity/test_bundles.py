"""Which plants stand in one copy: no two share a file or a name, and a wide one stands alone in its scenario."""

from __future__ import annotations

from random import Random

from supplychain.sensitivity.bundles import bundles
from supplychain.sensitivity.ground import Ground
from supplychain.sensitivity.interface import Kind, Plant


def drawn(requirement: str, where: str, *names: str, wide: bool = False) -> tuple[Kind, Plant]:
    plant = Plant("way", where, "text", names, data=b"", wide=wide)

    def draw(ground: Ground, rng: Random) -> Plant:
        return plant

    return Kind("kind", requirement, "file", draw), plant


def test_plants_in_files_of_their_own_share_a_copy() -> None:
    assert len(bundles([drawn("1.1", "a.py", "x"), drawn("1.1", "b.py", "y"), drawn("7.1", "c.py", "z")])) == 1


def test_no_two_share_a_file_or_what_a_row_would_name() -> None:
    assert len(bundles([drawn("1.1", "a.py", "x"), drawn("7.1", "a.py", "y")])) == 2
    assert len(bundles([drawn("5.2", "a.in", "x"), drawn("7.3", "a.txt", "x")])) == 2


def test_a_wide_one_stands_beside_none_of_its_scenario() -> None:
    wide = drawn("5.1", "pip.conf", "h", wide=True)
    assert len(bundles([wide, drawn("5.2", "a.txt", "x")])) == 2
    assert len(bundles([drawn("5.2", "a.txt", "x"), wide])) == 2
    assert len(bundles([wide, drawn("1.1", "a.py", "x")])) == 1
