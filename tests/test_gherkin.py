"""The feature files of a run, held against the control document."""

from pathlib import Path
from typing import Any

import pytest
from behave.parser import parse_feature
from behave.step_registry import StepRegistry

from supplychain import gherkin
from supplychain.control import load
from tests.support import ROOT

FEATURES = sorted((ROOT / "features").glob("0*.feature"))


def step(context: object) -> None:
    """Do nothing, as the function of a step that is only looked for."""


@pytest.fixture
def parsed(tmp_path: Path) -> "Parser":
    return Parser(tmp_path)


class Parser:
    """The suite's feature files, with one change, as behave parses them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, old: str = "", new: str = "") -> list[Any]:
        """Return the features with `old` replaced by `new`."""
        assert not old or any(old in path.read_text() for path in FEATURES)
        return [
            self.one(path.name, path.read_text().replace(old, new) if old else path.read_text()) for path in FEATURES
        ]

    def one(self, name: str, text: str) -> Any:
        """Return one feature of its own."""
        path = self.folder / name
        path.write_text(text)
        return parse_feature(text, filename=str(path))


def test_the_suites_own_features_lack_nothing(parsed: Parser) -> None:
    assert gherkin.read(parsed()).missing == ()


def test_without_features_every_sentence_is_missing() -> None:
    assert gherkin.read([]).missing == tuple(load().requirements)
    assert len(load().requirements) == 49


class TestMissing:
    @pytest.mark.parametrize(
        ("old", "new", "requirement"),
        [
            ("And source reputation shall be verified\n", "", "1.2"),
            ("source reputation shall be verified", "source reputation should be verified", "1.2"),
            ("model maintainer shall be verified", "model maintainer shall be verified soon", "1.4"),
            ("(daily/weekly)", "", "8.1"),
            ("(PyPI, npm)", "()", "5.1"),
            ("(PyPI, npm)", "(PyPI), (npm)", "5.1"),
        ],
    )
    def test_a_sentence_that_is_gone_or_reworded_is_missing(
        self, parsed: Parser, old: str, new: str, requirement: str
    ) -> None:
        assert gherkin.read(parsed(old, new)).missing == (requirement,)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("(HuggingFace, TensorFlow Hub, PyTorch Hub)", "(HuggingFace)"),
            ("(daily/weekly)", "(monthly)"),
            ("(checksums)", "(checksums, signatures)"),
            (" (if available)", ""),
        ],
    )
    def test_other_words_in_parentheses_are_the_same_sentence(self, parsed: Parser, old: str, new: str) -> None:
        assert gherkin.read(parsed(old, new)).missing == ()

    def test_sentences_may_be_spread_over_other_files(self, parsed: Parser) -> None:
        text = "".join(path.read_text().replace("Feature:", "# Feature:") for path in FEATURES)
        lines = [
            line for line in text.splitlines() if line.strip().startswith(("Scenario", "Given", "When", "Then", "And"))
        ]
        whole = parsed.one("one.feature", "Feature: all\n" + "\n".join(lines))
        assert gherkin.read([whole]).missing == ()


class TestWords:
    @pytest.mark.parametrize(
        ("requirement", "text", "words"),
        [
            ("1.1", "hugging face, Kaggle", ("HuggingFace", "Kaggle")),
            ("1.1", "hugging face, Kagle", ("hugging face", "Kagle")),
            ("8.1", "daily/weekley", ("daily", "weekley")),
            ("5.3", "", ("",)),
        ],
    )
    def test_an_unknown_word_leaves_all_as_they_stand(
        self, requirement: str, text: str, words: tuple[str, ...]
    ) -> None:
        assert gherkin.read_words(requirement, text) == words

    def test_an_unknown_word_gives_the_one_that_was_meant(self) -> None:
        said = gherkin.unknown_word("8.1", {"cadence": ("daily", "weekley")})
        assert said.startswith("unknown word 'weekley'; did you mean 'weekly'? Known cadence: daily")

    @pytest.mark.parametrize("words", [{}, {"qualifier": ()}, {"qualifier": ("if available",)}])
    def test_known_words_and_none_give_no_text(self, words: dict[str, tuple[str, ...]]) -> None:
        assert gherkin.unknown_word("2.2", words) == ""


class TestDigest:
    def test_it_is_that_of_the_same_files_in_any_order(self, parsed: Parser) -> None:
        features = parsed()
        digest = gherkin.read(features).digest
        assert digest.startswith("sha256:")
        assert gherkin.read(list(reversed(features))).digest == digest

    def test_it_changes_with_a_comment(self, parsed: Parser) -> None:
        before = gherkin.read(parsed()).digest
        assert gherkin.read(parsed("Feature: Public", "# edited\nFeature: Public")).digest != before

    def test_it_changes_with_a_file_more(self, parsed: Parser) -> None:
        features = parsed()
        before = gherkin.read(features).digest
        own = parsed.one("90_own.feature", "Feature: own\n  Scenario: own\n    Given nothing\n")
        assert gherkin.read([*features, own]).digest != before


class TestUnbound:
    @pytest.fixture
    def registry(self) -> Any:
        registry = StepRegistry()
        registry.add_step_definition("given", "a model is needed", step)
        registry.add_step_definition("then", "the model shall come from {host}", step)
        return registry

    def of(self, parsed: Parser, registry: Any, *steps: str) -> list[str]:
        text = "Feature: own\n  Scenario: own\n" + "".join(f"    {step}\n" for step in steps)
        return gherkin.unbound([parsed.one("own.feature", text)], registry)

    def test_sentences_with_a_step_give_no_line(self, parsed: Parser, registry: Any) -> None:
        assert self.of(parsed, registry, "Given a model is needed", "Then the model shall come from here") == []

    def test_a_misspelt_sentence_gives_file_line_and_the_one_that_was_meant(
        self, parsed: Parser, registry: Any
    ) -> None:
        (line,) = self.of(parsed, registry, "Given a model is needed", "Then the modell shall come from here")
        assert line.endswith(
            "/own.feature:4: no step is written for 'the modell shall come from here';"
            " did you mean 'the model shall come from host'?"
        )

    def test_a_sentence_like_none_leads_to_the_document(self, parsed: Parser, registry: Any) -> None:
        (line,) = self.of(parsed, registry, "Given xyzzy")
        assert line.endswith("no step is written for 'xyzzy'; docs/control holds the sentences of the control document")

    def test_the_right_words_under_the_wrong_keyword_are_unbound(self, parsed: Parser, registry: Any) -> None:
        (line,) = self.of(parsed, registry, "When a model is needed")
        assert "did you mean 'a model is needed'?" in line

    def test_each_unbound_sentence_has_its_line(self, parsed: Parser, registry: Any) -> None:
        lines = self.of(parsed, registry, "Given one thing", "When another", "Then a third")
        assert [line.split(":")[1] for line in lines] == ["3", "4", "5"]


class TestLeaveOut:
    TEXT = """Feature: own
  @off
  Scenario: Models Without Pickles
    Given one
  @other
  Scenario: mine
    Given two
  Rule: kept
    @off
    Scenario: inner
      Given three
    Scenario: last
      Given four
