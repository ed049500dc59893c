"""CycloneDX as it is written: valid by the strict schema, with what each component is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from supplychain.bom.schemas import cyclonedx_problems
from supplychain.bom.writing import to_text
from supplychain.model.component import Kind
from supplychain.model.inventory import Inventory
from supplychain.model.policy import Policy
from supplychain.model.reference import Place, Relation, Unread, Unresolved
from tests.bom.support import NOW, inventory, reference, written

MODEL, DATASET = "model:huggingface/acme/m", "dataset:huggingface/acme/d"


def document(found: Inventory, declared: str = "") -> dict[str, Any]:
    """Return what is written, which is valid."""
    made = written("cyclonedx", found, declared)
    assert cyclonedx_problems(made) == ()
    return made


def component(identity: str, revision: str | None = None, declared: str = "", **facts: Any) -> dict[str, Any]:
    """Return the one component that is written."""
    (made,) = document(inventory(reference(identity, revision, **facts)), declared)["components"]
    found: dict[str, Any] = made
    return found


def properties(found: dict[str, Any], name: str) -> list[str]:
    """Return the values of a property."""
    return [item["value"] for item in found["properties"] if item["name"] == f"supplychain:{name}"]


def test_the_call_of_before_gives_the_same_as_without_a_declaration() -> None:
    found = inventory(reference(MODEL, "abc"))
    assert json.loads(to_text("cyclonedx", found, "target", "sha256:1", NOW, None, Policy())) == written(
        "cyclonedx", found
    )


@pytest.mark.parametrize(
    ("identity", "kind"),
    [
        (MODEL, "machine-learning-model"),
        (DATASET, "data"),
        ("package:pypi/torch", "library"),
        ("package:docker/python", "container"),
    ],
)
def test_the_type_is_that_of_the_kind(identity: str, kind: str) -> None:
    made = component(identity, "abc")
    assert (made["type"], made["name"], made["version"]) == (kind, identity.partition("/")[2], "abc")
    assert properties(made, "id") == [identity]


def test_each_revision_is_a_component() -> None:
    made = document(inventory(reference(MODEL, "a"), reference(MODEL, "b")))
    assert [item["bom-ref"] for item in made["components"]] == [f"{MODEL}@a", f"{MODEL}@b"]


def test_references_are_unique_whatever_components_are_called() -> None:
    ids = [("package:npm/n", "1"), ("package:npm/n", "2"), ("package:npm/n@1", None)]
    made = document(inventory(*(reference(identity, version) for identity, version in ids)))
    assert [item["bom-ref"] for item in made["components"]] == [
        "package:npm/n@1",
        "package:npm/n@2",
        "package:npm/n@1~",
    ]


@pytest.mark.parametrize(
    ("license_", "expected"),
    [
        ("apache-2.0", {"license": {"id": "Apache-2.0", "acknowledgement": "declared"}}),
        ("MIT OR Apache-2.0", {"expression": "MIT OR Apache-2.0", "acknowledgement": "declared"}),
        ("LicenseRef-own", {"expression": "LicenseRef-own", "acknowledgement": "declared"}),
        ("llama2", {"license": {"name": "llama2", "acknowledgement": "declared"}}),
        ("MIT AND", {"license": {"name": "MIT AND", "acknowledgement": "declared"}}),
        ("(" * 300, {"license": {"name": "(" * 300, "acknowledgement": "declared"}}),
    ],
)
def test_a_license_is_an_identifier_an_expression_or_text(license_: str, expected: dict[str, Any]) -> None:
    assert component(MODEL, declared=f'[[component]]\nid = "{MODEL}"\nlicense = "{license_}"')["licenses"] == [expected]


def test_hashes_are_those_that_the_format_knows_and_the_rest_is_a_property() -> None:
    assert component(MODEL, checksum="SHA-256:" + "A" * 64)["hashes"] == [{"alg": "SHA-256", "content": "a" * 64}]
    other = component(MODEL, checksum="sha256:abc")
    assert "hashes" not in other
    assert properties(other, "checksum") == ["sha256:abc"]


def test_where_it_is_used_and_fetched_from_stands_beside_it() -> None:
    made = component(MODEL, flags=("trust_remote_code=True",), region="eu", code_revision="c")
    assert properties(made, "used-at") == ["app.py:1"]
    assert properties(made, "scope") == ["prod"]
    assert properties(made, "flag") == ["trust_remote_code=True"]
    assert (properties(made, "region"), properties(made, "code-revision")) == (["eu"], ["c"])
    assert made["externalReferences"] == [{"type": "distribution", "url": "https://huggingface.co/acme/m"}]


def test_of_many_places_the_number_is_said() -> None:
    (made,) = document(inventory(*(reference(MODEL, line=i) for i in range(1, 31))))["components"]
    assert len(properties(made, "used-at")) == 20
    assert properties(made, "used-at-more") == ["10 more places"]


def test_a_model_card_refers_to_the_datasets_that_are_listed_and_names_the_others() -> None:
    at = Place(file="train.py", line=3)
    relations = (
        Relation(subject=MODEL, kind="trained on", object=DATASET, at=at),
        Relation(subject=MODEL, kind="trained on", object="dataset:url/example.org/x", at=at),
        Relation(subject=MODEL, kind="fine-tuned from", object="model:huggingface/acme/base", at=at),
    )
    made = document(inventory(reference(MODEL), reference(DATASET, "abc"), relations=relations))
    model = next(item for item in made["components"] if item["bom-ref"] == MODEL)
    assert model["modelCard"]["modelParameters"]["datasets"] == [
        {"ref": DATASET},
        {"type": "dataset", "name": "dataset:url/example.org/x"},
    ]
    assert [item["name"] for item in model["pedigree"]["ancestors"]] == ["acme/base"]


def test_a_model_whose_training_nobody_knows_says_so() -> None:
    card = component(MODEL)["modelCard"]
    assert card["properties"] == [{"name": "supplychain:known-unknown", "value": "training datasets"}]


def test_a_dataset_says_what_it_holds_as_far_as_it_is_known() -> None:
    (plain,) = component(DATASET)["data"]
    assert plain["classification"] == "unknown"
    assert plain["contents"] == {"url": "https://huggingface.co/datasets/acme/d"}
    declared = f'[[component]]\nid = "{DATASET}"\nprovenance = {{ source = "s", creator = "C", pii = "names" }}'
    (stated,) = component(DATASET, declared=declared)["data"]
    assert stated["sensitiveData"] == ["names"]
    assert stated["governance"] == {"owners": [{"organization": {"name": "C"}}]}


def test_a_service_has_its_endpoints_and_what_it_is_sent() -> None:
    found = inventory(reference("service:openai", address="https://key@api.openai.com/v1"))
    (plain,) = document(found)["services"]
    assert plain["endpoints"] == ["https://api.openai.com/v1"]
    assert plain["data"] == [{"flow": "unknown", "classification": "unknown"}]
    declared = '[[service]]\nid = "openai"\ndata_classes = ["personal", "internal"]\nretention_days = 0'
    (stated,) = document(found, declared)["services"]
    assert [item["classification"] for item in stated["data"]] == ["personal", "internal"]
    assert properties(stated, "retention-days") == ["0"]


def test_the_target_depends_on_everything_and_a_hosted_model_on_its_service() -> None:
    made = document(inventory(reference("model:openai/gpt-4o"), reference("service:openai")))
    assert made["dependencies"] == [
        {"ref": "target", "dependsOn": ["model:openai/gpt-4o", "service:openai"]},
        {"ref": "model:openai/gpt-4o", "dependsOn": ["service:openai"]},
    ]


AT = Place(file="a.py", line=1)
HIDDEN: dict[str, dict[str, Any]] = {
    "unresolved": {"unresolved": (Unresolved(kind=Kind.MODEL, at=AT, call="c", expression="e", reason="r"),)},
    "unread": {"unread": (Unread(what="notebooks", reason="r", count=2, at=AT),)},
}


@pytest.mark.parametrize("name", HIDDEN)
def test_it_is_incomplete_where_something_is_unread_or_unresolved(name: str) -> None:
    whole = document(inventory(reference(MODEL)))
    assert [item["aggregate"] for item in whole["compositions"]] == ["complete"]
    made = document(inventory(reference(MODEL), **HIDDEN[name]))
    assert [item["aggregate"] for item in made["compositions"]] == ["incomplete"]
    assert len(properties(made["metadata"], name)) == 1


def test_it_says_who_made_it_and_from_what() -> None:
    declared = 'project = { name = "t", owner = "team@example.com" }'
    metadata = document(inventory(), declared)["metadata"]
    assert metadata["authors"] == [{"email": "team@example.com"}]
    assert metadata["component"]["supplier"] == {"name": "team@example.com"}
    assert metadata["lifecycles"] == [{"phase": "pre-build"}]
    assert properties(metadata, "tree-digest") == ["sha256:1"]
    assert document(inventory(), 'project = { name = "t", owner = "Team A" }')["metadata"]["authors"] == [
        {"name": "Team A"},
    ]


def test_the_schema_is_read_strictly() -> None:
    broken = written("cyclonedx", inventory(reference(MODEL))) | {"unheard-of": 1}
    assert cyclonedx_problems(broken)
