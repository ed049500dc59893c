"""Values in the JSON of services, which may hold anything at all where a value is expected."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from supplychain.facts.interface import NoFactError

MOST = 200
"""Texts of a list."""
_TIME = TypeAdapter(AwareDatetime)
_OBJECT = TypeAdapter(dict[str, Any])


def parsed(title: str, body: bytes) -> dict[str, Any]:
    """Return a body that is a JSON object.

    Raises:
        NoFactError: it is none.
    """
    try:
        return _OBJECT.validate_json(body)
    except ValidationError as error:
        raise NoFactError(f"{title} answered with something that is not its JSON") from error


def text(value: object) -> str:
    """Return a text; empty where it is none."""
    return value if isinstance(value, str) else ""


def texts(value: object) -> tuple[str, ...]:
    """Return the texts of a list, or the one text that stands in its place."""
    items = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(item for item in items if isinstance(item, str) and item))[:MOST]


def number(value: object) -> int | None:
    """Return a count; None where it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def time(value: object) -> datetime | None:
    """Return a time with its zone; None where it is none."""
    try:
        return _TIME.validate_python(value) if isinstance(value, str) else None
    except ValidationError:
        return None


def mapping(value: object) -> dict[str, Any]:
    """Return an object; empty where it is none."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> list[dict[str, Any]]:
    """Return the objects of a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
