"""What engine and layers share: bounded reading, limits, and the report that layers write to.

A layer is a function `(reader, report) -> None` over one artifact or one member of an archive. It reads through the
reader alone, tells the report what it saw, and says how much it looked at; it never raises because of what it reads.
A consumer is fed every byte of an artifact in order, from the same read that makes its digest.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from supplychain.model.scan import Coverage, Indicator


@dataclass(frozen=True)
class Limits:
    """How much of an artifact is looked at; whatever goes beyond is "not fully scanned", never clean."""

    bytes: int = 1 << 40
    members: int = 10_000
    """Of all archives in an artifact together."""
    unpacked: int = 1 << 34
    """Bytes that all members together may unpack to."""
    ratio: int = 1000
    """Unpacked bytes to packed ones of a member that is over 1 MiB."""
    nesting: int = 8
    header: int = 100 << 20
    """Bytes of a header, a manifest or a configuration that is read at once."""
    opcodes: int = 1_000_000_000
    seconds: float = 600.0
    memory: int = 1 << 30
    """Bytes that a process that scans may hold."""


class StoppedError(Exception):
    """A limit was reached, or the bytes are not as their format asks for; the message says which, in a line."""


class Reader(Protocol):
    """Random access to the bytes of an artifact or of a member; what lies beyond its end is not there."""

    @property
    def name(self) -> str:
        """What it is called; a name decides nothing about what the bytes are."""

    @property
    def size(self) -> int:
        """How many bytes there are."""

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes, fewer where it ends.

        Raises:
            StoppedError: they cannot be read.
        """


class Consumer(Protocol):
    """Something that sees every byte of an artifact once, in order."""

    def update(self, offset: int, chunk: memoryview) -> None:
        """Take the bytes that begin at an offset."""

    def finish(self, report: Report) -> None:
        """Tell what was seen."""


@dataclass(frozen=True)
class Tensor:
    """Where the values of a tensor lie in an artifact."""

    name: str
    dtype: str
    """As safetensors spells it: `F32`, `BF16`, `I64`; or the format's own name where it has no such."""
    shape: tuple[int, ...]
    offset: int
    length: int
    """Bytes."""
    weights: bool = True
    """Whether its values are weights, which are always numbers; arrays of data and constants need not be."""


class Beside(Protocol):
    """What lies in the same folder as an artifact, or as a member of an archive."""

    @property
    def apart(self) -> bool:
        """Whether it lies outside of the artifact, so that what is said depends on more than its bytes."""

    @property
    def own(self) -> str:
        """What the artifact is called in that folder."""

    @property
    def known(self) -> dict[str, Any]:
        """What was read of the others, by name, as long as they are looked at."""

    def names(self) -> list[str]:
        """Return the names of the others in it."""

    def opened(self, name: str) -> AbstractContextManager[Reader]:
        """Open one of them; its use raises `StoppedError` where that cannot be done."""


Layer = Callable[[Reader, "Report"], None]
_MOST_TENSORS = 500_000


@dataclass
class Report:
    """What the layers say of one artifact; each member of an archive writes to the same one."""

    limits: Limits
    deadline: float = 0.0
    """By `time.monotonic`; 0: none."""
    where: str = ""
    """The member that is looked at, for the places of indicators."""
    indicators: list[Indicator] = field(default_factory=list)
    coverage: dict[str, Coverage] = field(default_factory=dict)
    tensors: list[Tensor] = field(default_factory=list)
    """Tensors of the artifact, or of the member that is looked at; their values are looked at after its layers."""
    enter: Callable[[Reader], None] = lambda _: None
    """Scan a member that a layer found, with every layer that applies to it; the engine sets it."""
    values: Callable[[Reader, list[Tensor]], None] = lambda _, __: None
    """Look at the values of tensors that lie unpacked in a reader of their own; the engine sets it."""
    beside: Beside | None = None
    """What lies beside the artifact, or the member that is looked at; None: nothing that is known."""
    members: Beside | None = None
    """What lies beside the member that is entered next; an archive sets it."""
    rests: bool = False
    """Whether somebody looked at what lies beside the artifact."""
    kind: str = ""
    """What the artifact is, where a layer says it more exactly than by its name."""
    scratch: dict[str, int] = field(default_factory=dict)
    """Counters of what has a limit over all members together."""

    def saw(self, layer: str, rule: str, says: str, where: str = "") -> None:
        """Add an indicator by its rule of the catalog; the same one is added once."""
        from supplychain import catalog

        place = ", ".join(filter(None, (self.where, where)))
        verdict = catalog.indicators()[rule].verdict
        found = Indicator(layer=layer, rule=rule, verdict=verdict, says=says, where=place)
        if found not in self.indicators:
            self.indicators.append(found)

    def holds(self, tensor: Tensor) -> None:
        """Add a tensor whose values are to be looked at.

        Raises:
            StoppedError: there are too many.
        """
        if len(self.tensors) >= _MOST_TENSORS:
            raise StoppedError(f"it has more than {_MOST_TENSORS:,} tensors")
        self.tensors.append(tensor)

    def covered(self, layer: str, count: int) -> None:
        """Add bytes that a layer looked at to the end."""
        before = self.coverage.get(layer)
        if before is None or before.state == "ran":
            self.coverage[layer] = Coverage(layer=layer, state="ran", bytes=count + (before.bytes if before else 0))

    def stopped(self, layer: str, reason: str) -> None:
        """Say that a layer did not look at everything: the artifact is not fully scanned."""
        place = f"{self.where}: " if self.where else ""
        before = self.coverage.get(layer)
        if before is None or before.state == "ran":
            self.coverage[layer] = Coverage(layer=layer, state="stopped", reason=f"{place}{reason}")

    def lacking(self, layer: str, reason: str) -> None:
        """Say that a layer that applies could not run at all: the artifact is not fully scanned."""
        self.coverage.setdefault(layer, Coverage(layer=layer, state="lacking", reason=reason))

    def check_time(self) -> None:
        """Raise where the time is over.

        Raises:
            StoppedError: it is.
        """
        if self.deadline and time.monotonic() > self.deadline:
            raise StoppedError(f"it took more than {self.limits.seconds:g} seconds")
