"""Which plants may stand in one changed copy of a target, so that each comes out as it would alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from supplychain.sensitivity.interface import Kind, Plant

Drawn = tuple[Kind, Plant]


def bundles(drawn: Iterable[Drawn]) -> tuple[tuple[Drawn, ...], ...]:
    """Return plants of files in as few copies as the rule of `fits` gives, in their order."""
    found: list[list[Drawn]] = []
    for item in drawn:
        into = next((bundle for bundle in found if fits(item, bundle)), None)
        if into is None:
            found.append([item])
        else:
            into.append(item)
    return tuple(map(tuple, found))


def fits(item: Drawn, bundle: Sequence[Drawn]) -> bool:
    """Whether a plant may stand beside others: no two share a file or what a row would name.

    One that bears on components of other files (a setting of a client, a lock, an inventory) stands beside none of its
    scenario.
    """
    return not any(_touch(item, other) for other in bundle)


def _touch(one: Drawn, other: Drawn) -> bool:
    (kind, plant), (other_kind, other_plant) = one, other
    if plant.where == other_plant.where or set(plant.names) & set(other_plant.names):
        return True
    is_wide = plant.wide or other_plant.wide
    return is_wide and kind.requirement.split(".")[0] == other_kind.requirement.split(".")[0]
