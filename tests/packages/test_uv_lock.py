"""uv.lock: what a real one holds is read, and it is held against its projects."""

from __future__ import annotations

import pytest

from supplychain.packages import uv_lock
from supplychain.packages.interface import NotParsedError
from tests.packages.python_fixtures import (
    INDEX,
    WIDGET,
    by_name,
    counted,
    edited,
    fixture,
    line_of,
    parsed,
    stands,
)
from tests.packages.sources import source

LOCK = fixture("uv", "uv.lock")
PROJECT = fixture("uv", "pyproject.toml")
TOOL = fixture("uv", "packages/tool/pyproject.toml")
MANIFESTS = {file.path: file for file in (PROJECT, TOOL)}
PACKAGES = uv_lock.read(LOCK).packages


def test_every_package_version_hash_and_index_is_read() -> None:
    tables = [t for t in parsed(LOCK)["package"] if not {"editable", "virtual"} & t["source"].keys()]
    assert [(p.component.name, p.version) for p in PACKAGES] == [(t["name"], t["version"]) for t in tables]
    for entry, table in zip(PACKAGES, tables, strict=True):
        files = [*table.get("wheels", ()), *([table["sdist"]] if "sdist" in table else ())]
        assert list(entry.hashes) == [file["hash"] for file in files]
        assert [file.hash for file in entry.files] == [file["hash"] for file in files]
        assert [file.name for file in entry.files] == [file["url"].rpartition("/")[2] for file in files]
        assert entry.is_locked
        assert stands(LOCK, entry)
    assert sum(len(entry.hashes) for entry in PACKAGES) == counted(LOCK)


def test_where_packages_come_from() -> None:
    origins = {entry.component.name: entry.origin for entry in PACKAGES}
    assert origins["idna"].address == INDEX
    assert origins["iniconfig"].address == f"{INDEX}/"
    assert (origins["widget"].form, origins["widget"].commit) == ("repository", WIDGET)
    assert origins["widget"].address == "http://127.0.0.1:8193/widget/.git"
    assert origins["toolz"].form == "address"


def test_who_needs_a_package() -> None:
    assert by_name(PACKAGES, "pytest").groups == ("dev",)
    assert by_name(PACKAGES, "pathspec").groups == ("dev", "lint")
    assert by_name(PACKAGES, "pillow").groups == ("vision",)
    assert by_name(PACKAGES, "pluggy").groups == ("dev",)
    assert by_name(PACKAGES, "iniconfig").groups == ()  # of a member of the workspace, too
    assert by_name(PACKAGES, "requests").direct
    assert not by_name(PACKAGES, "urllib3").direct
    assert by_name(PACKAGES, "pysocks").groups == ()  # of an extra that is asked for


def test_markers_are_those_of_all_that_need_a_package() -> None:
    assert by_name(PACKAGES, "colorama").marker == "sys_platform == 'win32'"
    assert by_name(PACKAGES, "idna").marker == ""
    forks = [entry.marker for entry in PACKAGES if entry.component.name == "numpy"]
    assert len(forks) == 2
    assert all("3.13" in marker for marker in forks)


def test_a_lock_that_agrees_has_no_drift() -> None:
    assert uv_lock.drift(LOCK, MANIFESTS) == ()
    assert uv_lock.members(LOCK, {"packages/tool/pyproject.toml", "other/pyproject.toml"}) == {
        "packages/tool/pyproject.toml"
    }


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        ('"idna==3.7"', '"idna==3.8"', "idna==3.8"),
        ('"requests[socks]', '"requests', "requests"),
        ('"tool",', '"tool", "flask>=3",', "flask"),
        ("python_version < '3.13'", "python_version < '3.12'", "numpy>=1.26"),
        ('"pytest>=8,<9"', '"pytest>=9"', "pytest>=9"),
        ('rev = "' + WIDGET, 'tag = "' + WIDGET, None),
        ('"pillow>=11,<12"', '"pillow>=10,<12"', "pillow"),
        ('requires-python = ">=3.11"', 'requires-python = ">=3.12"', "requires-python"),
    ],
)
def test_a_stale_lock_is_drift_at_the_line_of_its_manifest(old: str, new: str, at: str | None) -> None:
    changed = edited(PROJECT, old, new)
    found = uv_lock.drift(LOCK, {**MANIFESTS, "pyproject.toml": changed})
    assert not isinstance(found, str)
    assert [(d.at.file, d.at.line) for d in found] == ([("pyproject.toml", line_of(changed, at))] if at else [])


def test_what_is_no_longer_asked_for_is_drift_at_the_line_of_the_lock() -> None:
    found = uv_lock.drift(LOCK, {**MANIFESTS, "pyproject.toml": edited(PROJECT, '"idna==3.7",', "")})
    assert not isinstance(found, str)
    assert [(d.component, d.at.file) for d in found] == [("package:pypi/idna", "uv.lock")]


