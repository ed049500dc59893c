"""Hashing artifacts beside sha256sum on the same files, two at a time.

python -m benchmarks.hashing [GIBIBYTES]
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from supplychain.artifacts import digester, gather
from supplychain.model.case import Case, Features, TargetState
from supplychain.model.component import Component
from supplychain.model.finding import Source
from supplychain.model.hub import HubFile, HubRecord
from supplychain.model.inventory import Inventory, SelfTest
from supplychain.model.policy import Policy
from supplychain.model.reference import Place, Reference, Resolution
from supplychain.target import Target

FILES = 8
ROUNDS = 5
SPEED = 0.9
"""The least part of the speed of sha256sum."""
MEMORY = 40_000_000
"""Bytes that reading the files may take beside what the same process takes for small ones."""
COMMIT = "0123456789abcdef0123456789abcdef01234567"
MODEL = "model:huggingface/bench/weights"
SETTLED = 2.5


def write(home: Path, size: int) -> list[Path]:
    """Write random files into a cache of Hugging Face's client, and return them."""
    folder = home / "hub" / "models--bench--weights" / "snapshots" / COMMIT
    folder.mkdir(parents=True)
    paths = [folder / f"model-{number}.bin" for number in range(FILES)]
    for path in paths:
        with path.open("wb") as stream:
            for _ in range(size // FILES >> 20):
                stream.write(os.urandom(1 << 20))
    return paths


def case() -> Case:
    """Return a case that names the files of the cache."""
    at = Place(file="bench.py", line=1)
    named = Reference(component=Component.parse(MODEL), at=at, resolution=Resolution.LITERAL, revision=COMMIT)
    listed = tuple(HubFile(path=f"model-{number}.bin", sha256="0" * 64) for number in range(FILES))
    source = Source(name="hub", level="cached")
    record = HubRecord(component=MODEL, revision=COMMIT, commit=COMMIT, state="listed", files=listed, source=source)
    tree = TargetState(name="bench", commit=None, dirty=None, git="", files=0, tree_digest="sha256:none")
    inventory = Inventory(references=(named,), looked_at=1, self_test=SelfTest(planted=1, found=1))
    now = datetime.now(UTC)
    return Case(now=now, target=tree, inventory=inventory, features=Features(digest="-"), hub=(record,))


def one_run() -> None:
    """Gather the artifacts, and print how long it took, what was read, and how much memory it took at most."""
    given = case()
    begun, before = time.perf_counter(), read_so_far()
    digests = digester(Policy(), given.now, simulated=False)
    found = gather(Target.of({"readme.txt": b""}), given, fetch=False, digests=digests)
    took, read = time.perf_counter() - begun, read_so_far() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    digested = {artifact.path: artifact.sha256 for artifact in found}
    notes = sorted({artifact.problem for artifact in found if artifact.problem})
    result = {"seconds": took, "files": digests.read, "bytes": read, "peak": peak, "sha256": digested, "notes": notes}
    print(json.dumps(result))


def read_so_far() -> int:
    """Return the bytes that this process has read, as the kernel counts them."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("rchar")).split()[1])


def ours(home: Path, memory: Path) -> dict[str, object]:
    """Return what a process of its own says of a run; `memory` is where it remembers."""
    places = {"XDG_CACHE_HOME": str(memory), "XDG_STATE_HOME": str(memory / "state"), "HF_HOME": str(home)}
    command = [sys.executable, "-m", "benchmarks.hashing", "--one"]
    result: dict[str, object] = json.loads(subprocess.check_output(command, env={**os.environ, **places}))
    return result


def theirs(paths: list[Path]) -> tuple[float, dict[str, str]]:
    """Return how long sha256sum takes for the files, two at a time, and what it says."""
    begun = time.perf_counter()
    listed = "\0".join(map(str, paths)).encode()
    out = subprocess.check_output(["xargs", "-0", "-P2", "-n1", "sha256sum"], input=listed).decode()
    took = time.perf_counter() - begun
    return took, {Path(line.split("  ", 1)[1]).name: line.split("  ", 1)[0] for line in out.splitlines()}


def main(gibibytes: float) -> None:
    """Print the table, and fail where a limit is not held."""
    with tempfile.TemporaryDirectory(prefix="hashing") as folder:
        home, memory = Path(folder) / "client", Path(folder) / "memory"
        paths = write(home, int(gibibytes * (1 << 30)))
        small = Path(folder) / "small"
        write(small, FILES << 20)
        time.sleep(SETTLED)
        flat = int(str(ours(small, Path(folder) / "aside")["peak"]))
        theirs(paths)  # the files are in memory from here on, for both
        speeds, ours_took, theirs_took, peaks = [], [], [], []
        for number in range(ROUNDS):
            took, expected = theirs(paths)
            run = ours(home, memory / str(number))
            assert run["sha256"] == expected, "the digests differ"
            ours_took.append(float(str(run["seconds"])))
            theirs_took.append(took)
            peaks.append(int(str(run["peak"])))
            speeds.append(took / ours_took[-1])
        again = ours(home, memory / "0")
        poisoned = memory / "0" / "supplychain-spec" / "digests.json"
        poisoned.write_text(poisoned.read_text().replace(next(iter(expected.values())), "0" * 64))
        noticed = ours(home, memory / "0")
        speed = statistics.median(speeds)
        spread = f"{min(speeds):.2f} to {max(speeds):.2f}"
        print(f"load average {os.getloadavg()[0]:.2f}, {os.cpu_count()} processors, {gibibytes:g} GiB in {FILES} files")
        print("| what | median | speed beside sha256sum | peak memory |\n| --- | --- | --- | --- |")
        print(f"| sha256sum, two at a time | {statistics.median(theirs_took):.2f} s | 1.00 | |")
        print(
            f"| ours, nothing remembered | {statistics.median(ours_took):.2f} s | {speed:.2f} ({spread}) | {max(peaks) >> 20} MB |"
        )
        print(f"| ours on files of 1 MB each | | | {flat >> 20} MB |")
        print(
            f"| ours, nothing changed: {again['files']} files, {again['bytes']:,} bytes read | {float(str(again['seconds'])):.3f} s | | |"
        )
        print(
            f"| ours, one digest poisoned: {noticed['files']} file read again | {float(str(noticed['seconds'])):.2f} s | | |"
        )
        print(noticed["notes"])
        held = (
            speed >= SPEED
            and max(peaks) - flat <= MEMORY
            and again["files"] == 0
            and noticed["files"] == 1
            and noticed["notes"]
            and noticed["sha256"] == expected
        )
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    if sys.argv[1:] == ["--one"]:
        one_run()
    else:
        main(float(sys.argv[1]) if sys.argv[1:] else 4.0)
