"""Pick the entry of the help pages that fits a customer's message best."""

import csv
from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
from huggingface_hub import hf_hub_download
from tokenizers import Tokenizer

MODEL = "BAAI/bge-small-en-v1.5"
COMMIT = "5c38ec7c405ec4b44b94cc5a9bb96e735b38267a"


@cache
def encoder() -> tuple[Tokenizer, onnxruntime.InferenceSession]:
    tokenizer = Tokenizer.from_pretrained(MODEL, revision=COMMIT)
    return tokenizer, onnxruntime.InferenceSession(hf_hub_download(MODEL, "onnx/model.onnx", revision=COMMIT))


def vector(message: str) -> np.ndarray:
    tokenizer, session = encoder()
    ids = np.array([tokenizer.encode(message).ids])
    fed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    first = session.run(None, fed)[0][0, 0]
    return first / np.linalg.norm(first)


def best(message: str, pages: Path = Path("data/help.csv")) -> str:
    with pages.open(newline="") as file:
        entries = list(csv.DictReader(file))
    wanted = vector(message)
    return max(entries, key=lambda entry: float(vector(entry["question"]) @ wanted))["answer"]
