"""modelscan: its JSON report on one file."""

from __future__ import annotations

from supplychain.model.scan import PeerSaid
from supplychain.scan.peers.interface import PICKLES, Answer, NoAnswerError, Peer, document, listed, said

_DANGEROUS = frozenset({"CRITICAL", "HIGH"})


def _read(answer: Answer) -> PeerSaid:
    if not answer.report:
        raise NoAnswerError(f"it ended with code {answer.code} and no report")
    found = document(answer.report)
    summary = found.get("summary")
    scanned = summary.get("scanned") if isinstance(summary, dict) else None
    issues = listed(found, "issues")
    if not issues and (errors := listed(found, "errors")):
        raise NoAnswerError(f"it could not read it: {errors[0].get('description')}")
    if not issues and not (isinstance(scanned, dict) and scanned.get("total_scanned")):
        raise NoAnswerError("it knows no file of that name")
    told = [(str(issue.get("severity")), str(issue.get("description"))) for issue in issues]
    bad = [text for severity, text in told if severity in _DANGEROUS]
    version = str(summary.get("modelscan_version") or "") if isinstance(summary, dict) else ""
    return said(PEER.name, bad, [text for severity, text in told if severity not in _DANGEROUS], version)


PEER = Peer(
    "modelscan",
    PICKLES | {"HDF5", "Keras", "SavedModel"},
    lambda file, report: ["--path", file, "--reporting-format", "json", "--output-file", report],
    _read,
)
