"""What the tests of the state share: short entries, and a way to change a store behind its back."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from supplychain.model.component import Component, Kind
from supplychain.model.finding import Outcome
from supplychain.model.inventory import Inventory, SelfTest
from supplychain.model.reference import Override, Place, Reference, Resolution, Scope, Unread, Unresolved
from supplychain.model.state import Entry, Snapshot, Used

DAY = datetime(2026, 10, 1, 12, tzinfo=UTC)
BERT = "model:huggingface/google-bert/bert-base-uncased"


def ref(identity: str = BERT, at: str = "app.py:3", scope: Scope = Scope.PROD, **facts: object) -> Reference:
    """Return one reference."""
    component = Component.parse(identity)
    return Reference.model_validate(
        {"component": component, "at": place(at, scope), "resolution": Resolution.LITERAL, **facts}
    )


def hidden(at: str = "app.py:9", expression: str = "name()") -> Unresolved:
    """Return one unresolved reference."""
    return Unresolved(kind=Kind.MODEL, at=place(at), call="load", expression=expression, reason="made at run time")


def inventory(*found: Reference | Unresolved | Override | Unread) -> Inventory:
    """Return an inventory of these."""
    return Inventory(
        references=tuple(item for item in found if isinstance(item, Reference)),
        unresolved=tuple(item for item in found if isinstance(item, Unresolved)),
        overrides=tuple(item for item in found if isinstance(item, Override)),
        unread=tuple(item for item in found if isinstance(item, Unread)),
        self_test=SelfTest(planted=1, found=1),
    )


def place(at: str, scope: Scope = Scope.PROD) -> Place:
    """Return `file:line` as a place."""
    file, _, line = at.rpartition(":")
    return Place(file=file, line=int(line), scope=scope)


def used(component: str = BERT, *revisions: str | None, at: str = "app.py:3", scope: Scope = Scope.PROD) -> Used:
    """Return a component at one place."""
    return Used(component=component, revisions=revisions or (None,), places=(place(at, scope),))


def entry(number: int, *components: Used, days: float | None = None, simulated: bool = False) -> Entry:
    """Return run `number`, one for each day."""
    return Entry(
        run=f"run-{number}",
        at=DAY + timedelta(days=number if days is None else days),
        simulated=simulated,
        commit="c" * 40,
        tree_digest="sha256:" + "7" * 64,
        inventory=Snapshot(used=components or (used(),), unresolved=1, unread=2),
        verdicts={Outcome.PASS: 40, Outcome.FAIL: 9},
    )


def behind_its_back(path: Path, statement: str, *values: object) -> None:
    """Change the file of a store as no run does."""
    connection = sqlite3.connect(path)
    with connection:
        connection.executescript(statement) if not values else connection.execute(statement, values)
    connection.close()
