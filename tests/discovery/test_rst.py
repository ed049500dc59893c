"""reStructuredText: blocks of code name what their language does."""

from __future__ import annotations

import time

import pytest

from tests.discovery.carriers import told
from tests.discovery.support import look

MODEL = "model:huggingface/acme/model"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (".. code-block:: bash\n\n   vllm serve acme/model\n", 3),
        (".. code:: sh\n   :caption: run\n\n   vllm serve acme/model\n", 4),
        (".. prompt:: bash $\n\n   $ vllm serve acme/model\n", 3),
        (".. tabs::\n\n   .. code-tab:: bash\n\n      vllm serve \\\n        acme/model\n\nEnd", 6),
        ("Run::\n\n    vllm serve acme/model\n\nEnd", 3),
        (
            ".. code-block:: python\n\n   from transformers import AutoModel\n   AutoModel.from_pretrained('acme/model')\n",
            4,
        ),
        (".. code-block:: yaml\n\n   model: acme/model\n", 3),
    ],
)
def test_a_block_of_code_names_a_model(text: str, line: int) -> None:
    assert told("docs/guide.rst", text) == [f"{line} {MODEL}"]


@pytest.mark.parametrize(
    "text",
    ["vllm serve acme/model\n", ".. note::\n\n   vllm serve acme/model\n", ".. vllm serve acme/model\n", "a::", ""],
)
def test_prose_and_comments_name_nothing(text: str) -> None:
    assert told("docs/guide.rst", text) == []


@pytest.mark.parametrize("text", ["a::\n" * 100_000, " " * 500_000 + "::", "\t" * 500_000, ".. code::\n" * 50_000])
def test_a_hostile_text_takes_no_minutes(text: str) -> None:
    begun = time.monotonic()
    look({"a.rst": text})
    assert time.monotonic() - begun < 20
