"""What tells the source of models and datasets: its patterns mean what they say."""

from __future__ import annotations

import re

import pytest

from supplychain import catalog
from supplychain.checks.lookalikes import skeleton


@pytest.mark.parametrize(
    ("file", "owner"),
    [
        ("sam_vit_h_4b8939.pth", "facebook"),
        ("sd_xl_base_1.0_0.9vae.safetensors", "stabilityai"),
        ("control-lora-canny-rank128.safetensors", "stabilityai"),
        ("ip-adapter-plus_sdxl_vit-h.bin", "h94"),
        ("wd-v1-4-moat-tagger-v2.onnx", "SmilingWolf"),
        ("model_base_caption_capfilt_large.pth", "Salesforce"),
        ("inswapper_128_fp16.onnx", "deepinsight"),
        ("model.safetensors", None),
        ("pytorch_model.bin", None),
        ("sam.pth", None),
    ],
)
def test_a_files_name_tells_its_publisher(file: str, owner: str | None) -> None:
    known = catalog.popular_models().weights_of(file)
    assert (known.owners[0] if known else None) == owner


def test_every_publisher_of_a_popular_model_is_a_known_owner() -> None:
    known = catalog.popular_models().owners["huggingface"]
    publishers = {owner for owners in catalog.popular_models().by_name.values() for owner in owners}
    assert {owner for owner in publishers if owner.lower() not in known} == set()


def test_every_brand_has_its_own_account() -> None:
    for brand in catalog.popular_models().brand:
        assert brand.name.lower() in brand.own
        assert all(skeleton(name) for name in brand.imitated)


@pytest.mark.parametrize(
    ("name", "is_collection"),
    [
        ("misc", True),
        ("fav_models", True),
        ("my-weights", True),
        ("models", True),
        ("bge-small", False),
        ("model-7b", False),
    ],
)
def test_a_collection_is_known_by_its_name(name: str, is_collection: bool) -> None:
    assert bool(re.fullmatch(catalog.reputation().collections, name, re.IGNORECASE)) is is_collection


@pytest.mark.parametrize(
    ("name", "is_anonymous"),
    [
        ("anon8231489123", True),
        ("anonymous", True),
        ("user1234", True),
        ("20231231", True),
        ("h2oai", False),
        ("anona", False),
    ],
)
def test_a_name_that_tells_nobody(name: str, is_anonymous: bool) -> None:
    assert bool(re.fullmatch(catalog.reputation().anonymous, name, re.IGNORECASE)) is is_anonymous


@pytest.mark.parametrize(
    ("host", "is_shared"),
    [
        ("b.s3.eu-west-1.amazonaws.com", True),
        ("s3.amazonaws.com", True),
        ("x.blob.core.windows.net", True),
        ("d1.cloudfront.net", True),
        ("storage.googleapis.com", True),
        ("data.example.org", False),
        ("s3.amazonaws.com.example.org", False),
    ],
)
def test_a_host_that_anybody_can_put_something_on(host: str, is_shared: bool) -> None:
    assert any(re.fullmatch(entry.name, host) for entry in catalog.reputation().shared_host) is is_shared
