"""What a measure of sensitivity is kept as: `sensitivity.json` in the folder of the reports."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, Field, ValidationError

from supplychain.files import NotReadError, read_bounded
from supplychain.model.base import Frozen
from supplychain.model.case import TargetState
from supplychain.model.finding import Tool
from supplychain.model.text import Text
from supplychain.sensitivity.intervals import wilson

FILE = "sensitivity.json"
_LIMIT = 20_000_000

Seen = Literal["fail", "undetermined", "missed"]


class Planted(Frozen):
    """One plant, and what its requirement said of it."""

    kind: str
    requirement: str
    layer: Literal["file", "case"]
    way: str
    where: Text
    line: int | None = None
    text: Text
    seen: Seen
    noticed: bool = False
    """Whether 10.3, the second search, names it where its own requirement missed it."""


class NotPlanted(Frozen):
    """A kind that this target has no place for."""

    kind: str
    requirement: str
    reason: Text


class Share(Frozen):
    """How many plants were caught and missed, and what that says of those that were not planted."""

    plants: int
    failed: int
    undetermined: int
    missed: int
    low: float
    high: float

    @property
    def told(self) -> str:
        """The share that was missed, with its interval: `1.5 %, 95 % interval 0.5 to 4.3 %`."""
        if self.missed == 0:
            return f"0 %, at most {self.high:.1%} with 95 % confidence".replace("%", " %").replace("  ", " ")
        text = f"{self.missed / self.plants:.1%}, 95% interval {100 * self.low:.1f} to {self.high:.1%}"
        return text.replace("%", " %")


class Sensitivity(Frozen):
    """The whole of `sensitivity.json`."""

    schema_: Literal[1] = Field(1, alias="schema")
    seed: int
    asked: int
    """Plants that were asked for."""
    measured: AwareDatetime
    tool: Tool
    target: TargetState
    policy: str | None
    facts: Text
    copies: int
    """Changed copies that were read; plants that cannot touch one another share one."""
    plants: tuple[Planted, ...]
    not_planted: tuple[NotPlanted, ...] = ()
    not_built: tuple[str, ...] = ()
    """Requirements without a check."""

    @property
    def whole(self) -> Share | None:
        """All plants together; None: nothing could be planted."""
        return share(self.plants)

    @property
    def kinds(self) -> int:
        """How many kinds were planted."""
        return len({(plant.kind, plant.requirement) for plant in self.plants})

    @property
    def by_requirement(self) -> tuple[tuple[str, Literal["file", "case"], Share], ...]:
        """The shares of each requirement, those of changed files apart from those of a changed case."""
        keys = sorted(
            {(p.requirement, p.layer) for p in self.plants}, key=lambda key: (_number(key[0]), key[1] == "case")
        )
        found = (
            (name, layer, share(p for p in self.plants if (p.requirement, p.layer) == (name, layer)))
            for name, layer in keys
        )
        return tuple((name, layer, counted) for name, layer, counted in found if counted)

    @property
    def missed(self) -> tuple[Planted, ...]:
        """The plants that were missed."""
        return tuple(plant for plant in self.plants if plant.seen == "missed")

    @property
    def sentence(self) -> str:
        """What was measured, in one sentence."""
        whole = self.whole
        if whole is None:
            return "nothing could be planted in this target"
        kinds = f"{self.kinds} kind{'s' if self.kinds != 1 else ''}"
        of = f"of {whole.plants} planted known-bad changes of {kinds}"
        return f"{of} {whole.missed} {'was' if whole.missed == 1 else 'were'} missed ({whole.told})"

    @property
    def text(self) -> str:
        """The file that it is kept in."""
        return self.model_dump_json(by_alias=True, indent=1) + "\n"

    def unlike(self, target: TargetState, tool: Tool, policy: str | None) -> str:
        """Return in what a run is another one than this was measured for; empty where it is the same."""
        if target.commit != self.target.commit:
            return f"it was measured for another commit, {self.target.commit or 'none'}"
        if target.tree_digest != self.target.tree_digest:
            return "it was measured for other files of this target"
        if tool != self.tool:
            return f"it was measured with another version of the suite, {self.tool.version} {self.tool.digest}"
        return "" if policy == self.policy else "it was measured with another policy"


def share(plants: Iterable[Planted]) -> Share | None:
    """Return the share of some plants; None where there is none."""
    seen = [plant.seen for plant in plants]
    if not seen:
        return None
    missed = seen.count("missed")
    low, high = wilson(missed, len(seen))
    return Share(
        plants=len(seen),
        failed=seen.count("fail"),
        undetermined=seen.count("undetermined"),
        missed=missed,
        low=low,
        high=high,
    )


def write(folder: Path, found: Sensitivity) -> Path:
    """Write a measure into the folder of the reports, and return its file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    path.write_text(found.text, encoding="utf-8")
    return path


def read(folder: Path) -> Sensitivity | str | None:
    """Return the measure in the folder of the reports, why it cannot be used, or None where there is none."""
    path = folder / FILE
    if not path.exists():
        return None
    try:
        return Sensitivity.model_validate_json(read_bounded(path, _LIMIT))
    except (NotReadError, ValidationError):
        return f"{FILE} cannot be read by this version; measure again"


def _number(requirement: str) -> tuple[int, ...]:
    return tuple(map(int, requirement.split(".")))
