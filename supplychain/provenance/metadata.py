"""Metadata of datasets in JSON: `datapackage.json` (Frictionless) and `dataset_infos.json` (Hugging Face datasets)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from supplychain.model.artifact import PublishedHash
from supplychain.model.component import Kind
from supplychain.model.reference import Place
from supplychain.provenance.interface import Described, Document, flat, keyed
from supplychain.yaml_document import Table

_LISTED = 1_000
_HASH = re.compile(r"(?:(?P<algorithm>[a-z0-9]+):)?(?P<value>[0-9a-fA-F]*)")


def described(root: Any, document: Document) -> Described | None:
    """Return what the metadata of a dataset say; of several configurations of one dataset, all of them."""
    if not isinstance(root, Table):
        return None
    parts = [root]
    if "resources" not in root and "download_checksums" not in root:
        parts = [part for part in [*root.values()][:_LISTED] if isinstance(part, Table)] or [root]
    found = Described("metadata", kind=Kind.DATASET)
    for part in parts:
        known = {said.field for said in found.said}
        found.said += [said for said in keyed(part, "metadata") if said.field not in known]
        found.names += [name for key in ("name", "id", "dataset_name") if (name := flat(part.get(key)))]
        found.hashes += [*_resources(part, document), *_downloads(part, document)]
    found.files = [path for path, _ in found.hashes] + [
        flat(entry.get("path")) for part in parts for entry in _tables(part.get("resources"))
    ]
    return found if found.said else None


def _tables(value: Any) -> list[Table]:
    return [entry for entry in value[:_LISTED] if isinstance(entry, Table)] if isinstance(value, list) else []


def _resources(part: Table, document: Document) -> Iterator[tuple[str, PublishedHash]]:
    """Yield what a data package lists: a hash without the name of its algorithm is MD5 (its specification)."""
    for entry in _tables(part.get("resources")):
        path, stated = flat(entry.get("path")), entry.get("hash")
        if path and isinstance(stated, str) and (match := _HASH.fullmatch(stated.strip())):
            at = Place(file=document.path, line=entry.lines["hash"])
            algorithm = match["algorithm"] or "md5"
            yield path, PublishedHash(algorithm=algorithm, value=match["value"].lower(), origin="metadata", at=at)


def _downloads(part: Table, document: Document) -> Iterator[tuple[str, PublishedHash]]:
    """Yield what the library noted when it downloaded: the SHA-256 by address."""
    stated = part.get("download_checksums")
    for path, entry in [*stated.items()][:_LISTED] if isinstance(stated, Table) else ():
        if isinstance(entry, Table) and isinstance(value := entry.get("checksum"), str):
            at = Place(file=document.path, line=entry.lines["checksum"])
            yield path, PublishedHash(algorithm="sha256", value=value, origin="metadata", at=at)
