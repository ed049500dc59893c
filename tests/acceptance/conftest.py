"""Targets for the acceptance tests: the sound one, decided once, and copies of it to break."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import SAMPLE, BuiltTarget, Outcomes, run_suite, sound_target


@pytest.fixture(scope="session")
def sound() -> Outcomes:
    """What the unbroken target comes to."""
    return run_suite(SAMPLE)


@pytest.fixture
def target(tmp_path: Path) -> BuiltTarget:
    """A sound target of the test's own."""
    return sound_target(tmp_path)
