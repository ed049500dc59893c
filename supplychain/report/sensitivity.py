"""How wrong a green could be, as a run shows it: what was measured for this very commit, policy and suite."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from supplychain.model.case import Case
from supplychain.report.markup import code, markdown, table
from supplychain.sensitivity.result import Planted, Sensitivity, Share, read
from supplychain.suite import tool

HEADING = "How wrong could a pass be?"
LIMITS = (
    "This measures only the kinds of change that are built, in files that the run takes for production and could read, and "
    "with the document's words. Where plants are chosen out of few places they are not independent, and the interval is wider "
    "than it says. A kind that nobody thought of is in no number here."
)
LAYERS = {"file": "file: discovery, packages and check", "case": "case: check alone"}
_LISTED = 100
_HEAD = ["Requirement", "Layer", "Planted", "Caught as fail", "Caught as undetermined", "Missed", "Share missed"]


@dataclass(frozen=True)
class Measured:
    """A measure that lies with the reports, and why it does not speak of a run; empty where it does."""

    found: Sensitivity | None
    doubt: str = ""

    @classmethod
    def of(cls, reports: Path, case: Case) -> Measured | None:
        """Return the measure in the folder of the reports; None where there is none."""
        found = read(reports)
        if found is None:
            return None
        if isinstance(found, str):
            return cls(None, found)
        return cls(found, found.unlike(case.target, tool(), case.policy_digest))

    @property
    def usable(self) -> Sensitivity | None:
        """The measure, where it speaks of the run."""
        return None if self.doubt else self.found

    @property
    def sentence(self) -> str:
        """What it says, or why it says nothing of this run."""
        if self.usable:
            return f"{_capital(self.usable.sentence)}."
        return f"There is a measure, and {self.doubt}: run supplychain sensitivity again."

    @property
    def rows(self) -> list[list[str]]:
        """The shares by requirement and layer, as cells of plain text."""
        found = self.usable
        return [_cells(name, LAYERS[layer], counted) for name, layer, counted in found.by_requirement] if found else []

    @property
    def missed(self) -> tuple[Planted, ...]:
        """The plants that were missed, as far as a page lists them."""
        return self.usable.missed[:_LISTED] if self.usable else ()

    @property
    def head(self) -> list[str]:
        """The headings of `rows`."""
        return _HEAD

    @property
    def limits(self) -> str:
        """What the numbers do not say."""
        return LIMITS

    @property
    def aside(self) -> list[str]:
        """What was not planted, and why, one reason a line."""
        return _aside(self.usable) if self.usable else []


def section(measured: Measured) -> str:
    """Return a measure as a section of Markdown."""
    parts = [f"## {HEADING}\n", f"{markdown(measured.sentence)}\n"]
    if measured.usable:
        parts.append(f"{markdown(LIMITS)} Seed: {measured.usable.seed}.\n")
        parts.append(table(_HEAD, [[markdown(cell) for cell in row] for row in measured.rows]))
        parts += [f"- missed, {markdown(_told(plant))}: {code(plant.text)}" for plant in measured.missed]
        parts += [f"- {markdown(line)}" for line in measured.aside]
    return "\n".join(parts) + "\n"


def lines(found: Sensitivity) -> list[str]:
    """Return a measure as lines of the terminal."""
    told = [_capital(found.sentence), f"seed {found.seed}, {found.copies} changed copies read, {LIMITS}"]
    for name, layer, counted in found.by_requirement:
        caught = f"{counted.failed} as fail, {counted.undetermined} as undetermined"
        told.append(
            f"  {name:>5} {layer}: {counted.plants} planted, {caught}, {counted.missed} missed ({counted.told})"
        )
    told += [f"  missed: {_told(plant)}: {_one_line(plant.text)}" for plant in found.missed]
    return [*told, *(f"  {line}" for line in _aside(found))]


def _cells(name: str, layer: str, counted: Share) -> list[str]:
    numbers = (counted.plants, counted.failed, counted.undetermined, counted.missed)
    return [name, layer, *map(str, numbers), counted.told]


def _told(plant: Planted) -> str:
    place = f"{plant.where}:{plant.line}" if plant.line else plant.where
    second = "; 10.3 names it" if plant.noticed else ""
    return f"{plant.requirement} {plant.kind} ({plant.way}) at {place}{second}"


def _aside(found: Sensitivity) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for item in found.not_planted:
        reasons.setdefault(item.reason, []).append(f"{item.requirement} {item.kind}")
    told = [f"not planted, {reason}: {'; '.join(kinds)}" for reason, kinds in reasons.items()]
    if found.not_built:
        told.append(f"nothing was planted, since there is no check or no plant for it: {', '.join(found.not_built)}")
    return told


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _one_line(text: str) -> str:
    return " | ".join(text.splitlines())[:200]
