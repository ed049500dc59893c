"""Whether a region lies in what is allowed, as far as that was read where the provider says it.

standing("eu-central-1", ("eu",), case).state == "inside"

A name is compared as it is written. Beyond that an area holds a region where a source that counts says so, and does not
where such a source puts the region elsewhere; everything else is unknown. So a longer list never makes less of a pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from supplychain import catalog
from supplychain.catalog.provider import plain
from supplychain.checks.provider_facts import doubt
from supplychain.model.case import Case


@dataclass(frozen=True)
class Standing:
    """Whether a region lies in a list, and why that is not known."""

    state: Literal["inside", "outside", "unknown"]
    why: str = ""


_INSIDE, _OUTSIDE = Standing("inside"), Standing("outside")


def standing(region: str, allowed: Iterable[str], case: Case) -> Standing:
    """Return whether a region lies in one of the areas and regions of a list; in an empty one, that is not known."""
    found = [within(region, name, case) for name in allowed]
    if _INSIDE in found:
        return _INSIDE
    open_ = [item for item in found if item.state == "unknown"]
    if found and not open_:
        return _OUTSIDE
    return open_[0] if open_ else Standing("unknown", "the list is empty")


def within(region: str, name: str, case: Case) -> Standing:
    """Return whether all of a region lies in an area or in a region."""
    if plain(region) == plain(name):
        return _INSIDE
    area = catalog.areas().get(plain(name))
    if area is None:
        return _apart(region, name, case)
    if area.means(region):
        return _INSIDE
    doubts = [doubt(part, case) for part in area.part if part.holds(region)]
    if not all(doubts):
        return _INSIDE
    if doubts:
        return Standing("unknown", f"that {region} lies in {name} decides nothing, since {doubts[0]}")
    return _OUTSIDE if _is_known(region, case) else Standing("unknown", _nowhere(region))


def _apart(region: str, name: str, case: Case) -> Standing:
    """Return whether a region differs from one of another name; two names that are known stand for two regions."""
    if any(area.means(name) for area in catalog.areas().values()):
        return Standing("unknown", f"{name} is no name that a list of regions may hold; use the one of areas.toml")
    nowhere = next((item for item in (region, name) if not _is_known(item, case)), None)
    return Standing("unknown", _nowhere(nowhere)) if nowhere else _OUTSIDE


def _is_known(region: str, case: Case) -> bool:
    """Whether it is known where a region lies: it is an area itself, or a source that counts puts it into one."""
    areas = catalog.areas().values()
    parts = (part for area in areas for part in area.part if part.holds(region))
    return any(area.means(region) for area in areas) or any(not doubt(part, case) for part in parts)


def _nowhere(region: str) -> str:
    return f"no area of the catalog, as far as its sources were read, holds {region}"
