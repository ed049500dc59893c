"""The artifacts at hand, scanned: each file is opened once, and its digest is the one that everything else rests on.

seen = Scanning.open(case).look(founds, digests)   # where the bytes lie, before their digests are computed
changes = {"scans": told(seen)}                    # and after that

Of models every file is scanned; of datasets, those that some layer beside `plain` applies to.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol

from supplychain.artifacts.remembered import Digester, identity
from supplychain.gathering.peers import asked, installed
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.scan import Coverage, PeerSaid, Scanned
from supplychain.scan.beside import Files, base
from supplychain.scan.interface import Limits
from supplychain.scan.peers import Peer, added
from supplychain.scan.remembered import Remembered

if TYPE_CHECKING:
    from supplychain.artifacts import Found

Seen = list[tuple["Found", Scanned]]
"""What was seen of each artifact; one file may be several."""


class Bar(Protocol):
    """Something that is told how far a long step is."""

    def update(self, count: int) -> object:
        """Count `count` more."""

    def close(self) -> object:
        """End it."""


class _Silent:
    def update(self, count: int) -> object: ...

    def close(self) -> object: ...


@dataclass
class _File:
    """One file on disk, or bytes in memory, with every artifact that they are."""

    founds: list[Found]
    path: Path | None
    identity: str = ""
    sha256: str | None = None
    """Where it is known before the scan."""
    beside: Files | None = None
    """What lies beside it, where that is not its own folder."""
    scanned: Scanned | None = None

    @property
    def name(self) -> str:
        return self.founds[0].path


@dataclass
class Scanning:
    """What scans the artifacts of a run, and remembers what it saw."""

    remembered: Remembered
    most: int
    """Bytes that a file may have."""
    limits: Limits = field(default_factory=Limits)
    executor: str = "local"
    progress: Callable[[str, int], Bar] = lambda *_: _Silent()
    peers: Mapping[str, tuple[Peer, str]] = field(default_factory=installed)
    """Scanners of others that are asked as well."""
    read: int = 0
    """Files that were read."""
    _plain: list[Found] = field(default_factory=list)
    """Files of datasets that were not scanned, until their digests are known."""

    @classmethod
    def open(cls, case: Case) -> Scanning:
        """Return what scans in a run, over local processes."""
        days = case.policy.freshness.digest_max_age_days
        remembered = Remembered.open(case.now, days, simulated=case.simulated)
        return cls(remembered, case.policy.artifacts.max_file_bytes)

    def silent(self) -> Scanning:
        """Return the same without a bar, for what is looked at anew within a run."""
        return replace(self, progress=lambda *_: _Silent())

    def look(self, founds: Sequence[Found], digests: Digester) -> Seen:
        """Return what is seen of each artifact; what is read teaches `digests` its SHA-256, and what it knows is not read.

        A file that nobody wrote to since its digest was computed, and whose bytes were scanned by the same rules, is not
        opened at all.
        """
        wanted = [found for found in founds if found.has_bytes and self._is_wanted(found, digests)]
        files = _files(wanted)
        for file in files:
            self._recall(file, digests)
        beside = _beside(wanted)
        for file in files:
            file.beside = beside(file.founds[0])
        self._scan([file for file in files if file.scanned is None], digests)
        others = [other for file in files for other in _apart(file, beside)]
        self._scan(others, digests)
        files += others
        if self.peers:
            self._ask([file for file in files if file.path is not None])
        self.remembered.save()
        return [(found, file.scanned) for file in files if file.scanned for found in file.founds]

    def settle(self) -> None:
        """Remember which files of datasets hold no code, once their digests are known."""
        for found in self._plain:
            if found.artifact is not None and found.artifact.sha256 is not None:
                self.remembered.keep_text(_plain(found, found.artifact.sha256), "")
        self._plain.clear()
        self.remembered.save()

    def _is_wanted(self, found: Found, digests: Digester) -> bool:
        """Whether a file is scanned: every one of a model; of a dataset, what can hold code."""
        if found.wanted.component.kind is Kind.MODEL:
            return True
        sha256 = digests.known(found.located) if found.located else None
        if sha256 is not None and self.remembered.of(sha256, found.path, self.limits) is not None:
            return True
        if sha256 is not None and self.remembered.text(_plain(found, sha256)) is not None:
            return False
        if _may_hold_code(found):
            return True
        self._plain.append(found)
        return False

    def _recall(self, file: _File, digests: Digester) -> None:
        if file.path is not None:
            file.sha256 = digests.known(file.path)
        if file.sha256 is not None:
            file.scanned = self.remembered.of(file.sha256, file.name, self.limits)

    def _scan(self, files: Sequence[_File], digests: Digester) -> None:
        """Scan files that nothing is remembered of."""
        from supplychain.scan.engine import unscanned

        small: list[_File] = []
        for file in files:
            size = int(file.identity.split(":")[2]) if file.path and file.identity else 0
            if size > self.most:
                file.scanned = unscanned(file.name, f"it has {size:,} bytes; {self.most:,} are read", size)
            else:
                small.append(file)
        bar = self.progress("scanning artifacts", len(small))
        with TemporaryDirectory() if any(file.path is None for file in small) else nullcontext("") as folder:
            for number, file in enumerate(small):
                if file.path is None:
                    Path(folder, str(number)).write_bytes(file.founds[0].data or b"")
            on_disk = [(file, file.path) for file in small if file.path is not None]
            in_memory = [(file, Path(folder, str(n))) for n, file in enumerate(small) if file.path is None]
            # no worker elsewhere sees what lies in the memory of this process
            for pairs, executor in ((on_disk, self.executor), (in_memory, "local")):
                for (file, _), scanned in zip(pairs, self._scanned(pairs, executor, bar), strict=True):
                    file.scanned = self._taken(file, scanned, digests)
        bar.close()
        self.read += len(small)

    def _scanned(self, pairs: Sequence[tuple[_File, Path]], executor: str, bar: Bar) -> tuple[Scanned, ...]:
        from supplychain.scan.engine import unscanned
        from supplychain.scan.pool import Job, scan_all

        jobs = [Job(str(path.absolute()), file.name, file.beside) for file, path in pairs]
        try:
            return scan_all(jobs, self.limits, executor, lambda _: bar.update(1)) if jobs else ()
        except ConnectionError as error:  # the cluster went away meanwhile
            return tuple(unscanned(job.name, str(error)) for job in jobs)

    def _ask(self, files: Sequence[_File]) -> None:
        """Add what scanners of others say of files, which is remembered as well."""
        which = " ".join(self.peers)
        about = {id(file): f"peers:{file.scanned and file.scanned.sha256}:{file.name}:{which}" for file in files}
        known = {key: _answers(text) for key, name in about.items() if (text := self.remembered.text(name)) is not None}
        new = [file for file in files if id(file) not in known]
        pairs = [(file.path, file.scanned) for file in new if file.path and file.scanned]
        bar = self.progress("asking other scanners", 1)
        for file, (said, is_final) in zip(new, asked(pairs, self.peers), strict=True):
            known[id(file)] = said
            if is_final:
                self.remembered.keep_text(about[id(file)], json.dumps([one.model_dump() for one in said]))
        bar.close()
        for file in files:
            if file.scanned is not None:
                file.scanned = added(file.scanned, known[id(file)])

    def _taken(self, file: _File, scanned: Scanned, digests: Digester) -> Scanned:
        """Remember a scan of this machine's own bytes, hand its digest over, and return it."""
        if scanned.sha256 is None:
            return scanned
        if file.sha256 is not None and file.sha256 != scanned.sha256:
            return changed(scanned)
        if file.path is not None and self.executor == "local":
            digests.learn(file.path, file.identity, scanned.sha256)
        return self.remembered.keep(scanned, self.limits)


