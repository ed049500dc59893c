"""A copy of the bundled example, and a state directory of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import BuiltTarget, sound_target


@pytest.fixture(autouse=True)
def state_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the stores of runs in the test's folder."""
    home = tmp_path / "state"
    monkeypatch.setenv("XDG_STATE_HOME", str(home))
    return home


@pytest.fixture
def target(tmp_path: Path) -> BuiltTarget:
    """A sound target of the test's own."""
    return sound_target(tmp_path)
