"""Scenario 10, compliance verification: requirement 10.3, whether discovery saw everything."""

from __future__ import annotations

import re
from functools import lru_cache

from supplychain.checks.canaries.s10_completeness import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.population import INVENTORIED
from supplychain.model.base import Frozen
from supplychain.model.case import Case, Hit
from supplychain.model.component import Kind
from supplychain.model.reference import Place, Unread, Unresolved

_NEAR = 12
"""Lines within which a reference or an unresolved call of the same file is what a hit belongs to."""


class Seen(Frozen):
    """A hit of the second search, as an element to decide on."""

    subject: str
    at: Place
    hit: Hit


class Search(Frozen):
    """The searches themselves: whether anything was read at all."""

    subject: str = "files that were read"
    at: Place | None = None


def _population(case: Case) -> tuple[Seen | Unresolved | Unread | Search, ...]:
    """Return the search, what the second one saw, and what discovery left open, in the scopes of an inventory."""
    inventory = case.inventory
    seen = (Seen(subject=f"seen:{hit.text}", at=hit.at, hit=hit) for hit in case.sweep)
    unresolved = (item for item in inventory.unresolved if item.at.scope in INVENTORIED)
    return (Search(), *seen, *unresolved, *inventory.unread_in(INVENTORIED))


@check("10.3", population=_population, canaries=plant)
def inventory_complete(case: Case, subject: Seen | Unresolved | Unread | Search) -> Answer:
    """Hold discovery against a search that shares no code with it: each name has to be known or explained."""
    if isinstance(subject, Search):
        return answer("read" if case.inventory.looked_at else "nothing-read", count=case.inventory.looked_at)
    if isinstance(subject, (Unread, Unresolved)):
        return not_seen(subject)
    return _explained(case, subject.hit)


def _explained(case: Case, hit: Hit) -> Answer:
    if hit.context != "code":
        return answer("aside", context=hit.context)
    inventory = case.inventory
    named = _bare(hit.text)
    for reference in inventory.references:
        component = reference.component
        if component.is_file and component.kind is Kind.DATASET and component.name == hit.at.file:
            return answer("in-data", id=reference.subject)
        known = {_bare(text) for text in (reference.component.name, reference.address or "") if text}
        if named in known or any(_within(part, named) for part in known):
            return answer("known", id=reference.subject, where=reference.at)
    if hit.at.scope not in INVENTORIED:
        return answer("outside", scope=hit.at.scope)
    for item in inventory.unresolved:
        if item.at.file == hit.at.file and abs((item.at.line or 0) - (hit.at.line or 0)) <= _NEAR:
            return answer("beside-unresolved", where=item.at)
    return answer("unexplained", text=hit.text)


@lru_cache(maxsize=1 << 16)
def _bare(text: str) -> str:
    """Return a name or an address without what differs between spellings of the same."""
    return re.sub(r"^https?://(www\.)?", "", text.strip().lower()).rstrip("/").partition("?")[0]


def _within(known: str, named: str) -> bool:
    """Whether a known name with an owner, or a known host, stands whole in what was seen, or the other way round."""
    longer, shorter = (named, known) if len(named) >= len(known) else (known, named)
    if shorter not in longer or ("/" not in shorter and "." not in shorter):
        return False
    return re.search(rf"(^|[/@:]){re.escape(shorter)}($|[/@:])", longer) is not None
