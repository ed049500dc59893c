"""The store under kill -9 and under pairs of runs at once: what an append returned is there, and the chain holds."""

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from supplychain.model.state import Record
from supplychain.state.store import Store
from tests.state.support import entry

APPEND = """
import random, sys, time
from pathlib import Path
from supplychain.state.store import Store
from tests.state.support import entry, used
print("ready", flush=True)
sys.stdin.readline()
path, name, count, each, pause = Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:5]), float(sys.argv[5])
store = Store.open(path)
for number in range(count):
    if number % each == 0:
        store.close()
        store = Store.open(path)
    made = entry(number, used(f"model:file/{name}-{number}.bin", "x" * 400))
    record = store.append(made.model_copy(update={"run": f"{name}-{number}"}))
    print(record.sequence, record.digest, flush=True)
    time.sleep(random.uniform(0, pause))
"""
KILLS, PAIRS, APPENDS, PAUSE = 50, 20, 100, 0.004

pytestmark = pytest.mark.long


def appending(path: Path, name: str, count: int, each: int, pause: float = 0) -> subprocess.Popen[str]:
    """Return a process that waits for a line, then appends runs and prints each record once it is returned.

    It opens the store anew after `each` of them, and waits up to `pause` seconds between two.
    """
    script = [sys.executable, "-c", APPEND, str(path), name, str(count), str(each), str(pause)]
    process = subprocess.Popen(script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def start(process: subprocess.Popen[str]) -> None:
    """Let a process begin."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def returned(process: subprocess.Popen[str]) -> list[str]:
    """Return what a process that ended had printed, in whole lines."""
    assert process.stdout is not None
    return [line.rstrip("\n") for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n")]


@pytest.mark.parametrize("kill", range(KILLS))
def test_a_killed_run_leaves_every_record_that_was_returned(kill: int, tmp_path: Path) -> None:
    """Every third store is new, so that some kills fall into its making; the others hold two runs already."""
    path = tmp_path / "state.db"
    before = 0 if kill % 3 == 0 else 2
    for number in range(before):
        with Store.open(path) as store:
            store.append(entry(1000 + number))
    moment = random.Random(kill).uniform(0, 0.03 if kill % 3 == 0 else 0.15)
    with appending(path, "killed", 100_000, each=1 if kill % 2 else 1000) as process:
        start(process)
        time.sleep(moment)
        os.kill(process.pid, signal.SIGKILL)
        lines = returned(process)
    assert process.returncode == -signal.SIGKILL
    with Store.open(path) as store:
        assert store.verify() == ()
        records = store.records()
        held = {f"{record.sequence} {record.digest}" for record in records}
        assert set(lines) <= held
        assert len(records) - before - len(lines) in {0, 1}, "more than the one that was under way"
        store.append(entry(1))
        assert store.verify() == ()


@pytest.mark.parametrize("pair", range(PAIRS))
def test_two_runs_at_once_lose_nothing(pair: int, tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with appending(path, "one", APPENDS, 1, PAUSE) as one, appending(path, "other", APPENDS, 1, PAUSE) as other:
        start(one)
        start(other)
        lines = [*returned(one), *returned(other)]
    assert (one.returncode, other.returncode) == (0, 0)
    assert len(lines) == 2 * APPENDS
    with Store.open(path) as store:
        assert store.verify() == ()
        records = store.records()
    assert {f"{record.sequence} {record.digest}" for record in records} == set(lines)
    assert _turns(records) > 1, "the two did not run at once"
    assert {record.run for record in records} == {f"{name}-{n}" for name in ("one", "other") for n in range(APPENDS)}


def _turns(records: tuple[Record, ...]) -> int:
    """Return how often one process came after the other."""
    names = [record.run.partition("-")[0] for record in records]
    return sum(one != other for one, other in itertools.pairwise(names))
