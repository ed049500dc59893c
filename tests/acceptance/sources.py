"""Ways in which the source of a model or dataset is wrong: a change of the target, of what the hub says, or of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from supplychain.control import load
from supplychain.model.finding import Outcome
from tests.acceptance.breaks import BGE, COMMIT, Change, inventoried, plants
from tests.sound_facts import snapshot
from tests.support import POLICY, ROLL_UPS, BuiltTarget, Outcomes, run_suite

BANKING = "dataset:huggingface/mteb/banking77"
USED = "app/rerank.py"
AT = f"{USED}:3"
"""Where a new component is loaded."""
NEW_MODEL = frozenset(
    {"1.1", "1.2", "1.3", "1.4", "2.1", "2.2", "2.3", "3.1", "3.2", "3.3", "7.1", "7.2", "7.3", "7.4", "7.5"}
)
"""What a model that nobody declared, approved or fetched is decided otherwise in as well."""
NEW_DATASET = frozenset({"4.1", "4.2", "4.3", "4.4", "7.1", "7.2", "7.3", "7.4", "7.5"})


@dataclass(frozen=True)
class Wrong:
    """One way, and the row that has to come of it."""

    name: str
    rule: str
    change: Change = lambda target: target
    hub: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    component: str = BGE
    at: str = "app/retrieval.py:17"
    says: tuple[str, ...] = ()
    also: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return self.name

    def check(
        self, requirement: str, target: BuiltTarget, sound: Outcomes, folder: Path, policy: Path = POLICY
    ) -> None:
        """Change the target and the facts; nothing but the row, the roll-ups and what is named may come out otherwise."""
        self.change(target)
        facts = snapshot(folder / "facts", hub=self.hub) if self.hub else None
        found = run_suite(target, facts=facts, policy=policy)
        outcome: Outcome = load().requirements[requirement].rules[self.rule].outcome
        rows = [row for row in found[requirement].observations if row.outcome is not Outcome.PASS]
        assert [(row.component, row.rule, str(row.at)) for row in rows] == [(self.component, self.rule, self.at)]
        assert found[requirement].outcome is outcome
        assert rows[0].remedy
        for text in self.says:
            assert text in f"{rows[0].message} {rows[0].remedy}"
        assert found.unlike(sound) - ROLL_UPS - self.also - {requirement} == set()


def model(name: str) -> Change:
    """Return the change that loads one more model of Hugging Face by a whole commit."""
    code = (
        f'from huggingface_hub import hf_hub_download\n\nW = hf_hub_download("{name}", "m.onnx", revision="{COMMIT}")\n'
    )
    return inventoried(plants(USED, code))


def dataset(expression: str) -> Change:
    """Return the change that loads one more dataset."""
    return inventoried(plants(USED, f"import pandas, datasets\n\nD = {expression}\n"))


def listed(name: str, **changes: Any) -> dict[str, Mapping[str, Any]]:
    """Return what the hub says of one more model, at the commit that `model` asks for."""
    return {f"model:huggingface/{name}": {"revisions": (COMMIT,), "commit": COMMIT, **changes}}
