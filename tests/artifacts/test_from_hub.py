"""What the cache of Hugging Face's client holds of a revision, and what is known to be missing from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from supplychain.artifacts.hub_cache import client_folder, snapshot
from supplychain.model.artifact import Artifact
from supplychain.model.component import Component
from supplychain.model.finding import Source
from supplychain.model.hub import HubFile, HubRecord
from supplychain.model.policy import ArtifactRules, Policy
from tests.artifacts.support import COMMIT, gathered, reference
from tests.hub_cache import hub_cache, write_cache
from tests.sound_hub import git_oid, lfs_oid

MODEL = "model:huggingface/o/m"
FILES = {"config.json": b"{}", "onnx/model.onnx": b"bytes of weights"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the client that holds nothing yet."""
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    return tmp_path / "hf"


def record(files: dict[str, bytes], revision: str | None = COMMIT, **changes: Any) -> HubRecord:
    """Return what the hub lists of a revision."""
    listed = tuple(
        HubFile(
            path=path,
            size=len(content),
            sha256=lfs_oid(content) if "." in path and not path.endswith(".json") else None,
            git_sha1=git_oid(content),
        )
        for path, content in files.items()
    )
    source = Source(name="hub", level="cached", fetched="2026-10-19T01:02:03+00:00")
    given = HubRecord(component=MODEL, revision=revision, commit=COMMIT, state="listed", files=listed, source=source)
    return given.model_copy(update=changes)


def found(*records: HubRecord, revision: str | None = COMMIT, **changes: Any) -> dict[str, Artifact]:
    return {one.path: one for one in gathered({}, reference(MODEL, revision), hub=records, **changes)}


def said(artifact: Artifact) -> list[tuple[str, str]]:
    return [(one.origin, one.algorithm) for one in artifact.published]


def test_files_of_a_pinned_commit_are_held_against_what_the_hub_lists(home: Path) -> None:
    write_cache(home, MODEL, FILES, COMMIT)
    artifacts = found(record(FILES))
    assert {path: one.state for path, one in artifacts.items()} == dict.fromkeys(FILES, "bytes")
    assert said(artifacts["onnx/model.onnx"]) == [("download", "sha256"), ("hub", "sha256")]
    assert said(artifacts["config.json"]) == [("download", "git-sha1"), ("hub", "git-sha1")]
    assert {(one.where, one.revision, one.pinned) for one in artifacts.values()} == {("cache", COMMIT, True)}
    assert artifacts["onnx/model.onnx"].published[1].value == artifacts["onnx/model.onnx"].sha256


def test_without_facts_only_the_download_says_anything(home: Path) -> None:
    write_cache(home, MODEL, FILES, COMMIT)
    assert {origin for one in found().values() for origin, _ in said(one)} == {"download"}


@pytest.mark.parametrize(
    ("revision", "main", "is_there"),
    [(None, True, True), ("main", True, True), (None, False, False), ("v1", True, False), ("f" * 40, True, False)],
)
def test_without_a_pin_the_default_is_looked_at(revision: str | None, main: bool, is_there: bool, home: Path) -> None:
    write_cache(home, MODEL, FILES, COMMIT, main=main)
    artifacts = found(record(FILES, None), revision=revision)
    assert set(artifacts) == (set(FILES) if is_there else {""})
    assert all(one.pinned == (revision == "f" * 40) for one in artifacts.values())


@pytest.mark.parametrize("name", ["v1.0", "release/v1", "refs/pr/1"])
def test_a_tag_or_branch_is_what_the_client_noted_of_it(name: str, home: Path) -> None:
    write_cache(home, MODEL, FILES, COMMIT)
    note = hub_cache(home) / "models--o--m" / "refs" / name
    note.parent.mkdir(parents=True)
    note.write_text(COMMIT)
    artifacts = found(record(FILES, name), revision=name)
    assert {(one.path, one.revision, one.pinned) for one in artifacts.values()} == {(f, COMMIT, False) for f in FILES}
    for other in (f"{name}/", f"../refs/{name}", f"./{name}", "v2"):
        assert snapshot(hub_cache(home), Component.parse(MODEL), other, 9) is None


def test_a_link_that_leads_out_of_the_cache_is_not_followed(home: Path, tmp_path: Path) -> None:
    revision = write_cache(home, MODEL, FILES, COMMIT)
    (tmp_path / "secret").write_bytes(b"secret")
    (revision / "config.json").unlink()
    (revision / "config.json").symlink_to(tmp_path / "secret")
    one = found(record(FILES))["config.json"]
    assert (one.state, one.sha256, one.problem) == ("not read", None, "a link that leads out of the cache")


def test_a_repository_folder_that_leads_out_is_not_entered(home: Path, tmp_path: Path) -> None:
    write_cache(tmp_path / "other", MODEL, FILES, COMMIT)
    hub_cache(home).mkdir(parents=True)
    (hub_cache(home) / "models--o--m").symlink_to(hub_cache(tmp_path / "other") / "models--o--m")
    assert snapshot(hub_cache(home), Component.parse(MODEL), COMMIT, 9) is None


@pytest.mark.parametrize("name", ["../x", "a/../b", "a/b/c", "a b", "..", "a/.."])
def test_a_name_is_no_path(name: str, home: Path) -> None:
    write_cache(home, MODEL, FILES, COMMIT)
    component = Component(kind=Component.parse(MODEL).kind, source="huggingface", name=name)
    assert snapshot(hub_cache(home), component, COMMIT, 9) is None


