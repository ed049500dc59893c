"""What was scanned: each artifact with its digest, its layers, what they saw, and what scanners of others say of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supplychain.checks.covered import TRAINED, covered
from supplychain.model.case import Case
from supplychain.model.scan import Indicator, PeerSaid, Scanned
from supplychain.report.markup import markdown, table

REQUIREMENT = "2.3"
HEADING = "What was scanned"
HEAD = (
    "Artifact",
    "Component",
    "Format",
    "SHA-256",
    "Verdict",
    "Layers that ran",
    "Indicators",
    "Not covered",
    "Scanned",
)
AGREEMENT = "Scanners of others, side by side"
AGREEMENT_NOTE = (
    "A scanner of others may add an indicator, and removes none. Where they differ, none of them is right by that: several "
    "call most pickles suspicious, and some miss what others see."
)
COMPARED = "Weights beside those that they come from"
COMPARED_HEAD = ("Artifact", "Component", "Base", "State", "What was seen", "First tensors")
ROWS = 200
"""Artifacts that a table shows, the worst first; `case.json` holds all."""
OURS = "this suite"
Shown = tuple[str, str, tuple[str, ...], list[list[str]]]
"""A table: its heading, a note, its head, and its rows as plain text."""
_SHOWN = 5
_WORST = ("malicious", "review", "not fully scanned", "safe")


def summary(case: Case) -> str:
    """Return what all scans together can claim."""
    told = covered(case.scans)
    more = f" The {ROWS} worst of {len(case.scans):,} are shown." if len(case.scans) > ROWS else ""
    return f"{told[0].upper()}{told[1:]}.{more}"


def tables(case: Case) -> list[Shown]:
    """Return tables as plain text: heading, note, head, rows; empty where nothing was scanned."""
    shown = sorted(case.scans, key=lambda scan: _WORST.index(scan.verdict))[:ROWS]
    found: list[Shown] = [(HEADING, summary(case), HEAD, [_row(case, scan) for scan in shown])] if shown else []
    peers = tuple(dict.fromkeys(said.by for scan in case.scans for said in scan.peers))
    if peers:
        rows = [_side_by_side(scan, peers) for scan in shown if scan.peers]
        found.append((AGREEMENT, AGREEMENT_NOTE, ("Artifact", OURS, *peers), rows))
    if case.comparisons:
        found.append((COMPARED, "", COMPARED_HEAD, list(_compared(case))))
    return found


def document(case: Case) -> str:
    """Return the tables as Markdown; empty where nothing was scanned."""
    parts = []
    for heading, note, head, rows in tables(case):
        parts += [f"## {markdown(heading)}\n", f"{markdown(note)}\n" if note else ""]
        parts.append(table([*map(markdown, head)], [[markdown(cell) for cell in row] for row in rows]))
    return "\n".join(parts)


def _row(case: Case, scan: Scanned) -> list[str]:
    ran = [f"{entry.layer}: {entry.bytes:,} bytes" for entry in scan.coverage if entry.state == "ran"]
    left = [f"{entry.layer}: {entry.reason}" for entry in scan.coverage if entry.state != "ran"]
    day = scan.cached or case.now.date()
    return [
        f"{scan.path} ({scan.size:,} bytes)",
        _some(scan.components),
        scan.format,
        scan.sha256 or "could not all be read",
        "no indicator" if scan.verdict == "safe" else scan.verdict,
        "; ".join(ran) or "none",
        _some([_told(indicator) for indicator in scan.indicators]) or "none",
        _some([*left, TRAINED]),
        f"{day.isoformat()}, and bytes and rules are unchanged since" if scan.cached else day.isoformat(),
    ]


def _told(indicator: Indicator) -> str:
    by = f"{indicator.by}, " if indicator.by else ""
    where = f" ({indicator.where})" if indicator.where else ""
    return f"{indicator.verdict}: {by}{indicator.rule}: {indicator.says}{where}"


def _side_by_side(scan: Scanned, peers: Sequence[str]) -> list[str]:
    said = {answer.by: answer for answer in scan.peers}
    own = sum(1 for one in scan.indicators if not one.by and one.verdict != "note")
    ours = f"{own:,} indicator{'s' * (own != 1)}" if own else "no indicator"
    return [scan.path, ours, *(_said(said.get(peer)) for peer in peers)]


def _said(answer: PeerSaid | None) -> str:
    if answer is None:
        return "not asked: no format of its own"
    return f"{answer.state}: {answer.says}" if answer.says else answer.state


def _compared(case: Case) -> Iterator[list[str]]:
    for one in case.comparisons[:ROWS]:
        base = f"{one.base} {one.base_path}".rstrip()
        revision = f" at {one.base_revision}" if one.base_revision else ""
        first = _some((*one.changed, *one.missing))
        yield [one.path, one.component, f"{base}{revision}", one.state, one.says, first]


def _some(texts: Sequence[str]) -> str:
    more = [f"and {len(texts) - _SHOWN:,} more"] if len(texts) > _SHOWN else []
    return "; ".join([*texts[:_SHOWN], *more])
