"""YAML of locks, settings and records as plain tables, lists and texts, each key with its line; nothing is constructed."""

from __future__ import annotations

from typing import Any

from supplychain.files import NotParsedError

_DEPTH = 60
_NODES = 1_500_000
"""Values of a file; the 8 MB that are read of one have fewer where a tool wrote it."""
_BRACKETS = 400_000
_ALIASES = 20
"""No tool writes one in a lock; people write few in an environment."""


class Table(dict[str, Any]):
    """A mapping, with the line of each key."""

    def __init__(self) -> None:
        """Begin with no key."""
        super().__init__()
        self.lines: dict[str, int] = {}


def from_yaml(text: str) -> list[Any]:
    """Return the documents of a YAML file: tables, lists, texts as they are written, and None for null.

    Raises:
        NotParsedError: it is not YAML, has one key twice, or is beyond a limit.
    """
    import yaml  # here, since few targets have such a lock

    if text.count("[") + text.count("{") > _BRACKETS:
        raise NotParsedError(f"it has more than {_BRACKETS:,} brackets")
    composer = _Composer()
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            composer.take(event)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise NotParsedError(f"not YAML: {error.problem}", line) from error
    except (yaml.YAMLError, ValueError) as error:
        raise NotParsedError("not YAML: a character that it may not hold") from error
    return composer.roots


class _Composer:
    """Tables from the events of a parser, without recursion."""

    def __init__(self) -> None:
        self.roots: list[Any] = []
        self._open: list[list[Any]] = []
        """The tables and lists that are open, each with the key that waits for its value, or None."""
        self._anchors: dict[str, Any] = {}
        self._nodes = 0
        self._aliases = 0

    def take(self, event: Any) -> None:
        kind = event.__class__.__name__
        line = event.start_mark.line + 1
        if kind == "ScalarEvent":
            is_null = event.style is None and event.value in {"", "~", "null"}
            self._put(None if is_null else event.value, event.anchor, line)
        elif kind in {"MappingStartEvent", "SequenceStartEvent"}:
            value: Any = Table() if kind == "MappingStartEvent" else []
            self._put(value, event.anchor, line)
            self._open.append([value, None])
            if len(self._open) > _DEPTH:
                raise NotParsedError(f"it is nested more than {_DEPTH} deep", line)
        elif kind in {"MappingEndEvent", "SequenceEndEvent"}:
            self._open.pop()
        elif kind == "AliasEvent":
            self._aliases += 1
            if self._aliases > _ALIASES:
                raise NotParsedError(f"it has more than {_ALIASES} aliases", line)
            self._put(self._anchors.get(event.anchor), None, line)

    def _put(self, value: Any, anchor: str | None, line: int) -> None:
        self._nodes += 1
        if self._nodes > _NODES:
            raise NotParsedError(f"it has more than {_NODES:,} values", line)
        if anchor is not None:
            self._anchors[anchor] = value
        if not self._open:
            self.roots.append(value)
            return
        parent, key = self._open[-1]
        if isinstance(parent, list):
            parent.append(value)
        elif key is None:
            if isinstance(value, (dict, list)):
                raise NotParsedError("a key that is no text", line)
            key = value or ""
            if key in parent:
                raise NotParsedError(f"the key {key!r} stands there twice", line)
            self._open[-1][1] = key
            parent.lines[key] = line
        else:
            parent[key] = value
            self._open[-1][1] = None
