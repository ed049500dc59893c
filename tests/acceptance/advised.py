"""The sound target with advisories of the tests' own: records of OSV, what a run over them comes to, and breaks of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from supplychain.control import load
from supplychain.model.finding import Outcome
from tests.sound_facts import TODAY, Record, snapshot
from tests.support import POLICY, ROLL_UPS, BuiltTarget, Outcomes, run_suite

SNIFFIO = "package:pypi/sniffio"
"""A package of the sound target that the breaks speak of."""
AT = "requirements.txt:579"
"""The line that pins it."""


@dataclass(frozen=True)
class Advised:
    """Records, and a change of the target, that break one requirement of scenario 5 in one kind of row."""

    name: str
    rule: str
    component: str = SNIFFIO
    at: tuple[str, ...] = (AT,)
    records: tuple[Record, ...] = ()
    change: Callable[[BuiltTarget], object] = lambda target: target
    says: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Other requirements that this legitimately decides otherwise."""
    policy: str = ""
    """What is added to the policy."""
    modified: str = TODAY
    image: Record | None = None
    """What a scanner says of the image; None: that it found nothing."""

    def __str__(self) -> str:
        return self.name

    def run(self, target: BuiltTarget, folder: Path) -> Outcomes:
        """Return what the target comes to with the change and the records."""
        self.change(target)
        policy = folder / "policy.toml"
        policy.write_text(POLICY.read_text() + self.policy)
        facts = snapshot(folder / "facts", self.records, self.modified, self.image)
        return run_suite(target, policy=policy, facts=facts)

    def check(self, requirement: str, target: BuiltTarget, folder: Path, sound: Outcomes) -> None:
        """Break the target and compare what comes of it with what has to, and with the sound run."""
        found = self.run(target, folder)
        outcome: Outcome = load().requirements[requirement].rules[self.rule].outcome
        assert found[requirement].outcome is outcome, found[requirement].reason
        rows = [row for row in found[requirement].observations if row.outcome is not Outcome.PASS]
        assert {(row.component, row.rule) for row in rows} == {(self.component, self.rule)}
        assert tuple(str(row.at) for row in rows) == self.at
        for row in rows:
            assert row.evidence
            for text in self.says:
                assert text in f"{row.message} {row.remedy}"
        otherwise = found.unlike(sound) - ROLL_UPS
        assert otherwise == {requirement, *self.also}, sorted(otherwise)
