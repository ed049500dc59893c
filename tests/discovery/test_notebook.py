"""Notebooks: cells as one program, magics, commands, and the lines of the file."""

from __future__ import annotations

import json
import time

import pytest

from tests.discovery.carriers import not_known, not_read, overrides, told
from tests.discovery.support import look

MODEL = "model:huggingface/acme/model"
IMPORT = "from transformers import AutoModel\n"


def notebook(*cells: str, indent: int | None = 1, **top: object) -> str:
    """Return a notebook with these code cells; one that begins with `#md` is text."""
    listed = [
        {"cell_type": "markdown" if cell.startswith("#md") else "code", "source": cell.splitlines(keepends=True)}
        for cell in cells
    ]
    return json.dumps({"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **top}, indent=indent)


def names(*cells: str) -> list[str]:
    """Return the id and revision of each reference of a notebook, without the lines."""
    return [line.partition(" ")[2] for line in told("a.ipynb", notebook(*cells))]


def test_a_reference_stands_on_its_line_of_the_file() -> None:
    text = notebook("x = 1\n", "#md acme/no", f"{IMPORT}\nAutoModel.from_pretrained('acme/model')")
    (line,) = told("a.ipynb", text)
    number = int(line.partition(" ")[0])
    assert line == f"{number} {MODEL}"
    assert "acme/model" in text.splitlines()[number - 1]


def test_a_file_of_one_line_is_read() -> None:
    assert told("a.ipynb", notebook(f"{IMPORT}AutoModel.from_pretrained('acme/model')", indent=None)) == [f"1 {MODEL}"]


@pytest.mark.parametrize(
    "content",
    [
        {"cells": [{"cell_type": "code", "source": f"{IMPORT}AutoModel.from_pretrained('acme/model')"}]},
        {"worksheets": [{"cells": [{"cell_type": "code", "input": [IMPORT, "AutoModel.from_pretrained('acme/model')"]}]}]},
        {"cells": [{"cell_type": "code", "source": [f"{IMPORT}AutoModel.from_pre", "trained('acme/model')"]}]},
    ],
)  # fmt: skip
def test_older_and_odd_forms_are_read(content: object) -> None:
    assert [line.partition(" ")[2] for line in told("a.ipynb", json.dumps(content))] == [MODEL]


@pytest.mark.parametrize(
    "cells",
    [
        ("NAME = 'acme/model'", IMPORT, "AutoModel.from_pretrained(NAME)"),
        (IMPORT, "%matplotlib inline\nAutoModel.from_pretrained('acme/model')"),
        (IMPORT, "%%time\n\nAutoModel.from_pretrained('acme/model')"),
        (IMPORT, "for i in range(2):\n    !ls\n    AutoModel.from_pretrained('acme/model')"),
        (IMPORT, "files = !ls\nAutoModel.from_pretrained('acme/model')"),
        (IMPORT, "?AutoModel\nAutoModel.from_pretrained('acme/model')\nAutoModel??"),
        (IMPORT, "await go()\nAutoModel.from_pretrained('acme/model')"),
        (IMPORT, "s = '''\n!ls\n%x\n'''\nAutoModel.from_pretrained('acme/model')"),
        (IMPORT, ">>> AutoModel.from_pretrained('acme/model')\n... # more"),
        ("!vllm serve acme/model",),
        ("NAME = 'acme/model'", "!vllm serve {NAME}"),
        ("NAME = 'acme/model'", "!vllm serve $NAME"),
        ("!vllm serve \\\n  acme/model",),
        ("%run train.py --model_name_or_path acme/model",),
        ("%%bash\nvllm serve acme/model",),
        ("#@title Run\n\n%%sh\nvllm serve acme/model",),
        ("%%writefile a.py\nfrom transformers import AutoModel\nAutoModel.from_pretrained('acme/model')",),
        ("%%writefile a.sh\nvllm serve acme/model",),
        ("x = !vllm serve acme/model",),
    ],
)
def test_a_cell_names_a_model(cells: tuple[str, ...]) -> None:
    assert names(*cells) == [MODEL]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("!pip install -q torch==2.1.0 \\\n  numpy", ["package:pypi/torch@2.1.0", "package:pypi/numpy"]),
        ("%pip install torch", ["package:pypi/torch"]),
        ("pip install torch numpy", ["package:pypi/torch", "package:pypi/numpy"]),
        ("%conda install -y torch", ["package:conda/torch"]),
        ("!wget https://x.example/m.pt", ["model:url/x.example/m.pt"]),
        ("!wget https://x.example/train.csv", ["dataset:url/x.example/train.csv"]),
        ("import openai", ["service:openai"]),
    ],
)
def test_a_cell_installs_and_fetches(cell: str, expected: list[str]) -> None:
    assert names(cell) == expected