def _answers(text: str) -> tuple[PeerSaid, ...]:
    return tuple(PeerSaid.model_validate(one) for one in json.loads(text))


def told(seen: Seen) -> tuple[Scanned, ...]:
    """Return what was seen of each artifact once, by path and revision, with the components whose artifact it is.

    The digest of a scan is the one that the artifact was measured with; where it is not, the bytes were changed between two
    reads, and nothing is known of them.
    """
    scans: dict[tuple[object, ...], Scanned] = {}
    for found, scanned in seen:
        measured = found.artifact.sha256 if found.artifact else None
        one = changed(scanned) if scanned.sha256 and measured and measured != scanned.sha256 else scanned
        key: tuple[object, ...] = (found.path, found.revision, one.sha256)
        if one.beside:  # of the same bytes beside other files, something else may be told
            key = (*key, one.indicators, one.coverage)
        before = scans[key].components if key in scans else ()
        values = {
            "path": found.path,
            "components": tuple(dict.fromkeys((*before, found.wanted.id))),
            "at": scans[key].at if key in scans else found.at or found.wanted.at,
            "revision": found.revision,
        }
        scans[key] = one.model_copy(update=values)
    return tuple(scans.values())


def changed(scanned: Scanned) -> Scanned:
    """Return what is said of bytes that were others in another read of the same run."""
    reason = "its bytes were changed between two reads"
    stopped = Coverage(layer="structure", state="stopped", reason=reason)
    bad = {"malicious", "review"} & {scanned.verdict}
    values = {"sha256": None, "coverage": (*scanned.coverage, stopped), "problem": reason}
    return scanned.model_copy(update=values if bad else {**values, "verdict": "not fully scanned"})


