"""`supplychain guard` and `supplychain verify`: the manifest that is written, and files held against it."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from supplychain import guard
from supplychain.control import load
from supplychain.model.artifact import Artifact, PublishedHash
from supplychain.model.finding import Finding, Outcome
from supplychain.report import record
from supplychain.report.difference import Run
from supplychain.report.view import View
from supplychain.verbs.guard import manifest
from tests import gating
from tests.guarding import artifact, sha256
from tests.hub_cache import write_cache
from tests.scan.support import evil, torch_file
from tests.scan.test_carving import weights
from tests.scan.test_described import Place, onnx_model
from tests.support import BuiltTarget, Outcomes, run_suite, sound_target
from tests.verbs.support import BGE, INTENT, say, touched, tree

Capture = pytest.CaptureFixture[str]
MANIFEST = ".supplychain/guard.json"
WEIGHTS = "models/intent.safetensors"
BANKING = "dataset:huggingface/mteb/banking77"
OF_MODELS = ("1.1", "1.2", "1.3", "1.4", "2.1", "2.2", "2.3")
OF_DATASETS = ("4.1", "4.2", "4.3", "4.4")
COMMIT = "5c38ec7c405ec4b44b94cc5a9bb96e735b38267a"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """What the unbroken target comes to."""
    return run_suite(sound_target(tmp_path_factory.mktemp("sound")))


def passing(*changed: tuple[str, str, Outcome]) -> dict[str, Finding]:
    """Return findings in which everything holds for the sound target's components, but for what is changed."""
    outcomes = {(name, component): Outcome.PASS for name in OF_MODELS for component in (BGE, INTENT)}
    outcomes |= {(name, BANKING): Outcome.PASS for name in OF_DATASETS}
    outcomes |= {(name, component): outcome for name, component, outcome in changed}
    found = {}
    for name in (*OF_MODELS, *OF_DATASETS):
        rows = [gating.row(name, outcome, component) for (n, component), outcome in outcomes.items() if n == name]
        found[name] = gating.finding(name, *rows)
    return found


def written(sound: Outcomes, findings: dict[str, Finding], *artifacts: Artifact) -> dict[str, Any]:
    case = sound.case.model_copy(update={"artifacts": artifacts})
    return manifest(Run("20261020T120000Z-00000000", case, findings))


def of(component: str = BGE, path: str = "model.safetensors", **changes: Any) -> Artifact:
    whole = {"component": component, "path": path, "where": "cache", "state": "bytes", "size": 4, "sha256": "a" * 64}
    return Artifact.model_validate({**whole, **changes})


def test_what_holds_everywhere_is_trusted(sound: Outcomes) -> None:
    content = written(sound, passing(), of())
    assert content["sources"] == [
        {"id": INTENT, "revisions": [None]},
        {"id": BGE, "revisions": [COMMIT]},
        {"id": BANKING, "revisions": ["0fd18e25b25c072e09e0d92ab615fda904d66300"]},
    ]
    assert content["artifacts"] == [{"component": BGE, "path": "model.safetensors", "sha256": "a" * 64, "size": 4}]


@pytest.mark.parametrize(
    ("changed", "component", "says"),
    [
        (("1.1", BGE, Outcome.FAIL), BGE, "1.1 failed"),
        (("1.1", BGE, Outcome.UNDETERMINED), BGE, "1.1 undetermined"),
        (("1.1", BGE, Outcome.WAIVED), BGE, None),
        (("1.1", INTENT, Outcome.FAIL), INTENT, None),
    ],
)
def test_what_does_not_hold_is_marked_with_the_reason(
    changed: tuple[str, str, Outcome], component: str, says: str | None, sound: Outcomes
) -> None:
    sources = {item["id"]: item.get("untrusted") for item in written(sound, passing(changed))["sources"]}
    assert sources[component] == says
    assert [name for name, why in sources.items() if why] == ([component] if says else [])


