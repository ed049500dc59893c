"""What the rules of the house on models look at: the models that production code loads, or that could hide one."""

from __future__ import annotations

from supplychain.checks.engine import Answer, answer
from supplychain.checks.hidden import not_seen
from supplychain.checks.population import PROD, Named, fetched, named
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.reference import Place, Unread, Unresolved


class Declared(Frozen):
    """A component that the declaration names and no production code refers to."""

    subject: str
    at: Place | None = Place(file="supplychain.toml")


def models(case: Case) -> tuple[Named | Declared, ...]:
    """Return the models that production code fetches or reads; where it has none, those that the declaration names."""
    found = fetched(named(case, Kind.MODEL, PROD))
    if found or case.declaration is None:
        return found
    return tuple(Declared(subject=entry.id) for entry in case.declaration.component if entry.id.startswith("model:"))


def unseen(subject: Unread | Unresolved | Declared) -> Answer:
    """Return the answer on what is no reference to a known component."""
    return answer("declared-not-found", id=subject.subject) if isinstance(subject, Declared) else not_seen(subject)
