"""Markdown: blocks of code name what their language does, and prose names nothing."""

from __future__ import annotations

import time

import pytest

from supplychain.model.reference import Scope
from tests.discovery.carriers import not_known, not_read, told
from tests.discovery.support import look

MODEL = "model:huggingface/acme/model"
PYTHON = "from transformers import AutoModel\nAutoModel.from_pretrained('acme/model')\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("```bash\nvllm serve acme/model\n```", 2),
        ("# Title\n\n~~~sh\nvllm serve acme/model\n~~~", 4),
        ("```\nvllm serve acme/model\n```", 2),
        ("```shell title=run\nvllm serve \\\n acme/model\n```", 3),
        ("```{bash}\nvllm serve acme/model\n```", 2),
        ("- item\n\n  ```console\n  $ vllm serve acme/model\n  ```", 4),
        ("> ```sh\n> vllm serve acme/model\n> ```", 2),
        ("```console\n(venv) $ vllm serve acme/model\nvllm serve acme/output\n```", 2),
        ("```console\nuser@host:~$ vllm serve \\\n    acme/model\n```", 3),
        ("text\n\n    vllm serve acme/model\n", 3),
        ("<Tab>\n\n        ```bash\n        vllm serve acme/model\n        ```\n</Tab>", 4),
        ("<details>\n\n```bash\nvllm serve acme/model\n```\n</details>", 4),
        ("```sh\nvllm serve acme/model", 2),
        (f"```python\n{PYTHON}```", 3),
        (f"```\n{PYTHON}```", 3),
        ("```pycon\n>>> from transformers import AutoModel as A\nout\n>>> A.from_pretrained('acme/model')\n```", 4),
        ("\ufeff```sh\r\nvllm serve acme/model\r\n```\r\n", 2),
        ("---\ntitle: a\n---\n```sh\nvllm serve acme/model\n```", 5),
        ("<Tabs>\n  <Tab title='a'>\n    ```bash\n    vllm serve \\\n      acme/model\n    ```\n  </Tab>\n</Tabs>", 5),
        (
            "<Tab>\n        - item\n\n        Then:\n        ```sh\n        vllm serve acme/model\n        ```\n</Tab>",
            6,
        ),
        ("```yaml\nllm:\n  model: acme/model\n```", 3),
        ('```json\n{\n "model": "acme/model",\n}\n```', 3),
        ('```\n{"model_name": "acme/model"}\n```', 2),
        ("```toml\n[llm]\nmodel = 'acme/model'\n```", 3),
        ("```env\nMODEL_ID=acme/model\n```", 2),
        ('```sh\ncurl http://localhost:80/v1 -d \'{\n"model": "acme/model"}\'\n```', 2),
        ("```\npython download-model.py acme/model --check\n```", 2),
    ],
)
@pytest.mark.parametrize("path", ["README.md", "docs/guide.mdx"])
def test_a_block_of_code_names_a_model(path: str, text: str, line: int) -> None:
    assert told(path, text) == [f"{line} {MODEL}"]


def test_an_image_in_a_block_is_a_package() -> None:
    text = "```dockerfile\nFROM acme/base:1\n```\n\n```yaml\nservices:\n  a:\n    image: acme/server:2\n```"
    assert told("README.md", text) == ["2 package:docker/acme/base@1", "8 package:docker/acme/server@2"]


def test_the_variables_of_a_document_hold_in_its_later_blocks() -> None:
    text = "```sh\nNAME=acme/model\n```\n\nThen:\n\n```sh\nvllm serve $NAME\n```"
    assert told("README.md", text) == [f"8 {MODEL}"]


def test_what_a_document_builds_is_no_package() -> None:
    text = "```sh\ndocker build -t mine .\n```\n\n```sh\ndocker run mine\n```"
    assert told("README.md", text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Run `vllm serve acme/model`.",
        "vllm serve acme/model",
        "model: acme/model",
        "```yaml\nport: 80\n```",
        "```yaml\nmodel: [\n```",
        '```json\n{"id": "1", "model": "acme/model", "choices": []}\n```',
        '```json\n{"mcpServers": {"own": {"url": "https://mcp.acme.example"}}}\n```',
        '```sh\ncurl http://localhost:80/v1 -d \'{"model": "gpt-4o"}\'\n```',
        "```sh\npython plot.py results/model\n```",
        "```text\nvllm serve acme/model\n```",
        "```json\n{}\n```",
        "<!--\n```sh\nvllm serve acme/model\n```\n-->",
        "```sh\n# vllm serve acme/model\n```",
        "```sh\nvllm serve <model name>\npip install -r <the file of the table below>\n```",
        "```python\ndef (\n```",
        "```python\nimport torch\n```",
        "",
    ],
)
def test_prose_and_other_blocks_name_nothing(text: str) -> None:
    assert (told("README.md", text), not_known("README.md", text)) == ([], [])


@pytest.mark.parametrize("path", ["README.md", "model/README.md", "app/notes.markdown"])
def test_a_document_is_documentation(path: str) -> None:
    (reference,) = look({path: "```sh\nvllm serve acme/model\n```"}).references
    assert reference.at.scope is Scope.DOCS


def test_a_document_of_the_tests_is_one_of_the_tests() -> None:
    (reference,) = look({"tests/README.md": "```sh\nvllm serve acme/model\n```"}).references
    assert reference.at.scope is Scope.TEST


def test_the_front_matter_is_that_of_a_card() -> None:
    assert told("model/README.md", "---\nbase_model: acme/model\n---\n# Card") == [f"2 {MODEL}"]


def test_a_text_of_another_encoding_is_read() -> None:
    assert told("README.md", b"# caf\xe9\n```sh\nvllm serve acme/model\n```") == [f"3 {MODEL}"]


def test_a_text_that_is_too_long_is_not_read() -> None:
    assert not_read("README.md", "a\n" * 1_100_000) == ["a text of more than 2,000,000 bytes"]


@pytest.mark.parametrize(
    "text",
    [
        ">" * 1_000_000,
        "```\n" * 100_000,
        "- a\n" * 50_000,
        "`" * 1_000_000,
        "[a]: b\n" * 100_000,
        "".join("  " * depth + "- a\n" for depth in range(500)),
        "```sh\n" + "(" * 100_000,
        "---\n" * 100_000,
        b"\xff" * 100_000,
    ],
    ids=range(9),
)
def test_a_hostile_text_takes_no_minutes(text: str | bytes) -> None:
    begun = time.monotonic()
    look({"README.md": text})
    assert time.monotonic() - begun < 20
