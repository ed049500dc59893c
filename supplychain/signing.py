"""Signatures on PDFs of a target, verified by pyHanko in a process of its own, against the roots of the policy alone."""

from __future__ import annotations

import base64
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from supplychain import confined, pdf_signatures
from supplychain.model.text import printable

SECONDS = 60.0
"""That the process may take, however little it computes."""
INSTALL = "pip install 'supplychain-spec[signing]'"


@dataclass(frozen=True)
class Verified:
    """What came of the signatures on a file."""

    signers: tuple[str, ...] = ()
    """Whose signatures verify and go back to a root."""
    problem: str = ""
    """Why none counts; empty where one does."""
    is_bad: bool = False
    """Whether one is proven to be of other bytes, or forged."""


@lru_cache(maxsize=64)
def verify(pdf: bytes, roots: tuple[str, ...], now: datetime) -> Verified:
    """Return what comes of the signatures on a PDF, with certificates held against a moment.

    Args:
        pdf: the whole file.
        roots: certificates as PEM that signatures have to go back to; those of the system do not count.
        now: the moment of the run.
    """
    if not roots:
        return Verified(problem="the policy's services.roots name no certificate that it could go back to")
    if importlib.util.find_spec("pyhanko") is None:
        return Verified(problem=f"pyHanko, which verifies it, is not installed: {INSTALL}")
    asked = {"pdf": base64.b64encode(pdf).decode(), "roots": roots, "now": now.isoformat()}
    try:
        found = confined.ask(pdf_signatures.__file__, asked, SECONDS)
    except confined.StoppedError as error:
        return Verified(problem=f"pyHanko {error}: it takes more time or memory than a contract does")
    return _judged(found["good"], found["bad"], found["open"])


def _judged(good: Sequence[str], bad: Sequence[str], unproven: Sequence[str]) -> Verified:
    signers = tuple(printable(text) for text in good)
    if bad:
        return Verified(signers, printable(bad[0]), is_bad=True)
    if signers:
        return Verified(signers)
    return Verified(problem=printable(unproven[0]) if unproven else "it has no digital signature")
