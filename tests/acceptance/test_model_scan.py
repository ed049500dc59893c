"""Requirement 2.3 over whole targets: what a scan sees in the files of models, and what loading them lets happen."""

from __future__ import annotations

import json
import pickle
import shutil
import struct
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy
import onnx
import pytest
from onnx import TensorProto, helper
from safetensors.numpy import save

from supplychain.facts.snapshot import FACTS, write_manifest
from supplychain.facts.store import FactStore
from supplychain.model.finding import Outcome
from tests.acceptance.breaks import BGE, COMMIT, INTENT, RETRIEVAL
from tests.acceptance.bytes import Bytes, in_target
from tests.acceptance.test_behave import Suite
from tests.hub_cache import hub_cache, sound_cache, write_cache
from tests.scan.support import evil, zipped
from tests.sound_facts import NOW, snapshot
from tests.sound_hub import HUB_FILES, commit_of, hub_entry
from tests.support import BuiltTarget, Outcomes, run_suite

LOADED, NAMED = f"{RETRIEVAL}:17", "app/intent.py:6"
FILE = "models/intent.safetensors"
CODE = b"import os\n\nos.system('true')\n\n\nclass Model:\n    pass\n"
QUIET = b"import torch\n\n\nclass Model(torch.nn.Module):\n    pass\n"
TEMPLATE = "{{ cycler.__init__.__globals__['os'].popen('true') }}"
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'1' * 64}\nsize 1594\n"
TRUSTING = """from transformers import AutoModel

MODEL = AutoModel.from_pretrained(
    "BAAI/bge-small-en-v1.5", revision=REVISION, trust_remote_code=True
)
"""
REMOTE = "app/trusting.py:3"


def found(name: str, rule: str, path: str, content: bytes, *says: str, **others: bytes) -> Bytes:
    """Return the way in which the model's publisher has a file: the hub lists it, and the cache holds it."""
    more = {path: content, **others}
    return Bytes(
        name,
        rule,
        lambda _, cache: write_cache(cache.parent, BGE, more, COMMIT),
        BGE,
        LOADED,
        (path, *says),
        hub={BGE: {"files": {**HUB_FILES[BGE], **more}}},
    )


def settings(**values: Any) -> bytes:
    return json.dumps({"version": "1.0", **values}).encode()


def keras() -> bytes:
    """Return a model of Keras whose layer brings its own Python."""
    layer = {"class_name": "Lambda", "module": "keras.layers", "config": {"function": {"class_name": "__lambda__"}}}
    model = {"class_name": "Functional", "module": "keras.src.models", "config": {"layers": [layer]}}
    return zipped({"config.json": json.dumps(model).encode(), "metadata.json": b'{"keras_version": "3.5.0"}'})


def external() -> bytes:
    """Return a model of ONNX whose weights lie in a file outside its folder."""
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="../../etc/hostname")
    node = helper.make_node("Relu", ["x"], ["y"])
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ("x", "y")]
    made: bytes = helper.make_model(helper.make_graph([node], "g", ends[:1], ends[1:], [tensor])).SerializeToString()
    assert onnx.ModelProto.FromString(made).graph.initializer
    return made


def program() -> bytes:
    """Return the head of an ELF program, long enough to be one, that does nothing."""
    ident = b"\x7fELF\x02\x01\x01" + b"\0" * 9
    head = struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x400078, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, 512, 512, 4096)
    return (ident + head + segment).ljust(512, b"\x90")


def in_weights() -> bytes:
    """Return weights with a program in the values of one tensor."""
    values = numpy.random.default_rng(0).normal(size=4096).astype("f4")
    values.view("u1")[1024 : 1024 + 512] = numpy.frombuffer(program(), "u1")
    return save({"weight": values})


