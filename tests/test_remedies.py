"""Patches: what they change, and when the run may call them proven."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from supplychain.model.finding import Outcome, Patch
from supplychain.remedies import applied, diff
from tests.acceptance.advised import AT, SNIFFIO
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


@pytest.fixture
def target(tmp_path: Path) -> BuiltTarget:
    return sound_target(tmp_path)
