"""The second search: what text names by its form, and where it stands."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import supplychain.sweep
from supplychain.model.reference import Scope
from supplychain.sweep import sweep
from supplychain.target import Target


def seen(files: dict[str, str | bytes]) -> list[str]:
    """Return `file:line text context` for each hit in these files."""
    data = {path: text if isinstance(text, bytes) else text.encode() for path, text in files.items()}
    return [f"{hit.at} {hit.text} {hit.context}" for hit in sweep(Target.of(data), lambda _: Scope.PROD)]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.py", 'AutoModel.from_pretrained("acme/mod")', "acme/mod"),
        ("a.py", 'X = dict(model="acme/mod")', "acme/mod"),
        ("a.yaml", "base_model: acme/mod", "acme/mod"),
        ("a.json", '{"model_name": "acme/mod"}', "acme/mod"),
        ("a.toml", 'repo_id = "acme/mod"', "acme/mod"),
        ("a.sh", "python train.py --model_name_or_path acme/mod", "acme/mod"),
        (".env", "EMBEDDING_MODEL=acme/mod", "acme/mod"),
        ("a.tf", 'model_id = "acme/mod"', "acme/mod"),
        ("a.py", 'load_dataset("acme/data1", split="x")', "acme/data1"),
        (
            "a.cfg",
            "url = https://huggingface.co/acme/mod/resolve/main/x.bin",
            "https://huggingface.co/acme/mod/resolve/main/x.bin",
        ),
        ("a.txt~", "get https://evil.example/x.safetensors now", "https://evil.example/x.safetensors"),
        ("a.ts", 'fetch("https://api.openai.com/v1/x")', "https://api.openai.com/v1/x"),
        ("a.go", 'm := "gpt-4o-mini"', "gpt-4o-mini"),
    ],
)
def test_a_name_is_seen_by_its_form(path: str, text: str, expected: str) -> None:
    assert seen({path: text}) == [f"{path}:1 {expected} code"]


@pytest.mark.parametrize(
    ("path", "text", "context"),
    [
        ("a.py", '# model = "acme/mod"', "comment"),
        ("a.py", 'x = 1  # model = "acme/mod"', "comment"),
        ("a.py", '"""Load model = "acme/mod" here."""', "comment"),
        ("a.py", 'def f():\n    """Load.\n\n    model = "acme/mod"\n    """', "comment"),
        ("a.ts", '// model = "acme/mod"', "comment"),
        ("a.yaml", "# model: acme/mod", "comment"),
        ("a.md", 'The model = "acme/mod" is used.', "prose"),
        ("a.md", '```\nmodel = "acme/mod"\n```', "code"),
        ("a.py", 'x = """\nmodel = "acme/mod"\n"""', "code"),
    ],
)
def test_where_it_stands_is_said(path: str, text: str, context: str) -> None:
    (hit,) = seen({path: text})
    assert hit.endswith(f" acme/mod {context}")


@pytest.mark.parametrize(
    "text",
    [
        'model = "models/x"',
        'model_path = "src/model.py"',
        'content = "application/json"',
        'model: "your-org/your-model"',
        "see https://huggingface.co/docs/transformers",
        'x = "command"',
        "https://example.org/page",
        'placeholder="https://your-endpoint.openai.azure.com"',
    ],
)
def test_what_only_looks_like_a_name_is_not_seen(text: str) -> None:
    assert seen({"a.py": text}) == []


@pytest.mark.parametrize("path", ["a.csv", "package-lock.json", ".supplychain/inventory.cdx.json", "poetry.lock"])
def test_data_is_not_searched(path: str) -> None:
    assert seen({path: 'model = "acme/mod"'}) == []


@pytest.mark.parametrize(
    "data", [b"\0model: acme/mod", b"model: " + b"x" * 5_000 + b' model: "acme/mod"', b"\xff\xfe model"]
)
def test_binary_files_and_very_long_lines_are_passed_over(data: bytes) -> None:
    assert seen({"a.yaml": data}) == []


def test_a_name_counts_once_a_file_and_where_it_is_code() -> None:
    assert seen({"a.py": '# model = "acme/mod"\nmodel = "acme/mod"\nmodel = "acme/mod"\n'}) == ["a.py:2 acme/mod code"]


def test_it_shares_no_code_with_discovery() -> None:
    tree = ast.parse(Path(supplychain.sweep.__file__).read_text())
    imported = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert not [name for name in imported if name.startswith("supplychain.discovery")]
