"""Addresses as clients read them: their host, and what sends a registry's client elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from supplychain.catalog.interface import Registry
from supplychain.checks.population import PROD
from supplychain.model.case import Case
from supplychain.model.reference import Override

_AMBIGUOUS = re.compile(r"[\\\s]")
"""Characters that clients read differently in the host of an address."""


def split(address: str) -> SplitResult | None:
    """Return an address in its parts, or None where clients would read its host differently."""
    try:
        parts = urlsplit(address)
        ambiguous = _AMBIGUOUS.search(address) or "@" in parts.netloc or parts.port == 0
    except ValueError:
        return None
    return None if ambiguous else parts


def host_of(address: str) -> str:
    """Return the host of an address, with its port where that is not the usual one; it may stand without a scheme."""
    parts = split(address if "//" in address else f"//{address}")
    if parts is None:
        return address
    return (parts.hostname or address) + (f":{parts.port}" if parts.port not in (None, 443) else "")


def overrides_of(case: Case, registry: Registry) -> Iterator[Override]:
    """Yield the settings of production code that send a registry's client elsewhere; a declaration hides none."""
    for override in case.inventory.overrides:
        hidden = override.at.file in case.inventory.moved
        if override.registry in {registry.key, registry.client} and (override.at.scope in PROD or hidden):
            yield override