def _files(founds: Sequence[Found]) -> list[_File]:
    """Return the files that are scanned, each once however many components it belongs to."""
    files: dict[tuple[str, str], _File] = {}
    for found in founds:
        sha256 = hashlib.sha256(found.data).hexdigest() if found.data is not None else None
        own = identity(found.located) if found.located else sha256
        key = (own or str(found.located), Path(found.path).suffix.lower())
        if key in files:
            files[key].founds.append(found)
        else:
            files[key] = _File([found], found.located, own or "", sha256)
    return list(files.values())


def _beside(founds: Sequence[Found]) -> Callable[[Found], Files | None]:
    """Return what says what lies beside an artifact: its own folder, or, where a cache keeps bytes elsewhere, those of its revision."""
    folders: dict[tuple[object, ...], dict[str, str]] = {}

    def place(found: Found) -> tuple[object, ...]:
        return found.wanted.id, found.revision, found.where, base(found.path)[0]

    for found in founds:
        if found.located is not None:
            folders.setdefault(place(found), {})[base(found.path)[1]] = str(found.located.absolute())

    def beside(found: Found) -> Files | None:
        own = base(found.path)[1]
        if found.located is not None and found.located.name == own:
            return None
        return Files.of(own, folders.get(place(found), {}).items())

    return beside


def _apart(file: _File, beside: Callable[[Found], Files | None]) -> list[_File]:
    """Return the artifacts of a file that have to be scanned by themselves: they lie beside others, on which its scan rests."""
    if file.scanned is None or not file.scanned.beside:
        return []
    found: dict[Files | None, _File] = {file.beside: file}
    for one in list(file.founds[1:]):
        if (other := beside(one)) != file.beside:
            file.founds.remove(one)
            new = found.setdefault(other, _File([], file.path, file.identity, file.sha256, other))
            new.founds.append(one)
    return [one for one in found.values() if one is not file]


def _plain(found: Found, sha256: str) -> str:
    return f"plain:{sha256}:{Path(found.path).suffix.lower()}"


def _may_hold_code(found: Found) -> bool:
    """Whether a file of a dataset is of a format that can hold code; what cannot be opened is told by the scan."""
    from supplychain.scan.formats import LAST, applying
    from supplychain.scan.source import BytesReader, opened

    try:
        if found.data is not None:
            layers = applying(BytesReader(found.path, found.data))
        else:
            with opened(str(found.located), found.path) as reader:
                layers = applying(reader)
    except Exception:  # noqa: BLE001 - hostile bytes: what is wrong with them is told by the scan
        return True
    return [layer.__name__.rpartition(".")[2] for layer in layers] != [LAST]
