"""The read-only view of a hostile repository."""

import hashlib
import os
import socket
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from supplychain import files
from supplychain import git as kept
from supplychain import target as module
from supplychain.target import NotReadError, Target, TargetError

GIT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "PATH": os.environ["PATH"]}


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, with no configuration but the folder's own."""
    command = ["git", "-C", str(folder), "-c", "user.name=n", "-c", "user.email=n@example.com", *arguments]
    return subprocess.run(command, env=GIT, check=True, capture_output=True, text=True).stdout.strip()


def plant(folder: Path, **files: str) -> Path:
    """Write files into a folder; `__` in a name stands for its dot."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content)
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder with one file."""
    return plant(tmp_path / "target", app__py="print()\n")


@pytest.fixture
def repository(root: Path) -> Path:
    """Return a repository with one commit of `app.py` and `docs/readme.md`."""
    plant(root / "docs", readme__md="# Read me\n")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "first")
    return root


def paths(folder: Path) -> list[str]:
    """Return the paths of the files that a target lists."""
    return [file.path for file in Target.open(folder).files]


def irregular(folder: Path) -> dict[str, str]:
    """Return what a target does not open, with the reasons."""
    return {entry.path: entry.reason for entry in Target.open(folder).irregular}


class TestOpen:
    def test_a_folder_is_listed_in_order_without_dot_git(self, repository: Path) -> None:
        assert paths(repository) == ["app.py", "docs/readme.md"]

    def test_a_target_that_does_not_exist_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(TargetError, match="does not exist; give the folder of a repository"):
            Target.open(tmp_path / "missing")

    def test_a_file_is_refused(self, root: Path) -> None:
        with pytest.raises(TargetError, match="is a file; give the folder of a repository"):
            Target.open(root / "app.py")

    @pytest.mark.parametrize("folders", [(), ("a/b/c",), (".git",)])
    def test_a_target_without_files_is_refused(self, tmp_path: Path, folders: tuple[str, ...]) -> None:
        for folder in folders:
            (tmp_path / folder).mkdir(parents=True)
        with pytest.raises(TargetError, match="holds no file"):
            Target.open(tmp_path)

    def test_a_link_that_leads_to_itself_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "loop").symlink_to("loop")
        with pytest.raises(TargetError, match="does not exist"):
            Target.open(tmp_path / "loop")

    def test_a_name_that_no_file_system_takes_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(TargetError, match="does not exist"):
            Target.open(tmp_path / ("x" * 5_000))

    def test_a_link_to_a_folder_is_opened_as_the_folder(self, root: Path, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(root)
        assert Target.open(tmp_path / "link").name == "target"

    def test_more_files_than_the_limit_are_refused(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "FILES_LIMIT", 3)
        for number in range(3):
            plant(root, **{f"n{number}": ""})
        with pytest.raises(TargetError, match="has more than 3 files; assess a part of it"):
            Target.open(root)

    def test_a_folder_that_cannot_be_listed_is_reported(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        plant(root / "closed", secret__py="")
        scandir = os.scandir

        def denied(path: Path) -> object:
            if path.name == "closed":
                raise PermissionError(13, "Permission denied")
            return scandir(path)

        monkeypatch.setattr("supplychain.target.os.scandir", denied)
        assert irregular(root) == {"closed": "folder cannot be listed: Permission denied"}

    def test_folders_beyond_what_the_system_can_name_are_reported(self, root: Path) -> None:
        descriptor = os.open(root, os.O_RDONLY)
        for _ in range(25):
            os.mkdir("d" * 200, dir_fd=descriptor)
            inner = os.open("d" * 200, os.O_RDONLY, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        os.close(os.open("deep.py", os.O_CREAT, dir_fd=descriptor))
        os.close(descriptor)
        assert list(irregular(root).values()) == ["folder cannot be listed: File name too long"]


class TestLinks:
    def test_a_link_inside_is_not_listed_twice(self, root: Path) -> None:
        (root / "again.py").symlink_to("app.py")
        assert paths(root) == ["app.py"]
        assert irregular(root) == {}
        assert Target.open(root).links == {"again.py": "app.py"}

    @pytest.mark.parametrize("leads_to", ["/etc/hostname", "../outside.py", "/etc", ".."])
    def test_a_link_out_of_the_target_is_reported_and_not_followed(self, root: Path, leads_to: str) -> None:
        plant(root.parent, outside__py="")
        (root / "link").symlink_to(leads_to)
        assert paths(root) == ["app.py"]
        assert irregular(root) == {"link": "a link that leads out of the target"}

    def test_a_link_out_through_a_link_inside_is_reported(self, root: Path) -> None:
        (root / "up").symlink_to("..")
        (root / "link").symlink_to("up/outside.py")
        assert set(irregular(root)) == {"up", "link"}

    @pytest.mark.parametrize("leads_to", ["nowhere.py", "link", "app.py/x", "x" * 300])
    def test_a_link_to_nothing_is_reported(self, root: Path, leads_to: str) -> None:
        (root / "link").symlink_to(leads_to)
        assert irregular(root) == {"link": "a link that leads nowhere"}

    def test_links_in_a_circle_end(self, root: Path) -> None:
        (root / "a").symlink_to("b")
        (root / "b").symlink_to("a")
        (root / "here").symlink_to(".")
        assert set(irregular(root)) == {"a", "b"}
        assert paths(root) == ["app.py"]

    def test_links_that_double_at_each_step_end(self, root: Path) -> None:
        (root / "s0").symlink_to(".")
        for number in range(1, 40):
            (root / f"s{number}").symlink_to(f"s{number - 1}/../target/s{number - 1}")
        assert paths(root) == ["app.py"]


class TestIrregular:
    def test_a_fifo_is_reported_and_not_waited_for(self, root: Path) -> None:
        os.mkfifo(root / "pipe.py")
        assert irregular(root) == {"pipe.py": "neither a file nor a folder"}
        Target.open(root).state()

    def test_a_socket_is_reported(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(root)  # a socket's path may have 107 bytes
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("socket")
            assert irregular(root) == {"socket": "neither a file nor a folder"}

    def test_a_file_that_becomes_a_fifo_is_not_waited_for(self, root: Path) -> None:
        target = Target.open(root)
        (root / "app.py").unlink()
        os.mkfifo(root / "app.py")
        with pytest.raises(NotReadError, match="no longer a regular file"):
            target.read(target.files[0])
        target.state()

    def test_a_file_that_becomes_a_link_is_not_followed(self, root: Path) -> None:
        target = Target.open(root)
        (root / "app.py").unlink()
        (root / "app.py").symlink_to("/etc/hostname")
        with pytest.raises(NotReadError, match="cannot be opened"):
            target.read(target.files[0])
        with pytest.raises(NotReadError, match="cannot be opened"):
            target.head(target.files[0], 4)
        target.state()


class TestNames:
    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            (b"new\nline.py", r"new\nline.py"),
            (b"esc\x1b[31m.py", r"esc\x1b[31m.py"),
            (b"not-utf8-\xff\xfe.py", r"not-utf8-\udcff\udcfe.py"),
            ("bidi\u202eyp.py".encode(), r"bidi\u202eyp.py"),
            ("mod\u00e8le.py".encode(), "modèle.py"),
            (b"back\\slash.py", r"back\\slash.py"),
        ],
    )
    def test_a_hostile_name_is_shown_escaped_and_still_read(self, tmp_path: Path, name: bytes, shown: str) -> None:
        (tmp_path / os.fsdecode(name)).write_bytes(b"content")
        target = Target.open(tmp_path)
        assert [file.path for file in target.files] == [shown]
        assert target.read(target.files[0]).data == b"content"

    def test_no_two_files_are_shown_alike(self, tmp_path: Path) -> None:
        (tmp_path / "a\nb.py").write_text("one")
        (tmp_path / r"a\nb.py").write_text("two")
        target = Target.open(tmp_path)
        assert len({file.path for file in target.files}) == 2
        assert {target.read(file).data for file in target.files} == {b"one", b"two"}

    def test_a_path_that_is_too_long_to_show_is_reported(self, root: Path) -> None:
        folder = root / ("d" * 250) / ("e" * 250)
        plant(folder, long__py="", other__py="")
        assert paths(root) == ["app.py"]
        reasons = [entry.reason for entry in Target.open(root).irregular]
        assert reasons == ["its path is longer than 500 characters"] * 2


class TestGenerated:
    @pytest.mark.parametrize("name", ["node_modules", "__pycache__", "docs/.tox"])
    def test_a_generated_folder_is_left_out_and_named(self, root: Path, name: str) -> None:
        plant(root / name, index__js="")
        assert paths(root) == ["app.py"]
        assert Target.open(root).pruned == (name,)

    def test_a_virtual_environment_is_left_out_and_named(self, root: Path) -> None:
        plant(root / "env" / "lib", site__py="")
        plant(root / "env", pyvenv__cfg="home = /usr\n")
        assert paths(root) == ["app.py"]
        assert Target.open(root).pruned == ("env",)

    @pytest.mark.parametrize("file", ["evil.py", "evil/__init__.py"])
    def test_a_folder_with_code_of_its_own_is_no_virtual_environment(self, root: Path, file: str) -> None:
        plant(root / "env", pyvenv__cfg="home = /usr\n")
        (root / "env" / file).parent.mkdir(exist_ok=True)
        (root / "env" / file).write_text("")
        assert f"env/{file}" in paths(root)
        assert Target.open(root).pruned == ()

    @pytest.mark.parametrize(("folder", "file"), [("node_modules", "index.js"), ("src", "pyvenv.cfg")])
    def test_what_git_tracks_is_never_left_out(self, repository: Path, folder: str, file: str) -> None:
        plant(repository / folder, **{file.replace(".", "__"): ""})
        git(repository, "add", "-f", ".")
        assert f"{folder}/{file}" in paths(repository)
        assert Target.open(repository).pruned == ()

    def test_a_file_of_such_a_name_is_a_file(self, root: Path) -> None:
        plant(root, node_modules="")
        assert paths(root) == ["app.py", "node_modules"]


class TestRead:
    def test_a_file_comes_with_its_digest(self, root: Path) -> None:
        target = Target.open(root)
        content = target.read(target.files[0])
        assert content.data == b"print()\n"
        assert content.digest == "sha256:" + hashlib.sha256(b"print()\n").hexdigest()

    def test_a_file_larger_than_the_limit_is_not_read(self, root: Path) -> None:
        target = Target.open(root)
        with pytest.raises(NotReadError, match="it has 8 bytes; 7 are read"):
            target.read(target.files[0], limit=7)
        assert target.read(target.files[0], limit=8).data == b"print()\n"

    def test_a_file_that_grows_is_not_read_beyond_the_limit(self, root: Path) -> None:
        target = Target.open(root)
        plant(root, app__py="x" * 1_000)
        with pytest.raises(NotReadError, match="it grew beyond 10 bytes while it was read"):
            target.read(target.files[0], limit=10)

    def test_the_first_bytes_of_any_file_can_be_read(self, root: Path) -> None:
        target = Target.open(root)
        assert target.head(target.files[0], 5) == b"print"

    def test_a_file_that_is_gone_is_not_read(self, root: Path) -> None:
        target = Target.open(root)
        (root / "app.py").unlink()
        with pytest.raises(NotReadError, match="it cannot be opened: No such file"):
            target.read(target.files[0])

    def test_a_file_that_may_not_be_read_says_so(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        target = Target.open(root)
        readable = target.state().tree_digest
        deny(monkeypatch)
        with pytest.raises(NotReadError, match="it cannot be opened: Permission denied"):
            target.read(target.files[0])
        assert target.state().tree_digest != readable


def deny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no file be opened, as file modes do for anyone but root."""

    def denied(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("supplychain.target.os.open", denied)


class TestHas:
    @pytest.mark.parametrize("path", ["app.py", "docs", "docs/", "docs/readme.md"])
    def test_files_and_folders_are_there(self, repository: Path, path: str) -> None:
        assert Target.open(repository).has(path)

    @pytest.mark.parametrize("path", ["", "app", "app.p", "doc", "docs/read", "docs/readme.md/x", "../target", ".git"])
    def test_other_paths_and_mere_prefixes_are_not(self, repository: Path, path: str) -> None:
        assert not Target.open(repository).has(path)

    def test_a_sibling_that_sorts_between_does_not_hide_a_folder(self, root: Path) -> None:
        plant(root / "docs", a="")
        plant(root, **{"docs-old": "", "docs ": ""})
        assert Target.open(root).has("docs")

    @pytest.mark.parametrize("leads_to", ["docs", "/srv/models"])
    def test_what_lies_behind_a_link_may_be_there(self, repository: Path, leads_to: str) -> None:
        (repository / "models").symlink_to(leads_to)
        target = Target.open(repository)
        assert target.has("models")
        assert target.has("models/bert")
        assert not target.has("models-old")


class TestMemory:
    def test_a_target_can_lie_in_memory(self) -> None:
        target = Target.of({"b/c.py": b"1", "a.py": b"22"})
        assert [(file.path, file.size) for file in target.files] == [("a.py", 2), ("b/c.py", 1)]
        assert target.read(target.files[0]).data == b"22"
        assert target.has("b")
        assert (target.state().commit, target.state().git) == (None, "in memory")


class TestTreeDigest:
    def test_it_is_the_same_for_the_same_tree_anywhere(self, root: Path, tmp_path: Path) -> None:
        twin = plant(tmp_path / "twin", app__py="print()\n")
        assert Target.open(root).state().tree_digest == Target.open(twin).state().tree_digest

    @pytest.mark.parametrize(
        "change",
        [
            lambda root: plant(root, app__py="print(\n\n"),
            lambda root: (root / "app.py").rename(root / "app2.py"),
            lambda root: plant(root, empty=""),
            lambda root: (root / "app.py").rename(root / "app\n.py"),
        ],
        ids=["one byte", "a name", "an empty file", "a hostile name"],
    )
    def test_it_changes_with_the_smallest_change(self, root: Path, change: Callable[[Path], object]) -> None:
        before = Target.open(root).state().tree_digest
        change(root)
        assert Target.open(root).state().tree_digest != before

    def test_names_that_are_shown_alike_by_others_differ(self, tmp_path: Path) -> None:
        one = plant(tmp_path / "one", **{"a\nb": ""})
        two = plant(tmp_path / "two", **{r"a\nb": ""})
        assert Target.open(one).state().tree_digest != Target.open(two).state().tree_digest

    def test_of_a_huge_file_the_size_counts_and_no_byte_is_read(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        huge = root / "weights.bin"
        huge.touch()
        os.truncate(huge, 2_000_000_000)
        opened: list[str] = []
        original = os.open

        def watched(path: Path, flags: int) -> int:
            opened.append(path.name)
            return original(path, flags)

        monkeypatch.setattr("supplychain.target.os.open", watched)
        before = Target.open(root).state()
        assert opened == ["app.py"]
        os.truncate(huge, 2_000_000_001)
        assert Target.open(root).state().tree_digest != before.tree_digest

    def test_a_file_that_grows_beyond_the_limit_is_not_read_to_its_end(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "DIGEST_LIMIT", 10)
        monkeypatch.setattr(files, "DIGEST_LIMIT", 10)
        target = Target.open(root)
        before = target.state().tree_digest
        plant(root, app__py="x" * 100)
        long = target.state().tree_digest
        plant(root, app__py="y" * 200)
        assert before != long == target.state().tree_digest

    def test_progress_is_told_of_each_file(self, repository: Path) -> None:
        told: list[int] = []
        Target.open(repository).state(told.append)
        assert told == [1, 1]


class TestGit:
    def test_a_folder_without_git_is_no_repository(self, root: Path) -> None:
        state = Target.open(root).state()
        assert (state.commit, state.dirty, state.git) == (None, None, "not a git repository")

    def test_a_repository_without_a_commit_says_so(self, root: Path) -> None:
        git(root, "init", "-q")
        state = Target.open(root).state()
        assert (state.commit, state.dirty, state.git) == (None, None, "git repository without a commit")

    def test_a_committed_tree_is_clean(self, repository: Path) -> None:
        state = Target.open(repository).state()
        assert state.commit == git(repository, "rev-parse", "HEAD")
        assert (state.dirty, state.git) == (False, "git repository")

    @pytest.mark.parametrize(
        ("arguments", "dirty"),
        [
            (["checkout", "-q", "--detach"], False),
            (["checkout", "-q", "-b", "feature/ünïcode#1"], False),
            (["pack-refs", "--all"], False),
            (["gc", "-q"], False),
            (["update-index", "--index-version", "4"], False),
            (["config", "core.repositoryformatversion", "99"], False),
            (["config", "extensions.partialClone", "origin"], False),
            (["update-index", "--split-index"], None),
            (["-c", "index.skipHash=true", "update-index", "--force-write-index"], False),
        ],
        ids=lambda value: "-".join(value[:2]) if isinstance(value, list) else "",
    )
    def test_the_commit_is_found_in_every_form(
        self, repository: Path, arguments: list[str], dirty: bool | None
    ) -> None:
        expected = git(repository, "rev-parse", "HEAD")
        git(repository, *arguments)
        state = Target.open(repository).state()
        assert (state.commit, state.dirty) == (expected, dirty)

    def test_a_sparse_checkout_is_clean(self, repository: Path) -> None:
        git(repository, "sparse-checkout", "set", "--no-cone", "/app.py")
        assert paths(repository) == ["app.py"]
        assert Target.open(repository).state().dirty is False

    @pytest.mark.parametrize(
        "change",
        [
            lambda root: plant(root, app__py="print(1)\n"),
            lambda root: (root / "docs" / "readme.md").unlink(),
            lambda root: (root / "app.py").rename(root / "other.py"),
        ],
        ids=["changed", "removed", "renamed"],
    )
    def test_a_tracked_file_that_differs_is_dirty(self, repository: Path, change: Callable[[Path], object]) -> None:
        change(repository)
        assert Target.open(repository).state().dirty is True

    def test_a_tracked_file_that_is_too_large_to_compare_is_dirty(
        self, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "DIGEST_LIMIT", 9)
        monkeypatch.setattr(files, "DIGEST_LIMIT", 9)
        assert Target.open(repository).state().dirty is True

    def test_a_conflict_is_dirty(self, repository: Path) -> None:
        git(repository, "checkout", "-q", "-b", "other")
        plant(repository, app__py="other\n")
        git(repository, "commit", "-q", "-a", "-m", "other")
        git(repository, "checkout", "-q", "main")
        plant(repository, app__py="main\n")
        git(repository, "commit", "-q", "-a", "-m", "main")
        with pytest.raises(subprocess.CalledProcessError):
            git(repository, "merge", "-q", "other")
        assert Target.open(repository).state().dirty is True

    def test_a_tracked_link_is_not_compared(self, repository: Path) -> None:
        (repository / "link.py").symlink_to("app.py")
        git(repository, "add", ".")
        git(repository, "commit", "-q", "-m", "link")
        assert Target.open(repository).state().dirty is False

    def test_a_linked_worktree_is_not_read(self, repository: Path, tmp_path: Path) -> None:
        git(repository, "worktree", "add", "-q", str(tmp_path / "linked"))
        state = Target.open(tmp_path / "linked").state()
        assert (state.commit, state.dirty) == (None, None)
        assert state.git.startswith("linked worktree")

    def test_a_repository_behind_a_link_is_not_read(self, repository: Path, tmp_path: Path) -> None:
        linked = plant(tmp_path / "linked", app__py="")
        (linked / ".git").symlink_to(repository / ".git")
        state = Target.open(linked).state()
        assert (state.commit, state.git.partition(":")[0]) == (None, "linked worktree")


class TestHostileGit:
    @pytest.mark.parametrize(
        "head",
        [
            b"",
            b"garbage",
            b"\xff" * 40,
            b"\x1b[31m<script>alert(1)</script>aaaaaaaaaaaaaaaa",
            b"ref: HEAD\n",
            b"ref: /etc/hostname\n",
            b"ref: refs/../../../outside\n",
            b"ref: objects/info\n",
            b"ref: refs/heads/.invalid\n",
            b"g" * 40,
            b"a" * 10_000,
        ],
    )
    def test_a_damaged_head_gives_no_commit(self, repository: Path, head: bytes) -> None:
        plant(repository.parent, outside="a" * 40)
        (repository / ".git" / "HEAD").write_bytes(head)
        state = Target.open(repository).state()
        assert (state.commit, state.dirty) == (None, None)
        assert state.git.startswith("git repository that cannot be read: HEAD ")

    def test_a_head_that_leads_in_a_circle_ends(self, repository: Path) -> None:
        (repository / ".git" / "HEAD").write_text("ref: refs/heads/a\n")
        (repository / ".git" / "refs" / "heads" / "a").write_text("ref: refs/heads/a\n")
        assert "leads in a circle" in Target.open(repository).state().git

    def test_a_repository_without_a_head_cannot_be_read(self, root: Path) -> None:
        (root / ".git").mkdir()
        assert Target.open(root).state().git == "git repository that cannot be read: it has no HEAD"

    def test_a_branch_behind_a_link_is_not_read(self, repository: Path) -> None:
        plant(repository.parent, outside="a" * 40)
        branch = repository / ".git" / "refs" / "heads" / "main"
        branch.unlink()
        branch.symlink_to(repository.parent / "outside")
        assert Target.open(repository).state().commit is None

    @pytest.mark.parametrize(
        "damage",
        [
            lambda _: b"",
            lambda _: b"garbage" + bytes(20),
            lambda whole: whole[:40] + bytes(20),
            lambda whole: whole[:-60],
            lambda _: b"DIRC" + struct.pack(">LL", 9, 1) + bytes(20),
            lambda _: b"DIRC" + struct.pack(">LL", 2, 0xFFFFFFFF) + bytes(20),
            lambda whole: whole.replace(b"app.py", b"app.p\xff")[:-20] + b"link" + bytes(24),
        ],
        ids=["empty", "garbage", "cut", "cut late", "version", "count", "unknown extension"],
    )
    def test_a_damaged_index_leaves_open_whether_it_is_clean(
        self, repository: Path, damage: Callable[[bytes], bytes]
    ) -> None:
        index = repository / ".git" / "index"
        index.write_bytes(damage(index.read_bytes()))
        state = Target.open(repository).state()
        assert state.commit is not None
        assert (state.dirty, state.git) == (None, "git repository whose index cannot be read")

    def test_an_index_beyond_the_limit_is_not_read(self, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(kept, "INDEX_LIMIT", 100)
        assert Target.open(repository).state().dirty is None

    def test_names_that_build_on_each_other_do_not_fill_the_memory(self, repository: Path) -> None:
        entry = struct.pack(">10L20sH", *[0] * 6, 0o100644, 0, 0, 0, b"", 0) + b"\0" + b"x" * 60 + b"\0"
        index = b"DIRC" + struct.pack(">LL", 4, 100_000) + entry * 100_000 + bytes(20)
        (repository / ".git" / "index").write_bytes(index)
        assert Target.open(repository).state().dirty is None

    @pytest.mark.parametrize("name", ["HEAD", "index", "config", "packed-refs", "commondir", "shallow"])
    def test_a_fifo_in_its_place_is_not_waited_for(self, repository: Path, name: str) -> None:
        git(repository, "pack-refs", "--all")
        (repository / ".git" / name).unlink(missing_ok=True)
        os.mkfifo(repository / ".git" / name)
        assert Target.open(repository).state().git.startswith("git repository")

    @pytest.mark.parametrize("setting", ["core.fsmonitor", "core.hooksPath", "filter.x.clean", "core.sshCommand"])
    def test_no_command_of_the_configuration_is_run(self, repository: Path, setting: str) -> None:
        marker = repository.parent / "marker"
        hook = repository.parent / "hook"
        hook.write_text(f"#!/bin/sh\ntouch {marker}\n")
        hook.chmod(0o755)
        git(repository, "config", setting, str(hook))
        plant(repository, __gitattributes="* filter=x\n", app__py="changed\n")
        Target.open(repository).state()
        assert not marker.exists()

    @pytest.mark.parametrize("included", ["/dev/zero", "/proc/self/mem", "fifo"])
    def test_no_file_that_the_configuration_includes_is_read(self, repository: Path, included: str) -> None:
        os.mkfifo(repository / ".git" / "fifo")
        with (repository / ".git" / "config").open("a") as config:
            config.write(f"[include]\n\tpath = {included}\n[core]\n\tworktree = /etc\n")
        state = Target.open(repository).state()
        assert state.commit is not None
        assert state.dirty is False

    def test_nothing_is_written_into_the_repository(self, repository: Path) -> None:
        def listing() -> list[tuple[str, int]]:
            return sorted((str(path), path.lstat().st_mtime_ns) for path in repository.rglob("*"))

        before = listing()
        Target.open(repository).state()
        assert listing() == before
