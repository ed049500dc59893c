"""Artifacts that lie elsewhere, by fsspec of the extra [scan]: they are copied once, and the copy is scanned."""

from __future__ import annotations

import shutil
import tempfile

from supplychain.model.scan import Scanned
from supplychain.scan.beside import Files
from supplychain.scan.engine import scan, unscanned
from supplychain.scan.interface import Limits
from supplychain.scan.source import CHUNK


def is_remote(path: str) -> bool:
    """Whether a path is an address with a protocol, such as `s3://bucket/model.pt`."""
    return "://" in path


def scan_remote(path: str, limits: Limits, name: str) -> Scanned:
    """Return what was seen of an artifact that fsspec reads; where it cannot be read, it is not fully scanned.

    Addresses come from whoever starts a scan, never from a target.
    """
    with tempfile.NamedTemporaryFile() as copy:
        try:
            import fsspec

            with fsspec.open(path, "rb") as file:
                shutil.copyfileobj(file, copy, CHUNK)
            copy.flush()
        except Exception as error:  # noqa: BLE001 - each file system raises errors of its own
            reason = f"it cannot be read: {type(error).__name__}: {error}"
            return unscanned(name, reason)
        return scan(copy.name, limits, name, Files(name))
