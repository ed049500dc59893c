"""Cases for the tests of checks: what was gathered of the sound target, decided once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from supplychain.model.case import Case, Features, TargetState
from supplychain.model.inventory import Inventory, SelfTest
from tests.support import NOW, SAMPLE, Outcomes, empty_target, run_suite


@pytest.fixture(scope="session")
def sound() -> Outcomes:
    """What the sound target comes to."""
    return run_suite(SAMPLE)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The case of a target that holds one text file and no component."""
    return run_suite(empty_target(tmp_path_factory.mktemp("empty"))).case


@pytest.fixture(scope="session")
def bare() -> Case:
    """A case in which nothing was gathered, with every scenario to be decided."""
    tree = TargetState(name="bare", commit=None, dirty=None, git="planted", files=0, tree_digest="sha256:none")
    inventory = Inventory(self_test=SelfTest(planted=1, found=1))
    now = datetime.fromisoformat(NOW).astimezone(UTC)
    return Case(now=now, simulated=True, target=tree, inventory=inventory, features=Features(digest="sha256:tests"))
