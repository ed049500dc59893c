"""The discovery self-test: a sample with planted components, all of which have to be found.

An empty inventory proves that a target is empty only where discovery is known to see. What is planted is in Python,
requirements and weights always, and in each other kind of file that the target has: their parsers are slow to import.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from supplychain.discovery import discover
from supplychain.model.inventory import SelfTest
from supplychain.target import Target


@dataclass(frozen=True)
class Planted:
    """A file of one carrier, and all that it names; no other file of the sample names it too."""

    path: str
    content: bytes
    subjects: frozenset[str]


def _file(path: str, text: str, *subjects: str) -> Planted:
    return Planted(path, text.encode(), frozenset(subjects))


SAMPLE = {
    "app/load.py": b"""\
import pickle
import datasets as d
import torch
from transformers import AutoModel
import openai

NAME = "sample-org/constant"
AutoModel.from_pretrained("sample-org/literal", revision="0123456789abcdef0123456789abcdef01234567")
AutoModel.from_pretrained(NAME)
AutoModel.from_pretrained(make_name())
torch.hub.load("sample-org/repository", "entry")
d.load_dataset("sample-org/dataset")
with open("sample.dat", "rb") as opened:
    pickle.load(opened)
URL = "https://models.example/weights.safetensors"
openai.OpenAI(base_url="https://eu.api.openai.com/v1").responses.create(input="sample", store=True)
""",
    "weights.bin": b"\x80\x04.",
    "requirements.txt": b"onnxruntime==1.0.0\n",
}
PLANTED = frozenset(
    {
        "model:huggingface/sample-org/constant",
        "model:huggingface/sample-org/literal",
        "model:pytorch-hub/sample-org/repository",
        "model:url/models.example/weights.safetensors",
        "model:file/weights.bin",
        "model:file/sample.dat",
        "dataset:huggingface/sample-org/dataset",
        "package:pypi/torch",
        "package:pypi/onnxruntime",
        "package:pypi/datasets",
        "package:pypi/openai",
        "package:pypi/transformers",
        "service:openai",
        "endpoint:openai in eu",
        "switch:store on",
        "switch:HF_HUB_DISABLE_TELEMETRY on",
        "model:unresolved/make_name()",
    }
)
"""What is looked for in every run."""

CARRIED: Mapping[str, Planted] = {
    "pyproject": _file("pyproject.toml", '[project]\ndependencies = ["vllm"]\n', "package:pypi/vllm"),
    "environment": _file(".env", "MODEL_ID=sample-org/environment\n", "model:huggingface/sample-org/environment"),
    "dockerfile": _file(
        "Dockerfile",
        "FROM sample-org/dockerfile:1\nENV HF_ENDPOINT=https://mirror.example\n",
        "package:docker/sample-org/dockerfile",
        "override:https://mirror.example",
    ),
    "shell": _file("run.sh", "vllm serve sample-org/shell\n", "model:huggingface/sample-org/shell"),
    "notebook": _file(
        "try.ipynb",
        '{"cells": [{"cell_type": "code", "source": ["!vllm serve sample-org/notebook"]}]}',
        "model:huggingface/sample-org/notebook",
    ),
    "markdown": _file(
        "README.md", "```sh\nvllm serve sample-org/markdown\n```\n", "model:huggingface/sample-org/markdown"
    ),
    "javascript": _file(
        "web/ask.ts",
        'import { pipeline } from "@huggingface/transformers";\npipeline("x", "sample-org/javascript");\n',
        "model:huggingface/sample-org/javascript",
        "package:npm/@huggingface/transformers",
    ),
    "package-json": _file("package.json", '{"dependencies": {"openai": "4.2.1"}}', "package:npm/openai"),
    "yaml": _file("app.yaml", "model: sample-org/yaml\n", "model:huggingface/sample-org/yaml"),
    "json": _file("app.json", '{"model": "sample-org/json"}', "model:huggingface/sample-org/json"),
    "toml": _file("app.toml", 'model = "sample-org/toml"\n', "model:huggingface/sample-org/toml"),
    "ini": _file("app.ini", "[llm]\nmodel = sample-org/ini\n", "model:huggingface/sample-org/ini"),
    "terraform": _file(
        "app.tf", 'locals {\n  model_id = "sample-org/terraform"\n}\n', "model:huggingface/sample-org/terraform"
    ),
    "bicep": _file(
        "app.bicep",
        "resource search 'Microsoft.Search/searchServices@2023-11-01' = {\n  location: 'westeurope'\n}\n",
        "service:azure-ai-search",
        "endpoint:azure-ai-search in westeurope",
    ),
    "modelfile": _file("Modelfile", "FROM sample-org/modelfile\n", "model:ollama/sample-org/modelfile"),
}
"""What is looked for besides, by the key of the carrier, where the target has a file of it."""
ALWAYS = frozenset({"python", "requirements"})
"""The carriers of the sample that is looked through in every run."""


def run(carriers: Collection[str]) -> SelfTest:
    """Return what discovery finds in the sample of every run and in those of these carriers of a target.

    A carrier without a sample counts as missed: nothing shows that it sees.
    """
    carried = [CARRIED[key] for key in CARRIED if key in carriers]
    sample = {**SAMPLE, **{planted.path: planted.content for planted in carried}}
    subjects = PLANTED.union(*(planted.subjects for planted in carried))
    untested = {f"carrier:{key}" for key in carriers if key not in CARRIED and key not in ALWAYS}
    found = _found(sample)
    wrong = (subjects ^ found) | untested
    return SelfTest(planted=len(subjects | untested), found=len(subjects & found), missed=tuple(sorted(wrong)))


def _found(sample: Mapping[str, bytes]) -> set[str]:
    inventory = discover(Target.of(sample), None, SelfTest(planted=0, found=0))
    found = {reference.subject for reference in inventory.references if reference.component.source != "import"}
    found |= {unresolved.subject for unresolved in inventory.unresolved}
    found |= {f"endpoint:{item.service} in {item.region}" for item in inventory.endpoints}
    found |= {f"switch:{item.name} {item.state}" for item in inventory.switches}
    return found | {f"override:{override.address}" for override in inventory.overrides}
