"""What the caches of torch.hub and kagglehub hold of what a target loads through them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from supplychain.model.artifact import Artifact
from supplychain.model.policy import ArtifactRules, Policy
from supplychain.model.reference import Reference
from tests.artifacts.support import gathered, reference, written

BYTES = b"bytes of weights"
SHA256 = hashlib.sha256(BYTES).hexdigest()
NAME = f"resnet18-{SHA256[:8]}.pth"
ADDRESS = f"https://download.pytorch.org/models/{NAME}"
TORCH, CALL = f"model:pytorch-hub/{NAME}", "torch.hub.load_state_dict_from_url"
MODEL, DATA = "model:kaggle/o/m/pyTorch/2b", "dataset:kaggle/o/d"


@pytest.fixture
def torch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which torch.hub keeps weights."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    (tmp_path / "torch/hub/checkpoints").mkdir(parents=True)
    return tmp_path / "torch/hub/checkpoints"


@pytest.fixture
def kaggle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache of kagglehub."""
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path / "kagglehub"))
    return tmp_path / "kagglehub"


def place(call: str = CALL, address: str | None = ADDRESS) -> Reference:
    """Return the place that loads the weights."""
    return reference(TORCH, call=call, address=address)


def shown(artifacts: tuple[Artifact, ...]) -> list[tuple[str, str, str]]:
    return [(one.path, one.where, one.state) for one in artifacts]


def test_weights_of_torch_hub_are_found_by_the_last_part_of_their_address(torch: Path) -> None:
    (torch / NAME).write_bytes(BYTES)
    (found,) = gathered({}, place())
    assert shown((found,)) == [(NAME, "cache", "bytes")]
    assert (found.sha256, [(said.origin, said.value) for said in found.published]) == (SHA256, [("name", SHA256[:8])])


def test_bytes_that_are_not_those_of_the_name_are_read_all_the_same(torch: Path) -> None:
    (torch / NAME).write_bytes(b"other bytes")
    (found,) = gathered({}, place())
    assert found.sha256 == hashlib.sha256(b"other bytes").hexdigest()
    assert [said.value for said in found.published] == [SHA256[:8]]


def test_only_what_keeps_weights_there_is_looked_for(torch: Path) -> None:
    (torch / NAME).write_bytes(BYTES)
    for other in (place("torch.load"), place(address=None), place(address="https://download.pytorch.org/models/..")):
        (found,) = gathered({}, other)
        assert found.state == "absent"


def test_a_link_in_the_cache_of_torch_hub_is_not_followed(torch: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(BYTES)
    (torch / NAME).symlink_to(tmp_path / "elsewhere")
    (found,) = gathered({}, place())
    assert (found.state, found.sha256) == ("not read", None)


@pytest.mark.parametrize(
    ("component", "folder"),
    [(MODEL, "models/o/m/pyTorch/2b/3"), (DATA, "datasets/o/d/versions/3")],
    ids=["model", "data"],
)
def test_a_version_that_kagglehub_fetched_whole(kaggle: Path, component: str, folder: str) -> None:
    written(kaggle / folder, {"sub/weights.bin": BYTES})
    (kept,) = gathered({}, reference(component, "3"))
    assert kept.state == "absent"
    mark = folder.replace("/versions", "") + ".complete"
    (kaggle / mark).touch()
    assert shown(gathered({}, reference(component, "3"))) == [
        ("readme.txt", "cache", "bytes"),
        ("sub/weights.bin", "cache", "bytes"),
    ]
    for other in ("2", "03", None, "latest", "../3"):
        (absent,) = gathered({}, reference(component, other))
        assert absent.state == "absent"


def test_a_link_out_of_kagglehubs_cache_and_the_limit_are_told(kaggle: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(BYTES)
    folder = written(kaggle / "models/o/m/pyTorch/2b/3", {"a.bin": BYTES})
    (folder / "b.bin").symlink_to(tmp_path / "elsewhere")
    (kaggle / "models/o/m/pyTorch/2b/3.complete").touch()
    found = {one.path: one for one in gathered({}, reference(MODEL, "3"))}
    assert (found["b.bin"].state, found["b.bin"].problem) == ("not read", "a link that leads out of the cache")
    cut = gathered({}, reference(MODEL, "3"), policy=Policy(artifacts=ArtifactRules(max_files=1)))
    assert [(one.path, one.state) for one in cut] == [("a.bin", "bytes"), ("more files", "not read")]
