"""Plants: known-bad changes, what they are put into, and the registry of their kinds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Literal

from supplychain.model.case import Case
from supplychain.sensitivity.ground import Ground

Layer = Literal["file", "case"]
"""What a plant changes: a file of the target, which tests discovery, packages and checks; or the case, which tests checks."""


class CannotPlantError(Exception):
    """A kind that has no place in this target; the message says which one it lacks."""


@dataclass(frozen=True)
class Plant:
    """One known-bad change, and what a row that sees it names."""

    way: str
    """How it is written or made, among the ways of its kind."""
    where: str
    """The file that is changed, or the component that a change of the case is about."""
    text: str
    """What was planted, as a person would read it."""
    names: tuple[str, ...] = ()
    """Texts of which a row's component or message holds one, if it is about the plant."""
    line: int | None = None
    data: bytes | None = None
    """The changed file as a whole; None: the case is changed."""
    change: Callable[[Case], Case] | None = None
    wide: bool = False
    """Whether it bears on components of other files, so that no other plant of its scenario may stand beside it."""


@dataclass(frozen=True)
class Kind:
    """One kind of known-bad change, and the requirement that has to see it."""

    name: str
    requirement: str
    layer: Layer
    draw: Callable[[Ground, Random], Plant]


KINDS: list[Kind] = []
"""Every kind of this version, in the order of its modules."""


def kind(name: str, *requirements: str, layer: Layer = "file") -> Callable[[Callable[[Ground, Random], Plant]], None]:
    """Return a decorator that makes a function draw the plants of a kind, for each of its requirements.

    The function raises CannotPlantError where the target has no place for one.
    """

    def register(draw: Callable[[Ground, Random], Plant]) -> None:
        KINDS.extend(Kind(name, requirement, layer, draw) for requirement in requirements)

    return register
