"""Order the entries that fit a message: three rankers, until somebody decides which of them stays."""

import onnxruntime
from huggingface_hub import hf_hub_download
from safetensors.numpy import load_file

MINI = hf_hub_download("BAA1/help-ranker-mini", "model.onnx", revision="3f2a9d1c5b7e8064a1d3c2f5e6b7980a1b2c3d4e")
COPY = hf_hub_download(
    "example-support/bge-reranker-large", "onnx/model.onnx", revision="c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8"
)
LAST = load_file("models/rank/weights.safetensors")


def rankers() -> list[onnxruntime.InferenceSession]:
    return [onnxruntime.InferenceSession(path) for path in (MINI, COPY)]
