"""JSON held against a JSON Schema of draft 7, with the keywords that the schemas of CycloneDX use; another is refused.

schema = Schema("bom.schema.json", load)
for where, problem in schema.problems(document): ...
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from supplychain.bom.json_formats import FORMATS

_NOTES = frozenset(
    ("$schema", "$id", "$comment", "title", "description", "default", "examples", "deprecated", "definitions")
) | {"meta:enum", "then", "else", "additionalItems"}
"""Keywords that ask for nothing themselves; `then`, `else` and `additionalItems` are read with the one that they follow."""
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "number": (int, float),
}

_NUMBER = (int, float)


class _Step(NamedTuple):
    """A value that another schema has to hold for: a part of the one before, or the same where `part` is None."""

    part: str | int | None
    value: Any
    schema: Any


_Rule = Callable[[Any], Iterable[str | _Step]]


class _Context(NamedTuple):
    """What a keyword may ask of its schema: whether another one holds for a value, and the number of a value."""

    holds: Callable[[Any, Any], bool]
    number: Callable[[Any], int]


class Schema:
    """A schema, with the files that it refers to; what a keyword asks for is worked out where a document comes to it."""

    def __init__(self, name: str, load: Callable[[str], Any]) -> None:
        """Make a schema of a file's name and of what returns the content of a file by its name."""
        self._load, self._name = load, name
        self._files: dict[str, Any] = {}
        self._known: dict[int, tuple[str, list[_Rule]]] = {}
        self._equal: dict[Any, int] = {}
        self._seen: dict[int, int] = {}

    def problems(self, value: Any) -> Iterator[tuple[str, str]]:
        """Yield where a document is not what the schema asks for, as in `components.3.type`, and what is wrong there.

        Raises:
            KeyError: the schema uses a keyword, a type or a format that is not read.
        """
        self._equal.clear()
        self._seen.clear()
        return self._problems(value, self._file(self._name), self._name)

    def number(self, value: Any) -> int:
        """Return a number that a value of the document shares with those that are equal to it, and with no other."""
        if not isinstance(value, (dict, list)):
            return self._equal.setdefault((isinstance(value, bool), value), len(self._equal))
        if id(value) not in self._seen:  # each is counted once: lists that nest have to be without twins at each depth
            key: Any = tuple(map(self.number, value.values() if isinstance(value, dict) else value))
            key = frozenset(zip(value, key, strict=True)) if isinstance(value, dict) else ("a list", *key)
            self._seen[id(value)] = self._equal.setdefault(key, len(self._equal))
        return self._seen[id(value)]

    def _problems(self, value: Any, schema: Any, file: str) -> Iterator[tuple[str, str]]:
        todo: list[tuple[str, Any, Any, str]] = [("", value, schema, file)]
        while todo:
            where, value, schema, file = todo.pop()
            file, rules = self._known.get(id(schema)) or self._rules(schema, file)
            steps = []
            for rule in rules:
                for said in rule(value):
                    if isinstance(said, str):
                        yield where, said
                    else:
                        at = where if said.part is None else f"{where}.{said.part}" if where else str(said.part)
                        steps.append((at, said.value, said.schema, file))
            todo.extend(reversed(steps))

    def _rules(self, schema: Any, file: str) -> tuple[str, list[_Rule]]:
        stated = schema
        while isinstance(stated, dict) and "$ref" in stated:  # draft 7 reads nothing beside it
            name, _, pointer = stated["$ref"].partition("#")
            file = name or file
            stated = self._file(file)
            for part in pointer.split("/")[1:]:
                stated = stated[part]

        def holds(value: Any, inner: Any) -> bool:
            return next(self._problems(value, inner, file), None) is None

        context = _Context(holds, self.number)
        if isinstance(stated, bool):
            rules: list[_Rule] = [] if stated else [_nothing]
        else:
            rules = [_KEYWORDS[name](stated[name], stated, context) for name in stated if name not in _NOTES]
        self._known[id(schema)] = file, rules
        return file, rules

    def _file(self, name: str) -> Any:
        if name not in self._files:
            self._files[name] = self._load(name)
        return self._files[name]


def _nothing(_: Any) -> Iterable[str | _Step]:
    return ("nothing may stand here",)


def _shown(value: Any) -> str:
    return "an object" if isinstance(value, dict) else "a list" if isinstance(value, list) else repr(value)[:80]


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_a(value: Any, name: str) -> bool:
    if name == "integer":
        return _is_number(value) and value == value // 1
    return isinstance(value, _TYPES[name]) and (name != "number" or _is_number(value))


def _asks(kind: type | tuple[type, ...], holds: Callable[[Any, Any], bool], problem: str) -> Callable[..., _Rule]:
    """Return a keyword that values of a kind have to meet; `problem` may name the value and what was given."""

    def keyword(given: Any, _: Any, __: _Context) -> _Rule:
        def rule(value: Any) -> Iterable[str]:
            if not isinstance(value, kind) or (kind is _NUMBER and isinstance(value, bool)) or holds(value, given):
                return ()
            return (problem.format(value=_shown(value), given=given),)

        return rule

    return keyword


