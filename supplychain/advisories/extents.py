"""The versions that one record affects of one package, in the order of its ecosystem."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from supplychain.advisories.names import Name
from supplychain.advisories.records import Event, Record
from supplychain.advisories.versions import Key, Used, is_local, key, lines

_OPEN = {("introduced", "0"), ("limit", "*")}
_TIES = {"fixed": 0, "introduced": 1, "last_affected": 2, "limit": 3}


class Border(NamedTuple):
    """An event with the place of its version; None: before every version, and of a limit after every one.

    Borders are in the order of their versions. At one version a range that ends comes before one that begins, so that two
    that meet leave no gap: PYSEC-2022-42972 begins one at 0.13.0 before it ends the other there.
    """

    place: tuple[bool, Key, int]
    kind: str
    at: Key | None
    version: str
    is_local: bool
    """Whether it names a local build itself."""


class Extent:
    """The versions of one package that one record affects."""

    def __init__(self, record: Record, package: Name) -> None:
        """Place the record's versions in their order."""
        parts = [part for part in record.affected if part.package == package]
        self.record = record
        self._ecosystem = package.ecosystem
        self._listed = (
            tuple(version for part in parts for version in part.versions) if len(parts) > 1 else parts[0].versions
        )
        self._lines = lines(self._listed)
        self._ranges: list[tuple[Border, ...]] = []
        self._unclear = "" if all(part.versions or part.ranges for part in parts) else "it names no version"
        for events in (events for part in parts for events in part.ranges):
            borders = _ordered(self._ecosystem, events)
            if isinstance(borders, str):
                self._unclear = borders
            else:
                self._ranges.append(borders)

    def covers(self, used: Used) -> bool | None:
        """Whether it affects a version; None: that cannot be said, and `why_unclear` says why."""
        if self._lists(used):
            return True
        if used.whole is None:
            return None if self._ranges or self._unclear else False
        for borders in self._ranges:
            if _inside(used, borders):
                return True
        return None if self._unclear else False

    def _lists(self, used: Used) -> bool:
        """Whether a version, or the release that it is a build of, is listed; what is no version is its own text alone."""
        start = -1
        while (start := self._lines.find(used.line, start + 1)) >= 0:
            text = self._listed[self._lines.count(b"\n", 0, start)]
            if text == used.text or (
                used.whole is not None and key(self._ecosystem, text) in (used.whole, used.public)
            ):
                return True
        return False

    def why_unclear(self, used: Used) -> str:
        """Return why a version could not be held against it."""
        return self._unclear or f"it states ranges, and {used.text[:60]!r} names no one version in their order"

    def fixes(self, used: Used) -> Iterable[tuple[Key, str]]:
        """Return the versions above the one in use that it calls fixed, each with its place."""
        for border in (border for borders in self._ranges for border in borders):
            if border.kind == "fixed" and used.whole is not None and border.at > used.beside(border.is_local):
                yield border.at, border.version


@lru_cache(maxsize=16384)  # many records on one package state the same range
def _ordered(ecosystem: str, events: tuple[Event, ...]) -> tuple[Border, ...] | str:
    """Return a range in the order of its versions, or why it has none."""
    borders = []
    for kind, version in events:
        is_open = (kind, version) in _OPEN
        at = None if is_open else key(ecosystem, version)
        if at is None and not is_open:
            return f"its {kind.replace('_', ' ')} {version[:60]!r} is no version"
        borders.append(Border((at is not None, at or 0, _TIES[kind]), kind, at, version, is_local(at)))
    return tuple(sorted(borders))


def _inside(used: Used, borders: tuple[Border, ...]) -> bool:
    """Whether a version lies in a range (OSV schema, "Evaluation", with its rule for limits)."""
    affected, limits = False, []
    whole: Key = used.whole
    public: Key = used.public
    for _, kind, at, _, has_local in borders:
        own = whole if has_local else public
        if kind == "introduced":
            affected = affected or at is None or own >= at
        elif kind == "fixed":
            affected = affected and own < at
        elif kind == "last_affected":
            affected = affected and own <= at
        else:
            limits.append(at is None or own < at)
    return affected and (not limits or any(limits))
