"""From a text to the component that it names: hub names, local paths, addresses."""

from __future__ import annotations

import pytest

from supplychain.catalog import registries
from supplychain.discovery.naming import from_address, from_name, is_address
from supplychain.model.component import Kind
from tests.discovery.support import look

LOOK_ALIKES = [
    "https://huggingface.co.evil.example/a/b/resolve/main/x.bin",
    "https://huggingface.co@evil.example/a/b/resolve/main/x.bin",
    "https://huggingfаce.co/a/b/resolve/main/x.bin",
    "https://evil.example/huggingface.co/a/b/resolve/main/x.bin",
    "https://hf.co.evil.example/a/b",
    "https://cdn.huggingface.co/a/b/resolve/main/x.bin",
    "https://huggingface.co./a/b/resolve/main/x.bin",
    "https://evil.example#https://huggingface.co/a/b",
    "https://tfhub.dev.evil.example/g/m/1",
    "https://kaggle.com.evil.example/models/g/m",
]


@pytest.mark.parametrize(
    ("address", "expected", "revision"),
    [
        ("https://huggingface.co/a/b/resolve/main/x.bin", "model:huggingface/a/b", "main"),
        ("https://huggingface.co/a/b/blob/v1.0/d/x.bin", "model:huggingface/a/b", "v1.0"),
        ("https://huggingface.co/a/b/raw/main/x.bin", "model:huggingface/a/b", "main"),
        ("https://huggingface.co/a/b/tree/main", "model:huggingface/a/b", "main"),
        ("https://huggingface.co/a/b", "model:huggingface/a/b", None),
        ("https://huggingface.co/a/b/", "model:huggingface/a/b", None),
        ("https://HuggingFace.co/a/b", "model:huggingface/a/b", None),
        ("https://user:pw@huggingface.co/a/b", "model:huggingface/a/b", None),
        ("https://huggingface.co:443/a/b", "model:huggingface/a/b", None),
        ("https://hf.co/a/b", "model:huggingface/a/b", None),
        ("https://huggingface.co/datasets/a/b/resolve/main/x", "dataset:huggingface/a/b", "main"),
        ("https://huggingface.co/spaces/a/b/resolve/main/x.pt", "model:huggingface/spaces/a/b", "main"),
        ("hf://a/b/x.bin", "model:huggingface/a/b", None),
        ("hf://datasets/a/b@v1/x.bin", "dataset:huggingface/a/b", "v1"),
        ("https://tfhub.dev/google/nnlm-en-dim50/2", "model:tensorflow-hub/google/nnlm-en-dim50", "2"),
        ("https://tfhub.dev/google/bert/uncased", "model:tensorflow-hub/google/bert/uncased", None),
        (
            "https://www.kaggle.com/models/google/bert/tensorFlow2/base/3",
            "model:kaggle/google/bert/tensorFlow2/base",
            "3",
        ),
        ("https://kaggle.com/models/google/bert", "model:kaggle/google/bert", None),
        ("https://download.pytorch.org/models/r.pth", "model:pytorch-hub/r.pth", None),
        (
            "https://github.com/o/r/releases/download/v1/x.pth",
            "model:github/o/r/releases/download/v1/x.pth",
            "v1",
        ),
        ("https://github.com/o/r/raw/main/x.pth", "model:url/github.com/o/r/raw/main/x.pth", None),
        ("https://modelscope.cn/models/a/b", "model:modelscope/a/b", None),
        ("https://huggingface.co/a/b/c/d", "model:url/huggingface.co/a/b/c/d", None),
        ("http://[broken/x.bin", "model:url/http://[broken/x.bin", None),
    ],
)
def test_an_address_is_named_by_its_host_and_path(address: str, expected: str, revision: str | None) -> None:
    named = from_address(address, Kind.MODEL)
    assert (named.component.id, named.revision) == (expected, revision)


@pytest.mark.parametrize("address", LOOK_ALIKES)
def test_a_host_that_only_looks_like_a_registry_is_none(address: str) -> None:
    assert from_address(address, Kind.MODEL).component.source == "url"


@pytest.mark.parametrize(
    "address", ["https://huggingface.co:8443/a/b", "http://huggingface.co/a/b", "https://u@huggingface.co/a/b"]
)
def test_the_address_is_kept_as_it_was_given(address: str) -> None:
    assert from_address(address, Kind.MODEL).address == address


@pytest.mark.parametrize("text", ["https://x", "HTTP://x", "ftp://x", "s3://bucket/x", "gs://b", "hf://a/b"])
def test_an_address_has_a_scheme(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize("text", ["a/b", "C:/models", "file:///opt/x", "//host/x", "see https://x", ""])
def test_a_path_or_a_name_is_no_address(text: str) -> None:
    assert not is_address(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("./models/x", "model:file/models/x"),
        ("././models/x/", "model:file/models/x"),
        ("../x", "model:file/../x"),
        ("/opt/x", "model:file//opt/x"),
        ("~/x", "model:file/~/x"),
        (r"C:\models\x", r"model:file/C:\models\x"),
        ("C:/models/x", "model:file/C:/models/x"),
        (r"models\x", r"model:file/models\x"),
        ("file:///opt/x", "model:file/file:///opt/x"),
        ("weights.safetensors", "model:file/weights.safetensors"),
        ("gpt2", "model:huggingface/gpt2"),
        ("a/b", "model:huggingface/a/b"),
        ("a-1/b_2.c", "model:huggingface/a-1/b_2.c"),
    ],
)
def test_a_path_is_a_file_and_else_a_text_is_a_name(text: str, expected: str) -> None:
    named = from_name(text, Kind.MODEL, registries()["huggingface"], lambda _: False, "")
    assert named is not None
    assert named.component.id == expected


@pytest.mark.parametrize("text", ["", "a/b/c", "a b", "-a/b", "a/", "a//b", "a/b\n", "ä/b c", "{}/b"])
def test_a_text_of_another_form_is_no_name(text: str) -> None:
    assert from_name(text, Kind.MODEL, registries()["huggingface"], lambda _: False, "") is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("models/x/config.json", "model:file/models/x"),
        ("src/models/x/config.json", "model:file/src/models/x"),
        ("other/config.json", "model:file/models/x"),
    ],
)
def test_a_folder_of_the_target_is_the_model_that_is_loaded(path: str, expected: str) -> None:
    source = 'from transformers import AutoModel\nAutoModel.from_pretrained("models/x")'
    found = look({"src/app.py": source, path: "{}"})
    assert expected in {r.subject for r in found.references}


def test_a_name_that_climbs_is_not_looked_up() -> None:
    named = from_name("x/../../etc", Kind.MODEL, registries()["huggingface"], lambda _: True, "")
    assert named is None or ".." not in named.component.name
