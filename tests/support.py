"""What tests share: a target on which every built check passes, ways to break it in one place, and a run over it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from supplychain.assessment import Assessment, NotMet, Undetermined
from supplychain.control import load
from supplychain.model.case import Case, Features
from supplychain.model.drill import Drill
from supplychain.model.finding import Finding, Observation, Outcome
from supplychain.options import FactsLevel, Options
from supplychain.report.terminal import progress
from tests.sound_facts import NOW, ROOT, SAMPLE, sound_facts

__all__ = ["NOW", "POLICY", "ROLL_UPS", "ROOT", "SAMPLE", "BuiltTarget", "Outcomes", "run_suite", "sound_target"]

POLICY = ROOT / "examples" / "policy.toml"
ROLL_UPS = {"1.5", "2.4", "3.4", "4.5", "10.2", "10.3", "10.5"}


@dataclass
class BuiltTarget:
    """A target in a temporary folder."""

    path: Path

    def plant(self, name: str, content: str | bytes) -> BuiltTarget:
        """Write a file; its folders are made."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self

    def edit(self, name: str, old: str, new: str) -> BuiltTarget:
        """Replace text that a file holds once or more."""
        path = self.path / name
        text = path.read_text()
        assert old in text, f"{name} does not hold {old!r}"
        path.write_text(text.replace(old, new))
        return self

    def remove(self, name: str) -> BuiltTarget:
        """Remove a file or a folder."""
        path = self.path / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        return self

    def declare(self, text: str) -> BuiltTarget:
        """Add to the declaration."""
        path = self.path / "supplychain.toml"
        path.write_text(path.read_text() + "\n" + text)
        return self


def sound_target(folder: Path) -> BuiltTarget:
    """Return a target on which every built check passes: a copy of the bundled example."""
    shutil.copytree(SAMPLE, folder / "target")
    return BuiltTarget(folder / "target")


def empty_target(folder: Path) -> BuiltTarget:
    """Return a target that holds one text file and no component."""
    (folder / "target").mkdir()
    return BuiltTarget(folder / "target").plant("readme.txt", "nothing here\n")


class Skipped:
    """A scenario that remembers why it was skipped."""

    reason: str = ""

    def skip(self, reason: str) -> None:
        """Remember the reason."""
        self.reason = reason


@dataclass
class Outcomes:
    """The findings of a run in this process."""

    findings: dict[str, Finding]
    case: Case

    def __getitem__(self, requirement: str) -> Finding:
        return self.findings[requirement]

    def unlike(self, other: Outcomes) -> set[str]:
        """Return the requirements whose outcome differs."""
        return {name for name in self.findings if self[name].outcome is not other[name].outcome}

    def rows(self, requirement: str, outcome: Outcome) -> list[Observation]:
        """Return the rows of a finding with one outcome."""
        return [row for row in self[requirement].observations if row.outcome is outcome]

    def only(self, requirement: str, outcome: Outcome) -> Observation:
        """Return the one row of a finding with this outcome."""
        rows = self.rows(requirement, outcome)
        assert len(rows) == 1, [(row.component, row.rule) for row in rows]
        return rows[0]


def run_suite(
    target: BuiltTarget | Path,
    *,
    policy: Path | None = POLICY,
    now: str = NOW,
    words: dict[str, tuple[str, ...]] | None = None,
    state: Path | None = None,
    facts: FactsLevel | Path | None = None,
    scanners: bool = False,
    drills: bool = False,
) -> Outcomes:
    """Return the findings of all requirements over a target, decided in this process, without behave.

    Without `facts`, those are given on which the sound target passes. Scanners take seconds, and drills start processes, so
    that few tests run them: the others have the drills of the sound target.
    """
    path = target.path if isinstance(target, BuiltTarget) else target
    moment = datetime.fromisoformat(now).astimezone(UTC)
    options = Options(path, policy, Path("unused"), moment, simulated=True, facts=facts or sound_facts(), state=state)
    assessment = Assessment.open(options, Features(digest="sha256:tests"), progress)
    if not scanners:
        assessment.packages.scan = lambda *_, **__: ()
    if not drills:
        assessment.components.drill = lambda *_: sound_drills()
    for scenario in load().scenarios:
        skipped = Skipped()
        assessment.given(scenario.number, skipped)
        for requirement in scenario.requirement if not skipped.reason else ():
            parameter = requirement.parameter
            named = {parameter.name: (words or {}).get(requirement.id, parameter.default)} if parameter else {}
            try:
                assessment.require(requirement.id, **named)
            except (NotMet, Undetermined):
                continue
    return Outcomes(assessment.findings, assessment.case)


@cache
def sound_drills() -> tuple[Drill, ...]:
    """Return what the drills over the sound target gave, run once a process."""
    moment = datetime.fromisoformat(NOW).astimezone(UTC)
    options = Options(SAMPLE, POLICY, Path("unused"), moment, simulated=True, facts=sound_facts())
    assessment = Assessment.open(options, Features(digest="sha256:tests"), progress)
    assessment.packages.scan = lambda *_, **__: ()
    assessment.gather()
    return assessment.case.drills
