"""The inventory that is written: valid, stable, and read back as what went in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from supplychain.bom.reading import read_boms
from supplychain.bom.writing import to_cyclonedx
from supplychain.model.component import Component
from supplychain.model.inventory import Inventory, SelfTest
from supplychain.model.reference import Place, Reference, Resolution, Scope
from supplychain.target import Target

NOW = datetime(2026, 1, 1, tzinfo=UTC)
IDS = [
    "dataset:huggingface/acme/d",
    "model:file/weights.bin",
    "model:huggingface/acme/m",
    "model:huggingface/gpt2",
    "model:url/example.org/x.pth",
    "package:npm/@scope/n",
    "package:pypi/torch",
    "service:openai",
]


def reference(identity: str, revision: str | None = None, scope: Scope = Scope.PROD, line: int = 1) -> Reference:
    """Return a reference to a component."""
    place = Place(file="app.py", line=line, scope=scope)
    return Reference(component=Component.parse(identity), at=place, resolution=Resolution.LITERAL, revision=revision)


def written(*references: Reference) -> str:
    """Return the text that is written for these references."""
    inventory = Inventory(references=references, self_test=SelfTest(planted=1, found=1))
    return to_cyclonedx(inventory, "target", "sha256:1", NOW)


def entry(*references: Reference) -> dict[str, Any]:
    """Return the one component that is written."""
    (component,) = json.loads(written(*references))["components"]
    found: dict[str, Any] = component
    return found


def test_what_is_written_is_read_back() -> None:
    text = written(*(reference(identity) for identity in IDS))
    (bom,) = read_boms(Target.of({"bom.json": text.encode()}))
    assert bom.problem == ""
    assert sorted(item.component.id for item in bom.listed) == IDS
    lines = text.splitlines()
    assert all(item.component.id in lines[(item.at.line or 0) - 1] for item in bom.listed)


def test_the_same_input_gives_the_same_text() -> None:
    references = [reference(identity) for identity in IDS]
    assert written(*references) == written(*references)
    assert written(*references) == written(*reversed(references))


@pytest.mark.parametrize(
    ("revisions", "version"),
    [(["abc"], "abc"), (["abc", "abc"], "abc"), (["abc", "def"], None), ([None], None)],
)
def test_a_version_is_written_where_there_is_one_revision(revisions: list[str | None], version: str | None) -> None:
    references = [reference("model:huggingface/acme/m", r, line=i) for i, r in enumerate(revisions, start=1)]
    assert entry(*references).get("version") == version


@pytest.mark.parametrize(
    ("identity", "purl"),
    [
        ("model:huggingface/acme/m", "pkg:huggingface/acme/m@abc"),
        ("dataset:huggingface/acme/d", "pkg:huggingface/acme/d@abc?repo_type=dataset"),
        ("package:pypi/torch", "pkg:pypi/torch@abc"),
        ("model:url/example.org/x.pth", None),
        ("model:file/weights.bin", None),
    ],
)
def test_a_purl_is_written_where_the_registry_has_one(identity: str, purl: str | None) -> None:
    assert entry(reference(identity, "abc")).get("purl") == purl


def test_the_places_that_name_a_component_stand_beside_it() -> None:
    component = entry(*(reference("package:pypi/torch", line=i) for i in (1, 2)))
    assert [p["value"] for p in component["properties"] if p["name"] == "supplychain:used-at"] == [
        *("app.py:1", "app.py:2"),
    ]


@pytest.mark.parametrize("scope", [Scope.TEST, Scope.VENDORED])
def test_tests_and_vendored_code_are_left_out(scope: Scope) -> None:
    assert "components" not in json.loads(written(reference("package:pypi/torch", scope=scope)))


def test_modules_known_by_import_only_are_left_out() -> None:
    assert "components" not in json.loads(written(reference("package:import/torch")))


def test_an_empty_inventory_is_written_and_read() -> None:
    (bom,) = read_boms(Target.of({"bom.json": written().encode()}))
    assert (bom.problem, bom.listed) == ("", ())


def test_names_that_need_escaping_are_read_back() -> None:
    identity = 'model:file/a "b" <c> é.bin'
    (bom,) = read_boms(Target.of({"bom.json": written(reference(identity)).encode()}))
    assert [item.component.id for item in bom.listed] == [identity]


def test_it_is_valid_by_the_schema() -> None:
    pytest.importorskip("jsonschema", reason="needs cyclonedx-python-lib[json-validation]")
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    text = written(*(reference(identity, "abc") for identity in IDS))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
