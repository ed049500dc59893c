"""The guard: what it accepts, what it refuses, and what it leaves behind, alone in a Python without any package."""

from __future__ import annotations

import ast
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain import guard
from tests.guarding import COMMIT, HUB, INTENT, WEIGHTS, Site, artifact, sha256

BAD = WEIGHTS[:-1] + b"!"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site with one model that its manifest lists."""
    site = Site(tmp_path).write(artifact("models/intent.bin"))
    site.put("models/intent.bin")
    return site


def only(problems: list[guard.Problem]) -> guard.Problem:
    (problem,) = problems
    assert problem.remedy
    return problem


def test_it_needs_nothing_but_the_standard_library_of_python_3_9() -> None:
    tree = ast.parse(Path(guard.__file__).read_text(), feature_version=(3, 9))
    named = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = {
        name.split(".")[0]
        for node in named
        for name in ([a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }
    assert modules <= set(sys.stdlib_module_names)


def test_alone_it_accepts_what_the_manifest_lists(site: Site) -> None:
    done = site.run(site.root / "models/intent.bin")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("guard: accepted ")
    assert not site.state.exists()


def test_alone_it_refuses_moves_and_remembers_what_was_changed(site: Site) -> None:
    file = site.put("models/intent.bin", BAD)
    done = site.run(file)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"refused {file}: mismatch: " in done.stderr
    assert "next: keep it out of use" in done.stderr
    assert not file.exists()
    assert (site.denied, site.quarantined) == ([f"sha256:{sha256(BAD)}"], [sha256(BAD)])

    renamed = site.put("models/other.bin", BAD)
    site.write(artifact("models/intent.bin"), artifact("models/other.bin", BAD))
    again = site.run(renamed)
    assert again.returncode == 1
    assert "deny-listed" in again.stderr
    assert not renamed.exists()
    assert len(site.denied) == 1

    site.put("models/intent.bin")
    assert site.run(site.root / "models/intent.bin").returncode == 0


@pytest.mark.parametrize("arguments", [[], ["a", "--source", "b"], ["--unknown"]])
def test_alone_it_could_not_run_with_options_that_make_no_sense(arguments: list[str], site: Site) -> None:
    assert site.run(*arguments).returncode == 2


def content(**changes: Any) -> bytes:
    whole = {"schema": 1, "sources": [], "artifacts": [artifact("models/intent.bin")]}
    return json.dumps(whole | changes).encode()


DAMAGED = {
    "empty": b"",
    "cut off": content()[:-10],
    "not JSON": b"# a comment\n",
    "a list": b"[]",
    "another schema": content(schema=2),
    "a schema that is no number": content(schema=True),
    "without artifacts": b'{"schema": 1, "sources": []}',
    "artifacts that are none": content(artifacts=["x"]),
    "a short hash": content(artifacts=[artifact("a", sha256="ab")]),
    "a hash in capitals": content(artifacts=[artifact("a", sha256="A" * 64)]),
    "no hash at all": content(artifacts=[{"component": "a", "path": "a", "size": 1}]),
    "a size as text": content(artifacts=[artifact("a", size="1")]),
    "a size below zero": content(artifacts=[artifact("a", size=-1)]),
    "a path that leads out": content(artifacts=[artifact("../a")]),
    "an absolute path": content(artifacts=[artifact("/a")]),
    "an artifact twice": content(artifacts=[artifact("a"), artifact("a", b"x")]),
    "a source twice": content(sources=[{"id": "a", "revisions": []}] * 2),
    "revisions as text": content(sources=[{"id": "a", "revisions": COMMIT}]),
    "a key twice": b'{"schema": 1, "sources": [], "artifacts": [], "artifacts": []}',
    "nested without end": b"[" * 200_000,
    "no text": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_manifest_accepts_nothing(name: str, site: Site) -> None:
    site.manifest.write_bytes(DAMAGED[name])
    with pytest.raises(guard.CouldNotRun, match="is damaged"):
        guard.verify_before_load(site.root / "models/intent.bin", site.manifest)
    with pytest.raises(guard.CouldNotRun, match="supplychain guard TARGET"):
        guard.verify_source("org/name", COMMIT, site.manifest)


def test_a_manifest_that_cannot_be_read_accepts_nothing(site: Site) -> None:
    file = site.root / "models/intent.bin"
    site.manifest.unlink()
    missing = site.run(file)
    assert missing.returncode == 2
    assert "could not run, so nothing is accepted" in missing.stderr
    site.manifest.mkdir()
    assert site.run(file).returncode == 2
    site.manifest.rmdir()
    os.mkfifo(site.manifest)
    assert site.run(file).returncode == 2
    assert file.exists()


def test_could_not_run_is_a_refusal_for_whoever_catches_refusals() -> None:
    assert issubclass(guard.CouldNotRun, guard.Rejected)


@pytest.mark.parametrize("text", [b"no record\n", b'{"denied": 1}\n', b'{"denied": "a"}', b"[1]\n", b"\xff\n", b"\n"])
def test_a_damaged_deny_list_accepts_nothing(text: bytes, site: Site) -> None:
    site.put(".supplychain/guard/denied.jsonl", text)
    for path in ("models/intent.bin", "models/more.bin"):
        file = site.put(path)
        done = site.run(file)
        assert done.returncode == 2
        assert "the deny list" in done.stderr
        assert file.exists()
    assert (site.state / "denied.jsonl").read_bytes() == text


@pytest.mark.parametrize("kind", ["folder", "link", "fifo"])
def test_a_deny_list_that_is_no_file_accepts_nothing(kind: str, site: Site) -> None:
    site.state.mkdir()
    place = site.state / "denied.jsonl"
    if kind == "folder":
        place.mkdir()
    elif kind == "link":
        place.symlink_to(site.put("elsewhere.jsonl", b""))
    else:
        os.mkfifo(place)
    assert site.run(site.root / "models/intent.bin").returncode == 2


def test_what_has_no_bytes_of_its_own_is_refused_where_it_is(site: Site) -> None:
    models = site.root / "models"
    file = models / "intent.bin"
    cases: dict[str, Callable[[], object]] = {
        "empty": lambda: file.write_bytes(b""),
        "pointer": lambda: file.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 9\n"),
        "link": lambda: file.symlink_to(site.put("kept.bin")),
        "no-file": lambda: os.mkfifo(file),
        "missing": lambda: None,
    }
    for rule, make in cases.items():
        file.unlink(missing_ok=True)
        make()
        assert only(site.problems(file)).rule == rule
        assert os.path.lexists(file) == (rule != "missing")
    assert (site.denied, site.quarantined) == ([], [])


def test_what_is_verified_is_what_the_system_opens(site: Site) -> None:
    site.put("elsewhere/deep/x", b"")
    evil = site.put("elsewhere/intent.bin", BAD)
    (site.root / "models/link").symlink_to(site.root / "elsewhere/deep")
    path = f"{site.root}/models/link/../intent.bin"
    assert Path(path).read_bytes() == BAD
    assert site.run(path).returncode == 1
    assert not evil.exists()
    assert site.run(f"{site.root}/elsewhere/../models/intent.bin").returncode == 0
    assert site.run(f"{site.root}/models/link/").returncode == 1


def test_a_socket_and_a_device_are_refused(site: Site) -> None:
    file = site.root / "s.bin"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(file)) if len(str(file)) < 100 else pytest.skip("the path is too long for a socket")
        assert only(site.problems(file)).rule == "no-file"
    assert only(site.problems(Path(os.devnull))).rule == "no-file"


def test_what_is_too_large_is_not_read(site: Site) -> None:
    huge = site.root / "models/huge.bin"
    with huge.open("wb") as stream:
        stream.truncate(guard.LIMIT // 4)
    started = time.monotonic()
    assert only(site.problems(huge, limit=1000)).rule == "too-large"
    assert time.monotonic() - started < 5


def test_what_changes_while_it_is_read_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    file = site.root / "models/intent.bin"
    real, seen = os.fstat, []

    def fstat(descriptor: int) -> os.stat_result:
        seen.append(descriptor)
        if len(seen) == 2:
            file.write_bytes(BAD + b"x")
        return real(descriptor)

    monkeypatch.setattr(os, "fstat", fstat)
    known = guard.Manifest({INTENT: ((None,), "")}, (guard.Entry(INTENT, ("models", "intent.bin"), None, None, None),))
    (problem,) = guard.inspect(file, known, frozenset())
    assert problem.rule == "changed"


def test_what_cannot_be_read_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: Any, **__: Any) -> int:
        raise PermissionError(13, "Permission denied")

    known = guard.read_manifest(site.manifest)
    monkeypatch.setattr(os, "open", denied)
    (problem,) = guard.inspect(site.root / "models/intent.bin", known, frozenset())
    assert (problem.rule, problem.says) == ("unreadable", "Permission denied")


def test_each_reason_is_told_apart(site: Site) -> None:
    file = site.root / "models/intent.bin"
    pinned = artifact("intent.bin", component=HUB)
    for rule, data, artifacts, changes in (
        ("truncated", WEIGHTS[:50], [artifact("models/intent.bin")], {}),
        ("mismatch", WEIGHTS + b"x", [artifact("models/intent.bin")], {}),
        ("unlisted", BAD, [], {}),
        ("misplaced", WEIGHTS, [artifact("models/other.bin")], {}),
        ("misplaced", WEIGHTS, [artifact("models/other.bin"), artifact("models/intent.bin", BAD)], {}),
        ("md5-only", WEIGHTS, [artifact("models/intent.bin", sha256=None)], {}),
        ("unpinned", WEIGHTS, [pinned], {"sources": [{"id": HUB, "revisions": [COMMIT, None]}]}),
        ("unpinned", WEIGHTS, [pinned], {"sources": [{"id": HUB, "revisions": ["main"]}]}),
        ("unpinned", WEIGHTS, [pinned], {"sources": [{"id": HUB, "revisions": []}]}),
        ("untrusted", WEIGHTS, [pinned], {"sources": [{"id": HUB, "revisions": [COMMIT], "untrusted": "1.2 failed"}]}),
        ("untrusted", WEIGHTS, [pinned], {"sources": []}),
        (None, WEIGHTS, [pinned], {}),
        (None, WEIGHTS, [artifact("models/intent.bin", size=None)], {}),
    ):
        file.write_bytes(data)
        site.write(*artifacts, **changes)
        found = site.problems(file)
        assert [problem.rule for problem in found] == ([rule] if rule else []), (rule, found)
        assert file.exists() == (rule not in {"truncated", "mismatch", "unlisted"})


def test_a_copy_under_a_wrong_name_does_not_shut_out_the_good_file(site: Site) -> None:
    assert only(site.problems(site.put("models/copy.bin"))).rule == "misplaced"
    assert site.denied == []
    assert site.problems(site.root / "models/intent.bin") == []


def test_one_component_may_not_stand_in_for_another(site: Site) -> None:
    site.write(artifact("w.bin", b"a", component="model:huggingface/a/a"), artifact("w.bin", b"b", component=HUB))
    assert site.problems(site.put("a/w.bin", b"b"), component=HUB) == []
    assert only(site.problems(site.put("a/w.bin", b"a"), component=HUB)).rule == "misplaced"


@pytest.fixture
def folder(tmp_path: Path) -> Site:
    """A site with a folder as a hub has it, its own folder for it, and the same in its own tree."""
    site = Site(tmp_path)
    files = {"config.json": b"{}", "onnx/model.onnx": WEIGHTS}
    site.write(*[artifact(name, data, component=HUB) for name, data in files.items()])
    for name, data in files.items():
        site.put(f"downloaded/{name}", data)
    return site


def test_a_folder_holds_exactly_what_the_manifest_lists(folder: Site) -> None:
    place = folder.root / "downloaded"
    assert folder.problems(place) == []
    assert folder.problems(place / "onnx") == []
    extra = folder.put("downloaded/onnx/setup.py", b"import os\n")
    assert only(folder.problems(place)).path == str(extra)
    assert not extra.exists()
    assert folder.problems(place) == []

    (place / "config.json").rename(folder.root / "away.json")
    assert [(p.path, p.rule) for p in folder.problems(place)] == [(str(place / "config.json"), "missing")]
    (place / "config.json").symlink_to(folder.root / "away.json")
    assert only(folder.problems(place)).rule == "link"
    (place / "config.json").unlink()
    (folder.root / "away.json").rename(place / "config.json")
    (place / "more").symlink_to(folder.root)
    assert only(folder.problems(place)).rule == "link"
    (place / "more").unlink()
    (place / "none").mkdir()
    assert folder.problems(place) == []


def test_a_folder_of_the_target_may_hold_files_of_several_components(site: Site) -> None:
    site.write(artifact("models/intent.bin"), artifact("models/more.bin", b"more"))
    site.put("models/more.bin", b"more")
    assert site.problems(site.root / "models") == []
    (site.root / "models/more.bin").unlink()
    assert only(site.problems(site.root / "models")).rule == "missing"


def test_a_folder_of_two_revisions_is_held_against_one_of_them(folder: Site) -> None:
    entries = [artifact("a", data, component=HUB, revision=name) for data, name in ((b"a", "1"), (b"b", "2"))]
    folder.write(*entries, artifact("only-in-2", b"c", component=HUB, revision="2"))
    folder.put("second/a", b"b")
    folder.put("second/only-in-2", b"c")
    assert folder.problems(folder.root / "second") == []
    folder.put("first/a", b"a")
    assert folder.problems(folder.root / "first") == []


def test_an_empty_folder_is_nothing_to_accept(folder: Site) -> None:
    place = folder.root / "nothing"
    place.mkdir()
    assert only(folder.problems(place)).rule == "empty"


def test_a_link_to_a_folder_is_refused(folder: Site) -> None:
    (folder.root / "link").symlink_to(folder.root / "downloaded")
    assert only(folder.problems(folder.root / "link")).rule == "link"


@pytest.mark.parametrize("blocked", ["quarantine", "quarantine link", "state"])
def test_what_cannot_be_moved_stays_refused(blocked: str, site: Site) -> None:
    file = site.put("models/intent.bin", BAD)
    if blocked == "state":
        site.put(".supplychain/guard", b"a file in its place stops root as well")
    elif blocked == "quarantine":
        site.put(".supplychain/guard/quarantine", b"")
    else:
        site.state.mkdir()
        (site.state / "quarantine").symlink_to(site.root / "models")
    done = site.run(file)
    if blocked == "state":
        assert done.returncode == 2
    else:
        assert done.returncode == 1
        assert "could not be moved to quarantine" in done.stderr
        assert site.denied == [f"sha256:{sha256(BAD)}"]
    assert file.exists()
    assert site.run(file).returncode != 0


def test_a_deny_list_that_cannot_grow_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    first = site.put("models/one.bin", b"one")
    assert "it is on the deny list" in only(site.problems(first)).then
    before = (site.state / "denied.jsonl").read_bytes()
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:5]))
    problem = only(site.problems(site.put("models/two.bin", b"two")))
    assert "could not be put on the deny list" in problem.then
    assert (site.state / "denied.jsonl").read_bytes() == before, "half a line would shut out everything"
    monkeypatch.undo()
    assert site.problems(site.root / "models/intent.bin") == []


def shared_memory() -> Path:
    """Return a folder on another file system than that of temporary files."""
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == Path(tempfile.gettempdir()).stat().st_dev:
        pytest.skip("there is no second file system here")
    return other


def test_across_file_systems_a_verified_copy_takes_the_place(site: Site) -> None:
    with tempfile.TemporaryDirectory(dir=shared_memory()) as elsewhere:
        file = Path(elsewhere) / "intent.bin"
        file.write_bytes(BAD)
        assert only(site.problems(file)).rule == "unlisted"
        assert not file.exists()
    assert site.quarantined == [sha256(BAD)]


def test_a_copy_that_is_not_the_same_is_none(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    file = site.put("models/intent.bin", BAD)
    digest = f"sha256:{'0' * 64}"

    def rename(*_: Any, **__: Any) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "rename", rename)
    store = guard.Store(site.state)
    moved = store.reject(guard.Problem(str(file), "mismatch", "", digest), guard.Manifest({}, ()))
    assert "could not be moved" in moved.then
    assert file.exists()
    assert site.quarantined == []


def test_what_was_verified_is_what_is_loaded(site: Site) -> None:
    file = site.root / "models/intent.bin"
    with guard.open_verified(file, site.manifest) as stream:
        file.write_bytes(BAD)
        assert stream.read() == WEIGHTS
    with pytest.raises(guard.Rejected), guard.open_verified(file, site.manifest):
        pytest.fail("it was opened")
    assert site.quarantined == [sha256(BAD)]
    with pytest.raises(guard.Rejected), guard.open_verified(site.root / "models", site.manifest):
        pytest.fail("a folder was opened")


SOURCES = [
    ({"id": HUB, "revisions": [COMMIT]}, HUB, COMMIT, None),
    ({"id": HUB, "revisions": [COMMIT]}, "org/name", COMMIT, None),
    ({"id": HUB, "revisions": [COMMIT]}, "org/name", "6" * 40, "unlisted"),
    ({"id": HUB, "revisions": [COMMIT]}, "org/name", "main", "unpinned"),
    ({"id": HUB, "revisions": [COMMIT]}, "org/name", None, "unpinned"),
    ({"id": HUB, "revisions": [None]}, "org/name", None, "unpinned"),
    ({"id": HUB, "revisions": ["main"]}, "org/name", "main", "unpinned"),
    ({"id": HUB, "revisions": [COMMIT]}, "0rg/name", COMMIT, "unlisted"),
    ({"id": HUB, "revisions": [COMMIT]}, "dataset:huggingface/org/name", COMMIT, "unlisted"),
    ({"id": HUB, "revisions": [COMMIT], "untrusted": "1.4 failed"}, "org/name", COMMIT, "untrusted"),
]


@pytest.mark.parametrize(("source", "name", "revision", "rule"), SOURCES)
def test_a_source_is_refused_before_its_download(
    source: dict[str, Any], name: str, revision: str | None, rule: str | None, site: Site
) -> None:
    site.write(sources=[source])
    revisions = ["--revision", revision] if revision else []
    done = site.run("--source", name if ":" in name else f"model:huggingface/{name}", *revisions)
    try:
        guard.verify_source(name, revision, site.manifest)
        found = None
    except guard.Rejected as error:
        found = only(list(error.problems)).rule
    assert done.returncode == (1 if rule else 0)
    if rule == "unlisted":
        assert found == "deny-listed", "it was refused before"
        assert len(site.denied) == 1
        assert site.denied[0].endswith(f"name@{revision}")
    else:
        assert found == rule
        assert site.denied == []


def test_names_cannot_write_lines_of_their_own(site: Site) -> None:
    file = site.put("models/a\nguard: accepted b\x1b[2J.bin", b"x")
    done = site.run(file)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "\x1b" not in done.stderr
    assert len((site.state / "denied.jsonl").read_bytes().splitlines()) == 1


@settings(deadline=None, max_examples=60)
@given(st.binary(min_size=1, max_size=300), st.data())
def test_any_changed_byte_is_refused(data: bytes, draw: st.DataObject) -> None:
    position = draw.draw(st.integers(0, len(data) - 1))
    changed = bytearray(data)
    changed[position] ^= draw.draw(st.integers(1, 255))
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder)).write(artifact("a.bin", data))
        assert site.problems(site.put("a.bin", data)) == []
        assert only(site.problems(site.put("a.bin", bytes(changed)))).rule == "mismatch"
        assert site.quarantined == [sha256(bytes(changed))]


NAMES = st.text("abc./", min_size=1, max_size=8).filter(
    lambda text: all(part.strip(".") for part in text.split("/")) and text not in {"a.bin", "c"}
)


@settings(deadline=None, max_examples=60)
@given(NAMES, st.binary(max_size=20))
def test_any_extra_file_in_a_folder_is_refused(name: str, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder)).write(artifact("x.bin", component=HUB), artifact("y/z", b"z", component=HUB))
        site.put("m/x.bin")
        site.put("m/y/z", b"z")
        assert site.problems(site.root / "m") == []
        extra = site.put(f"m/{name}", data)
        assert only(site.problems(site.root / "m")).path == str(extra)


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=400))
def test_no_text_is_a_manifest_by_chance(text: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "guard.json"
        path.write_bytes(text)
        with pytest.raises(guard.CouldNotRun):
            guard.read_manifest(path)


def test_processes_that_refuse_at_the_same_time_lose_nothing(site: Site) -> None:
    files = [site.put(f"models/bad{number}.bin", f"bad {number}".encode()) for number in range(24)]
    expected = {f"sha256:{sha256(file.read_bytes())}" for file in files}
    site.run(files[0])
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda file: site_run(site, file), files[1:]))
    assert set(codes) == {1}
    assert len(site.denied) == 24
    assert set(site.denied) == expected
    assert len(site.quarantined) == 24


def site_run(site: Site, file: Path) -> int:
    command = [sys.executable, "-I", "-S", guard.__file__, str(file), "--manifest", str(site.manifest)]
    return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode


KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
import guard
stop, name = sys.argv[3], sys.argv[3].split(".")[1]
module = guard if stop.startswith("guard") else os
real = getattr(module, name)
def killed(*args, **kwargs):
    if stop.endswith("after"):
        real(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(module, name, killed)
guard.main([sys.argv[2], "--manifest", sys.argv[4]])
"""


