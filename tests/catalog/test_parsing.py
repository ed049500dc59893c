"""The words in parentheses of a sentence."""

import re

import pytest

from supplychain.catalog.parsing import parse_words


@pytest.mark.parametrize(
    ("requirement", "text", "words"),
    [
        ("1.1", "HuggingFace, TensorFlow Hub, PyTorch Hub", ("HuggingFace", "TensorFlow Hub", "PyTorch Hub")),
        ("1.1", "Hugging Face", ("HuggingFace",)),
        ("1.1", "hf , TFHUB", ("HuggingFace", "TensorFlow Hub")),
        ("1.1", "HuggingFace, HF, hugging face", ("HuggingFace",)),
        ("2.2", "if available", ("if available",)),
        ("4.3", "checksums, signatures", ("checksums", "signatures")),
        ("5.1", "pypi, NPM", ("PyPI", "npm")),
        ("5.3", "CVEs", ("CVEs",)),
        ("8.1", "daily/weekly", ("daily", "weekly")),
        ("8.1", "Daily / Monthly", ("daily", "monthly")),
    ],
)
def test_words_come_back_as_the_catalog_spells_them(requirement: str, text: str, words: tuple[str, ...]) -> None:
    assert parse_words(requirement, text) == words


@pytest.mark.parametrize(
    ("requirement", "text", "meant"),
    [
        ("1.1", "HuggingFace, Kagle", "Kaggle"),
        ("1.1", "Hugingface", "HuggingFace"),
        ("5.1", "PyPi, nmp", "npm"),
        ("5.3", "CVE", "CVEs"),
        ("8.1", "daily/weekley", "weekly"),
    ],
)
def test_a_misspelt_word_gives_the_one_that_was_meant(requirement: str, text: str, meant: str) -> None:
    with pytest.raises(ValueError, match=rf"did you mean '{meant}'\?"):
        parse_words(requirement, text)


def test_an_unknown_word_names_the_known_ones() -> None:
    expected = "unknown word 'crates'. Known registries: PyPI, npm, conda-forge, conda"
    with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
        parse_words("5.1", "crates")


@pytest.mark.parametrize("text", ["", " ", "HuggingFace,", "HuggingFace,,Kaggle"])
def test_an_empty_word_is_unknown(text: str) -> None:
    with pytest.raises(ValueError, match="unknown word ''"):
        parse_words("1.1", text)


def test_one_requirement_does_not_know_the_words_of_another() -> None:
    with pytest.raises(ValueError, match="unknown word 'PyPI'"):
        parse_words("1.1", "PyPI")


def test_a_sentence_without_parentheses_has_no_words() -> None:
    with pytest.raises(KeyError):
        parse_words("1.2", "HuggingFace")
