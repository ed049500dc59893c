"""What a hub's own scanners say: `securityRepoStatus`, which lists the files with issues and whether all were scanned."""

from __future__ import annotations

from collections.abc import Callable

from supplychain.facts.values import mapping, text
from supplychain.model.hub import ScanStatus

_LEVELS: dict[str, ScanStatus] = {
    "safe": "safe",
    "innocuous": "safe",
    "queued": "pending",
    "pending": "pending",
    "scanning": "pending",
    "unscanned": "pending",
    "unsafe": "unsafe",
    "malicious": "unsafe",
    "infected": "unsafe",
}
"""What the hub calls a level; any other one, such as `caution`, makes a file suspicious."""
_WORST: tuple[ScanStatus, ...] = ("unsafe", "suspicious", "pending", "safe")


def of_repository(security: object) -> ScanStatus:
    """Return the worst that is said of any file; `none` where nothing is said."""
    said = mapping(security)
    if not _speaks(said):
        return "none"
    levels = {*_issues(said).values(), "safe" if said["scansDone"] else "pending"}
    return next(level for level in _WORST if level in levels)


def of_files(security: object) -> Callable[[str], ScanStatus]:
    """Return what tells the status of a file from its path."""
    said = mapping(security)
    issues = _issues(said)
    other: ScanStatus = "none" if not _speaks(said) else "safe" if said["scansDone"] else "pending"
    return lambda path: issues.get(path, other)


def _speaks(said: dict[str, object]) -> bool:
    return isinstance(said.get("scansDone"), bool) and isinstance(said.get("filesWithIssues"), list)


def _issues(said: dict[str, object]) -> dict[str, ScanStatus]:
    """Return the status of each file with an issue; what cannot be read is suspicious, under no path."""
    listed = said.get("filesWithIssues")
    entries = [mapping(entry) for entry in listed] if isinstance(listed, list) else []
    return {text(entry.get("path")): _LEVELS.get(text(entry.get("level")).lower(), "suspicious") for entry in entries}
