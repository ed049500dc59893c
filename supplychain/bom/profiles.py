"""What the AI and Dataset profiles of SPDX 3.0.1 make mandatory, which neither the library nor the schema checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

MANDATORY: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "ai": (
        "ai_AIPackage",
        "AIPackage",
        (
            "releaseTime",
            "suppliedBy",
            "software_downloadLocation",
            "software_packageVersion",
            "software_primaryPurpose",
        ),
    ),
    "dataset": (
        "dataset_DatasetPackage",
        "DatasetPackage",
        (
            "builtTime",
            "originatedBy",
            "releaseTime",
            "software_downloadLocation",
            "software_primaryPurpose",
            "dataset_datasetType",
        ),
    ),
}
"""For each profile its class as the context shortens it, the end of its full name, and its fields."""
_LICENSES = ("hasDeclaredLicense", "hasConcludedLicense")
"""Of each, every package of the two profiles has exactly one."""


def gaps(document: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Return for each profile the mandatory fields that packages of an SPDX 3 document lack, with their number.

    A field that is stated as NOASSERTION is there. A profile without gaps is not among the keys.
    """
    graph = [element for element in document.get("@graph", ()) if isinstance(element, Mapping)]
    licensed = Counter(
        (element.get("from"), _last(element.get("relationshipType")))
        for element in graph
        if _last(element.get("type")) == "Relationship"
    )
    found: dict[str, dict[str, int]] = {}
    for profile, (short, name, fields) in MANDATORY.items():
        packages = [e for e in graph if e.get("type") == short or _last(e.get("type")) == name]
        lacking = Counter(field for package in packages for field in fields if not package.get(field))
        lacking.update(kind for p in packages for kind in _LICENSES if licensed[p.get("spdxId"), kind] != 1)
        if lacking:
            found[profile] = {field: lacking[field] for field in (*fields, *_LICENSES) if lacking[field]}
    return found


def _last(text: object) -> str:
    return str(text).rpartition("/")[2]
