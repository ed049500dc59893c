"""A small project of Python, locked by the real tools: uv 0.13.9, Poetry 1.4.2, 1.8.5 and 2.5.1, PDM 2.24.2, pipenv 2026.10.3.

It asks for extras, a marker, a group, an exact version, an index of its own, a wheel by its address and a repository.
Hosts are `{index}` and `{files}`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pypi_simple import PYPI_SIMPLE_ENDPOINT

from supplychain.model.package import Resolved
from supplychain.packages.interface import SourceFile
from tests.packages.sources import source

FOLDER = Path(__file__).parent / "fixtures" / "python"
INDEX = PYPI_SIMPLE_ENDPOINT.rstrip("/")
FILES = "https://files.example"
WIDGET = "3e45f2631f5fa3bd135132917680e847c803e12f"
"""The commit of the repository that all of them lock."""


def fixture(tool: str, name: str) -> SourceFile:
    """Return a file of a fixture as a file of a target."""
    text = (FOLDER / tool / name).read_text()
    return source(name, text.replace("{index}", INDEX).replace("{files}", FILES))


def edited(file: SourceFile, old: str, new: str) -> SourceFile:
    """Return a file with a part of its text replaced where it first stands."""
    assert old in file.text, f"{file.path} does not hold {old!r}"
    return source(file.path, file.text.replace(old, new, 1))


def line_of(file: SourceFile, text: str) -> int:
    """Return the number of the first line that holds a text."""
    return next(number for number, line in enumerate(file.text.split("\n"), 1) if text in line)


def parsed(file: SourceFile) -> Mapping[str, Any]:
    """Return what Python's own reader makes of a file, which the readers under test do not use."""
    return tomllib.loads(file.text)


def by_name(packages: list[Resolved], name: str) -> Resolved:
    """Return the one entry of a package."""
    (found,) = (entry for entry in packages if entry.component.name == name)
    return found


def counted(file: SourceFile) -> int:
    """Return how many SHA-256 hashes a text holds, each place counted."""
    return len(re.findall(r"sha256:[0-9a-f]{64}", file.text))


def stands(file: SourceFile, entry: Resolved, before: str = 'name = "') -> bool:
    """Whether the name of an entry stands on its line or the next one."""
    lines = file.text.split("\n")
    near = lines[(entry.at.line or 0) - 1 : (entry.at.line or 0) + 1]
    return any(f"{before}{entry.component.name}" in line.lower() for line in near)
