"""What a scan of an artifact saw: indicators, and which layers looked at how much of it."""

from datetime import date
from typing import Literal

from supplychain.model.base import Frozen
from supplychain.model.reference import Place
from supplychain.model.text import Text

Verdict = Literal["safe", "review", "malicious", "not fully scanned"]
"""Of an artifact: `safe` says that every layer that applies ran over all of it and saw no indicator, and no more."""

NO_FORMAT = "its bytes are of no format that this version knows"
"""Why a layer stopped where none can read the bytes: nothing broke off."""


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


class PeerSaid(Frozen):
    """What a scanner of others says of an artifact."""

    by: Text
    version: Text = ""
    state: Literal["clean", "suspicious", "dangerous", "not assessed"]
    says: Text = ""
    """What it names, or why it says nothing."""


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
    at: Place | None = None
    """Where it lies in the target, or the first place that names its component."""
    revision: Text | None = None
    """The commit of the hub whose file it is; None where no hub has it."""
    cached: date | None = None
    """The day on which it was scanned, where bytes and rules are unchanged since; None: in this run."""
    beside: bool = False
    """Whether it depends on what lies beside the artifact, and not on its bytes alone."""
    peers: tuple[PeerSaid, ...] = ()
    """What the scanners of others that are installed say of it; their indicators are among `indicators`."""


class Compared(Frozen):
    """The weights of an artifact held against those of the model that it says it comes from, value by value."""

    component: Text
    path: Text
    base: Text
    """The id of the component that it is held against."""
    base_path: Text
    base_revision: Text | None = None
    sha256: Text
    """64 hex digits of the artifact that was compared."""
    state: Literal["identical", "exact cast", "changed", "not compared"]
    """`exact cast`: every value is the base's, rounded to the artifact's own type. `changed`: at least one bit is not."""
    tensors: int = 0
    """How many were held against each other."""
    changed: tuple[Text, ...] = ()
    """The first tensors that differ, with how many of their values do."""
    missing: tuple[Text, ...] = ()
    """The first tensors that one of the two has and the other has not."""
    says: Text = ""
    """What it saw, or why it was not compared, in a line."""
