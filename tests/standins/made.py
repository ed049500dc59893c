"""Packages that tests make: a wheel that pip installs, and a tarball that npm installs, both with nothing in them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import tarfile
import zipfile


def wheel(name: str, version: str, text: str = "") -> tuple[str, bytes]:
    """Return a wheel's file name and bytes; `text` stands in its only module."""
    module = name.replace("-", "_").replace(".", "_").lower()
    folder = f"{module}-{version}.dist-info"
    files = {
        f"{module}.py": text,
        f"{folder}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{folder}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = [f"{path},sha256={_record(body)},{len(body)}" for path, body in files.items()]
    files[f"{folder}/RECORD"] = "\n".join([*rows, f"{folder}/RECORD,,"]) + "\n"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, body in files.items():
            archive.writestr(zipfile.ZipInfo(path), body)
    return f"{module}-{version}-py3-none-any.whl", buffer.getvalue()


def tarball(name: str, version: str, scripts: dict[str, str] | None = None) -> tuple[str, bytes]:
    """Return a tarball's file name and bytes."""
    manifest = json.dumps({"name": name, "version": version, "scripts": scripts or {}}).encode()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, body in {"package/package.json": manifest, "package/index.js": b""}.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(body)
            entry.mode = 0o644
            archive.addfile(entry, io.BytesIO(body))
    return f"{name.rpartition('/')[2]}-{version}.tgz", gzip.compress(buffer.getvalue(), mtime=0)


def _record(body: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(body.encode()).digest()).rstrip(b"=").decode()
