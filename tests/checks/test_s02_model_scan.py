"""2.3 over cases by hand with what scans of real bytes say: which file and call gives which row, and its canaries."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path
from typing import Any

import numpy
import pytest
from safetensors.numpy import save

from supplychain import catalog
from supplychain.checks import s02_model_scan
from supplychain.checks.canaries.s02_model_scan import plant
from supplychain.checks.engine import decide
from supplychain.checks.loading import loadings
from supplychain.control import load
from supplychain.model.artifact import Artifact
from supplychain.model.case import Case
from supplychain.model.component import Component
from supplychain.model.declaration import Declaration, DeclaredComponent, Provenance
from supplychain.model.finding import Observation, Outcome
from supplychain.model.inventory import Inventory, SelfTest
from supplychain.model.package import Graph, Resolved
from supplychain.model.policy import People, Policy
from supplychain.model.reference import Place, Reference, Relation, Resolution
from supplychain.model.scan import Compared, Coverage, Scanned
from supplychain.scan.engine import scan
from supplychain.suite import tool
from tests.scan.support import evil, zipped
from tests.support import Outcomes

HUB, FILE, BASE = "model:huggingface/o/m", "model:file/w.bin", "model:huggingface/o/base"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
AT = Place(file="app/load.py", line=3)
SOUND = save({"weight": numpy.arange(1, 17, dtype="f4")})
POLICIES = {"strict defaults": Policy(), "some people": Policy(people=People(approvers=("a@example.com",)))}


def reference(component: str = HUB, **changes: Any) -> Reference:
    given = {"component": Component.parse(component), "at": AT, "resolution": Resolution.LITERAL, "revision": COMMIT}
    return Reference.model_validate({**given, **changes})


def scanned(folder: Path, path: str, data: bytes, component: str = HUB, **changes: Any) -> Scanned:
    """Return what a scan of these bytes says, as it is gathered for a component."""
    (folder / "bytes").write_bytes(data)
    found = scan(str(folder / "bytes"), name=path)
    return found.model_copy(update={"components": (component,), "at": AT, "revision": COMMIT, **changes})


def artifact(path: str, data: bytes, component: str = HUB, **changes: Any) -> Artifact:
    digest = hashlib.sha256(data).hexdigest()
    given = {"component": component, "path": path, "where": "cache", "revision": COMMIT, "state": "bytes"}
    return Artifact.model_validate({**given, "sha256": digest, **changes})


def of(case: Case, *references: Reference, **changes: Any) -> Case:
    """Return a case that uses one model at these places."""
    inventory = Inventory(references=references, looked_at=1, self_test=SelfTest(planted=1, found=1))
    return case.model_copy(update={"inventory": inventory, **changes})


def with_files(case: Case, folder: Path, files: dict[str, bytes], *references: Reference, **changes: Any) -> Case:
    """Return a case with a model of these files, each scanned."""
    parts = {
        "artifacts": tuple(artifact(path, data) for path, data in files.items()),
        "scans": tuple(scanned(folder, path, data) for path, data in files.items()),
    }
    return of(case, *(references or (reference(),)), **{**parts, **changes})


def rows(case: Case) -> tuple[Observation, ...]:
    finding = decide("2.3", case, tool())
    assert finding.canaries is not None, finding.reason
    assert finding.canaries.missed == ()
    return finding.observations


def rules(case: Case) -> list[str]:
    return [row.rule for row in rows(case)]


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
@pytest.mark.parametrize("component", ["", HUB, FILE], ids=["none", "of the hub", "a file"])
def test_every_canary_comes_out_as_planted(component: str, policy: Policy, bare: Case) -> None:
    case = of(bare, *((reference(component),) if component else ()), policy=policy)
    finding = decide("2.3", case, tool())
    assert finding.canaries is not None
    assert finding.canaries.missed == ()
    assert finding.canaries.bad.planted >= 10
    assert finding.canaries.good.planted >= 10


def test_the_canaries_reach_every_rule(sound: Outcomes) -> None:
    assert {canary.rule for canary in plant(sound.case)} - {None} == set(load().requirements["2.3"].rules)


def test_canaries_are_made_of_the_targets_own_bytes(sound: Outcomes) -> None:
    own = {scan.sha256 for scan in sound.case.scans}
    planted = {scan.sha256 for canary in plant(sound.case) for scan in canary.case.scans}
    assert own & planted


@pytest.mark.parametrize("name", ["_rule", "_stated", "loadings", "code_problem"])
def test_a_check_that_lets_it_pass_is_found_out(name: str, bare: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    blind = {"_rule": "reviewed", "_stated": "changed", "loadings": (), "code_problem": None}[name]
    monkeypatch.setattr(s02_model_scan, name, lambda *_: blind)
    assert decide("2.3", of(bare, reference()), tool()).outcome is Outcome.ERROR


def test_every_file_of_a_model_counts(bare: Case, tmp_path: Path) -> None:
    case = with_files(bare, tmp_path, {"model.safetensors": SOUND, "config.json": b"{}"})
    (row,) = rows(case)
    assert (row.rule, row.at) == ("no-indicator", AT)
    assert "of 2 files" in row.message
    assert len(row.evidence) == 2
    beside = scanned(tmp_path, "tokenization.py", b"import os\nos.system('true')\n")
    (row,) = rows(case.model_copy(update={"scans": (*case.scans, beside)}))
    assert (row.rule, row.outcome) == ("malicious", Outcome.FAIL)
    assert "tokenization.py" in row.message
    assert "line 2" in row.message


def test_many_indicators_of_one_rule_in_one_file_are_one_row(bare: Case, tmp_path: Path) -> None:
    data = zipped({f"{number}.pkl": evil() for number in range(9)})
    (row,) = [row for row in rows(with_files(bare, tmp_path, {"m.pt": data})) if row.rule == "malicious"]
    assert "0.pkl" in row.message
    assert "; also: 1.pkl, byte 61; 2.pkl, byte 61; 3.pkl, byte 61, and 5 more" in row.message


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"sha256": "0" * 64}, "other-bytes"),
        ({"sha256": None, "state": "pointer"}, "pointer-only"),
        ({"sha256": None, "state": "absent"}, "absent"),
        ({"sha256": None, "state": "not read", "problem": "a limit"}, "artifact-not-read"),
    ],
)
def test_bytes_that_were_not_scanned_stay_open(changes: dict[str, Any], rule: str, bare: Case, tmp_path: Path) -> None:
    case = with_files(bare, tmp_path, {"m.safetensors": SOUND})
    wrong = case.model_copy(update={"artifacts": (artifact("m.safetensors", SOUND, **changes),)})
    (row,) = rows(wrong)
    assert (row.rule, row.outcome) == (rule, Outcome.UNDETERMINED)
    assert row.remedy


def test_a_part_of_a_model_does_not_pass(bare: Case, tmp_path: Path) -> None:
    case = with_files(bare, tmp_path, {"m.safetensors": SOUND})
    absent = artifact("m-00002.safetensors", b"", state="absent", sha256=None)
    assert rules(case.model_copy(update={"artifacts": (*case.artifacts, absent)})) == ["absent"]


def test_a_scan_without_an_artifact_of_its_name_is_found_by_its_digest(bare: Case, tmp_path: Path) -> None:
    other = scanned(tmp_path, "elsewhere/m.safetensors", SOUND, "model:file/elsewhere")
    case = of(bare, reference(), artifacts=(artifact("m.safetensors", SOUND),), scans=(other,))
    assert rules(case) == ["no-indicator"]


@pytest.mark.parametrize(
    ("state", "reason", "rule", "outcome"),
    [
        ("stopped", "it took more than 600 seconds", "broke-off", Outcome.FAIL),
        ("stopped", "the layer broke: ValueError: x", "broke-off", Outcome.FAIL),
        ("lacking", "h5py is not installed; the extra [scan] brings it", "layer-lacking", Outcome.UNDETERMINED),
    ],
)
def test_what_was_not_fully_scanned_never_passes(
    state: str, reason: str, rule: str, outcome: Outcome, bare: Case, tmp_path: Path
) -> None:
    case = with_files(bare, tmp_path, {"m.safetensors": SOUND})
    more = Coverage.model_validate({"layer": "second", "state": state, "reason": reason})
    broken = case.scans[0].model_copy(update={"coverage": (*case.scans[0].coverage, more)})
    (row,) = rows(case.model_copy(update={"scans": (broken,)}))
    assert (row.rule, row.outcome) == (rule, outcome)
    assert reason in row.message


def test_a_time_limit_of_the_last_layer_is_no_unknown_format(bare: Case, tmp_path: Path) -> None:
    binary = {"vectors.dat": b"\x01\x00\xff" * 9}
    case = with_files(bare, tmp_path, binary)
    assert rules(case) == ["unknown-format"]
    late = Coverage(layer="plain", state="stopped", reason="it took more than 600 seconds")
    scan_ = case.scans[0].model_copy(update={"coverage": (late,)})
    assert rules(case.model_copy(update={"scans": (scan_,)})) == ["broke-off"]


def torch(version: str | None, **changes: Any) -> Resolved:
    given = {"component": Component.parse("package:pypi/torch"), "version": version, "at": Place(file="lock", line=1)}
    return Resolved.model_validate({**given, "project": "", "format": "uv.lock", "is_locked": True, **changes})


@pytest.mark.parametrize(
    ("entries", "flags", "why"),
    [
        ((), (), "no lock says which torch is installed"),
        ((), ("weights_only=True",), "no lock says which torch is installed"),
        ((torch("2.5.1"),), ("weights_only=True",), "CVE-2025-32434"),
        ((torch("2.10.0rc1"),), (), "lock:1 has torch 2.10.0rc1"),
        ((torch("2.9.1"),), ("weights_only=True",), "CVE-2026-24747"),
        ((torch("2.10.0"), torch("2.4.0", project="b")), (), "torch 2.4.0"),
        ((torch(None, asked=">=2.10", is_locked=False),), (), "torch >=2.10"),
        ((torch("2.10.0"), torch(None, asked=">=2", is_locked=False)), (), None),
        ((torch("2.10.0"),), (), None),
        ((torch("2.11.0+cu128"),), ("weights_only=True",), None),
        ((torch("2.10.0"),), ("weights_only=False",), "weights_only=False"),
        ((torch("2.10.0"),), ("weights_only=safe",), "weights_only=safe"),
    ],
)
def test_torch_load_by_its_argument_and_the_version_that_is_locked(
    entries: tuple[Resolved, ...], flags: tuple[str, ...], why: str | None, bare: Case
) -> None:
    case = of(bare, graph=Graph(packages=entries))
    found = loadings(case, reference(call="torch.load", flags=flags))
    assert [why is not None and why in one.why for one in found] == ([True] if why else [])


@pytest.mark.parametrize(
    ("call", "flags", "what"),
    [
        ("transformers.AutoModel.from_pretrained", ("trust_remote_code=True",), "repository"),
        ("transformers.AutoModel.from_pretrained", ("trust_remote_code=False",), None),
        ("transformers.AutoModel.from_pretrained", ("use_safetensors=False",), "file"),
        ("transformers.AutoModel.from_pretrained", ("weights_only=False",), "file"),
        ("transformers.AutoModel.from_pretrained", (), None),
        ("torch.hub.load", (), "repository"),
        ("torch.jit.load", (), "file"),
        ("torch.utils.model_zoo.load_url", (), "file"),
        ("joblib.load", (), "file"),
        ("ours.load → also.ours → joblib.load", (), "file"),
        ("joblib.load → safetensors.numpy.load_file", (), None),
        ("pickle.loads", (), "file"),
        ("dill.load", (), "file"),
        ("pandas.read_pickle", (), "file"),
        ("ultralytics.YOLO", (), "file"),
        ("tensorflow.keras.models.load_model", ("safe_mode=False",), "file"),
        ("numpy.load", ("allow_pickle=True",), "file"),
        ("langchain_community.vectorstores.FAISS.load_local", ("allow_dangerous_deserialization=True",), "file"),
        ("safetensors.numpy.load_file", (), None),
        ("onnxruntime.InferenceSession", (), None),
    ],
)
def test_what_a_call_lets_happen(call: str, flags: tuple[str, ...], what: str | None, bare: Case) -> None:
    found = loadings(of(bare), reference(call=call, flags=flags))
    assert [one.what for one in found] == ([what] if what else [])
    assert {one.permit for one in found} <= {permit.id for permit in catalog.permits()}


@pytest.mark.parametrize(
    ("call", "package", "version", "is_told"),
    [
        ("keras.models.load_model", "keras", "3.13.1", True),
        ("keras.models.load_model", "keras", "3.13.2", False),
        ("torch.hub.load_state_dict_from_url", "torch", "2.11.0", True),
        ("mmengine.runner.load_checkpoint", "torch", "2.9.1", True),
        ("mmengine.runner.load_checkpoint", "torch", "2.10.0", False),
        ("nemo.core.ModelPT.restore_from", "nemo-toolkit", "2.4.0", True),
        ("nemo.core.ModelPT.restore_from", "nemo-toolkit", "3.0.0", False),
        ("ultralytics.YOLO", "ultralytics", "8.4.190", True),
    ],
)
def test_from_which_version_on_a_library_keeps_a_call_from_it(
    call: str, package: str, version: str, is_told: bool, bare: Case
) -> None:
    entry = torch(version, component=Component.parse(f"package:pypi/{package}"))
    found = loadings(of(bare, graph=Graph(packages=(entry,))), reference(call=call))
    assert len(found) == is_told


def test_a_call_may_let_both_happen(bare: Case) -> None:
    flags = ("trust_remote_code=True", "use_safetensors=False")
    found = loadings(of(bare), reference(call="transformers.AutoModel.from_pretrained", flags=flags))
    assert {one.what for one in found} == {"file", "repository"}


def test_a_pickle_loader_is_decided_by_the_bytes(bare: Case, tmp_path: Path) -> None:
    loading = reference(call="joblib.load", at=Place(file="app/load.py", line=9))
    sound = zipped({"m/data.pkl": pickle.dumps({"a": 1}, 2)})
    case = with_files(bare, tmp_path, {"m.pt": sound}, reference(), loading)
    assert rules(case) == ["no-indicator", "loads-scanned"]
    bad = rows(with_files(bare, tmp_path, {"m.pt": evil()}, reference(), loading))
    assert [(row.rule, row.at and row.at.line) for row in bad] == [("malicious", 3), ("loads-indicator", 9)]
    absent = of(bare, reference(), loading)
    assert rules(absent) == ["absent", "loads-unscanned"]


def changed_bit(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def compared(folder: Path, data: bytes, base: bytes, **changes: Any) -> Compared:
    """Return what comparing these bytes with a base gives."""
    from supplychain.scan.comparing import compare

    own, other = folder / "own.safetensors", folder / "base.safetensors"
    own.write_bytes(data)
    other.write_bytes(base)
    found = compare(str(own), str(other))
    given = {name: getattr(found, name) for name in ("state", "tensors", "changed", "missing", "says")}
    known = {"component": HUB, "path": "m.safetensors", "base": BASE, "base_path": "m.safetensors"}
    return Compared.model_validate({**known, "sha256": hashlib.sha256(data).hexdigest(), **given, **changes})


def stating(*transforms: str, source: str = "o/base") -> dict[str, Any]:
    provenance = Provenance(source=source, transforms=transforms)
    return {"declaration": Declaration(schema=1, component=(DeclaredComponent(id=HUB, provenance=provenance),))}


@pytest.mark.parametrize(
    ("stated", "rule"),
    [
        ({}, "changed-weights"),
        (stating(), "changed-weights"),
        (stating("fine-tuned", source="another/base2"), "changed-weights"),
        (stating("fine-tuned on our tickets"), "fine-tuned"),
    ],
)
def test_one_changed_bit_against_the_base(stated: dict[str, Any], rule: str, bare: Case, tmp_path: Path) -> None:
    data = changed_bit(SOUND)
    held = compared(tmp_path, data, SOUND)
    assert held.state == "changed"
    case = with_files(bare, tmp_path, {"m.safetensors": data}, comparisons=(held,), **stated)
    found = {row.rule: row for row in rows(case)}
    assert set(found) == {"no-indicator", rule}
    assert "weight" in found[rule].message
    assert found[rule].evidence == (f"sha256:{held.sha256}",)


def test_a_model_card_of_the_target_may_say_that_it_was_fine_tuned(bare: Case, tmp_path: Path) -> None:
    data = changed_bit(SOUND)
    case = with_files(bare, tmp_path, {"m.safetensors": data}, comparisons=(compared(tmp_path, data, SOUND),))
    for base, rule in ((BASE, "fine-tuned"), ("model:huggingface/o/other", "changed-weights")):
        relation = Relation(subject=HUB, kind="fine-tuned from", object=base, at=AT)
        inventory = case.inventory.model_copy(update={"relations": (relation,)})
        assert set(rules(case.model_copy(update={"inventory": inventory}))) == {"no-indicator", rule}


def test_identical_weights_are_told_and_other_bytes_say_nothing(bare: Case, tmp_path: Path) -> None:
    held = compared(tmp_path, SOUND, SOUND)
    case = with_files(bare, tmp_path, {"m.safetensors": SOUND}, comparisons=(held,))
    (row,) = rows(case)
    assert f"m.safetensors against {BASE}: identical" in row.message
    stale = held.model_copy(update={"sha256": "0" * 64, "state": "changed"})
    (row,) = rows(case.model_copy(update={"comparisons": (stale,)}))
    assert BASE not in row.message


def test_a_declared_copy_that_was_not_compared_stays_open(bare: Case, tmp_path: Path) -> None:
    held = compared(tmp_path, SOUND, SOUND, state="not compared", says="its base is not at hand")
    files = {"m.safetensors": SOUND}
    assert rules(with_files(bare, tmp_path, files, comparisons=(held,))) == ["no-indicator"]
    assert "copy-not-compared" in rules(with_files(bare, tmp_path, files, comparisons=(held,), **stating()))
    plain = DeclaredComponent(id=HUB, provenance=Provenance(source="o/base"))
    unsaid = {"declaration": Declaration(schema=1, component=(plain,))}
    assert rules(with_files(bare, tmp_path, files, comparisons=(held,), **unsaid)) == ["no-indicator"]


@pytest.mark.parametrize("count", [1, 3, 40])
def test_what_was_not_covered_stays_in_the_row_however_much_was_looked_at(
    count: int, bare: Case, tmp_path: Path
) -> None:
    case = with_files(bare, tmp_path, {"m.safetensors": SOUND})
    ran = tuple(Coverage(layer=f"layer {n} of many", state="ran", bytes=10**9) for n in range(count))
    scans = [
        case.scans[0].model_copy(update={"path": f"{'x' * 99}{n}", "size": 10**12, "coverage": ran})
        for n in range(count)
    ]
    held = Compared(
        component=HUB,
        path="m",
        base=BASE,
        base_path="m",
        sha256=case.scans[0].sha256 or "",
        state="identical",
        says="y" * 400,
    )
    (row,) = rows(case.model_copy(update={"scans": tuple(scans), "comparisons": (held,)}))
    assert row.rule == "no-indicator"
    assert "no indicator found by layer" in row.message
    assert "; not covered: " in row.message
    assert "what the weights were trained to do" in row.message
    assert f"against {BASE}: identical" in row.message


@pytest.mark.parametrize(
    ("subject", "rule"),
    [("model:file/models/x", "fine-tuned"), ("model:file/models", "changed-weights"), (HUB, "changed-weights")],
)
def test_a_card_speaks_of_the_weights_beside_it(subject: str, rule: str, bare: Case, tmp_path: Path) -> None:
    name, data = "model:file/models/x/w.safetensors", changed_bit(SOUND)
    held = compared(tmp_path, data, SOUND, component=name)
    own = reference(name, revision=None)
    case = of(
        bare, own, artifacts=(artifact("models/x/w.safetensors", data, name, revision=None),), comparisons=(held,)
    )
    scans = (scanned(tmp_path, "models/x/w.safetensors", data, name, revision=None),)
    relation = Relation(subject=subject, kind="fine-tuned from", object=BASE, at=AT)
    inventory = case.inventory.model_copy(update={"relations": (relation,)})
    assert set(rules(case.model_copy(update={"inventory": inventory, "scans": scans}))) == {"no-indicator", rule}
