"""The answer of the room: packages matched, what they were matched against, and the test of the matcher."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from supplychain.advisories import planted
from supplychain.advisories.database import Database
from supplychain.advisories.match import Pin, match
from supplychain.advisories.names import SOURCES
from supplychain.model.fact import AdvisoryData


def assess(packages: Iterable[Pin], database: Database, now: datetime, actions: Collection[str] = ()) -> AdvisoryData:
    """Return every distinct component and version held against a database that was read for these components.

    `actions` are the components `package:github/owner/name` that a workflow uses as an action; any other repository
    is not assessed.
    """
    pins = tuple(packages)
    return AdvisoryData(
        source=database.source,
        as_of=database.as_of,
        ecosystems=tuple(sorted(SOURCES[ecosystem] for ecosystem in database.ecosystems)),
        has_malware=database.has_malware,
        records=database.records,
        problem=database.problem,
        test=planted.run(pins, now),
        matched=match(pins, database, actions),
    )
