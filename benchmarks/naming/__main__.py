"""What discovery finds of the practice set, beside other tools, all in one run; prints the table of the README.

    python -m benchmarks.naming [FOLDER]

FOLDER holds the programs of the other tools (`pip install ai-bom airom aisbom-cli` into a virtual environment of their
own, and give its `bin`); those that are not there are left out. Another tool is credited with a component wherever one
entry of its output holds the name and the file, whatever kind it gives; ours only with the right kind, file and pin.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.naming import Expected, Practice, write
from supplychain.discovery import discover
from supplychain.model.inventory import SelfTest
from supplychain.model.reference import Reference
from supplychain.target import Target

PEERS = {
    "ai-bom": ["scan", "{target}", "-f", "json", "-o", "{output}"],
    "airom": ["scan", "{target}", "-o", "json={output}"],
    "aisbom": ["scan", "{target}", "--no-osv", "--no-hf-lookup", "--format", "json", "--output", "{output}"],
}


def main() -> None:
    """Print the table."""
    programs = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as name:
        target = Path(name) / "target"
        practice = write(target)
        found, pinned, wrong = ours(target, practice)
        print("| tool | found, of", len(practice.expect), "| pins, of", pins(practice), "| of what must not be found |")
        print("| --- | --- | --- | --- |")
        print(f"| this suite | {found} | {pinned} | {wrong} |")
        for tool, arguments in PEERS.items():
            program = programs / tool if programs else None
            if program is not None and program.exists():
                print(f"| {tool} | {' | '.join(map(str, theirs(program, arguments, target, practice)))} |")


def pins(practice: Practice) -> int:
    """Return how many of the components state a revision or a digest."""
    return sum(expected.pin is not None for expected in practice.expect)


def ours(target: Path, practice: Practice) -> tuple[int, int, int]:
    """Return how many components discovery finds, with how many pins, and how many of what must not be found."""
    references = discover(Target.open(target), None, SelfTest(planted=1, found=1)).references
    matching = {expected.id: [r for r in references if is_found(expected, r)] for expected in practice.expect}
    found = sum(bool(hits) for hits in matching.values())
    pinned = sum(any(has_pin(e, r) for r in matching[e.id]) for e in practice.expect if e.pin)
    return found, pinned, sum(any(name in r.subject for r in references) for name in practice.absent)


def is_found(expected: Expected, reference: Reference) -> bool:
    """Whether a reference is to an expected component: kind, file, and name in its id, address or revision."""
    component = reference.component
    names = (component.id, reference.address or "", f"{component.name}:{reference.revision}", reference.revision or "")
    if component.kind != expected.kind or reference.at.file != expected.file:
        return False
    return any(expected.name.lower() in name.lower() for name in names)


def has_pin(expected: Expected, reference: Reference) -> bool:
    """Whether a reference carries the revision or the digest that its file states."""
    stated = f"{reference.revision} {reference.checksum} {reference.address}"
    return expected.pin is not None and expected.pin in stated


def theirs(program: Path, arguments: list[str], target: Path, practice: Practice) -> tuple[int, int, int]:
    """Return the same of another tool, by the entries of its output."""
    with tempfile.NamedTemporaryFile(suffix=".json") as output:
        filled = [text.format(target=target, output=output.name) for text in arguments]
        subprocess.run([program, *filled], capture_output=True, check=False, timeout=300)
        text = Path(output.name).read_text(encoding="utf-8")
    entries = [json.dumps(entry).lower() for entry in _entries(json.loads(text or "{}"))]
    hits = {
        e.id: [entry for entry in entries if e.name.lower() in entry and Path(e.file).name.lower() in entry]
        for e in practice.expect
    }
    pinned = sum(any(e.pin.lower() in entry for entry in hits[e.id]) for e in practice.expect if e.pin)
    wrong = sum(any(name.lower() in entry for entry in entries) for name in practice.absent)
    return sum(bool(found) for found in hits.values()), pinned, wrong


def _entries(value: Any, depth: int = 0) -> Iterator[Any]:
    """Yield the objects in the lists of a JSON document: the entries of a report."""
    if isinstance(value, dict):
        for item in value.values():
            yield from _entries(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield item
            if depth < 4:
                yield from _entries(item, depth + 1)


if __name__ == "__main__":
    main()
