"""Keyless bundles of Sigstore, verified by sigstore-python in a confined process without a network."""

from __future__ import annotations

import base64
import importlib.util
import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from supplychain import confined
from supplychain.signatures import sigstore_bundles
from supplychain.signatures.bundle import IN_TOTO, statement
from supplychain.signatures.interface import DamagedError, Key, Verdict

SECONDS = 60.0
INSTALL = "pip install 'supplychain-spec[signing]'"


def verify(data: bytes, digests: Iterable[str], keys: Sequence[Key]) -> Verdict:
    """Return what comes of a bundle that carries a certificate and the entry of a log.

    Raises:
        DamagedError: what it signs is no statement.
    """
    if importlib.util.find_spec("sigstore") is None:
        return Verdict("unreadable", f"sigstore, which verifies it, is not installed: {INSTALL}")
    roots = [(key.name, key.data.decode(errors="replace")) for key in keys if _is_root(key)]
    asked = {"bundle": data.decode(errors="replace"), "digests": sorted(digests), "roots": roots}
    try:
        with tempfile.TemporaryDirectory() as home:
            found = confined.ask(sigstore_bundles.__file__, asked, SECONDS, home=Path(home))
    except confined.StoppedError as error:
        return Verdict("unreadable", f"sigstore {error}: it takes more time or memory than a signature does")
    signed = None
    if found.get("payload"):
        if found["kind"] != IN_TOTO:
            raise DamagedError("its envelope holds no in-toto statement")
        signed = statement(base64.b64decode(found["payload"]))
    identity, issuer = found.get("identity", ""), found.get("issuer", "")
    if found["state"] not in {"valid", "not compared"}:
        return Verdict(found["state"], found["says"])
    return Verdict(found["state"], found["says"], identity, issuer, "sigstore", found.get("root", ""), signed)


def _is_root(key: Key) -> bool:
    """Whether a file of the policy is the trusted root of a Sigstore instance."""
    try:
        return "certificateAuthorities" in json.loads(key.data)
    except (ValueError, RecursionError, TypeError):
        return False
