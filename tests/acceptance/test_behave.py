"""Behave itself, started as a subprocess on a copy of the suite, so that its feature files can be edited."""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from supplychain.cli import main
from tests.acceptance.breaks import INTENT, adopt_inventory
from tests.support import NOW, POLICY, ROOT, BuiltTarget, sound_target

SOURCES = "features/01_pretrained_models.feature"
DOCUMENT = ROOT / "docs" / "control" / "COMP-EN18031-025.md"
HEADER = "USING RUNNER: behave.runner:Runner\n"
"""The line that behave begins with."""
NAMED = "(HuggingFace, TensorFlow Hub, PyTorch Hub)"
VISION = 'import torch\n\ntorch.hub.load("pytorch/vision", "resnet18")\n'


@dataclass(frozen=True)
class Ended:
    """How a run of behave ended."""

    code: int
    out: str
    err: str
    reports: Path

    @property
    def record(self) -> Path:
        return self.reports / "latest"

    @property
    def run(self) -> dict[str, Any]:
        """The run's own file."""
        return self.json("run.json")

    def finding(self, requirement: str) -> dict[str, Any]:
        return self.json(f"findings/{requirement}.json")

    def rows(self, requirement: str, outcome: str) -> list[tuple[str, str]]:
        """Return component and rule of a finding's rows with one outcome."""
        rows = self.finding(requirement)["observations"]
        return [(row["component"], row["rule"]) for row in rows if row["outcome"] == outcome]

    def json(self, name: str) -> dict[str, Any]:
        content = json.loads((self.record / name).read_text())
        assert isinstance(content, dict)
        return content

    @property
    def allure(self) -> dict[str, dict[str, Any]]:
        """The Allure result of each scenario by its name."""
        files = (self.reports / "allure-results").glob("*-result.json")
        results = [json.loads(file.read_text()) for file in files]
        return {result["name"]: result for result in results}


