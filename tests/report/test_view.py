"""What a run says in short: verdict, what is wrong, what would decide the rest, the document's boxes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from supplychain.control import load
from supplychain.model.case import Sentence
from supplychain.model.finding import Finding, Outcome
from supplychain.report import terminal
from supplychain.report.view import View
from tests.support import Outcomes, empty_target, run_suite, sound_target


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    return run_suite(sound_target(tmp_path_factory.mktemp("sound")))


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    target = sound_target(tmp_path_factory.mktemp("broken"))
    target.plant("app/a.py", 'import torch\ntorch.hub.load("stranger/one", "x")\ntorch.hub.load("stranger/two", "x")\n')
    target.remove("SECURITY.md")
    return run_suite(target)


def everything(outcome: Outcome, like: Outcomes) -> dict[str, Finding]:
    """Return findings that all have one outcome."""
    template = like["10.5"].model_copy(update={"outcome": outcome, "observations": ()})
    return {name: template.model_copy(update={"requirement": name}) for name in load().requirements}


def test_the_headline_counts_all_requirements(sound: Outcomes) -> None:
    view = View(sound.case, sound.findings, "run")
    assert view.headline == "Control NOT determined: 3 pass, 0 fail, 46 undetermined · SIMULATED TIME"
    assert view.exit_code == 3


def test_a_control_that_is_met_says_as_worded(sound: Outcomes) -> None:
    case = sound.case.model_copy(update={"simulated": False})
    view = View(case, everything(Outcome.PASS, sound), "run")
    assert (view.headline, view.exit_code) == ("Control met as worded: 49 pass, 0 fail", 0)
    assert all(box.is_ticked for box in view.boxes)


@pytest.mark.parametrize(("outcome", "code"), [(Outcome.FAIL, 1), (Outcome.ERROR, 1), (Outcome.UNDETERMINED, 3)])
def test_one_requirement_decides_the_exit_code(sound: Outcomes, outcome: Outcome, code: int) -> None:
    findings = everything(Outcome.PASS, sound)
    findings["4.2"] = findings["4.2"].model_copy(update={"outcome": outcome})
    assert View(sound.case, findings, "run").exit_code == code


def test_what_was_not_executed_is_not_met(sound: Outcomes) -> None:
    findings = everything(Outcome.PASS, sound)
    del findings["4.2"]
    view = View(sound.case, findings, "run")
    assert view.exit_code == 3
    assert "1 not executed" in view.headline


def test_an_unbound_sentence_is_a_fail(sound: Outcomes) -> None:
    assert View(sound.case, everything(Outcome.PASS, sound), "run", ("a.feature:3: no step",)).exit_code == 1


def test_rows_of_one_rule_are_shown_once_most_severe_first(broken: Outcomes) -> None:
    ranked = View(broken.case, broken.findings, "run").ranked
    assert [(item.requirement.id, item.row.rule, item.more) for item in ranked] == [
        ("1.1", "unlisted-owner", 1),
        ("7.1", "missing", 1),
        ("10.1", "no-document", 0),
    ]


def test_next_steps_are_commands_where_there_is_one(tmp_path: Path) -> None:
    target = empty_target(tmp_path).plant(
        "a.py", "from transformers import AutoModel\nAutoModel.from_pretrained('a/b')"
    )
    found = run_suite(target)
    steps = View(found.case, found.findings, "run").next_steps
    assert steps[0].command == "supplychain inventory write TARGET"
    assert steps[0].requirements == ("7.1",)


def test_the_boxes_take_the_worst_of_their_requirements(sound: Outcomes) -> None:
    findings = everything(Outcome.PASS, sound)
    findings["5.3"] = findings["5.3"].model_copy(update={"outcome": Outcome.UNDETERMINED})
    open_boxes = [box.item.text for box in View(sound.case, findings, "run").boxes if not box.is_ticked]
    assert open_boxes == ["Dependency scanning automated"]


def test_feature_edits_are_told_apart(sound: Outcomes) -> None:
    sentences = (
        Sentence(requirement="1.1", words={"registries": ("HuggingFace",)}),
        Sentence(requirement="5.1", words={"registries": ("PyPI", "npm", "conda")}),
        Sentence(requirement="8.1", words={"cadence": ("monthly",)}),
        Sentence(requirement="2.2", words={"qualifier": ()}),
        Sentence(requirement="5.3", words={"advisories": ("CVEs", "malware")}),
    )
    features = sound.case.features.model_copy(update={"sentences": sentences, "missing": ("9.4",)})
    view = View(sound.case.model_copy(update={"features": features}), sound.findings, "run")
    assert view.feature_edits == (
        "5.1 asks for less: conda",
        "8.1 asks for less: monthly",
        "1.1 asks for more: TensorFlow Hub, PyTorch Hub",
        "2.2 asks for more: if available",
        "5.3 asks for more: malware",
        "9.4 is missing or worded otherwise",
    )


def test_parts_of_the_declaration_that_are_not_used_are_named(sound: Outcomes) -> None:
    assert View(sound.case, sound.findings, "run").unused_declarations == ("[[system]] (1)",)


def test_the_terminal_shows_the_run_in_a_screen(broken: Outcomes) -> None:
    out = io.StringIO()
    terminal.show(View(broken.case, broken.findings, "run"), [Path("reports/index.html")], out)
    text = out.getvalue()
    assert text.strip().startswith("Control NOT met: ")
    assert "  1.1 high app/a.py:2 model:pytorch-hub/stranger/one" in text
    assert "next step: Load the model from an owner whom PyTorch Hub lists" in text
    assert text.rstrip().endswith("Report: reports/index.html")
    assert "\x1b" not in text
    assert len(text.splitlines()) < 50


def test_a_broken_check_is_named_with_its_reason(sound: Outcomes) -> None:
    findings = dict(sound.findings)
    findings["1.1"] = findings["1.1"].model_copy(update={"outcome": Outcome.ERROR, "reason": "a canary was missed"})
    out = io.StringIO()
    terminal.show(View(sound.case, findings, "run"), [], out)
    assert "Cannot be trusted (1.1): a canary was missed" in out.getvalue()
