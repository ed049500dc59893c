"""What a stream's imports mean."""

from __future__ import annotations

from supplychain import catalog
from supplychain.scan.interface import Report
from supplychain.scan.pickles.stream import Stream

NAME = "pickle"
_TOLD = 20
"""Imports of one kind that are told of one stream."""


def judge(stream: Stream, report: Report) -> None:
    """Tell of every import that is not allowed, and of every one whose name is hidden."""
    told: set[tuple[str, str]] = set()
    for found in stream.imports:
        if (found.module, found.name) in told or len(told) >= _TOLD:
            continue
        verdict, reason = catalog.pickle_globals().judge(found.module, found.name)
        if verdict == "allowed":
            continue
        told.add((found.module, found.name))
        rule = "pickle-runs-code" if verdict == "malicious" else "pickle-unknown-import"
        report.saw(NAME, rule, f"it imports {str(found)[:200]}: {reason}", f"byte {found.offset:,}")
    for offset in stream.computed[:_TOLD]:
        says = "it imports a name that no pickler writes in this way"
        report.saw(NAME, "pickle-computed-import", says, f"byte {offset:,}")
    for offset in stream.crossed[:_TOLD]:
        says = "an opcode goes beyond the end of its frame, so that loaders read different opcodes from there on"
        report.saw(NAME, "pickle-crosses-frame", says, f"byte {offset:,}")
