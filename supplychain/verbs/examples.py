"""`supplychain examples`: the bundled targets as files, for those who installed a wheel."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

from supplychain.suite import root
from supplychain.verbs.interface import Code, VerbError, shown

FIRST = "support-rag"
"""The target that the printed command runs on."""


def export(folder: Path) -> int:
    """Write the bundled targets with their policy and facts into a new folder, and print the command that runs one."""
    bundled = root() / "examples"
    if not (bundled / FIRST).is_dir():
        raise VerbError(f"{shown(bundled)} is missing from this installation; install it again")
    try:
        shutil.copytree(bundled, folder, ignore=shutil.ignore_patterns("__pycache__"))
    except FileExistsError as error:
        raise VerbError(f"{shown(folder)} is there already; name a new folder") from error
    except OSError as error:
        raise VerbError(f"{shown(folder)} cannot be written: {error.strerror}; name another folder") from error
    place = shlex.quote(str(folder))
    print(f"supplychain run {place}/{FIRST} --policy {place}/policy.toml --facts {place}/facts")
    return Code.HOLDS
