"""Patches: what they change, and when the run may call them proven."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain.model.finding import Outcome, Patch
from supplychain.remedies import applied, diff
from tests.acceptance.advised import AT, SNIFFIO
from tests.acceptance.breaks import edits, plants
from tests.sound_facts import record, snapshot
from tests.support import POLICY, BuiltTarget, Outcomes, run_suite, sound_target

OLD, NEW = "1.3.1", "9.0.0"
HASH = "ab" * 32
LOCK = "requirements.txt"
Change = Callable[[BuiltTarget], object]


def vulnerable(
    folder: Path, change: Change = lambda _: None, policy: str = "", listed: bool = True, scanners: bool = False
) -> Outcomes:
    """Return the sound target with a vulnerability in sniffio that 9.0.0 fixes, which the index lists with one file."""
    target = sound_target(folder)
    change(target)
    (folder / "policy.toml").write_text(POLICY.read_text() + policy)
    releases = {"sniffio": {NEW: [HASH]}} if listed else {}
    facts = snapshot(folder / "facts", [record()], releases=releases)
    return run_suite(target, facts=facts, policy=folder / "policy.toml", scanners=scanners)


def patch_of(found: Outcomes, requirement: str = "5.5") -> Patch:
    (patch,) = [patch for patch in found.case.patches if patch.requirement == requirement]
    return patch


def lines_of(found: Path) -> list[str]:
    return found.read_text().splitlines()


def test_an_update_with_the_hashes_that_the_index_lists_is_proven(tmp_path: Path) -> None:
    found = vulnerable(tmp_path)
    patch = patch_of(found)
    assert (patch.component, str(patch.at), patch.proven, patch.doubt) == (SNIFFIO, AT, True, "")
    assert patch.old[0] == f"sniffio=={OLD} \\"
    assert patch.new == (f"sniffio=={NEW} \\", f"    --hash=sha256:{HASH}")
    row = found.only("5.5", Outcome.FAIL)
    assert row.patch == patch


def test_scanners_of_the_run_do_not_stand_against_a_patch(tmp_path: Path) -> None:
    found = vulnerable(tmp_path, scanners=True)
    assert {report.scanner for report in found.case.scanners} > {"safety", "pip-audit"}
    assert patch_of(found).proven


def test_what_was_proven_holds(tmp_path: Path) -> None:
    patch = patch_of(vulnerable(tmp_path / "before"))
    after = vulnerable(
        tmp_path / "after",
        lambda target: target.plant(LOCK, applied(patch, lines_of(target.path / LOCK))),
    )
    assert after["5.5"].outcome is Outcome.PASS
    assert after.case.patches == ()


def test_git_applies_the_file_of_a_patch(tmp_path: Path) -> None:
    patch = patch_of(vulnerable(tmp_path))
    folder = sound_target(tmp_path / "clean").path
    expected = applied(patch, lines_of(folder / LOCK))
    command = ["git", "apply", "--unidiff-zero", "-"]
    subprocess.run(command, cwd=folder, input=diff(patch), text=True, check=True, timeout=30)
    assert (folder / LOCK).read_bytes() == expected


def test_a_hash_that_lacks_is_taken_from_the_index(tmp_path: Path, target: BuiltTarget) -> None:
    lines = lines_of(target.path / LOCK)
    first = next(number for number, line in enumerate(lines) if line.startswith("sniffio=="))
    target.plant(LOCK, "\n".join([*lines[:first], f"sniffio=={OLD}", *lines[first + 3 :]]) + "\n")
    found = run_suite(target)
    patch = patch_of(found, "5.2")
    assert patch.proven
    assert patch.old == (f"sniffio=={OLD}",)
    assert sorted(line.strip(" \\") for line in patch.new[1:]) == sorted(
        line.strip(" \\") for line in lines[first + 1 : first + 3]
    )
    assert found.only("5.2", Outcome.FAIL).patch == patch


def test_an_update_that_breaks_something_else_is_not_proven(tmp_path: Path) -> None:
    patch = patch_of(vulnerable(tmp_path, policy=f'\n[packages]\ndeny = ["{SNIFFIO}@{NEW}"]\n'))
    assert not patch.proven
    assert patch.doubt == f"with it, 5.4 comes out otherwise for {SNIFFIO}"


@pytest.mark.parametrize(
    "change",
    [
        lambda target: target.edit("requirements.in", "openai\n", "openai\nsniffio<9\n"),
        lambda target: target.edit("requirements.in", "openai\n", "openai\nsniffio==1.3.1\n"),
    ],
    ids=["below", "pinned"],
)
def test_what_the_manifest_does_not_allow_is_no_patch(change: Change, tmp_path: Path) -> None:
    assert vulnerable(tmp_path, change).case.patches == ()


def test_without_the_hashes_of_the_fix_there_is_no_patch(tmp_path: Path) -> None:
    assert vulnerable(tmp_path, listed=False).case.patches == ()


def test_the_sound_target_needs_none(tmp_path: Path) -> None:
    assert run_suite(sound_target(tmp_path)).case.patches == ()


INDEX = "https://wheels.example/simple"
LISTED = "-r requirements.txt"
REMOVED = {
    "a line of pip.conf": (
        plants("pip.conf", f"[global]\ntimeout = 60\nextra-index-url = {INDEX}\n"),
        "pip.conf:3",
        (),
    ),
    "an index of pip.conf": (
        plants("pip.conf", "[global]\nindex-url=http://wheels.example/simple\n"),
        "pip.conf:2",
        (),
    ),
    "a trusted host": (plants("pip.conf", "[install]\ntrusted-host = wheels.example\n"), "pip.conf:2", ()),
    "a line of a list": (
        edits(LOCK, "annotated-types==", f"--extra-index-url {INDEX}\nannotated-types=="),
        f"{LOCK}:1",
        (),
    ),
    "a variable of an image": (
        edits("Dockerfile", "WORKDIR /srv\n", f"WORKDIR /srv\nENV PIP_EXTRA_INDEX_URL={INDEX}\n"),
        "Dockerfile:3",
        (),
    ),
    "an option of a command": (
        edits("Dockerfile", LISTED, f"--extra-index-url {INDEX} {LISTED}"),
        "Dockerfile:4",
        ("RUN pip install --no-cache-dir --require-hashes -r requirements.txt",),
    ),
    "an option at the end": (
        edits("Dockerfile", LISTED, f"{LISTED} --extra-index-url={INDEX}"),
        "Dockerfile:4",
        ("RUN pip install --no-cache-dir --require-hashes -r requirements.txt",),
    ),
    "an option for what the lock has, too": (
        plants("install.sh", f"#!/bin/sh\npip install uv --dry-run\npip install sniffio --index-url {INDEX}\n"),
        "install.sh:3",
        ("pip install sniffio",),
    ),
    "an export of a script": (
        plants("install.sh", f'#!/bin/sh\nexport PIP_INDEX_URL="{INDEX}"\npip install --require-hashes {LISTED}\n'),
        "install.sh:2",
        (),
    ),
}
"""Settings that 5.1 asks to remove: the change that brings each, its line, and what takes the place of that."""


@pytest.mark.parametrize("name", REMOVED)
def test_a_setting_that_is_one_line_is_taken_out(name: str, target: BuiltTarget) -> None:
    change, at, new = REMOVED[name]
    change(target)
    found = run_suite(target)
    patch = patch_of(found, "5.1")
    assert (str(patch.at), patch.new, patch.doubt, patch.proven) == (at, new, "", True)
    rows = found.rows("5.1", Outcome.FAIL)
    assert {*patch.also, patch.component} >= {row.component for row in rows} != set()
    assert all(row.patch == patch for row in rows)
    command = ["git", "apply", "--unidiff-zero", "-"]
    subprocess.run(command, cwd=target.path, input=diff(patch), text=True, check=True, timeout=30)
    after = run_suite(target)
    assert after["5.1"].outcome is Outcome.PASS
    assert after.case.patches == ()


@settings(deadline=None, max_examples=12)
@given(
    key=st.sampled_from(["extra-index-url", "index-url", "find-links", "trusted-host"]),
    equals=st.sampled_from(["=", " = ", "=  "]),
    before=st.lists(st.sampled_from(["timeout = 60", "# a note", "retries=2", ""]), max_size=3),
    after=st.lists(st.sampled_from(["timeout = 60", "# a note", "", "[install]"]), max_size=3),
)
def test_only_the_line_of_the_setting_goes(key: str, equals: str, before: list[str], after: list[str]) -> None:
    value = "wheels.example" if key == "trusted-host" else INDEX
    lines = ["[global]", *before, f"{key}{equals}{value}", *after]
    with TemporaryDirectory() as folder:
        target = sound_target(Path(folder)).plant("pip.conf", "\n".join(lines) + "\n")
        patch = patch_of(run_suite(target), "5.1")
        assert patch.proven, patch.doubt
        assert applied(patch, lines).decode().split("\n")[:-1] == ["[global]", *before, *after]
        target.plant("pip.conf", applied(patch, lines))
        assert run_suite(target)["5.1"].outcome is Outcome.PASS


def test_a_long_line_is_not_looked_at(target: BuiltTarget) -> None:
    target.plant("pip.conf", f"[global]\nextra-index-url{' ' * 1_000}= {INDEX}\n")
    found = run_suite(target)
    assert found["5.1"].outcome is Outcome.FAIL
    assert found.case.patches == ()


@pytest.mark.parametrize(
    "change",
    [
        plants("pip.conf", f"[global]\nextra-index-url =\n    {INDEX}\n    https://other.example/simple\n"),
        plants("pip.conf", f"[global]\nextra-index-url = {INDEX}\n    https://other.example/simple\n"),
        plants("pip.conf", f"[global]\nextra-index-url = {INDEX} https://other.example/simple\n"),
        edits("Dockerfile", LISTED, f"{LISTED} \\\n  --extra-index-url {INDEX}"),
        edits("Dockerfile", "WORKDIR /srv\n", f"WORKDIR /srv\nENV A=1 PIP_EXTRA_INDEX_URL={INDEX}\n"),
        edits(
            "Dockerfile", LISTED, f"--extra-index-url {INDEX} --extra-index-url https://other.example/simple {LISTED}"
        ),
        plants("pip.conf", f"[global]\r\nextra-index-url = {INDEX}\r\n"),
    ],
    ids=["values below", "a value and more", "two values", "a last line", "beside another", "twice", "other ends"],
)
def test_a_setting_that_is_more_than_a_line_is_left_to_its_author(change: Change, target: BuiltTarget) -> None:
    change(target)
    found = run_suite(target)
    assert found["5.1"].outcome is Outcome.FAIL
    assert found.case.patches == ()


def test_of_two_settings_neither_is_enough(target: BuiltTarget) -> None:
    target.plant("pip.conf", f"[global]\nextra-index-url = {INDEX}\nindex-url = https://other.example/simple\n")
    patches = run_suite(target).case.patches
    assert {str(patch.at) for patch in patches} == {"pip.conf:2", "pip.conf:3"}
    assert all(not patch.proven and "5.1 still does not pass for" in patch.doubt for patch in patches)


def test_a_package_that_the_policy_maps_to_the_index_is_none_of_its_rows(target: BuiltTarget) -> None:
    target.plant("pip.conf", f"[global]\nindex-url = {INDEX}\n")
    policy = target.path.parent / "policy.toml"
    policy.write_text(POLICY.read_text().replace("[trust]\n", f'[trust]\nindex_map = {{ sniffio = "{INDEX}" }}\n'))
    patch = patch_of(run_suite(target, policy=policy), "5.1")
    assert "package:pypi/sniffio" not in patch.also
    assert patch.proven


def test_the_endpoint_of_a_hub_is_taken_out(target: BuiltTarget) -> None:
    target.edit("Dockerfile", "WORKDIR /srv\n", "WORKDIR /srv\nENV HF_ENDPOINT=https://hub-mirror.example\n")
    found = run_suite(target)
    patch = patch_of(found, "1.1")
    assert (str(patch.at), patch.new, patch.proven) == ("Dockerfile:3", (), True)
    target.plant("Dockerfile", applied(patch, lines_of(target.path / "Dockerfile")))
    assert run_suite(target)["1.1"].outcome is Outcome.PASS


def test_a_large_target_is_not_read_again(target: BuiltTarget) -> None:
    target.edit("Dockerfile", LISTED, f"--extra-index-url {INDEX} {LISTED}")
    for number in range(151):
        target.plant(f"notes/{number}.txt", "nothing\n")
    patch = patch_of(run_suite(target), "5.1")
    assert (patch.proven, patch.doubt) == (False, "more than 150 files would have to be read again to see it work")


@pytest.fixture
def target(tmp_path: Path) -> BuiltTarget:
    return sound_target(tmp_path)