def test_each_requirement_with_a_check_has_to_hold(sound: Outcomes) -> None:
    for component, names in ((BGE, OF_MODELS), (INTENT, OF_MODELS[4:]), (BANKING, OF_DATASETS)):
        for name in names:
            findings = passing()
            findings[name] = findings[name].model_copy(update={"observations": ()})
            sources = {item["id"]: item.get("untrusted") for item in written(sound, findings)["sources"]}
            assert sources[component] == (f"{name} undetermined" if load().requirements[name].rule else None)
            broken = {**passing(), name: passing()[name].model_copy(update={"outcome": Outcome.ERROR})}
            sources = {item["id"]: item.get("untrusted") for item in written(sound, broken)["sources"]}
            assert sources[component] == (f"{name} undetermined" if load().requirements[name].rule else None)


def published(value: str, algorithm: str = "sha256", origin: str = "hub", size: int | None = None) -> PublishedHash:
    return PublishedHash.model_validate({"algorithm": algorithm, "value": value, "origin": origin, "size": size})


def test_what_was_published_counts_before_what_was_measured(sound: Outcomes) -> None:
    hub, own = published("b" * 64, size=5), published("c" * 64, origin="download")
    for found, sha256_, size in (
        (of(published=(own, hub)), "b" * 64, 5),
        (of(published=(own,)), "a" * 64, 4),
        (of(state="absent", sha256=None, size=None, published=(hub,)), "b" * 64, 5),
        (of(state="absent", sha256=None, size=None, published=(published("1" * 32, "md5"),)), None, None),
        (of(published=(published("b" * 20),)), "a" * 64, 4),
        (of(published=(published("B" * 64),)), "b" * 64, None),
    ):
        (entry,) = written(sound, passing(), found)["artifacts"]
        assert (entry["sha256"], entry["size"]) == (sha256_, size)
    for found in (of(state="unlisted"), of(state="empty"), of(state="absent", sha256=None)):
        assert written(sound, passing(), found)["artifacts"] == []


def test_files_of_two_revisions_stand_apart(sound: Outcomes) -> None:
    content = written(sound, passing(), of(revision="1" * 40), of(revision="2" * 40, sha256="d" * 64), of())
    assert [entry.get("revision") for entry in content["artifacts"]] == ["1" * 40, "2" * 40, None]


def recorded(target: BuiltTarget, folder: Path) -> Path:
    found = run_suite(target)
    name = f"20261020T120000Z-{secrets.token_hex(4)}"
    run = folder / "reports" / "runs" / name
    record.write(View(found.case, found.findings, name), run, datetime.now(UTC), [], {})
    return run


def test_it_writes_the_manifest_that_the_guard_reads(target: BuiltTarget, tmp_path: Path, capsys: Capture) -> None:
    before = tree(target)
    said = say(capsys, "guard", target, "--run", recorded(target, tmp_path))
    assert (said.code, said.err) == (0, [])
    assert touched(before, tree(target)) == {MANIFEST}
    assert "components, " in said.out[-1]
    assert guard.__file__ in said.out[-1]
    known = guard.read_manifest(target.path / MANIFEST)
    assert list(known.sources) == [INTENT, BGE, BANKING]
    marked = [name for name, (_, why) in known.sources.items() if why]
    assert [line.split(": ")[1] for line in said.out[:-1]] == marked


def test_a_run_of_another_target_writes_nothing(target: BuiltTarget, tmp_path: Path, capsys: Capture) -> None:
    run = recorded(target, tmp_path)
    other = BuiltTarget(tmp_path / "other").plant("a.py", "x = 1\n")
    refusal = say(capsys, "guard", other, "--run", run).refusal()
    assert "is of target, not of other" in refusal
    assert "is not the record of a run" in say(capsys, "guard", target, "--run", tmp_path / "none").refusal()


def listed(target: BuiltTarget, *more: dict[str, Any], **changes: Any) -> BuiltTarget:
    """Write a manifest for the target's own weights."""
    weights = (target.path / WEIGHTS).read_bytes()
    entry = {**artifact(WEIGHTS, weights), **changes}
    sources = [{"id": name, "revisions": [None]} for name in {INTENT, *(item["component"] for item in more)}]
    content = {"schema": 1, "sources": sources, "artifacts": [entry, *more]}
    return target.plant(MANIFEST, json.dumps(content))


def test_a_target_as_it_was_assessed_holds(target: BuiltTarget, capsys: Capture) -> None:
    listed(target)
    before = tree(target)
    said = say(capsys, "verify", target)
    assert (said.code, said.err) == (0, [])
    assert said.out[0] == f"{target.path}: 1 held against {target.path}/{MANIFEST}, 0 refused"
    assert said.out[1].startswith("no indicator found by layers ")
    assert len(said.out) == 2
    assert touched(before, tree(target)) == set()


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"e" * 64 + b"\nsize 12345\n"