@pytest.mark.parametrize("text", ["../../../x", "main", COMMIT[:39], "g" * 40, ""])
def test_a_ref_that_is_no_commit_leads_nowhere(text: str, home: Path) -> None:
    write_cache(home, MODEL, FILES, COMMIT, main=True)
    (hub_cache(home) / "models--o--m" / "refs" / "main").write_text(text)
    assert snapshot(hub_cache(home), Component.parse(MODEL), None, 9) is None


def test_bytes_that_are_gone_are_absent(home: Path) -> None:
    write_cache(home, MODEL, FILES, COMMIT)
    (hub_cache(home) / "models--o--m" / "blobs" / lfs_oid(FILES["onnx/model.onnx"])).unlink()
    assert found(record(FILES))["onnx/model.onnx"].state == "absent"


def test_of_a_commit_that_pins_the_code_alone_its_python_counts(home: Path) -> None:
    other = "f" * 40
    code = {"modeling.py": b"class Model: pass\n", "weights.bin": b"other weights", "config.json": b"{}"}
    write_cache(home, MODEL, FILES, COMMIT)
    write_cache(home, MODEL, code, other)
    place = reference(MODEL, COMMIT, code_revision=other)
    artifacts = gathered({}, place, hub=(record(FILES), record(code, other, commit=other)))
    assert {(one.path, one.revision, one.state) for one in artifacts} == {
        *((path, COMMIT, "bytes") for path in FILES),
        ("modeling.py", other, "bytes"),
    }
    (python,) = [one for one in artifacts if one.path == "modeling.py"]
    assert ("hub", "sha256") in said(python)
    same = gathered({}, reference(MODEL, other, code_revision=other))
    assert {one.path for one in same} == set(code)
    nothing = gathered({}, reference(MODEL, COMMIT, code_revision="e" * 40))
    assert {one.revision for one in nothing} == {COMMIT}


def test_too_many_files_say_so(home: Path) -> None:
    write_cache(home, MODEL, FILES, COMMIT)
    artifacts = found(record(FILES), policy=Policy(artifacts=ArtifactRules(max_files=1)))
    assert artifacts["more files"].problem == "max_files under [artifacts] of the policy is 1"


def test_a_file_that_the_hub_does_not_list_is_none_of_that_commit(home: Path) -> None:
    write_cache(home, MODEL, {**FILES, "planted.py": b"x"}, COMMIT)
    assert found(record(FILES))["planted.py"].state == "unlisted"


def test_a_card_alone_is_not_the_model(home: Path) -> None:
    write_cache(home, MODEL, {"config.json": b"{}"}, COMMIT)
    assert found(record(FILES))[""].problem == "none of its 1 large files is there: onnx/model.onnx"
    tokenizer = reference(MODEL, COMMIT, call="tokenizers.Tokenizer.from_pretrained")
    assert [one.path for one in gathered({}, tokenizer, hub=(record(FILES),))] == ["config.json"]


def test_the_rest_of_what_was_split_is_missed(home: Path) -> None:
    parts = {f"model-0000{number}-of-00003.bin": b"part %d" % number for number in (1, 2, 3)}
    write_cache(home, MODEL, dict(list(parts.items())[:2]), COMMIT)
    artifacts = found(record(parts))
    assert {path: one.state for path, one in artifacts.items()} == dict(
        zip(parts, ("bytes", "bytes", "absent"), strict=True)
    )
    assert said(artifacts["model-00003-of-00003.bin"]) == [("hub", "sha256")]


def test_a_file_that_an_address_names_is_missed(home: Path) -> None:
    write_cache(home, MODEL, {"config.json": b"{}"}, COMMIT)
    address = f"https://huggingface.co/o/m/resolve/{COMMIT}/onnx/model.onnx?download=true"
    named = reference(MODEL, COMMIT, address=address)
    artifacts = {one.path: one.state for one in gathered({}, named, hub=(record(FILES),))}
    assert artifacts == {"config.json": "bytes", "onnx/model.onnx": "absent"}


def test_two_revisions_are_two_sets_of_artifacts(home: Path) -> None:
    write_cache(home, MODEL, FILES, COMMIT)
    both = gathered({}, reference(MODEL, COMMIT), reference(MODEL, "f" * 40), hub=(record(FILES),))
    assert sorted((one.path, one.state, one.revision) for one in both) == [
        ("", "absent", "f" * 40),
        ("config.json", "bytes", COMMIT),
        ("onnx/model.onnx", "bytes", COMMIT),
    ]


def test_nothing_at_hand_is_one_artifact_that_knows_what_is_published(home: Path) -> None:
    (one,) = gathered({}, reference(MODEL, COMMIT), hub=(record(FILES),))
    assert (one.path, one.state, said(one)) == ("", "absent", [("hub", "sha256")])


@pytest.mark.parametrize(
    ("settings", "folder"),
    [
        ({"HF_HUB_CACHE": "/a/b"}, "/a/b"),
        ({"HUGGINGFACE_HUB_CACHE": "/a/c"}, "/a/c"),
        ({"HF_HOME": "/a", "HF_HUB_CACHE": "/b"}, "/b"),
        ({"HF_HOME": "/a"}, "/a/hub"),
        ({"HF_HOME": "$WHERE/a"}, "/there/a/hub"),
        ({"XDG_CACHE_HOME": "/x"}, "/x/huggingface/hub"),
        ({"HOME": "/h"}, "/h/.cache/huggingface/hub"),
    ],
)
def test_the_cache_is_where_the_client_has_it(
    settings: dict[str, str], folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WHERE", "/there")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert str(client_folder()) == folder
