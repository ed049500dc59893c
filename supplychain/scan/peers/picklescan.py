"""picklescan: what it prints on one file."""

from __future__ import annotations

import re

from supplychain.model.scan import PeerSaid
from supplychain.scan.peers.interface import PICKLES, Answer, NoAnswerError, Peer, said

_DANGEROUS = re.compile(r"dangerous import '([^\n]*)' FOUND")
_SUSPICIOUS = re.compile(r"^Suspicious globals: (\d+)$", re.MULTILINE)
_NOT_READ = re.compile(r"^(?:WARNING|ERROR): (?:could not parse|[^\n]*?error)[^\n]*?(?:: )([^\n]*)$", re.MULTILINE)


def _read(answer: Answer) -> PeerSaid:
    text = answer.output.decode("utf-8", "replace")
    counted = _SUSPICIOUS.search(text)
    if counted is None:
        raise NoAnswerError(f"it ended with code {answer.code} and no summary")
    bad = _DANGEROUS.findall(text)
    if not bad and (failed := _NOT_READ.search(text)):
        raise NoAnswerError(f"it could not read it: {failed[1]}")
    count = int(counted[1])
    return said(PEER.name, bad, [f"{count} suspicious global{'s' * (count != 1)}"] if count else [])


PEER = Peer("picklescan", PICKLES, lambda file, _: ["--path", file], _read)
