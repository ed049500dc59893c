"""The store of facts: a folder with a file for each, as it was received.

A file is gzip over a line of JSON (source, key, mirror, time, status, redirects, error, digest) and the body. It is written whole or not at
all, so that runs may share a folder, and one that is damaged is as good as absent.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import secrets
import zlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from supplychain.facts.interface import NoFactError
from supplychain.files import NotReadError, read_bounded

LIMIT = 300_000_000
"""Bytes of an entry, unpacked and not."""
LONGEST_HEAD = 100_000
SKEW = timedelta(hours=1)
"""How far clocks may differ: a fact from later than the run is none."""


@dataclass(frozen=True)
class Entry:
    """A fact as it was received."""

    source: str
    key: str
    mirror: str
    """The address that the assessor had named; empty: the official one."""
    fetched: datetime
    status: int
    body: bytes
    redirects: tuple[str, ...] = ()
    """Addresses on the same host that the service led to."""
    error: str = ""
    """The service's own word for why it has no such thing."""

    @cached_property
    def digest(self) -> str:
        """`sha256:<hex>` of the body."""
        return f"sha256:{hashlib.sha256(self.body).hexdigest()}"


class _Head(BaseModel):
    """The first line of an entry's file."""

    model_config = ConfigDict(extra="forbid")

    source: str
    key: str
    mirror: str
    fetched: AwareDatetime
    status: Literal[200, 401, 403, 404]
    redirects: tuple[str, ...]
    error: str = ""
    digest: str


class FactStore:
    """A folder of entries."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; it is made when something is kept."""
        self.folder = folder

    def path(self, source: str, key: str) -> Path:
        """Return the file of a fact; a key never becomes part of a path."""
        return self.folder / source / f"{hashlib.sha256(key.encode()).hexdigest()}.gz"

    def get(self, source: str, key: str) -> Entry:
        """Return a fact, however old it is.

        Raises:
            NoFactError: there is none, or it is damaged.
        """
        entry = read_entry(self.path(source, key))
        if (entry.source, entry.key) != (source, key):
            raise NoFactError("what was kept of it is of something else")
        return entry

    def put(self, entry: Entry) -> Path | None:
        """Keep a fact in place of an older one; return its file, or None where the folder cannot be written."""
        path = self.path(entry.source, entry.key)
        new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            new.write_bytes(_encoded(entry))
            new.replace(path)
        except OSError:
            return None
        finally:
            with suppress(OSError):
                new.unlink()
        return path


def read_entry(path: Path) -> Entry:
    """Return what a file of a store holds.

    Raises:
        NoFactError: there is none, or it is damaged.
    """
    if not os.path.lexists(path):
        raise NoFactError("it was not fetched")
    try:
        return _decoded(read_bounded(path, LIMIT))
    except (NotReadError, ValueError, OSError, EOFError, zlib.error) as error:
        raise NoFactError("what was kept of it is damaged") from error


def ensure_fresh(entry: Entry, now: datetime, days: int) -> None:
    """Check that a fact is young enough.

    Raises:
        NoFactError: it is older than the policy allows, or from the future.
    """
    on = f"it was fetched on {entry.fetched:%Y-%m-%d}"
    if entry.fetched > now + SKEW:
        raise NoFactError(f"{on}, which is after the time of this run, {now:%Y-%m-%d}")
    if now - entry.fetched > timedelta(days=days):
        raise NoFactError(f"{on}, which is older than the {days} days of the policy")


def _encoded(entry: Entry) -> bytes:
    head = _Head(**{name: getattr(entry, name) for name in _Head.model_fields})
    return gzip.compress(head.model_dump_json().encode() + b"\n" + entry.body, compresslevel=3, mtime=0)


def _decoded(data: bytes) -> Entry:
    with gzip.open(io.BytesIO(data)) as stream:
        head = _Head.model_validate_json(stream.readline(LONGEST_HEAD))
        body = stream.read(LIMIT)
        if stream.read(1):
            raise ValueError("beyond the limit")
    entry = Entry(body=body, **head.model_dump(exclude={"digest"}))
    if entry.digest != head.digest:
        raise ValueError("not the body that was kept")
    return entry
