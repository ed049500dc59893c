"""Records of the Open Source Vulnerability format, schema 1: what matching needs of them, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple, Required, TypeVar

from pydantic import FailFast, StringConstraints, TypeAdapter, ValidationError
from typing_extensions import TypedDict  # what pydantic takes before Python 3.12

from supplychain.advisories.names import Name, canonical
from supplychain.advisories.severity import highest, rated, scored
from supplychain.model.finding import Severity

_MALICIOUS_CODE = "CWE-506"
_SUMMARY = 300
_EVENTS = frozenset({"introduced", "fixed", "last_affected", "limit"})
_SPECIFIC = ("database_specific", "ecosystem_specific")
_TYPES = frozenset({"ECOSYSTEM", "SEMVER"})
_WRONG = {"tuple_type": "is no list", "dict_type": "is no object"}

Event = tuple[str, str]
"""One border of a range: `introduced`, `fixed`, `last_affected` or `limit`, and the version."""

_Entry = TypeVar("_Entry")
_Listed = Annotated[tuple[_Entry, ...] | None, FailFast()]
_Filled = Annotated[str, StringConstraints(min_length=1)]


class NotARecordError(Exception):
    """Bytes that are no record of schema 1; the message says in what."""


class _Package(TypedDict):
    name: _Filled
    ecosystem: _Filled


class _Range(TypedDict, total=False):
    type: Required[_Filled]
    events: _Listed[dict[str, Any]]


class _Affected(TypedDict, total=False):
    package: _Package | None
    versions: _Listed[str]
    ranges: _Listed[_Range]
    severity: _Listed[Any]
    ecosystem_specific: Any
    database_specific: Any


class _Stated(TypedDict, total=False):
    """A record as JSON has it, of the right types wherever these decide a match."""

    schema_version: str | None
    id: Required[_Filled]
    aliases: _Listed[str]
    summary: Any
    details: Any
    published: str | None
    modified: str | None
    withdrawn: str | None
    severity: _Listed[Any]
    affected: _Listed[_Affected]
    database_specific: Any


_STATED = TypeAdapter(_Stated)


class Affected(NamedTuple):
    """The versions of one package that a record speaks of."""

    package: Name
    versions: tuple[str, ...]
    ranges: tuple[tuple[Event, ...], ...]
    """Ranges in the order of the ecosystem; ranges of commits are left out."""


class Record(NamedTuple):
    """One advisory as a database has it."""

    ids: tuple[str, ...]
    """Every name that it goes by, its own first; what it calls related is another advisory."""
    summary: str
    published: datetime | None
    modified: datetime | None
    withdrawn: datetime | None
    severity: Severity | None
    malicious: bool
    affected: tuple[Affected, ...]

    @property
    def id(self) -> str:
        """Its own name."""
        return self.ids[0]


def parse(data: bytes) -> Record:
    """Return the record that JSON states.

    Raises:
        NotARecordError: it is no JSON, no record of schema 1, or a part that decides a match is not as it has to be.
    """
    stated = _stated(data)
    if (stated.get("schema_version") or "1").partition(".")[0] != "1":
        raise NotARecordError("it is of another schema than 1")
    ids = (stated["id"], *(stated.get("aliases") or ()))
    affected = stated.get("affected") or ()
    parts: tuple[_Stated | _Affected, ...] = (stated, *affected)
    specific = [own for part in parts for key in _SPECIFIC if isinstance(own := part.get(key), dict)]
    return Record(
        ids=ids,
        summary=_line(stated.get("summary")) or _line(stated.get("details")),
        published=_moment(stated.get("published"), "published"),
        modified=_moment(stated.get("modified"), "modified"),
        withdrawn=_moment(stated.get("withdrawn"), "withdrawn"),
        severity=_severity(parts, specific),
        malicious=any(each.startswith("MAL-") for each in ids) or any(map(_is_malicious, specific)),
        affected=tuple(_affected(each, package) for each in affected if (package := each.get("package"))),
    )


def _stated(data: bytes) -> _Stated:
    """Return what JSON holds; pydantic's parser is the fast one, and takes neither half of a surrogate pair nor UTF-16."""
    try:
        try:
            return _STATED.validate_json(data)
        except ValidationError as error:
            if error.errors(include_input=False, include_url=False)[0]["type"] != "json_invalid":
                raise
            return _STATED.validate_python(json.loads(data))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = "".join("[]" if isinstance(each, int) else f".{each}" for each in first["loc"]).lstrip(".")
        raise NotARecordError(f"{where or 'the record'} {_WRONG.get(first['type'], 'is no text')}") from error
    except (ValueError, RecursionError) as error:
        raise NotARecordError(f"no JSON: {type(error).__name__}") from error


def _affected(stated: _Affected, package: _Package) -> Affected:
    ecosystem, _, _ = package["ecosystem"].partition(":")  # a suffix names a release of a distribution
    return Affected(
        package=canonical(ecosystem, package["name"]),
        versions=stated.get("versions") or (),
        ranges=tuple(_events(each) for each in stated.get("ranges") or () if each["type"] != "GIT"),
    )


def _events(stated: _Range) -> tuple[Event, ...]:
    if stated["type"] not in _TYPES:
        raise NotARecordError("a range is of no type that schema 1 knows")
    events = tuple(pair for event in stated.get("events") or () for pair in event.items())
    kinds = {kind for kind, _ in events}
    if not kinds <= _EVENTS:
        raise NotARecordError("an event is of no kind that schema 1 knows")
    if "introduced" not in kinds:
        raise NotARecordError("a range does not say where it begins")
    if not all(isinstance(version, str) and version for _, version in events):
        raise NotARecordError("events[] is no text")
    return events


def _severity(parts: Iterable[_Stated | _Affected], specific: Iterable[dict[str, Any]]) -> Severity | None:
    """Return the highest of what a record states in words or as vectors, of itself and of its packages."""
    known = [rated(word) for each in specific if isinstance(word := each.get("severity"), str)]
    for part in parts:
        for entry in part.get("severity") or ():
            known.append(scored(str(_mapping(entry).get("score"))))
    return highest(known)


def _is_malicious(specific: dict[str, Any]) -> bool:
    """Whether malicious code is reported: by where a report comes from, or the weakness that GitHub or OpenSSF name."""
    return "malicious-packages-origins" in specific or any(
        weakness == _MALICIOUS_CODE or _mapping(weakness).get("cweId") == _MALICIOUS_CODE
        for listed in (specific.get("cwe_ids"), specific.get("cwes"))
        if isinstance(listed, list)
        for weakness in listed
    )


def _line(text: object) -> str:
    """Return the first line of a text, cut where it is long; what is no text has none."""
    lines = text.strip()[: _SUMMARY + 1].splitlines() if isinstance(text, str) else []
    return "" if not lines else lines[0] if len(lines[0]) <= _SUMMARY else f"{lines[0][:_SUMMARY]} ..."


def _moment(stated: str | None, key: str) -> datetime | None:
    if stated is None:
        return None
    try:
        moment = datetime.fromisoformat(stated)
    except ValueError as error:
        raise NotARecordError(f"{key} is no time") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _mapping(stated: object) -> dict[str, Any]:
    return stated if isinstance(stated, dict) else {}
