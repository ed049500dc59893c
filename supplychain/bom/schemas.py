"""Whether an inventory is what its format's own schema asks for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from itertools import islice
from typing import Any

from supplychain.bom.json_schema import Schema

SHOWN = 3
"""Problems of one inventory that are named."""
_STRICT = {"1.2": "1.2-strict", "1.3": "1.3-strict"}
"""Versions whose schema allows anything beside what it knows, unless the strict one is taken."""


def cyclonedx_problems(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the first problems of a CycloneDX document by the schema of its version, read strictly; empty: none."""
    found = islice(_schema(document["specVersion"]).problems(document), SHOWN)
    return tuple(f"{where or 'its top level'}: {problem}"[:300] for where, problem in found)


def schema_file(name: str) -> Any:
    """Return the content of a file of `cyclonedx_schemas/`."""
    return json.loads((resources.files("supplychain.bom") / "cyclonedx_schemas" / name).read_text(encoding="utf-8"))


@cache
def _schema(version: str) -> Schema:
    return Schema(f"bom-{_STRICT.get(version, version)}.SNAPSHOT.schema.json", schema_file)
