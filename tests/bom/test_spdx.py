"""SPDX 3 and SPDX 2 as they are written: valid by their libraries, with the profiles as far as they are met."""

from __future__ import annotations

import json
import tempfile
from typing import Any

import pytest
from spdx_python_model import load_data
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from supplychain.bom.profiles import MANDATORY, gaps
from supplychain.model.inventory import Inventory
from supplychain.model.reference import Place, Relation
from tests.bom.support import inventory, reference, written

MODEL, DATASET = "model:huggingface/acme/m", "dataset:huggingface/acme/d"
OWNER = 'project = { name = "t", owner = "team@example.com" }\n'


def spdx3(found: Inventory, declared: str = "") -> dict[str, Any]:
    """Return what is written as SPDX 3, which loads again with nothing missing."""
    made = written("spdx3", found, declared)
    _, loaded = load_data(made)
    assert loaded.link() == set()
    return made


def element(made: dict[str, Any], kind: str, name: str | None = None) -> dict[str, Any]:
    """Return the one element of a type, and with a name where one is given."""
    named = [item for item in made["@graph"] if item["type"] == kind and name in (None, item.get("name"))]
    assert len(named) == 1
    found: dict[str, Any] = named[0]
    return found


def relations(made: dict[str, Any], kind: str) -> list[tuple[str, list[str]]]:
    """Return the relations of a type by the ends of their ids."""
    return [
        (item["from"].partition("#")[2], [to.partition("#")[2] or to for to in item["to"]])
        for item in made["@graph"]
        if item["type"] == "Relationship" and item["relationshipType"] == kind
    ]


def spdx2(found: Inventory, declared: str = "") -> dict[str, Any]:
    """Return what is written as SPDX 2, which spdx-tools finds valid."""
    made = written("spdx2", found, declared)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as copy:
        json.dump(made, copy)
        copy.flush()
        assert validate_full_spdx_document(parse_file(copy.name)) == []
    return made


