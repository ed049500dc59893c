"""Weights at hand are held against those that they come from, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplychain.artifacts import remembered
from supplychain.scan import pool
from supplychain.target import Target
from tests.artifacts.support import COMMIT, case_of, reference, written
from tests.gathering.support import BASE, MODEL, Runs, safetensors, tuned_from

WEIGHTS = safetensors(a=(1.0, 2.0), b=(3.0,))
CHANGED = safetensors(a=(1.0, 2.5), b=(3.0,))


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    monkeypatch.setattr(remembered, "_SETTLED", -1)
    found = Runs(tmp_path)
    monkeypatch.setenv("HF_HOME", str(found.home))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.delenv("HUGGINGFACE_HUB_CACHE", raising=False)
    found.case = tuned_from(case_of(reference(MODEL, COMMIT)), BASE)
    return found


@pytest.mark.parametrize(("own", "state"), [(WEIGHTS, "identical"), (CHANGED, "changed")])
def test_a_model_is_held_against_its_base_at_hand(own: bytes, state: str, runs: Runs) -> None:
    runs.put(MODEL, model__safetensors=own, config__json=b"{}")
    runs.put(BASE, model__safetensors=WEIGHTS)
    (found,) = runs.run().comparisons
    assert (found.component, found.base, found.base_revision, found.state) == (MODEL, BASE, COMMIT, state)
    assert (found.path, found.base_path, found.tensors) == ("model.safetensors", "model.safetensors", 2)


@pytest.mark.parametrize(
    ("subject", "count"),
    [("model:file/.", 1), ("model:file/w.safetensors", 1), ("model:file/other", 0), ("model:huggingface/org/x", 0)],
)
def test_a_card_in_the_target_speaks_of_the_weights_beside_it(
    subject: str, count: int, runs: Runs, tmp_path: Path
) -> None:
    runs.case = tuned_from(case_of(reference("model:file/w.safetensors")), BASE, subject)
    runs.put(BASE, model__safetensors=WEIGHTS)
    target = Target.open(written(tmp_path / "target", {"w.safetensors": CHANGED}))
    found = runs.run(target=target).comparisons
    assert [one.state for one in found] == ["changed"] * count


def test_shards_are_one_model(runs: Runs) -> None:
    split = {
        "model-00001-of-00002__safetensors": safetensors(a=(1.0, 2.0)),
        "model-00002-of-00002__safetensors": safetensors(b=(3.0,)),
    }
    runs.put(MODEL, **split)
    runs.put(BASE, model__safetensors=WEIGHTS)
    (found,) = runs.run().comparisons
    assert (found.state, found.tensors, found.path) == ("identical", 2, "model-00001-of-00002.safetensors")


def test_nothing_is_compared_twice(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    runs.put(MODEL, model__safetensors=CHANGED)
    runs.put(BASE, model__safetensors=WEIGHTS)
    first = runs.run().comparisons
    monkeypatch.setattr(pool, "compare_apart", None)
    second = runs.run(days=1)
    assert (second.comparisons, second.hashed, second.scanned) == (first, 0, 0)


def test_without_a_base_at_hand_there_is_no_comparison(runs: Runs) -> None:
    runs.put(MODEL, model__safetensors=CHANGED)
    assert runs.run().comparisons == ()


def test_several_sets_of_weights_of_which_none_has_its_name(runs: Runs) -> None:
    runs.put(MODEL, model__safetensors=WEIGHTS)
    runs.put(BASE, a__safetensors=WEIGHTS, b__safetensors=CHANGED)
    (found,) = runs.run().comparisons
    assert (found.state, found.says) == (
        "not compared",
        "its base has 2 sets of weights at hand, and none of its name",
    )
