"""Digests that were computed earlier, of files that are unchanged since; each is bound to this user by a key.

digester = Digester.open(now, policy.freshness.digest_max_age_days, limit)
digester.of(path, ("sha256",))
digester.save()

A remembered digest counts while device, inode, size and both times of the file are the same. Who can write into the cache
and not read the key cannot make one up: it is noticed, said, and the file is read.
"""

from __future__ import annotations

import contextlib
import os
import stat
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from supplychain.artifacts.reading import Digests, read_once
from supplychain.files import DIGEST_LIMIT, NotReadError
from supplychain.folders import user_folder
from supplychain.sealed import Sealed, entries, key_of, write
from supplychain.target import Target

LARGE = 1_000_000
"""Bytes from which on a digest is remembered that was computed for the tree of a target alone."""
_SETTLED = 2_000_000_000
"""Nanoseconds: a file that was written to later than this before it was read may be written to again within one tick of
its times."""


@dataclass(frozen=True)
class Digested:
    """What is known of the bytes of a file."""

    size: int
    values: dict[str, str]
    computed: date | None
    """The day on which it was computed; None: today."""
    note: str = ""
    """What was wrong with what was remembered."""


@dataclass(frozen=True)
class _Known:
    values: dict[str, str]
    day: date
    is_new: bool
    is_kept: bool
    note: str = ""


