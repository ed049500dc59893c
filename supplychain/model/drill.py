"""Drills: the guard tried out during a run, on copies."""

from typing import Literal

from supplychain.model.base import Frozen
from supplychain.model.text import Text


class DrillStep(Frozen):
    """One thing that the guard was asked, and what it did."""

    asked: Text
    expected: Literal["refused", "accepted"]
    exit_code: int | None
    """None: it did not end."""
    came: Text
    """What was seen, in a line: the deny record, where the file went."""
    held: bool
    """Whether everything that had to happen was seen."""
    denied: bool = False
    """Whether the deny list held it afterwards."""
    moved: bool = False
    """Whether its bytes were gone from their place and in quarantine afterwards."""


class Drill(Frozen):
    """The guard tried out over one kind of danger."""

    name: Literal["untrusted model", "tampered model", "untrusted dataset", "tampered dataset"]
    on: Text
    """What was copied: an artifact or a component of the target, or a bundled sample."""
    steps: tuple[DrillStep, ...] = ()
    unchanged: bool | None = None
    """Whether the digest of the target's artifact was the same before and after; None: nothing of it was used."""
    problem: Text = ""
    """Why the drill could not run."""
    guard: str = ""
    """`sha256:<hex>` of the guard that ran."""