def test_a_command_stands_on_its_line() -> None:
    text = notebook("x = 1", "y = 2\n!pip install \\\n  torch")
    (line,) = told("a.ipynb", text)
    assert "torch" in text.splitlines()[int(line.partition(" ")[0]) - 1]


def test_a_magic_sends_a_client_elsewhere() -> None:
    text = notebook("%env HF_ENDPOINT=https://m.example")
    ((line, variable, address),) = overrides("a.ipynb", text)
    assert (variable, address) == ("HF_ENDPOINT", "https://m.example")
    assert line is not None
    assert "HF_ENDPOINT" in text.splitlines()[line - 1]


@pytest.mark.parametrize(
    "cell",
    [
        "# AutoModel.from_pretrained('acme/model')",
        "#md !vllm serve acme/model",
        "%%html\n<a href='acme/model'>",
        "%%sql\nselect 1",
        "%%writefile a.txt\nvllm serve acme/model",
        "'!vllm serve acme/model'",
        "",
        "%load_ext x",
    ],
)
def test_other_cells_name_nothing(cell: str) -> None:
    assert (names(cell, "x = 1"), not_known("a.ipynb", notebook(cell, "x = 1"))) == ([], [])


def test_a_cell_that_does_not_parse_is_reported_and_the_others_are_read() -> None:
    text = notebook("x = 1", "y = 2\nprint 'old'", f"{IMPORT}AutoModel.from_pretrained('acme/model')")
    (found,) = look({"a.ipynb": text}).unresolved
    assert "print 'old'" in text.splitlines()[(found.at.line or 0) - 1]
    assert (found.call, found.expression) == ("notebook cell", "y = 2")
    assert [line.partition(" ")[2] for line in told("a.ipynb", text)] == [MODEL]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "a notebook without cells"),
        ("{}", "a notebook without cells"),
        ('{"cells": []}', "a notebook without cells"),
        ('{"cells": 1}', "a notebook without cells"),
        ("[1]", "a notebook without cells"),
        ("{", "not a notebook: it is not JSON"),
        ('{"cells": [{"cell_type": "code", "source": ["a', "not a notebook: it is not JSON"),
        (b'{"cells": "\xff"}', "not a notebook: it is not UTF-8"),
        (notebook("x <- 1", metadata={"kernelspec": {"language": "R"}}), "a notebook in r"),
        (notebook("x", metadata={"language_info": {"name": "julia"}}), "a notebook in julia"),
    ],
)
def test_what_is_no_notebook_of_python_is_not_read(data: str | bytes, reason: str) -> None:
    assert not_read("a.ipynb", data) == [reason]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 1_000_000,
        '{"a":' * 200_000,
        '{"cells":' + "[" * 500_000,
        notebook("(" * 100_000),
        notebook(*["x = 1"] * 5_000),
        notebook("!a\n" * 20_000),
        notebook("%%bash\n" + "a b\n" * 20_000),
        '{"cells":[{"cell_type":"code","source":["' + "a" * 7_000_000 + '"]}]}',
    ],
    ids=range(8),
)
def test_a_hostile_notebook_takes_no_minutes(text: str) -> None:
    begun = time.monotonic()
    look({"a.ipynb": text})
    assert time.monotonic() - begun < 20
