"""One run of our matcher as a process, which also times itself: `python -m benchmarks.matched DATABASE PINS OUTPUT`."""

from __future__ import annotations

import gc
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from supplychain.advisories import assess, read_database


def pins(path: Path) -> list[tuple[str, str]]:
    """Return component and version of each line `name==version`."""
    lines = (line.partition("==") for line in path.read_text(encoding="ascii").splitlines() if line)
    return [(f"package:pypi/{name}", version) for name, _, version in lines]


def main() -> None:
    """Write the seconds of reading and matching, and what affects each pin: `[component, version, state, [[ids], …]]`."""
    gc.freeze()  # as environment.py has it by the time that a run matches
    gc.set_threshold(100_000)
    database, listed, output = map(Path, sys.argv[1:])
    packages, now = pins(listed), datetime.now(UTC)
    begin = time.perf_counter()
    read = read_database(database, [component for component, _ in packages], now)  # a run keeps it as well
    data = assess(packages, read, now)
    seconds = time.perf_counter() - begin
    if data.problem or not data.test.passed:
        raise SystemExit(f"{data.problem} {data.test.missed}")
    found = [
        (one.component, one.version, one.state, [sorted(hit.advisory.ids) for hit in one.vulnerabilities])
        for one in data.matched
    ]
    output.write_text(json.dumps([seconds, found]), encoding="utf-8")


if __name__ == "__main__":
    main()
