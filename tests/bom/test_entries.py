"""What an inventory says of a component: from references, declaration and policy, with what nobody knows."""

from __future__ import annotations

from typing import Any

import pytest

from supplychain.bom.addresses import without_secrets
from supplychain.bom.entries import FIELDS
from supplychain.model.component import Component, Kind
from supplychain.model.reference import Override, Place, Relation, Resolution, Scope
from tests.bom.support import context_of, entries_of, entry_of, inventory, reference

MODEL = "model:huggingface/acme/m"
SHA = "a" * 64


def versions(*references: Any, declared: str = "") -> list[str | None]:
    """Return the versions of the one entry of these references."""
    return [revision.version for revision in entry_of(*references, declared=declared).revisions]


def test_entries_are_sorted_by_id_and_each_component_is_one() -> None:
    ids = ["service:openai", "package:pypi/torch", MODEL, "package:pypi/torch"]
    assert [entry.id for entry in entries_of(inventory(*map(reference, ids)))] == [
        *("model:huggingface/acme/m", "package:pypi/torch", "service:openai"),
    ]


@pytest.mark.parametrize("scope", Scope)
def test_tests_and_vendored_code_are_left_out(scope: Scope) -> None:
    listed = entries_of(inventory(reference(MODEL, scope=scope)))
    assert bool(listed) is (scope not in {Scope.TEST, Scope.VENDORED})
    assert all(entry.scopes == (scope,) for entry in listed)


def test_modules_known_by_import_only_are_no_entries_but_the_inventory_speaks_of_them() -> None:
    ids = ["package:import/cv2", "package:import/huggingface_hub", "package:pypi/huggingface-hub"]
    found = inventory(*map(reference, ids))
    assert [entry.id for entry in entries_of(found)] == ["package:pypi/huggingface-hub"]
    assert context_of(found).imports == ("cv2",)


# Revisions


def test_each_revision_of_a_model_is_one_and_so_is_its_use_without() -> None:
    assert versions(*(reference(MODEL, revision) for revision in ("b", None, "a", "b"))) == [None, "a", "b"]


def test_a_range_of_a_package_is_no_version_beside_those_that_are_pinned() -> None:
    torch = "package:pypi/torch"
    entry = entry_of(reference(torch, "2.0"), reference(torch, line=9))
    assert [revision.version for revision in entry.revisions] == ["2.0"]
    assert [str(place) for place in entry.revisions[0].places] == ["app.py:1", "app.py:9"]
    assert versions(reference(torch)) == [None]


def test_the_declared_revision_is_that_of_a_component_that_no_place_gives_one() -> None:
    declared = f'[[component]]\nid = "{MODEL}"\nrevision = "d"'
    assert versions(reference(MODEL), declared=declared) == ["d"]
    assert versions(reference(MODEL, "a"), reference(MODEL), declared=declared) == [None, "a"]


# Package URLs


@pytest.mark.parametrize(
    ("identity", "version", "purl"),
    [
        (MODEL, "abc", "pkg:huggingface/acme/m@abc"),
        ("model:huggingface/gpt2", None, "pkg:huggingface/gpt2"),
        ("dataset:huggingface/acme/d", "abc", "pkg:huggingface/acme/d@abc?repo_type=dataset"),
        ("package:pypi/torch", "2.0", "pkg:pypi/torch@2.0"),
        ("package:npm/@scope/n", "1", "pkg:npm/%40scope/n@1"),
        ("package:docker/acme/image", "v1", "pkg:docker/acme/image@v1"),
        ("package:docker/python", "3.11", "pkg:docker/python@3.11"),
        ("package:docker/ghcr.io/acme/image", "v1", "pkg:docker/acme/image@v1?repository_url=ghcr.io"),
        ("package:github/acme/action", "v1", "pkg:github/acme/action@v1"),
        ("package:github/acme/action/sub/path", "v1", "pkg:github/acme/action@v1#sub/path"),
        ("model:mlflow/fraud", "3", "pkg:mlflow/fraud@3"),
        ("model:url/example.org/x.pth", None, None),
        ("model:file/weights.bin", None, None),
        ("model:github/acme/r/releases/download/v1/x.pth", "v1", None),
        ("package:github/acme", "v1", None),
        ("service:openai", None, None),
    ],
)
def test_a_package_url_is_given_where_the_source_has_one(identity: str, version: str | None, purl: str | None) -> None:
    assert entry_of(reference(identity, version)).revisions[0].purl == purl


