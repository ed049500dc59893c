"""Where a planted text goes: the file stays one of its language, and the line is the planted one."""

from __future__ import annotations

import ast
import json
from random import Random

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain.sensitivity.placing import NoPlaceError, place

PYTHON = '"""Doc."""\n\nfrom __future__ import annotations\n\nimport os\n\n\ndef f(a):\n    """Say."""\n    return a\n\n\nclass A:\n    async def g(self):\n        pass\n'
NOTEBOOK = json.dumps({"cells": [{"cell_type": "code", "source": ["x = 1"]}], "metadata": {}, "nbformat": 4})


@settings(deadline=None)
@given(st.integers(0, 2**31))
def test_python_still_parses_and_the_line_is_the_planted_one(seed: int) -> None:
    placed = place("python", PYTHON, "\nimport torch\nplanted = torch.load('x')\n", Random(seed))
    ast.parse(placed.data)
    lines = placed.data.decode().splitlines()
    assert "import torch" in "".join(lines[placed.line - 1 : placed.line + 1])


@settings(deadline=None)
@given(st.integers(0, 2**31))
def test_a_notebook_gets_a_cell(seed: int) -> None:
    placed = place("notebook", NOTEBOOK, "!wget https://a.b/c.pt", Random(seed))
    assert len(json.loads(placed.data)["cells"]) == 2
    assert "wget" in placed.data.decode().splitlines()[placed.line - 1]


def test_yaml_json_and_toml_get_a_key() -> None:
    assert yaml.safe_load(place("yaml", "a: 1", "b:\n  c: 2", Random(1)).data) == {"a": 1, "b": {"c": 2}}
    placed = place("json", '{\n  "a": 1\n}\n', '"b": {"c": 2}', Random(1))
    assert json.loads(placed.data) == {"b": {"c": 2}, "a": 1}
    assert placed.data.decode().splitlines()[placed.line - 1].strip() == '"b": {"c": 2},'


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("python", "def f(:\n"),
        ("yaml", "- a\n"),
        ("yaml", "{{ x }}: {"),
        ("json", "[]"),
        ("json", "{}"),
        ("toml", "a = ["),
        ("notebook", "{}"),
    ],
)
def test_what_is_not_of_its_language_takes_nothing(language: str, text: str) -> None:
    with pytest.raises(NoPlaceError):
        place(language, text, "b = 1", Random(1))


def test_a_line_of_a_container_file_goes_behind_a_whole_instruction() -> None:
    text = "FROM a AS b\nRUN x && \\\n    y\nCMD z\n"
    for seed in range(20):
        placed = place("dockerfile", text, "RUN planted", Random(seed))
        assert placed.data.decode() == "FROM a AS b\nRUN planted\nRUN x && \\\n    y\nCMD z\n"
