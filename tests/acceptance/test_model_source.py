"""Requirement 1.1: each model is fetched from a registry that the sentence names."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplychain.model.finding import Outcome
from tests.acceptance.breaks import (
    BGE,
    INTENT,
    MODELS,
    PACKAGES,
    RETRIEVAL,
    Break,
    Change,
    adopt_inventory,
    declares,
    edits,
    inventoried,
    plants,
)
from tests.support import POLICY, ROLL_UPS, BuiltTarget, Outcomes, run_suite

LOADS = "from tokenizers import Tokenizer\n"
NAMED = "HuggingFace, TensorFlow Hub, PyTorch Hub"
BOTH_CALLS = (f"{RETRIEVAL}:17", f"{RETRIEVAL}:19")
HASH = "0" * 64


def new_model(code: str) -> str:
    """Return the file of a module that names one more model; the model stands in its last line."""
    return f'"""Rank the answers again."""\n\n{code}\n'


def weights(address: str) -> str:
    return new_model(f'WEIGHTS = "{address}"')


BREAKS = [
    Break(
        "a host that begins like the registry's",
        inventoried(plants("app/rerank.py", weights("https://huggingface.co.evil.example/BAAI/rerank/m.pth"))),
        "model:url/huggingface.co.evil.example/BAAI/rerank/m.pth",
        "untrusted-host",
        ("app/rerank.py:3",),
        ("huggingface.co.evil.example", NAMED, "supplychain.toml", "sha256"),
    ),
    Break(
        "a host that ends like the registry's",
        inventoried(plants("app/rerank.py", weights("https://mirror-huggingface.co/BAAI/rerank/m.pth"))),
        "model:url/mirror-huggingface.co/BAAI/rerank/m.pth",
        "untrusted-host",
        ("app/rerank.py:3",),
        ("mirror-huggingface.co", NAMED, "supplychain.toml", "approval"),
    ),
    Break(
        "the registry's host at another port",
        inventoried(plants("app/rerank.py", weights("https://huggingface.co:8443/BAAI/rerank/resolve/main/m.pth"))),
        "model:huggingface/BAAI/rerank",
        "untrusted-host",
        ("app/rerank.py:3",),
        ("huggingface.co:8443", NAMED),
    ),
    Break(
        "the registry's host as a user name",
        inventoried(plants("app/rerank.py", weights("https://huggingface.co@evil.example/m.pth"))),
        "model:url/evil.example/m.pth",
        "malformed-address",
        ("app/rerank.py:3",),
        ("https://huggingface.co@evil.example/m.pth", "plain https address", "no user name"),
    ),
    Break(
        "a bucket",
        inventoried(plants("app/rerank.py", weights("https://weights.s3.amazonaws.com/rerank.safetensors"))),
        "model:url/weights.s3.amazonaws.com/rerank.safetensors",
        "untrusted-host",
        ("app/rerank.py:3",),
        ("weights.s3.amazonaws.com", NAMED, "supplychain.toml"),
    ),
    Break(
        "a release on GitHub",
        inventoried(plants("app/rerank.py", weights("https://github.com/stranger/rerank/releases/download/v1/m.pth"))),
        "model:github/stranger/rerank/releases/download/v1/m.pth",
        "unnamed-registry",
        ("app/rerank.py:3",),
        ("github.com", "belongs to GitHub", NAMED, "supplychain.toml", "feature file"),
    ),
    Break(
        "no encryption",
        inventoried(plants("app/rerank.py", weights("http://huggingface.co/BAAI/rerank/resolve/main/m.pth"))),
        "model:huggingface/BAAI/rerank",
        "insecure-address",
        ("app/rerank.py:3",),
        ("http", "Write the address with https"),
    ),
    Break(
        "a mirror in the Dockerfile",
        edits("Dockerfile", "ENV HF_HUB_DISABLE_TELEMETRY=1", "ENV HF_ENDPOINT=https://hf-mirror.com"),
        BGE,
        "overridden-endpoint",
        BOTH_CALLS,
        ("hf-mirror.com", "Remove HF_ENDPOINT at Dockerfile:8", NAMED),
    ),
    Break(
        "a mirror in the second line of an ENV",
        edits("Dockerfile", "TELEMETRY=1", "TELEMETRY=1 \\\n    HF_ENDPOINT=https://hf-mirror.com"),
        BGE,
        "overridden-endpoint",
        BOTH_CALLS,
        ("hf-mirror.com", "Remove HF_ENDPOINT at Dockerfile:9"),
    ),
    Break(
        "a mirror in .env",
        plants(".env", "# settings\nLOG_LEVEL=info\nHF_ENDPOINT=https://hf-mirror.com\n"),
        BGE,
        "overridden-endpoint",
        BOTH_CALLS,
        ("hf-mirror.com", "Remove HF_ENDPOINT at .env:3"),
    ),
    Break(
        "a mirror in os.environ",
        plants("app/__init__.py", 'import os\n\nos.environ["HF_ENDPOINT"] = "https://hf-mirror.com"\n'),
        BGE,
        "overridden-endpoint",
        BOTH_CALLS,
        ("hf-mirror.com", "Remove HF_ENDPOINT at app/__init__.py:3"),
    ),
    Break(
        "a mirror as the environment's default",
        plants("app/__init__.py", 'import os\n\nos.environ.setdefault("HF_ENDPOINT", "https://hf-mirror.com")\n'),
        BGE,
        "overridden-endpoint",
        BOTH_CALLS,
        ("hf-mirror.com", "Remove HF_ENDPOINT at app/__init__.py:3"),
    ),
    Break(
        "a mirror set in the library",
        plants(
            "app/__init__.py",
            'import huggingface_hub\n\nhuggingface_hub.constants.ENDPOINT = "https://hf-mirror.com"\n',
        ),
        BGE,
        "overridden-endpoint",
        BOTH_CALLS,
        ("hf-mirror.com", "huggingface_hub.constants.ENDPOINT at app/__init__.py:3"),
    ),
    Break(
        "a mirror whose address is made at run time",
        edits("Dockerfile", "ENV HF_HUB_DISABLE_TELEMETRY=1", "ENV HF_ENDPOINT=$MIRROR"),
        BGE,
        "endpoint-at-run-time",
        BOTH_CALLS,
        ("Give HF_ENDPOINT at Dockerfile:8 a literal address",),
    ),
    Break(
        "a mirror as an argument of the call",
        edits(RETRIEVAL, '"onnx/model.onnx",', '"onnx/model.onnx", endpoint="https://hf-mirror.com",'),
        BGE,
        "untrusted-host",
        BOTH_CALLS[:1],
        ("hf-mirror.com", NAMED, BGE),
    ),
    Break(
        "an owner whom PyTorch Hub does not list",
        inventoried(plants("app/rerank.py", new_model('import torch; torch.hub.load("stranger/vision", "resnet18")'))),
        "model:pytorch-hub/stranger/vision",
        "unlisted-owner",
        ("app/rerank.py:3",),
        ("stranger", "github.com/stranger/vision", "supplychain.toml"),
        brings_packages=True,
    ),
    Break(
        "a registry that the sentence does not name: ModelScope",
        inventoried(
            plants("app/rerank.py", new_model('import modelscope; modelscope.snapshot_download("qwen/rerank")'))
        ),
        "model:modelscope/qwen/rerank",
        "unnamed-registry",
        ("app/rerank.py:3",),
        ("modelscope.cn", "ModelScope", NAMED, "feature file"),
        brings_packages=True,
    ),
    Break(
        "a registry that the sentence does not name: Kaggle",
        inventoried(
            plants("app/rerank.py", new_model('import kagglehub; kagglehub.model_download("google/bert/keras/x")'))
        ),
        "model:kaggle/google/bert/keras/x",
        "unnamed-registry",
        ("app/rerank.py:3",),
        ("www.kaggle.com", "add Kaggle to the sentence in the feature file", NAMED),
        brings_packages=True,
    ),
    Break(
        "weights of unknown origin",
        edits("supplychain.toml", "first_party = true\n", ""),
        INTENT,
        "unknown-origin",
        ("app/intent.py:6", "models/intent.safetensors"),
        ("first_party = true", "provenance.source", INTENT, "supplychain.toml"),
    ),
    Break(
        "first-party weights whose training source is not there",
        edits("supplychain.toml", 'source = "train/train_intent.py"', 'source = "train/gone.py"'),
        INTENT,
        "unknown-origin",
        ("app/intent.py:6", "models/intent.safetensors"),
        ("provenance.source = the training script", INTENT),
    ),
    # What discovery cannot see, no inventory can be shown to hold: each of these leaves 7.1 undetermined as well.
    Break(
        "a name that is made at run time",
        plants(
            "app/rerank.py", f"{LOADS}\n\ndef load(name: str) -> object:\n    return Tokenizer.from_pretrained(name)\n"
        ),
        "model:unresolved/name",
        "unresolved",
        ("app/rerank.py:5",),
        ("tokenizers.Tokenizer.from_pretrained loads name", "literal", "constant"),
        also=("7.1",),
    ),
    Break(
        "a pipeline without a model",
        plants("app/rerank.py", "from transformers import pipeline\n\nrank = pipeline(task)\n"),
        "model:unresolved/pipeline(task)",
        "unresolved",
        ("app/rerank.py:3",),
        ("default", "literal"),
        also=("7.1", "7.3"),
        brings_packages=True,
    ),
    Break(
        "Python that does not parse",
        plants("app/rerank.py", "import os\n\ndef rerank(:\n    pass\n"),
        "unread:app/rerank.py",
        "not-read",
        ("app/rerank.py:3",),
        ("app/rerank.py", "Repair"),
        also=("7.1",),
    ),
    Break(
        "a program that no carrier reads",
        plants("tools/try.go", "package main"),
        "unread:programs in languages without a carrier",
        "not-read",
        ("tools/try.go:1",),
        ("without a carrier (1)", "reviewed by hand"),
        also=("7.1",),
    ),
]


def test_the_sound_target_passes_with_every_model_observed(sound: Outcomes) -> None:
    assert sound["1.1"].outcome is Outcome.PASS
    assert sound["1.1"].population.expected == sound["1.1"].population.observed == 2
    assert [(row.component, row.rule, str(row.at)) for row in sound["1.1"].observations] == [
        (BGE, "trusted-registry", f"{RETRIEVAL}:17"),
        (BGE, "trusted-registry", f"{RETRIEVAL}:19"),
    ]


@pytest.mark.parametrize("broken", BREAKS, ids=str)
def test_broken_in_one_place(broken: Break, target: BuiltTarget, sound: Outcomes) -> None:
    broken.check("1.1", target, sound)


@pytest.mark.parametrize(
    "code",
    [
        'import torch; torch.hub.load("pytorch/vision", "resnet18")',
        'import torch; torch.hub.load("PyTorch/vision:v0.10.0", "resnet18")',
        'import torch; torch.hub.load_state_dict_from_url("https://download.pytorch.org/models/resnet18-f37072fd.pth")',
        'import tensorflow_hub; tensorflow_hub.load("https://tfhub.dev/google/universal-sentence-encoder/4")',
        'import kagglehub; kagglehub.model_download("google/bert/tensorFlow2/uncased")',
        'import huggingface_hub; huggingface_hub.snapshot_download("BAAI/rerank", endpoint="https://huggingface.co")',
        'WEIGHTS = "https://huggingface.co/BAAI/rerank/resolve/main/model.safetensors"',
        'WEIGHTS = "https://huggingface.co:443/BAAI/rerank/resolve/main/model.safetensors"',
        'WEIGHTS = "https://hf.co/BAAI/rerank/resolve/main/model.safetensors"',
    ],
)
def test_what_belongs_to_a_named_registry_passes(code: str, target: BuiltTarget, sound: Outcomes) -> None:
    inventoried(plants("app/rerank.py", new_model(code)))(target)
    found = run_suite(target)
    assert [row.rule for row in found["1.1"].observations if row.at and row.at.file == "app/rerank.py"] == [
        "trusted-registry"
    ]
    assert found.unlike(sound) <= PACKAGES | MODELS | ROLL_UPS


@pytest.mark.parametrize(
    "change",
    [
        plants("tests/test_rerank.py", weights("https://evil.example/m.pth")),
        plants("vendor/rerank/load.py", weights("https://evil.example/m.pth")),
        plants("tests/.env", "HF_ENDPOINT=https://hf-mirror.com\n"),
        plants(".env", "HF_ENDPOINT=https://huggingface.co\n"),
        plants("app/rerank.py", '"""Not a model: https://evil.example/m.pth"""\n'),
        plants("app/rerank.py", "# https://evil.example/m.pth\n"),
    ],
    ids=["tests", "vendored", "settings of tests", "the registry's own endpoint", "docstring", "comment"],
)
def test_what_production_does_not_fetch_changes_nothing(change: Change, target: BuiltTarget, sound: Outcomes) -> None:
    change(target)
    assert run_suite(target).unlike(sound) == set()


