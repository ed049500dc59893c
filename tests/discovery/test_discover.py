"""A whole target: weight files, imports, what was not read, and what was looked at."""

from __future__ import annotations

import pytest

from supplychain.discovery import discover
from supplychain.model.component import Kind
from supplychain.model.inventory import SelfTest
from supplychain.model.reference import Resolution, Scope
from supplychain.target import READ_LIMIT, Target
from tests.discovery.support import look

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12\n"


@pytest.mark.parametrize(
    ("path", "head", "form"),
    [
        ("m.safetensors", b"\x10\0\0\0\0\0\0\0{}", "safetensors"),
        ("m.gguf", b"GGUF\x03", "GGUF"),
        ("notes.txt", b"GGUF\x03", "GGUF"),
        ("picture.png", b"\x89HDF\r\n\x1a\n", "HDF5"),
        ("no_suffix", b"\x1c\0\0\0TFL3", "TensorFlow Lite"),
        ("m.pkl", b"\x80\x04.", "pickle"),
        ("m.bin", b"\x80\x02.", "pickle"),
        ("m.pkl", b"(dp0\n.", "pickle of an old protocol"),
        ("m.pickle", b"cos\nsystem\n", "pickle of an old protocol"),
        ("m.joblib", b"x\x9c...", "compressed pickle"),
        ("m.pkl", b"\x1f\x8b\x08", "compressed pickle"),
        ("m.pt", b"PK\x03\x04", "zip with weights"),
        ("M.PTH", b"PK\x03\x04", "zip with weights"),
        ("m.keras", b"PK\x03\x04", "zip with weights"),
        ("m.onnx", b"\x08\x07", "ONNX"),
        ("m.safetensors", LFS, "Git LFS pointer to weights"),
        ("m.pt", LFS, "Git LFS pointer to weights"),
    ],
)
def test_weights_are_recognized_by_their_first_bytes(path: str, head: bytes, form: str) -> None:
    (reference,) = look({path: head}).references
    assert (reference.subject, reference.call, reference.resolution) == (f"model:file/{path}", form, Resolution.FILE)
    line = 2 if head == LFS else None
    assert (reference.at.file, reference.at.line) == (path, line)


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("m.safetensors", b""),
        ("m.safetensors", b"short"),
        ("m.pt", b""),
        ("m.gguf", b"text"),
        ("archive.zip", b"PK\x03\x04"),
        ("book.docx", b"PK\x03\x04"),
        ("page.html", b"\x80\x04"),
        ("picture.png", LFS),
        ("copy.c", b"(comment)"),
        ("fix.patch", b"--- a/x"),
    ],
)
def test_other_files_are_no_weights(path: str, head: bytes) -> None:
    found = look({path: head})
    assert (found.references, found.unread, found.looked_at) == ((), (), 1)


def test_weights_have_the_scope_of_their_path() -> None:
    assert [r.at.scope for r in look({"tests/m.gguf": b"GGUF"}).references] == [Scope.TEST]


# Imports


def imports(files: dict[str, str | bytes]) -> list[str]:
    """Return `file:line scope id` of each imported module."""
    found = [r for r in look(files).references if r.call == "import"]
    return [f"{r.at} {r.at.scope} {r.subject}" for r in found]


def test_a_module_is_named_once_in_a_scope_at_its_first_import() -> None:
    files: dict[str, str | bytes] = {
        "a.py": "import os\nimport torch\nimport torch.nn",
        "b.py": "import torch",
        "tests/a.py": "from torch import nn",
    }
    assert imports(files) == ["a.py:2 prod package:pypi/torch", "tests/a.py:1 test package:pypi/torch"]


@pytest.mark.parametrize(
    "source",
    [
        "import os, sys, json.decoder",
        "from __future__ import annotations",
        "import app.models",
        "from app import models",
        "from . import models",
        "from .models import x",
        "from .. import x",
        "import models",
    ],
)
def test_the_standard_library_and_own_modules_are_no_packages(source: str) -> None:
    assert imports({"app/models.py": "", "app/main.py": source}) == []


@pytest.mark.parametrize(
    ("source", "service"),
    [
        ("import openai", "openai"),
        ("from openai import OpenAI", "openai"),
        ("import anthropic as a", "anthropic"),
        ("from google import genai", "google-gemini"),
        ("import google.generativeai as g", "google-gemini"),
        ("from vertexai.generative_models import GenerativeModel", "google-vertex"),
        ("from azure.ai.inference import ChatCompletionsClient", "azure-ai"),
        ("def f():\n  from mistralai import Mistral", "mistral"),
    ],
)
def test_an_sdk_stands_for_its_service(source: str, service: str) -> None:
    found = [r.subject for r in look({"app.py": source}).references if r.component.kind is Kind.SERVICE]
    assert found == [f"service:{service}"]


@pytest.mark.parametrize("source", ["import openai_tools", "from .openai import x", "from google import auth"])
def test_a_module_with_a_similar_name_is_no_service(source: str) -> None:
    assert [r.subject for r in look({"app.py": source}).references if r.subject.startswith("service:")] == []


# What was not read


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("x = 1\ndef f(:\n", 2),
        ("import os\nprint 'Python 2'\n", 2),
        ("# coding: no-such\n", None),
        (b"x = '\xff'\n", 1),
        (b"x = 1\0\n", None),
    ],
)
def test_source_that_does_not_parse_is_reported_with_its_line(source: str | bytes, line: int | None) -> None:
    (unread,) = look({"app.py": source}).unread
    assert (unread.what, unread.count) == ("app.py", 1)
    assert unread.reason.startswith("not ")
    if line is not None:
        assert unread.at.line == line


def test_a_file_that_is_too_large_is_reported() -> None:
    (unread,) = look({"app.py": b"#" * (READ_LIMIT + 1)}).unread
    assert unread.what == "app.py"
    assert "8,000,000 are read" in unread.reason


def test_files_without_a_carrier_are_counted_by_kind_and_scope() -> None:
    found = look({"a.go": "", "b/c.rs": "", "tests/d.java": "", "e.yaml": "", "f.ts": "", "g.min.js": ""})
    assert [(u.what, u.at.scope, u.count, u.at.file) for u in found.unread] == [
        ("programs in languages without a carrier", Scope.PROD, 2, "a.go"),
        ("programs in languages without a carrier", Scope.TEST, 1, "tests/d.java"),
    ]


def test_what_was_looked_at_is_what_a_carrier_or_the_magic_saw() -> None:
    found = look({"a.py": "", "b.py": "def", "readme.md": "", "c.go": "", "requirements.txt": ""})
    assert found.looked_at == 4


def test_progress_is_told_of_each_file() -> None:
    seen: list[int] = []
    target = Target.of({"a.py": b"", "b.txt": b""})
    discover(target, None, SelfTest(planted=1, found=1), seen.append)
    assert sum(seen) == 2


def test_the_same_target_gives_the_same_inventory() -> None:
    files = {
        "b.py": "import torch\ntorch.hub.load(x)",
        "a.py": "import numpy",
        "m.gguf": "GGUF",
        ".env": "HF_ENDPOINT=x",
    }
    assert look(files) == look(dict(reversed(files.items())))
