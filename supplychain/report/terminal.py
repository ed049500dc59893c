"""What a person sees in the terminal: progress, and the run in a screen."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from supplychain.assessment import ProgressBar
from supplychain.report.pages import WORDS
from supplychain.report.view import IN_USE, View

SHOWN = 5
"""Failed rows that the terminal shows; the reports show all."""
STEPS = 3
"""Next steps that it shows."""
_STYLES = {"pass": "green", "fail": "red", "error": "red", "undetermined": "yellow"}


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
    console = Console(file=stream or sys.__stdout__, highlight=False, emoji=False, markup=False, soft_wrap=True)
    console.print()
    console.print(Text(view.headline, style="bold"))
    console.print(_scenarios(view, width=console.width if console.is_terminal else 120))
    for reason, names in view.broken:
        console.print(Text(f"Cannot be trusted ({names}): {reason}", style="red"))
    if view.ranked:
        console.print(Text("What is wrong, most severe first", style="bold"))
        for item in view.ranked[:SHOWN]:
            place = f" {item.row.at}" if item.row.at else ""
            console.print(Text(f"  {item.requirement.id} {item.row.severity}{place} {item.row.component}"))
            console.print(Text(f"      {item.row.message}{f' ({item.others})' if item.more else ''}"))
            console.print(Text(f"      next step: {item.row.remedy}"))
        if len(view.ranked) > SHOWN:
            console.print(Text(f"  and {len(view.ranked) - SHOWN} more in the report"))
    if view.next_steps:
        console.print(Text("What would decide the most of what is undetermined", style="bold"))
        for step in view.next_steps[:STEPS]:
            console.print(Text(f"  {step.command}  ({step.rows} rows of {', '.join(step.requirements)})"))
    if view.not_built:
        console.print(Text(f"This version has no check for {len(view.not_built)} requirements; they are undetermined."))
    for waiver, _, became in view.waivers:
        if became != IN_USE:
            console.print(Text(f"Waiver {waiver} {became}"))
    for line in view.unbound:
        console.print(Text(line, style="red"))
    for path in reports:
        console.print(Text(f"Report: {path}"))


def _scenarios(view: View, width: int) -> Table:
    table = Table(box=None, pad_edge=False, width=min(width, 120))
    table.add_column("Scenario", no_wrap=True)
    for word in WORDS:
        table.add_column(word, justify="right", style=_STYLES.get(word, ""))
    for entry in view.scenarios:
        name = f"{entry.scenario.number:>2} {entry.scenario.name}"
        table.add_row(name, *(str(entry.counts[word] or "-") for word in WORDS))
    return table