def test_what_production_imports_from_the_tests_folder_counts(target: BuiltTarget, sound: Outcomes) -> None:
    target.plant("tests/helpers.py", weights("https://evil.example/m.pth"))
    target.plant("app/rerank.py", "from tests.helpers import WEIGHTS\n")
    adopt_inventory(target)
    found = run_suite(target)
    row = found.only("1.1", Outcome.FAIL)
    assert (row.component, row.rule, str(row.at)) == (
        "model:url/evil.example/m.pth",
        "untrusted-host",
        "tests/helpers.py:3",
    )
    assert found.unlike(sound) - ROLL_UPS - MODELS == {"1.1"}


APPROVED = '[[component]]\nid = "model:url/a.example/m.pth"\n{sha256}approved = {{ by = "{by}", on = {on} }}\n'


@pytest.mark.parametrize(
    ("sha256", "by", "on", "rule"),
    [
        (f'sha256 = "{HASH}"\n', "security@example.com", "2026-08-01", "approved-source"),
        ("", "security@example.com", "2026-08-01", "untrusted-host"),
        (f'sha256 = "{HASH}"\n', "stranger@example.com", "2026-08-01", "untrusted-host"),
        (f'sha256 = "{HASH}"\n', "security@example.com", "2026-10-21", "untrusted-host"),
    ],
    ids=["approved by hash", "without a hash", "by a stranger", "only from tomorrow"],
)
def test_an_approval_by_hash_of_the_policys_approver_counts(
    sha256: str, by: str, on: str, rule: str, target: BuiltTarget, sound: Outcomes
) -> None:
    target.plant("app/rerank.py", weights("https://a.example/m.pth"))
    declares(APPROVED.format(sha256=sha256, by=by, on=on))(target)
    adopt_inventory(target)
    found = run_suite(target)
    assert [row.rule for row in found["1.1"].observations if row.component == "model:url/a.example/m.pth"] == [rule]
    assert found.unlike(sound) - ROLL_UPS - MODELS == (set() if rule == "approved-source" else {"1.1"})