def _type(given: str | list[str], *_: Any) -> _Rule:
    names = [given] if isinstance(given, str) else given
    problem = f"is no {' or '.join(names)}"
    return lambda value: () if any(_is_a(value, name) for name in names) else (f"{_shown(value)} {problem}",)


def _enum(given: list[str], *_: Any) -> _Rule:
    allowed = frozenset(given)
    listed = ", ".join(given[:3]) + (f" or {len(given) - 3} others" if len(given) > 3 else "")
    return lambda value: (
        () if isinstance(value, str) and value in allowed else (f"{_shown(value)} is not one of {listed}",)
    )


def _const(given: Any, *_: Any) -> _Rule:
    return lambda value: () if (type(value), value) == (type(given), given) else (f"{_shown(value)} is not {given!r}",)


def _format(given: str, *_: Any) -> _Rule:
    holds = FORMATS[given]
    return lambda value: () if not isinstance(value, str) or holds(value) else (f"{_shown(value)} is no {given}",)


def _pattern(given: str, *_: Any) -> _Rule:
    found = re.compile(given.replace("$", r"\Z")).search  # as JavaScript reads it, no line break may follow
    problem = f"does not match {given}"
    return lambda value: () if not isinstance(value, str) or found(value) else (f"{_shown(value)} {problem}",)


def _unique(given: bool, _: Any, context: _Context) -> _Rule:
    def rule(value: Any) -> Iterable[str]:
        if not given or not isinstance(value, list) or len(value) < 2:
            return ()
        return () if len(set(map(context.number, value))) == len(value) else ("it has an element twice",)

    return rule


def _properties(given: dict[str, Any], *_: Any) -> _Rule:
    def rule(value: Any) -> Iterable[_Step]:
        listed = value.items() if isinstance(value, dict) else ()
        return [_Step(name, inner, given[name]) for name, inner in listed if name in given]

    return rule


def _additional(given: Any, schema: dict[str, Any], _: _Context) -> _Rule:
    known = schema.get("properties", {})

    def rule(value: Any) -> Iterable[str | _Step]:
        more = [name for name in value if name not in known] if isinstance(value, dict) else []
        if given is False:
            return [f"it knows no {name[:80]!r}" for name in more]
        return [_Step(name, value[name], given) for name in more]

    return rule


def _items(given: Any, schema: dict[str, Any], _: _Context) -> _Rule:
    schemas = given if isinstance(given, list) else []
    rest = schema.get("additionalItems", True) if isinstance(given, list) else given

    def rule(value: Any) -> Iterable[_Step]:
        listed = enumerate(value) if isinstance(value, list) else ()
        return [_Step(at, inner, schemas[at] if at < len(schemas) else rest) for at, inner in listed]

    return rule


def _required(given: list[str], *_: Any) -> _Rule:
    return lambda value: [f"it has no {name!r}" for name in given if isinstance(value, dict) and name not in value]


def _all_of(given: list[Any], *_: Any) -> _Rule:
    return lambda value: [_Step(None, value, schema) for schema in given]


def _any_of(given: list[Any], _: Any, context: _Context) -> _Rule:
    problem = "is valid under none of the schemas of anyOf"
    return lambda value: (
        () if any(context.holds(value, schema) for schema in given) else (f"{_shown(value)} {problem}",)
    )


def _one_of(given: list[Any], _: Any, context: _Context) -> _Rule:
    def rule(value: Any) -> Iterable[str]:
        count = sum(context.holds(value, schema) for schema in given)
        if count == 1:
            return ()
        return (f"{_shown(value)} is valid under {count or 'none'} of the schemas of oneOf",)

    return rule


def _not(given: Any, _: Any, context: _Context) -> _Rule:
    return lambda value: (f"{_shown(value)} is what may not stand here",) if context.holds(value, given) else ()


def _if(given: Any, schema: dict[str, Any], context: _Context) -> _Rule:
    then, otherwise = schema.get("then", True), schema.get("else", True)
    return lambda value: (_Step(None, value, then if context.holds(value, given) else otherwise),)


_KEYWORDS: Mapping[str, Callable[..., _Rule]] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "format": _format,
    "pattern": _pattern,
    "uniqueItems": _unique,
    "minLength": _asks(str, lambda value, given: len(value) >= given, "{value} is shorter than {given}"),
    "maxLength": _asks(str, lambda value, given: len(value) <= given, "{value} is longer than {given}"),
    "minItems": _asks(list, lambda value, given: len(value) >= given, "it has fewer than {given} elements"),
    "maxItems": _asks(list, lambda value, given: len(value) <= given, "it has more than {given} elements"),
    "minimum": _asks(_NUMBER, lambda value, given: value >= given, "{value} is less than {given}"),
    "maximum": _asks(_NUMBER, lambda value, given: value <= given, "{value} is more than {given}"),
    "properties": _properties,
    "additionalProperties": _additional,
    "items": _items,
    "required": _required,
    "allOf": _all_of,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": _not,
    "if": _if,
}