@pytest.mark.parametrize(
    ("data", "changes", "rule", "code"),
    [
        (b"other", {"size": None}, "mismatch", 1),
        (b"cut", {}, "truncated", 1),
        (b"", {}, "empty", 1),
        (POINTER, {}, "pointer", 3),
        (None, {"sha256": None}, "md5-only", 3),
        (None, {"component": "model:huggingface/a/b"}, "untrusted", 1),
        (None, {"path": "elsewhere/w.bin"}, "misplaced", 1),
    ],
)
def test_each_reason_is_named_with_the_file_and_the_next_step(
    data: bytes | None, changes: dict[str, Any], rule: str, code: int, target: BuiltTarget, capsys: Capture
) -> None:
    listed(target, **changes)
    if data is not None:
        target.plant(WEIGHTS, data)
    before = tree(target)
    alone = say(capsys, "verify", target.path / WEIGHTS, "--manifest", target.path / MANIFEST)
    assert alone.code == code
    assert alone.out[0].startswith(f"refused {target.path / WEIGHTS}: {rule}: ")
    assert "; next: " in alone.out[0]
    assert touched(before, tree(target)) == set(), "it changes nothing: neither deny list nor quarantine"
    whole = say(capsys, "verify", target)
    assert whole.code in {code, 1}
    assert any(f": {rule}: " in line for line in whole.out)


def test_an_unpinned_component_is_refused(target: BuiltTarget, capsys: Capture) -> None:
    entry = artifact("w.bin", b"w", component=BGE)
    target.plant("w.bin", b"w")
    listed(target, entry)
    said = say(capsys, "verify", target.path / "w.bin", "--manifest", target.path / MANIFEST)
    assert (said.code, ": unpinned: " in said.out[0]) == (1, True)


def test_a_file_that_nobody_listed_is_refused(target: BuiltTarget, capsys: Capture) -> None:
    listed(target)
    weights = (target.path / WEIGHTS).read_bytes()
    target.plant("models/new.safetensors", weights + b" ")
    said = say(capsys, "verify", target)
    assert said.code == 1
    assert said.out[0].startswith(f"refused {target.path}/models/new.safetensors: unlisted: ")
    (target.path / WEIGHTS).unlink()
    gone = say(capsys, "verify", target)
    assert any(f"{WEIGHTS}: missing: " in line for line in gone.out)


def test_what_the_guard_denied_is_refused(target: BuiltTarget, capsys: Capture) -> None:
    listed(target)
    digest = sha256((target.path / WEIGHTS).read_bytes())
    target.plant(".supplychain/guard/denied.jsonl", json.dumps({"denied": f"sha256:{digest}"}) + "\n")
    said = say(capsys, "verify", target)
    assert (said.code, ": deny-listed: " in said.out[0]) == (1, True)


def test_a_folder_holds_what_the_manifest_lists_of_one_component(target: BuiltTarget, capsys: Capture) -> None:
    listed(target)
    folder = target.path / "models"
    assert say(capsys, "verify", folder, "--manifest", target.path / MANIFEST).code == 0
    target.plant("models/setup.py", b"import os\n")
    said = say(capsys, "verify", folder, "--manifest", target.path / MANIFEST)
    assert (said.code, "setup.py: unlisted" in said.out[0]) == (1, True)
    args = ("--manifest", target.path / MANIFEST, "--component", BGE)
    assert say(capsys, "verify", target.path / WEIGHTS, *args).code == 1


@pytest.mark.parametrize("text", ["", "{}", "[", '{"schema": 2, "sources": [], "artifacts": []}'])
def test_without_a_manifest_nothing_is_accepted(text: str, target: BuiltTarget, capsys: Capture) -> None:
    alone = say(capsys, "verify", target)
    assert (alone.code, "held against no manifest; write it with supplychain guard TARGET" in alone.out[-1]) == (
        3,
        True,
    )
    target.plant(MANIFEST, text)
    assert "is damaged" in say(capsys, "verify", target).refusal()
    assert "does not exist" in say(capsys, "verify", target.path / "none", "--manifest", "x").refusal()
    listed(target).plant(".supplychain/guard/denied.jsonl", "half a line")
    assert "the deny list" in say(capsys, "verify", target).refusal()


