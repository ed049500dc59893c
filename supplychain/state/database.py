"""The SQLite file of a store: opened, made where there is none, and refused where it is something else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from supplychain.model.text import printable
from supplychain.state.chain import GENESIS

SCHEMA = 1
APPLICATION = 0x53435350
"""SQLite's mark of whose file it is."""
BUSY_SECONDS = 30.0

_TABLES = """
CREATE TABLE record (sequence INTEGER PRIMARY KEY, run TEXT NOT NULL, digest TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE inventory (digest TEXT PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), sequence INTEGER NOT NULL, digest TEXT NOT NULL);
CREATE TABLE seen (
  fingerprint TEXT NOT NULL, simulated INTEGER NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL,
  PRIMARY KEY (fingerprint, simulated)
);
CREATE TABLE denied (digest TEXT PRIMARY KEY, reason TEXT NOT NULL, at TEXT NOT NULL);
"""
BEGIN_ANEW = "keep it as evidence, and begin another one with -D state=PATH"
_NEXT_STEPS = {
    "SQLITE_BUSY": "another run holds it; wait for that to end and run again",
    "SQLITE_LOCKED": "another run holds it; wait for that to end and run again",
    "SQLITE_READONLY": "give a folder that can be written to with -D state=PATH",
    "SQLITE_CANTOPEN": "give a folder that can be written to with -D state=PATH",
    "SQLITE_PERM": "give a folder that can be written to with -D state=PATH",
    "SQLITE_FULL": "make room on the disk and run again",
    "SQLITE_IOERR": "look after the disk, or give another place with -D state=PATH",
    "SQLITE_NOTADB": "it is no store of this suite; give another place with -D state=PATH",
}


class StateError(Exception):
    """A store that cannot be used; the message is one line that names the path and the next step."""


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection to the file at a path, which is made where there is none.

    Raises:
        StateError: it is damaged, of another schema or another program, or cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        is_other = path.exists() and not path.is_file()
    except OSError as error:
        raise refusal(path, error.strerror or "cannot be reached", _NEXT_STEPS["SQLITE_CANTOPEN"]) from error
    if is_other:
        raise refusal(path, "not a file", "give the path of one with -D state=PATH")
    with named(path):
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
            _prepare(path, connection)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def writing(path: Path, connection: sqlite3.Connection) -> Iterator[None]:
    """Hold a transaction that is on the disk as a whole when this ends, or not at all.

    Raises:
        StateError: the file cannot be written to.
    """
    with named(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ones that name the path and the next step."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        steps = (step for prefix, step in _NEXT_STEPS.items() if name.startswith(prefix))
        raise refusal(path, str(error), next(steps, f"it is damaged; {BEGIN_ANEW}")) from error


def refusal(path: Path, what: str, step: str) -> StateError:
    """Return the error that names a store, what is wrong with it, and the next step."""
    return StateError(f"state {printable(str(path))}: {printable(what)}; {step}")


def _prepare(path: Path, connection: sqlite3.Connection) -> None:
    """Make the tables of a new file; refuse a file that is not a store, before anything in it is changed."""
    with writing(path, connection):  # also shows whether it can be written to
        if _is_empty(connection):
            _create(connection)
        _refuse_others(path, connection)
    connection.execute("PRAGMA synchronous = FULL")
    with suppress(sqlite3.OperationalError):  # another run holds it right now; it is as safe without, only slower
        connection.execute("PRAGMA journal_mode = WAL")


def _is_empty(connection: sqlite3.Connection) -> bool:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    return application == 0 and connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None


def _create(connection: sqlite3.Connection) -> None:
    for statement in _TABLES.split(";"):
        connection.execute(statement)
    connection.execute("INSERT INTO head VALUES (1, ?, ?)", (GENESIS.sequence, GENESIS.digest))
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {SCHEMA}")


def _refuse_others(path: Path, connection: sqlite3.Connection) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (schema,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        raise refusal(path, "a database of another program", "give another place with -D state=PATH")
    if schema != SCHEMA:
        step = "use the version that wrote it, or another place with -D state=PATH"
        raise refusal(path, f"its schema is {schema} and this version knows {SCHEMA}", step)
