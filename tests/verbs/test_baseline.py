"""`supplychain baseline`: what it records, what it says has changed, and what it refuses."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path

import pytest

from supplychain.baseline import read
from supplychain.model.baseline import Recorded
from supplychain.target import Target
from tests.sound_facts import sound_facts
from tests.support import NOW, BuiltTarget
from tests.verbs.support import BASELINE, BGE, INTENT, say, touched, tree

Capture = pytest.CaptureFixture[str]
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'e' * 64}\nsize 12345\n"


def entry(target: BuiltTarget, component: str) -> Recorded:
    """Return what the baseline of a target says of a component."""
    file = read(Target.open(target.path))
    assert file is not None
    assert file.baseline is not None, file.problem
    return next(item for item in file.baseline.components if item.id == component)


def test_it_records_components_with_the_bytes_at_hand(target: BuiltTarget, capsys: Capture) -> None:
    before = tree(target)
    said = say(capsys, "baseline", target)
    assert (said.code, said.err) == (0, [])
    assert said.out[0] == "no baseline was there before"
    assert said.out[1].startswith(f"{target.path}/{BASELINE}: ")
    weights = (target.path / "models/intent.safetensors").read_bytes()
    assert entry(target, INTENT).digests == (f"sha256:{hashlib.sha256(weights).hexdigest()}",)
    assert entry(target, BGE).digests == ()
    assert touched(before, tree(target)) == {BASELINE}


def test_it_records_owner_and_license_as_far_as_facts_are_at_hand(
    target: BuiltTarget, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supplychain.verbs.interface.now", lambda: datetime.fromisoformat(NOW))
    say(capsys, "baseline", target)
    assert (entry(target, BGE).owner, entry(target, BGE).license) == (None, "MIT")
    facts = sound_facts()
    said = say(capsys, "baseline", target, "--facts", facts)
    assert f"app/retrieval.py:17 {BGE} owner: not compared, the baseline before has none" in said.out
    assert (entry(target, BGE).owner, entry(target, BGE).license) == ("BAAI", "MIT"), "what is declared counts first"
    assert entry(target, INTENT).owner is None


def test_facts_inside_the_target_are_refused(target: BuiltTarget, capsys: Capture) -> None:
    (target.path / "facts").mkdir()
    assert "lies inside the target" in say(capsys, "baseline", target, "--facts", target.path / "facts").refusal()


def test_it_prints_each_difference_once(target: BuiltTarget, capsys: Capture) -> None:
    say(capsys, "baseline", target)
    target.edit("app/retrieval.py", "5c38ec7c", "aaaaaaaa")
    weights = target.path / "models/intent.safetensors"
    weights.write_bytes(weights.read_bytes() + b"x")
    said = say(capsys, "baseline", target)
    assert [line.partition(":")[0] for line in said.out[:-1]] == ["app/intent.py", "app/retrieval.py"]
    assert f"{INTENT} bytes: sha256:" in said.out[0]
    assert f"{BGE} revision: 5c38ec7c" in said.out[1]
    assert say(capsys, "baseline", target).out[0].startswith("nothing differs from the baseline of ")


def test_a_pointer_is_not_the_bytes_that_it_stands_for(target: BuiltTarget, capsys: Capture) -> None:
    say(capsys, "baseline", target)
    target.plant("models/intent.safetensors", POINTER)
    said = say(capsys, "baseline", target)
    assert entry(target, INTENT).digests == ()
    assert f"app/intent.py:6 {INTENT} bytes: not compared, not known now" in said.out


def test_what_is_too_large_has_no_digest(target: BuiltTarget, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr("supplychain.target.DIGEST_LIMIT", 1000)
    assert say(capsys, "baseline", target).code == 0
    assert entry(target, INTENT).digests == ()


def test_one_that_cannot_be_used_is_written_anew_and_said(target: BuiltTarget, capsys: Capture) -> None:
    target.plant(BASELINE, json.dumps({"schema": 7}))
    said = say(capsys, "baseline", target)
    assert said.code == 0
    assert said.out[0].startswith("the baseline before could not be compared: its schema is 7")
    assert entry(target, BGE)


def test_no_link_of_the_target_is_followed(target: BuiltTarget, tmp_path: Path, capsys: Capture) -> None:
    outside = tmp_path / "outside.json"
    outside.write_text("ours")
    (target.path / BASELINE).symlink_to(outside)
    assert "is not followed" in say(capsys, "baseline", target).refusal()
    assert outside.read_text() == "ours"


def test_one_that_could_not_be_read_again_is_not_written(
    target: BuiltTarget, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr("supplychain.baseline.SIZE_LIMIT", 1000)
    assert "more than 1,000 bytes" in say(capsys, "baseline", target).refusal()
    assert not (target.path / BASELINE).exists()


def test_a_broken_declaration_is_refused(target: BuiltTarget, capsys: Capture) -> None:
    target.plant("supplychain.toml", "schema = 1\nnothing = 2\n")
    assert "supplychain.toml:2: nothing: unknown key" in say(capsys, "baseline", target).refusal()


def test_discovery_that_misses_what_was_planted_is_not_trusted(
    target: BuiltTarget, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr("supplychain.discovery.self_test.PLANTED", frozenset({"model:file/other.bin"}))
    assert "discovery missed what was planted" in say(capsys, "baseline", target).refusal()
