"""Inert payloads, and what a scan says of bytes."""

import io
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

from supplychain.model.scan import Scanned
from supplychain.scan.engine import DEFAULT, scan
from supplychain.scan.interface import Limits


class Payload:
    """Something whose pickle calls a function; the pickle is never loaded here."""

    def __init__(self, function: Any, *arguments: object) -> None:
        self._call = function, arguments

    def __reduce__(self) -> Any:
        return self._call


def evil(protocol: int = 4) -> bytes:
    """Return a pickle that would do nothing, by a function that could do anything."""
    return pickle.dumps({"weights": [1.0], "extra": Payload(os.system, "true")}, protocol)


def seen(folder: Path, data: bytes, name: str = "artifact.bin", limits: Limits = DEFAULT) -> Scanned:
    """Return what a scan says of a file of these bytes."""
    path = folder / name
    path.write_bytes(data)
    return scan(str(path), limits)


def rules(scanned: Scanned) -> set[str]:
    """Return the rules of the indicators that decide something."""
    return {indicator.rule for indicator in scanned.indicators if indicator.verdict != "note"}


def told(scanned: Scanned) -> tuple[str, set[str]]:
    """Return verdict and rules."""
    return scanned.verdict, rules(scanned)


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """Return a zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def torch_pickle(count: int = 4, kind: str = "FloatStorage") -> bytes:
    """Return the `data.pkl` that torch.save writes for one tensor, by hand."""
    return (
        b"\x80\x02}q\x00X\x06\x00\x00\x00weightq\x01ctorch._utils\n_rebuild_tensor_v2\nq\x02((X\x07\x00\x00\x00storageq\x03"
        + f"ctorch\n{kind}\n".encode()
        + b"q\x04X\x01\x00\x00\x000q\x05X\x03\x00\x00\x00cpuq\x06K" + bytes([count]) + b"tq\x07QK\x00K" + bytes([count])
        + b"\x85q\x08K\x01\x85q\x09\x89ccollections\nOrderedDict\nq\x0a)Rq\x0btq\x0cRq\x0ds."
    )  # fmt: skip


def torch_file(**changed: bytes) -> bytes:
    """Return a file as torch.save writes it; members can be changed or added, with `__` for `/` and `_dot_` for `.`."""
    members = {
        "archive/data.pkl": torch_pickle(),
        "archive/byteorder": b"little",
        "archive/data/0": b"\0\0\x80\x3f" * 4,
        "archive/version": b"3\n",
    }
    members |= {key.replace("__", "/").replace("_dot_", "."): data for key, data in changed.items()}
    return zipped(members)
