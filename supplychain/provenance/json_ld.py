"""Croissant and other JSON-LD of schema.org: a dataset as it describes itself. Nothing is expanded and nothing fetched.

The format is that of https://docs.mlcommons.org/croissant/docs/croissant-spec.html and its extension for responsible AI.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from supplychain.model.artifact import PublishedHash
from supplychain.model.component import Kind
from supplychain.model.reference import Place
from supplychain.provenance.interface import Described, Document, Said, flat, keyed
from supplychain.yaml_document import Table

PAIR = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
"""Two escapes of JSON that together make one character."""
_AUTHOR = re.compile(r"\bauthor\s*=\s*[{\"](?P<value>[^{}\"]{1,300})[}\"]")
_LISTED = 1_000
_NAMES = ("@id", "url", "sameAs", "name", "identifier")


def described(root: Any, document: Document) -> Described | None:
    """Return what a description of a dataset says; None for JSON that is none."""
    if not isinstance(root, Table) or not re.search(r"(^|[:/#, ])Dataset(,|$)", flat(root.get("@type"))):
        return None
    is_croissant = "croissant" in flat(root.get("conformsTo") or root.get("dct:conformsTo")) or "recordSet" in root
    found = Described("croissant" if is_croissant else "metadata", [*keyed(root, "json_ld")], kind=Kind.DATASET)
    found.names = [name for key in _NAMES if (name := flat(root.get(key)))]
    if not any(said.field == "creator" for said in found.said):
        cited = root.get("citeAs") or root.get("citation")
        if isinstance(cited, str) and (match := _AUTHOR.search(cited[:5_000])):
            found.said.append(Said("creator", match["value"], root.lines.get("citeAs") or root.lines["citation"]))
    distribution = root.get("distribution")
    published = _day(flat(root.get("datePublished")))
    for part in (distribution if isinstance(distribution, list) else [distribution])[:_LISTED]:
        if isinstance(part, Table) and (path := flat(part.get("contentUrl")) or flat(part.get("name"))):
            found.files.append(path)
            for key in ("sha256", "md5"):
                if isinstance(value := part.get(key), str):
                    at = Place(file=document.path, line=part.lines[key])
                    hashed = PublishedHash(algorithm=key, value=value, origin="metadata", at=at, recorded=published)
                    found.hashes.append((path, hashed))
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
