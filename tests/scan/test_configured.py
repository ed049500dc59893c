"""Weights held against the settings beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("numpy")

from supplychain.scan.configured import held
from tests.scan.test_comparing import safetensors

_CONFIG = {"vocab_size": 30, "hidden_size": 4, "max_position_embeddings": 8, "torch_dtype": "float32"}


def told(folder: Path, config: object, shape: tuple[int, ...] = (30, 4), dtype: str = "F32") -> list[tuple[str, str]]:
    """Return what is told of a small model, each by its rule, with what it says."""
    size = {"F32": 4, "F16": 2}[dtype]
    tensors = {
        "bert.embeddings.word_embeddings.weight": (dtype, shape, bytes(size * shape[0] * shape[1])),
        "bert.embeddings.position_embeddings.weight": (dtype, (8, 4), bytes(size * 32)),
        "bert.embeddings.position_ids": ("I64", (1, 8), bytes(64)),
    }
    (folder / "model.safetensors").write_bytes(safetensors(tensors))
    (folder / "config.json").write_text(json.dumps(config))
    indicators, coverage = held(str(folder / "model.safetensors"), str(folder / "config.json"))
    assert coverage.state == "ran"
    return [(one.rule, one.says) for one in indicators]


def test_weights_that_are_as_their_settings_say(tmp_path: Path) -> None:
    assert told(tmp_path, _CONFIG) == []
    assert told(tmp_path, _CONFIG | {"embedding_size": 4, "hidden_size": 16}) == []
    assert told(tmp_path, {}) == []


def test_another_shape_and_another_type_are_told(tmp_path: Path) -> None:
    assert told(tmp_path, _CONFIG, (31, 4)) == [
        ("shape-not-configured", "one of its dimensions is 31, and vocab_size is 30")
    ]
    assert told(tmp_path, _CONFIG, dtype="F16") == [
        ("type-not-configured", "most of its values are F16, and the settings say float32")
    ]


@pytest.mark.parametrize("more", [{"quantization_config": {}}, {"text_config": {"vocab_size": 30}}])
def test_packed_weights_and_models_of_parts_are_left_out(tmp_path: Path, more: dict[str, object]) -> None:
    assert told(tmp_path, _CONFIG | more, (31, 4)) == []


@pytest.mark.parametrize(("text", "reason"), [("[]", "no object"), ("{", "no JSON"), (None, "cannot be opened")])
def test_settings_that_cannot_be_read_are_said(tmp_path: Path, text: str | None, reason: str) -> None:
    (tmp_path / "model.safetensors").write_bytes(safetensors({"a": ("U8", (1,), b"a")}))
    if text is not None:
        (tmp_path / "config.json").write_text(text)
    indicators, coverage = held(str(tmp_path / "model.safetensors"), str(tmp_path / "config.json"))
    assert (indicators, coverage.state) == ((), "stopped")
    assert reason in coverage.reason