"""

    def names(self, parsed: Parser, text: str, turned_on: tuple[int, ...] = ()) -> list[str]:
        features = [parsed.one("90_own.feature", text)]
        gherkin.leave_out(features, turned_on)
        return [scenario.name for feature in features for scenario in feature.walk_scenarios()]

    def test_what_is_off_goes(self, parsed: Parser) -> None:
        assert self.names(parsed, self.TEXT) == ["mine", "last"]

    def test_what_is_turned_on_by_its_number_stays(self, parsed: Parser) -> None:
        assert self.names(parsed, self.TEXT, (92,)) == ["Models Without Pickles", "mine", "last"]

    def test_a_feature_that_is_off_goes_whole(self, parsed: Parser) -> None:
        assert self.names(parsed, "@off\n" + self.TEXT) == []
        features = [parsed.one("90_own.feature", "@off\n" + self.TEXT)]
        gherkin.leave_out(features)
        assert features == []

    def test_a_number_without_its_scenario_is_refused(self, parsed: Parser) -> None:
        with pytest.raises(gherkin.FeaturesError, match="house=90 is turned on, and no feature file has"):
            self.names(parsed, self.TEXT, (90,))

    def test_without_any_tag_nothing_changes(self, parsed: Parser) -> None:
        features = parsed()
        gherkin.leave_out(features)
        assert gherkin.read(features) == gherkin.read(parsed())