class Digester:
    """Computes digests, two files at a time, and remembers them."""

    def __init__(
        self, folder: Path, key: bytes | None, name: str, now: datetime, max_age_days: int, limit: int
    ) -> None:
        """Begin with what the file of this name in `folder` remembers; without a key nothing is remembered."""
        self._key, self._file = key, folder / name
        self._today, self._oldest = now.date(), now.date() - timedelta(days=max_age_days)
        self._limit = limit
        self._lock = threading.Lock()
        self._stored = entries(self._file) if key else {}
        self._known: dict[str, _Known] = {}
        self._saved: set[str] = set()
        self.read = 0
        """Files whose bytes were read."""

    @classmethod
    def open(cls, now: datetime, max_age_days: int, limit: int, *, simulated: bool = False) -> Digester:
        """Return the digester of a run; at a made-up time it remembers apart."""
        name = "digests-simulated.json" if simulated else "digests.json"
        return cls(user_folder("cache"), key_of(user_folder("state")), name, now, max_age_days, limit)

    def hashing(self, path: Path) -> tuple[str, bytes]:
        """Return SHA-256 and git's id of a file of at most `DIGEST_LIMIT` bytes, as `Target.hashing` asks.

        Raises:
            NotReadError: it cannot be read, or is larger.
        """
        found = self._of(path, {"sha256", "git-sha1"}, DIGEST_LIMIT, is_kept=False)
        return found.values["sha256"], found.values["git-sha1"].encode("ascii")

    def of(self, path: Path, algorithms: Iterable[str]) -> Digested:
        """Return the digests of a file.

        Raises:
            NotReadError: it cannot be read, or is larger than the limit.
        """
        return self._of(path, set(algorithms), self._limit, is_kept=True)

    def known(self, path: Path) -> str | None:
        """Return the SHA-256 of a file that was read or remembered, and is unchanged since; None: it has to be read."""
        name = identity(path)
        if name is None:
            return None
        with self._lock:
            known = self._known.get(name) or self._remembered(name)
        return known.values.get("sha256") if known else None

    def learn(self, path: Path, before: str, sha256: str) -> None:
        """Take over the SHA-256 that another reader computed, where the file still is what it was `before` that."""
        try:
            status = os.lstat(path)
        except OSError:
            return
        if _name(status) != before:
            return
        with self._lock:
            known = self._known.get(before) or self._remembered(before)
            if known is not None and known.values.get("sha256") == sha256:
                return
            learned = _Known({"sha256": sha256}, self._today, is_new=True, is_kept=_is_settled(status))
            self._known[before] = replace(learned, note=self._note(before))
            self._saved.discard(before)

    def prepare(self, wanted: Iterable[tuple[Path, Iterable[str]]], limit: int | None = None) -> None:
        """Read files, as many at a time as there are processors, so that what is asked of them next is known."""
        bound = self._limit if limit is None else limit

        def read(pair: tuple[Path, Iterable[str]]) -> None:
            with contextlib.suppress(NotReadError):  # whoever asks for it is told
                self._of(pair[0], set(pair[1]), bound, is_kept=False)

        pairs = list(wanted)
        if len(pairs) < 2:
            list(map(read, pairs))
            return
        from concurrent.futures import ThreadPoolExecutor  # slow to import, and most runs have little to read

        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            list(pool.map(read, pairs))

    def prepare_tree(self, target: Target) -> None:
        """Read the large files of a target as `Target.state` asks for them next, and give it the way to ask."""
        target.hashing = self.hashing
        located = (target.located(file) for file in target.files if LARGE <= file.size <= DIGEST_LIMIT)
        self.prepare(((path, ("sha256", "git-sha1")) for path in located if path), DIGEST_LIMIT)

    def save(self) -> None:
        """Keep what was computed, beside what is remembered and young enough; what cannot be written is computed again."""
        new = {name: known for name, known in self._known.items() if known.is_kept and name not in self._saved}
        if self._key is None or not any(known.is_new or name not in self._stored for name, known in new.items()):
            return
        kept = {name: entry for name, entry in self._stored.items() if self._unsealed(name, entry)}
        kept |= {name: Sealed.of(self._key, name, known.day, known.values) for name, known in new.items()}
        if write(self._file, kept):
            self._stored = kept
            self._saved |= new.keys()

    def _of(self, path: Path, wanted: set[str], limit: int, *, is_kept: bool) -> Digested:
        try:
            status = os.lstat(path)
        except OSError as error:
            raise NotReadError(f"it cannot be opened: {error.strerror}") from error
        name = _name(status)
        with self._lock:
            known = self._known.get(name) or self._remembered(name)
        if known is None or not wanted <= known.values.keys():
            name, known = self._computed(
                path, wanted | (known.values.keys() if known else set()), limit, self._note(name)
            )
        if is_kept and not known.is_kept and _is_settled(status):
            known = self._known[name] = replace(known, is_kept=True)
        values = {algorithm: known.values[algorithm] for algorithm in wanted}
        return Digested(int(name.split(":")[2]), values, None if known.day == self._today else known.day, known.note)

    def _computed(self, path: Path, wanted: set[str], limit: int, note: str) -> tuple[str, _Known]:
        digests = Digests(sorted(wanted))
        status = read_once(path, digests.begin, limit=limit)
        is_kept = status.st_size >= LARGE and _is_settled(status)
        known = _Known(digests.values(), self._today, is_new=True, is_kept=is_kept, note=note)
        with self._lock:
            self.read += 1
            self._known[_name(status)] = known
            self._saved.discard(_name(status))
        return _name(status), known

    def _remembered(self, name: str) -> _Known | None:
        entry = self._unsealed(name, self._stored[name]) if name in self._stored else None
        if entry is not None:
            self._known[name] = _Known(entry.values, entry.day, is_new=False, is_kept=True)
        return self._known.get(name)

    def _unsealed(self, name: str, entry: Sealed) -> Sealed | None:
        """Return an entry if it is this user's own and young enough."""
        is_own = self._key is not None and entry.is_of(self._key, name)
        return entry if is_own and self._oldest <= entry.day <= self._today else None

    def _note(self, name: str) -> str:
        """Return what is wrong with what is stored of a file, if something is."""
        entry = self._stored.get(name)
        if entry is None or (self._key is not None and entry.is_of(self._key, name)):
            return ""
        where = f"{self._file.parent.name}/{self._file.name} in the user's cache"
        return f"{where} held a digest of it that was not written by this user's runs; it was not used"


def identity(path: Path) -> str | None:
    """Return what tells that the file at a path is the same and was not written to; None: there is none."""
    try:
        return _name(os.lstat(path))
    except OSError:
        return None


def _name(status: os.stat_result) -> str:
    """Return what tells that a file is the same and was not written to."""
    times = (status.st_mtime_ns, status.st_ctime_ns)
    return ":".join(map(str, (status.st_dev, status.st_ino, status.st_size, *times)))


def _is_settled(status: os.stat_result) -> bool:
    is_regular = stat.S_ISREG(status.st_mode)
    return is_regular and time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) > _SETTLED
