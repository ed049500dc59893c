"""Ways in which the bytes of a model or dataset are wrong: a change of the target, or of what the assessor's cache holds."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.sources import Wrong
from tests.hub_cache import hub_cache, sound_cache
from tests.support import BuiltTarget, Outcomes


@dataclass(frozen=True)
class Bytes:
    """One way, and the rows that have to come of it."""

    name: str
    rule: str
    change: Callable[[BuiltTarget, Path], object]
    """What is done to the target and to the folder of the client's cache."""
    component: str
    at: str
    says: tuple[str, ...] = ()
    also: frozenset[str] = frozenset()
    hub: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name

    def check(
        self, requirement: str, target: BuiltTarget, sound: Outcomes, folder: Path, patch: pytest.MonkeyPatch
    ) -> None:
        """Change target and cache; nothing but the row, the roll-ups and what is named may come out otherwise."""
        home = folder / "client"
        shutil.copytree(sound_cache(), home, symlinks=True)
        patch.setenv("HF_HOME", str(home))
        wrong = Wrong(
            name=self.name,
            rule=self.rule,
            change=lambda built: self.change(built, hub_cache(home)),
            hub=self.hub,
            component=self.component,
            at=self.at,
            says=self.says,
            also=self.also,
        )
        wrong.check(requirement, target, sound, folder)


def in_cache(repository: str, path: str, change: Callable[[Path], object]) -> Callable[[BuiltTarget, Path], object]:
    """Return a change of one file of the only revision that the cache has of a repository."""

    def apply(_: BuiltTarget, cache: Path) -> None:
        (revision,) = (cache / repository / "snapshots").iterdir()
        change(revision / path)

    return apply


def in_target(change: Callable[[BuiltTarget], object]) -> Callable[[BuiltTarget, Path], object]:
    """Return a change of the target alone."""
    return lambda built, _: change(built)


def flip(path: Path) -> None:
    """Change the last byte of a file."""
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def cut(path: Path) -> None:
    """Cut the last byte of a file off."""
    path.write_bytes(path.read_bytes()[:-1])


def hide(path: Path) -> None:
    """Remove what a link of the cache leads to."""
    path.resolve().unlink()


def forget(repository: str) -> Callable[[BuiltTarget, Path], object]:
    """Return the removal of a repository from the cache."""
    return lambda _, cache: shutil.rmtree(cache / repository)
