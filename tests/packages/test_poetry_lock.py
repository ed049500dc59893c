"""poetry.lock of three generations of Poetry, and what a stale one is."""

from __future__ import annotations

import pytest

from supplychain.model.package import Origin
from supplychain.packages import poetry_lock
from supplychain.packages.interface import NotParsedError
from tests.packages.python_fixtures import INDEX, WIDGET, by_name, counted, edited, fixture, line_of, parsed, stands
from tests.packages.sources import source

TOOLS = ("poetry14", "poetry1", "poetry2")


@pytest.mark.parametrize("tool", TOOLS)
def test_every_package_version_and_hash_is_read(tool: str) -> None:
    lock = fixture(tool, "poetry.lock")
    packages, tables = poetry_lock.read(lock).packages, parsed(lock)["package"]
    assert [(p.component.name, p.version) for p in packages] == [(t["name"].lower(), t["version"]) for t in tables]
    for entry, table in zip(packages, tables, strict=True):
        assert [(file.name, file.hash) for file in entry.files] == [(f["file"], f["hash"]) for f in table["files"]]
        assert stands(lock, entry)
        assert entry.is_locked
    assert sum(len(entry.hashes) for entry in packages) == counted(lock)
    assert by_name(packages, "idna").version == "3.7"


@pytest.mark.parametrize("tool", TOOLS)
def test_groups_indexes_and_other_sources_are_read(tool: str) -> None:
    packages = poetry_lock.read(fixture(tool, "poetry.lock")).packages
    assert by_name(packages, "pytest").groups == (() if tool == "poetry1" else ("dev",))  # 1.5 to 1.8 keep no groups
    assert by_name(packages, "requests").groups == ()
    assert by_name(packages, "pillow").groups == ("vision",)
    assert by_name(packages, "iniconfig").origin.address == INDEX
    if tool == "poetry2":
        assert by_name(packages, "colorama").marker == 'sys_platform == "win32"'
    else:
        assert by_name(packages, "toolz").origin.form == "address"


def test_a_repository_is_read_with_the_commit_that_was_locked() -> None:
    text = (
        '[metadata]\n[[package]]\nname = "widget"\nversion = "1.2.0"\n[package.source]\ntype = "git"\n'
        f'url = "https://me:secret@git.example/acme/widget.git"\nreference = "main"\nresolved_reference = "{WIDGET}"\n'
    )
    (entry,) = poetry_lock.read(source("poetry.lock", text)).packages
    assert entry.origin == Origin(form="repository", address="https://git.example/acme/widget.git", commit=WIDGET)


@pytest.mark.parametrize("tool", TOOLS)
def test_a_lock_that_agrees_has_no_drift(tool: str) -> None:
    manifest = fixture(tool, "pyproject.toml")
    assert poetry_lock.drift(fixture(tool, "poetry.lock"), {manifest.path: manifest}) == ()


@pytest.mark.parametrize(
    ("tool", "old", "new", "at"),
    [
        ("poetry1", 'idna = "3.7"', 'idna = "3.8"', 'idna = "3.8"'),
        ("poetry1", '"^2.31"', '"^3.0"', "requests"),
        ("poetry1", "[tool.poetry.extras]", 'flask = "*"\n[tool.poetry.extras]', "flask"),
        ("poetry2", '"idna (==3.7)"', '"idna (==3.8)"', "idna (==3.8)"),
        ("poetry2", '"pytest>=8,<9"', '"pytest>=9"', "pytest"),
        ("poetry14", 'pytest = "^8.0"', 'pytest = "~7.4"', "pytest"),
    ],
)
def test_what_the_lock_does_not_have_is_drift_at_its_line(tool: str, old: str, new: str, at: str) -> None:
    changed = edited(fixture(tool, "pyproject.toml"), old, new)
    found = poetry_lock.drift(fixture(tool, "poetry.lock"), {changed.path: changed})
    assert not isinstance(found, str)
    assert [(d.at.file, d.at.line) for d in found] == [("pyproject.toml", line_of(changed, at))]


@pytest.mark.parametrize("tool", TOOLS)
def test_another_change_is_drift_at_the_hash_of_the_lock(tool: str) -> None:
    lock = fixture(tool, "poetry.lock")
    changed = edited(fixture(tool, "pyproject.toml"), f"{INDEX}/", "https://mirror.example/simple/")
    found = poetry_lock.drift(lock, {changed.path: changed})
    assert not isinstance(found, str)
    assert [(d.at.file, d.at.line) for d in found] == [("poetry.lock", line_of(lock, "content-hash"))]


def test_the_first_versions_kept_files_apart() -> None:
    text = (
        '[[package]]\nname = "Six"\nversion = "1.16.0"\ncategory = "dev"\noptional = false\n\n[metadata]\n'
        f'content-hash = "x"\n[metadata.files]\nSix = [{{file = "six.whl", hash = "sha256:{"a" * 64}"}}]\n'
    )
    (entry,) = poetry_lock.read(source("poetry.lock", text)).packages
    assert (entry.component.name, entry.groups, entry.hashes) == ("six", ("dev",), (f"sha256:{'a' * 64}",))
    text = f'[[package]]\nname = "six"\nversion = "1"\n[metadata]\n[metadata.hashes]\nsix = ["{"b" * 64}"]\n'
    assert poetry_lock.read(source("poetry.lock", text)).packages[0].hashes == (f"sha256:{'b' * 64}",)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("[[package]]\nname = \n", 2, "not TOML"),
        ("", 1, "no table `metadata`"),
        ("package = 3\n[metadata]\n", 1, "package is no list"),
        ('[metadata]\n[[package]]\nname = "a"\n', 2, "without name or version"),
        ('[metadata]\n\n[[package]]\nname = "a"\nversion = 1\n', 3, "version is no text"),
        ('[metadata]\n[[package]]\nname = "a"\nversion = "1"\nfiles = [1]\n', 2, "a file is no mapping"),
        ('[metadata]\n[[package]]\nname = "a"\nversion = "1"\nsource = {type = "moon"}\n', 2, "another kind"),
    ],
)
def test_a_corrupt_lock_is_refused_with_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(NotParsedError, match=reason) as caught:
        poetry_lock.read(source("poetry.lock", text))
    assert caught.value.line == line