def test_a_target_without_models_was_not_verified(tmp_path: Path, capsys: Capture) -> None:
    target = BuiltTarget(tmp_path / "plain").plant("a.py", "x = 1\n")
    target.plant(MANIFEST, '{"schema": 1, "sources": [], "artifacts": []}')
    said = say(capsys, "verify", target)
    assert said.code == 3
    assert "no model or dataset of production lies in it" in said.err[0]


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (torch_file(), 0, "no indicator found by layers "),
        (evil(), 1, "malicious {file}: "),
        (b"\0\xfe\xff\1" * 20, 3, "not fully scanned {file}: plain: its bytes are of no format"),
    ],
)
def test_one_file_is_scanned_without_a_manifest(
    data: bytes, code: int, says: str, tmp_path: Path, capsys: Capture
) -> None:
    file = tmp_path / "model.bin"
    file.write_bytes(data)
    said = say(capsys, "verify", file)
    assert (said.code, said.err) == (code, [])
    assert said.out[0].startswith(says.format(file=file))
    assert "; not covered: " in said.out[-1]
    if code:
        assert "; next: " in said.out[0]


def test_what_asks_for_review_is_open(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "convert.sh"
    file.write_bytes(b"#!/bin/sh\necho hello\n")
    said = say(capsys, "verify", file)
    assert (said.code, said.out[0].startswith(f"review {file}: script: ")) == (3, True)


def test_a_folder_that_no_manifest_lists_is_scanned_and_stays_open(tmp_path: Path, capsys: Capture) -> None:
    for name, data in {"model.pt": torch_file(), "config.json": b"{}", ".git/hooks": evil()}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    said = say(capsys, "verify", tmp_path)
    assert (said.code, "of 2 files" in said.out[0]) == (3, True)
    (tmp_path / "extra.pkl").write_bytes(evil())
    assert say(capsys, "verify", tmp_path).code == 1
    assert "name it: --manifest FILE" in say(capsys, "verify", tmp_path, "--component", BGE).refusal()


def test_a_revision_in_the_cache_of_a_hub_is_scanned_by_its_links(tmp_path: Path, capsys: Capture) -> None:
    folder = write_cache(tmp_path, BGE, {"pytorch_model.bin": evil(), "config.json": b"{}"}, COMMIT)
    (folder / "outside").symlink_to("/etc/hostname")
    said = say(capsys, "verify", folder)
    assert said.code == 1
    assert any(line.startswith(f"malicious {folder}/pytorch_model.bin: ") for line in said.out)
    assert any(line.startswith(f"not fully scanned {folder}/outside: ") for line in said.out)


def test_values_in_the_cache_of_a_hub_are_read_by_what_lies_beside_their_link(tmp_path: Path, capsys: Capture) -> None:
    files = {"model.onnx": onnx_model(Place(0, 100)), "model.onnx.data": weights("F32", 100).tobytes()}
    folder = write_cache(tmp_path, BGE, files, COMMIT)
    assert not any(line.startswith("not fully scanned") for line in say(capsys, "verify", folder).out)
    assert say(capsys, "verify", folder / "model.onnx.data").code == 0
    (folder / "model.onnx").unlink()
    assert say(capsys, "verify", folder / "model.onnx.data").code == 3


def test_what_the_manifest_lists_is_scanned_as_well(target: BuiltTarget, capsys: Capture) -> None:
    data = evil()
    target.plant("models/extra.pkl", data)
    listed(target, artifact("models/extra.pkl", data, component="model:file/models/extra.pkl"))
    said = say(capsys, "verify", target.path / "models/extra.pkl", "--manifest", target.path / MANIFEST)
    assert (said.code, said.out[0].endswith("0 refused")) == (1, True)
    assert said.out[1].startswith(f"malicious {target.path}/models/extra.pkl: ")


def test_an_empty_file_was_not_scanned(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "model.pkl").write_bytes(b"")
    said = say(capsys, "verify", tmp_path / "model.pkl")
    assert (said.code, "nothing was scanned; next: fetch it again" in said.out[0]) == (3, True)
