"""Damaged and hostile inventories: each is returned with its problem, soon."""

from __future__ import annotations

import json
import time

import pytest

from supplychain.bom.interface import ID_PROPERTY
from supplychain.bom.reading import SIZE_LIMIT, read_boms
from supplychain.target import File, Target
from tests.bom.support import MODEL, SPACE, SPDX_2, SPDX_3, TAG_VALUE, XML, boms, cyclonedx, listed, spdx_3

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


SPDX_PACKAGE = SPDX_2["packages"][0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (cyclonedx({**MODEL, "bom-ref": "a"}, {**MODEL, "bom-ref": "a"}), "the identifier 'a' is given twice"),
        (cyclonedx({**MODEL, "bom-ref": "a"}, services=[{"name": "s", "bom-ref": "a"}]), "'a' is given twice"),
        (cyclonedx(dependencies=[{"ref": "a"}]), "it refers to 'a', which is not in it"),
        (cyclonedx({**MODEL, "bom-ref": "a"}, dependencies=[{"ref": "a", "dependsOn": ["b"]}]), "refers to 'b'"),
        (cyclonedx(compositions=[{"aggregate": "complete", "assemblies": ["a"]}]), "refers to 'a'"),
        (
            XML.replace("<components>", "<dependencies><dependency ref='a'/></dependencies><components>"),
            "refers to 'a'",
        ),
        (json.dumps({**SPDX_2, "packages": [SPDX_PACKAGE] * 2}), "the identifier 'SPDXRef-m' is given twice"),
        (
            json.dumps(
                {**SPDX_2, "relationships": [{"spdxElementId": "SPDXRef-m", "relatedSpdxElement": "SPDXRef-a"}]}
            ),
            "refers to 'SPDXRef-a'",
        ),
        (TAG_VALUE + "Relationship: SPDXRef-m CONTAINS SPDXRef-a\n", "refers to 'SPDXRef-a'"),
        (json.dumps({**SPDX_3, "@graph": SPDX_3["@graph"] * 2}), "is given twice"),
        (spdx_3(type="software_Package", name="n", suppliedBy="https://example.org/x#a"), "refers to 'https"),
    ],
)
def test_identifiers_are_given_once_and_refer_to_what_is_there(text: str, problem: str) -> None:
    (bom,) = boms(text)
    assert problem in bom.problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (cyclonedx(MODEL, specVersion="9.9"), "its specVersion is '9.9'; 1.2, 1.3, 1.4, 1.5, 1.6, 1.7 are read"),
        (cyclonedx(MODEL, specVersion=None), "its specVersion is None"),
        (XML.replace("bom/1.6", "bom/9.9"), "its namespace is 'http://cyclonedx.org/schema/bom/9.9'"),
        (json.dumps({**SPDX_2, "spdxVersion": "SPDX-2.9"}), "its spdxVersion is 'SPDX-2.9'"),
        (TAG_VALUE.replace("SPDX-2.3", "SPDX-2.9"), "its spdxVersion is 'SPDX-2.9'"),
        (json.dumps(SPDX_3).replace("3.0.1", "3.9.9"), "Unknown context URL"),
    ],
)
def test_versions_that_are_not_read_are_named(text: str, problem: str) -> None:
    (bom,) = boms(text)
    assert problem in bom.problem


@pytest.mark.parametrize(
    "text",
    [
        cyclonedx({**MODEL, "bom-ref": "a"}, dependencies=[{"ref": "a", "dependsOn": ["urn:cdx:f08a6ccd/1#x"]}]),
        json.dumps(
            {**SPDX_2, "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relatedSpdxElement": "SPDXRef-m"}]}
        ),
        json.dumps({**SPDX_2, "relationships": [{"spdxElementId": "SPDXRef-m", "relatedSpdxElement": "NOASSERTION"}]}),
        json.dumps(
            {**SPDX_2, "relationships": [{"spdxElementId": "SPDXRef-m", "relatedSpdxElement": "DocumentRef-x"}]}
        ),
    ],
)
def test_what_lies_outside_may_be_referred_to(text: str) -> None:
    assert len(listed(text)) == 1


def test_what_another_document_holds_may_be_referred_to() -> None:
    place = "https://example.org/y#other"
    package = {"type": "software_Package", "spdxId": SPACE + "p", "creationInfo": "_:creation", "suppliedBy": place}
    outside = [{"type": "ExternalMap", "externalSpdxId": place}]
    document = {"type": "SpdxDocument", "spdxId": SPACE + "d", "creationInfo": "_:creation", "import": outside}
    assert len(listed(json.dumps({**SPDX_3, "@graph": [package, document, *SPDX_3["@graph"][1:]]}))) == 1


NESTED = {
    "CycloneDX": '{"bomFormat": "CycloneDX", "specVersion": "1.6", "services": ' + '[{"name":"n","services":' * 50_000,
    "CycloneDX, whole": cyclonedx(*json.loads('[{"type":"library","name":"n","components":' * 150 + "[]" + "}]" * 150)),
    "CycloneDX XML": XML.replace("</component>", "<components><component>" * 50_000),
    "SPDX XML": "<Document><spdxVersion>SPDX-2.3</spdxVersion>" + "<a>" * 5_000 + "</a>" * 5_000 + "</Document>",
    "SPDX YAML": "spdxVersion: SPDX-2.3\na: " + "[" * 50_000 + "]" * 50_000,
    "SPDX 3": json.dumps(SPDX_3)[:-1] + ', "x": ' + "[" * 50_000,
}


@pytest.mark.parametrize("name", NESTED)
def test_deep_nesting_ends_soon(name: str) -> None:
    started = time.perf_counter()
    (bom,) = boms(NESTED[name])
    assert bool(bom.problem) is (name != "CycloneDX, whole")
    assert time.perf_counter() - started < 5


BOMB = "spdxVersion: SPDX-2.3\na0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{i + 1}: &a{i + 1} [{','.join([f'*a{i}'] * 9)}]\n" for i in range(12)
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (BOMB + "packages: *a12", "it has aliases"),
        (TAG_VALUE + "PackageSupplier: Organization: " + "()" * 100_000, "it has a line of"),
        (TAG_VALUE + "PackageComment: x\n" * 300_000, "bytes; of this serialization"),
        (XML + "<!-- x -->" * 900_000, "bytes; of XML"),
        (json.dumps({**SPDX_2, "packages": [{}] * 100_001}), "it lists 100,001 packages; 100,000 are read"),
        (cyclonedx(*[{}] * 100_001), "it lists 100,001 components; 100,000 are read"),
        (json.dumps({**SPDX_3, "@graph": [{}] * 250_001}), "objects; 250,000 are read"),
    ],
    ids=lambda text: text[:40],
)
def test_what_would_take_long_is_refused_soon(text: str, problem: str) -> None:
    started = time.perf_counter()
    (bom,) = boms(text)
    assert problem in bom.problem
    assert time.perf_counter() - started < 10


def test_one_that_is_too_large_is_a_problem_and_not_read() -> None:
    def read(_: File, limit: int) -> bytes:
        assert limit <= SIZE_LIMIT
        return cyclonedx(MODEL).encode()[:limit]

    (bom,) = read_boms(Target("t", (File("bom.json", SIZE_LIMIT + 1, "bom.json"),), read))
    assert bom.problem


def test_a_long_inventory_is_read_in_reasonable_time() -> None:
    text = cyclonedx(*({"type": "library", "name": f"package-{i}"} for i in range(15_000)))
    started = time.perf_counter()
    assert len(listed(text)) == 15_000
    assert time.perf_counter() - started < 5
