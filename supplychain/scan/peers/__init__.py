"""Scanners of others, where they are installed: they may add an indicator to what our layers saw, and never remove one.

scanned = added(scanned, [said])
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from supplychain import catalog
from supplychain.model.scan import Indicator, PeerSaid, Scanned
from supplychain.scan.engine import verdict
from supplychain.scan.peers import fickling, modelaudit, modelscan, picklescan
from supplychain.scan.peers.interface import Answer, NoAnswerError, Peer, file_name

__all__ = [
    "ENVIRONMENT",
    "HOOK",
    "PEERS",
    "Answer",
    "NoAnswerError",
    "Peer",
    "added",
    "applies",
    "file_name",
    "program",
]

PEERS: tuple[Peer, ...] = (picklescan.PEER, modelscan.PEER, fickling.PEER, modelaudit.PEER)
_NO_CODE = frozenset({"plain", "empty"})
_SILENT = ("PROMPTFOO_DISABLE_TELEMETRY", "NO_ANALYTICS", "DO_NOT_TRACK", "HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY")
ENVIRONMENT = {**dict.fromkeys(_SILENT, "1"), "PYTHONDONTWRITEBYTECODE": "1"}
"""What keeps them from telling anybody what they saw."""
HOOK = """import sys


def _refuse(event, _, refused=("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.gethostby")):
    if event.startswith(refused):
        raise PermissionError(event)


sys.addaudithook(_refuse)
"""
"""A `sitecustomize.py` that a peer starts with: it can reach nobody, whatever it thinks of its environment."""
_RULES = {"dangerous": "peer-dangerous", "suspicious": "peer-suspicious"}


def program(peer: Peer) -> str | None:
    """Return where a peer's command lies, beside this program or on the path; None: it is not installed."""
    beside = str(Path(sys.executable).parent)
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    # a relative entry would find what lies in the current folder, which may be the target
    return shutil.which(peer.name, path=os.pathsep.join((beside, *filter(os.path.isabs, entries))))


def applies(peer: Peer, scanned: Scanned) -> bool:
    """Whether a peer is handed an artifact: one that could be read, of a format that it knows."""
    is_known = scanned.format in peer.formats if peer.formats else scanned.format not in _NO_CODE
    return scanned.sha256 is not None and is_known


def added(scanned: Scanned, answers: Sequence[PeerSaid]) -> Scanned:
    """Return what was seen of an artifact with what peers add; its verdict never gets better by them."""
    rules = catalog.indicators()
    more = [
        Indicator(layer="peers", rule=rule.id, verdict=rule.verdict, says=answer.says, by=answer.by)
        for answer in answers
        if answer.state in _RULES and (rule := rules[_RULES[answer.state]])
    ]
    indicators = (*scanned.indicators, *more)
    worst = verdict(indicators, scanned.coverage) if more else scanned.verdict
    return scanned.model_copy(update={"indicators": indicators, "verdict": worst, "peers": tuple(answers)})