WRONG = [
    found("code in the file", "malicious", "pytorch_model.bin", evil(), "byte", "pickle-runs-code", "Do not load it"),
    found("a pickle under another name", "malicious", "vocab.txt", evil(), "pickle-runs-code"),
    found(
        "a pickle in an archive in an archive",
        "malicious",
        "model.pt",
        zipped({"inner.zip": zipped({"deep/data.pkl": evil()})}),
        "inner.zip/deep/data.pkl",
    ),
    found("code of the repository", "malicious", "modeling.py", CODE, "python-runs-at-import", "line 3"),
    found(
        "code in the chat template", "malicious", "chat.json", settings(chat_template=TEMPLATE), "template-reaches-out"
    ),
    found("Python in a layer of Keras", "malicious", "model.keras", keras(), "config.json", "layer-holds-code"),
    found("weights in another file", "malicious", "other.onnx", external(), "external-data-outside"),
    found("a program in the weights", "malicious", "extra.safetensors", in_weights(), "executable-in-weights"),
    found("a program beside the weights", "malicious", "README.txt", program(), "native-code"),
    found(
        "a tokenizer that takes its code from elsewhere",
        "review-indicator",
        "tokenizer_config.json",
        settings(auto_map={"AutoTokenizer": ["other/repo--tokenization.Tokenizer", None]}),
        "auto-map-elsewhere",
        f"supplychain review TARGET {BGE} --detector auto-map-elsewhere --digest sha256:",
    ),
    found("a class that nobody judged", "review-indicator", "head.pkl", b"cplanted\nThing\n.", "pickle-unknown-import"),
    found(
        "an array that is cut off",
        "broke-off",
        "head.npz",
        zipped({"a.npy": b"\x93NUMPY\x01\x00"}),
        "a.npy",
        "broke off",
    ),
    found("bytes of no known format", "unknown-format", "vectors.dat", b"\x01\x00\xff" * 30, "no layer reads it"),
    Bytes(
        "a pointer in place of the team's own model",
        "pointer-only",
        in_target(lambda built: built.plant(FILE, POINTER)),
        INTENT,
        f"{FILE}:2",
        ("git lfs pull",),
        frozenset({"2.1"}),
    ),
    Bytes(
        "a pickle in place of the team's own model",
        "malicious",
        in_target(lambda built: built.plant(FILE, evil())),
        INTENT,
        NAMED,
        (FILE, "pickle-runs-code"),
        frozenset({"2.1"}),
    ),
    Bytes(
        "one bit of the team's own model makes a header that does not fit",
        "malicious",
        in_target(lambda built: built.plant(FILE, out_of_bounds(built.path / FILE))),
        INTENT,
        NAMED,
        ("tensor-out-of-bounds",),
        frozenset({"2.1"}),
    ),
]


