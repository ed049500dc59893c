"""Facts as tests open them: bounds of fractions of a second, and a store of the test."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from supplychain.facts import Facts
from supplychain.facts.session import Limits
from supplychain.model.fact import Release
from supplychain.model.policy import Freshness

FAST = Limits(connect=5, read=5, retries=1, back_off=0.01, longest_wait=1, total=20)
"""Little waiting, and enough time for a busy machine."""
HASTY = replace(FAST, read=0.3)
"""For services that never answer."""


@dataclass
class Opening:
    """Opens facts over one store."""

    folder: Path
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def online(self, limits: Limits = FAST) -> Facts:
        """Return facts that are fetched now."""
        return Facts.open("online", self.now, Freshness(), folder=self.folder, limits=limits)

    def later(self, days: float = 0, level: Literal["cache", "online"] = "cache") -> Facts:
        """Return facts as a run some days later has them."""
        now = self.now + timedelta(days=days)
        return Facts.open(level, now, Freshness(), folder=self.folder, limits=FAST)

    def release(self, component: str, version: str = "1.0", limits: Limits = FAST) -> Release:
        """Return what is known of one version, fetched now."""
        with self.online(limits) as facts:
            (release,) = facts.releases([(component, version)])
            return release


def record(name: str, package: str, ecosystem: str = "PyPI", **more: Any) -> dict[str, Any]:
    """Return an advisory that every version below 2 is affected by."""
    events = [{"introduced": "0"}, {"fixed": "2"}]
    affected = {
        "package": {"ecosystem": ecosystem, "name": package},
        "ranges": [{"type": "ECOSYSTEM", "events": events}],
    }
    return {"id": name, "modified": "2024-05-01T00:00:00Z", "affected": [affected], **more}
