"""Our reading of JSON Schema, held against a validator that we did not write."""

import json
import random
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

import jsonschema_rs
import pytest

from supplychain.bom import json_formats, json_schema
from supplychain.bom.json_schema import Schema
from supplychain.bom.schemas import schema_file

FILES = sorted(
    entry.name
    for entry in (resources.files("supplychain.bom") / "cyclonedx_schemas").iterdir()
    if entry.name.endswith(".json")
)
BOMS = [name for name in FILES if name.startswith("bom-")]
TEXTS = [
    "",
    "a",
    "é b",
    "en-US",
    "2024-01-01T00:00:00Z",
    "2024-01-01",
    "a@b.example",
    "https://a.example/b?c#d",
    "%",
    "\\",
]
TEXTS += [
    "urn:uuid:" + "-".join("0" * n for n in (8, 4, 4, 4, 12)),
    "0" * 64,
    "MIT",
    "text/plain",
    "MIT OR GPL-2.0-only",
]
SOUND = {"date-time": "2024-01-01T00:00:00Z", "date": "2024-01-01", "idn-email": "a@b.example", "iri-reference": "a"}
ANYTHING = [*TEXTS, None, True, False, 0, 1, 1.0, -1, 2.5, [], {}, [1, True], [{"a": 1}, {"a": 1.0}], {"unheard-of": 1}]


def names_of(schema: Any) -> Iterator[str]:
    """Yield the keywords of a schema and of those in it."""
    if isinstance(schema, dict):
        yield from schema
        for keyword, given in schema.items():
            if keyword in {"properties", "definitions"}:
                for inner in given.values():
                    yield from names_of(inner)
            elif keyword not in {"enum", "const", "default", "examples", "meta:enum", "required"}:
                for inner in given if isinstance(given, list) else [given]:
                    yield from names_of(inner)


class Maker:
    """Documents by a schema, each with a few faults or none."""

    def __init__(self, name: str, seed: int) -> None:
        self.draw = random.Random(seed)
        self.name = name
        self.faults = self.draw.choice([0, 0, 0.02, 0.1])

    def document(self) -> Any:
        made = self.made(schema_file(self.name), self.name, 0)
        return made if isinstance(made, dict) else {}

    def made(self, schema: Any, name: str, depth: int) -> Any:
        if "$ref" in schema:
            file, _, pointer = schema["$ref"].partition("#")
            name = file or name
            schema = loaded(name)
            for part in pointer.split("/")[1:]:
                schema = schema[part]
            return self.made(schema, name, depth)
        if self.draw.random() < self.faults:
            return self.draw.choice(ANYTHING)
        if options := schema.get("oneOf") or schema.get("anyOf"):
            chosen = self.draw.choice(options)
            return self.made({**schema, **chosen, "oneOf": None, "anyOf": None, "title": None}, name, depth)
        if "enum" in schema:
            return self.draw.choice(schema["enum"])
        kind = schema.get("type", "object" if "properties" in schema else None)
        kind = self.draw.choice(kind) if isinstance(kind, list) else kind
        if kind == "object":
            return self.object(schema, name, depth)
        if kind == "array":
            items = schema.get("items", {})
            items = items[0] if isinstance(items, list) else items
            return [self.made(items, name, depth + 1) for _ in range(self.draw.randint(0, 3 if depth < 5 else 1))]
        if kind in {"integer", "number"}:
            return self.draw.choice([0, 1, 1.0, 5, -3, 0.5])
        return self.draw.choice([True, False]) if kind == "boolean" else None if kind == "null" else self.text(schema)

    def object(self, schema: Any, name: str, depth: int) -> dict[str, Any]:
        likely = 0.5 if depth < 2 else 0.25 if depth < 5 else 0.05
        wanted = set(schema.get("required", ()))
        found = {
            key: self.made(inner, name, depth + 1)
            for key, inner in schema.get("properties", {}).items()
            if (key in wanted and self.draw.random() >= self.faults / 3)
            or self.draw.random() < (likely if self.faults or key != "signature" else 0)  # an empty one is ambiguous
        }
        return {**found, "unheard-of": 1} if self.draw.random() < self.faults / 3 else found

    def text(self, schema: Any) -> str:
        examples = [entry for entry in schema.get("examples", ()) if isinstance(entry, str)]
        if schema.get("format") in SOUND and self.draw.random() >= self.faults:
            return SOUND[schema["format"]]
        return self.draw.choice(examples or TEXTS[1 if self.faults == 0 else 0 :])


@cache
def loaded(name: str) -> Any:
    return schema_file(name)


@cache
def other(name: str) -> Any:
    """Return the validator that is the second opinion."""
    return jsonschema_rs.validator_for(
        loaded(name), validate_formats=True, retriever=lambda address: loaded(address.rpartition("/")[2])
    )


@pytest.mark.parametrize("name", FILES)
def test_the_schemas_are_those_that_the_library_ships(name: str) -> None:
    theirs = resources.files("cyclonedx.schema") / "_res" / name
    ours = resources.files("supplychain.bom") / "cyclonedx_schemas" / name
    assert ours.read_bytes() == theirs.read_bytes()


@pytest.mark.parametrize("name", FILES)
def test_every_keyword_of_the_schemas_is_read(name: str) -> None:
    known = {*json_schema._KEYWORDS, *json_schema._NOTES, "$ref"}
    assert set(names_of(loaded(name))) <= known
    text = (resources.files("supplychain.bom") / "cyclonedx_schemas" / name).read_text(encoding="utf-8")
    assert set(re.findall(r'"format": *"(.*?)"', text)) <= set(json_formats.FORMATS)


