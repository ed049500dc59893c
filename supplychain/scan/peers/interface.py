"""What scanners of others are asked, and how their answers are read; who runs them is elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from supplychain.model.scan import PeerSaid

PICKLES = frozenset({"pickle", "zip", "tar", "7z", "npy", "compressed"})
"""Formats of ours in which pickles lie."""
_SHOWN = 5


class NoAnswerError(Exception):
    """A peer gave no answer on a file; the message says why."""


@dataclass(frozen=True)
class Answer:
    """What a peer wrote."""

    code: int
    output: bytes
    """Its standard output."""
    report: bytes
    """The file that it was asked to write; empty where there is none."""


@dataclass(frozen=True)
class Peer:
    """A scanner of others: which formats it is handed, how it is started, and what its answer says."""

    name: str
    formats: frozenset[str]
    """By our names; empty: all that can hold code."""
    arguments: Callable[[str, str], list[str]]
    """Of the file that it scans, and of the file that it writes."""
    read: Callable[[Answer], PeerSaid]
    """May raise NoAnswerError."""


def said(peer: str, dangerous: Iterable[str], suspicious: Iterable[str], version: str = "") -> PeerSaid:
    """Return what a peer says by what it calls dangerous and what suspicious."""
    bad, odd = list(dict.fromkeys(dangerous)), list(dict.fromkeys(suspicious))
    state: Literal["dangerous", "suspicious", "clean"] = "dangerous" if bad else "suspicious" if odd else "clean"
    told = bad or odd
    more = f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    return PeerSaid(by=peer, version=version, state=state, says="; ".join(told[:_SHOWN]) + more)


def document(data: bytes) -> dict[str, Any]:
    """Return the JSON object of an answer.

    Raises:
        NoAnswerError: there is none.
    """
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NoAnswerError("its report is no JSON") from error
    if not isinstance(found, dict):
        raise NoAnswerError("its report is no JSON object")
    return found


def listed(found: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the objects of a list of an answer."""
    items = found.get(key)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def file_name(path: str) -> str:
    """Return a name for a copy of an artifact by which peers that look at names know what it is."""
    name = Path(path).name
    stem, suffix = Path(name).stem, Path(name).suffix
    kept = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "_-") else "_" for letter in stem)
    return (kept.lstrip("-") or "artifact")[:100] + (suffix if suffix[1:].isalnum() and suffix.isascii() else "")
