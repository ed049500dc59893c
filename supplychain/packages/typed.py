"""Values of a file whose type nobody has checked."""

from __future__ import annotations

from typing import Any

from supplychain.packages.interface import NotParsedError


def table(value: object, what: str, line: int | None = None) -> dict[str, Any]:
    """Return a mapping; an empty one for None.

    Raises:
        NotParsedError: it is something else.
    """
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise NotParsedError(f"{what} is no mapping", line)
    return value


def items(value: object, what: str, line: int | None = None) -> list[Any]:
    """Return a list; an empty one for None.

    Raises:
        NotParsedError: it is something else.
    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise NotParsedError(f"{what} is no list", line)
    return value


def text(value: object, what: str, line: int | None = None) -> str:
    """Return a text; an empty one for None.

    Raises:
        NotParsedError: it is something else.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise NotParsedError(f"{what} is no text", line)
    return value


def texts(value: object, what: str, line: int | None = None) -> dict[str, str]:
    """Return a mapping of texts; an empty one for None.

    Raises:
        NotParsedError: it is something else.
    """
    return {key: text(given, f"{what} {key!r}", line) for key, given in table(value, what, line).items()}
