"""Where a user's programs keep what is theirs, by the XDG Base Directory Specification."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

_DEFAULTS = {"state": ".local/state", "cache": ".cache"}


def user_folder(kind: Literal["state", "cache"]) -> Path:
    """Return this program's folder for what it remembers, or for what it could fetch again."""
    given = Path(os.environ.get(f"XDG_{kind.upper()}_HOME", ""))
    base = given if given.is_absolute() else Path.home() / _DEFAULTS[kind]  # the specification ignores a relative one
    return base / "supplychain-spec"
