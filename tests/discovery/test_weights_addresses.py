"""Addresses of weights wherever a target writes them: settings, configuration, commands, Python and JavaScript."""

from __future__ import annotations

import pytest

from tests.discovery.support import look

WEIGHTS = "https://files.example.net/v1/encoder"


def components(path: str, text: str) -> list[str]:
    """Return the ids of the models and datasets that one file names, once each."""
    found = look({path: text}).references
    return sorted({r.component.id for r in found if r.component.kind in {"model", "dataset"}})


@pytest.mark.parametrize("suffix", [".bin", ".h5", ".gguf", ".onnx", ".safetensors", ".pt"])
@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".env", "ENCODER_MODEL_URL={}\n"),
        (".env.local", 'export ENCODER_WEIGHTS="{}"\n'),
        ("Dockerfile", "FROM scratch\nENV ENCODER_MODEL_URL={}\n"),
        ("Dockerfile", "FROM scratch\nARG ENCODER={}\n"),
        ("Dockerfile", "FROM scratch\nADD {} /models/\n"),
        ("Dockerfile", "FROM scratch\nRUN wget -q {} -P /models\n"),
        ("Dockerfile", "FROM scratch\nRUN python -c \"import urllib.request as u; u.urlretrieve('{}', 'x')\"\n"),
        ("run.sh", 'curl -fL "${{ENCODER_URL:-{}}}" > encoder\n'),
        ("run.sh", "export ENCODER_MODEL_URL={}\n"),
        ("run.sh", 'python - <<"CODE"\nimport urllib.request\nurllib.request.urlretrieve("{}", "x")\nCODE\n'),
        ("config/app.yaml", "encoder:\n  model_url: {}\n"),
        ("config/app.yaml", "fetch:\n  command: >-\n    wget {}\n    -O /models/x\n"),
        ("compose.yaml", 'services:\n  a:\n    image: b:1\n    command: sh -c "curl -O {}"\n'),
        ("job.yaml", "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [wget]\n    args: [{}]\n"),
    ],
)
def test_address_of_weights_is_a_model(path: str, text: str, suffix: str) -> None:
    assert components(path, text.format(WEIGHTS + suffix)) == [f"model:url/files.example.net/v1/encoder{suffix}"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".env", "MODEL_URL=https://example.net/models/encoder\n"),
        (".env", "ENCODER_MODEL_URL=http://localhost:8080/encoder.bin\n"),
        ("config/app.yaml", "models:\n  - name: x\n    model_url: https://example.net/models/encoder\n"),
        ("Dockerfile", "FROM scratch\nENV TOOL_URL=https://example.net/tool.tar.gz\n"),
        ("Dockerfile", "FROM scratch\nADD https://example.net/tool.deb /tmp/\n"),
        ("config/app.yaml", "a:\n  command: echo https://example.net/readme\n"),
    ],
)
def test_other_address_is_no_model(path: str, text: str) -> None:
    assert components(path, text) == []


@pytest.mark.parametrize(
    "source",
    [
        'import httpx\nPARTS = ["https:/", "files.example.net", "v1", "encoder.onnx"]\nhttpx.get("/".join(PARTS))',
        'from urllib.parse import urljoin\nimport requests\nrequests.get(urljoin("https://files.example.net/v1/", "encoder.onnx"))',
        'import requests\nrequests.get("https://files.example.net/v1/{}".format("encoder.onnx"))',
        'import requests\nBASE = "https://files.example.net/{}/{}"\nrequests.get(BASE.format("v1", "encoder.onnx"))',
        'import requests\nrequests.get("https://files.example.net/v1/%s" % "encoder.onnx")',
        'import requests\nrequests.get("%s/%s" % ("https://files.example.net/v1", "encoder.onnx"))',
        'import pooch\npooch.retrieve(url="https://files.example.net/v1/encoder.onnx", known_hash=None)',
        'import subprocess\nsubprocess.run(["curl", "-O", "https://files.example.net/v1/encoder.onnx"])',
    ],
)
def test_address_that_python_puts_together_is_a_model(source: str) -> None:
    assert components("app.py", source) == ["model:url/files.example.net/v1/encoder.onnx"]


@pytest.mark.parametrize(
    "source",
    [
        'import os\nos.path.join("a", "b.txt")',
        '", ".join(["https://example.net/a", "encoder.onnx"])',
        '"{}".format("hello")',
        '"%d of %s" % (1, "encoder.onnx")',
        'print("saved %s" % "encoder.onnx")',
        '"/".join(name for name in ["https://example.net", "a.onnx"])',
    ],
)
def test_text_that_is_no_address_is_no_model(source: str) -> None:
    assert components("app.py", source) == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://files.example.net/v1/corpus.tar.gz", ["dataset:url/files.example.net/v1/corpus.tar.gz"]),
        ("https://files.example.net/train-images.zip", ["dataset:url/files.example.net/train-images.zip"]),
        ("https://files.example.net/tools.tar.gz", []),
        ("https://github.com/a/dataset/archive/main.zip", []),
    ],
)
def test_archive_is_data_where_its_address_says_so(address: str, expected: list[str]) -> None:
    assert components("app.py", f'import requests\nrequests.get("{address}")') == expected


@pytest.mark.parametrize(
    "source",
    [
        "const base = 'https://files.example.net/v1';\nfetch(`${base}/encoder.onnx`);",
        "const base = 'https://files.example.net/v1';\nfetch(base + '/encoder.onnx');",
        "const url = process.env.MODEL_URL ?? 'https://files.example.net/v1/encoder.onnx';\nfetch(url);",
    ],
)
def test_address_that_javascript_puts_together_is_a_model(source: str) -> None:
    assert components("app.js", source) == ["model:url/files.example.net/v1/encoder.onnx"]


def test_loader_that_is_imported_under_another_name_is_one() -> None:
    source = (
        "import { loadLayersModel as load } from '@tensorflow/tfjs';\nload('https://files.example.net/v1/model.json');"
    )
    assert components("app.js", source) == ["model:url/files.example.net/v1/model.json"]


@pytest.mark.parametrize(
    "source",
    [
        "const name = 'a';\nfetch(`/assets/${name}.onnx`);",
        "const base = location.origin;\nfetch(`${base}/encoder.onnx`);",
        "import { loadLayersModel as load } from './own';\nload('https://files.example.net/v1/model.json');",
    ],
)
def test_address_that_is_not_known_names_none(source: str) -> None:
    assert components("app.js", source) == []