def test_an_approval_without_a_policy_counts_for_nothing(target: BuiltTarget) -> None:
    target.plant("app/rerank.py", weights("https://a.example/m.pth"))
    target.declare(APPROVED.format(sha256=f'sha256 = "{HASH}"\n', by="security@example.com", on="2026-08-01"))
    assert run_suite(target, policy=None).only("1.1", Outcome.FAIL).rule == "untrusted-host"


def test_a_declared_model_that_no_code_names_fails(target: BuiltTarget) -> None:
    target.remove("app/retrieval.py").remove("app/intent.py").remove("models").remove("train")
    found = run_suite(target)
    assert {(row.component, row.rule) for row in found.rows("1.1", Outcome.FAIL)} == {
        (BGE, "declared-not-found"),
        (INTENT, "declared-not-found"),
    }
    assert all(f"Remove [[component]] id = '{row.component}'" in row.remedy for row in found.rows("1.1", Outcome.FAIL))


WAIVER = """
[[waiver]]
id = "W-7"
requirement = "1.1"
component = "model:url/a.example/m.pth"
reason = "moves to a registry this quarter"
owner = "support-platform@example.com"
approver = "security@example.com"
created = 2026-09-01
expires = {expires}
"""


def test_a_live_waiver_is_named_and_an_expired_one_fails(target: BuiltTarget, sound: Outcomes) -> None:
    target.plant("app/rerank.py", weights("https://a.example/m.pth")).declare(WAIVER.format(expires="2026-11-01"))
    adopt_inventory(target)
    live = run_suite(target)
    assert live["1.1"].outcome is Outcome.PASS
    assert live["1.1"].reason == "passes with waiver W-7 until 2026-11-01"
    assert live["1.1"].population.waived == 1
    assert live.only("1.1", Outcome.WAIVED).rule == "untrusted-host"
    assert [row.rule for row in live["10.5"].observations if row.component in {"1.1", "waivers"}] == [
        "holds-with-waiver",
        "holds-with-waiver",
    ]
    assert live.unlike(sound) - ROLL_UPS <= MODELS

    target.edit("supplychain.toml", "2026-11-01", "2026-10-19")
    expired = run_suite(target)
    assert "waiver W-7 expired on 2026-10-19" in expired.only("1.1", Outcome.FAIL).message
    assert expired.unlike(sound) - ROLL_UPS - MODELS == {"1.1"}


