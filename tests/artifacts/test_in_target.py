"""What lies in a target: files and folders, pointers of Git LFS with or without their bytes, and what DVC tracks."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest

from supplychain.model.artifact import Artifact
from supplychain.model.policy import ArtifactRules, Policy
from supplychain.model.reference import Resolution
from supplychain.target import Target
from tests.artifacts.support import AT, gathered, reference, written

WEIGHTS = b"bytes of weights"
MODEL = "model:file/models/w.bin"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def pointer(oid: str, size: int = len(WEIGHTS)) -> bytes:
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {size}\n".encode()


def states(found: tuple[Artifact, ...]) -> dict[str, str]:
    return {artifact.path: artifact.state for artifact in found}


@pytest.mark.parametrize("in_memory", [True, False])
def test_a_file_is_read(in_memory: bool, tmp_path: Path) -> None:
    files = {"models/w.bin": WEIGHTS}
    (found,) = gathered(files if in_memory else written(tmp_path, files), reference(MODEL))
    assert (found.state, found.sha256, found.size, found.at) == ("bytes", sha256(WEIGHTS), len(WEIGHTS), AT)


def test_a_changed_file_of_a_view_is_read_as_it_is_there(tmp_path: Path) -> None:
    target = Target.open(written(tmp_path, {"models/w.bin": WEIGHTS})).with_file("models/w.bin", b"other")
    (found,) = gathered(target, reference(MODEL))
    assert found.sha256 == sha256(b"other")


def test_a_file_is_placed_where_code_names_it() -> None:
    itself = reference(MODEL, at=AT.model_copy(update={"file": "models/w.bin", "line": None}))
    (found,) = gathered({"models/w.bin": WEIGHTS}, itself, reference(MODEL))
    assert found.at == AT


def test_a_digest_that_discovery_computed_of_the_file_is_no_record_of_it() -> None:
    itself = reference(MODEL, checksum=f"sha256:{sha256(WEIGHTS)}", resolution=Resolution.FILE)
    (found,) = gathered({"models/w.bin": WEIGHTS}, itself)
    assert found.published == ()


def test_an_empty_file_is_said_to_be_empty() -> None:
    assert states(gathered({"models/w.bin": b""}, reference(MODEL))) == {"models/w.bin": "empty"}


def test_what_is_not_there_is_absent() -> None:
    assert states(gathered({}, reference(MODEL))) == {"models/w.bin": "absent"}


@pytest.mark.parametrize("name", ["../outside.bin", "/etc/hostname", "models/../../outside.bin"])
def test_nothing_outside_the_target_is_read(name: str, tmp_path: Path) -> None:
    (tmp_path / "outside.bin").write_bytes(b"secret")
    (found,) = gathered(written(tmp_path / "t", {}), reference(f"model:file/{name}"))
    assert (found.state, found.sha256) == ("absent", None)


def test_a_link_inside_is_followed_and_one_outside_is_not(tmp_path: Path) -> None:
    root = written(tmp_path / "t", {"models/w.bin": WEIGHTS})
    (tmp_path / "outside.bin").write_bytes(b"secret")
    (root / "linked").symlink_to("models")
    (root / "out.bin").symlink_to("../outside.bin")
    found = gathered(root, reference("model:file/linked/w.bin"), reference("model:file/out.bin"))
    assert [(a.path, a.state) for a in found] == [("models/w.bin", "bytes"), ("out.bin", "not read")]
    assert found[1].problem == "a link that leads out of the target"


def test_every_file_of_a_folder_is_an_artifact() -> None:
    files = {"models/a/w.bin": WEIGHTS, "models/a/config.json": b"{}", "models/b.bin": b"x"}
    assert states(gathered(files, reference("model:file/models/a"))) == {
        "models/a/config.json": "bytes",
        "models/a/w.bin": "bytes",
    }


def test_a_folder_with_too_many_files_says_so() -> None:
    files = {f"models/{number}.bin": b"x" for number in range(5)}
    policy = Policy(artifacts=ArtifactRules(max_files=3))
    found = gathered(files, reference("model:file/models"), policy=policy)
    assert states(found)["models"] == "not read"
    assert found[-1].problem == "5 files lie in it; max_files under [artifacts] of the policy is 3"


def test_a_file_above_the_limit_says_so(tmp_path: Path) -> None:
    policy = Policy(artifacts=ArtifactRules(max_file_bytes=3))
    (found,) = gathered(written(tmp_path, {"models/w.bin": WEIGHTS}), reference(MODEL), policy=policy)
    assert (found.state, found.problem) == ("not read", "it has 16 bytes; 3 are read")


def test_a_pointer_of_git_lfs_stands_for_bytes_that_are_elsewhere() -> None:
    (found,) = gathered({"models/w.bin": pointer(sha256(WEIGHTS))}, reference(MODEL))
    (said,) = found.published
    assert (found.state, found.sha256, said.value, said.size) == ("pointer", None, sha256(WEIGHTS), len(WEIGHTS))
    assert str(said.at) == "models/w.bin:2"


@pytest.mark.parametrize(
    ("stored", "state"), [(WEIGHTS, "bytes"), (b"bytes of weightS", "bytes"), (b"byt", "truncated")]
)
def test_the_bytes_behind_a_pointer_are_read_where_git_keeps_them(stored: bytes, state: str, tmp_path: Path) -> None:
    oid = sha256(WEIGHTS)
    store = f".git/lfs/objects/{oid[:2]}/{oid[2:4]}/{oid}"
    (found,) = gathered(written(tmp_path, {"models/w.bin": pointer(oid), store: stored}), reference(MODEL))
    assert (found.state, found.sha256) == (state, sha256(stored))


def test_the_pointer_that_git_tracks_counts_for_the_bytes_in_its_place(tmp_path: Path) -> None:
    root = written(tmp_path, {"models/w.bin": pointer(sha256(WEIGHTS))})
    for command in (["init", "-q"], ["add", "models/w.bin"]):
        subprocess.run(["git", "-C", str(root), *command], check=True, env={"PATH": os.defpath, "HOME": str(tmp_path)})
    (root / "models/w.bin").write_bytes(WEIGHTS)
    (found,) = gathered(root, reference(MODEL))
    assert [(one.origin, one.value) for one in found.published] == [("git-lfs", sha256(WEIGHTS))]
    (root / "models/w.bin").write_bytes(b"bytes of weightS")
    (changed,) = gathered(root, reference(MODEL))
    assert changed.published == ()


def test_a_store_behind_a_link_is_not_entered(tmp_path: Path) -> None:
    oid = sha256(WEIGHTS)
    written(tmp_path / "elsewhere", {f"{oid[:2]}/{oid[2:4]}/{oid}": WEIGHTS})
    root = written(tmp_path / "t", {"models/w.bin": pointer(oid), ".git/lfs/x": b""})
    (root / ".git/lfs/objects").symlink_to(tmp_path / "elsewhere")
    assert states(gathered(root, reference(MODEL))) == {"models/w.bin": "pointer"}


@pytest.mark.parametrize(("oid", "value"), [("", ""), ("abc", "abc"), ("../../../etc/passwd", "../../../etc/passwd")])
def test_a_pointer_without_a_whole_digest_is_shown_as_it_is(oid: str, value: str, tmp_path: Path) -> None:
    (found,) = gathered(written(tmp_path, {"models/w.bin": pointer(oid)}), reference(MODEL))
    assert [(said.origin, said.value) for said in found.published] == [("git-lfs", value)]


DATA = "dataset:file/data/rows"
ROWS = {"a.csv": b"a,1\n", "sub/b.csv": b"b,2\n"}


def listing(files: dict[str, bytes]) -> bytes:
    return json.dumps([{"md5": md5(content), "relpath": name} for name, content in sorted(files.items())]).encode()


def folder_in_dvc(
    lies: dict[str, bytes], listed: dict[str, bytes] = ROWS, *, with_list: bool = True
) -> dict[str, bytes]:
    """Return a folder that DVC tracks, with what lies in it and what its list names."""
    text = listing(listed)
    name = md5(text)
    files = {"data/rows.dvc": f"outs:\n- md5: {name}.dir\n  nfiles: 2\n  path: rows\n".encode()}
    if with_list:
        files[f".dvc/cache/files/md5/{name[:2]}/{name[2:]}.dir"] = text
    return files | {f"data/rows/{path}": content for path, content in lies.items()}


def test_the_files_of_a_tracked_folder_each_have_their_digest() -> None:
    found = gathered(folder_in_dvc(ROWS), reference(DATA))
    assert states(found) == {
        "data/rows/a.csv": "bytes",
        "data/rows/sub/b.csv": "bytes",
        "the list of data/rows": "bytes",
    }
    for artifact in found:
        (said,) = artifact.published
        assert dict(artifact.weaker)["md5"] == said.value
        assert str(said.at) == "data/rows.dvc:2"


def test_a_file_more_and_a_file_less_are_seen() -> None:
    found = gathered(folder_in_dvc({"a.csv": b"a,1\n", "c.csv": b"planted"}), reference(DATA))
    assert states(found) == {
        "data/rows/a.csv": "bytes",
        "data/rows/c.csv": "unlisted",
        "data/rows/sub/b.csv": "removed",
        "the list of data/rows": "bytes",
    }


def test_a_list_that_was_changed_has_another_digest() -> None:
    files = folder_in_dvc(ROWS)
    (name,) = (path for path in files if path.endswith(".dir"))
    files[name] = listing({**ROWS, "c.csv": b"planted"})
    found = {a.path: a for a in gathered(files, reference(DATA))}["the list of data/rows"]
    assert dict(found.weaker)["md5"] != found.published[0].value


@pytest.mark.parametrize("text", [b"{", b"[1]", b'[{"md5": "0", "relpath": "../../etc/passwd"}]'])
def test_a_list_that_is_none_is_not_read(text: bytes) -> None:
    name = md5(text)
    files = {"data/rows.dvc": f"outs:\n- md5: {name}.dir\n  path: rows\n".encode()}
    found = gathered({**files, f".dvc/cache/{name[:2]}/{name[2:]}.dir": text}, reference(DATA))
    assert states(found) == {"the list of data/rows": "not read"}


def test_without_its_list_a_folder_cannot_be_compared() -> None:
    found = gathered(folder_in_dvc(ROWS, with_list=False), reference(DATA))
    assert states(found)["the list of data/rows"] == "pointer"
    assert all(not a.published for a in found if a.state == "bytes")


@pytest.mark.parametrize("layout", ["files/md5/", ""])
def test_bytes_in_the_cache_of_dvc_are_at_hand(layout: str) -> None:
    digest = md5(WEIGHTS)
    files = {"models/w.bin.dvc": f"outs:\n- md5: {digest}\n  size: 16\n  path: w.bin\n".encode()}
    assert states(gathered(files, reference(MODEL))) == {"models/w.bin": "pointer"}
    files[f".dvc/cache/{layout}{digest[:2]}/{digest[2:]}"] = WEIGHTS
    (found,) = gathered(files, reference(MODEL))
    assert (found.state, found.sha256) == ("bytes", sha256(WEIGHTS))


def test_a_lock_of_dvc_counts_for_the_file_and_for_one_in_its_folder() -> None:
    lock = f"schema: '2.0'\nstages:\n  get:\n    cmd: x\n    outs:\n    - path: data/a.csv\n      md5: {md5(b'a')}\n"
    (found,) = gathered({"dvc.lock": lock.encode(), "data/a.csv": b"a"}, reference("dataset:file/data/a.csv"))
    assert [(said.value, str(said.at)) for said in found.published] == [(md5(b"a"), "dvc.lock:7")]
    (inside,) = gathered(folder_in_dvc(ROWS), reference("dataset:file/data/rows/a.csv"))
    assert [said.value for said in inside.published] == [md5(ROWS["a.csv"])]


def test_an_import_of_dvc_has_the_bytes_of_its_copy() -> None:
    text = f"deps:\n- path: x.csv\n  repo:\n    url: https://github.com/o/r\nouts:\n- md5: {md5(b'a')}\n  path: x.csv\n"
    at = AT.model_copy(update={"file": "data/x.csv.dvc"})
    imported = reference("dataset:github/o/r/x.csv", call="DVC", at=at)
    (found,) = gathered({"data/x.csv.dvc": text.encode(), "data/x.csv": b"a"}, imported)
    assert (found.path, found.state, found.published[0].value) == ("data/x.csv", "bytes", md5(b"a"))


@pytest.mark.parametrize("text", [b"outs: 3", b"outs:\n- 5", b"[", b"outs:\n- path: ../../x\n  md5: ''\n", b"\xff"])
def test_a_damaged_dvc_file_tracks_nothing(text: bytes) -> None:
    (found,) = gathered({"models/w.bin.dvc": text, "models/w.bin": WEIGHTS}, reference(MODEL))
    assert found.published == ()
