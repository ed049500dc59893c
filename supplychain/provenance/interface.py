"""What a document says of the provenance of something, before it is known of which component."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from supplychain import catalog
from supplychain.files import NotParsedError
from supplychain.model.artifact import PublishedHash
from supplychain.model.component import Kind
from supplychain.model.license import ProvenanceField
from supplychain.yaml_document import Table

__all__ = ["Described", "Document", "NotParsedError", "Origin", "Said", "flat", "keyed"]

Origin = Literal["declaration", "card", "croissant", "datasheet", "dvc", "hub", "code", "metadata"]
VALUES = 20
"""Values of one key that are looked at."""


@dataclass(frozen=True)
class Document:
    """A file that may state provenance, read."""

    path: str
    text: str
    digest: str


@dataclass(frozen=True)
class Said:
    """One field as a document states it."""

    field: ProvenanceField
    value: str
    line: int


@dataclass
class Described:
    """What one document, or one stage in it, says of one thing."""

    origin: Origin
    said: list[Said] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """Names and addresses that it gives the thing."""
    files: list[str] = field(default_factory=list)
    """Paths of the thing's files, as they stand in the document."""
    hashes: list[tuple[str, PublishedHash]] = field(default_factory=list)
    """Published hashes, each with the path or address of its file."""
    line: int | None = None
    """The line by which discovery knows the thing, where one document is of several."""
    kind: Kind | None = None
    """What it can be of; None: a model or a dataset."""
    is_of_folder: bool = True
    """Whether it may be of what lies in its folder without naming it."""


def keyed(table: Any, form: Literal["json_ld", "front", "metadata"]) -> Iterator[Said]:
    """Yield each field that a table states under a key of the catalog: its first key that says something."""
    if not isinstance(table, Table):
        return
    for name, keys in getattr(catalog.provenance_forms(), form).items():
        for key in keys:
            if (value := flat(table.get(key))) or isinstance(table.get(key), str):
                yield Said(name, value, table.lines[key])
                break


def flat(value: Any) -> str:
    """Return a value as one text: texts as they are, of a table its name or address, of a list each of them."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, dict):
        keys = ("name", "title", "version_str", "path", "url", "@id")
        return next((found for key in keys if isinstance(value.get(key), str) and (found := flat(value[key]))), "")
    if isinstance(value, list):
        return ", ".join(
            dict.fromkeys(found for part in value[:VALUES] if not isinstance(part, list) if (found := flat(part)))
        )
    return ""