VISION = 'import torch; torch.hub.load("pytorch/vision", "resnet18")'


def test_the_words_of_the_sentence_decide(target: BuiltTarget) -> None:
    inventoried(plants("app/rerank.py", new_model(VISION)))(target)
    assert run_suite(target)["1.1"].outcome is Outcome.PASS

    without = run_suite(target, words={"1.1": ("HuggingFace", "TensorFlow Hub")})
    row = without.only("1.1", Outcome.FAIL)
    assert (row.component, row.rule, str(row.at)) == (
        "model:pytorch-hub/pytorch/vision",
        "unnamed-registry",
        "app/rerank.py:3",
    )
    assert "add PyTorch Hub to the sentence in the feature file" in row.remedy
    assert without["1.1"].words == {"registries": ("HuggingFace", "TensorFlow Hub")}


def test_fewer_words_leave_the_feature_files_standing(target: BuiltTarget) -> None:
    narrowed = run_suite(target, words={"1.1": ("HuggingFace",)})
    assert narrowed["1.1"].outcome is Outcome.PASS
    assert [row.rule for row in narrowed["10.5"].observations if row.component == "feature files"] == ["features-stand"]


def test_one_more_word_passes_what_it_names_and_needs_the_policys_approval(target: BuiltTarget, tmp_path: Path) -> None:
    inventoried(
        plants("app/rerank.py", new_model('import kagglehub; kagglehub.model_download("google/bert/keras/x")'))
    )(target)
    words: dict[str, tuple[str, ...]] = {"1.1": ("HuggingFace", "TensorFlow Hub", "PyTorch Hub", "Kaggle")}
    widened = run_suite(target, words=words)
    assert widened["1.1"].outcome is Outcome.PASS
    (row,) = [row for row in widened.rows("10.5", Outcome.FAIL) if row.component not in PACKAGES | MODELS | ROLL_UPS]
    assert (row.component, row.rule) == ("feature files", "widened")
    assert "'Kaggle'" in row.message
    assert "1.1" in row.message
    assert "[features.approved_words]" in row.remedy

    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY.read_text() + '\n[features.approved_words]\n"1.1" = ["Kaggle"]\n')
    approved = run_suite(target, words=words, policy=policy)
    assert approved["1.1"].outcome is Outcome.PASS
    assert {row.component for row in approved.rows("10.5", Outcome.FAIL)} <= PACKAGES | MODELS | ROLL_UPS
    assert [row.rule for row in approved["10.5"].observations if row.component == "feature files"] == ["features-stand"]


