"""Records of the Open Source Vulnerability format, schema 1: what matching needs of them, and nothing else."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pydantic_core import from_json

from supplychain.advisories.names import Name, canonical
from supplychain.advisories.severity import highest, rated, scored
from supplychain.model.finding import Severity

_MALICIOUS_CODE = "CWE-506"
_SUMMARY = 300
_EVENTS = frozenset({"introduced", "fixed", "last_affected", "limit"})


class NotARecordError(Exception):
    """Bytes that are no record of schema 1; the message says in what."""


class Event(NamedTuple):
    """One border of a range."""

    kind: str
    """`introduced`, `fixed`, `last_affected` or `limit`."""
    version: str


@dataclass(frozen=True, slots=True)
class Affected:
    """The versions of one package that a record speaks of."""

    package: Name
    versions: tuple[str, ...]
    ranges: tuple[tuple[Event, ...], ...]
    """Ranges in the order of the ecosystem; ranges of commits are left out."""


@dataclass(frozen=True, slots=True)
class Record:
    """One advisory as a database has it."""

    id: str
    aliases: tuple[str, ...]
    summary: str
    published: datetime | None
    modified: datetime | None
    withdrawn: datetime | None
    severity: Severity | None
    malicious: bool
    affected: tuple[Affected, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Every name that it goes by; what it calls related is another advisory."""
        return (self.id, *self.aliases)


def parse(data: bytes) -> Record:
    """Return the record that JSON states.

    Raises:
        NotARecordError: it is no JSON, no record of schema 1, or a part that decides a match is not as it has to be.
    """
    try:
        stated = _json(data)
    except (ValueError, RecursionError) as error:
        raise NotARecordError(f"no JSON: {type(error).__name__}") from error
    whole = _object(stated, "the record")
    version = whole.get("schema_version") or "1.0.0"
    if not isinstance(version, str) or version.partition(".")[0] != "1":
        raise NotARecordError("it is of another schema than 1")
    affected = [_object(each, "affected[]") for each in _list(whole, "affected")]
    own = _mapping(whole.get("database_specific"))
    identity = _string(whole.get("id"), "id")
    aliases = _strings(whole, "aliases")
    return Record(
        id=identity,
        aliases=aliases,
        summary=_summary(whole),
        published=_moment(whole, "published"),
        modified=_moment(whole, "modified"),
        withdrawn=_moment(whole, "withdrawn"),
        severity=_severity(whole, own, affected),
        malicious=_is_malicious((identity, *aliases), own, affected),
        affected=tuple(_affected(each) for each in affected if each.get("package") is not None),
    )


def _json(data: bytes) -> Any:
    """Return what JSON holds; pydantic's parser takes half the time, and not half of a surrogate pair nor deep nesting."""
    try:
        return from_json(data, cache_strings="keys")
    except ValueError:
        return json.loads(data)


def _affected(stated: dict[str, Any]) -> Affected:
    package = _object(stated["package"], "affected[].package")
    name, ecosystem = _string(package.get("name"), "package.name"), _string(package.get("ecosystem"), "ecosystem")
    ranges = [_object(each, "ranges[]") for each in _list(stated, "ranges")]
    return Affected(
        package=canonical(ecosystem.partition(":")[0], name),  # a suffix names a release of a distribution
        versions=_strings(stated, "versions"),
        ranges=tuple(_events(each) for each in ranges if _string(each.get("type"), "ranges[].type") != "GIT"),
    )


def _events(stated: dict[str, Any]) -> tuple[Event, ...]:
    if stated["type"] not in {"ECOSYSTEM", "SEMVER"}:
        raise NotARecordError("a range is of no type that schema 1 knows")
    events = []
    for event in _list(stated, "events"):
        for kind, version in _object(event, "events[]").items():
            if kind not in _EVENTS:
                raise NotARecordError("an event is of no kind that schema 1 knows")
            events.append(Event(kind, _string(version, "events[]")))
    if not any(event.kind == "introduced" for event in events):
        raise NotARecordError("a range does not say where it begins")
    return tuple(events)


def _severity(whole: dict[str, Any], own: dict[str, Any], affected: list[dict[str, Any]]) -> Severity | None:
    """Return the highest of what a record states in words or as vectors, of itself and of its packages."""
    known = [rated(word) for word in _words(own)]
    for part in (whole, *affected):
        for entry in _list(part, "severity"):
            known.append(scored(str(_mapping(entry).get("score"))))
    for each in affected:
        for specific in ("ecosystem_specific", "database_specific"):
            known += [rated(word) for word in _words(_mapping(each.get(specific)))]
    return highest(known)


def _words(specific: dict[str, Any]) -> list[str]:
    word = specific.get("severity")
    return [word] if isinstance(word, str) else []


def _is_malicious(ids: tuple[str, ...], own: dict[str, Any], affected: list[dict[str, Any]]) -> bool:
    """Whether it reports malicious code: by its id, its origin, or the weakness that GitHub or OpenSSF name."""
    if any(each.startswith("MAL-") for each in ids) or "malicious-packages-origins" in own:
        return True
    weaknesses = [own.get("cwe_ids")]
    for each in affected:
        weaknesses.append(_mapping(each.get("database_specific")).get("cwes"))
    return any(
        weakness == _MALICIOUS_CODE or _mapping(weakness).get("cweId") == _MALICIOUS_CODE
        for listed in weaknesses
        for weakness in (listed if isinstance(listed, list) else ())
    )


def _summary(whole: dict[str, Any]) -> str:
    for key in ("summary", "details"):
        text = whole.get(key)
        if isinstance(text, str) and text.strip():
            line = text.strip().splitlines()[0]
            return line if len(line) <= _SUMMARY else f"{line[:_SUMMARY]} ..."
    return ""


def _moment(whole: dict[str, Any], key: str) -> datetime | None:
    stated = whole.get(key)
    if stated is None:
        return None
    try:
        moment = datetime.fromisoformat(_string(stated, key))
    except ValueError as error:
        raise NotARecordError(f"{key} is no time") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _object(stated: object, what: str) -> dict[str, Any]:
    if not isinstance(stated, dict):
        raise NotARecordError(f"{what} is no object")
    return stated


def _mapping(stated: object) -> dict[str, Any]:
    return stated if isinstance(stated, dict) else {}


def _list(stated: dict[str, Any], key: str) -> list[Any]:
    found = stated.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise NotARecordError(f"{key} is no list")
    return found


def _strings(stated: dict[str, Any], key: str) -> tuple[str, ...]:
    found = _list(stated, key)
    try:
        return tuple(map(sys.intern, found))  # advisories on one package list the same versions again and again
    except TypeError as error:
        raise NotARecordError(f"{key} holds what is no text") from error


def _string(stated: object, what: str) -> str:
    if not isinstance(stated, str) or not stated:
        raise NotARecordError(f"{what} is no text")
    return stated
