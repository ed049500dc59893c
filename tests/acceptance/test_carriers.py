"""A component that is new in any kind of file is missing from the inventory, and nothing else changes.

What a carrier's file brings along, such as the client library of a call, is in the sample's inventory already.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from supplychain.bom.interface import INVENTORY
from supplychain.discovery import CARRIERS, carrier, carriers_of, self_test
from supplychain.discovery.interface import Found
from supplychain.model.finding import Outcome
from supplychain.target import Target
from tests.acceptance.breaks import Break, plants
from tests.support import BuiltTarget, Outcomes, run_suite

MODELS, DATASETS, FRAMEWORKS, SERVICES = "7.1", "7.2", "7.3", "7.4"
LOAD = "from tokenizers import Tokenizer\n\n"
RERANK = "model:huggingface/BAAI/rerank"
FAQ = "dataset:huggingface/mteb/faq"
VLLM = "package:pypi/vllm"
IMAGE = "package:docker/vllm/vllm-openai"
MISTRAL = "service:mistral"
DIGEST = "0123456789abcdef" * 4
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{DIGEST}\nsize 12345\n"
COMPOSE = "services:\n  app:\n    build: .\n"
POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: app\n"
JOB = "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n"
NOTEBOOK = json.dumps(
    {
        "cells": [
            {
                "cell_type": "code",
                "source": [*LOAD.splitlines(keepends=True), "Tokenizer.from_pretrained('BAAI/rerank')"],
            }
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    },
    indent=1,
)
CROISSANT = json.dumps(
    {
        "@type": "sc:Dataset",
        "name": "faq",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "url": "https://huggingface.co/datasets/mteb/faq",
    },
    indent=1,
)


@dataclass(frozen=True)
class Plant:
    """A component in one file, the requirement that misses it, and the line that names it."""

    name: str
    path: str
    content: str | bytes
    component: str
    requirement: str
    line: int | None

    def __str__(self) -> str:
        return f"{self.requirement} {self.name}"


BICEP = """// the account that answers
resource ai 'Microsoft.CognitiveServices/accounts@2024-10-01' = {
  name: 'answers'
  location: 'westeurope'
  kind: 'OpenAI'
}
"""

PLANTS = [
    Plant("Python literal", "app/z.py", f'{LOAD}Tokenizer.from_pretrained("BAAI/rerank")\n', RERANK, MODELS, 3),
    Plant("Python constant", "app/z.py", f'{LOAD}M = "BAAI/rerank"\nTokenizer.from_pretrained(M)\n', RERANK, MODELS, 4),
    Plant(
        "f-string",
        "app/z.py",
        f'{LOAD}OWNER = "BAAI"\nTokenizer.from_pretrained(f"{{OWNER}}/rerank")\n',
        RERANK,
        MODELS,
        4,
    ),
    Plant("Python dataset", "app/z.py", 'import datasets\n\ndatasets.load_dataset("mteb/faq")\n', FAQ, DATASETS, 3),
    Plant("Python import", "app/z.py", "import vllm\n", VLLM, FRAMEWORKS, 1),
    Plant("Python address", "app/z.py", 'import httpx2\n\nhttpx2.post("https://api.mistral.ai/v1/chat")\n', MISTRAL, SERVICES, 3),
    Plant("notebook", "app/z.ipynb", NOTEBOOK, RERANK, MODELS, 8),
    Plant("JavaScript", "web/z.js", '// ask\nfetch("https://api.mistral.ai/v1/chat");\n', MISTRAL, SERVICES, 2),
    Plant("TypeScript", "web/z.ts", 'import OpenAI from "openai";\nconst c = new OpenAI();\nc.chat.completions.create({ model: "gpt-4o" });\n', "model:openai/gpt-4o", MODELS, 3),
    Plant("YAML settings", "config/z.yaml", "rerank:\n  model: BAAI/rerank\n", RERANK, MODELS, 2),
    Plant("YAML dataset", "config/z.yaml", "train:\n  dataset_name: mteb/faq\n", FAQ, DATASETS, 2),
    Plant("YAML address", "config/z.yaml", "base_url: https://api.mistral.ai/v1\n", MISTRAL, SERVICES, 1),
    Plant("JSON preset", "presets/z.json", '{\n "default_model": "BAAI/rerank"\n}\n', RERANK, MODELS, 2),
    Plant("TOML", "config/z.toml", '[rerank]\nmodel = "BAAI/rerank"\n', RERANK, MODELS, 2),
    Plant("INI", "config/z.ini", "[rerank]\nmodel = BAAI/rerank\n", RERANK, MODELS, 2),
    Plant("environment", ".env", "PORT=80\nMODEL_ID=BAAI/rerank\n", RERANK, MODELS, 2),
    Plant("environment's key", ".env", "MISTRAL_API_KEY=none\n", MISTRAL, SERVICES, 1),
    Plant("shell", "run.sh", "#!/bin/sh\nhuggingface-cli download BAAI/rerank\n", RERANK, MODELS, 2),
    Plant("shell dataset", "run.sh", "hf download --repo-type dataset mteb/faq\n", FAQ, DATASETS, 1),
    Plant("shell install", "run.sh", "pip install vllm==0.6.0\n", VLLM, FRAMEWORKS, 1),
    Plant("Makefile", "Makefile", "get:\n\thuggingface-cli download BAAI/rerank\n", RERANK, MODELS, 2),
    Plant("Dockerfile run", "web/Dockerfile", "FROM scratch\nRUN pip install vllm==0.6.0\n", VLLM, FRAMEWORKS, 2),
    Plant("Dockerfile from", "web/Dockerfile", "FROM vllm/vllm-openai:v0.6.0\n", IMAGE, FRAMEWORKS, 1),
    Plant("compose model", "compose.yaml", f"{COMPOSE}models:\n  llm:\n    model: hf.co/BAAI/rerank\n", RERANK, MODELS, 6),
    Plant("compose image", "compose.yaml", f"{COMPOSE}  llm:\n    image: ollama/ollama:0.5\n", "package:docker/ollama/ollama", FRAMEWORKS, 5),
    Plant("Kubernetes", "deploy/pod.yaml", f"{POD}      args: [--model-id, BAAI/rerank]\n", RERANK, MODELS, 6),
    Plant("Helm values", "chart/values.yaml", "image:\n  repository: vllm/vllm-openai\n  tag: v0.6.0\n", IMAGE, FRAMEWORKS, 2),
    Plant("CI run", ".github/workflows/z.yml", f"{JOB}      - run: pip install vllm==0.6.0\n", VLLM, FRAMEWORKS, 6),
    Plant("CI uses", ".github/workflows/z.yml", f"{JOB}      - uses: docker://vllm/vllm-openai:v0.6.0\n", IMAGE, FRAMEWORKS, 6),
    Plant("Bicep", "infra/z.bicep", BICEP, "service:azure-openai", "7.4", 2),
    Plant("Terraform", "infra/z.tf", 'locals {\n  model_id = "BAAI/rerank"\n}\n', RERANK, MODELS, 2),
    Plant("Modelfile", "Modelfile", "# own\nFROM hf.co/BAAI/rerank\n", RERANK, MODELS, 2),
    Plant("MCP", ".mcp.json", '{"mcpServers": {\n "search": {"url": "https://mcp.acme.example/sse"}\n}}\n', "service:mcp/search", SERVICES, 2),
    Plant("README fence", "web/README.md", "# Web\n\n```sh\nvllm serve BAAI/rerank\n```\n", RERANK, MODELS, 4),
    Plant("DVC", "data/z.csv.dvc", f"outs:\n- md5: {DIGEST[:32]}\n  path: z.csv\n", "dataset:file/data/z.csv", DATASETS, 3),
    Plant("Croissant", "data/z.json", CROISSANT, FAQ, DATASETS, 3),
    Plant("model card", "models/README.md", "---\nbase_model: BAAI/rerank\n---\n# Intent\n", RERANK, MODELS, 2),
    Plant("model card's dataset", "models/README.md", "---\ndatasets:\n- mteb/faq\n---\n# Intent\n", FAQ, DATASETS, 3),
    Plant("LFS pointer", "examples/z.safetensors", POINTER, "model:file/examples/z.safetensors", MODELS, 2),
    Plant("weights", "examples/z.gguf", b"GGUF\x03\x00\x00\x00", "model:file/examples/z.gguf", MODELS, None),
    Plant("data file", "data/z.csv", "text,label\n" + "x,1\n" * 20_000, "dataset:file/data/z.csv", DATASETS, 1),
    Plant("pyproject", "pyproject.toml", '[project]\ndependencies = ["vllm==0.6.0"]\n', VLLM, FRAMEWORKS, 2),
    Plant("requirements", "web/requirements.txt", "openai\nvllm==0.6.0\n", VLLM, FRAMEWORKS, 2),
    Plant("misspelt requirements", "web/requirments_cu118.txt", "openai>=1\nvllm==0.6.0\n", VLLM, FRAMEWORKS, 2),
    Plant("conda environment", "environment.yaml", "dependencies:\n- pip:\n  - vllm==0.6.0\n", VLLM, FRAMEWORKS, 3),
    Plant("README settings", "web/README.md", "# Web\n\n```yaml\nrerank:\n  model: BAAI/rerank\n```\n", RERANK, MODELS, 5),
    Plant("reStructuredText", "docs/z.rst", "Run::\n\n  vllm serve BAAI/rerank\n", RERANK, MODELS, 3),
    Plant("page", "web/z.html", "<p>\n<script src='https://cdn.acme.example/npm/onnxruntime-web@1.2.3'></script>\n", "package:npm/onnxruntime-web", FRAMEWORKS, 2),
    Plant("package.json", "package.json", '{\n "dependencies": {\n  "onnxruntime-web": "1.2.3"\n }\n}\n', "package:npm/onnxruntime-web", FRAMEWORKS, 3),
]  # fmt: skip


def test_each_carrier_has_its_plant() -> None:
    files = Target.of({plant.path: b"" for plant in PLANTS})
    assert carriers_of(files) == set(CARRIERS)


@pytest.mark.parametrize("plant", PLANTS, ids=str)
def test_what_is_new_in_a_file_is_missing(plant: Plant, target: BuiltTarget, sound: Outcomes) -> None:
    place = f"{plant.path}:{plant.line}" if plant.line else plant.path
    change = plants(plant.path, plant.content)
    broken = Break(plant.name, change, plant.component, "missing", (place,), (INVENTORY,), brings_packages=True)
    broken.check(plant.requirement, target, sound)


def test_an_action_that_is_new_in_a_workflow_makes_the_inventory_outdated(target: BuiltTarget, sound: Outcomes) -> None:
    """An action is no ML framework, so that only the comparison of all kinds misses it."""
    change = plants(".github/workflows/z.yml", f"{JOB}      - uses: acme/scan@v1\n")
    content = f"inventory:{INVENTORY}, content"
    missed = ("1 differences", "package:github/acme/scan is not listed")
    Break("action", change, content, "outdated", (INVENTORY,), missed, brings_packages=True).check("7.5", target, sound)


EMPTY = {"settings.yaml": "port: 80\n", "app.tf": "locals {\n  port = 80\n}\n"}


def test_nothing_is_proved_by_what_discovery_sees(tmp_path: Path) -> None:
    found = run_suite(empty(tmp_path))
    count = len(self_test.PLANTED) + 2
    assert found["1.1"].outcome is Outcome.NOT_APPLICABLE
    assert found["1.1"].reason.endswith(f"the discovery self-test found {count} of {count}")


@pytest.fixture
def carriers_anew() -> Iterator[None]:
    """Carriers are kept once they are imported; a test may break one."""
    carrier.cache_clear()
    yield
    carrier.cache_clear()


@pytest.mark.usefixtures("carriers_anew")
@pytest.mark.parametrize(("function", "key"), [("read_yaml", "yaml"), ("read_terraform", "terraform")])
def test_nothing_is_proved_where_a_carrier_is_blind(
    function: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"supplychain.discovery.config.{function}", lambda _: Found())
    found = run_suite(empty(tmp_path))
    assert {finding.outcome for finding in found.findings.values()} == {Outcome.ERROR}
    assert f"self-test: model:huggingface/sample-org/{key}" in found["1.1"].reason


def empty(folder: Path) -> BuiltTarget:
    """Return a target with settings that name no component."""
    target = BuiltTarget(folder)
    for name, content in EMPTY.items():
        target.plant(name, content)
    return target
