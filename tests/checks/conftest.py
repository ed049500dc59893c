"""Cases for the tests of checks: what was gathered of the sound target, decided once."""

from __future__ import annotations

import pytest

from supplychain.model.case import Case
from tests.support import SAMPLE, Outcomes, empty_target, run_suite


@pytest.fixture(scope="session")
def sound() -> Outcomes:
    """What the sound target comes to."""
    return run_suite(SAMPLE)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The case of a target that holds one text file and no component."""
    return run_suite(empty_target(tmp_path_factory.mktemp("empty"))).case
