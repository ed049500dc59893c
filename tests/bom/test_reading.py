"""Inventories of a target in every format: which files are one, and which component an entry is."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from supplychain.bom.interface import ID_PROPERTY, INVENTORY
from supplychain.bom.reading import read_boms
from supplychain.target import Target
from tests.bom.support import (
    HEAD,
    MODEL,
    SPACE,
    SPDX_2,
    SPDX_3,
    SPDX_XML,
    TAG_VALUE,
    XML,
    boms,
    cyclonedx,
    ids,
    listed,
    spdx_3,
)


@pytest.mark.parametrize(
    ("text", "form", "line"),
    [
        (cyclonedx({**MODEL, "type": "library"}, specVersion="1.4"), "CycloneDX", 9),
        (cyclonedx(MODEL, specVersion="1.5"), "CycloneDX", 9),
        (cyclonedx(MODEL), "CycloneDX", 9),
        (json.dumps({**HEAD, "components": [MODEL]}), "CycloneDX", 1),
        ("\n" + cyclonedx(MODEL), "CycloneDX", 10),
        (XML, "CycloneDX XML", 6),
        (TAG_VALUE, "SPDX 2", 9),
        (json.dumps(SPDX_2), "SPDX 2", 1),
        (json.dumps({key: SPDX_2[key] for key in sorted(SPDX_2)}), "SPDX 2", 1),
        (SPDX_XML, "SPDX 2", 5),
        (json.dumps(SPDX_3, indent=1), "SPDX 3", 7),
        (json.dumps(SPDX_3), "SPDX 3", 1),
    ],
)
@pytest.mark.parametrize("path", ["bom.json", "a/inventory.xml", "sbom.spdx", "list.txt", "x.jsonld", "X.CDX"])
def test_an_inventory_is_found_by_content_under_any_name(text: str, form: str, line: int, path: str) -> None:
    (bom,) = boms(text, path)
    assert (bom.file, bom.format, bom.problem) == (path, form, "")
    assert [(x.component.id, x.version, x.at.line) for x in bom.listed if "huggingface" in x.component.id] == [
        ("model:huggingface/acme/m", "abc", line)
    ]


@pytest.mark.parametrize("version", ["spdxVersion: SPDX-2.3", 'spdxVersion: "SPDX-2.3"', "'spdxVersion': 'SPDX-2.3'"])
def test_yaml_is_read_however_its_version_is_quoted(version: str) -> None:
    rest = {key: value for key, value in SPDX_2.items() if key != "spdxVersion"}
    text = version + "\n" + "\n".join(f"{key}: {json.dumps(value)}" for key, value in rest.items())
    assert listed(text, "sbom.yaml") == ["7 model:huggingface/acme/m@abc"]


def test_a_newer_version_with_unknown_fields_is_read() -> None:
    model = {**MODEL, "isExternal": True, "patentAssertions": [{"x": 1}]}
    assert listed(cyclonedx(model, specVersion="1.7", citations=[{}], future={"a": [1]}))[0].endswith("acme/m@abc")


@pytest.mark.parametrize("text", ["", "{}", '{"name": "CycloneDX"}', "bomFormat", '{"spdx": "2.3"}', "<bom/>"])
@pytest.mark.parametrize("path", ["x.json", "x.xml", "x.spdx"])
def test_other_files_are_no_inventories(text: str, path: str) -> None:
    assert boms(text, path) == ()


def test_source_that_speaks_of_a_format_is_no_inventory() -> None:
    assert boms(cyclonedx(MODEL), "bom.py") == ()


def test_the_maintained_inventory_is_the_only_one_where_it_exists() -> None:
    files = {INVENTORY: cyclonedx(MODEL).encode(), "other.json": cyclonedx().encode()}
    assert [bom.file for bom in read_boms(Target.of(files))] == [INVENTORY]


@pytest.mark.parametrize("text", ["", "{}", "not json", "[]"])
def test_the_maintained_inventory_is_a_problem_where_it_is_none(text: str) -> None:
    (bom,) = boms(text, INVENTORY)
    assert bom.problem


def test_all_others_count_in_the_order_of_their_paths() -> None:
    files = {"b.xml": XML.encode(), "a.json": cyclonedx(MODEL).encode()}
    assert [bom.file for bom in read_boms(Target.of(files))] == ["a.json", "b.xml"]


# Which component an entry is


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"properties": [{"name": ID_PROPERTY, "value": "model:url/h/m.pt"}]}, "model:url/h/m.pt"),
        ({"purl": "pkg:huggingface/acme/m@1"}, "model:huggingface/acme/m"),
        ({"purl": "pkg:huggingface/gpt2"}, "model:huggingface/gpt2"),
        ({"purl": "pkg:huggingface/acme/d?repo_type=dataset"}, "dataset:huggingface/acme/d"),
        ({"type": "data", "purl": "pkg:huggingface/acme/d"}, "dataset:huggingface/acme/d"),
        ({"purl": "pkg:mlflow/fraud@3"}, "model:mlflow/fraud"),
        ({"purl": "pkg:pypi/torch@2.0.0"}, "package:pypi/torch"),
        ({"purl": "pkg:npm/%40scope/n@1"}, "package:npm/@scope/n"),
        ({"type": "machine-learning-model", "purl": "pkg:generic/m"}, "model:generic/m"),
        ({"type": "machine-learning-model", "group": "acme", "name": "m"}, "model:unknown/acme/m"),
        ({"type": "data", "name": "d"}, "dataset:unknown/d"),
        ({"type": "library", "name": "l"}, "package:unknown/l"),
    ],
)
def test_an_entry_is_named_by_property_purl_or_type(entry: dict[str, object], expected: str) -> None:
    assert ids({"type": "library", "name": "n", **entry}) == [expected]


def test_nested_components_and_services_are_listed() -> None:
    inner = {"type": "library", "name": "inner"}
    text = cyclonedx({"type": "library", "name": "outer", "components": [inner]}, services=[{"name": "openai"}])
    assert [line.partition(" ")[2] for line in listed(text)] == [
        *("package:unknown/outer@None", "package:unknown/inner@None", "service:openai@None"),
    ]


def test_what_made_or_preceded_a_component_is_not_listed() -> None:
    tools = "<metadata><tools><components><component type='application'><name>t</name></component></components></tools>"
    before = "<pedigree><ancestors><component type='library'><name>a</name></component></ancestors></pedigree>"
    text = XML.replace("<components>", tools + "</metadata><components>").replace(
        "</component>", before + "</component>", 1
    )
    nested = "<components><component type='library'><name>inner</name></component></components></component>"
    (bom,) = boms(XML.replace("</component>", nested))
    assert [item.component.id for item in bom.listed] == ["model:huggingface/acme/m", "package:unknown/inner"]
    (bom,) = boms(text)
    assert [item.component.id for item in bom.listed] == ["model:huggingface/acme/m"]


def test_the_version_is_that_of_the_entry_or_of_its_purl() -> None:
    both = [{"type": "library", "name": n, "purl": f"pkg:pypi/{n}@1"} for n in "ab"]
    assert [x.partition(" ")[2] for x in listed(cyclonedx(both[0], {**both[1], "version": "2"}))] == [
        *("package:pypi/a@1", "package:pypi/b@2"),
    ]


def test_a_line_is_the_one_of_the_whole_name() -> None:
    text = cyclonedx({"type": "library", "name": "bert-base"}, {"type": "library", "name": "bert"})
    assert listed(text) == ["8 package:unknown/bert-base@None", "12 package:unknown/bert@None"]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"type": "ai_AIPackage"}, "model:unknown/n"),
        ({"type": "dataset_DatasetPackage"}, "dataset:unknown/n"),
        ({"type": "software_Package"}, "package:unknown/n"),
        ({"type": "software_Package", "software_primaryPurpose": "model"}, "model:unknown/n"),
        ({"type": "software_Package", "software_primaryPurpose": "data"}, "dataset:unknown/n"),
        ({"type": "software_Package", "software_packageUrl": "pkg:pypi/torch"}, "package:pypi/torch"),
    ],
)
def test_an_spdx_3_element_is_named_by_its_class_purpose_or_purl(facts: dict[str, str], expected: str) -> None:
    assert [row.partition(" ")[2] for row in listed(spdx_3(name="n", **facts))] == [f"{expected}@None"]


# When it was written

DOCUMENT = {"type": "SpdxDocument", "spdxId": SPACE + "document", "creationInfo": "_:creation"}


@pytest.mark.parametrize(
    "text",
    [
        cyclonedx(metadata={"timestamp": "2024-01-01T01:00:00+01:00"}),
        cyclonedx(metadata={"timestamp": "2024-01-01T00:00:00"}),
        XML.replace("<components>", "<metadata><timestamp>2024-01-01T00:00:00Z</timestamp></metadata><components>"),
        TAG_VALUE,
        json.dumps(SPDX_2),
        json.dumps({**SPDX_3, "@graph": [*SPDX_3["@graph"], DOCUMENT]}),
    ],
)
def test_it_says_when_it_was_written(text: str) -> None:
    (bom,) = boms(text)
    assert bom.written == datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("time", ["", "yesterday", 5, None, "2024-99-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_is_none_is_not_one(time: object) -> None:
    (bom,) = boms(cyclonedx(MODEL, metadata={"timestamp": time}))
    assert (bom.written, bom.problem, len(bom.listed)) == (None, "", 1)
