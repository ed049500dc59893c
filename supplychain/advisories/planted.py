"""The test of the matcher in every run: records planted on versions that the target uses, and right beside them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from supplychain.advisories.database import Database, from_records
from supplychain.advisories.match import Pin, match
from supplychain.advisories.names import ECOSYSTEMS, SOURCES, of_component
from supplychain.advisories.versions import Used
from supplychain.model.fact import Matched, MatcherTest
from supplychain.model.finding import Source

_EACH = 5
"""Packages of one ecosystem that records are planted for."""
_MADE_UP = {
    "PyPI": ("package:pypi/planted-sample", "2.5.1+local"),
    "npm": ("package:npm/@planted/sample", "1.4.0-rc.1"),
    "GitHub Actions": ("package:github/planted/sample", "v4.1.0"),
}
_OTHER = "planted-beside"


@dataclass(frozen=True)
class _Plant:
    """A record for one package, and what the matcher has to make of it."""

    says: str
    state: str
    fields: dict[str, Any]
    name: str = ""
    """Another package than the one in use."""
    ecosystem: str = ""


def run(packages: Iterable[Pin], now: datetime) -> MatcherTest:
    """Return what came out otherwise than planted, for packages of the target or, where it has none, made-up ones."""
    planted = 0
    missed = []
    for ecosystem, component, version in _chosen(packages):
        for plant in _plants(ecosystem, version, now):
            planted += 1
            got = _matched(component, version, plant, now)
            if got.state != plant.state or (plant.fields.get("id") == "MAL-PLANTED") != _is_malware(got):
                missed.append(f"{component} {version}: {plant.says}: {got.state}")
        planted += 1
        nothing = Database(ecosystems=frozenset(ECOSYSTEMS.values()) - {ecosystem})
        if (state := match([(component, version)], nothing, {component})[0].state) != "not assessed":
            missed.append(f"{component} {version}: no data covers it: {state}")
    return MatcherTest(planted=planted, missed=tuple(missed))


def _chosen(packages: Iterable[Pin]) -> Iterator[tuple[str, str, str]]:
    """Yield a few packages of each ecosystem with a version that has a place in its order."""
    found: dict[str, list[tuple[str, str]]] = {}
    for component, version in sorted({(component, version) for component, version in packages if version}):
        name = of_component(component)
        if name is not None and Used.of(name.ecosystem, version).whole is not None:
            found.setdefault(name.ecosystem, []).append((component, version))
    for ecosystem, made_up in _MADE_UP.items():
        own = found.get(ecosystem, [])
        step = max(1, len(own) // _EACH)
        yield from ((ecosystem, *pin) for pin in own[::step][:_EACH] or [made_up])


def _plants(ecosystem: str, version: str, now: datetime) -> Iterator[_Plant]:
    other = next(each for each in SOURCES if each != ecosystem)
    exact = {"versions": [version]}
    earlier = (now - timedelta(days=1)).isoformat()
    yield _Plant("it is listed", "affected", exact)
    yield _Plant("it is listed as malware", "affected", {**exact, "id": "MAL-PLANTED"})
    yield _Plant("a range begins with it", "affected", _range({"introduced": version}))
    yield _Plant("it is the last affected", "affected", _range({"introduced": "0"}, {"last_affected": version}))
    yield _Plant("it is the fixed one", "clean", _range({"introduced": "0"}, {"fixed": version}))
    yield _Plant("another package is listed", "clean", exact, name=_OTHER)
    yield _Plant("a package of another ecosystem is listed", "clean", exact, ecosystem=other)
    yield _Plant("it is listed in what was withdrawn", "clean", {**exact, "withdrawn": earlier})


def _range(*events: dict[str, str]) -> dict[str, Any]:
    return {"ranges": [{"type": "ECOSYSTEM", "events": list(events)}]}


def _matched(component: str, version: str, plant: _Plant, now: datetime) -> Matched:
    """Return what the matcher says of a package over a database that holds the planted record alone."""
    name = of_component(component)
    package = {
        "name": plant.name or (name.name if name else ""),
        "ecosystem": plant.ecosystem or (name.ecosystem if name else ""),
    }
    whole = {key: value for key, value in plant.fields.items() if key in {"id", "withdrawn"}}
    affected = {key: value for key, value in plant.fields.items() if key not in whole}
    record = {"id": "PLANTED", "modified": now.isoformat(), **whole, "affected": [{"package": package, **affected}]}
    source = Source(name="planted", level="local")
    database = from_records([json.dumps(record).encode()], [component], now, source=source, as_of=now)
    return match([(component, version)], database, {component})[0]


def _is_malware(matched: Matched) -> bool:
    return any(found.advisory.malicious for found in matched.vulnerabilities)
