"""The gate as a comment on a pull request: short, whatever the target holds, and nothing of the target is obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from supplychain.model.finding import Observation, Outcome, Severity
from supplychain.model.gate import Blocking, Entry, Result, Upcoming
from supplychain.model.text import printable
from supplychain.remedies import diff
from supplychain.report.markup import code, markdown
from supplychain.report.patches import told
from supplychain.report.view import View

LINES = 55
"""Lines that a comment may have."""
ROWS = 12
"""Rows that it lists; the run's own reports list all."""
OF_A_KIND = 3
"""Rows of one rule that it lists, and that the command prints."""
_ENTRIES = 5
_TAIL = 12
"""Lines that are kept for what follows the rows."""
_BACKTICKS = re.compile("`+")


def comment(view: View, result: Result) -> str:
    """Return what the gate makes of a run as Markdown of at most `LINES` lines."""
    lines = [f"### {markdown(f'{view.control_line} · {result.line}')}", ""]
    lines += [f"- **Cannot be trusted** {names}: {markdown(reason)}" for reason, names in view.broken[:_ENTRIES]]
    lines += _rows(result, LINES - _TAIL - len(lines))
    lines += _upkeep(result)
    lines += [
        f"- will be enforced on {item.begins}: {item.requirement} ({item.rows} rows fail)" for item in _soon(result)
    ]
    lines += ["", f"Run {code(view.run)}, commit {code(view.commit)}. The gate changes no finding of the control."]
    return "\n".join(lines[:LINES]) + "\n"


def firsts(blocking: Sequence[Blocking]) -> list[tuple[Blocking, str]]:
    """Return the first rows of each kind that fails the gate, the last of them with how many more there are.

    What is shown to be wrong comes first, the most severe before others.
    """
    kinds: dict[tuple[str, str, str], list[Blocking]] = {}
    for item in blocking:
        kinds.setdefault((item.cause, item.requirement, item.row.rule), []).append(item)
    found = []
    for items in sorted(kinds.values(), key=_urgency):
        more = f"and {len(items) - OF_A_KIND} more of the kind" if len(items) > OF_A_KIND else ""
        found += [(item, "") for item in items[: OF_A_KIND - 1]]
        found += [(item, more) for item in items[OF_A_KIND - 1 : OF_A_KIND]]
    return found


def _urgency(items: list[Blocking]) -> tuple[bool, int]:
    row = items[0].row
    return row.outcome in {Outcome.UNDETERMINED, Outcome.WAIVED}, list(Severity).index(row.severity)


def _rows(result: Result, room: int) -> list[str]:
    """Return the rows that fail the gate, each with its proven patch as long as there is room."""
    lines: list[str] = []
    listed = firsts(result.blocking)
    for shown, (item, more) in enumerate(listed[:ROWS]):
        row = item.row
        place = f" {code(row.at)}" if row.at else ""
        note = "".join(f" ({markdown(text)})" for text in (item.note, more) if text)
        said = f"{markdown(row.message)}{note}. Next step: {markdown(row.remedy)}"
        lines.append(f"- **{item.requirement}** {item.cause}{place} {code(row.component)}: {said}")
        patch = _patch(row)
        waiting = min(ROWS, len(listed)) - shown
        if patch and len(lines) + len(patch) + waiting <= room:
            lines += patch
        elif row.patch:
            lines[-1] += f" {markdown(told(row))}"
    if len(listed) > ROWS:
        lines.append(f"- and more; {len(result.blocking)} rows in all, which supplychain gate prints")
    return lines


def _patch(row: Observation) -> list[str]:
    """Return the proven patch of a row as a block of code; nothing where it cannot be shown as it is."""
    if row.patch is None or not row.patch.proven:
        return []
    lines = diff(row.patch).splitlines()
    if any(printable(line) != line for line in lines):
        return []
    longest = max((len(run) for line in lines for run in _BACKTICKS.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"  {line}" for line in (f"{fence}diff", *lines, fence)]


def _upkeep(result: Result) -> Iterator[str]:
    """Yield what else fails the gate, and what got better."""
    if result.missing:
        yield f"- **not executed**: {', '.join(result.missing[:20])}; run without tags"
    for loss in result.lost[:_ENTRIES]:
        yield f"- **lost** {loss.requirement}: {loss.now} elements, {loss.recorded} were known; `gate TARGET --prune`"
    if len(result.lost) > _ENTRIES:
        yield f"- and {len(result.lost) - _ENTRIES} more requirements that lost elements"
    for name, entries, step in (
        ("stale", result.stale, ": fails no longer; remove it with `supplychain gate TARGET --prune`"),
        ("better", result.better, ""),
    ):
        if entries:
            yield f"- **{name}** {', '.join(map(_entry, entries[:2]))}{_more(len(entries) - 2)}{step}"


def _entry(entry: Entry) -> str:
    return " ".join(filter(None, (entry.requirement, code(entry.path), code(entry.component))))


def _more(count: int) -> str:
    return f" and {count} more" if count > 0 else ""


def _soon(result: Result) -> Iterator[Upcoming]:
    yield from result.upcoming[:3]
