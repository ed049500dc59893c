"""Our matcher beside pip-audit and safety, over the same advisories and the same pins, in one run.

    python -m benchmarks.advisories DATABASE [ROUNDS]

DATABASE is a zip of OSV records of PyPI; the pins are those of `pins.txt`. Each tool is a process of its own: pip-audit asks
a service on loopback that holds the records and answers at once, safety reads a database that was made of them, and neither's
preparation is counted. Then 20,000 made-up advisories on 5,000 packages. It fails above a limit, or where a difference has no explanation.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.version import Version

from supplychain.scanners import forms, safety_database
from supplychain.scanners.interface import Said
from supplychain.scanners.loopback import Service, serve
from supplychain.scanners.process import environment

ROOT = Path(__file__).parent.parent
PINS = Path(__file__).parent / "pins.txt"
SHARE = 0.1
"""The most of pip-audit's time that our matcher may take in a process that is running anyway."""
MEMORY = 100.0
"""The most memory that it may take, in MB."""
GROWTH = 10.0
"""The most that 20,000 advisories on 5,000 packages may take, in what the 500 pins take."""
_LAUNCH = """
import json, os, sys, time
begin = time.perf_counter()
process = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(process, 0)
taken = [time.perf_counter() - begin, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)]
open(sys.argv[1], "w").write(json.dumps(taken))
"""
"""A process counts the memory of the one that started it as its own, so a small one starts it."""

_CALLED = {
    "inside": "our matcher in a process that is running, with its test of itself",
    "ours": "our matcher as a process",
    "generated": "our matcher as a process, 20,000 made-up advisories on 5,000 packages",
    "sha256": "sha256 of the zip",
}

Found = dict[tuple[str, str], list[frozenset[str]]]
"""The names of each advisory that affects a component and version."""


class Whole(Service):
    """Answers with whole records, as OSV does, and at once, which no network does."""

    def __init__(self, records: list[dict[str, Any]]) -> None:
        """Keep the records by id."""
        super().__init__(records)
        self._records = {record["id"]: record for record in records}

    def answer(self, query: dict[str, Any] | None) -> dict[str, Any] | None:
        """Return the answer to one query."""
        found = super().answer(query)
        return {"vulns": [self._records[one["id"]] for one in found["vulns"]]} if found else found


@dataclass(frozen=True)
class Cost:
    """What one process took."""

    seconds: float
    megabytes: float


def process(folder: Path, *command: str, home: bool = True) -> Cost:
    """Run a program in a folder, and return what it took; pip-audit and safety end with 1 and 64 where they found something."""
    taken = folder / "taken.json"
    env = (
        {**environment(folder), "NON_INTERACTIVE": "1", "SAFETY_SYSTEM_CONFIG_PATH": str(folder)}
        if home
        else os.environ
    )
    launch = [sys.executable, "-S", "-E", "-c", _LAUNCH, str(taken), sys.executable, *command]
    subprocess.run(launch, cwd=folder if home else ROOT, env=env, check=True, capture_output=True)
    seconds, megabytes, code = json.loads(taken.read_text())
    if code not in {0, 1, 64}:
        raise SystemExit(f"{command} ended with exit code {code}")
    return Cost(seconds, megabytes)


@dataclass(frozen=True)
class Ours:
    """What our matcher takes and finds, and what it did not assess."""

    process: Cost
    inside: Cost
    """Reading and matching alone, the first time in a process that has its modules: so it is in a run of the suite."""
    found: Found
    skipped: list[str]


def ours(database: Path, pins: Path, folder: Path) -> Ours:
    """Return what our matcher does in a process of its own."""
    output = folder / "ours.json"
    taken = process(folder, "-m", "benchmarks.matched", str(database), str(pins), str(output), home=False)
    seconds, listed = json.loads(output.read_text())
    found = {(component, normal(version)): list(map(frozenset, names)) for component, version, _, names in listed}
    skipped = [f"{component} {version}" for component, version, state, _ in listed if state == "not assessed"]
    return Ours(taken, Cost(seconds, taken.megabytes), found, skipped)


