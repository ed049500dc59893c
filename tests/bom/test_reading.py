"""Inventories of a target in every format, whole and damaged."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from supplychain.bom.interface import ID_PROPERTY, INVENTORY
from supplychain.bom.reading import SIZE_LIMIT, read_boms
from supplychain.model.case import Bom
from supplychain.target import File, Target

HEAD = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1}
MODEL = {
    "type": "machine-learning-model",
    "group": "acme",
    "name": "m",
    "version": "abc",
    "purl": "pkg:huggingface/acme/m@abc",
}
TAG_VALUE = """\
SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: x
DocumentNamespace: https://example.org/x
Creator: Tool: t
Created: 2024-01-01T00:00:00Z

PackageName: m
SPDXID: SPDXRef-m
PackageVersion: abc
PackageDownloadLocation: NOASSERTION
FilesAnalyzed: false
ExternalRef: PACKAGE-MANAGER purl pkg:huggingface/acme/m@abc
"""
SPDX_2: dict[str, Any] = {
    "spdxVersion": "SPDX-2.3",
    "SPDXID": "SPDXRef-DOCUMENT",
    "dataLicense": "CC0-1.0",
    "name": "x",
    "documentNamespace": "https://example.org/x",
    "creationInfo": {"created": "2024-01-01T00:00:00Z", "creators": ["Tool: t"]},
    "packages": [
        {
            "name": "m",
            "SPDXID": "SPDXRef-m",
            "versionInfo": "abc",
            "downloadLocation": "NOASSERTION",
            "externalRefs": [
                {
                    "referenceCategory": "PACKAGE-MANAGER",
                    "referenceType": "purl",
                    "referenceLocator": "pkg:huggingface/acme/m@abc",
                }
            ],
        }
    ],
}
SPDX_3 = {
    "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
    "@graph": [
        {
            "type": "ai_AIPackage",
            "name": "acme/m",
            "software_packageVersion": "abc",
            "software_packageUrl": "pkg:huggingface/acme/m",
        },
        {"type": "Person", "name": "someone"},
    ],
}
XML = """\
<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1">
  <components>
    <component type="machine-learning-model">
      <group>acme</group>
      <name>m</name>
      <version>abc</version>
      <purl>pkg:huggingface/acme/m@abc</purl>
    </component>
  </components>