def test_a_keyword_that_is_not_read_is_refused() -> None:
    with pytest.raises(KeyError, match="contains"):
        list(Schema("x", lambda _: {"contains": {}}).problems([]))


@pytest.mark.parametrize("name", BOMS)
def test_made_documents_have_the_verdict_of_another_validator(name: str) -> None:
    schema, verdicts = Schema(name, loaded), []
    for seed in range(150):
        document = Maker(name, seed).document()
        verdicts.append(not list(schema.problems(document)))
        assert verdicts[-1] == other(name).is_valid(document), json.dumps(document)
    assert {True, False} == set(verdicts)


@pytest.mark.parametrize("name", BOMS)
def test_problems_are_where_the_other_validator_sees_them(name: str) -> None:
    for seed in range(50):
        document = Maker(name, seed).document()
        where = {".".join(map(str, error.instance_path)) for error in other(name).iter_errors(document)}
        assert {where for where, _ in Schema(name, loaded).problems(document)} == where


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "integer"}, [1, 1.0, -3], [1.5, True, "1", None]),
        ({"type": "number"}, [1, 0.5], [True, "1"]),
        ({"const": False}, [False], [0, None, ""]),
        ({"uniqueItems": True}, [[1, True], [{"a": 1}, {"a": 2}], [[], {}]], [[1, 1.0], [{"a": [1]}, {"a": [1.0]}]]),
        ({"pattern": "^a$"}, ["a", 5], ["a\n", "b"]),
        ({"items": [{"type": "string"}], "additionalItems": False}, [["a"], []], [["a", 1], [1]]),
        ({"additionalProperties": {"type": "string"}}, [{"a": "b"}], [{"a": 1}]),
        ({"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"required": ["c"]}}, [{"c": 1}], [{"a": 1}]),
        ({"not": {"required": ["a"]}}, [{}], [{"a": 1}]),
        ({"minimum": 1, "maximum": 2}, [1, 2, "x", False], [0, 3]),
        ({"minLength": 1, "maxLength": 2}, ["a", "é𝄞", []], ["", "abc"]),
        ({"minItems": 1, "maxItems": 2}, [[1]], [[], [1, 2, 3]]),
        ({"oneOf": [{"type": "integer"}, {"minimum": 2}]}, [1, 2.5], [3, 1.5]),
        ({"$ref": "#/definitions/a", "type": "null", "definitions": {"a": {"type": "string"}}}, ["a"], [None]),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_each_keyword(schema: dict[str, Any], good: list[Any], bad: list[Any]) -> None:
    theirs = jsonschema_rs.validator_for({"$schema": "http://json-schema.org/draft-07/schema#", **schema})
    ours = Schema("x", lambda _: schema)
    for expected, values in ((True, good), (False, bad)):
        assert [not list(ours.problems(value)) for value in values] == [expected] * len(values)
        assert [theirs.is_valid(value) for value in values] == [expected] * len(values)


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("date", ["2024-02-29", "0000-01-01"], ["2023-02-29", "2024-1-1", "20240101", "2024-01-01\n"]),
        (
            "date-time",
            [
                "2024-01-01T00:00:00Z",
                "2024-01-01t00:00:00.5+23:59",
                "2024-01-01T23:59:60Z",
                "2024-01-01T00:59:60+01:00",
            ],
            [
                "2024-01-01T00:00:00",
                "2024-01-01 00:00:00Z",
                "2024-01-01T24:00:00Z",
                "2024-01-01T12:00:60Z",
                "2024-01-01",
            ],
        ),
        (
            "idn-email",
            ["a@b", "é@ü.example", '"a b"@c.example', "a@[192.0.2.1]", "a@[IPv6:::1]"],
            ["a", "@b", "a@", "a b@c.example", "a..b@c.example", "a@-b.example", "a@[1.2]", "a@b.example."],
        ),
        ("uri", ["urn:a:b", "http://[::1]/"], ["a/b", "http://é.example/", "http://[1]/", ""]),
        (
            "iri-reference",
            ["", "a/b", "urn:a:b", "//h:80/é?\ue000#x", "http://[::1]/", "http://[v1.a]", "./a:b", "%41"],
            ["a b", "%zz", "1:b", "##", "http://[1]/", "http://a:b/", "#\ue000", "<a>", "a\\b", "http://a\n"],
        ),
    ],
)
def test_each_format(form: str, good: list[str], bad: list[str]) -> None:
    theirs = jsonschema_rs.validator_for(
        {"$schema": "http://json-schema.org/draft-07/schema#", "format": form}, validate_formats=True
    )
    for text in [*good, *bad]:
        assert json_formats.FORMATS[form](text) is (text in good) is theirs.is_valid(text)


@pytest.mark.parametrize(
    ("form", "text"),
    [("date-time", "202.-01-01T00:00:00Z"), ("date", "2023-0+-29"), ("idn-email", "Ada <a@b.example>")],
)
def test_what_only_the_other_validator_lets_pass(form: str, text: str) -> None:
    assert not json_formats.FORMATS[form](text)


def test_lists_that_nest_are_not_counted_at_each_depth() -> None:
    inner: Any = [{"name": str(number)} for number in range(20_000)]
    for _ in range(200):
        inner = [{"in": inner}, {}]
    schema = {"uniqueItems": True, "items": {"$ref": "#"}, "properties": {"in": {"$ref": "#"}}}
    assert list(Schema("x", lambda _: schema).problems(inner)) == []
