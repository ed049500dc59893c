"""How long discovery takes on many files, beside `ast.parse` of the Python files and reading the others.

    python -m benchmarks.scale [REPOSITORY]

The files are copies of a repository's text files in folders of their own; without one, of this project's source. Each
measurement is a process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import ast
import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from supplychain.discovery import discover
from supplychain.discovery.scopes import PathScopes
from supplychain.model.declaration import Scopes
from supplychain.model.inventory import SelfTest
from supplychain.sweep import sweep
from supplychain.target import READ_LIMIT, Target

ROOT = Path(__file__).parent.parent
SIZES = (1_000, 3_000, 10_000)
RATIO = 3.0
"""The most that discovery may take of the most files, in what parsing and reading take; of few, starting weighs more."""
MEMORY = 500.0
"""The most memory that discovery may take, in MB."""
GROWTH = 1.25
"""The most that the ratio may grow from the fewest files to the most: linear, with room for noise."""


@dataclass(frozen=True)
class Cost:
    """What one process took."""

    seconds: float
    """Of the processor: others work on the machine too, and the files are in its cache."""
    megabytes: float


def parse(folder: Path) -> None:
    """Parse each Python file, and read the others."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path in folder.rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                if path.suffix == ".py":
                    try:
                        ast.parse(data)
                    except (SyntaxError, ValueError):
                        continue


def find(folder: Path) -> None:
    """Discover what the files name."""
    discover(Target.open(folder), None, SelfTest(planted=1, found=1))


def search(folder: Path) -> None:
    """Sweep the files."""
    scopes = PathScopes(Scopes())
    sweep(Target.open(folder), lambda path: scopes.at(path).scope)


def cost(work: Callable[[Path], None], folder: Path) -> Cost:
    """Return what work takes in this process."""
    begin = time.process_time()
    work(folder)
    seconds = time.process_time() - begin
    return Cost(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def measured(work: Callable[[Path], None], folder: Path) -> Cost:
    """Return what work takes in a new process."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(cost, work, folder).result()


def write(material: Target, root: Path, folder: Path, count: int) -> None:
    """Write that many files into a folder: copies of the material's text files, each whole copy below its own name."""
    files = [file for file in material.files if file.size <= READ_LIMIT and b"\0" not in material.head(file, 1024)]
    for number in range(count):
        file = files[number % len(files)]
        copy = folder / f"copy_{number // len(files):04}" / file.raw
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / file.raw, copy)


def measure(material: Path, count: int) -> tuple[Cost, Cost, Cost]:
    """Return what parsing, discovery and the sweep take on that many files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(Target.open(material), material, folder, count)
        before, finding, after = measured(parse, folder), measured(find, folder), measured(parse, folder)
        parsing = Cost((before.seconds + after.seconds) / 2, after.megabytes)  # the machine's speed drifts
        return parsing, finding, measured(search, folder)


def row(count: int, what: str, taken: Cost, beside: Cost) -> str:
    """Return a line of the table."""
    ratio = f"{taken.seconds / beside.seconds:.2f}"
    each = f"{taken.seconds / count * 1000:.2f} ms"
    return f"| {count:,} | {what} | {taken.seconds:.1f} s | {ratio} | {each} | {taken.megabytes:.0f} MB |"


def main() -> None:
    """Print the table of the README."""
    material = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "supplychain"
    print("| files | what | processor | ratio | per file | peak memory |\n| --- | --- | --- | --- | --- | --- |")
    above: list[str] = []
    ratios: list[float] = []
    for count in SIZES:
        parsing, finding, searching = measure(material, count)
        print(row(count, "`ast.parse` and reading", parsing, parsing))
        print(row(count, "discovery", finding, parsing))
        print(row(count, "sweep", searching, parsing), flush=True)
        ratios.append(finding.seconds / parsing.seconds)
        if finding.megabytes > MEMORY:
            above.append(f"{count:,} files: {finding.megabytes:.0f} MB; the limit is {MEMORY:g} MB")
    if ratios[-1] > RATIO:
        above.append(f"{SIZES[-1]:,} files: {ratios[-1]:.2f} times; the limit is {RATIO:g}")
    if ratios[-1] > GROWTH * ratios[0]:
        above.append(f"the ratio grows by {ratios[-1] / ratios[0]:.2f}; the limit is {GROWTH:g}")
    if above:
        raise SystemExit("\n".join(above))


if __name__ == "__main__":
    main()
