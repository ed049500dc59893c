"""The self-test of discovery: it passes, and it names what discovery no longer sees."""

from __future__ import annotations

import pytest

from supplychain import catalog
from supplychain.discovery import self_test


def test_the_planted_sample_is_found_and_nothing_else() -> None:
    result = self_test.run()
    assert result.passed
    assert (result.planted, result.found, result.missed) == (len(self_test.PLANTED), len(self_test.PLANTED), ())


@pytest.mark.parametrize(
    ("function", "missed"),
    [
        ("load_dataset", {"dataset:huggingface/sample-org/dataset"}),
        ("load", {"model:pytorch-hub/sample-org/repository"}),
        (
            "from_pretrained",
            {
                "model:huggingface/sample-org/constant",
                "model:huggingface/sample-org/literal",
                "model:unresolved/make_name()",
            },
        ),
    ],
)
def test_a_loader_that_is_gone_is_missed_by_name(
    monkeypatch: pytest.MonkeyPatch, function: str, missed: set[str]
) -> None:
    left = {name: entries for name, entries in catalog.loaders().items() if name != function}
    monkeypatch.setattr(catalog, "loaders", lambda: left)
    result = self_test.run()
    assert not result.passed
    assert set(result.missed) == missed


def test_something_that_was_not_planted_fails_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_test, "SAMPLE", {**self_test.SAMPLE, "extra.gguf": b"GGUF"})
    result = self_test.run()
    assert result.missed == ("model:file/extra.gguf",)
    assert not result.passed
