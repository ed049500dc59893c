"""What a loading call lets the bytes or the repository that it loads do, as data."""

import re
from typing import Literal

from pydantic import PrivateAttr

from supplychain.catalog.interface import Data


class Refusal(Data):
    """What keeps a call from it: an argument, with a package from a version on."""

    argument: str
    values: tuple[str, ...]
    """As they stand in the code."""
    absent: bool = False
    """Whether the argument may be left out."""
    packages: tuple[str, ...]
    """Ids of the package, one of each ecosystem that has it."""
    since: str
    before: str
    """What is wrong below that version."""


class Permit(Data):
    """Something that a loading call lets happen beyond reading numbers."""

    id: str
    what: Literal["file", "repository"]
    calls: str = ".*"
    flags: tuple[str, ...] = ()
    """Arguments of which one has to be given; none: the call alone is enough."""
    open_flag: str = ""
    """An argument that leaves it open where the code gives it neither as a yes nor as a no."""
    refuses: Refusal | None = None
    does: str
    """What the call does, as a verb with its object."""
    instead: str
    """What to write in its place."""
    _pattern: re.Pattern[str] = PrivateAttr()

    def model_post_init(self, _: object) -> None:
        """Compile the pattern."""
        self._pattern = re.compile(self.calls)

    def is_of(self, call: str) -> bool:
        """Whether it speaks of a call, as that resolves through imports."""
        return self._pattern.fullmatch(call) is not None
