"""Scanners of others, run over artifacts: each a process of its own that can reach nobody and ends in time.

answers = asked([(path, scanned)], installed())
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from supplychain.files import NotReadError, read_bounded
from supplychain.model.scan import PeerSaid, Scanned
from supplychain.scan.peers import (
    ENVIRONMENT,
    HOOK,
    PEERS,
    Answer,
    NoAnswerError,
    Peer,
    applies,
    file_name,
    program,
)
from supplychain.scanners.interface import FailedError
from supplychain.scanners.process import SIZE_LIMIT, environment, run

SECONDS = 120.0
"""That one of them may take on one file."""
TOGETHER = 900.0
"""Seconds that all of them may take in a run; the files after that are not assessed by them."""
MEMORY = 4 << 30


def installed() -> dict[str, tuple[Peer, str]]:
    """Return the peers that are installed, by what tells one version of one of them from another."""
    found = ((peer, program(peer)) for peer in PEERS)
    return {f"{peer.name} {_identity(path)}": (peer, path) for peer, path in found if path}


def asked(
    files: Sequence[tuple[Path, Scanned]], peers: Mapping[str, tuple[Peer, str]]
) -> tuple[tuple[tuple[PeerSaid, ...], bool], ...]:
    """Return what these peers say of each file, and whether they would say the same again."""
    from concurrent.futures import ThreadPoolExecutor  # here, since few runs have a peer

    until = time.monotonic() + TOGETHER
    jobs = [
        (number, peer, command)
        for number, (_, scanned) in enumerate(files)
        for peer, command in peers.values()
        if applies(peer, scanned)
    ]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda job: _ask(job[1], job[2], files[job[0]], until), jobs))
    told: list[list[tuple[PeerSaid, bool]]] = [[] for _ in files]
    for (number, _, _), answer in zip(jobs, answers, strict=True):
        told[number].append(answer)
    return tuple((tuple(said for said, _ in own), all(is_final for _, is_final in own)) for own in told)


def _ask(peer: Peer, command: str, file: tuple[Path, Scanned], until: float) -> tuple[PeerSaid, bool]:
    left = min(SECONDS, until - time.monotonic())
    if left <= 0:
        return _nothing(peer, f"the {TOGETHER:g} seconds of all scanners of others were over"), False
    try:
        with tempfile.TemporaryDirectory() as folder:
            return _run(peer, command, *file, Path(folder), left), True
    except NoAnswerError as error:
        return _nothing(peer, str(error)), True
    except FailedError as error:
        return _nothing(peer, str(error)), False
    except OSError as error:
        return _nothing(peer, f"its folder under TMPDIR cannot be used: {error.strerror}"), False


def _run(peer: Peer, command: str, file: Path, scanned: Scanned, folder: Path, seconds: float) -> PeerSaid:
    """Run a peer in a folder of its own, in which the artifact lies under its own name as a link."""
    home, beside = folder / "home", folder / "artifact"
    home.mkdir()
    beside.mkdir()
    (home / "sitecustomize.py").write_text(HOOK, encoding="utf-8")
    named = beside / file_name(scanned.path)
    named.symlink_to(file.absolute())
    report, output = home / "report", home / "stdout"
    env = {**environment(home), **ENVIRONMENT, "PYTHONPATH": str(home)}
    arguments = [command, *peer.arguments(str(named), str(report))]
    ended = run(arguments, home, env, output=output, seconds=seconds, memory=MEMORY)
    answer = Answer(ended.code, _written(output), _written(report))
    try:
        return peer.read(answer)
    except NoAnswerError as error:
        raise NoAnswerError(f"{error} ({ended.said})" if ended.said else str(error)) from error


def _written(path: Path) -> bytes:
    try:
        return read_bounded(path, SIZE_LIMIT)
    except NotReadError:
        return b""


def _nothing(peer: Peer, why: str) -> PeerSaid:
    return PeerSaid(by=peer.name, state="not assessed", says=why)


def _identity(path: str) -> str:
    """Return what changes when a program is installed anew."""
    status = Path(path).stat()
    return f"{path}:{status.st_mtime_ns}:{status.st_size}"
