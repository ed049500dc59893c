"""Records of models and data: DVC, Croissant, model cards, and what lies beside weights."""

from __future__ import annotations

import json

import pytest

from supplychain.discovery.interface import Found, NotParsedError, SourceFile
from supplychain.discovery.records import front_matter
from supplychain.model.reference import Place
from tests.discovery.support import look

MD5 = "22a1a2931c8370d3aeedd7183606fd7f"
SHA = "a" * 64
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def named(path: str, text: str) -> list[str]:
    """Return `line id` for each reference of one file, with `@revision` where there is one."""
    found = look({path: text})
    assert (found.unresolved, found.unread) == ((), ())
    return [f"{r.at.line} {r.subject}" + (f"@{r.revision}" if r.revision else "") for r in found.references]


def card(text: str, path: str = "model/README.md") -> Found:
    """Return what the front matter of a file names."""
    return front_matter(SourceFile(path, text.encode(), SHA, Place(file=path), lambda _: False))


def test_a_file_that_dvc_tracks() -> None:
    (reference,) = look({"data/a.dvc": f"outs:\n- md5: {MD5}\n  size: 1\n  path: train.csv"}).references
    assert (reference.subject, reference.at.line) == ("dataset:file/data/train.csv", 4)
    assert reference.checksum == f"md5:{MD5}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"outs:\n- md5: {MD5}.dir\n  path: images", ["3 dataset:file/data/images"]),
        (f"wdir: ..\nouts:\n- md5: {MD5}\n  path: a.csv", ["4 dataset:file/a.csv"]),
        (f"outs:\n- md5: {MD5}\n  path: x.pt", ["3 model:file/data/x.pt"]),
        (
            "deps:\n- path: get/a.xml\n  repo:\n    url: https://github.com/acme/data\n"
            f"    rev_lock: {COMMIT}\nouts:\n- md5: {MD5}\n  path: a.xml",
            [f"2 dataset:github/acme/data/get/a.xml@{COMMIT}"],
        ),
        (
            "deps:\n- etag: abc\n  path: https://x.example/a.csv\nouts:\n- md5: 1\n  path: a.csv",
            ["3 dataset:url/x.example/a.csv"],
        ),
        ("outs: []", []),
        ("- a", []),
    ],
)
def test_what_dvc_tracks(text: str, expected: list[str]) -> None:
    assert named("data/a.dvc", text) == expected


LOCK = f"""schema: '2.0'
stages:
  prepare:
    cmd: python prepare.py data/a.xml
    deps:
    - path: data/a.xml
      md5: {MD5}
    - path: prepare.py
      md5: {MD5}
    outs:
    - path: data/prepared
      md5: {MD5}.dir
  train:
    cmd: python train.py --base_model acme/x
    deps:
    - path: data/prepared
      md5: {MD5}.dir
    outs:
    - path: model.pkl
      md5: {MD5}
    - path: eval
      md5: {MD5}.dir
"""


def test_the_lock_of_a_pipeline_names_data_models_and_commands() -> None:
    assert named("dvc.lock", LOCK) == [
        "6 dataset:file/data/a.xml",
        "11 dataset:file/data/prepared",
        "14 model:huggingface/acme/x",
        "19 model:file/model.pkl",
    ]


def test_the_artifacts_of_a_pipeline() -> None:
    text = "artifacts:\n  x:\n    path: x.bin\n    type: model\n  d:\n    path: data\n    type: dataset"
    assert named("ml/dvc.yaml", text) == ["2 model:file/ml/x.bin", "5 dataset:file/ml/data"]


CROISSANT = {
    "@context": {"@vocab": "https://schema.org/"},
    "@type": "sc:Dataset",
    "name": "Probe",
    "version": "1.2",
    "conformsTo": "http://mlcommons.org/croissant/1.0",
    "distribution": [{"@type": "cr:FileObject", "contentUrl": "https://x.example/a.csv", "sha256": SHA}],
}