# Suppliers


@pytest.mark.parametrize(
    ("identity", "supplier"),
    [
        (MODEL, "acme"),
        ("model:huggingface/gpt2", None),
        ("model:huggingface/spaces/acme/demo", "acme"),
        ("package:npm/@scope/n", "@scope"),
        ("package:npm/n", None),
        ("package:pypi/torch", None),
        ("package:docker/acme/image", "acme"),
        ("package:docker/python", None),
        ("package:docker/ghcr.io/acme/image", "acme"),
        ("package:github/acme/action/sub", "acme"),
        ("model:pytorch-hub/ultralytics/yolov5", "ultralytics"),
        ("model:pytorch-hub/quantized/x.pth", None),
        ("model:openai/gpt-4o", "openai"),
        ("model:file/models/x.pt", None),
        ("model:url/example.org/x.pth", None),
        ("service:openai", "openai"),
        ("service:somebody", None),
    ],
)
def test_the_supplier_is_the_owner_in_the_name_or_the_service_that_hosts(identity: str, supplier: str | None) -> None:
    assert entry_of(reference(identity)).supplier == supplier


def test_what_is_first_party_is_supplied_by_the_owner_of_the_target() -> None:
    declared = """
        project = { name = "t", owner = "team@example.com" }
        [[component]]
        id = "model:file/m.pt"
        first_party = true
        provenance = { source = "train.py", license = "MIT" }
    """
    entry = entry_of(reference("model:file/m.pt"), declared=declared)
    assert (entry.supplier, entry.first_party, entry.license) == ("team@example.com", True, "MIT")


# Where it comes from


def test_the_location_is_the_stated_address_else_the_page_at_the_registry() -> None:
    stated = "https://huggingface.co/acme/m/resolve/abc/x.bin"
    assert entry_of(reference(MODEL, address=stated)).revisions[0].locations == (stated,)
    assert entry_of(reference(MODEL)).revisions[0].locations == ("https://huggingface.co/acme/m",)
    dataset = entry_of(reference("dataset:huggingface/acme/d")).revisions[0]
    assert dataset.locations == ("https://huggingface.co/datasets/acme/d",)


def test_where_a_setting_sends_the_client_elsewhere_the_page_is_not_the_location() -> None:
    override = Override(registry="huggingface", variable="HF_ENDPOINT", address=None, at=Place(file=".env", line=1))
    entry = entry_of(reference(MODEL), overrides=(override,))
    assert entry.revisions[0].locations == ()
    assert "download location" in entry.unknown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://user:secret@example.org/x", "https://example.org/x"),
        ("https://example.org/x?id=1&X-Amz-Signature=abc&token=t#part", "https://example.org/x?id=1"),
        ("https://example.org/a b/ü[1]%zz", "https://example.org/a%20b/%C3%BC%5B1%5D%25zz"),
        ("s3://bucket/key", "s3://bucket/key"),
        ("https://${HOST}/x", None),
        ("example.org/x", None),
        ("http://[::1", None),
        ("https://example.org/" + "x" * 500, None),
    ],
)
def test_an_address_is_shown_without_what_opens_doors(address: str, shown: str | None) -> None:
    assert without_secrets(address) == shown


# Checksums


