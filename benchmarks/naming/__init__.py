"""Ways in which components are named, each once, as a target that can be written to a folder.

`python -m benchmarks.naming` prints what discovery finds of them, beside other tools from PyPI.
"""

from __future__ import annotations

import struct
import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Expected:
    """A component that has to be found."""

    id: str
    kind: str
    name: str
    file: str
    pin: str | None = None


@dataclass(frozen=True)
class Practice:
    """The files, what has to be found in them, and what must not."""

    files: dict[str, bytes]
    expect: tuple[Expected, ...]
    absent: tuple[str, ...]


def load() -> Practice:
    """Return the practice set."""
    data = tomllib.loads((Path(__file__).parent / "patterns.toml").read_text(encoding="utf-8"))
    files = {entry["path"]: entry["text"].encode() for entry in data["file"]}
    header = b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}'
    files["models/local-probe.safetensors"] = struct.pack("<Q", len(header)) + header + bytes(4)
    files["models/local-probe.gguf"] = b"GGUF" + struct.pack("<IQQ", 3, 0, 0)
    expect = tuple(Expected(**entry) for entry in data["expect"])
    return Practice(files, expect, tuple(entry["name"] for entry in data["absent"]))


def write(folder: Path) -> Practice:
    """Write the practice set's files into a folder and return it."""
    practice = load()
    for name, content in practice.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return practice
