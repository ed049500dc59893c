"""Whether git keeps a lock, and which line of which .gitignore keeps it from that."""

from __future__ import annotations

import re
from collections.abc import Callable
from posixpath import dirname, join

from pathspec import GitIgnoreSpec
from pathspec.patterns.gitignore import GitIgnorePatternError

from supplychain.model.reference import Place
from supplychain.target import NotReadError, Target

_SIZE = 500_000
_STARS = 3
"""Stars of one part of a pattern; matching takes the longer the more it has, and none in use has more."""


class Tracking:
    """What git does with the files of a target."""

    def __init__(self, target: Target, place: Callable[[str], Place]) -> None:
        """Read git's index once."""
        self._target = target
        self._place = place
        self._tracked = target.tracked
        self._specs: dict[str, GitIgnoreSpec | None] = {}

    def is_tracked(self, path: str) -> bool | None:
        """Return whether git tracks a file; None where that is not known."""
        file = self._target.get(path)
        return None if self._tracked is None or file is None else file.raw in self._tracked

    def ignored(self, path: str) -> Place | None:
        """Return the line that makes git ignore a file: the last that matches, in the nearest file that has one."""
        folder = dirname(path)
        while True:
            ignore_file = join(folder, ".gitignore")
            spec = self._spec(ignore_file)
            result = spec.check_file(path[len(folder) :].lstrip("/")) if spec else None
            if result is not None and result.include is not None:
                is_ignored = result.include and result.index is not None
                return (
                    self._place(ignore_file).model_copy(update={"line": (result.index or 0) + 1})
                    if is_ignored
                    else None
                )
            if not folder:
                return None
            folder = dirname(folder)

    def _spec(self, path: str) -> GitIgnoreSpec | None:
        if path not in self._specs:
            self._specs[path] = self._compiled(path)
        return self._specs[path]

    def _compiled(self, path: str) -> GitIgnoreSpec | None:
        file = self._target.get(path)
        if file is None:
            return None
        try:
            text = self._target.read(file, _SIZE).data.decode("utf-8-sig", "replace")
        except NotReadError:
            return None
        return GitIgnoreSpec.from_lines(_usable(line.rstrip("\r")) for line in text.split("\n"))


def _usable(line: str) -> str:
    """Return a line as it is, or as a comment where it says nothing, git would skip it, or it takes too long."""
    parts = re.sub(r"\*\*+", "", line).split("/")
    if not line.strip() or any(part.count("*") > _STARS for part in parts):
        return "#"
    try:
        GitIgnoreSpec.from_lines([line])
    except (GitIgnorePatternError, re.error):
        return "#"
    return line