def pip_audit(records: list[dict[str, Any]], folder: Path) -> tuple[Cost, Found]:
    """Return what pip-audit takes and finds."""
    output = folder / "audit.json"
    with serve(Whole(records)) as address:
        asks = ["-r", str(PINS), "--no-deps", "--disable-pip", "-s", "osv", "--osv-url", address, "--strict"]
        options = ["-f", "json", "--progress-spinner", "off", "-o", str(output), "--cache-dir", str(folder / "cache")]
        taken = process(folder, "-I", "-m", "pip_audit", *asks, *options)
    return taken, found_by(forms.pip_audit(json.loads(output.read_text())))


def safety(database: Path, folder: Path) -> tuple[Cost, Found]:
    """Return what safety takes and finds."""
    output = folder / "safety.json"
    asks = ["--db", str(database), "-r", str(PINS), "--output", "json", "--save-json", str(output)]
    taken = process(folder, "-I", "-m", "safety", "--disable-optional-telemetry", "check", *asks)
    return taken, found_by(forms.safety_check(json.loads(output.read_text())))


def yardstick(database: Path) -> float:
    """Return the seconds that the digest of the database takes."""
    begin = time.perf_counter()
    hashlib.sha256(database.read_bytes()).hexdigest()
    return time.perf_counter() - begin


def found_by(said: Said | None) -> Found:
    """Return what a report says affects each of the packages that it looked at."""
    if said is None or said.problem:
        raise SystemExit(f"no report: {said.problem if said else 'another form'}")
    found: Found = {(component, normal(version)): [] for component, version in said.assessed}
    for hit in said.hits:
        found.setdefault((hit.component, normal(hit.version)), []).append(frozenset(hit.ids))
    return found


def normal(version: str) -> str:
    """Return a version in the spelling of PEP 440: pip-audit writes `0.5rc0` for `0.5pre`."""
    return str(Version(version))


def differences(mine: Found, theirs: Found) -> Iterator[tuple[str, str]]:
    """Yield what one finds in a package and the other does not, each with its explanation, empty where there is none."""
    for component, version in sorted(mine.keys() | theirs.keys()):
        pin = f"{component} {version}"
        if (component, version) not in mine or (component, version) not in theirs:
            yield f"{pin}: only one looked at it", ""
        here, there = mine.get((component, version), []), theirs.get((component, version), [])
        for names in here:
            same = [other for other in there if names & other]
            if not same:
                yield f"{pin}: only we find {min(names)}", ""
            if len(same) > 1:
                told = " and ".join(sorted(max(other) for other in same))
                yield f"{pin}: they count {told} apart", f"{', '.join(sorted(names))} are one by alias"
        for names in there:
            if not any(names & other for other in here):
                yield f"{pin}: only they find {min(names)}", ""