def test_rewritten_requirements_are_no_drift() -> None:
    changed = edited(PROJECT, '"requests[socks]>=2.31,<3"', '"requests[socks] <3, >=2.31"')
    changed = edited(changed, "python_version < '3.13'", "python_full_version < '3.13'")
    assert uv_lock.drift(LOCK, {**MANIFESTS, "pyproject.toml": changed}) == ()


SPLIT = """\
[project]
name = "shop"
requires-python = ">=3.10"
dependencies = ["torch~=2.8.0", "triton>=3.3; sys_platform == 'linux' and platform_machine == 'x86_64'"]

[tool.uv.sources]
torch = [
  { index = "cpu", marker = "sys_platform == 'darwin'" },
  { index = "cuda", marker = "sys_platform != 'darwin'" },
]
triton = [{ index = "cuda", marker = "sys_platform == 'linux'" }]
"""
LOCKED = """\
version = 1
requires-python = ">=3.10"

[[package]]
name = "shop"
source = { virtual = "." }

[package.metadata]
requires-dist = [
    { name = "torch", marker = "sys_platform == 'darwin'", specifier = "~=2.8.0", index = "https://cpu.example" },
    { name = "torch", marker = "sys_platform != 'darwin'", specifier = "~=2.8.0", index = "https://cuda.example" },
    { name = "triton", marker = "platform_machine == 'x86_64' and sys_platform == 'linux'", specifier = ">=3.3" },
]
"""


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("", "", None),
        ("torch~=2.8.0", "torch~=2.9.0", "~=2.9.0 is asked for, and the lock was made for ~=2.8.0; run `uv lock`"),
        (
            "torch~=2.8.0",
            "torch~=2.8.0; sys_platform == 'darwin'",
            "~=2.8.0 is asked for, and the lock was made for ~=2.8.0 in other environments; run `uv lock`",
        ),
    ],
    ids=["the same", "another version", "another marker"],
)
def test_a_requirement_that_uv_splits_by_its_sources_is_the_one_of_the_manifest(
    old: str, new: str, reason: str | None
) -> None:
    manifest = source("pyproject.toml", SPLIT.replace(old, new) if old else SPLIT)
    found = uv_lock.drift(source("uv.lock", LOCKED), {"pyproject.toml": manifest})
    assert not isinstance(found, str)
    assert [drift.reason for drift in found] == ([reason] if reason else [])


def test_a_lock_of_a_part_of_the_environments_is_stale() -> None:
    part = LOCKED.replace("sys_platform != 'darwin'", "sys_platform == 'linux'")
    found = uv_lock.drift(source("uv.lock", part), {"pyproject.toml": source("pyproject.toml", SPLIT)})
    assert [drift.component for drift in found if not isinstance(drift, str)] == ["package:pypi/torch"]


def test_what_is_made_at_build_time_is_not_compared() -> None:
    dynamic = source("pyproject.toml", '[project]\nname = "shop"\ndynamic = ["dependencies"]\n')
    assert "when it is built" in str(uv_lock.drift(LOCK, {"pyproject.toml": dynamic}))
    assert "there is no pyproject.toml" in str(uv_lock.drift(LOCK, {}))


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("version = 1\n[[package]]\nname = \n", 3, "not TOML"),
        ("version = 1\npackage = 3\n", 1, "package is no list"),
        ("version = 9\n", 1, "its version is 9"),
        ("", 1, "its version is None"),
        ('version = 1\n[[package]]\nname = "a"\nsource = 1\n', 2, "source is no mapping"),
        ('version = 1\n\n[[package]]\nname = "a"\n', 3, "without name or source"),
        ('version = 1\n[[package]]\nname = "a"\nsource = { moon = "x" }\n', 2, "another kind"),
        ('version = 1\n[[package]]\nname = "../a"\nsource = { registry = "x" }\n', 2, "not the name"),
        ('version = 1\n[[package]]\nname = "a"\nsource = {registry = "x"}\nwheels = [1]\n', 2, "a wheel is no mapping"),
    ],
)
def test_a_corrupt_lock_is_refused_with_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(NotParsedError, match=reason) as caught:
        uv_lock.read(source("uv.lock", text))
    assert caught.value.line == line


def test_no_credentials_are_kept() -> None:
    text = 'version = 1\n[[package]]\nname = "a"\nversion = "1"\nsource = { registry = "https://me:secret@pkgs.example/s" }\n'
    assert uv_lock.read(source("uv.lock", text)).packages[0].origin.address == "https://pkgs.example/s"