@pytest.mark.parametrize("scope", ["test", "vendored", "archive"])
def test_a_declared_scope_cannot_leave_nothing_to_decide(scope: str, target: BuiltTarget) -> None:
    target.plant("supplychain.toml", f'schema = 1\n[scope]\n{scope} = ["*"]\n')
    target.plant("app/rerank.py", weights("http://evil.example/m.pth"))
    found = run_suite(target)
    assert "model:url/evil.example/m.pth" in {row.component for row in found.rows("1.1", Outcome.FAIL)}
    assert found["1.1"].outcome is Outcome.FAIL


def test_a_declared_scope_hides_no_endpoint(target: BuiltTarget) -> None:
    target.declare('[scope]\ntest = [".env"]\n').plant(".env", "HF_ENDPOINT=https://hf-mirror.com\n")
    assert {row.rule for row in run_suite(target).rows("1.1", Outcome.FAIL)} == {"overridden-endpoint"}


@pytest.mark.parametrize("link", ["app/rerank.py", "app/more"])
def test_what_a_link_in_production_leads_to_is_production(link: str, target: BuiltTarget) -> None:
    target.plant("tests/real/code.py", weights("https://evil.example/m.pth"))
    to = "../tests/real/code.py" if link.endswith(".py") else "../tests/real"
    (target.path / link).symlink_to(to)
    rows = run_suite(target).rows("1.1", Outcome.FAIL)
    assert [str(row.at) for row in rows] == ["tests/real/code.py:3"]


