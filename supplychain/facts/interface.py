"""What the modules of this room share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, Literal, TypeVar

from supplychain.model.finding import Source

T = TypeVar("T")
AsOf = Literal["online", "cached"]
WORKERS = 8
"""Requests at a time."""


class NoFactError(Exception):
    """No fact is at hand; the message says why, in a line."""


class SnapshotError(Exception):
    """A snapshot, or a folder for one, that cannot be used; the message names the file and the next step."""


@dataclass(frozen=True)
class Answer:
    """What a service answered."""

    status: int
    body: bytes
    redirects: tuple[str, ...] = ()
    """Addresses on the same host that it led to, without their queries."""
    error: str = ""
    """Its own word for why it has no such thing, where it has one."""


@dataclass(frozen=True)
class Obtained(Generic[T]):
    """A fact with where it comes from."""

    value: T | None
    """None: the service says that there is no such thing."""
    source: Source
    fetched: datetime
    entry: Path | None
    """Where it is kept; None where it could not be kept."""
    error: str = ""
    """The service's own word for why there is no such thing, where it has one."""


@dataclass(frozen=True)
class Contents:
    """A small file of a model or dataset at a commit."""

    component: str
    commit: str
    path: str
    content: bytes | None
    """None: it is not at hand, or there is no such file; `problem` says why."""
    problem: str
    source: Source
