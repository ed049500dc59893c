"""One way of breaking the sound target in one place, and what has to come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from supplychain.assessment import Assessment
from supplychain.bom.interface import INVENTORY
from supplychain.bom.writing import to_text
from supplychain.control import load
from supplychain.model.case import Features
from supplychain.model.finding import Outcome
from supplychain.options import Options
from supplychain.report.terminal import progress
from tests.support import NOW, POLICY, ROLL_UPS, BuiltTarget, Outcomes, run_suite

BGE = "model:huggingface/BAAI/bge-small-en-v1.5"
GPT = "model:openai/gpt-4.1-mini-2025-04-14"
INTENT = "model:file/models/intent.safetensors"
COMMIT = "5c38ec7c405ec4b44b94cc5a9bb96e735b38267a"
RETRIEVAL = "app/retrieval.py"

SHARED = {"7.1", "7.2", "7.3", "7.4"}
"""The requirements that ask the same of each kind of component; 7.5 asks it of all kinds together."""
OF_THE_FILE = {"ghost", "no-inventory", "not-compared", "unreadable-inventory"}
"""Rules that only a change of the inventory's file can give, of which 7.6 asks more."""
PACKAGES = {"5.1", "5.2", "5.3", "5.4", "5.5"}
"""The requirements that a package which no lock names breaks, and that what may hide a package leaves open."""
SERVICES = {"6.1", "6.2", "6.3", "6.4", "6.5"}
"""The requirements that a service which nobody declared breaks, and that what may hide one leaves open."""
MODELS = {"1.2", "1.3", "1.4", "2.1", "2.2", "2.3", "3.1", "3.2", "3.3"}
"""The requirements that a model of which no hub says anything breaks or leaves open."""
DATASETS = {"4.1", "4.2", "4.3"}
"""The same for a dataset."""
OF_ALL_KINDS = {"not-read", "no-inventory", "not-compared", "unreadable-inventory"}
"""Rules that what may hold any kind of component gives."""

Change = Callable[[BuiltTarget], object]


@dataclass(frozen=True)
class Break:
    """A change to the target, and the one kind of row that a requirement has to give because of it."""

    name: str
    change: Change
    component: str
    rule: str
    at: tuple[str, ...] = ()
    """Where the rows stand, in order; empty: one row without a place."""
    says: tuple[str, ...] = ()
    """What message and remedy together have to name."""
    also: tuple[str, ...] = ()
    """Other requirements that this change legitimately decides otherwise."""
    brings_packages: bool = False
    """Whether it uses a package that no lock of the target names."""

    def __str__(self) -> str:
        return self.name

    def check(self, requirement: str, target: BuiltTarget, sound: Outcomes) -> None:
        """Break the target and compare what comes of it with what has to, and with the sound run."""
        self.change(target)
        found = run_suite(target)
        outcome: Outcome = load().requirements[requirement].rules[self.rule].outcome
        assert found[requirement].outcome is outcome, found[requirement].reason
        rows = [row for row in found[requirement].observations if row.outcome is not Outcome.PASS]
        assert {(row.component, row.rule, row.outcome) for row in rows} == {(self.component, self.rule, outcome)}
        assert tuple(str(row.at) for row in rows if row.at) == self.at
        for row in rows:
            assert row.remedy
            for text in self.says:
                assert text in f"{row.message} {row.remedy}"
        beside = {"7.5"} | (SHARED if self.rule in OF_ALL_KINDS else set()) | ROLL_UPS
        beside |= {"7.6"} if self.rule in OF_THE_FILE else set()
        beside |= PACKAGES - {requirement} if self.brings_packages or self.rule == "not-read" else set()
        beside |= SERVICES | MODELS | DATASETS if self.rule in {"not-read", "missing"} else set()
        beside |= MODELS | DATASETS if requirement == "1.1" else set()  # one client fetches both
        beside |= MODELS if {*self.also} >= MODELS else set()  # some of them, which depends on what hubs say
        assert found.unlike(sound) - beside | {requirement} == {requirement, *self.also} - beside | {requirement}
        if outcome is Outcome.FAIL:
            assert found["10.5"].outcome is Outcome.FAIL
            failed = {row.component for row in found.rows("10.5", Outcome.FAIL)}
            assert failed - beside - {*self.also} | {requirement} == {requirement} <= failed
        elif not self.also:
            assert found["10.5"].outcome is Outcome.UNDETERMINED


def plants(name: str, content: str | bytes) -> Change:
    """Return the change that writes a file."""
    return lambda target: target.plant(name, content)


def edits(name: str, old: str, new: str) -> Change:
    """Return the change that replaces text in a file."""
    return lambda target: target.edit(name, old, new)


def removes(name: str) -> Change:
    """Return the change that removes a file."""
    return lambda target: target.remove(name)


def declares(text: str) -> Change:
    """Return the change that adds to the declaration."""
    return lambda target: target.declare(text)


def inventoried(change: Change) -> Change:
    """Return a change whose new models are written into the inventory as well, so that 7.1 stays as it was."""

    def both(target: BuiltTarget) -> None:
        change(target)
        adopt_inventory(target)

    return both


def adopt_inventory(target: BuiltTarget) -> None:
    """Write the inventory of a target again, as `supplychain inventory write` does, at the tests' own time."""
    now = datetime.fromisoformat(NOW).astimezone(UTC)
    options = Options(target.path, POLICY, Path("unused"), now, simulated=True)
    assessment = Assessment.open(options, Features(digest="sha256:tests"), progress)
    assessment.gather()
    case = assessment.case
    text = to_text(
        "cyclonedx", case.inventory, case.target.name, case.target.tree_digest, now, case.declaration, case.policy
    )
    target.plant(INVENTORY, text)
