"""What a run says in short: verdict, what is wrong, what would decide the rest, the document's boxes."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import date
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from supplychain.control import load
from supplychain.model.case import Sentence
from supplychain.model.declaration import Declaration, Waiver
from supplychain.model.finding import Finding, Outcome
from supplychain.report import pages, terminal
from supplychain.report.evidence import matrix
from supplychain.report.view import IN_USE, View
from tests.acceptance.breaks import BGE
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
    assert view.headline == "Control NOT determined: 33 pass, 0 fail, 16 undetermined · SIMULATED TIME"
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
        ("2.1", "unpinned", 1),
        ("2.3", "remote-code-not-pinned", 1),
        ("1.1", "unlisted-owner", 1),
        ("1.5", "untrusted", 1),
        ("5.1", "not-in-manifest", 0),
        ("5.2", "import-not-locked", 0),
        ("5.3", "not-assessed", 0),
        ("7.1", "missing", 1),
        ("7.3", "missing", 0),
        ("7.5", "outdated", 0),
        ("10.1", "no-document", 0),
    ]


def test_next_steps_are_commands_where_there_is_one(tmp_path: Path) -> None:
    target = empty_target(tmp_path).plant(
        "a.py", "from transformers import AutoModel\nAutoModel.from_pretrained('a/b')"
    )
    found = run_suite(target)
    steps = View(found.case, found.findings, "run").next_steps
    assert steps[0].command == "supplychain inventory write TARGET"
    assert steps[0].requirements == ("7.1", "7.3", "7.5", "7.6")


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


@pytest.mark.parametrize(
    ("commit", "dirty", "said"),
    [
        ("abc", False, "abc"),
        ("abc", True, "abc, with changes that are not committed"),
        ("abc", None, "abc, whether it was changed is not known"),
        (None, None, "not a git repository"),
    ],
)
def test_a_commit_is_clean_only_where_that_is_known(
    sound: Outcomes, commit: str | None, dirty: bool | None, said: str
) -> None:
    target = sound.case.target.model_copy(update={"commit": commit, "dirty": dirty, "git": "not a git repository"})
    view = View(sound.case.model_copy(update={"target": target}), sound.findings, "run")
    assert view.commit == said
    assert f"commit {said}, assessed at" in pages.summary(view)
    assert f"<dt>Commit</dt><dd>{said}</dd>" in pages.page(view)


def test_many_folders_that_were_not_entered_are_counted(sound: Outcomes) -> None:
    inventory = sound.case.inventory.model_copy(update={"pruned": tuple(f"a{n}/node_modules" for n in range(22))})
    view = View(sound.case.model_copy(update={"inventory": inventory}), sound.findings, "run")
    assert view.not_entered.endswith("a19/node_modules and 2 more, listed in case.json (installed or generated files)")
    assert matrix(view).endswith("\\(installed or generated files\\).\n")


WAIVER = Waiver(
    id="W-1",
    requirement="1.1",
    component="model:pytorch-hub/stranger/one",
    reason="x",
    owner="a@example.com",
    approver="security@example.com",
    created=date(2026, 10, 1),
    expires=date(2026, 10, 30),
)


@pytest.mark.parametrize(
    ("changes", "became"),
    [
        ({"component": BGE}, "accepts nothing in this run: its row is pass; remove it"),
        (
            {"component": "model:huggingface/BAAI/bge-small"},
            "accepts nothing in this run: model:huggingface/BAAI/bge-small is not among the rows of 1.1; "
            f"did you mean {BGE}?",
        ),
        (
            {"component": "package:pypi/x"},
            "accepts nothing in this run: package:pypi/x is not among the rows of 1.1; name one of its rows, or remove it",
        ),
        ({"requirement": "4.4"}, "accepts nothing in this run: 4.4 is undetermined and has no rows"),
        ({"requirement": "9.1"}, "accepts nothing in this run: 9.1 is not executed and has no rows"),
    ],
)
def test_a_waiver_that_accepts_nothing_says_why(broken: Outcomes, changes: dict[str, str], became: str) -> None:
    declaration = Declaration(schema=1, waiver=(WAIVER.model_copy(update=changes),))
    case = broken.case.model_copy(update={"declaration": declaration})
    view = View(case, {name: finding for name, finding in broken.findings.items() if name != "9.1"}, "run")
    assert [(name, said) for name, _, said in view.waivers] == [("W-1", became)]
    out = io.StringIO()
    terminal.show(view, [], out)
    assert f"Waiver W-1 {became}\n" in out.getvalue()


def test_a_waiver_in_use_is_no_line_of_the_terminal(tmp_path: Path) -> None:
    target = sound_target(tmp_path).plant("app/a.py", 'import torch\ntorch.hub.load("stranger/one", "x")\n')
    fields = WAIVER.model_dump(mode="json", exclude={"created", "expires"})
    lines = [f'{name} = "{value}"' for name, value in fields.items()]
    found = run_suite(target.declare("\n".join(["[[waiver]]", *lines, "created = 2026-10-01", "expires = 2026-10-30"])))
    view = View(found.case, found.findings, "run")
    assert [became for _, _, became in view.waivers] == [IN_USE]
    out = io.StringIO()
    terminal.show(view, [], out)
    assert "Waiver" not in out.getvalue()


def test_the_summary_holds_its_scenarios_as_one_table(sound: Outcomes) -> None:
    lines = pages.summary(View(sound.case, sound.findings, "run")).splitlines()
    begin = lines.index("| Scenario | pass | not applicable | undetermined | fail | error | not executed |")
    assert all(line.startswith("| ") for line in lines[begin : begin + 12])


def test_what_only_some_runs_need_is_not_imported() -> None:
    code = "import sys, supplychain.report.session; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"tqdm", "platformdirs", "requests", "spdx_tools", "safety"} & set(loaded)


def test_templates_are_kept_compiled_where_python_may_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    assert pages.compiled() is None, "there is no such folder"
    folder = Path(cache_from_source(pages.__file__)).parent
    folder.mkdir(parents=True)
    assert pages.compiled() is not None
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert pages.compiled() is None