def out_of_bounds(path: Path) -> bytes:
    """Return weights whose header names bytes that are not there, by one changed bit."""
    data = bytearray(path.read_bytes())
    at = data.index(b"]}", data.index(b"data_offsets")) - 1
    while data[at] != ord("1"):
        at -= 1
    data[at] ^= 8
    return bytes(data)


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_the_sound_target_broken_in_one_place(
    wrong: Bytes, target: BuiltTarget, sound: Outcomes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong.check("2.3", target, sound, tmp_path, monkeypatch)


def test_the_sound_target_says_what_was_looked_at(sound: Outcomes) -> None:
    finding = sound["2.3"]
    assert finding.outcome is Outcome.PASS
    assert {row.rule for row in finding.observations} == {"no-indicator"}
    for row in finding.observations:
        assert "no indicator found" in row.message
        assert "not covered: " in row.message
        assert "free of" not in row.message
        assert row.evidence


def test_a_pickle_that_is_cut_off_fails_and_is_for_review(publish: Publish) -> None:
    rows = publish({"head.pkl": pickle.dumps(list(range(99)))[:60]})["2.3"].observations
    told = {(row.rule, row.outcome) for row in rows if row.component == BGE}
    assert told == {("review-indicator", Outcome.UNDETERMINED), ("broke-off", Outcome.FAIL)}


Publish = Callable[..., Outcomes]


@pytest.fixture
def publish(target: BuiltTarget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Publish:
    """What comes of a target whose model's publisher has other files; `cached`: those of them that are at hand."""

    def run(files: dict[str, bytes], cached: dict[str, bytes] | None = None) -> Outcomes:
        home = tmp_path / "client"
        write_cache(home, BGE, {**HUB_FILES[BGE], **(files if cached is None else cached)}, COMMIT)
        for folder in hub_cache(sound_cache()).iterdir():
            if not (hub_cache(home) / folder.name).exists():
                (hub_cache(home) / folder.name).symlink_to(folder)
        monkeypatch.setenv("HF_HOME", str(home))
        facts = snapshot(tmp_path / "facts", hub={BGE: {"files": {**HUB_FILES[BGE], **files}}})
        return run_suite(target, facts=facts)

    return run


def trusting(revision: str | None) -> str:
    return TRUSTING.replace("REVISION", repr(revision))


@pytest.mark.parametrize(
    ("revision", "cached", "rule"),
    [
        (None, {"modeling.py": QUIET}, "remote-code-not-pinned"),
        ("main", {"modeling.py": QUIET}, "remote-code-not-pinned"),
        (COMMIT[:12], {"modeling.py": QUIET}, "remote-code-not-pinned"),
        (COMMIT, {}, "remote-code-not-scanned"),
        (COMMIT, {"modeling.py": CODE}, "remote-code-indicator"),
        (COMMIT, {"modeling.py": b"def f(:\n"}, "remote-code-not-scanned"),
        (COMMIT, {"modeling.py": QUIET}, "remote-code-scanned"),
    ],
)
def test_remote_code_is_pinned_and_scanned_or_fails(
    revision: str | None, cached: dict[str, bytes], rule: str, target: BuiltTarget, publish: Publish
) -> None:
    target.plant("app/trusting.py", trusting(revision))
    finding = publish(cached or {"modeling.py": QUIET}, cached)["2.3"]
    (row,) = [row for row in finding.observations if str(row.at) == REMOTE]
    assert (row.component, row.rule) == (BGE, rule)
    assert row.outcome is (Outcome.PASS if rule == "remote-code-scanned" else Outcome.FAIL)
    assert "trust_remote_code=True" in row.message
    assert finding.outcome is row.outcome


@pytest.mark.parametrize(
    ("cached", "rule"),
    [(QUIET, "remote-code-scanned"), (CODE, "remote-code-indicator"), (None, "remote-code-not-scanned")],
)
def test_code_at_a_commit_of_its_own_is_scanned_there(
    cached: bytes | None, rule: str, target: BuiltTarget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, other = tmp_path / "client", "f" * 40
    shutil.copytree(sound_cache(), home, symlinks=True)
    files = {**HUB_FILES[BGE], "modeling.py": cached or QUIET}
    if cached is not None:
        write_cache(home, BGE, {"modeling.py": cached}, other)
    monkeypatch.setenv("HF_HOME", str(home))
    target.plant("app/trusting.py", trusting(COMMIT).replace("trust_", f'code_revision="{other}", trust_'))
    facts = snapshot(tmp_path / "facts", hub={BGE: {}})
    store = FactStore(facts / FACTS)
    (listed,) = [one for one in hub_entry(BGE, files=files, commit=other) if f"/revision/{other}" in one.key]
    store.put(listed)
    write_manifest(facts, datetime.fromisoformat(NOW))
    found = run_suite(target, facts=facts)
    (row,) = [row for row in found["2.3"].observations if str(row.at) == REMOTE]
    assert (row.component, row.rule) == (BGE, rule)
    assert found["2.3"].outcome is (Outcome.PASS if rule == "remote-code-scanned" else Outcome.FAIL)
    assert other in row.message or rule == "remote-code-indicator"
    assert found["2.1"].outcome is Outcome.PASS


def test_remote_code_by_the_default_of_a_parameter_is_remote_code(target: BuiltTarget) -> None:
    code = """from transformers import AutoModel


def load(name, trust_remote_code: bool = True):
    return AutoModel.from_pretrained(name, trust_remote_code=trust_remote_code)
"""
    target.plant("app/trusting.py", code)
    rows = [row for row in run_suite(target)["2.3"].observations if row.at and row.at.file == "app/trusting.py"]
    assert {(row.rule, row.outcome, str(row.at)) for row in rows} == {
        ("remote-code-unnamed", Outcome.FAIL, "app/trusting.py:5")
    }
    off = target.edit("app/trusting.py", "bool = True", "bool = False")
    rows = [row for row in run_suite(off)["2.3"].observations if row.at and row.at.file == "app/trusting.py"]
    assert {(row.rule, row.outcome) for row in rows} == {("unresolved", Outcome.UNDETERMINED)}


@pytest.mark.parametrize(
    ("lock", "arguments", "rule"),
    [
        ("", "", "loads-scanned"),
        ("torch==2.5.1\n", "", "loads-scanned"),
        ("torch==2.5.1\n", ", weights_only=True", "loads-scanned"),
        ("torch==2.10.0\n", "", None),
        ("torch==2.10.0\n", ", weights_only=False", "loads-scanned"),
    ],
)
def test_a_call_that_reads_pickles_is_decided_by_the_bytes(
    lock: str, arguments: str, rule: str | None, target: BuiltTarget
) -> None:
    target.plant("models/head.pt", zipped({"head/data.pkl": pickle.dumps({"bias": [0.5]}, 2), "head/version": b"3\n"}))
    target.plant("app/head.py", f'import torch\n\nHEAD = torch.load("models/head.pt"{arguments})\n')
    if lock:
        target.plant("requirements.txt", (target.path / "requirements.txt").read_text() + lock)
    rows = {row.rule for row in run_suite(target)["2.3"].observations if str(row.at) == "app/head.py:3"}
    assert rows - {"no-indicator"} == ({rule} if rule else set())
    target.plant("models/head.pt", evil())
    rows = {row.rule for row in run_suite(target)["2.3"].observations if str(row.at) == "app/head.py:3"}
    assert rows == {"malicious", *({"loads-indicator"} if rule else ())}


OPENED = """import pickle
from pathlib import Path

with open("weights.dat", "rb") as file:
    HEAD = pickle.load(file)
OTHER = pickle.loads(Path("weights.dat").read_bytes())
SAME = pickle.loads(pickle.dumps(OTHER))
"""


def test_a_pickle_under_any_name_fails_where_code_loads_it(target: BuiltTarget) -> None:
    target.plant("weights.dat", evil())
    target.plant("app/head.py", OPENED)
    rows = [row for row in run_suite(target)["2.3"].observations if row.at and row.at.file == "app/head.py"]
    assert {(str(row.at), row.rule, row.outcome) for row in rows} == {
        ("app/head.py:5", "malicious", Outcome.FAIL),
        ("app/head.py:5", "loads-indicator", Outcome.FAIL),
        ("app/head.py:6", "loads-indicator", Outcome.FAIL),
    }
    assert {row.component for row in rows} == {"model:file/weights.dat"}


PROVENANCE = """
[component.provenance]
source = "https://huggingface.co/acme/base"
transforms = ["one bit for a test"]
"""


@pytest.mark.parametrize("declared", [False, True])
def test_one_changed_bit_against_the_base(
    declared: bool, target: BuiltTarget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, sound = "model:huggingface/acme/base", HUB_FILES[BGE]["model.safetensors"]
    changed = sound[:-1] + bytes([sound[-1] ^ 1])
    home = tmp_path / "client"
    shutil.copytree(sound_cache(), home, symlinks=True)
    write_cache(home, BGE, {"model.safetensors": changed}, COMMIT)
    write_cache(home, base, {"model.safetensors": sound}, commit_of(base), main=True)
    monkeypatch.setenv("HF_HOME", str(home))
    if declared:
        target.edit("supplychain.toml", 'attribution = "NOTICE"\n', f'attribution = "NOTICE"\n{PROVENANCE}')
    files = {**HUB_FILES[BGE], "model.safetensors": changed}
    finding = run_suite(
        target, facts=snapshot(tmp_path / "facts", hub={BGE: {"files": files, "bases": ("acme/base",)}, base: {}})
    )["2.3"]
    told = {(row.rule, str(row.at)) for row in finding.observations if row.component == BGE}
    assert told == {("no-indicator", LOADED), ("fine-tuned" if declared else "changed-weights", LOADED)}
    assert finding.outcome is (Outcome.PASS if declared else Outcome.FAIL)


REVIEW = """
[[review]]
component = "{component}"
detector = "pickle-unknown-import"
by = "{by}"
on = 2026-10-01
digest = "sha256:{digest}"
verdict = "harmless"
reason = "a class of the team's own"
"""


@pytest.mark.parametrize(
    ("by", "other", "rule"),
    [
        ("security@example.com", False, "reviewed"),
        ("support-platform@example.com", False, "review-not-counted"),
        ("anybody@example.com", False, "review-not-counted"),
        ("security@example.com", True, "review-not-counted"),
    ],
)
def test_a_review_closes_what_it_is_of(by: str, other: bool, rule: str, target: BuiltTarget, publish: Publish) -> None:
    import hashlib

    content = b"cplanted\nThing\n."
    digest = hashlib.sha256(content + b"x" * other).hexdigest()
    target.declare(REVIEW.format(component=BGE, by=by, digest=digest))
    finding = publish({"head.pkl": content})["2.3"]
    rules = {row.rule for row in finding.observations if row.component == BGE}
    assert rules == ({"reviewed", "reviewed-whole"} if rule == "reviewed" else {rule})
    assert finding.outcome is (Outcome.PASS if rule == "reviewed" else Outcome.UNDETERMINED)


def test_behave_itself_names_file_place_and_rule(target: BuiltTarget, tmp_path: Path) -> None:
    target.plant(FILE, evil())
    ended = Suite.copied_to(tmp_path / "suite").assess(target)
    assert ended.code == 1
    assert (INTENT, "malicious") in ended.rows("2.3", "fail")
    assert "pickle-runs-code" in ended.out
    assert ended.finding("2.3")["canaries"]["missed"] == []
