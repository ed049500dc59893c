"""The resolved graph of whole targets: projects, includes, constraints, git, and what cannot be read."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from supplychain.model.package import Graph
from supplychain.model.reference import Place, Scope
from supplychain.packages import resolve
from supplychain.target import Target
from tests.packages.python_fixtures import FOLDER, fixture


def place(path: str) -> Place:
    return Place(file=path, scope=Scope.TEST if path.startswith("tests/") else Scope.PROD)


def of(files: Mapping[str, str | bytes]) -> Target:
    return Target.of({path: text if isinstance(text, bytes) else text.encode() for path, text in files.items()})


def entries(found: Graph) -> list[str]:
    return [f"{entry.at} {entry.component.name} {entry.version}" for entry in found.packages]


def test_projects_of_one_repository() -> None:
    found = resolve(
        of(
            {
                "pyproject.toml": '[project]\nname = "app"\ndependencies = ["six>=1"]\n',
                "requirements/dev.txt": "# pip-compile --output-file=requirements/dev.txt pyproject.toml\nsix==1.16.0\n",
                "server/requirements.txt": "flask==3.0.0\n",
                "tests/requirements.txt": "pytest\n",
                "ui/package.json": '{"dependencies": {"left-pad": "1.3.0"}}',
            }
        ),
        place,
    )
    told = {
        (p.ecosystem, p.folder): ([m.file for m in p.manifests], [lock.file for lock in p.locks])
        for p in found.projects
    }
    assert told == {
        ("pypi", ""): (["pyproject.toml"], ["requirements/dev.txt"]),
        ("pypi", "server"): (["server/requirements.txt"], ["server/requirements.txt"]),
        ("pypi", "tests"): (["tests/requirements.txt"], []),
        ("npm", "ui"): (["ui/package.json"], []),
    }
    assert {entry.project for entry in found.packages} == {"", "server", "tests", "ui"}
    assert {entry.at.scope for entry in found.packages if entry.project == "tests"} == {Scope.TEST}
    assert found.unread == ()


def test_members_of_a_workspace_are_of_the_project_of_its_lock() -> None:
    names = ("pyproject.toml", "uv.lock", "packages/tool/pyproject.toml")
    found = resolve(of({name: fixture("uv", name).text for name in names}), place)
    (project,) = found.projects
    assert [at.file for at in project.manifests] == ["packages/tool/pyproject.toml", "pyproject.toml"]
    assert [(lock.file, lock.drift, lock.unchecked) for lock in project.locks] == [("uv.lock", (), "")]
    assert {entry.project for entry in found.packages} == {""}


@pytest.mark.parametrize("tool", ["poetry14", "poetry1", "poetry2", "pdm", "pipenv"])
def test_locks_of_the_real_tools_agree_with_their_manifests(tool: str) -> None:
    files = {path.name: fixture(tool, path.name).text for path in (FOLDER / tool).iterdir()}
    found = resolve(of(files), place)
    (project,) = found.projects
    (lock,) = project.locks
    assert (lock.drift, lock.unchecked, lock.tracked, found.unread) == ((), "", None, ())
    asked = {entry.component.id for entry in found.packages if not entry.is_locked}
    assert all(entry.direct == (entry.component.id in asked) for entry in found.packages if entry.is_locked)


def test_a_stale_lock_is_drift() -> None:
    manifest = fixture("uv", "pyproject.toml").text.replace("idna==3.7", "idna==3.8")
    found = resolve(of({"uv.lock": fixture("uv", "uv.lock").text, "pyproject.toml": manifest}), place)
    ((drift,),) = (lock.drift for project in found.projects for lock in project.locks)
    assert str(drift.at) == "pyproject.toml:8"
    assert "==3.8 is asked for, and the lock was made for ==3.7" in drift.reason


def test_an_included_list_has_the_options_of_what_includes_it() -> None:
    found = resolve(
        of({"requirements.txt": "--extra-index-url https://x.example/simple\n-r sub/base\n", "sub/base": "six\n"}),
        place,
    )
    assert entries(found) == ["sub/base:1 six None"]
    assert sorted((s.applies, str(s.at)) for s in found.settings) == [
        ("requirements.txt", "requirements.txt:1"),
        ("sub/base", "requirements.txt:1"),
    ]


def test_constraints_pin_and_install_nothing() -> None:
    found = resolve(
        of(
            {
                "requirements.txt": "-c constraints.txt\nsix>=1\nflask\n",
                "constraints.txt": f"six==1.16.0 --hash=sha256:{'a' * 64}\nflask<4\ntorch==2.0\n",
                "other-constraints.txt": "numpy==1\n",
            }
        ),
        place,
    )
    assert entries(found) == ["requirements.txt:2 six 1.16.0", "requirements.txt:3 flask None"]
    assert found.packages[0].hashes == (f"sha256:{'a' * 64}",)
    assert not found.packages[0].is_locked


def test_lists_that_include_each_other_come_to_an_end() -> None:
    found = resolve(of({"requirements.txt": "-r b.txt\nsix\n", "b.txt": "-r requirements.txt\nflask\n"}), place)
    assert entries(found) == ["b.txt:2 flask None", "requirements.txt:2 six None"]


def test_what_an_include_does_not_find_is_unread_at_its_line() -> None:
    found = resolve(of({"requirements.txt": "six\n-r gone.txt\n"}), place)
    assert [(str(u.at), u.what) for u in found.unread] == [("requirements.txt:2", "package manifest")]


def test_what_cannot_be_parsed_is_unread_at_its_line() -> None:
    broken: dict[str, str | bytes] = {
        "uv.lock": "version = 1\n[[package]]\nname = \n",
        "poetry.lock": "package = 3\n[metadata]\n",
        "Pipfile.lock": '{\n"_meta": ]\n}',
        "pyproject.toml": "[project\n",
        "setup.py": "setup(\n",
        "requirements.txt": b"six\n\xff\n",
    }
    found = resolve(of(broken), place)
    assert [(str(u.at), u.what) for u in found.unread] == [
        ("Pipfile.lock:2", "package lock"),
        ("poetry.lock:1", "package lock"),
        ("pyproject.toml:1", "package manifest"),
        ("requirements.txt:2", "package manifest"),
        ("setup.py:1", "package manifest"),
        ("uv.lock:3", "package lock"),
    ]
    assert found.packages == ()


def test_a_file_beyond_the_limit_is_unread() -> None:
    found = resolve(of({"uv.lock": b" " * 8_000_001}), place)
    assert [(u.at.file, u.what) for u in found.unread] == [("uv.lock", "package lock")]


DEEP = "[" * 100_000
HOSTILE: dict[str, list[str | bytes]] = {
    "pyproject.toml": [f"x = {DEEP}", "a." * 5000 + "b = 1", "project = 3", "tool = 3", "[tool]\nuv = 3\npoetry = 3"],
    "uv.lock": [f"x = {DEEP}", "version = 1\npackage = 3", "version = 1\n[[package]]\nname = 3", "version = {}"],
    "poetry.lock": [f"x = {DEEP}", "metadata = 3", "[metadata]\nfiles = 3", "extras = 3\n[metadata]"],
    "pdm.lock": [f"x = {DEEP}", "metadata = 3", "[metadata]\n[[package]]\nname = 3"],
    "pylock.toml": [f"x = {DEEP}", "packages = 3", 'lock-version = "1.0"\ncreated-by = 1\npackages = [[]]'],
    "Pipfile": [f"x = {DEEP}", "packages = 3", "source = 3", "[packages]\nx = 3", "[[source]]\nurl = 3"],
    "Pipfile.lock": [
        DEEP,
        '{"a":' * 100_000,
        '{"_meta": 3}',
        '{"_meta": {"sources": 3}}',
        "3",
        '{"_meta": {}, "x": 1}',
    ],
    "setup.py": [
        "(" * 100_000,
        "x" + ".a" * 50_000,
        "setup(install_requires=[" + "[" * 150 + "]" * 150 + "])",
        "-" * 90_000,
    ],
    "setup.cfg": ["[" * 100_000, "[options]\ninstall_requires = %(x)s", "\0"],
    "requirements.txt": [
        "(" * 100_000,
        "six" + "[" * 90_000,
        "-r " * 3000,
        "six\\\n" * 90_000,
        "--hash=" * 9000,
        "'" * 999,
    ],
}


@pytest.mark.parametrize("path", HOSTILE)
def test_hostile_files_are_unread_and_never_a_traceback(path: str) -> None:
    begin = time.process_time()
    for text in [*HOSTILE[path], b"\0" * 1000, b"[" * 7_000_000, bytes(range(256)) * 4]:
        found = resolve(of({path: text}), place)
        assert found.unread, (path, text[:40])
        assert all(unread.at.file == path for unread in found.unread)
        assert found.packages == () or path == "requirements.txt"
    assert time.process_time() - begin < 30


def test_git_decides_whether_a_lock_travels(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True, capture_output=True)

    for name in ("uv.lock", "sub/poetry.lock", "kept/pdm.lock"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        tool = {"uv.lock": "uv", "poetry.lock": "poetry2", "pdm.lock": "pdm"}[Path(name).name]
        (tmp_path / name).write_text(fixture(tool, Path(name).name).text)
    (tmp_path / ".gitignore").write_text("# locks\n\n*.lock\n!uv.lock\n/kept/*\n")
    (tmp_path / "kept" / ".gitignore").write_text("!pdm.lock\n")
    git("init", "-q")
    git("add", "uv.lock")
    found = resolve(Target.open(tmp_path), place)
    locks = {lock.file: (lock.tracked, str(lock.ignored)) for project in found.projects for lock in project.locks}
    assert locks == {
        "uv.lock": (True, "None"),
        "sub/poetry.lock": (False, ".gitignore:3"),
        "kept/pdm.lock": (False, "None"),
    }


def test_a_hostile_ignore_file_takes_no_time() -> None:
    name = "a" * 200 + "requirements.txt"
    begin = time.process_time()
    found = resolve(of({name: "six==1\n", ".gitignore": "*a" * 40 + "b\n[\n\\\n!\n*requirements.txt\n"}), place)
    assert [str(lock.ignored) for project in found.projects for lock in project.locks] == [".gitignore:5"]
    assert time.process_time() - begin < 5


def test_what_others_installed_is_no_project() -> None:
    assert resolve(of({"ui/node_modules/x/package.json": '{"dependencies": {"y": "1"}}'}), place).projects == ()
