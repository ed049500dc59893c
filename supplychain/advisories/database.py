"""Advisories by the package that they speak of: only those of packages that are asked for are parsed and kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from supplychain.advisories.names import ECOSYSTEMS, SOURCES, Name, loose, of_component
from supplychain.advisories.reading import Reader
from supplychain.advisories.records import NotARecordError, Record, parse
from supplychain.model.finding import Source

NAME = "OSV"
_KEPT = re.compile(rb'"(name|ecosystem|modified|id)"\s*:\s*"([^"]*)"')
_MENTIONED = 3


@dataclass(frozen=True)
class Database:
    """The advisories on the packages of one target."""

    ecosystems: frozenset[str]
    """What it covers of the ecosystems that were asked for, as records spell them: `PyPI`."""
    source: Source = field(default_factory=lambda: Source(name=NAME, level="absent"))
    records: int = 0
    """All records that were looked through."""
    has_malware: bool = False
    as_of: datetime | None = None
    problem: str = ""
    """What could not be read of it; empty where all was."""
    asked: frozenset[Name] = frozenset()
    """The packages that it was looked through for; of others it says nothing."""
    by_package: Mapping[Name, tuple[Record, ...]] = field(default_factory=dict)
    unread: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Records that could not be parsed, by every name in them, spelled loosely."""
    raw: tuple[bytes, ...] = ()
    """The records on the packages that were asked for, as they are: what other matchers are given."""


def read_database(path: Path, components: Iterable[str], now: datetime) -> Database:
    """Return the advisories at `path` on components such as `package:pypi/torch`.

    `path` is a zip of records, or a folder with zips or `ID.json` files at any depth: osv-scanner's
    `osv-scanner/PyPI/all.zip` is one. It covers the ecosystems that have records of their own in it. What cannot be read is named
    in `problem`, never raised. It is as new as the newest change in it that is not after `now`.
    """
    wanted = {name for component in components if (name := of_component(component))}
    reader = Reader(path, {name.ecosystem for name in wanted})
    sieve = _Sieve(wanted, now)
    for where, data in reader.records():
        sieve.take(where, data)
    problems = [*reader.problems, *sieve.problems]
    source = (
        Source(name=NAME, level="cached", digest=reader.digest) if sieve.count else Source(name=NAME, level="absent")
    )
    if wanted and not sieve.count:
        asked = ", ".join(sorted({name.ecosystem for name in wanted}))
        problems.append((path.name, f"it holds no record on packages of {asked}"))
    return sieve.database(sieve.seen_ecosystems, source, sieve.has_malware, sieve.as_of, problems)


def from_records(
    records: Iterable[bytes],
    components: Iterable[str],
    now: datetime,
    *,
    ecosystems: Iterable[str] = tuple(ECOSYSTEMS),
    source: Source,
    as_of: datetime,
    problem: str = "",
) -> Database:
    """Return the records that a service gave for components, which it was asked for one by one.

    `ecosystems` are the sources of components that it was asked for, as ids spell them: it covers them also where it
    gave nothing. A service of this kind knows malicious packages. `problem` is why it may have given less than there is.
    """
    sieve = _Sieve({name for component in components if (name := of_component(component))}, now)
    for number, data in enumerate(records, 1):
        sieve.take(f"record {number}", data)
    problems = [*([("the answers", problem)] if problem else []), *sieve.problems]
    covered = {ECOSYSTEMS[name] for name in ecosystems if name in ECOSYSTEMS}
    return sieve.database(covered, source, True, as_of, problems)


