"""The versions that one record affects of one package, in the order of its ecosystem."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from supplychain.advisories.names import Name
from supplychain.advisories.records import Event, Record
from supplychain.advisories.versions import Key, Used, is_local, key

_OPEN = {("introduced", "0"), ("limit", "*")}
_TIES = {"fixed": 0, "introduced": 1, "last_affected": 2, "limit": 3}


class Border(NamedTuple):
    """An event with the place of its version; None: before every version, and of a limit after every one."""

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
        self.listed: frozenset[str] = frozenset().union(*(part.versions for part in parts))
        """The versions that it lists, as it spells them."""
        self._ranges: list[tuple[Border, ...]] = []
        self._unclear = "" if all(part.versions or part.ranges for part in parts) else "it names no version"
        for events in (events for part in parts for events in part.ranges):
            self._add(events)

    def _add(self, events: tuple[Event, ...]) -> None:
        borders = []
        for event in events:
            is_open = (event.kind, event.version) in _OPEN
            at = None if is_open else key(self._ecosystem, event.version)
            if at is None and not is_open:
                self._unclear = f"its {event.kind.replace('_', ' ')} {event.version[:60]!r} is no version"
                return
            borders.append(Border(event.kind, at, event.version, is_local(at)))
        self._ranges.append(_sorted(borders))

    def covers(self, used: Used) -> bool | None:
        """Whether it affects a version; None: that cannot be said, and `why_unclear` says why."""
        if not used.spellings.isdisjoint(self.listed):
            return True
        if used.whole is None:
            return None if self._ranges or self._unclear else False
        for borders in self._ranges:
            if _inside(used, borders):
                return True
        return None if self._unclear else False

    def why_unclear(self, used: Used) -> str:
        """Return why a version could not be held against it."""
        return self._unclear or f"it states ranges, and {used.text[:60]!r} names no one version in their order"

    def fixes(self, used: Used) -> Iterable[tuple[Key, str]]:
        """Return the versions above the one in use that it calls fixed, each with its place."""
        for border in (border for borders in self._ranges for border in borders):
            if border.kind == "fixed" and used.whole is not None and border.at > used.beside(border.is_local):
                yield border.at, border.version


def _sorted(borders: Iterable[Border]) -> tuple[Border, ...]:
    """Return events in the order of their versions.

    At one version a range that ends comes before one that begins, so that two that meet leave no gap: PYSEC-2022-42972
    begins one at 0.13.0 before it ends the other there.
    """
    return tuple(sorted(borders, key=_place))


def _place(border: Border) -> tuple[bool, Key, int]:
    return (border.at is not None, border.at or 0, _TIES[border.kind])


def _inside(used: Used, borders: tuple[Border, ...]) -> bool:
    """Whether a version lies in a range (OSV schema, "Evaluation", with its rule for limits)."""
    affected, limits = False, []
    whole: Key = used.whole
    public: Key = used.public
    for kind, at, _, has_local in borders:
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