</bom>
"""
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE bom [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + ']><bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1"><components><component type="library">'
    + "<name>&j;</name></component></components></bom>"
)
RDF_LAUGHS = (
    '<!DOCTYPE r [<!ENTITY a "lol">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    ' xmlns:s="http://spdx.org/rdf/terms#"><s:SpdxDocument><s:specVersion>SPDX-2.3</s:specVersion>'
    "<s:name>&a;</s:name></s:SpdxDocument></rdf:RDF>"
)


def boms(text: str | bytes, path: str = "bom.json") -> tuple[Bom, ...]:
    """Return the inventories of a target with one file."""
    return read_boms(Target.of({path: text if isinstance(text, bytes) else text.encode()}))


def listed(text: str, path: str = "bom.json") -> list[str]:
    """Return `line id@version` of each component of an inventory that can be read."""
    (bom,) = boms(text, path)
    assert bom.problem == ""
    return [f"{item.at.line} {item.component.id}@{item.version}" for item in bom.listed]


def cyclonedx(*components: object, **head: object) -> str:
    """Return a CycloneDX JSON text, one value a line."""
    return json.dumps({**HEAD, **head, "components": components}, indent=1)


def ids(*components: object) -> list[str]:
    """Return the ids of the components of a CycloneDX file."""
    (bom,) = boms(cyclonedx(*components))
    assert bom.problem == ""
    return [item.component.id for item in bom.listed]


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
        (json.dumps(SPDX_3, indent=1), "SPDX 3", 6),
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


def test_the_version_is_that_of_the_entry_or_of_its_purl() -> None:
    both = [{"type": "library", "name": n, "purl": f"pkg:pypi/{n}@1"} for n in "ab"]
    assert [x.partition(" ")[2] for x in listed(cyclonedx(both[0], {**both[1], "version": "2"}))] == [
        *("package:pypi/a@1", "package:pypi/b@2"),
    ]


def test_a_line_is_the_one_of_the_whole_name() -> None:
    text = cyclonedx({"type": "library", "name": "bert-base"}, {"type": "library", "name": "bert"})
    assert listed(text) == ["12 package:unknown/bert@None", "8 package:unknown/bert-base@None"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("ai_AIPackage", "model:unknown/n"),
        ("dataset_DatasetPackage", "dataset:unknown/n"),
        ("software_Package", "package:unknown/n"),
    ],
)
def test_an_spdx_3_element_is_named_by_its_class(kind: str, expected: str) -> None:
    (bom,) = boms(json.dumps({**SPDX_3, "@graph": [{"type": kind, "name": "n"}]}))
    assert [item.component.id for item in bom.listed] == [expected]


# Damage


@pytest.mark.parametrize(
    "text",
    [
        '{"bomFormat": "CycloneDX", "components": [',
        '{"bomFormat": "CycloneDX"} trailing',
        '[{"bomFormat": "CycloneDX"}]',
        '{"bomFormat": "CycloneDX", "version": ' + "9" * 5000 + "}",
        '{"bomFormat": "CycloneDX", "x": ' + "[" * 200_000,
        '{"bomFormat": "CycloneDX", "components": ' + '[{"name":"n","components":' * 20_000,
        *(
            f'{{"bomFormat": "CycloneDX", "components": {c}}}'
            for c in ("1", '"x"', "{}", "null", "[1]", "[null]", "[{}]")
        ),
        cyclonedx({"type": "no such type", "name": "n"}),
        cyclonedx({"type": "library", "name": 5}),
        cyclonedx({"type": "library", "name": "n", "version": 1e308}),
        cyclonedx({"type": "library", "name": "n", "purl": "nonsense"}),
        cyclonedx({"type": "library", "name": "n", "properties": [{"name": ID_PROPERTY, "value": "junk"}]}),
        XML[:-20],
        XML.replace("machine-learning-model", "no-such-type"),
        LAUGHS,
        RDF_LAUGHS,
        TAG_VALUE.replace("PackageName: m", "Package?"),
        TAG_VALUE.replace("pkg:huggingface", "nonsense"),
        json.dumps({**SPDX_2, "packages": "x"}),
        json.dumps(SPDX_2)[:-30],
        json.dumps(SPDX_2).replace("pkg:huggingface", "nonsense"),
        json.dumps({**SPDX_3, "@graph": "x"}),
        json.dumps({**SPDX_3, "@graph": [1]}),
        json.dumps({"@context": SPDX_3["@context"]}),
        json.dumps(SPDX_3).replace("pkg:huggingface/acme/m", "nonsense"),
        cyclonedx(MODEL).encode("utf-8") + b"\xff",
    ],
    ids=lambda text: repr(text[:60]),
)
def test_a_damaged_inventory_is_returned_with_its_problem(text: str | bytes) -> None:
    started = time.perf_counter()
    (bom,) = boms(text)
    assert bom.problem
    assert bom.listed == ()
    assert bom.digest.startswith("sha256:")
    assert time.perf_counter() - started < 2


def test_one_that_is_too_large_is_a_problem_and_not_read() -> None:
    def read(_: File, limit: int) -> bytes:
        assert limit <= SIZE_LIMIT
        return cyclonedx(MODEL).encode()[:limit]

    (bom,) = read_boms(Target("t", (File("bom.json", SIZE_LIMIT + 1, "bom.json"),), read))
    assert bom.problem


def test_a_long_inventory_is_read_in_reasonable_time() -> None:
    text = cyclonedx(*({"type": "library", "name": f"package-{i}"} for i in range(1500)))
    started = time.perf_counter()
    assert len(listed(text)) == 1500
    assert time.perf_counter() - started < 5
