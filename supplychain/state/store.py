"""The store: one SQLite file for each project. Nothing in it is mended silently.

with Store.open(state_path("support-rag", origin)) as store:
    record = store.append(entry)
    problems = store.verify()
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from pydantic import ValidationError

from supplychain.folders import user_folder
from supplychain.model.state import ChainProblem, Denied, Entry, Head, Link, Record, Seen, Snapshot
from supplychain.state import chain
from supplychain.state.chain import GENESIS
from supplychain.state.database import BEGIN_ANEW, StateError, connect, named, refusal, writing

__all__ = ["BEGIN_ANEW", "StateError", "Store", "refusal", "state_path"]

Row = TypeVar("Row", Seen, Denied, Head, Link)


def state_path(project: str, origin: str) -> Path:
    """Return the file of a project's store below the user's state directory.

    Args:
        project: the name of the target's folder; one that its declaration gives could be that of another project.
        origin: where its repository was cloned from, or else its folder.
    """
    key = hashlib.sha256(json.dumps([project, origin]).encode()).hexdigest()[:16]
    name = re.sub(r"[^a-z0-9]+", "-", project.lower()).strip("-")[:40] or "project"
    return user_folder("state") / "state" / f"{name}-{key}.db"


class Store:
    """What is remembered of one project; two runs may use it at once, and one may be killed at any moment."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        """Make a store from an open connection; `Store.open` opens one."""
        self.path = path
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> Self:
        """Return the store in a file, which is made where there is none.

        Raises:
            StateError: it is damaged, of another schema or another program, or cannot be written to.
        """
        return cls(path, connect(path))

    def close(self) -> None:
        """End the use of the store."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def append(self, entry: Entry) -> Record:
        """Add a run to the chain and return its record; when this returns, the record is on the disk.

        Raises:
            StateError: the run is recorded already, the chain's end was changed, or the store cannot be written to.
        """
        inventory = chain.canonical(entry.inventory)
        name = chain.digest(inventory)
        with writing(self.path, self._connection):
            if self._connection.execute("SELECT 1 FROM record WHERE run = ?", (entry.run,)).fetchone():
                raise refusal(self.path, f"it holds a record of run {entry.run} already", "record each run once")
            head = self._head()
            (last,) = self._connection.execute("SELECT coalesce(max(sequence), 0) FROM record").fetchone()
            if head is None or last > head.sequence:
                raise refusal(self.path, "the end of its chain was changed", BEGIN_ANEW)
            record = chain.link(entry, name, head)
            row = (record.sequence, record.run, record.digest, chain.body(record))
            self._connection.execute("INSERT OR IGNORE INTO inventory VALUES (?, ?)", (name, inventory))
            self._connection.execute("INSERT INTO record VALUES (?, ?, ?, ?)", row)
            self._connection.execute("UPDATE head SET sequence = ?, digest = ?", (record.sequence, record.digest))
        return record

    def records(self) -> tuple[Record, ...]:
        """Return every record in its order, as it is there: `verify` says whether it is what was appended.

        Raises:
            StateError: one cannot be read.
        """
        links, _ = self._links()
        for sequence, record in links:
            if isinstance(record, str):
                raise refusal(self.path, f"record {sequence} cannot be read: {record}", BEGIN_ANEW)
        return tuple(record for _, record in links if isinstance(record, Record))

    def links(self) -> tuple[tuple[Link, ...], tuple[ChainProblem, ...]]:
        """Return every run in its order where the chain is whole, or else what is wrong with it.

        Only texts are held against digests: `verify` looks into each record, which takes a hundred times as long.

        Raises:
            StateError: the file itself is damaged.
        """
        rows, texts, head = self._rows()
        if any(chain.digest(text) != name for name, text in texts.items()):
            return (), self.verify()
        found: list[Link] = []
        before = GENESIS
        for sequence, digest, body in rows:
            fields = _fields(body)
            is_next = fields.get("sequence") == sequence == before.sequence + 1
            is_whole = chain.digest(body) == digest and fields.get("inventory_digest") in texts
            if not (is_next and is_whole and fields.get("previous") == before.digest):
                return (), self.verify()
            given = {name: fields.get(name) for name in ("run", "at", "simulated")}
            found.append(_checked(self.path, Link, sequence=sequence, digest=digest, **given))
            before = Head(sequence=sequence, digest=digest)
        return (tuple(found), ()) if head == before else ((), self.verify())

    def record(self, sequence: int) -> Record:
        """Return one record.

        Raises:
            StateError: there is none of this number, or it cannot be read.
        """
        with named(self.path):
            select = "SELECT digest, body FROM record WHERE sequence = ?"
            row = self._connection.execute(select, (sequence,)).fetchone()
            name = _fields(row[1]).get("inventory_digest") if row else None
            texts = self._connection.execute("SELECT digest, text FROM inventory WHERE digest = ?", (name,)).fetchall()
        record = _record(row[0], row[1], dict(texts), {}) if row else "it is missing"
        if isinstance(record, str):
            raise refusal(self.path, f"record {sequence} cannot be read: {record}", BEGIN_ANEW)
        return record

    def verify(self) -> tuple[ChainProblem, ...]:
        """Return what is wrong with the chain, by sequence number; nothing is mended.

        Raises:
            StateError: the file itself is damaged.
        """
        return chain.problems(*self._links())

    def seen(self, fingerprints: Iterable[str], now: datetime, *, simulated: bool = False) -> dict[str, Seen]:
        """Note that these were seen now, and return when each was seen first and last.

        Runs at a made-up time are remembered apart: they never change what others saw.

        Raises:
            StateError: the store cannot be written to.
        """
        moment = _moment(now)
        found = {}
        with writing(self.path, self._connection):
            for fingerprint in fingerprints:
                first, last = self._connection.execute(
                    "INSERT INTO seen VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                    " first = min(first, excluded.first), last = max(last, excluded.last) RETURNING first, last",
                    (fingerprint, simulated, moment, moment),
                ).fetchone()
                found[fingerprint] = _checked(self.path, Seen, fingerprint=fingerprint, first=first, last=last)
        return found

    def deny(self, digest: str, reason: str, now: datetime) -> Denied:
        """Put a digest on the deny list and return its entry; one that is there keeps its reason and time.

        Raises:
            StateError: it is no digest of the form `sha256:<hex>`, or the store cannot be written to.
        """
        entry = _checked(self.path, Denied, digest=digest, reason=reason, at=now)
        with writing(self.path, self._connection):
            row = (entry.digest, entry.reason, _moment(now))
            self._connection.execute("INSERT INTO denied VALUES (?, ?, ?) ON CONFLICT DO NOTHING", row)
        return next(item for item in self.denied() if item.digest == digest)

    def denied(self) -> tuple[Denied, ...]:
        """Return the deny list in the order of its digests.

        Raises:
            StateError: the store cannot be read.
        """
        with named(self.path):
            rows = self._connection.execute("SELECT digest, reason, at FROM denied ORDER BY digest").fetchall()
        return tuple(_checked(self.path, Denied, digest=digest, reason=reason, at=at) for digest, reason, at in rows)

    def _head(self) -> Head | None:
        row = self._connection.execute("SELECT sequence, digest FROM head").fetchone()
        return _checked(self.path, Head, sequence=row[0], digest=row[1]) if row else None

    def _links(self) -> tuple[list[tuple[int, Record | str]], Head | None]:
        """Return what `chain.problems` asks for, from one moment."""
        rows, texts, head = self._rows()
        inventories: dict[str, Snapshot | None] = {}
        return [(sequence, _record(digest, body, texts, inventories)) for sequence, digest, body in rows], head

    def _rows(self) -> tuple[list[tuple[int, str, str]], dict[str, str], Head | None]:
        with named(self.path):
            self._connection.execute("BEGIN")
            try:
                select = "SELECT sequence, digest, body FROM record ORDER BY sequence"
                rows = self._connection.execute(select).fetchall()
                texts = dict(self._connection.execute("SELECT digest, text FROM inventory").fetchall())
                head = self._head()
            finally:
                self._connection.execute("ROLLBACK")
        return rows, texts, head


def _fields(body: str) -> dict[str, object]:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _record(digest: str, body: str, texts: dict[str, str], inventories: dict[str, Snapshot | None]) -> Record | str:
    """Return the record of a row, or why it cannot be read; each inventory is parsed once."""
    try:
        fields = json.loads(body)
        name = fields["inventory_digest"]
        if name not in inventories:
            inventories[name] = Snapshot.model_validate_json(texts[name]) if name in texts else None
        if inventories[name] is None:
            return "its inventory is missing"
        return Record.model_validate({**fields, "inventory": inventories[name], "digest": digest})
    except (ValueError, TypeError, KeyError, RecursionError):
        return "it is damaged"


def _checked(path: Path, kind: type[Row], **fields: object) -> Row:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        shown = f"{'.'.join(map(str, detail['loc']))} {detail['input']!r} is not of its form"
        raise refusal(path, shown, "a digest is written sha256:<64 hex>, a time as ISO 8601") from error


def _moment(now: datetime) -> str:
    """Return a time as text whose order is that of time."""
    return now.astimezone(UTC).isoformat(timespec="microseconds")