@dataclass(frozen=True)
class Suite:
    """A copy of the suite's executable part in a folder of its own."""

    folder: Path

    @classmethod
    def copied_to(cls, folder: Path) -> Suite:
        folder.mkdir()
        for name in ("features", "steps"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("environment.py", "behave.ini"):
            shutil.copy(ROOT / name, folder / name)
        return cls(folder)

    def edit(self, old: str, new: str, name: str = SOURCES) -> Suite:
        BuiltTarget(self.folder).edit(name, old, new)
        return self

    def behave(self, *arguments: str, reports: str = "reports") -> Ended:
        """Run behave with nothing but these arguments."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("ALLURE", "BEHAVE"))}
        ended = subprocess.run(
            [sys.executable, "-B", "-m", "behave", "-D", f"reports={reports}", *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr, self.folder / reports)

    def assess(self, target: BuiltTarget, *arguments: str, reports: str = "reports") -> Ended:
        """Run behave on a target with the examples' policy at the tests' own time."""
        given = ("-D", f"target={target.path}", "-D", f"policy={POLICY}", "-D", f"now={NOW}")
        return self.behave(*given, *arguments, reports=reports)


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    return Suite.copied_to(tmp_path / "suite")


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """One run over the sound target; the tests that use it change nothing."""
    folder = tmp_path_factory.mktemp("whole")
    return Suite.copied_to(folder / "suite").assess(sound_target(folder))


@pytest.fixture
def record(whole: Ended, tmp_path: Path) -> Path:
    """A copy of the recorded run."""
    return Path(shutil.copytree(whole.record, tmp_path / "run"))


def tree(folder: Path) -> dict[str, tuple[str, int, int]]:
    """Return every file of a folder with its content, mode and time of change."""
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder",
            path.stat().st_mode,
            path.stat().st_mtime_ns,
        )
        for path in sorted(folder.rglob("*"))
    }


# The document's own words


def test_the_features_are_the_documents_gherkin_byte_for_byte() -> None:
    features = b"".join(path.read_bytes() for path in sorted((ROOT / "features").glob("0*.feature")))
    block = re.search(rb"^```gherkin\n(.*?)^```$", DOCUMENT.read_bytes(), re.DOTALL | re.MULTILINE)
    assert block is not None
    assert features == block[1]
    assert len(features) == 4648


def test_every_sentence_has_a_step(suite: Suite) -> None:
    ended = suite.behave("--dry-run", "--format=json", "--outfile=dry.json")
    assert ended.code == 0
    features = json.loads((suite.folder / "dry.json").read_text())
    scenarios = [scenario for feature in features for scenario in feature["elements"]]
    steps = [step for scenario in scenarios for step in scenario["steps"]]
    assert (len(features), len(scenarios), len(steps)) == (7, 15, 84)
    assert all(step["match"]["location"].startswith("steps/") for step in steps)
    assert sum(step["step_type"] == "then" for step in steps) == 49 + 5  # and the house rules


# A run over the sound target


def test_the_sound_target_is_undetermined_and_no_failure(whole: Ended) -> None:
    assert whole.code == 1
    assert whole.err == ""
    assert "Traceback" not in whole.out
    assert "Control NOT determined: 22 pass, 0 fail, 27 undetermined" in whole.out
    assert whole.run["counts"] == {"pass": 22, "undetermined": 27}
    assert [name for name, word in whole.run["outcomes"].items() if word == "pass"] == [
        *("1.1", "1.2", "2.3", "2.4", "3.1", "3.2", "3.3", "4.1", "4.2", "5.1", "6.1", "6.2", "6.3", "6.4", "6.5"),
        *("7.1", "7.2", "7.3", "7.4", "7.5", "10.1", "10.3"),
    ]
    assert len(list((whole.record / "findings").iterdir())) == 49


def test_every_then_is_decided_also_after_one_has_failed(whole: Ended) -> None:
    assert len(re.findall(r"^    (?:Given|When|Then|And) .* \.\.\. (?:passed|failed)$", whole.out, re.MULTILINE)) == 69
    assert len(re.findall(r"^ASSERT FAILED: \S+ undetermined: ", whole.out, re.MULTILINE)) == 27


def test_every_scenario_has_its_allure_result(whole: Ended) -> None:
    assert len(whole.allure) == 10
    assert {result["status"] for result in whole.allure.values()} == {"broken", "passed"}
    assert sum(len(result["steps"]) for result in whole.allure.values()) == 69
    assert whole.allure["Model Source Validation"]["steps"][2]["status"] == "passed"


def test_a_made_up_time_marks_the_run_as_simulated(whole: Ended) -> None:
    assert whole.run["simulated"] is True
    assert whole.run["assessed_at"] == NOW
    assert "SIMULATED TIME" in whole.run["headline"]
    assert "SIMULATED TIME" in (whole.reports / "summary.md").read_text()


def test_a_run_at_its_own_time_is_not_simulated(suite: Suite, tmp_path: Path) -> None:
    ended = suite.behave("-D", f"target={sound_target(tmp_path).path}", "--tags=scenario-1")
    assert ended.run["simulated"] is False
    assert "SIMULATED" not in ended.run["headline"]


def test_a_finding_has_the_keys_that_are_agreed(whole: Ended) -> None:
    finding = whole.finding("1.1")
    agreed = "schema requirement outcome words decided_by population observations canaries sources tool"
    assert set(finding) == {*agreed.split(), "reason", "severity"}
    assert (finding["schema"], finding["requirement"], finding["outcome"]) == (1, "1.1", "pass")
    assert finding["words"] == {"registries": ["HuggingFace", "TensorFlow Hub", "PyTorch Hub"]}
    counted = "expected observed passed failed undetermined waived unresolved"
    assert set(finding["population"]) == set(counted.split())
    [row, _] = finding["observations"]
    assert {"component", "outcome", "rule", "message", "at", "severity", "remedy", "evidence", "waiver"} <= set(row)
    assert row["at"] == {"file": "app/retrieval.py", "line": 17, "scope": "prod"}
    assert row["evidence"][0].startswith("sha256:")
    assert {"outcome", "named"} <= set(finding["canaries"]["bad"])
    assert (finding["canaries"]["bad"]["outcome"], finding["canaries"]["bad"]["named"]) == ("fail", True)
    assert finding["canaries"]["good"]["outcome"] == "pass"
    assert set(finding["tool"]) == {"version", "digest"}


def test_latest_points_to_the_run(whole: Ended) -> None:
    assert re.fullmatch(r"20261020T120000Z-[0-9a-f]{8}", whole.record.resolve().name)
    assert whole.run["id"] == whole.record.resolve().name
    assert whole.record.resolve().parent == (whole.reports / "runs").resolve()


def test_the_target_is_left_as_it_was(suite: Suite, tmp_path: Path) -> None:
    target = sound_target(tmp_path)
    before = tree(target.path)
    suite.assess(target, "--tags=scenario-1 or scenario-7")
    assert tree(target.path) == before


def test_two_runs_side_by_side_do_not_meet(suite: Suite, tmp_path: Path) -> None:
    sound = sound_target(tmp_path)
    (tmp_path / "other").mkdir()
    other = sound_target(tmp_path / "other").remove("SECURITY.md")
    with ThreadPoolExecutor() as pool:
        one = pool.submit(suite.assess, sound, reports="one")
        two = pool.submit(suite.assess, other, reports="two")
    assert one.result().run["outcomes"]["10.1"] == "pass"
    assert two.result().run["outcomes"]["10.1"] == "fail"
    for ended in (one.result(), two.result()):
        assert len(ended.allure) == 10
        assert len(list((ended.reports / "runs").iterdir())) == 1
        assert main(["replay", str(ended.record)]) == 0
    assert not (suite.folder / "reports").exists()


def test_a_broken_target_fails_with_place_and_next_step(suite: Suite, tmp_path: Path) -> None:
    target = sound_target(tmp_path).edit("supplychain.toml", 'plan = "docs/incident-response.md"', 'plan = ""')
    ended = suite.assess(target)
    assert ended.code == 1
    assert "Control NOT met: 21 pass, 2 fail, 26 undetermined" in ended.out
    assert "10.1 medium supplychain.toml declaration:a plan under [incident]" in ended.out
    assert "next step: State a plan under [incident] in supplychain.toml." in ended.out
    assert ended.allure["Compliance Verification"]["status"] == "failed"


# Edited feature files


def test_without_pytorch_hub_in_words_a_target_that_uses_it_fails(suite: Suite, tmp_path: Path) -> None:
    target = sound_target(tmp_path).plant("app/vision.py", VISION)
    adopt_inventory(target)
    assert suite.assess(target).run["outcomes"]["1.1"] == "pass"

    ended = suite.edit(NAMED, "(HuggingFace, TensorFlow Hub)").assess(target)
    assert ended.code == 1
    assert ended.rows("1.1", "fail") == [("model:pytorch-hub/pytorch/vision", "unnamed-registry")]
    assert ended.run["feature_edits"] == ["1.1 asks for more: PyTorch Hub"]
    assert ("feature files", "features-stand") in ended.rows("10.5", "pass")
    assert ended.allure["Model Source Validation"]["status"] == "failed"
    assert "app/vision.py:3" in ended.allure["Model Source Validation"]["statusDetails"]["message"]


def test_one_more_registry_is_shown_and_fails_the_roll_up(suite: Suite, tmp_path: Path) -> None:
    ended = suite.edit(NAMED, "(HuggingFace, TensorFlow Hub, PyTorch Hub, Kaggle)").assess(sound_target(tmp_path))
    assert ended.run["feature_edits"] == ["1.1 asks for less: Kaggle"]
    assert ended.rows("10.5", "fail") == [("feature files", "widened")]


def test_an_unknown_word_gives_no_traceback(suite: Suite, tmp_path: Path) -> None:
    ended = suite.edit(NAMED, "(HuggingFace, Kagle)").assess(sound_target(tmp_path))
    assert ended.code == 1
    assert ended.err == ""
    assert "Traceback" not in ended.out
    says = "ASSERT FAILED: 1.1 error: unknown word 'Kagle'; did you mean 'Kaggle'? Known registries: HuggingFace, "
    assert len([line for line in ended.out.splitlines() if line.startswith(says)]) == 1


def test_every_report_names_an_unknown_word(suite: Suite, tmp_path: Path) -> None:
    ended = suite.edit(NAMED, "(HuggingFace, Kagle)").assess(sound_target(tmp_path))
    assert ended.finding("1.1")["outcome"] == "error"
    assert ended.finding("1.1")["words"] == {"registries": ["HuggingFace", "Kagle"]}
    assert ended.run["outcomes"]["1.3"] == "undetermined", "the Thens after it are still decided"
    assert {("1.1", "cannot-be-trusted"), ("feature files", "widened")} <= set(ended.rows("10.5", "fail"))
    says = "unknown word 'Kagle'; did you mean 'Kaggle'?"
    assert ended.finding("1.1")["reason"].startswith(says)
    assert f"Cannot be trusted (1.1): {says}" in ended.out
    assert says in html.unescape((ended.reports / "index.html").read_text())
    assert says in (ended.reports / "summary.md").read_text()
    result = ended.allure["Model Source Validation"]
    assert result["status"] == "broken"
    assert f"error: 1.1 error: {says}" in result["statusDetails"]["message"]
    assert result["steps"][2]["attachments"][0]["name"] == "1.1 evidence"
    assert main(["replay", str(ended.record)]) == 0


def test_what_was_not_looked_at_and_what_accepts_nothing_is_in_every_report(suite: Suite, tmp_path: Path) -> None:
    target = (
        sound_target(tmp_path)
        .plant("node_modules/left/index.js", "")
        .declare(
            '[[waiver]]\nid = "W-1"\nrequirement = "1.1"\ncomponent = "model:file/gone.bin"\nreason = "x"\n'
            'owner = "a@example.com"\napprover = "security@example.com"\ncreated = 2026-10-01\nexpires = 2026-10-30\n'
        )
    )
    ended = suite.assess(target)
    attached = "".join(path.read_text() for path in (ended.reports / "allure-results").glob("*-attachment.md"))
    idle = "accepts nothing in this run: model:file/gone.bin is not among the rows of 1.1"
    assert f"Waiver W-1 {idle}" in ended.out
    for report in (attached, (ended.reports / "summary.md").read_text(), (ended.reports / "index.html").read_text()):
        plain = report.replace("\\", "")
        assert "W-1" in plain
        assert idle in plain
        assert "node_modules (installed or generated files)" in plain


def test_other_spellings_of_known_words_are_the_same_words(suite: Suite, tmp_path: Path) -> None:
    ended = suite.edit(NAMED, "(hugging face, tfhub, PYTORCH HUB)").assess(sound_target(tmp_path))
    assert ended.finding("1.1")["words"] == {"registries": ["HuggingFace", "TensorFlow Hub", "PyTorch Hub"]}
    assert ended.run["feature_edits"] == []


def test_a_deleted_sentence_leaves_the_roll_up_undetermined(suite: Suite, tmp_path: Path) -> None:
    ended = suite.edit("    And source reputation shall be verified\n", "").assess(sound_target(tmp_path))
    assert ended.code == 1
    assert ("1.2", "sentence-changed") in ended.rows("10.5", "undetermined")
    assert ended.run["outcomes"]["1.2"] == "not executed"
    assert ended.run["feature_edits"] == ["1.2 is missing or worded otherwise"]


def test_a_reworded_sentence_gives_did_you_mean(suite: Suite, tmp_path: Path) -> None:
    suite.edit("source reputation shall be verified", "source reputation must be verified")
    ended = suite.assess(sound_target(tmp_path))
    says = "no step is written for 'source reputation must be verified'; did you mean 'source reputation shall be verified'?"
    assert ended.code == 1
    assert ended.err == f"{SOURCES}:10: {says}\n"
    result = ended.allure["Model Source Validation"]
    assert result["status"] == "broken"
    assert f"error: {says}" in result["statusDetails"]["message"]
    assert ended.run["unbound_sentences"] == [f"{SOURCES}:10: {says}"]
    assert ended.run["verdict"] == "fail"
    assert ("1.2", "sentence-changed") in ended.rows("10.5", "undetermined")
    assert ended.run["outcomes"]["1.3"] == "undetermined", "the Thens after it are still decided"


def test_without_if_available_the_sentence_still_has_its_step(suite: Suite, tmp_path: Path) -> None:
    ended = suite.edit("verified (if available)", "verified").assess(sound_target(tmp_path), "--tags=scenario-2")
    assert ended.err == ""
    assert ended.finding("2.2")["words"] == {"qualifier": []}
    assert ended.run["feature_edits"] == ["2.2 asks for more: if available"]


# What is selected, and what cannot be run


@pytest.mark.parametrize("selection", ["--tags=nothing", "--name=nothing"])
def test_selecting_nothing_is_an_error(selection: str, suite: Suite, tmp_path: Path) -> None:
    ended = suite.assess(sound_target(tmp_path), selection)
    assert ended.code == 1
    assert ended.err == "ABORTED: the tags and names given select no scenario, so nothing would be decided\n"
    assert ended.out == HEADER
    assert not ended.reports.exists()


def test_one_scenario_leaves_the_others_not_executed(suite: Suite, tmp_path: Path) -> None:
    ended = suite.assess(sound_target(tmp_path), "--tags=scenario-1")
    assert ended.code == 1
    assert ended.run["counts"] == {"pass": 2, "undetermined": 3, "not executed": 44}
    assert ended.run["outcomes"]["10.5"] == "not executed"
    assert ended.run["verdict"] == "undetermined"
    assert sorted(path.stem for path in (ended.record / "findings").iterdir()) == ["1.1", "1.2", "1.3", "1.4", "1.5"]


def test_the_last_scenario_alone_says_what_was_not_executed(suite: Suite, tmp_path: Path) -> None:
    ended = suite.assess(sound_target(tmp_path), "--tags=scenario-10")
    assert ended.finding("10.5")["outcome"] == "undetermined"
    assert len([row for row in ended.rows("10.5", "undetermined") if row[1] == "not-executed"]) == 44


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("-D target=gone", "target gone does not exist; give the folder of a repository"),
        ("-D target=behave.ini", "target behave.ini is a file; give the folder of a repository"),
        ("", "no target was given; run behave -D target=PATH, PATH being a repository's folder"),
        ("-D target=features -D tragte=x", "unknown option -D tragte=…; this version knows -D target=…, "),
        ("-D target=features -D fetch=yes", "fetch=yes is neither off nor on"),
        ("-D target=features -D now=yesterday", "now=yesterday is not a time such as 2026-10-01T12:00:00+00:00"),
        ("-D target=features -D now=2026-10-20T12:00:00", "now=2026-10-20T12:00:00 has no time zone"),
        ("-D target=features -D policy=gone.toml", "gone.toml: cannot be read: No such file or directory"),
        ("-D target=steps -D policy=steps/p.toml", "steps/p.toml: a policy that lies inside the target"),
        ("-D target=steps -D reports=steps/reports", "reports=steps/reports lies inside the target"),
    ],
)
def test_what_cannot_be_run_says_why_in_one_line(arguments: str, says: str, suite: Suite) -> None:
    ended = suite.behave(*arguments.split())
    assert ended.code == 1
    assert ended.err.startswith(f"ABORTED: {says}")
    assert ended.err.count("\n") == 1
    assert ended.out == HEADER
    assert not ended.reports.exists()


def test_a_malformed_waiver_stops_the_run(suite: Suite, tmp_path: Path) -> None:
    target = sound_target(tmp_path).declare(
        f'[[waiver]]\nid = "W-1"\nrequirement = "1.1"\ncomponent = "{INTENT}"\nreason = "x"\n'
        'owner = "a@example.com"\napprover = "a@example.com"\ncreated = 2026-10-01\nexpires = 2026-10-30\n'
    )
    ended = suite.assess(target)
    assert ended.code == 1
    assert re.fullmatch(
        r"ABORTED: supplychain\.toml:\d+: waiver\.0: waiver W-1: its owner .* cannot approve it.*\n", ended.err
    )
    assert not ended.reports.exists()


# The record


def test_a_recorded_run_is_decided_again_with_the_same_result(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(record)]) == 0
    assert capsys.readouterr().out == "49 findings decided again, each the same byte for byte\n"


@pytest.mark.parametrize(
    "name", ["findings/1.1.json", "case.json", "run.json", "summary.md", "inventory.cdx.json", "completeness.md"]
)
def test_an_altered_record_is_refused(name: str, record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (record / name).open("a") as file:
        file.write("\n")
    assert main(["replay", str(record)]) == 2
    assert f"{name} was altered after the run" in capsys.readouterr().err


def test_an_incomplete_record_is_refused(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (record / "findings" / "1.1.json").unlink()
    assert main(["replay", str(record)]) == 2
    assert "findings/1.1.json is missing" in capsys.readouterr().err


def test_a_record_of_an_unknown_schema_is_refused(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    BuiltTarget(record).edit("manifest.json", '"schema": 1', '"schema": 2')
    assert main(["replay", str(record)]) == 2
    assert "schema 2 is unknown" in capsys.readouterr().err


def test_what_is_no_record_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(tmp_path)]) == 2
    assert main(["status", str(tmp_path)]) == 2
    assert "is not the record of a run" in capsys.readouterr().err


def forge(record: Path, name: str, old: str, new: str) -> None:
    """Alter a file of a record together with its digest in the manifest."""
    digest = hashlib.sha256((record / name).read_bytes()).hexdigest()
    BuiltTarget(record).edit(name, old, new)
    BuiltTarget(record).edit("manifest.json", digest, hashlib.sha256((record / name).read_bytes()).hexdigest())


def test_a_forged_finding_is_reported(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forge(record, "findings/1.3.json", '"outcome": "undetermined"', '"outcome": "pass"')
    assert main(["replay", str(record)]) == 1
    assert capsys.readouterr().out.startswith("1.3: decided otherwise than in the record")


def test_a_forged_case_is_reported(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forge(record, "case.json", '"owner": "Platform Security"', '"owner": ""')
    assert main(["replay", str(record)]) == 1
    assert "10.1: decided otherwise" in capsys.readouterr().out


def test_the_status_boxes_follow_from_the_findings(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", str(record)]) == 3
    headline, *boxes = capsys.readouterr().out.splitlines()
    assert headline.startswith("Control NOT determined: 22 pass, 0 fail, 27 undetermined")
    assert len(boxes) == 7
    assert boxes[0] == "[x] Component validation process defined (pass: 10.1)"
    assert boxes[1] == "[x] Pre-trained model scanning operational (pass: 2.3, 2.4)"
    assert all(re.fullmatch(r"\[ \] .+ \(undetermined: [\d., ]+\)", box) for box in boxes[2:])
    assert boxes[-1] == "[ ] Compliance with EN 18031 6.3.9 verified (undetermined: 10.5)"


def test_a_failure_leaves_its_box_open(suite: Suite, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ended = suite.assess(sound_target(tmp_path).remove("SECURITY.md"), "--tags=scenario-10")
    assert main(["status", str(ended.record)]) == 1
    boxes = capsys.readouterr().out.splitlines()[1:]
    assert boxes[0] == "[ ] Component validation process defined (fail: 10.1)"
    assert boxes[2].startswith("[ ] Dataset validation implemented (not executed: ")
