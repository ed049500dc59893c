"""What layers of the scan tell, as data."""

import re
from typing import Literal

from supplychain.catalog.interface import Data


class IndicatorRule(Data):
    """One thing that a layer may tell of an artifact."""

    id: str
    verdict: Literal["review", "malicious", "note"]
    means: str
    """What it can do, in a sentence."""
    remedy: str
    """The next step."""


class ConfiguredTensor(Data):
    """A tensor whose shape the settings of its model give."""

    names: str
    """A regular expression that has to match the whole name."""
    dimensions: tuple[tuple[str, ...], ...]
    """Of each dimension the settings that may give it; the first one that is there counts."""


class Configured(Data):
    """What settings say of weights."""

    tensor: tuple[ConfiguredTensor, ...]
    types: dict[str, str]
    """Types of values as settings call them, and as safetensors does."""


class PlainFormat(Data):
    """A format whose readers run nothing that it holds."""

    name: str
    magic: str
    """Its first bytes, each as the character of that number."""
    offset: int = 0
    unless: str = ""
    """A regular expression over its bytes, of up to 64 of them; where it matches, some reader could run or unpack what it
    holds, and it is not plain."""

    def matches(self, head: bytes) -> bool:
        """Whether bytes begin as this format does."""
        return head.startswith(self.magic.encode("latin-1"), self.offset)

    @property
    def forbidden(self) -> re.Pattern[bytes] | None:
        """What makes it not plain."""
        return re.compile(self.unless.encode("latin-1"), re.DOTALL) if self.unless else None
