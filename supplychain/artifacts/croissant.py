"""What a Croissant description in the target says of the files of its dataset: SHA-256 and MD5.

It is read as plain JSON: the format's own library passes a wrong SHA-256 where a right MD5 stands beside it.
"""

from __future__ import annotations

import json
import posixpath
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from supplychain.model.artifact import PublishedHash
from supplychain.model.reference import Place
from supplychain.target import NotReadError, Target

_LIMIT = 16_000_000


@dataclass(frozen=True)
class Distributed:
    """One file of a dataset, as Croissant describes it."""

    path: str
    """Its path beside the description, or the path of its address."""
    local: str | None
    """Where it would lie in the target."""
    published: tuple[PublishedHash, ...]


def distributed(target: Target, place: Place) -> tuple[Distributed, ...]:
    """Return the files that the description at a place lists; a whole repository that it names is none of them."""
    file = target.get(place.file)
    if file is None:
        return ()
    try:
        data = target.read(file, _LIMIT).data
        root = json.loads(data)
    except (NotReadError, ValueError, RecursionError):
        return ()
    root = root if isinstance(root, dict) else {}
    lines = data.decode("utf-8", "replace").splitlines()
    listed = root.get("distribution")
    entries = [e for e in (listed if isinstance(listed, list) else [listed]) if isinstance(e, dict)]
    day = _day(root.get("datePublished"))
    return tuple(_file(entry, place, lines, day) for entry in entries if _is_file(entry))


def _is_file(entry: dict[str, Any]) -> bool:
    kind, form = str(entry.get("@type", "")), str(entry.get("encodingFormat", ""))
    is_part = entry.get("containedIn") is not None and not entry.get("sha256") and not entry.get("md5")
    return kind.endswith("FileObject") and not form.startswith("git+") and not is_part


def _file(entry: dict[str, Any], place: Place, lines: list[str], day: date | None) -> Distributed:
    address = str(entry.get("contentUrl") or entry.get("name") or entry.get("@id") or "")
    parts = urlsplit(address) if "://" in address else None
    path = parts.path.lstrip("/") if parts else posixpath.normpath(address)
    beside = posixpath.basename(path) if parts else path
    local = posixpath.normpath(posixpath.join(posixpath.dirname(place.file), beside)) if beside else None
    hashes = []
    for algorithm in ("sha256", "md5"):
        if algorithm in entry:
            value = str(entry[algorithm] or "").strip().lower()
            line = next((n for n, text in enumerate(lines, 1) if value and value in text.lower()), None)
            at = place.model_copy(update={"line": line or place.line})
            hashes.append(PublishedHash(algorithm=algorithm, value=value, origin="metadata", at=at, recorded=day))
    return Distributed(path, None if local and local.startswith("..") else local, tuple(hashes))


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
