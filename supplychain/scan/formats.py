"""Which layers apply to which bytes: each layer says by itself what it can read, by the bytes and not by the name."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from supplychain.scan.interface import Reader

_LAYERS = (
    "archives.zip",
    "archives.tar",
    "archives.streams",
    "archives.sevenzip",
    "pickles.raw",
    "npy",
    "safetensors",
    "gguf",
    "onnx",
    "savedmodel",
    "bundle",
    "fingerprint",
    "ubjson",
    "keras",
    "hdf5",
    "tokenizer",
    "python",
    "executable",
    "plain",
)
"""Modules of this package. Each has NAME, `matches(reader)` and `scan(reader, report)`; `plain` is the last: it takes what
nobody else does, as far as it holds no code."""
LAST = "plain"


def layers() -> Iterator[tuple[str, ModuleType]]:
    """Yield every layer with the name of its module, in the order in which they are tried."""
    for name in _LAYERS:
        yield name, import_module(f"supplychain.scan.{name}")


def applying(reader: Reader) -> tuple[ModuleType, ...]:
    """Return the layers that apply to these bytes; the last one only where no other does."""
    found = tuple(module for name, module in layers() if name != LAST and module.matches(reader))
    return found or (import_module(f"supplychain.scan.{LAST}"),)
