"""Packages held against advisories: affected, clean, or not assessed with the reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import partial

from supplychain.advisories.database import Database
from supplychain.advisories.extents import Extent
from supplychain.advisories.names import Name, loose, of_component
from supplychain.advisories.records import Record
from supplychain.advisories.severity import highest
from supplychain.advisories.versions import Key, Used
from supplychain.model.fact import Advisory, Matched, Vulnerability

Pin = tuple[str, str | None]
"""The id of a component and the version in use; None: it is not one version."""

_TELLING = ("MAL-", "GHSA-", "PYSEC-")
_UNCOVERED = {"docker": "images", "conda": "packages of conda", "url": "files by their address"}
_NAMED = 3


def match(packages: Iterable[Pin], database: Database, actions: Collection[str] = ()) -> tuple[Matched, ...]:
    """Return one answer for each distinct component and version, in their order.

    `actions` are the components `package:github/owner/name` that a workflow uses as an action: advisories cover GitHub
    only as these, and any other is not assessed.
    """
    known: dict[Name, _Package] = {}
    pins = sorted(set(packages), key=lambda pin: (pin[0], pin[1] or ""))
    return tuple(_matched(pin, database, actions, known) for pin in pins)


def _matched(pin: Pin, database: Database, actions: Collection[str], known: dict[Name, _Package]) -> Matched:
    component, version = pin
    name = of_component(component)
    skipped = partial(Matched, component=component, version=version, state="not assessed")
    if name is None:
        source = component.partition(":")[2].partition("/")[0]
        return skipped(reason=f"no advisory data of this kind covers {_UNCOVERED.get(source, f'packages of {source}')}")
    if name.ecosystem == "GitHub Actions" and component not in actions:
        return skipped(reason="advisory data covers GitHub's actions, and this is a repository")
    if name.ecosystem not in database.ecosystems:
        return skipped(reason=f"the advisories at hand do not cover {name.ecosystem}")
    if not version:
        return skipped(reason="it is not pinned to one version")
    if name not in database.asked:
        return skipped(reason="the advisories were not looked through for it")
    if name not in known:
        known[name] = _Package(name, database)
    return known[name].match(component, version)


class _Package:
    """Everything that a database says of one package."""

    def __init__(self, name: Name, database: Database) -> None:
        self._ecosystem = name.ecosystem
        self._unread = database.unread.get(loose(name.name), ())
        extents = [Extent(record, name) for record in database.by_package.get(name, ())]
        self._newest_first = extents[::-1]  # by their ids: those that affect the most versions that fix another one
        self._advisories = tuple(merged(extents))
        self._clean: dict[str, bool] = {}

    def match(self, component: str, version: str) -> Matched:
        """Return what the advisories say of one version."""
        used = Used.of(self._ecosystem, version)
        found: list[tuple[Vulnerability, dict[Key, str]]] = []
        unclear = [f"{record}: it cannot be read" for record in self._unread]
        for extents in self._advisories:
            held = [(extent, extent.covers(used)) for extent in extents]
            covering = [extent for extent, affects in held if affects]
            if covering:
                fixes = {at: text for extent in covering for at, text in extent.fixes(used)}
                vulnerability = Vulnerability(advisory=_advisory(covering, extents), fixed=_ascending(fixes))
                found.append((vulnerability, fixes))
            else:
                doubts = (extent for extent, affects in held if affects is None)
                unclear += [f"{extent.record.id}: {extent.why_unclear(used)}" for extent in doubts]
        fixing = {at: text for _, fixes in found for at, text in fixes.items() if self._is_clean(text)}
        return Matched(
            component=component,
            version=version,
            state="affected" if found else "not assessed" if unclear else "clean",
            reason=_told(unclear),
            vulnerabilities=tuple(sorted((one for one, _ in found), key=lambda one: one.advisory.id)),
            clean_versions=_ascending(fixing),
        )

    def _is_clean(self, version: str) -> bool:
        known = self._clean.get(version)
        if known is None:
            used = Used.of(self._ecosystem, version)
            known = not self._unread and all(extent.covers(used) is False for extent in self._newest_first)
            self._clean[version] = known
        return known


def merged(extents: Iterable[Extent]) -> Iterator[tuple[Extent, ...]]:
    """Yield the records that speak of one advisory together: those that share a name, also by way of a third.

    Records that do not affect the version in use count too: they may be the ones that rate it.
    """
    group_of: dict[str, list[Extent]] = {}
    for extent in extents:
        group = [extent]
        for name in extent.record.ids:
            other = group_of.setdefault(name, group)
            if other is not group:
                group += other
                group_of.update((each, group) for member in other for each in member.record.ids)
    for group in {id(group): group for group in group_of.values()}.values():
        yield tuple(group)


def _advisory(covering: list[Extent], all_of_it: tuple[Extent, ...]) -> Advisory:
    """Return what records say together: the worst severity of all, the rest from those that affect the version."""
    told = min((extent.record for extent in covering), key=_rank)
    records = [extent.record for extent in all_of_it]
    names = {name for record in records for name in record.ids}
    return Advisory(
        id=told.id,
        aliases=tuple(sorted(names - {told.id})),
        summary=told.summary or next((record.summary for record in records if record.summary), ""),
        severity=highest([record.severity for record in records]),
        published=min([record.published for record in records if record.published], default=None),
        malicious=any(extent.record.malicious for extent in covering),
    )


def _rank(record: Record) -> tuple[int, str]:
    """Put the record first whose id says most.

    MAL, because it is an incident and no weakness; GHSA, which is rated and covers every ecosystem; PYSEC; any other
    database; a CVE last: it names products and no packages, and as an alias it is named anyway.
    """
    for place, prefix in enumerate(_TELLING):
        if record.id.startswith(prefix):
            return (place, record.id)
    return (len(_TELLING) + record.id.startswith("CVE-"), record.id)


def _ascending(versions: dict[Key, str]) -> tuple[str, ...]:
    return tuple(versions[at] for at in sorted(versions))


def _told(reasons: list[str]) -> str:
    more = len(reasons) - _NAMED
    return "; ".join(reasons[:_NAMED]) + (f"; and {more} more" if more > 0 else "")
