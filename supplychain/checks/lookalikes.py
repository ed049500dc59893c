"""Names of owners that a reader takes for another one's: letters that look alike, a few that differ, a brand's name.

A known owner imitates nobody. How many letters may differ is the policy's limit, and less for a short name: one in
four to six letters, none in fewer, so that `BAII` is taken for `BAAI` and `bert` is not for `gpt2`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from supplychain import catalog
from supplychain.model.base import Frozen

_ONE_FROM = 4
_TWO_FROM = 7


class Imitated(Frozen):
    """The owner that a name could be taken for."""

    owner: str
    how: str


def same(name: str, other: str) -> bool:
    """Return whether hubs take both names for the same owner; only ASCII letters are the same in capitals."""
    return name == other or (name.isascii() and other.isascii() and name.lower() == other.lower())


@cache
def imitated(name: str, hub: str, trusted: frozenset[str], limit: int) -> Imitated | None:
    """Return the owner that a name could be taken for; None for a known name, and where there is none.

    Args:
        name: an owner's name on a hub.
        hub: the hub, whose popular owners are known.
        trusted: the owners whom the policy names.
        limit: how many letters may differ at most.
    """
    popular = catalog.popular_models().owners.get(hub, ())
    known = (*sorted(trusted), *(owner for owner in popular if not any(same(owner, other) for other in trusted)))
    if not name or any(same(name, other) for other in known):
        return None
    look = skeleton(name)
    for owner in known:
        if look == skeleton(owner):
            return Imitated(owner=owner, how="letters are replaced by ones that look like them")
    spelled = _plain(name)
    near = ((distance(spelled, _plain(owner)), owner) for owner in known if _may_differ(spelled, owner, limit))
    letters, owner = min(((d, o) for d, o in near if 0 < d <= _allowed(_plain(o), limit)), default=(0, ""))
    return Imitated(owner=owner, how=f"{letters} letter{'s'[: letters - 1]} differ") if owner else None


@cache
def claimed_brand(name: str, trusted: frozenset[str]) -> str | None:
    """Return the brand that an owner's name begins with and that is not its own."""
    if any(same(name, other) for other in trusted):
        return None
    look = skeleton(name)
    for brand in catalog.popular_models().brand:
        if not (name.isascii() and name.lower() in brand.own) and any(
            look.startswith(skeleton(b)) for b in brand.imitated
        ):
            return brand.name
    return None


@cache
def skeleton(name: str) -> str:
    """Return a name with every letter as the one that it looks like, after UTS 39, without what joins its words."""
    known = catalog.reputation()
    look = "".join(known.confusable.get(letter, letter) for letter in _plain(name))
    for letters, like in known.sequence.items():
        look = look.replace(letters, like)
    return re.sub(r"[\W_]", "", look)


def distance(name: str, other: str) -> int:
    """Return how many letters are one more, less or another, or swapped with the next (Damerau and Levenshtein)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(name, 1):
        older, before, row = before, row, [i]
        for j, opposite in enumerate(other, 1):
            step = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != opposite))
            if i > 1 and j > 1 and letter == other[j - 2] and name[i - 2] == opposite:
                step = min(step, older[j - 2] + 1)
            row.append(step)
    return row[-1]


@cache
def _plain(name: str) -> str:
    """Return a name as it is compared: no mark on a letter, no letter of another width, no invisible one."""
    split = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in split if unicodedata.category(letter)[0] not in "MC").lower()


def _allowed(known: str, limit: int) -> int:
    return min(limit, (len(known) >= _ONE_FROM) + (len(known) >= _TWO_FROM))


def _may_differ(name: str, owner: str, limit: int) -> bool:
    return abs(len(name) - len(owner)) <= limit
