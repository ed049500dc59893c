"""What the parts of this room hand to each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from supplychain.model.reference import Place

LIMIT = 4_000_000
"""Bytes of a signature that are read; one on 20,000 files has about as many."""

HubFile = Callable[[str, str, str], tuple[bytes | None, str]]
"""Component, commit and path in; the content, or None and why there is none, out."""

State = Literal[
    "valid", "invalid", "unexpected identity", "expired", "no trust", "incomplete", "not compared", "unreadable"
]


@dataclass(frozen=True)
class Key:
    """A file that the policy's `trust.keys` name."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Held:
    """One file of a component, as far as it is at hand."""

    digests: Callable[[], frozenset[str]]
    """Every SHA-256 that is known of it: of its bytes where they are at hand, else as its hub states it."""
    chunks: Callable[[], Iterator[bytes]] | None = None
    """Its bytes; None where they are not at hand."""


@dataclass(frozen=True)
class Candidate:
    """A file that is a signature by its name."""

    path: str
    base: str
    """The folder that the names it signs begin in: empty, or ending in a slash."""
    of: str | None
    """The one file that it is on, by its own name; None: it is on the folder."""
    read: Callable[[], tuple[bytes | None, str]]
    at: Place | None = None


@dataclass(frozen=True)
class Spot:
    """One place where a component lies, and what is there of it."""

    where: str
    files: dict[str, Held]
    candidates: tuple[Candidate, ...]
    is_folder: bool = True
    """Whether all files there are the component's, so that what is signed and gone is seen."""
    lacks: str = ""
    """Why what lies there is not all known, so that a signature may be missed."""


@dataclass(frozen=True)
class Statement:
    """What is signed: digests, and the names that go with them."""

    digests: dict[str, str]
    """SHA-256 by name; of a tag, git's ids."""
    is_model: bool
    """Whether it lists the files of a model by their names; else the digests alone count."""
    ignored: tuple[str, ...] = ()
    """Paths that its signer says were left out."""


@dataclass(frozen=True)
class Verdict:
    """What comes of a signature by itself."""

    state: State
    says: str = ""
    identity: str = ""
    issuer: str = ""
    by: Literal["key", "certificate", "sigstore"] | None = None
    key: str = ""
    statement: Statement | None = field(default=None, compare=False)
    """What it signs, where that is a statement; None: the bytes themselves were verified."""


class DamagedError(Exception):
    """A signature that is not as its form asks; the message says what is wrong."""
