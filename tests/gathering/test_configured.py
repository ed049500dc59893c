"""Weights at hand are held against the settings beside them, once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from supplychain.artifacts import remembered
from supplychain.gathering import configured
from supplychain.model.scan import Scanned
from supplychain.scan.configured import NAME
from tests.artifacts.support import COMMIT, case_of, reference
from tests.gathering.support import MODEL, Runs
from tests.scan.test_comparing import safetensors

TENSOR = "bert.embeddings.word_embeddings.weight"
WEIGHTS = safetensors({TENSOR: ("F32", (30, 4), bytes(480))})
SETTINGS = {"vocab_size": 30, "hidden_size": 4, "torch_dtype": "float32"}


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    monkeypatch.setattr(remembered, "_SETTLED", -1)
    found = Runs(tmp_path)
    monkeypatch.setenv("HF_HOME", str(found.home))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.delenv("HUGGINGFACE_HUB_CACHE", raising=False)
    found.case = case_of(reference(MODEL, COMMIT))
    return found


def weights(runs: Runs, settings: bytes, days: int = 0) -> Scanned:
    """Return what is told of the weights beside these settings."""
    runs.put(MODEL, model__safetensors=WEIGHTS, config__json=settings)
    return next(one for one in runs.run(days=days).scans if one.path == "model.safetensors")


def rules(scanned: Scanned) -> list[str]:
    return [one.rule for one in scanned.indicators if one.layer == NAME]


def test_weights_as_their_settings_say(runs: Runs) -> None:
    found = weights(runs, json.dumps(SETTINGS).encode())
    assert (found.verdict, rules(found)) == ("safe", [])
    assert NAME in {one.layer for one in found.coverage}


def test_weights_of_another_shape_wait_for_a_review(runs: Runs) -> None:
    found = weights(runs, json.dumps(SETTINGS | {"vocab_size": 31}).encode())
    assert (found.verdict, rules(found)) == ("review", ["shape-not-configured"])


def test_settings_that_cannot_be_read_are_noted_and_decide_nothing(runs: Runs) -> None:
    found = weights(runs, b"{")
    assert (found.verdict, rules(found)) == ("safe", ["settings-not-held"])
    assert NAME not in {one.layer for one in found.coverage}


def test_what_was_told_is_remembered(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = json.dumps(SETTINGS | {"vocab_size": 31}).encode()
    first = weights(runs, settings)
    monkeypatch.setattr(configured, "held", None)
    assert rules(weights(runs, settings, days=1)) == rules(first)
