"""Settings that send a registry's client to another host, in code and environment files."""

from __future__ import annotations

import pytest

from supplychain.model.reference import Scope
from tests.discovery.carriers import told
from tests.discovery.support import look

MIRROR = "https://mirror.example"


def overrides(path: str, text: str | bytes) -> list[tuple[int | None, str, str | None]]:
    """Return line, variable and address of each override in one file."""
    return [(o.at.line, o.variable, o.address) for o in look({path: text}).overrides]


@pytest.mark.parametrize(
    "source",
    [
        f'import os\nos.environ["HF_ENDPOINT"] = "{MIRROR}"',
        f'import os as o\no.environ["HF_ENDPOINT"] = "{MIRROR}"',
        f'from os import environ\nenviron["HF_ENDPOINT"] = "{MIRROR}"',
        f'from os import environ as e\ne["HF_ENDPOINT"] = "{MIRROR}"',
        f'from os import *\nenviron["HF_ENDPOINT"] = "{MIRROR}"',
        f'import os\nos.environ["HF_ENDPOINT"]: str = "{MIRROR}"',
        f'import os\nos.environ.setdefault("HF_ENDPOINT", "{MIRROR}")',
        f'import os\nos.environ.__setitem__("HF_ENDPOINT", "{MIRROR}")',
        f'import os\nos.environ.update({{"HF_ENDPOINT": "{MIRROR}"}})',
        f'import os\nos.environ.update({{**more, "HF_ENDPOINT": "{MIRROR}"}})',
        f'import os\nos.environ.update(HF_ENDPOINT="{MIRROR}")',
        f'import os\nos.environ.update(dict(HF_ENDPOINT="{MIRROR}"))',
        f'import os\nos.environ |= {{"HF_ENDPOINT": "{MIRROR}"}}',
        f'import os\nos.environ = {{**os.environ, "HF_ENDPOINT": "{MIRROR}"}}',
        f'import os\nos.putenv("HF_ENDPOINT", "{MIRROR}")',
        f'from os import putenv\nputenv("HF_ENDPOINT", "{MIRROR}")',
        f'import os\nK = "HF_ENDPOINT"; V = "{MIRROR}"; os.environ[K] = V',
        f'import os\ndef f(): os.environ["HF_ENDPOINT"] = "{MIRROR}"',
    ],
)
def test_code_sets_the_variable(source: str) -> None:
    assert overrides("app.py", source) == [(2, "HF_ENDPOINT", MIRROR)]


@pytest.mark.parametrize(
    ("source", "variable"),
    [
        ("import huggingface_hub\nhuggingface_hub.constants.ENDPOINT = {}", "huggingface_hub.constants.ENDPOINT"),
        ("from huggingface_hub import constants\nconstants.ENDPOINT = {}", "huggingface_hub.constants.ENDPOINT"),
        ("import huggingface_hub.constants as c\nc.ENDPOINT = {}", "huggingface_hub.constants.ENDPOINT"),
        ("import datasets\ndatasets.config.HF_ENDPOINT = {}", "datasets.config.HF_ENDPOINT"),
    ],
)
def test_code_sets_the_attribute(source: str, variable: str) -> None:
    assert overrides("app.py", source.format(f'"{MIRROR}"')) == [(2, variable, MIRROR)]


@pytest.mark.parametrize("value", ["where()", 'f"https://{host}"', "config.HOST", 'os.getenv("X")'])
def test_an_address_made_at_run_time_is_not_known(value: str) -> None:
    assert overrides("app.py", f'import os\nos.environ["HF_ENDPOINT"] = {value}') == [(2, "HF_ENDPOINT", None)]


@pytest.mark.parametrize(
    "source",
    [
        'import os\nos.environ["OTHER"] = "https://x.example"',
        'import os\nx = os.environ["HF_ENDPOINT"]',
        'import os\nos.environ.get("HF_ENDPOINT", "https://x.example")',
        'settings["HF_ENDPOINT"] = "https://x.example"',
        "import os\nos.environ[name] = value",
    ],
)
def test_other_code_overrides_nothing(source: str) -> None:
    assert overrides("app.py", source) == []


def test_the_line_in_a_mapping_is_the_one_of_the_variable() -> None:
    source = 'import os\nos.environ.update({\n  "A": "1",\n  "HF_ENDPOINT":\n    "https://m.example",\n})'
    assert overrides("app.py", source) == [(4, "HF_ENDPOINT", "https://m.example")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HF_ENDPOINT=https://m.example\n", (1, "https://m.example")),
        ("\n# note\n\nexport HF_ENDPOINT=https://m.example", (4, "https://m.example")),
        ('A=1\nHF_ENDPOINT="https://m.example" # why\n', (2, "https://m.example")),
        ("HF_ENDPOINT = 'https://m.example'", (1, "https://m.example")),
        ("\ufeffHF_ENDPOINT=https://m.example\r\n", (1, "https://m.example")),
        ("A='1\n2'\nHF_ENDPOINT=https://m.example", (3, "https://m.example")),
        ("HF_ENDPOINT=$MIRROR", (1, None)),
        ("HF_ENDPOINT=https://${HOST}/x", (1, None)),
        ("not a setting\nHF_ENDPOINT=https://m.example", (2, "https://m.example")),
    ],
)
@pytest.mark.parametrize("path", [".env", ".env.production", "deploy/app.env"])
def test_an_environment_file_sets_it(path: str, text: str, expected: tuple[int, str | None]) -> None:
    line, address = expected
    assert overrides(path, text) == [(line, "HF_ENDPOINT", address)]


@pytest.mark.parametrize("text", ["# HF_ENDPOINT=https://m.example", "HF_ENDPOINT=", "HF_ENDPOINT", "XHF_ENDPOINT=1"])
def test_an_environment_file_that_does_not_set_it(text: str) -> None:
    assert overrides(".env", text) == []


def test_a_template_of_an_environment_file_is_an_example() -> None:
    found = look({".env.example": f"HF_ENDPOINT={MIRROR}", ".env": f"HF_ENDPOINT={MIRROR}"})
    assert [(o.at.file, o.at.scope) for o in found.overrides] == [
        (".env", Scope.PROD),
        (".env.example", Scope.EXAMPLE),
    ]


def test_the_registry_is_the_one_whose_client_reads_the_variable() -> None:
    found = look({".env": "KAGGLE_API_ENDPOINT=https://m.example\nMODELSCOPE_DOMAIN=m.example"})
    assert [(o.registry, o.address) for o in found.overrides] == [
        ("kaggle", "https://m.example"),
        ("modelscope", "m.example"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("OPENAI_API_BASE=https://api.router.io/v1", ["1 service:api.router.io"]),
        ("OPENAI_BASE_URL=https://api.groq.com/openai/v1", ["1 service:groq"]),
        ("OPENAI_BASE_URL=http://localhost:8000/v1", []),
        ("OPENAI_BASE_URL=https://llm.example.com/v1", []),
        ("OPENAI_BASE_URL=https://your-server.io/v1", []),
        ("OPENAI_BASE_URL=http://vllm:8000/v1", []),
        ("DOCS_URL=https://api.router.io/v1", []),
    ],
)
def test_a_client_that_is_sent_to_another_host_uses_a_service(text: str, expected: list[str]) -> None:
    assert told(".env", text) == expected