def test_checksums_come_from_references_files_images_and_the_declaration() -> None:
    def sums(identity: str, revision: str | None = None, declared: str = "", **facts: Any) -> tuple[str, ...]:
        return entry_of(reference(identity, revision, **facts), declared=declared).revisions[0].checksums

    assert sums(MODEL, checksum="sha512:" + SHA * 2) == ("sha512:" + SHA * 2,)
    assert sums("model:file/m.pt", resolution=Resolution.FILE, digest="sha256:" + SHA) == ("sha256:" + SHA,)
    assert sums(MODEL, digest="sha256:" + SHA) == ()
    assert sums("package:docker/python", "sha256:" + SHA) == ("sha256:" + SHA,)
    assert sums(MODEL, declared=f'[[component]]\nid = "{MODEL}"\nsha256 = "{SHA}"') == ("sha256:" + SHA,)


def test_a_declared_checksum_is_that_of_the_revision_it_was_declared_with() -> None:
    declared = f'[[component]]\nid = "{MODEL}"\nsha256 = "{SHA}"'
    both = [reference(MODEL, "a"), reference(MODEL, "b")]

    def holding(declared: str) -> list[str | None]:
        return [found.version for found in entry_of(*both, declared=declared).revisions if found.checksums]

    assert holding(declared) == []
    assert holding(declared + '\nrevision = "b"') == ["b"]


# Approval, systems, relations, services


@pytest.mark.parametrize(
    ("by", "on", "counts"),
    [
        ("security@example.com", "2025-12-31", True),
        ("security@example.com", "2026-01-02", False),
        ("someone@example.com", "2025-12-31", False),
        ("Team@example.com", "2025-12-31", False),
    ],
)
def test_an_approval_counts_where_the_policy_names_the_approver_and_its_day_has_come(
    by: str, on: str, counts: bool
) -> None:
    declared = '[project]\nname = "p"\nowner = "team@example.com"\n'
    declared += f'[[component]]\nid = "{MODEL}"\napproved = {{ by = "{by}", on = {on} }}'
    entry = entry_of(reference(MODEL), declared=declared)
    assert entry.approval is not None
    assert entry.approval.counts is counts
    assert ("approval" in entry.unknown) is not counts


def test_declared_systems_that_use_a_component_stand_beside_it() -> None:
    declared = f'[[system]]\nid = "api"\nenv = "prod"\nuses = ["{MODEL}"]'
    assert entry_of(reference(MODEL), declared=declared).systems == ("api",)


def test_relations_stand_beside_their_subject_and_a_hosted_model_is_served() -> None:
    relations = (Relation(subject=MODEL, kind="trained on", object="dataset:huggingface/a/d", at=Place(file="t.py")),)
    entry = entry_of(reference(MODEL), relations=relations)
    assert [(item.kind, item.to) for item in entry.relations] == [("trained on", "dataset:huggingface/a/d")]
    assert "training datasets" not in entry.unknown
    hosted = entry_of(reference("model:openai/gpt-4o"))
    assert [(item.kind, item.to) for item in hosted.relations] == [("served by", "service:openai")]


def test_a_service_has_what_its_declaration_says() -> None:
    declared = '[[service]]\nid = "openai"\ndata_classes = ["personal"]\nregion = "eu"\ntraining_use = false'
    stated = reference("service:openai", address="https://eu.api.openai.com/v1")
    entry = entry_of(stated, declared=declared)
    assert entry.service is not None
    assert entry.unknown == ("approval",)
    assert "data classes" in entry_of(stated).unknown


# Known unknowns


def test_what_nobody_knows_is_said() -> None:
    assert entry_of(reference("model:huggingface/gpt2")).unknown == (
        *(
            "version",
            "supplier",
            "license",
            "checksum",
            "approval",
            "release time",
            "training datasets",
            "dependencies",
        ),
    )


@pytest.mark.parametrize("kind", Kind)
def test_every_field_of_a_kind_is_known_or_a_known_unknown(kind: Kind) -> None:
    component = Component(kind=kind, source="" if kind is Kind.SERVICE else "unheard-of", name="x")
    asked = [name for name, kinds in FIELDS.items() if kind in kinds]
    assert list(entry_of(reference(component.id)).unknown) == asked