class _Sieve:
    """Looks through records, and parses those in which the name of a package that is asked for stands."""

    def __init__(self, wanted: Iterable[Name], now: datetime) -> None:
        self._wanted = frozenset(wanted)
        self._names = frozenset(loose(name.name) for name in self._wanted)
        self._is_wanted: dict[bytes, bool] = {}
        self._now = now
        self._latest = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode()
        self._newest = b""
        self._ecosystems: set[bytes] = set()
        self._kept: dict[str, tuple[Record, bytes]] = {}
        self._unread: dict[str, list[str]] = {}
        self.count = 0
        self.has_malware = False
        self.problems: list[tuple[str, str]] = []

    def take(self, where: str, data: bytes) -> None:
        """Look through one record."""
        self.count += 1
        names, ecosystems = [], set()
        for kind, text in _KEPT.findall(data):
            if kind == b"name":
                names.append(text)
            elif kind == b"ecosystem":
                ecosystems.add(text)
            elif kind == b"id":
                self.has_malware = self.has_malware or text.startswith(b"MAL-")
            elif self._newest < text <= self._latest and text[:1].isdigit():
                self._newest = text
        if len(ecosystems) == 1:  # one that speaks of npm as well says nothing of whether npm's records are here
            self._ecosystems |= ecosystems
        is_whole = names and data.rstrip().endswith(b"}")
        if not is_whole or any(map(self._may_be_wanted, names)):
            self._parse(where, data, names)

    def _may_be_wanted(self, name: bytes) -> bool:
        known = self._is_wanted.get(name)
        if known is None:
            known = self._is_wanted[name] = b"\\" in name or loose(name.decode("utf-8", "replace")) in self._names
        return known

    def _parse(self, where: str, data: bytes, names: list[bytes]) -> None:
        try:
            record = parse(data)
        except NotARecordError as error:
            self.problems.append((where, str(error)))
            for name in {loose(name.decode("utf-8", "replace")) for name in names} & self._names:
                self._unread.setdefault(name, []).append(where.rpartition("/")[2].removesuffix(".json"))
            return
        if self._wanted.isdisjoint([part.package for part in record.affected]):
            return
        known = self._kept.get(record.id)
        if known is not None and known[0] != record and known[0].modified == record.modified:
            self.problems.append((where, f"another record is called {record.id[:60]} too"))
        if known is None or _changed(known[0]) < _changed(record):
            self._kept[record.id] = (record, data)

    @property
    def seen_ecosystems(self) -> set[str]:
        """The ecosystems that records speak of alone, of those that can be asked for."""
        return SOURCES.keys() & {text.partition(b":")[0].decode("utf-8", "replace") for text in self._ecosystems}

    @property
    def as_of(self) -> datetime | None:
        """The newest change that is not after now."""
        try:
            moment = datetime.fromisoformat(self._newest.decode())
        except ValueError:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def database(
        self,
        covered: set[str],
        source: Source,
        has_malware: bool,
        as_of: datetime | None,
        problems: list[tuple[str, str]],
    ) -> Database:
        """Return what was kept, by package, without what is withdrawn."""
        by_package: dict[Name, list[Record]] = {}
        for record, _ in map(self._kept.__getitem__, sorted(self._kept)):
            if record.withdrawn is None or record.withdrawn > self._now:
                for package in self._wanted.intersection([part.package for part in record.affected]):
                    by_package.setdefault(package, []).append(record)
        return Database(
            ecosystems=frozenset(covered),
            source=source,
            records=self.count,
            has_malware=has_malware,
            as_of=as_of,
            problem=_told(problems),
            asked=self._wanted,
            by_package={package: tuple(found) for package, found in by_package.items()},
            unread={name: tuple(found) for name, found in self._unread.items()},
            raw=tuple(data for _, data in self._kept.values()),
        )


def _changed(record: Record) -> datetime:
    return record.modified or datetime.min.replace(tzinfo=UTC)


def _told(problems: list[tuple[str, str]]) -> str:
    told = "; ".join(f"{where}: {reason}" for where, reason in problems[:_MENTIONED])
    more = len(problems) - _MENTIONED
    counted = f"{len(problems)} could not be read or relied on: " if len(problems) > 1 else ""
    return f"{counted}{told}" + (f"; and {more} more" if more > 0 else "")
