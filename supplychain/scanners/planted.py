"""What is planted for a scanner, so that its silence can be told from a clean result."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from supplychain.model.fact import ScannerHit
from supplychain.scanners.interface import PYTHON, FailedError, Pin, Said


@dataclass(frozen=True)
class Planted:
    """A package that does not exist, with an advisory that affects it: a scanner that misses it matched nothing."""

    pin: Pin
    record: dict[str, Any]

    @classmethod
    def make(cls) -> Planted:
        """Return one under a name that no target can know."""
        name = f"planted-{secrets.token_hex(8)}"
        events = [{"introduced": "0"}, {"fixed": "2.0"}]
        affected = {"package": {"name": name, "ecosystem": "PyPI"}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
        return cls(Pin(PYTHON + name, "1.0", name, "1.0"), {"id": name.upper(), "affected": [affected]})


def reconcile(
    said: Said, asked: Sequence[Pin], planted: Planted, names: Callable[[str], tuple[str, ...]], program: str
) -> Said:
    """Return what a scanner said of what it was handed, in the words of the target.

    Raises:
        FailedError: it did not find what was planted, so that nothing it says can be relied upon.
    """
    by_key: dict[tuple[str, str], list[Pin]] = {}
    for pin in asked:
        by_key.setdefault(pin.key, []).append(pin)
    if not any(hit.component == planted.pin.component for hit in said.hits):
        raise FailedError(
            f"{program} did not find a vulnerability that was planted for it, so it matched against other data, or "
            "nothing; see that no configuration of it changes what it reads, and run again"
        )
    looked = {key for key in said.assessed if key in by_key}
    out = Said(scanner=said.scanner, version=said.version)
    out.assessed = [(pin.component, pin.version) for pin in asked if pin.key in looked]
    for hit in said.hits:
        ids = tuple(dict.fromkeys(name for known in hit.ids for name in names(known)))
        for pin in by_key.get((hit.component, hit.version), ()):
            out.hits.append(ScannerHit(component=pin.component, version=pin.version, ids=ids))
    told = dict(said.skipped)
    out.skipped = [
        (pin.component, told.get(pin.key[0]) or f"{program} does not say that it looked at {pin.version}")
        for pin in asked
        if pin.key not in looked
    ]
    return out