def test_code_that_is_imported_from_a_folder_of_installed_files_is_not_overlooked(target: BuiltTarget) -> None:
    target.plant("hidden/pyvenv.cfg", "home = /usr\n").plant("hidden/lib/m.py", weights("https://evil.example/m.pth"))
    target.plant("app/rerank.py", "from hidden.lib import m\n")
    rows = run_suite(target).rows("1.1", Outcome.UNDETERMINED)
    assert [(row.component, row.rule) for row in rows] == [("unread:the folder hidden", "not-read")]


@pytest.mark.parametrize("source", ["README.md", "docs/supply-chain-security.md", "models/intent.safetensors"])
def test_a_first_party_model_names_code_that_could_have_trained_it(source: str, target: BuiltTarget) -> None:
    target.edit("supplychain.toml", 'source = "train/train_intent.py"', f'source = "{source}"')
    rows = run_suite(target).rows("1.1", Outcome.UNDETERMINED)
    assert [(row.component, row.rule) for row in rows] == [(INTENT, "unknown-origin")] * 2


@pytest.mark.parametrize("client", ["HfApi", "HfFileSystem"])
def test_an_endpoint_of_the_client_object_counts(client: str, target: BuiltTarget) -> None:
    code = f'from huggingface_hub import {client}\napi = {client}(endpoint="https://hf-mirror.com")\n'
    rows = run_suite(target.plant("app/m.py", code)).rows("1.1", Outcome.FAIL)
    assert {row.rule for row in rows} == {"overridden-endpoint"}
    assert "app/m.py:2" in rows[0].message


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ('HOST = "https://evil.example"\nW = f"{HOST}/m.pth"', "untrusted-host"),
        ('HOST = "https://evil.example"\nW = HOST + "/m.pth"', "untrusted-host"),
        ('HOST = "https://evil.example/" + "models"\nW = f"{HOST}/m.pth"', "untrusted-host"),
        ('W = f"{BASE_URL}/m.pth"', "unresolved"),
        ('W = f"https://{pick()}/m.pth"', "unresolved"),
    ],
)
def test_an_address_that_is_put_together_is_not_dropped(code: str, rule: str, target: BuiltTarget) -> None:
    rows = run_suite(target.plant("app/m.py", code))["1.1"].observations
    assert [row.rule for row in rows if row.at and row.at.file == "app/m.py"] == [rule]


def waiver(name: str, created: str, expires: str, component: str = "model:url/a.example/m.pth") -> str:
    people = 'owner = "a@example.com"\napprover = "security@example.com"\n'
    about = f'[[waiver]]\nid = "{name}"\nrequirement = "1.1"\ncomponent = "{component}"\nreason = "Moving."\n'
    return f"{about}{people}created = {created}\nexpires = {expires}\n"


def test_an_expired_waiver_does_not_hide_its_renewal(target: BuiltTarget) -> None:
    target.plant("app/m.py", weights("https://a.example/m.pth"))
    target.declare(waiver("W-1", "2026-08-01", "2026-09-01")).declare(waiver("W-2", "2026-10-01", "2026-11-01"))
    assert run_suite(target)["1.1"].outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("url/evil.example/m.pth", 'W = "http://evil.example/m.pth"'),
        ("pytorch-hub/stranger/x", 'import torch\n\ntorch.hub.load("stranger/x", "y")'),
    ],
)
def test_a_declaration_cannot_call_a_fetched_model_its_own(name: str, code: str, target: BuiltTarget) -> None:
    proof = 'provenance = { source = "train/train_intent.py" }'
    target.declare(f'[[component]]\nid = "model:{name}"\nfirst_party = true\n{proof}\n')
    rows = run_suite(target.plant("app/m.py", new_model(code))).rows("1.1", Outcome.FAIL)
    assert [row.component for row in rows] == [f"model:{name}"]


def test_a_host_that_a_library_borrows_is_not_all_its_own(target: BuiltTarget) -> None:
    target.plant("app/m.py", weights("https://storage.googleapis.com/anyone/m.pth"))
    found = run_suite(target, words={"1.1": ("HuggingFace", "Keras Applications")})
    (row,) = found.rows("1.1", Outcome.FAIL)
    assert (row.rule, row.component) == ("untrusted-host", "model:url/storage.googleapis.com/anyone/m.pth")
