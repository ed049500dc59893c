"""JSON of locks and manifests, and the lines of its keys: Python's own reader keeps none, and is fast."""

from __future__ import annotations

import bisect
import json
import re
from typing import Any

from supplychain.packages.interface import NotParsedError

_TEXT = re.compile(r'"(?P<key>(?:[^"\\]|\\.)*+)"(?P<colon>\s*+:\s*+(?P<opens>\{)?)?', re.DOTALL)


def from_json(text: str) -> dict[str, Any]:
    """Return the object that a JSON file holds.

    Raises:
        NotParsedError: it is not JSON, nested too deep, or holds something else.
    """
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise NotParsedError(f"not JSON: {error.msg}", error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise NotParsedError(f"not JSON that can be read: {type(error).__name__}") from error
    if not isinstance(found, dict):
        raise NotParsedError("it holds no JSON object", 1)
    return found


class Lines:
    """The lines of the keys of a JSON text, asked for in the order in which they stand."""

    def __init__(self, text: str, *, only_objects: bool = False) -> None:
        """Look for all keys once, or for those whose value is an object."""
        self._keys: dict[str, list[int]] = {}
        for match in _TEXT.finditer(text):
            if match["colon"] and (match["opens"] or not only_objects):
                self._keys.setdefault(_unescaped(match["key"]), []).append(match.start())
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self._at = 0

    def next(self, key: str) -> int:
        """Return the line of the next place where a key stands, and go on from there; the line so far if there is none."""
        places = self._keys.get(key, ())
        index = bisect.bisect_left(places, self._at)
        if index < len(places):
            self._at = places[index] + 1
        return self.here

    def after(self, *keys: str) -> Lines:
        """Go to the first place where these keys stand one after another, from the beginning."""
        self._at = 0
        for key in keys:
            self.next(key)
        return self

    @property
    def here(self) -> int:
        """The line of the last key."""
        return bisect.bisect_left(self._ends, max(self._at - 1, 0)) + 1


def _unescaped(key: str) -> str:
    if "\\" not in key:
        return key
    try:
        return str(json.loads(f'"{key}"', strict=False))
    except ValueError:
        return key
