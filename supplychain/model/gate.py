"""The gate: what is known of the rows that do not pass, and what the gate makes of the findings of a run."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import FailFast, Field

from supplychain.model.base import Frozen
from supplychain.model.declaration import RequirementId
from supplychain.model.finding import Observation
from supplychain.model.policy import Mode
from supplychain.model.service import Filled
from supplychain.model.text import Text

Rows = Annotated[int, Field(ge=1, le=1_000_000)]
RuleId = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,80}$")]


class Entry(Frozen):
    """Rows of one fingerprint that an approver accepted: requirement, component, rule and path, without a line."""

    requirement: RequirementId
    component: Text
    rule: RuleId
    path: Text
    """The file of the target; empty where the rows have none."""
    rows: Rows = 1
    """How many rows of this fingerprint: a second one in the same file is another flaw."""
    by: Filled
    since: date

    @property
    def element(self) -> tuple[str, str, str]:
        """What the rows are about, whichever rule decides them."""
        return (self.requirement, self.component, self.path)


class Known(Frozen):
    """The whole of `.supplychain/known.json`."""

    schema_: Literal[1] = Field(1, alias="schema")
    populations: dict[RequirementId, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    """How many elements each requirement had when the list was last written; fewer are a loss."""
    entries: Annotated[tuple[Entry, ...], Field(max_length=50_000), FailFast()] = ()


class KnownFile(Frozen):
    """A known list that the target carries."""

    file: Text
    digest: str | None = None
    known: Known | None = None
    problem: Text = ""
    """Why it cannot be used, naming what to mend; empty where it can."""


Cause = Literal["never softened", "enforced", "new", "undetermined"]
"""Why a row fails the gate: no mode softens it; its requirement is enforced; it fails and is not known; it passed or
was not there, and cannot be decided now."""


class Blocking(Frozen):
    """A row that fails the gate."""

    requirement: str
    row: Observation
    cause: Cause
    note: Text = ""
    """Why an entry of the known list does not count for it; empty where there is none."""


class Broken(Frozen):
    """A requirement whose check cannot be trusted."""

    requirement: str
    reason: Text


class Loss(Frozen):
    """A requirement that has fewer elements than were recorded, by more than the known rows that are gone."""

    requirement: str
    recorded: int
    now: int


class Upcoming(Frozen):
    """A requirement that will be enforced, and the rows that would fail then."""

    requirement: str
    begins: date
    rows: int


class Result(Frozen):
    """What the gate makes of the findings of a run."""

    default: Mode
    blocking: tuple[Blocking, ...] = ()
    broken: tuple[Broken, ...] = ()
    missing: tuple[str, ...] = ()
    """Requirements that have a check and were not executed."""
    lost: tuple[Loss, ...] = ()
    stale: tuple[Entry, ...] = ()
    """Entries for rows that fail no longer, with how many of them; the list has to shrink."""
    better: tuple[Entry, ...] = ()
    """Entries for rows that were undetermined and are decided now, or gone; facts come and go, so they fail nothing."""
    known: int = 0
    """Rows that the known list accounts for."""
    oldest: int | None = None
    """Days since the oldest entry in use was accepted."""
    observed: int = 0
    """Rows that do not pass, of requirements that are only observed."""
    upcoming: tuple[Upcoming, ...] = ()
    """What will be enforced, the nearest first."""
    undecided: tuple[str, ...] = ()
    """Requirements that the policy enforces and the gate says nothing of: no check in this version, or a roll-up."""
    problem: Text = ""
    """Why the known list cannot be used; empty where it can, or there is none."""

    @property
    def holds(self) -> bool:
        """Whether nothing fails the gate."""
        return not (self.blocking or self.broken or self.missing or self.lost or self.stale or self.problem)

    @property
    def line(self) -> str:
        """The gate in a line: the second part of the first line of every report."""
        if self.problem:
            return f"Gate NOT held ({self.problem})"
        causes = [blocking.cause for blocking in self.blocking]
        counts: tuple[tuple[int, str], ...] = (
            (len(self.broken), "error"),
            *((causes.count(cause), cause) for cause in ("never softened", "enforced", "new", "undetermined")),
            (len(self.missing), "not executed"),
            (sum(loss.recorded - loss.now for loss in self.lost), "lost"),
            (sum(entry.rows for entry in self.stale), "stale"),
            (self.observed, "observed"),
        )
        told = [f"{count} {what}" for count, what in counts if count]
        if self.known or self.default == "ratchet":
            told.append(f"{self.known} known")
        if self.oldest is not None:
            told.append(f"oldest {self.oldest} d")
        said = ", ".join(told) or "every row passes"
        return f"Gate {'held' if self.holds else 'NOT held'} ({self.default}: {said})"