def package(made: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the one package of a name."""
    (found,) = (item for item in made["packages"] if item["name"] == name)
    one: dict[str, Any] = found
    return one


# SPDX 3


def test_models_and_datasets_are_packages_of_their_profiles() -> None:
    ids = [MODEL, DATASET, "package:pypi/torch", "package:docker/python", "service:openai"]
    made = spdx3(inventory(*(reference(identity, "abc") for identity in ids)))
    assert element(made, "ai_AIPackage")["software_primaryPurpose"] == "model"
    dataset = element(made, "dataset_DatasetPackage")
    assert (dataset["software_primaryPurpose"], dataset["dataset_datasetType"]) == ("data", ["noAssertion"])
    purposes = {
        item["name"]: item["software_primaryPurpose"] for item in made["@graph"] if item["type"] == "software_Package"
    }
    assert purposes == {"target": "application", "torch": "library", "python": "container", "openai": "other"}


def test_facts_that_are_known_stand_in_their_fields() -> None:
    declared = OWNER + f'[[component]]\nid = "{MODEL}"\nlicense = "mit"\nsha256 = "{"a" * 64}"'
    made = spdx3(inventory(reference(MODEL, "abc")), declared)
    model = element(made, "ai_AIPackage")
    assert model["software_packageVersion"] == "abc"
    assert model["software_packageUrl"] == "pkg:huggingface/acme/m@abc"
    assert model["software_downloadLocation"] == "https://huggingface.co/acme/m"
    assert model["verifiedUsing"][0]["hashValue"] == "a" * 64
    assert element(made, "Organization", "acme")["spdxId"] == model["suppliedBy"]
    assert element(made, "simplelicensing_LicenseExpression")["simplelicensing_licenseExpression"] == "MIT"


def test_a_supplier_that_nobody_knows_is_stated_so() -> None:
    made = spdx3(inventory(reference("model:file/m.pt")))
    assert element(made, "Agent", "NOASSERTION")["spdxId"] == element(made, "ai_AIPackage")["suppliedBy"]


def test_each_package_of_the_profiles_has_one_license_of_each_kind() -> None:
    made = spdx3(inventory(reference(MODEL), reference(DATASET)))
    for kind in ("hasDeclaredLicense", "hasConcludedLicense"):
        assert sorted(source for source, _ in relations(made, kind)) == [DATASET, MODEL]


def test_a_license_that_is_no_expression_is_text() -> None:
    made = spdx3(inventory(reference(MODEL)), f'[[component]]\nid = "{MODEL}"\nlicense = "llama2"')
    assert element(made, "simplelicensing_SimpleLicensingText")["simplelicensing_licenseText"] == "llama2"


def test_relations_between_entries_are_relations() -> None:
    at = Place(file="train.py", line=3)
    stated = (
        Relation(subject=MODEL, kind="trained on", object=DATASET, at=at),
        Relation(subject=MODEL, kind="fine-tuned from", object="model:huggingface/acme/base", at=at),
    )
    ids = [MODEL, DATASET, "model:huggingface/acme/base", "model:openai/gpt-4o", "service:openai"]
    made = spdx3(inventory(*map(reference, ids), relations=stated))
    assert relations(made, "trainedOn") == [(MODEL, [DATASET])]
    assert relations(made, "descendantOf") == [(MODEL, ["model:huggingface/acme/base"])]
    assert ("model:openai/gpt-4o", ["service:openai"]) in relations(made, "dependsOn")


def test_a_profile_is_claimed_only_where_nothing_mandatory_is_missing() -> None:
    made = spdx3(inventory(reference(MODEL), reference("package:pypi/torch")))
    document = element(made, "SpdxDocument")
    assert "ai" not in document["profileConformance"]
    assert document["comment"] == (
        "The profile ai is not met. Nobody states releaseTime in 1, software_packageVersion in 1 of its packages."
    )


@pytest.mark.parametrize("profile", MANDATORY)
def test_every_mandatory_field_that_is_taken_away_is_a_gap(profile: str) -> None:
    made = spdx3(inventory(reference(MODEL, "abc"), reference(DATASET, "abc")))
    kind, _, fields = MANDATORY[profile]
    whole = element(made, kind) | {"releaseTime": "2024-01-01T00:00:00Z", "builtTime": "2024-01-01T00:00:00Z"}
    others = [item for item in made["@graph"] if item.get("spdxId") != whole["spdxId"]]
    assert profile not in gaps({"@graph": [*others, whole]})
    for field in fields:
        without = {name: value for name, value in whole.items() if name != field}
        assert gaps({"@graph": [*others, without]})[profile] == {field: 1}
    unlicensed = [item for item in others if item.get("relationshipType") != "hasConcludedLicense"]
    assert gaps({"@graph": [*unlicensed, whole]})[profile] == {"hasConcludedLicense": 1}


def test_the_author_is_the_owner_or_the_tool() -> None:
    assert element(spdx3(inventory()), "SoftwareAgent")["name"] == "supplychain-spec"
    made = spdx3(inventory(), OWNER)
    owner = element(made, "Organization", "team@example.com")
    assert element(made, "CreationInfo")["createdBy"] == [owner["spdxId"]]
    assert owner["externalIdentifier"][0]["externalIdentifierType"] == "email"


# SPDX 2


def test_an_spdx_2_package_has_what_is_known_and_says_what_is_not() -> None:
    declared = f'[[component]]\nid = "{MODEL}"\nlicense = "mit"\nsha256 = "{"a" * 64}"'
    made = spdx2(inventory(reference(MODEL, "abc"), reference("model:file/m.pt")), declared)
    known, plain = package(made, "acme/m"), package(made, "m.pt")
    assert (known["versionInfo"], known["supplier"]) == ("abc", "Organization: acme")
    assert known["downloadLocation"] == "https://huggingface.co/acme/m"
    assert known["licenseDeclared"] == "MIT"
    assert known["checksums"] == [{"algorithm": "SHA256", "checksumValue": "a" * 64}]
    assert known["externalRefs"][0]["referenceLocator"] == "pkg:huggingface/acme/m@abc"
    assert (plain["supplier"], plain["downloadLocation"], plain["licenseDeclared"]) == ("NOASSERTION",) * 3
    assert "supplychain:known-unknown=checksum" in plain["annotations"][0]["comment"]


@pytest.mark.parametrize(
    ("license_", "expression", "texts"),
    [
        ("MIT OR LicenseRef-own", "MIT OR LicenseRef-own", ["LicenseRef-own: its text is not in the inventory"]),
        ("llama2 (community)", "LicenseRef-declared-1", ["llama2 (community)"]),
    ],
)
def test_own_licenses_are_listed_with_their_text(license_: str, expression: str, texts: list[str]) -> None:
    made = spdx2(inventory(reference(MODEL)), f'[[component]]\nid = "{MODEL}"\nlicense = "{license_}"')
    assert package(made, "acme/m")["licenseDeclared"] == expression
    assert [item["extractedText"] for item in made["hasExtractedLicensingInfos"]] == texts


@pytest.mark.parametrize("owner", ["A (b)", "()", "team@example.com", "a@b (c@d)"])
def test_an_owner_may_be_called_anything(owner: str) -> None:
    declared = f'project = {{ name = "t", owner = "{owner}" }}'
    assert package(spdx2(inventory(), declared), "target")["supplier"].startswith("Organization: ")


def test_an_address_that_the_format_does_not_allow_is_a_property() -> None:
    made = spdx2(inventory(reference("model:url/bucket/m.pt", address="s3://bucket/m.pt")))
    model = package(made, "bucket/m.pt")
    assert model["downloadLocation"] == "NOASSERTION"
    assert "supplychain:location=s3://bucket/m.pt" in model["annotations"][0]["comment"]


def test_what_a_component_depends_on_is_stated_as_unknown() -> None:
    made = spdx2(inventory(reference(MODEL)))
    ends = {(r["spdxElementId"], r["relationshipType"]): r["relatedSpdxElement"] for r in made["relationships"]}
    spdx_id = package(made, "acme/m")["SPDXID"]
    assert ends["SPDXRef-DOCUMENT", "DESCRIBES"] == "SPDXRef-target"
    assert ends["SPDXRef-target", "DEPENDS_ON"] == spdx_id
    assert ends[spdx_id, "DEPENDS_ON"] == "NOASSERTION"
