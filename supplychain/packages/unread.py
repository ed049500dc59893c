"""What could not be read of a manifest or a lock."""

from __future__ import annotations

from typing import Literal

from supplychain.model.reference import Unread
from supplychain.packages.interface import SourceFile


def unread(
    source: SourceFile, what: Literal["package lock", "package manifest"], reason: str, line: int | None
) -> Unread:
    """Return the record of one thing of a file that could not be read."""
    return Unread(what=what, reason=reason, count=1, at=source.at(line), digest=source.digest)
