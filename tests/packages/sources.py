"""Files of a target, as readers of locks and manifests get them."""

from __future__ import annotations

import hashlib

from supplychain.model.package import IndexSetting
from supplychain.model.reference import Place
from supplychain.packages.interface import SourceFile


def source(path: str, content: str | bytes) -> SourceFile:
    """Return a file of a target."""
    data = content if isinstance(content, bytes) else content.encode()
    return SourceFile(path, data, Place(file=path), f"sha256:{hashlib.sha256(data).hexdigest()}")


def told(settings: list[IndexSetting]) -> list[str]:
    """Return `line setting address`, with what it answers for and what it is in force for where these are narrower."""
    shown = []
    for item in settings:
        only = f" only {item.only}" if item.only else ""
        applies = f" in {item.applies}" if item.applies else ""
        shown.append(f"{item.at.line} {item.setting} {item.address}{only}{applies}")
    return shown