def generate(folder: Path, advisories: int, packages: int) -> tuple[Path, Path]:
    """Write made-up advisories and a pin of each package, and return where both lie."""
    chance = random.Random(20_000)
    database, pins = folder / "generated.zip", folder / "generated.txt"
    with zipfile.ZipFile(database, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(advisories):
            archive.writestr(f"MADE-{number}.json", json.dumps(made_up(number, packages, chance)))
    pins.write_text("".join(f"made-up-{one}=={one % 9}.{one % 7}.{one % 5}\n" for one in range(packages)))
    return database, pins


def made_up(number: int, packages: int, chance: random.Random) -> dict[str, Any]:
    """Return a record of the size and form of a real one."""
    begin, end = sorted(f"{chance.randrange(9)}.{chance.randrange(20)}.{chance.randrange(9)}" for _ in range(2))
    listed = [f"{chance.randrange(9)}.{minor}.{patch}" for minor in range(8) for patch in range(4)]
    span = {"type": "ECOSYSTEM", "events": [{"introduced": begin}, {"fixed": end}]}
    package = {"name": f"made-up-{number % packages}", "ecosystem": "PyPI"}
    return {
        "schema_version": "1.7.0",
        "id": f"MADE-{number}",
        "modified": "2026-01-01T00:00:00Z",
        "aliases": [f"CVE-{number}"],
        "details": "A flaw that nobody has found. " * 20,
        "affected": [{"package": package, "ranges": [span], "versions": listed}],
    }


def row(what: str, costs: list[Cost], beside: list[Cost]) -> str:
    """Return a line of the table; the ratio is that of each round, since the machine's speed drifts."""
    seconds = statistics.median(cost.seconds for cost in costs)
    ratios = [cost.seconds / other.seconds for cost, other in zip(costs, beside, strict=True)]
    spread = f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"
    return f"| {what} | {seconds:.2f} s | {spread} | {max(cost.megabytes for cost in costs):.0f} MB |"


def main() -> None:
    """Print the table of the README, the differences and their explanations."""
    database = Path(sys.argv[1]).resolve()
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with zipfile.ZipFile(database) as archive:
        records = [json.loads(archive.read(name)) for name in archive.namelist()]
    tools = ("inside", "ours", "pip-audit", "safety", "generated", "sha256")
    costs: dict[str, list[Cost]] = {tool: [] for tool in tools}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        left = safety_database.write(records, folder / "database")
        generated = generate(folder, 20_000, 5_000)
        for _ in range(rounds):
            mine = ours(database, PINS, folder)
            costs["ours"].append(mine.process)
            costs["inside"].append(mine.inside)
            for tool, (spent, found) in {
                "pip-audit": pip_audit(records, folder),
                "safety": safety(folder / "database", folder),
            }.items():
                costs[tool].append(spent)
                if len(costs[tool]) == 1:
                    compare(tool, mine.found, found)
            costs["generated"].append(ours(*generated, folder).process)
            costs["sha256"].append(Cost(yardstick(database), 0))
    print(f"not assessed by us: {', '.join(mine.skipped) or 'none'}; not wholly in safety's database: {dict(left)}\n")
    print("| what | median | beside pip-audit | peak memory |\n| --- | --- | --- | --- |")
    for what, taken_each in costs.items():
        print(row(_CALLED.get(what, what), taken_each, costs["pip-audit"]))
    limits(costs)


def compare(tool: str, mine: Found, theirs: Found) -> None:
    """Print how two matchers differ; a difference without an explanation ends the run."""
    told = list(differences(mine, theirs))
    print(f"{tool}: {sum(map(len, theirs.values()))} vulnerabilities in {len(theirs)} packages; ", end="")
    print(f"ours: {sum(map(len, mine.values()))} in {len(mine)}; {len(told)} differences")
    for difference, why in told:
        print(f"  {difference}: {why or 'NOT EXPLAINED'}")
    if not all(why for _, why in told):
        raise SystemExit(f"{tool}: there are differences that nothing explains")


def limits(costs: Mapping[str, list[Cost]]) -> None:
    """End the run with what is above its limit."""
    share, whole = (share_of(costs[what], costs["pip-audit"]) for what in ("inside", "ours"))
    growth = share_of(costs["generated"], costs["ours"])
    memory = max(cost.megabytes for cost in costs["ours"])
    print(f"\nshare of pip-audit's time: in a process that is running {share:.3f}, limit {SHARE}; ", end="")
    print(f"process beside process {whole:.3f}; {memory:.0f} MB, limit {MEMORY:g}; ", end="")
    print(f"20,000 advisories on 5,000 packages {growth:.1f} times the time, limit {GROWTH:g}")
    if share > SHARE or memory > MEMORY or growth > GROWTH:
        raise SystemExit("above a limit")


def share_of(costs: list[Cost], beside: list[Cost]) -> float:
    """Return the median of the rounds' ratios."""
    return statistics.median(one.seconds / other.seconds for one, other in zip(costs, beside, strict=True))


if __name__ == "__main__":
    main()
