"""Findings: the decision on one requirement, with everything that it rests on."""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from supplychain.model.base import Frozen
from supplychain.model.reference import Place
from supplychain.model.text import Text


class Outcome(StrEnum):
    """How a requirement, or one row of it, was decided."""

    PASS = "pass"  # noqa: S105 - an outcome
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    UNDETERMINED = "undetermined"
    ERROR = "error"
    WAIVED = "waived"
    """Only of a row: it fails, and a live waiver accepts it."""


class Severity(StrEnum):
    """How much an unmet requirement matters."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class DecidedBy(StrEnum):
    """What has to be at hand for a decision."""

    BYTES = "bytes"
    FACTS = "facts"
    DECLARATION = "declaration"
    TIME = "time"


class WaiverUse(Frozen):
    """The waiver that accepts a row."""

    id: Text
    approver: Text
    expires: date


class Patch(Frozen):
    """A change of a few lines of one file that mends a row, or all rows that fail because of one setting."""

    requirement: str
    component: Text
    also: tuple[Text, ...] = ()
    """The other components whose rows it mends."""
    at: Place
    """The first line that is replaced."""
    old: tuple[str, ...]
    """The lines as they are, without their ends."""
    new: tuple[str, ...]
    """The lines that take their place; none: they are removed."""
    proven: bool
    """Whether this run applied it to a copy of what was gathered, and of all that 1.1 and scenario 5 decide saw every row
    that it is given for turn to pass, or go with the setting that it stands for, and no other one come out otherwise."""
    doubt: Text = ""
    """Why it is not proven."""


class Observation(Frozen):
    """One row: this component, this outcome, and why."""

    component: Text
    outcome: Outcome
    rule: str
    message: Text
    at: Place | None = None
    severity: Severity
    remedy: Text = ""
    evidence: tuple[str, ...] = ()
    waiver: WaiverUse | None = None
    patch: Patch | None = None
    unresolved: bool = False
    """Whether the row stands for a reference whose component is not known."""


class Population(Frozen):
    """What had to be observed and what was; the engine counts, no check does."""

    expected: int = 0
    observed: int = 0
    passed: int = 0
    failed: int = 0
    undetermined: int = 0
    waived: int = 0
    unresolved: int = 0
    """Of the undetermined rows, those whose component is not known."""


class BadCanaries(Frozen):
    """The planted bad cases together: the worst of their outcomes, and whether each was named."""

    outcome: Outcome
    named: bool
    planted: int


class GoodCanaries(Frozen):
    """The planted good cases together: the worst of their outcomes."""

    outcome: Outcome
    planted: int


class CanaryResults(Frozen):
    """What the check did with planted cases in this run; a check that misses one cannot be trusted."""

    bad: BadCanaries
    good: GoodCanaries
    missed: tuple[Text, ...] = ()
    """The canaries that did not come out as planted, each with what came out instead."""


class Source(Frozen):
    """A source of facts or bytes that the decision rests on, and its age."""

    name: Text
    level: Literal["online", "cached", "absent", "local"]
    fetched: str | None = None
    digest: str | None = None


class Tool(Frozen):
    """The suite that decided: its version and the digest of its own files."""

    version: str
    digest: str


class Finding(Frozen):
    """The decision on one requirement."""

    schema_: Literal[1] = Field(1, alias="schema")
    requirement: str
    outcome: Outcome
    reason: Text = ""
    """Why, in one line; always there unless the outcome is an unqualified pass."""
    words: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    decided_by: DecidedBy
    severity: Severity
    population: Population = Population()
    observations: tuple[Observation, ...] = ()
    canaries: CanaryResults | None = None
    """None where no check ran: not applicable, or not built."""
    sources: tuple[Source, ...] = ()
    tool: Tool
