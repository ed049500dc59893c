"""Records as tests write them, and what the matcher says over them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from supplychain.advisories import Database, assess, from_records
from supplychain.advisories.match import match
from supplychain.model.fact import AdvisoryData, Matched
from supplychain.model.finding import Source

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
Fields = dict[str, Any]


def affected(name: str = "torch", ecosystem: str = "PyPI", **fields: Any) -> Fields:
    """Return an `affected[]` entry."""
    return {"package": {"name": name, "ecosystem": ecosystem}, **fields}


def span(*events: tuple[str, str], kind: str = "ECOSYSTEM") -> Fields:
    """Return a range, its events as `(introduced, 1.0)`."""
    return {"type": kind, "events": [{event: version} for event, version in events]}


def record(*entries: Fields, identity: str = "PYSEC-2026-1", **fields: Any) -> Fields:
    """Return a record."""
    basics = {"schema_version": "1.7.0", "id": identity, "modified": "2026-08-31T10:00:00Z", "aliases": []}
    return {**basics, "affected": list(entries), **fields}


def in_range(*events: tuple[str, str], identity: str = "PYSEC-2026-1", **fields: Any) -> Fields:
    """Return a record that states one range of torch."""
    return record(affected(ranges=[span(*events)]), identity=identity, **fields)


def database(records: Iterable[Fields], component: str = "package:pypi/torch", now: datetime = NOW) -> Database:
    """Return the records as a service gives them."""
    raw = [json.dumps(one).encode() for one in records]
    return from_records(raw, [component], now, source=Source(name="OSV", level="online"), as_of=now)


def answer(version: str | None, *records: Fields, component: str = "package:pypi/torch") -> Matched:
    """Return what the matcher says of one version over these records."""
    return match([(component, version)], database(records, component), {component})[0]


def ids(matched: Matched) -> list[str]:
    """Return the advisories that affect a version."""
    return [found.advisory.id for found in matched.vulnerabilities]


def assessed(folder_database: Database, *pins: tuple[str, str | None]) -> AdvisoryData:
    """Return the whole answer."""
    return assess(pins, folder_database, NOW)


def write_zip(path: Path, records: Iterable[Fields]) -> Path:
    """Write records as OSV's bulk files have them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in records:
            archive.writestr(f"{one['id']}.json", json.dumps(one))
    return path
