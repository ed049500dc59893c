"""`supplychain features`: what edited feature files mean, and the files written out to be edited."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplychain.suite import root
from tests.support import BuiltTarget
from tests.verbs.support import Said, say

SOURCES, MONITORING = "01_pretrained_models.feature", "06_monitoring_and_compliance.feature"
NAMED = "(HuggingFace, TensorFlow Hub, PyTorch Hub)"


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The suite's features as they are exported."""
    assert say(capsys, "features", "export", tmp_path / "features").code == 0
    return tmp_path / "features"


class Checked:
    """Feature files with edits, held against the control."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def __call__(self, *edits: tuple[str, str, str], policy: str = "") -> Said:
        for name, old, new in edits:
            BuiltTarget(self.folder).edit(name, old, new)
        more: list[str | Path] = []
        if policy:
            path = self.folder.parent / "policy.toml"
            path.write_text(policy)
            more = ["--policy", path]
        return say(self.capsys, "features", "check", self.folder, *more)


@pytest.fixture
def check(folder: Path, capsys: pytest.CaptureFixture[str]) -> Checked:
    return Checked(folder, capsys)


class TestExport:
    def test_it_writes_the_suites_own(self, folder: Path) -> None:
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
            path.name: path.read_bytes() for path in (root() / "features").glob("*.feature")
        }

    def test_it_says_what_comes_next(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        out = say(capsys, "features", "export", tmp_path / "own").out
        assert [line.partition(": ")[2].split(str(tmp_path))[0].strip() for line in out[2:]] == [
            "supplychain features check",
            "supplychain replay RUN --features",
            "supplychain run TARGET --features",
        ]

    def test_nothing_is_overwritten(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert "is there already" in say(capsys, "features", "export", folder).refusal()

    def test_a_folder_that_cannot_be_made(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "file").touch()
        assert "cannot be written" in say(capsys, "features", "export", tmp_path / "file" / "own").refusal()


class TestHolds:
    def test_as_the_document_words_it(self, check: Checked) -> None:
        said = check()
        assert (said.code, said.out) == (0, ["49 of 49 sentences of the control in 6 files; 0 to mend"])

    def test_narrower(self, check: Checked) -> None:
        said = check((SOURCES, NAMED, "(HuggingFace)"), (MONITORING, "(daily/weekly)", "(daily)"))
        assert said.code == 0
        assert said.out[0].endswith(f"{SOURCES}:9: 1.1 asks for more: 'TensorFlow Hub', 'PyTorch Hub'; 10.5 stands")
        assert said.out[1].endswith(f"{MONITORING}:9: 8.1 asks for more: 'daily'; 10.5 stands")

    def test_wider_with_an_approval(self, check: Checked) -> None:
        policy = '[features.approved_words]\n"1.1" = ["Kaggle"]\n'
        said = check((SOURCES, NAMED, "(HuggingFace, Kaggle)"), policy=policy)
        assert said.code == 0
        assert said.out[0].endswith(f"{SOURCES}:9: 1.1 asks for less: 'Kaggle'; the policy approves it")

    def test_a_rule_of_the_house_more(self, check: Checked) -> None:
        said = check(("90_house_rules.feature", "  @off\n", ""))
        assert (said.code, said.out) == (0, ["49 of 49 sentences of the control in 7 files; 0 to mend"])


@pytest.mark.parametrize(
    ("edit", "place", "says"),
    [
        ((SOURCES, NAMED, "(HuggingFace, Kaggle)"), f"{SOURCES}:9", "1.1 asks for less: 'Kaggle'; approve it by"),
        ((SOURCES, " (if available)", " (if avaliable)"), f"{SOURCES}:19", "did you mean 'if available'?"),
        ((MONITORING, "(daily/weekly)", "(monthly)"), f"{MONITORING}:9", "8.1 asks for less: 'monthly'"),
        ((SOURCES, "(HuggingFace,", "(HugingFace,"), f"{SOURCES}:9", "unknown word 'HugingFace'; did you mean 'HuggingFace'?"),
        ((SOURCES, "reputation shall be", "reputation should be"), f"{SOURCES}:10", "no step is written for"),
        ((SOURCES, "    And source reputation shall be verified\n", ""), "1.2", "its sentence is gone"),
        ((SOURCES, "And source reputation shall be verified", "And model maintainer shall be verified"), f"{SOURCES}:12", "stands at"),
        (("90_house_rules.feature", "  @off\n  Scenario: Models W", "  Scenario: Models W"), "", ""),
        (("90_house_rules.feature", "(deepseek)", "(deepsek)"), "", ""),
    ],
)  # fmt: skip
def test_what_is_to_be_mended_has_its_place(edit: tuple[str, str, str], place: str, says: str, check: Checked) -> None:
    said = check(edit)
    assert said.code == (1 if says else 0)
    assert not says or any(place in line and says in line for line in said.out), said.out


def test_an_unknown_provider_of_a_rule_that_is_on(check: Checked) -> None:
    house = "90_house_rules.feature"
    said = check((house, "  @off\n", ""), (house, "(deepseek)", "(deepsek)"))
    assert said.code == 1
    assert "90_house_rules.feature:9: 90.1: unknown word 'deepsek'; did you mean 'deepseek'?" in said.out[0]


class TestCouldNotRun:
    def test_no_feature_file(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert "holds no feature file" in say(capsys, "features", "check", tmp_path).refusal()
        assert "holds no feature file" in say(capsys, "features", "check", tmp_path / "gone").refusal()

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"Feature: own\n  Scenario: own\n    Given one\n    Blah\n", ":4: no Gherkin: "),
            (b"nonsense\n", ":1: no Gherkin: "),
            (b"Feature: \xff\n", "cannot be read as UTF-8"),
        ],
    )
    def test_a_file_that_is_none(self, content: bytes, says: str, folder: Path, check: Checked) -> None:
        (folder / "99_own.feature").write_bytes(content)
        refusal = check().refusal()
        assert f"{folder}/99_own.feature" in refusal
        assert says in refusal

    def test_a_policy_that_is_none(self, check: Checked) -> None:
        assert "unknown key" in check(policy="[pepole]\n").refusal()
