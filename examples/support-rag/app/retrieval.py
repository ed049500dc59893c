"""Find the frequently asked question that is nearest to what a customer wrote."""

import csv
from pathlib import Path

import numpy as np
import onnxruntime
from huggingface_hub import hf_hub_download
from tokenizers import Tokenizer

EMBEDDING_MODEL = "BAAI/bge-small-en-v1.5"
EMBEDDING_REVISION = "5c38ec7c405ec4b44b94cc5a9bb96e735b38267a"


class Retriever:
    def __init__(self, questions: Path = Path("data/faq.csv")) -> None:
        weights = hf_hub_download(EMBEDDING_MODEL, "onnx/model.onnx", revision=EMBEDDING_REVISION)
        self._session = onnxruntime.InferenceSession(weights)
        self._tokenizer = Tokenizer.from_pretrained(EMBEDDING_MODEL, revision=EMBEDDING_REVISION)
        with questions.open(newline="") as rows:
            self._answers = list(csv.DictReader(rows))
        self._vectors = np.stack([self.embed(row["question"]) for row in self._answers])

    def embed(self, text: str) -> np.ndarray:
        tokens = self._tokenizer.encode(text)
        ids = np.array([tokens.ids])
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        vector = self._session.run(None, inputs)[0][0, 0]
        return vector / np.linalg.norm(vector)

    def nearest(self, text: str) -> dict[str, str]:
        return self._answers[int(np.argmax(self._vectors @ self.embed(text)))]
