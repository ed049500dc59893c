"""What a person sees in the terminal: progress, and the run in a screen."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from supplychain.assessment import ProgressBar
from supplychain.report.pages import WORDS
from supplychain.report.patches import told
from supplychain.report.view import IN_USE, Ranked, View

SHOWN = 5
"""Failed rows that the terminal shows; the reports show all."""
STEPS = 3
"""Next steps that it shows."""
_BOLD, _RED, _PLAIN = "\033[1m", "\033[31m", "\033[0m"


class _Unwatched:
    """The progress that nobody looks at."""

    def update(self, count: int) -> None:
        pass

    def close(self) -> None:
        pass


def progress(what: str, total: int) -> ProgressBar:
    """Return a bar on the real stderr, which behave does not capture; it shows itself after a second."""
    if sys.__stderr__ is None or not sys.__stderr__.isatty():
        return _Unwatched()
    from tqdm import tqdm  # only a terminal shows it

    return tqdm(total=total, desc=what, delay=1, leave=False, unit="file", file=sys.__stderr__)


def show(view: View, reports: list[Path], stream: TextIO | None = None) -> None:
    """Print the run: verdict, scenarios, what is wrong, what would decide the rest, and where the reports are."""
    out = stream or sys.__stdout__
    if out is None:
        return
    colored = out.isatty() and not os.environ.get("NO_COLOR")
    for style, line in _lines(view, reports):
        print(f"{style}{line}{_PLAIN}" if colored and style else line, file=out)


def _lines(view: View, reports: list[Path]) -> Iterator[tuple[str, str]]:
    """Yield the lines with their style; what is plain has none."""
    yield "", ""
    yield _BOLD, view.headline
    yield from (("", line) for line in _scenarios(view))
    for reason, names in view.broken:
        yield _RED, f"Cannot be trusted ({names}): {reason}"
    if view.ranked:
        yield _BOLD, "What is wrong, most severe first"
        for item in view.ranked[:SHOWN]:
            yield from (("", line) for line in _wrong(item))
        if len(view.ranked) > SHOWN:
            yield "", f"  and {len(view.ranked) - SHOWN} more in the report"
    if view.next_steps:
        yield _BOLD, "What would decide the most of what is undetermined"
        for step in view.next_steps[:STEPS]:
            yield "", f"  {step.command}  ({step.rows} rows of {', '.join(step.requirements)})"
    if view.not_built:
        yield "", f"This version has no check for {len(view.not_built)} requirements; they are undetermined."
    for waiver, _, became in view.waivers:
        if became != IN_USE:
            yield "", f"Waiver {waiver} {became}"
    yield from _house(view)
    yield from ((_RED, line) for line in view.unbound)
    yield from (("", f"Report: {path}") for path in reports)


def _wrong(item: Ranked) -> Iterator[str]:
    """Yield what is wrong and what to do, with the patch where there is one."""
    place = f" {item.row.at}" if item.row.at else ""
    yield f"  {item.requirement.id} {item.row.severity}{place} {item.row.component}"
    yield f"      {item.row.message}{f' ({item.others})' if item.more else ''}"
    yield f"      next step: {item.row.remedy}"
    if item.row.patch:
        yield f"      {told(item.row)}"


def _house(view: View) -> Iterator[tuple[str, str]]:
    """Yield the rules of the house that were turned on, and what is wrong by them."""
    if not view.house:
        return
    yield _BOLD, view.house_line
    for row in view.house:
        yield "", f"  {row.requirement.id} {row.text}: {row.word}{f'; {row.reason}' if row.reason else ''}"
    for item in view.house_ranked[:SHOWN]:
        yield from (("", line) for line in _wrong(item))


def _scenarios(view: View) -> Iterator[str]:
    """Yield the table of the scenarios with their counts by outcome."""
    names = [f"{entry.scenario.number:>2} {entry.scenario.name}" for entry in view.scenarios]
    wide = max(map(len, names))
    yield f"{'Scenario':<{wide}} " + " ".join(WORDS)
    for name, entry in zip(names, view.scenarios, strict=True):
        yield f"{name:<{wide}} " + " ".join(f"{entry.counts[word] or '-':>{len(word)}}" for word in WORDS)
