"""Addresses as an inventory may show them: it is published, and an address can carry a secret."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from supplychain import catalog
from supplychain.model.component import Component, Kind
from supplychain.model.text import LIMIT

_SECRET = re.compile(r"sig|token|key|secret|pass|auth|cred", re.IGNORECASE)
"""What the name of a parameter holds where its value opens a door."""
_IRI = "!#$%&'()*+,/:;=?@[]~"
_PAGED = frozenset({"github", "huggingface"})
"""Registries whose page of a component is its name after the host."""


def without_secrets(address: str) -> str | None:
    """Return an address without user, password and secret parameters, or None where it is none that can be shown."""
    if len(address) >= LIMIT:  # cut, so that it leads elsewhere
        return None
    try:
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
        query = [(name, value) for name, value in parse_qsl(parts.query, True) if not _SECRET.search(name)]
    except ValueError:
        return None
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", parts.scheme) or not re.fullmatch(r"[\w.:\[\]-]+", host):
        return None
    path = re.sub(
        r"%(?![0-9A-Fa-f]{2})|[\[\]]", lambda found: quote(found.group(), safe=""), quote(parts.path, safe=_IRI)
    )
    return urlunsplit((parts.scheme, host, path, urlencode(query), ""))


def registry_page(component: Component) -> str | None:
    """Return the address of a component at its registry, where its client goes if nothing sends it elsewhere."""
    if component.source not in _PAGED:
        return None
    host = catalog.registries()[component.source].host[0].name
    folder = "datasets/" if component.source == "huggingface" and component.kind is Kind.DATASET else ""
    name = component.name
    if component.source == "github" and component.kind is Kind.PACKAGE:
        name = "/".join(name.split("/")[:2])
    return f"https://{host}/{folder}{quote(name, safe='/')}"
