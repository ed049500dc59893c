"""This project itself: its packages come from official registries, and are what those list."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from supplychain.model.finding import Outcome
from tests.acceptance.services import Services, serving
from tests.sound_facts import OTHERS
from tests.support import ROOT, run_suite

LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "node_modules", "reports", ".*_cache", "__pycache__", "dist")
"""What lies in a working copy and is not of the project."""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project."""
    return Path(shutil.copytree(ROOT, tmp_path_factory.mktemp("own") / "project", ignore=LEFT_OUT, symlinks=True))


@pytest.fixture
def services(own: Path, tmp_path: Path) -> Iterator[Services]:
    """Services that list what the project's own locks name, and nothing that is locked elsewhere in it."""
    with serving(tmp_path / "home", OTHERS) as running:
        running.list_locked(own / "requirements")
        running.list_nodes(own / "package-lock.json")
        yield running


def test_this_project_passes_5_1_and_5_2(own: Path, services: Services) -> None:
    found = run_suite(own, facts="online")
    for name in ("5.1", "5.2"):
        assert found[name].outcome is Outcome.PASS, found[name].reason
        ecosystems = {row.component.partition("/")[0] for row in found[name].observations}
        assert {"package:pypi", "package:npm"} <= ecosystems
    verified = [row.component for row in found["5.2"].observations if row.rule == "verified"]
    assert len(verified) > 100
