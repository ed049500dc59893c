"""The store of runs as verbs use it: beside no target, and only where its chain is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from supplychain.model.state import Record
from supplychain.state.store import StateError, Store, state_path
from supplychain.target import Target
from supplychain.verbs.files import is_inside
from supplychain.verbs.interface import Code, VerbError, shown


def store_path(given: Path | None, target: Target, root: Path) -> Path:
    """Return the file of the store: the given one, or that of the project in the user's state directory.

    Raises:
        VerbError: it lies inside the target.
    """
    path = given or state_path(target.name, target.origin)
    if is_inside(path, root):
        raise VerbError(f"{shown(path)} lies inside the target, which cannot keep its own record; name another --state")
    return path


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    """Hold the store in a file, which is made where there is none.

    Raises:
        VerbError: it cannot be used.
    """
    try:
        with Store.open(path) as store:
            yield store
    except StateError as error:
        raise VerbError(str(error).replace("-D state=PATH", "--state FILE")) from error


def recorded(path: Path) -> tuple[Record, ...]:
    """Return the records of a store.

    Raises:
        VerbError: nothing is recorded, the chain is damaged, or the store cannot be used.
    """
    nothing = VerbError(
        f"nothing is recorded in {shown(path)}; run supplychain inventory write TARGET first", Code.UNDETERMINED
    )
    if not os.path.exists(path):  # noqa: PTH110 - Path.exists raises for what cannot be reached
        raise nothing
    with opened(path) as store:
        ensure_whole(store)
        records = store.records()
    if not records:
        raise nothing
    return records


def ensure_whole(store: Store) -> None:
    """Check that the chain of a store is what was appended.

    Raises:
        VerbError: it is not; a line for each record tells what is wrong with it.
    """
    if found := store.verify():
        lines = [f"{problem.sequence}: {problem.reason}" for problem in found]
        head = f"the chain of {shown(store.path)} is damaged; keep it as evidence, and begin another with --state FILE"
        raise VerbError("\n".join([head, *lines]), Code.DOES_NOT_HOLD)
