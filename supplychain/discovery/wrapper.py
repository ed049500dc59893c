"""A function of the target that hands what it is given to a loading call."""

from __future__ import annotations

from dataclasses import dataclass

from supplychain.catalog.interface import Loader


@dataclass(frozen=True)
class Wrapper:
    """A function, by its file and its name there, whose calls load what one of their arguments names."""

    path: str
    name: str
    """`load`, a class, or a method with its class: `Models.load`."""
    loader: Loader
    """The loading call inside, with the argument that the function takes the name from."""
    call: str
    """The loading call as it resolves."""
    flags: tuple[str, ...] = ()
    """What the function itself lets the loading call run."""
    revision: str | None = None
    """The revision that the function itself asks for."""
    is_open: bool = False
    """Whether the loading call is reported as unresolved where it stands."""

    @property
    def key(self) -> tuple[str, str, str, tuple[str, ...]]:
        """What tells it from other wrappers."""
        return self.path, self.name, self.call, self.loader.keywords