def test_a_croissant_file() -> None:
    (reference,) = look({"data/a.json": json.dumps(CROISSANT, indent=1)}).references
    assert (reference.subject, reference.revision) == ("dataset:croissant/Probe", "1.2")
    assert (reference.address, reference.checksum) == ("https://x.example/a.csv", f"sha256:{SHA}")
    assert reference.at.line == 6


def test_a_croissant_file_of_a_hub() -> None:
    text = json.dumps({**CROISSANT, "url": "https://huggingface.co/datasets/acme/d"})
    assert named("a.json", text) == ["1 dataset:huggingface/acme/d@1.2"]


def test_a_dataset_of_a_web_page_is_none() -> None:
    assert named("a.json", json.dumps({"@type": "Dataset", "name": "model"})) == []


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("m/config.json", '{\n"_name_or_path": "acme/x", "model_type": "bert"}', ["2 model:huggingface/acme/x"]),
        (
            "config.json",
            '{"_name_or_path": "gpt2", "architectures": ["A"], "model_type": "gpt2"}',
            ["1 model:huggingface/gpt2"],
        ),
        ("config.json", '{"_name_or_path": "/home/me/x", "model_type": "bert", "encoder": "acme/x"}', []),
        (
            "config.json",
            '{"architectures": ["A"], "model_type": "a", "auto_map": {"AutoModel": "acme/x--m.A"}}',
            ["1 model:huggingface/acme/x"],
        ),
        ("tokenizer_config.json", '{"name_or_path": "acme/x"}', ["1 model:huggingface/acme/x"]),
        (
            "adapter_config.json",
            '{"base_model_name_or_path": "acme/x",\n"revision": "v1"}',
            ["1 model:huggingface/acme/x@v1"],
        ),
        ("adapter_config.json", '{"base_model_name_or_path": null, "revision": null}', []),
    ],
)
def test_what_lies_beside_weights(path: str, text: str, expected: list[str]) -> None:
    assert named(path, text) == expected


def test_an_adapter_is_fine_tuned_from_its_base() -> None:
    (relation,) = look({"lora/adapter_config.json": '{"base_model_name_or_path": "acme/x"}'}).relations
    assert (relation.subject, relation.kind, relation.object) == (
        "model:file/lora",
        "fine-tuned from",
        "model:huggingface/acme/x",
    )


def test_a_model_card() -> None:
    found = card("---\nlicense: mit\nbase_model: acme/x\ndatasets:\n- acme/d\n---\n# base_model: acme/y\n")
    assert [(r.at.line, r.subject) for r in found.references] == [
        (3, "model:huggingface/acme/x"),
        (5, "dataset:huggingface/acme/d"),
    ]
    assert [(r.subject, r.kind, r.object) for r in found.relations] == [
        ("model:file/model", "fine-tuned from", "model:huggingface/acme/x"),
        ("model:file/model", "trained on", "dataset:huggingface/acme/d"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\nbase_model:\n- acme/x\n- acme/y\n---\n", ["model:huggingface/acme/x", "model:huggingface/acme/y"]),
        ("---\nsource_datasets:\n- original\n- extended|acme/d\n---\n", ["dataset:huggingface/acme/d"]),
        ("---\npreload_from_hub:\n- acme/x a.bin v1\n---\n", ["model:huggingface/acme/x"]),
        ("---\r\nbase_model: acme/x\r\n---\r\n", ["model:huggingface/acme/x"]),
        ("---\ntitle: a\nmodel: acme/x\n---\n", []),
        ("# base_model: acme/x\n", []),
        ("---\nbase_model: acme/x\n", []),
        ("", []),
    ],
)
def test_the_front_matter_of_other_cards(text: str, expected: list[str]) -> None:
    assert [r.subject for r in card(text).references] == expected


def test_front_matter_that_is_no_yaml_is_not_read() -> None:
    with pytest.raises(NotParsedError):
        card("---\nbase_model: [acme/x\n---\n")
