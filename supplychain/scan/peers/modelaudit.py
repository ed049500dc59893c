"""modelaudit: its JSON report on one file. It sends what it saw to its makers unless its environment forbids it."""

from __future__ import annotations

from supplychain.model.scan import PeerSaid
from supplychain.scan.peers.interface import Answer, NoAnswerError, Peer, document, listed, said


def _read(answer: Answer) -> PeerSaid:
    if not answer.report:
        raise NoAnswerError(f"it ended with code {answer.code} and no report")
    found = document(answer.report)
    told = [(str(issue.get("severity")), str(issue.get("message"))) for issue in listed(found, "issues")]
    bad = [text for severity, text in told if severity == "critical"]
    if not bad and (not found.get("files_scanned") or found.get("has_errors")):
        raise NoAnswerError("it could not read it")
    return said(PEER.name, bad, [text for severity, text in told if severity == "warning"])


PEER = Peer(
    "modelaudit",
    frozenset(),
    lambda file, report: ["scan", "--no-cache", "--quiet", "--format", "json", "--output", report, file],
    _read,
)