@pytest.mark.parametrize(
    "stop", ["os.write", "os.write.after", "os.fsync", "os.rename", "os.rename.after", "guard._append.after"]
)
def test_a_kill_in_the_middle_of_quarantine_leaves_it_refused(stop: str, site: Site) -> None:
    file = site.put("models/intent.bin", BAD)
    script = site.put("killed.py", KILLED.encode())
    place = Path(guard.__file__).parent
    command = [sys.executable, "-I", "-S", str(script), str(place), str(file), stop, str(site.manifest)]
    assert subprocess.run(command, capture_output=True, timeout=20, check=False).returncode == -signal.SIGKILL
    assert file.exists() == (stop != "os.rename.after")
    done = site.run(file)
    assert done.returncode == 1
    assert site.quarantined == [sha256(BAD)]
    assert site.denied == [f"sha256:{sha256(BAD)}"]
    site.put("models/intent.bin")
    assert site.run(file).returncode == 0


def test_the_example_of_its_page_runs_as_it_stands(site: Site) -> None:
    page = (Path(guard.__file__).parent.parent / "docs" / "guard.md").read_text()
    assert len(page.splitlines()) < 50
    code = page.partition("```python\n")[2].partition("```")[0]
    names = {"BAAI/bge-small-en-v1.5": "5c38ec7c405ec4b44b94cc5a9bb96e735b38267a"}
    sources = [{"id": f"model:huggingface/{name}", "revisions": [commit]} for name, commit in names.items()]
    listed = artifact("models/intent.safetensors")
    site.write(listed, sources=[*sources, {"id": listed["component"], "revisions": [None]}])
    file = site.put("models/intent.safetensors")
    site.put("guard.py", Path(guard.__file__).read_bytes())
    site.put("app.py", f"import sys\nsys.path.insert(0, '.')\n{code}\nprint(path, len(weights))\n".encode())

    def app() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-S", "app.py"]
        return subprocess.run(command, cwd=site.root, capture_output=True, text=True, timeout=20, check=False)

    assert app().stdout == f"{file} {len(WEIGHTS)}\n"
    file.write_bytes(BAD)
    assert "Rejected" in app().stderr
    command = page.partition("python guard.py ")[2].partition("\n")[0].split()
    again = [sys.executable, "-I", "-S", "guard.py", *command]
    done = subprocess.run(again, cwd=site.root, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
