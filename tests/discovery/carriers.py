"""What the tests of single carriers share: what one file names, as short lines."""

from __future__ import annotations

from tests.discovery.support import look


def told(path: str, text: str | bytes) -> list[str]:
    """Return `line id` for each reference of one file but its imports, with `@revision` where there is one."""
    found = [reference for reference in look({path: text}).references if reference.call != "import"]
    return [f"{r.at.line} {r.subject}" + (f"@{r.revision}" if r.revision else "") for r in found]


def not_known(path: str, text: str | bytes) -> list[str]:
    """Return `line kind expression` for each unresolved reference of one file."""
    return [f"{u.at.line} {u.kind} {u.expression}" for u in look({path: text}).unresolved]


def overrides(path: str, text: str | bytes) -> list[tuple[int | None, str, str | None]]:
    """Return line, variable and address of each override in one file."""
    return [(o.at.line, o.variable, o.address) for o in look({path: text}).overrides]


def not_read(path: str, text: str | bytes) -> list[str]:
    """Return the reason for which one file is not read."""
    return [unread.reason for unread in look({path: text}).unread]
