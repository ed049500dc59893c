"""Requirement 2.1 over whole targets: the bytes of models against what was published of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from supplychain.bom.interface import INVENTORY
from supplychain.model.finding import Outcome
from tests.acceptance.breaks import BGE, COMMIT, INTENT, RETRIEVAL, adopt_inventory
from tests.acceptance.bytes import Bytes, cut, flip, forget, hide, in_cache, in_target
from tests.acceptance.sources import NEW_MODEL
from tests.hub_cache import hub_cache, sound_cache
from tests.support import BuiltTarget, Outcomes, run_suite

CACHED = "models--BAAI--bge-small-en-v1.5"
WEIGHTS = "onnx/model.onnx"
FILE = "models/intent.safetensors"
LOADED, NAMED = f"{RETRIEVAL}:17", "app/intent.py:6"
STATED = "6c3cd8df75d102168bb775f36a6da3a0bb51f10b520e98b08c67a700802b5ac9"
SCANNED = frozenset({"2.3"})
"""What bytes that are not there, or not whole, are decided otherwise in as well."""
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{STATED}\nsize 12432\n"


def forget_record(built: BuiltTarget) -> None:
    """Take the digest of the team's own model out of the declaration and the inventory."""
    built.edit("supplychain.toml", f'sha256 = "{STATED}"\n', "")
    path = built.path / INVENTORY
    document = json.loads(path.read_text())
    for component in document["components"]:
        if component["name"] == FILE:
            del component["hashes"]
    path.write_text(json.dumps(document, indent=2))


def planted_catalog(built: BuiltTarget) -> None:
    """Plant a list of models with an empty hash, as RVC has one."""
    listed = {"models": [{"name": "reranker.ckpt", "size_bytes": 5, "sha256": ""}]}
    built.plant("app/models.json", json.dumps(listed, indent=1))
    adopt_inventory(built)


WRONG = [
    Bytes(
        "one byte of the cached weights is another",
        "mismatch",
        in_cache(CACHED, WEIGHTS, flip),
        BGE,
        LOADED,
        (f"{WEIGHTS} at commit {COMMIT[:12]} is not what was published", "the hub, asked on", "Keep it out of use"),
    ),
    Bytes(
        "the weights were cut off",
        "truncated",
        in_cache(CACHED, "model.safetensors", cut),
        BGE,
        LOADED,
        ("cut off",),
        SCANNED,
    ),
    Bytes(
        "a small file is another than in the commit",
        "mismatch",
        in_cache(CACHED, "tokenizer.json", flip),
        BGE,
        LOADED,
        ("tokenizer.json",),
    ),
    Bytes(
        "a file was put beside the weights",
        "unlisted",
        in_cache(CACHED, "modeling.py", lambda path: path.write_bytes(b"planted")),
        BGE,
        LOADED,
        ("modeling.py", "the hub's list of commit"),
    ),
    Bytes(
        "one byte of the team's own model is another",
        "mismatch",
        in_target(lambda built: flip(built.path / FILE)),
        INTENT,
        NAMED,
        ("the declaration at supplychain.toml:20 says", STATED),
    ),
    Bytes(
        "the team's own model has no record",
        "not-recorded",
        in_target(forget_record),
        INTENT,
        NAMED,
        (f"write sha256 = \"{STATED}\" under [[component]] id = '{INTENT}'",),
        frozenset({"7.1", "7.4", "7.6"}),
    ),
    Bytes(
        "a list of models states empty hashes: RVC",
        "empty-hash",
        in_target(planted_catalog),
        "model:file/reranker.ckpt",
        "app/models.json:4",
        ("is empty", "all 64 hex digits"),
        NEW_MODEL,
    ),
]
OPEN = [
    Bytes(
        "nothing of it is at hand", "absent", forget(CACHED), BGE, LOADED, ("the hub, asked on", "fetch=on"), SCANNED
    ),
    Bytes("one file is gone", "absent", in_cache(CACHED, WEIGHTS, hide), BGE, LOADED, (WEIGHTS, "fetch=on"), SCANNED),
    Bytes(
        "a pointer lies in place of the team's own model",
        "pointer-only",
        in_target(lambda built: built.plant(FILE, POINTER)),
        INTENT,
        f"{FILE}:2",
        ("git lfs pull",),
        SCANNED,
    ),
]


@pytest.mark.parametrize("wrong", [*WRONG, *OPEN], ids=str)
def test_the_sound_target_broken_in_one_place(
    wrong: Bytes, target: BuiltTarget, sound: Outcomes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong.check("2.1", target, sound, tmp_path, monkeypatch)


@pytest.mark.parametrize("revision", ['revision="main"', "revision=None"])
def test_a_revision_that_moves_fails_every_artifact(revision: str, target: BuiltTarget) -> None:
    target.edit(RETRIEVAL, "EMBEDDING_MODEL, revision=EMBEDDING_REVISION", f"EMBEDDING_MODEL, {revision}")
    rows = [row for row in run_suite(target)["2.1"].observations if row.component == BGE]
    assert {(row.rule, row.outcome) for row in rows} == {("unpinned", Outcome.FAIL)}
    assert all(f"At {RETRIEVAL}:19 pin a whole commit" in row.remedy for row in rows)


def test_a_remembered_digest_that_somebody_made_up_is_said(
    target: BuiltTarget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("supplychain.artifacts.remembered._SETTLED", -1)
    sound = run_suite(target)
    (kept,) = (tmp_path / "cache").rglob("digests-simulated.json")
    again = run_suite(target)
    assert again["2.1"].observations == sound["2.1"].observations, "a digest of the same day is the same row"
    later = run_suite(target, now="2026-10-21T12:00:00+00:00")
    assert {row.message.partition(" (computed on")[2] for row in later["2.1"].observations} == {
        " 2026-10-20, and the file is unchanged since)"
    }
    assert again.unlike(sound) <= {"7.6", "10.5"}

    weights = next((hub_cache(sound_cache()) / CACHED / "snapshots").rglob("model.onnx")).resolve()
    document = json.loads(kept.read_text())
    (entry,) = (value for name, value in document["entries"].items() if f":{weights.stat().st_ino}:" in name)
    entry["values"]["sha256"] = "0" * 64
    kept.write_text(json.dumps(document))
    (row,) = (row for row in run_suite(target)["2.1"].observations if WEIGHTS in row.message)
    assert row.rule == "matches"
    assert "held a digest of it that was not written by this user's runs; it was not used" in row.message
