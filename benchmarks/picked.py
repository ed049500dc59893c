"""A sample of what discovery reports of a repository, to be checked by hand: it cannot be chosen.

    python -m benchmarks.picked TARGET [COUNT]

The sample is the first COUNT reported components by the SHA-256 of `kind:name:file:line`, each with its line.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from supplychain.discovery import discover
from supplychain.model.inventory import SelfTest
from supplychain.model.reference import Reference
from supplychain.target import Target


def main() -> None:
    """Print the sample."""
    root, count = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 40
    inventory = discover(Target.open(root), None, SelfTest(planted=1, found=1))
    reported = {key(reference): reference for reference in inventory.references}
    for digest in sorted(reported)[:count]:
        reference = reported[digest]
        print(f"{digest[:8]} {reference.at.scope:8} {reference.subject} {reference.resolution} {reference.call}")
        print(f"         {reference.at}: {line(root, reference)}")


def key(reference: Reference) -> str:
    """Return where a reference stands in the order of the sample."""
    component, at = reference.component, reference.at
    return hashlib.sha256(f"{component.kind}:{component.name}:{at.file}:{at.line}".encode()).hexdigest()


def line(root: Path, reference: Reference) -> str:
    """Return the line that names a component."""
    if reference.at.line is None:
        return "(the file itself)"
    lines = (root / reference.at.file).read_text(encoding="utf-8", errors="replace").split("\n")
    return lines[reference.at.line - 1].strip()[:160] if reference.at.line <= len(lines) else ""


if __name__ == "__main__":
    main()
