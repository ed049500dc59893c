"""The stand-in of the hub is faithful: the hub's own client downloads from it, lists it, and takes its errors for the hub's."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sound_hub import COMMITS, DATASET, HUB_FILES, MODEL, lfs_oid
from tests.standins import Hub, client_environment, status

NAME = MODEL.removeprefix("model:huggingface/")


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A hub with the sound target's model and dataset."""
    with Hub() as server:
        server.add(MODEL)
        server.add(DATASET)
        yield server


def told(hub: Hub, home: Path, code: str) -> Any:
    """Return what the official client prints as JSON, in a process whose settings name the stand-in."""
    environment = client_environment(home) | {
        "HF_ENDPOINT": hub.url,
        "HF_HOME": str(home / "hf"),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }
    text = f"import json, huggingface_hub as h\nfrom huggingface_hub.errors import *\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", text],
        check=False,
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_client_downloads_a_snapshot(hub: Hub, tmp_path: Path) -> None:
    folder = told(hub, tmp_path, f"print(json.dumps(h.snapshot_download({NAME!r}, revision={COMMITS[MODEL]!r})))")
    assert Path(folder).name == COMMITS[MODEL]
    got = {path.relative_to(folder).as_posix(): path for path in Path(folder).rglob("*") if path.is_file()}
    assert {name: path.read_bytes() for name, path in got.items()} == HUB_FILES[MODEL]
    assert got["model.safetensors"].resolve().name == lfs_oid(HUB_FILES[MODEL]["model.safetensors"])
    assert "huggingface" in hub.seen[0].headers["user-agent"] or "hf_hub" in hub.seen[0].headers["user-agent"]


def test_the_client_downloads_a_file_of_a_dataset(hub: Hub, tmp_path: Path) -> None:
    file = "data/train-00000-of-00001.parquet"
    code = f"print(json.dumps(h.hf_hub_download('mteb/banking77', {file!r}, repo_type='dataset')))"
    assert Path(told(hub, tmp_path, code)).read_bytes() == HUB_FILES[DATASET][file]


def test_the_client_lists_a_model_as_it_was_added(hub: Hub, tmp_path: Path) -> None:
    code = f"""
info = h.HfApi().model_info({NAME!r}, files_metadata=True, securityStatus=True)
files = {{file.rfilename: file.lfs.sha256 if file.lfs else file.blob_id for file in info.siblings}}
print(json.dumps([info.id, info.sha, info.author, info.downloads, str(info.created_at), info.card_data.license,
                  info.security_repo_status, files, info.gated]))"""
    name, sha, author, downloads, created, license_, security, files, gated = told(hub, tmp_path, code)
    assert (name, sha, author, downloads, gated) == (NAME, COMMITS[MODEL], "BAAI", 3_000_000, False)
    assert (created, license_) == ("2023-09-12 05:20:08+00:00", "mit")
    assert security == {"scansDone": True, "filesWithIssues": []}
    assert files["model.safetensors"] == lfs_oid(HUB_FILES[MODEL]["model.safetensors"])
    assert files.keys() == HUB_FILES[MODEL].keys()


def test_the_client_lists_trees_commits_refs_and_owners(hub: Hub, tmp_path: Path) -> None:
    code = f"""
api = h.HfApi()
tree = {{e.path: e.lfs.sha256 if e.lfs else e.blob_id for e in api.list_repo_tree({NAME!r}, recursive=True)}}
folders = [e.path for e in api.list_repo_tree({NAME!r}) if isinstance(e, h.hf_api.RepoFolder)]
commits = [[c.commit_id, c.authors] for c in api.list_repo_commits({NAME!r})]
refs = [b.target_commit for b in api.list_repo_refs({NAME!r}).branches]
org = api.get_organization_overview("BAAI")
print(json.dumps([tree, folders, commits, refs, [org.name, org.is_verified]]))"""
    tree, folders, commits, refs, organization = told(hub, tmp_path, code)
    assert tree.keys() == HUB_FILES[MODEL].keys()
    assert (folders, refs) == (["onnx"], [COMMITS[MODEL]])
    assert commits == [[COMMITS[MODEL], ["Shitao"]]]
    assert organization == ["BAAI", True]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("model_info('acme/missing')", "RepositoryNotFoundError"),
        (f"model_info({NAME!r}, revision='v9')", "RevisionNotFoundError"),
        (f"hf_hub_download({NAME!r}, 'missing.bin')", "RemoteEntryNotFoundError"),
        ("hf_hub_download('acme/gated', 'config.json')", "GatedRepoError"),
        ("model_info('acme/disabled')", "DisabledRepoError"),
        ("model_info('acme/busy')", "HfHubHTTPError"),
    ],
)
def test_the_client_takes_its_errors_for_those_of_the_hub(hub: Hub, tmp_path: Path, call: str, error: str) -> None:
    hub.add("model:huggingface/acme/gated", state="gated")
    hub.add("model:huggingface/acme/disabled", disabled=True)
    hub.plan("/api/models/acme/busy", status(429))
    code = f"try:\n    h.HfApi().{call}\nexcept Exception as error:\n    print(json.dumps(type(error).__name__))"
    assert told(hub, tmp_path, code) == error


def test_the_client_follows_a_rename(hub: Hub, tmp_path: Path) -> None:
    hub.add("model:huggingface/old/name", name="new/name")
    code = "info = h.HfApi().model_info('old/name')\nprint(json.dumps(info.id))"
    assert told(hub, tmp_path, code) == "new/name"
