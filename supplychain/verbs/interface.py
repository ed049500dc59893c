"""What the verbs share: exit codes, the error that ends a verb, and what most of them gather of a target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path

from supplychain.config.files import read_declaration
from supplychain.discovery import carriers_of, discover, self_test
from supplychain.model.case import TargetState
from supplychain.model.declaration import Declaration
from supplychain.model.inventory import Inventory
from supplychain.model.text import printable
from supplychain.report.terminal import progress
from supplychain.target import Target


class Code(IntEnum):
    """What the command exits with."""

    HOLDS = 0
    DOES_NOT_HOLD = 1
    COULD_NOT_RUN = 2
    UNDETERMINED = 3


class VerbError(Exception):
    """What ends a verb early; the message names the next step."""

    def __init__(self, message: str, code: Code = Code.COULD_NOT_RUN) -> None:
        """Keep the code that the command exits with."""
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Gathered:
    """A target with what discovery found in it."""

    target: Target
    declaration: Declaration | None
    inventory: Inventory
    state: TargetState
    now: datetime


def gather(root: Path) -> Gathered:
    """Return what there is in the folder of a target.

    Raises:
        TargetError: it cannot be looked through.
        ConfigError: its declaration cannot be used.
        VerbError: discovery missed what was planted for its self-test.
    """
    target = Target.open(root)
    declaration, _ = read_declaration(target)
    tested = self_test.run(carriers_of(target))
    if not tested.passed:
        raise VerbError(f"discovery missed what was planted for its self-test: {', '.join(tested.missed)}")
    bar = progress("looking for components", len(target.files))
    inventory = discover(target, declaration, tested, bar.update)
    bar.close()
    bar = progress("reading the target", len(target.files))
    state = target.state(bar.update)
    bar.close()
    return Gathered(target, declaration, inventory, state, now())


def now() -> datetime:
    """Return the time of a verb, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def shown(path: Path) -> str:
    """Return a path as it may be printed."""
    return printable(str(path))
