"""fickling: the JSON that it writes on the safety of one file."""

from __future__ import annotations

from supplychain.model.scan import PeerSaid
from supplychain.scan.peers.interface import PICKLES, Answer, NoAnswerError, Peer, document, said

_DANGEROUS = frozenset({"LIKELY_OVERTLY_MALICIOUS", "OVERTLY_MALICIOUS"})
_CLEAN = "LIKELY_SAFE"


def _read(answer: Answer) -> PeerSaid:
    if not answer.report:
        raise NoAnswerError(f"it ended with code {answer.code} and no report: it could not parse the file")
    found = document(answer.report)
    severity, why = found.get("severity"), str(found.get("analysis", ""))
    if not isinstance(severity, str):
        raise NoAnswerError("its report states no severity")
    told = [f"{severity}: {line}" for line in why.splitlines() if line.strip()] or [severity]
    if severity in _DANGEROUS:
        return said(PEER.name, told, ())
    return said(PEER.name, (), () if severity == _CLEAN else told)


PEER = Peer("fickling", PICKLES, lambda file, report: ["--check-safety", "--json-output", report, file], _read)
