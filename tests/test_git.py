"""What is read of `.git`, held against git itself."""

import hashlib
import os
import re
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain import git as kept
from supplychain.folders import user_folder

GIT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "PATH": os.environ["PATH"]}
LONG = "/".join(["d" * 200] * 18)


def git(folder: Path, *arguments: str) -> bytes:
    """Return what git says in a folder, with no configuration but the folder's own."""
    command = ["git", "-C", str(folder), "-c", "user.name=n", "-c", "user.email=n@example.com", *arguments]
    return subprocess.run(command, env=GIT, check=True, capture_output=True, timeout=60).stdout


def listed(folder: Path) -> dict[str, bytes]:
    """Return git's own list of the index: what is a file, is no conflict and is not left out."""
    staged = [entry.partition(b"\t") for entry in git(folder, "ls-files", "-s", "-z").split(b"\0") if entry]
    left_out = {entry[2:] for entry in git(folder, "ls-files", "-t", "-z").split(b"\0") if entry.startswith(b"S ")}
    found = {}
    for head, _, name in staged:
        mode, blob, stage = head.split()
        if mode.startswith(b"100") and name not in left_out:
            found[os.fsdecode(name)] = blob if stage == b"0" else b""
    return found


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository with names of many lengths, a link, and files without content."""
    root = tmp_path / "target"
    for name in [
        "a",
        "ab/c.py",
        "ab/cd.py",
        "ü/é 1",
        "x" * 200,
        *("n" * length for length in range(2, 12)),
        f"{LONG}/f",
    ]:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name[:50])
    (root / "link").symlink_to("a")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "first")
    return root


def conflict(root: Path) -> None:
    """Leave a merge open in which two sides changed one file."""
    git(root, "checkout", "-q", "-b", "other")
    for side in ("other", "main"):
        git(root, "checkout", "-q", side)
        (root / "a").write_text(side)
        git(root, "commit", "-q", "-a", "-m", side)
    with pytest.raises(subprocess.CalledProcessError):
        git(root, "merge", "-q", "other")


@pytest.mark.parametrize("version", [2, 3, 4])
@pytest.mark.parametrize(
    "change",
    [
        lambda _: None,
        lambda root: git(root, "sparse-checkout", "set", "--no-cone", "/a"),
        lambda root: (root / "new").write_text("") or git(root, "add", "-N", "new"),
        conflict,
    ],
    ids=["plain", "sparse", "intent to add", "conflict"],
)
def test_the_index_is_read_as_git_reads_it(repository: Path, change: object, version: int) -> None:
    git(repository, "update-index", "--index-version", str(version))
    assert callable(change)
    change(repository)
    assert listed(repository)
    assert kept.index(repository) == listed(repository)


@pytest.mark.parametrize(
    "arguments", [("update-index", "--split-index"), ("sparse-checkout", "set", "--sparse-index", "ab")]
)
def test_an_index_whose_entries_lie_elsewhere_is_not_read(repository: Path, arguments: tuple[str, ...]) -> None:
    git(repository, *arguments)
    assert kept.index(repository) is None


@pytest.mark.parametrize("version", [2, 4])
def test_an_index_that_is_cut_off_anywhere_is_not_read(repository: Path, version: int) -> None:
    git(repository, "rm", "-q", "--cached", f"{LONG}/f")
    git(repository, "update-index", "--index-version", str(version))
    path = repository / ".git" / "index"
    body, whole = path.read_bytes()[:-20], kept.index(repository)
    complete = []
    for length in range(len(body)):
        path.write_bytes(body[:length] + hashlib.sha1(body[:length]).digest())
        if (found := kept.index(repository)) is not None:
            assert found == whole
            complete.append(length)
    assert complete == [body.index(b"TREE")]  # all entries, and none of the extension after them


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_a_damaged_index_raises_nothing(data: st.DataObject) -> None:
    body = bytearray(
        b"DIRC" + (4).to_bytes(4) + (2).to_bytes(4) + (bytes(24) + b"\0\0\x81\xa4" + bytes(34) + b"\0a\0") * 2
    )
    for _ in range(data.draw(st.integers(0, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    whole = bytes(body[: data.draw(st.integers(0, len(body)))])
    try:
        found = kept._index_entries(whole + bytes(20))
    except (ValueError, IndexError, struct.error):
        return
    assert all(len(name) < 10 for name in found)


ADDRESS = "https://host.example/owner/name.git"
CONFIGS = [
    f'[remote "origin"]\n\turl = {ADDRESS}\n',
    f'[REMOTE "origin"] URL={ADDRESS} ; comment\n',
    f'[remote "origin"]\nurl = "{ADDRESS}" # comment\n',
    f'[remote "origin"]\nurl = https://a.example\n[remote "other"]\nurl = b\n[remote "origin"]\nurl = {ADDRESS}\n',
    '[remote "origin"]\nurl = a\\\n  b\n',
    '[remote "origin"]\nurl = "a # b; \\"c\\" \\\\ \\t"\n',
    '[remote "origin"]\nurl = a "b  c" d  \n',
    '# [remote "origin"] \\\n[remote "origin"]\n# url = a\n;url = b\nurl = c\n',
    '[remote "other"]\nurl = a\n',
    '[remote "Origin"]\nurl = a\n',
    '[remote.origin]\nurl = a\n',
    '[core]\nurl = a\n[remote "origin"]\nfetch = x\npushurl = b\n',
    '[include]\npath = other\n[remote "origin"]\nurl = a\n',
    "",
]  # fmt: skip


@pytest.mark.parametrize("config", CONFIGS)
def test_the_origin_is_read_as_git_reads_it(tmp_path: Path, config: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text(config)
    (tmp_path / ".git" / "other").write_text('[remote "origin"]\nurl = included\n')
    command = [
        "git",
        "config",
        "--file",
        str(tmp_path / ".git" / "config"),
        "--no-includes",
        "--get",
        "remote.origin.url",
    ]
    said = subprocess.run(command, env=GIT, check=False, capture_output=True, text=True, timeout=60)
    assert kept.origin(tmp_path) == (said.stdout.removesuffix("\n") if said.returncode == 0 else None)


@settings(deadline=None, max_examples=150)
@given(st.text(st.sampled_from("a./@{~^:?*[\\ \x7fé-lock"), max_size=9))
def test_a_branch_is_a_name_that_git_takes(name: str) -> None:
    said = subprocess.run(["git", "check-ref-format", f"refs/{name}"], env=GIT, check=False, timeout=60)
    assert bool(kept._BRANCH.fullmatch(f"refs/{name}")) is (said.returncode == 0)


@pytest.mark.parametrize(
    ("given_folder", "used"), [("/data", "/data"), ("", "~/.local/state"), ("here", "~/.local/state")]
)
def test_a_users_folder_is_where_the_specification_has_it(
    monkeypatch: pytest.MonkeyPatch, given_folder: str, used: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", given_folder)
    assert user_folder("state") == Path(re.sub("^~", str(Path.home()), used)) / "supplychain-spec"
