"""Name the topic of a message with the small head that train/train_topic.py fits."""

import numpy as np
from safetensors.numpy import load_file

TOPIC = load_file("models/topic.safetensors")


def topic(vector: np.ndarray) -> int:
    return int((TOPIC["weight"] @ vector + TOPIC["bias"]).argmax())
