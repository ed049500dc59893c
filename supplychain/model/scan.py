"""What a scan of an artifact saw: indicators, and which layers looked at how much of it."""

from typing import Literal

from supplychain.model.base import Frozen
from supplychain.model.text import Text

Verdict = Literal["safe", "review", "malicious", "not fully scanned"]
"""Of an artifact: `safe` says that every layer that applies ran over all of it and saw no indicator, and no more."""


class Indicator(Frozen):
    """Something that a layer saw."""

    layer: Text
    rule: Text
    """Its entry in the catalog of indicators."""
    verdict: Literal["review", "malicious", "note"]
    """`note` is told and decides nothing."""
    says: Text
    """What it is, in a line."""
    where: Text = ""
    """Member of an archive, tensor, offset: `archive/data.pkl, byte 1,024`."""
    by: Text = ""
    """The scanner of others that saw it; empty: one of this project's layers."""


class Coverage(Frozen):
    """How far a layer looked at an artifact."""

    layer: Text
    state: Literal["ran", "stopped", "lacking"]
    """`lacking`: something that it needs is not installed or not at hand."""
    bytes: int = 0
    """How many bytes it looked at."""
    reason: Text = ""
    """Why it stopped, or what it lacks."""


class Scanned(Frozen):
    """An artifact that was read once: its digest, its type, and what its layers saw."""

    path: Text
    sha256: str | None
    """64 hex digits; None where the bytes could not all be read."""
    size: int
    format: Text
    """What its bytes are: `safetensors`, `zip: PyTorch`, `unknown`."""
    verdict: Verdict
    indicators: tuple[Indicator, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    problem: Text = ""
    """Why it was not fully scanned; empty where it was."""
    components: tuple[Text, ...] = ()
    """Ids of the components whose artifact it is, where that is known."""
