"""The discovery self-test: a sample with planted components, all of which have to be found.

An empty inventory proves that a target is empty only where discovery is known to see.
"""

from __future__ import annotations

from supplychain.discovery import discover
from supplychain.model.inventory import SelfTest
from supplychain.target import Target

SAMPLE = {
    "app/load.py": b"""\
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
URL = "https://models.example/weights.safetensors"
""",
    "weights.bin": b"\x80\x04.",
    "requirements.txt": b"torch==2.0.0\n",
    "Dockerfile": b"FROM scratch\nENV HF_ENDPOINT=https://mirror.example\n",
}

PLANTED = frozenset(
    {
        "model:huggingface/sample-org/constant",
        "model:huggingface/sample-org/literal",
        "model:pytorch-hub/sample-org/repository",
        "model:url/models.example/weights.safetensors",
        "model:file/weights.bin",
        "dataset:huggingface/sample-org/dataset",
        "package:pypi/torch",
        "package:pypi/datasets",
        "package:pypi/openai",
        "package:pypi/transformers",
        "service:openai",
        "model:unresolved/make_name()",
        "override:https://mirror.example",
    }
)


def run() -> SelfTest:
    """Return what discovery finds in the sample."""
    inventory = discover(Target.of(SAMPLE), None, SelfTest(planted=0, found=0))
    found = {reference.subject for reference in inventory.references if reference.component.source != "import"}
    found |= {unresolved.subject for unresolved in inventory.unresolved}
    found |= {f"override:{override.address}" for override in inventory.overrides}
    wrong = PLANTED ^ found
    return SelfTest(planted=len(PLANTED), found=len(PLANTED & found), missed=tuple(sorted(wrong)))
