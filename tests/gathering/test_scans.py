"""Every file of a model at hand is scanned, read once, and not read again while it is unchanged."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from supplychain.artifacts import remembered
from supplychain.gathering import scans
from supplychain.target import Target
from tests.artifacts.support import COMMIT, case_of, reference
from tests.gathering.support import BASE, DATASET, MODEL, Runs, safetensors
from tests.scan.support import evil, torch_file
from tests.scan.test_carving import weights
from tests.scan.test_described import Place, onnx_model

FILES = {
    "model__safetensors": safetensors(weight=(1.0, 2.0)),
    "pytorch_model__bin": torch_file(),
    "config__json": b'{"model_type": "bert"}\n',
    "modeling_x__py": b"import torch\n",
    "tokenizer__json": b'{"version": "1.0"}\n',
}


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    monkeypatch.setattr(remembered, "_SETTLED", -1)
    found = Runs(tmp_path)
    monkeypatch.setenv("HF_HOME", str(found.home))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.delenv("HUGGINGFACE_HUB_CACHE", raising=False)
    return found


def test_every_file_of_a_model_is_scanned_with_where_it_comes_from(runs: Runs) -> None:
    runs.put(MODEL, **FILES)
    run = runs.run()
    assert {one.path for one in run.scans} == {name.replace("__", ".") for name in FILES}
    for one in run.scans:
        (artifact,) = (found for found in run.artifacts if found.path == one.path)
        assert (one.sha256, one.revision) == (artifact.sha256, artifact.revision)
        assert (one.components, one.at, one.cached) == ((MODEL,), artifact.at, None)


def test_the_scan_gives_the_digest_so_that_nothing_is_read_twice(runs: Runs) -> None:
    runs.put(MODEL, model__safetensors=FILES["model__safetensors"], modeling_x__py=FILES["modeling_x__py"])
    run = runs.run()
    large = next(artifact for artifact in run.artifacts if artifact.path == "model.safetensors")
    assert large.sha256 == hashlib.sha256(FILES["model__safetensors"]).hexdigest()
    assert (run.scanned, run.hashed) == (2, 1), "what git names by its own id is digested for that"


def test_a_second_run_with_nothing_changed_reads_nothing(runs: Runs) -> None:
    runs.put(MODEL, **FILES)
    first = runs.run()
    second = runs.run(days=1)
    assert (second.scanned, second.hashed) == (0, 0)
    assert {one.cached for one in second.scans} == {runs.case.now.date()}
    assert [one.model_copy(update={"cached": None}) for one in second.scans] == list(first.scans)


def test_changed_bytes_are_scanned_again(runs: Runs) -> None:
    runs.put(MODEL, **FILES)
    runs.run()
    runs.put(MODEL, config__json=b'{"model_type": "gpt2"}\n')
    again = runs.run(days=1)
    assert (again.scanned, again.of("config.json").cached) == (1, None)


def test_what_was_remembered_long_ago_is_scanned_again(runs: Runs) -> None:
    runs.put(MODEL, **FILES)
    runs.run()
    assert runs.run(days=31).scanned == len(FILES)


def test_a_poisoned_memory_is_noticed_and_not_used(runs: Runs) -> None:
    runs.put(MODEL, model__pt=evil())
    assert runs.run().of("model.pt").verdict == "malicious"
    file = runs.folder / "cache" / "scans.json"
    poisoned = json.loads(file.read_text())
    (entry,) = poisoned["entries"].values()
    seen = json.loads(entry["values"]["scanned"])
    entry["values"]["scanned"] = json.dumps({**seen, "verdict": "safe", "indicators": []})
    file.write_text(json.dumps(poisoned))
    again = runs.run(days=1).of("model.pt")
    assert (again.verdict, again.cached) == ("malicious", None)
    assert [one.says for one in again.indicators if one.rule == "foreign-memory"] == [
        "scans.json in the user's cache held a result for it that this user's runs did not write"
    ]
    assert "foreign-memory" not in {one.rule for one in runs.run(days=2).of("model.pt").indicators}


def test_other_rules_see_the_bytes_anew(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    runs.put(MODEL, **FILES)
    runs.run()
    monkeypatch.setattr("supplychain.scan.remembered._rules", lambda: "other")
    assert runs.run(days=1).scanned == len(FILES)


def test_of_datasets_only_what_can_hold_code_is_scanned(runs: Runs) -> None:
    rows = b"a,b\n1,2\n"
    runs.put(DATASET, rows__pkl=evil(), rows__csv=rows, load__py=b"import os\nos.system('true')\n", t__parquet=b"PAR1")
    assert {one.path for one in runs.run().scans} == {"rows.pkl", "load.py"}


def test_what_a_dataset_holds_is_not_looked_at_again(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    runs.put(DATASET, rows__pkl=evil(), rows__csv=b"a,b\n1,2\n")
    runs.run()
    monkeypatch.setattr(scans, "_may_hold_code", None)
    again = runs.run(days=1)
    assert ({one.path for one in again.scans}, again.scanned, again.hashed) == ({"rows.pkl"}, 0, 0)


def test_a_file_in_two_components_is_scanned_once(runs: Runs) -> None:
    runs.case = case_of(reference("model:file/models"), reference("model:file/models/w.pt"))
    run = runs.run(target=Target.of({"models/w.pt": evil(), "readme.txt": b"x"}))
    (one,) = run.scans
    assert one.components == ("model:file/models", "model:file/models/w.pt")
    assert (one.verdict, run.scanned) == ("malicious", 1)


def test_values_in_a_cache_are_read_by_what_describes_them_in_their_revision_and_not_remembered(runs: Runs) -> None:
    files = {"model__onnx": onnx_model(Place(0, 100)), "model__onnx__data": weights("F32", 100).tobytes()}
    name = "model.onnx.data"
    runs.put(MODEL, **files)
    assert (runs.run().of(name).verdict, runs.run(days=1).of(name).cached) == ("safe", None)
    runs.put(MODEL, model__onnx=onnx_model(Place(0, 50)))
    changed = runs.run(days=1)
    assert (changed.of(name).verdict, changed.of("model.onnx").cached) == ("not fully scanned", None)
    runs.put(MODEL, **files)
    assert runs.run(days=1).of(name).verdict == "safe"


def test_the_same_values_beside_others_are_scanned_by_themselves(runs: Runs) -> None:
    values = weights("F32", 100).tobytes()
    runs.case = case_of(reference(MODEL, COMMIT), reference(BASE, COMMIT))
    runs.put(BASE, model__onnx__data=values)
    runs.put(MODEL, model__onnx=onnx_model(Place(0, 100)), model__onnx__data=values)
    run = runs.run(target=Target.of({"readme.txt": b"x"}))
    told = {one.components: one.verdict for one in run.scans if one.path == "model.onnx.data"}
    assert told == {(MODEL,): "safe", (BASE,): "not fully scanned"}


def test_bytes_that_lie_in_memory_are_scanned_once_in_a_run_of_copies(runs: Runs) -> None:
    runs.case = case_of(reference("model:file/w.pt"))
    target = Target.of({"w.pt": evil(), "readme.txt": b"x"})
    assert [runs.run(target=target).scanned for _ in range(2)] == [1, 0]


def test_bytes_that_change_between_two_reads_are_not_trusted(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    runs.put(MODEL, model__safetensors=FILES["model__safetensors"])
    real = scans.Scanning.look

    def look(self: scans.Scanning, *given: object) -> scans.Seen:
        found = real(self, *given)  # type: ignore[arg-type]
        runs.put(MODEL, model__safetensors=FILES["model__safetensors"])
        blob = next((runs.home / "hub").rglob("blobs/*"))
        blob.write_bytes(safetensors(weight=(1.0, 3.0)))
        return found

    monkeypatch.setattr(scans.Scanning, "look", look)
    (one,) = runs.run().scans
    assert (one.verdict, one.problem, one.sha256) == (
        "not fully scanned",
        "its bytes were changed between two reads",
        None,
    )


def test_a_file_above_the_limit_is_not_read(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    runs.put(MODEL, **FILES)
    real = scans.Scanning.look

    def look(self: scans.Scanning, *given: object) -> scans.Seen:
        self.most = 10
        return real(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(scans.Scanning, "look", look)
    run = runs.run()
    assert {(one.verdict, "; 10 are read" in one.problem) for one in run.scans} == {("not fully scanned", True)}
    assert run.scanned == 0


def test_a_cluster_that_went_away_leaves_it_open(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise ConnectionError("no Dask scheduler answers at tcp://a.example:1")

    monkeypatch.setattr("supplychain.scan.pool.scan_all", gone)
    runs.put(MODEL, **FILES)
    run = runs.run(executor="tcp://a.example:1")
    assert {(one.verdict, one.problem) for one in run.scans} == {
        ("not fully scanned", "no Dask scheduler answers at tcp://a.example:1")
    }
    assert all(artifact.sha256 for artifact in run.artifacts if artifact.component == MODEL)
