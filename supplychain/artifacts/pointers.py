"""Pointers of Git LFS: a text that lies in place of a large file, with its SHA-256 and its size."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from supplychain.model.artifact import PublishedHash
from supplychain.model.reference import Place
from supplychain.target import File, NotReadError, Target

_LIMIT = 1024
"""Bytes that a pointer may have, by the specification of Git LFS."""
_VERSION = b"version https://git-lfs.github.com/spec/v1"
_FORM = "version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {size}\n"
_OID = re.compile(r"(?m)^oid sha256:(?P<oid>.*)$")
_SIZE = re.compile(r"(?m)^size (?P<size>\d{1,18})$")


@dataclass(frozen=True)
class Pointer:
    """What a pointer says."""

    published: PublishedHash
    located: Path | None
    """Where git keeps the bytes on this machine; None: it has none of them."""


def pointer(target: Target, file: File, place: Place) -> Pointer | None:
    """Return what a file says that is a pointer, or None where it is none or cannot be read."""
    if file.size > _LIMIT:
        return None
    try:
        data = target.head(file, _LIMIT)
    except NotReadError:
        return None
    if not data.startswith(_VERSION):
        return None
    text = data.decode("utf-8", "replace")
    oid, size = _OID.search(text), _SIZE.search(text)
    value = oid["oid"].strip() if oid else ""
    line = text.count("\n", 0, oid.start()) + 1 if oid else 1
    at = place.model_copy(update={"file": file.path, "line": line})
    said = PublishedHash(
        algorithm="sha256", value=value, origin="git-lfs", at=at, size=int(size["size"]) if size else None
    )
    return Pointer(said, _stored(target, value))


def committed(blob: str, sha256: str, size: int, place: Place) -> PublishedHash | None:
    """Return the digest of bytes that Git LFS put in place of a pointer, where the pointer that git tracks states it.

    A pointer is one text for each content, so that its blob tells whether it is this one.
    """
    text = _FORM.format(oid=sha256, size=size).encode()
    pointer_blob = hashlib.sha1(b"blob %d\0" % len(text) + text, usedforsecurity=False).hexdigest()
    if pointer_blob != blob:
        return None
    return PublishedHash(algorithm="sha256", value=sha256, origin="git-lfs", at=place, size=size)


def _stored(target: Target, oid: str) -> Path | None:
    """Return the object in `.git/lfs`, as git-lfs lays it out; no link is followed."""
    if target.root is None or not re.fullmatch("[0-9a-f]{64}", oid):
        return None
    path = target.root / ".git" / "lfs" / "objects" / oid[:2] / oid[2:4] / oid
    is_there = os.path.realpath(path) == str(path) and path.is_file()
    return path if is_there else None
