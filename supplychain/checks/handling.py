"""What code and configuration do with prompts, held against what services are declared to do with them.

An entry of the declaration says that something does not happen (`handling = { tracing = false }`, `retention_days = 0`,
`training_use = false`), that it does, or nothing. Which entries a place concerns depends on what it does: traces take the
prompts to every service with them, storage and training are the receiver's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from supplychain import catalog
from supplychain.checks.provider_facts import behind_switch, receivers
from supplychain.checks.services import ServiceUse, declared_for, population
from supplychain.model.case import Case
from supplychain.model.service import DeclaredService, Switch


@dataclass(frozen=True)
class Said:
    """An entry of the declaration, and the key by which it says that something happens or does not."""

    entry: DeclaredService
    key: str
    value: str


@dataclass(frozen=True)
class Concerned:
    """What is declared of that which a place does."""

    sends_prompts: bool
    receiver: str
    """The service that receives it, of the catalog or declared; empty: who receives it is not known by an id."""
    is_declared: bool
    """Whether an entry speaks of the receiver at all."""
    off: tuple[Said, ...] = ()
    """The entries that say it does not happen."""
    on: tuple[Said, ...] = ()
    """The entries that say it does."""
    is_every: bool = True
    """Whether every service that it may concern is declared not to do it, where the place does not say which."""


def concerned(case: Case, switch: Switch) -> Concerned:
    """Return what the declaration says of that which a place does, by the entries that it concerns."""
    known = behind_switch(switch)
    usage = known.sends == "usage" if known else switch.handling == "telemetry"
    own = declared_for(case, switch.service) if switch.service else None
    named = own is not None or any(entry.id == switch.service for entry in catalog.services())
    receiver = switch.service if named else ""
    every = case.declaration.service if case.declaration else ()
    if usage:
        spoken = (own,) if own and _says(own, switch) else every
        off, on = _sides(spoken, switch)
        return Concerned(False, receiver, own is not None, off, on)
    if switch.handling in {"tracing", "content"}:
        off, on = _sides(every, switch)
        others = [said for said in on if said.entry is not own]
        own_off = own is not None and own in [said.entry for said in off]
        return Concerned(True, receiver, own is not None, off, on, is_every=own_off or not others)
    if switch.service:
        off, on = _sides((own,) if own else (), switch)
        return Concerned(True, receiver, own is not None, off, on)
    able = _able(case, switch)
    off, on = _sides([use.declared for use in able if use.declared], switch)
    return Concerned(True, "", bool(able), off, on, is_every=len({said.entry.id for said in off}) == len(able))


def _able(case: Case, switch: Switch) -> list[ServiceUse]:
    """Return the services of production that may receive what a place sends that does not say to whom."""
    uses = [item for item in population(case) if isinstance(item, ServiceUse)]
    names = receivers(switch)
    return [use for use in uses if use.id in names] or uses


def _sides(entries: Iterable[DeclaredService], switch: Switch) -> tuple[tuple[Said, ...], tuple[Said, ...]]:
    """Return the entries that say something does not happen, and those that say it does."""
    off: list[Said] = []
    on: list[Said] = []
    for entry in entries:
        for key, value, happens in _says(entry, switch):
            (on if happens else off).append(Said(entry, key, value))
    return tuple(off), tuple(on)


def _says(entry: DeclaredService, switch: Switch) -> list[tuple[str, str, bool]]:
    """Return what an entry says of it: key, value, and whether it then happens."""
    kind = switch.handling
    found = []
    if kind in entry.handling:
        happens = entry.handling[kind]
        found.append(("handling", f"handling.{kind} = {str(happens).lower()}", happens))
    if kind == "storage" and entry.retention_days is not None:
        found.append(("retention_days", f"retention_days = {entry.retention_days}", entry.retention_days > 0))
    if kind == "training" and entry.training_use is not None:
        found.append(("training_use", f"training_use = {str(entry.training_use).lower()}", entry.training_use))
    return found
