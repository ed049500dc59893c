"""Whether an inventory is what its format's own schema asks for, with the schema files of cyclonedx-python-lib."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from itertools import islice
from typing import Any

SHOWN = 3
"""Problems of one inventory that are named."""
_STRICT = {"1.2": "1.2-strict", "1.3": "1.3-strict"}
"""Versions whose schema allows anything beside what it knows, unless the strict one is taken."""


def cyclonedx_problems(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the first problems of a CycloneDX document by the schema of its version, read strictly; empty: none."""
    return tuple(_line(error) for error in islice(_validator(document["specVersion"]).iter_errors(document), SHOWN))


def _line(error: Any) -> str:
    where = ".".join(str(part) for part in error.instance_path)
    return f"{where or 'its top level'}: {error.message}"[:300]


@cache
def _validator(version: str) -> Any:
    import jsonschema_rs  # here, since few targets carry an inventory

    schema = _schema(f"bom-{_STRICT.get(version, version)}.SNAPSHOT.schema.json")
    return jsonschema_rs.validator_for(
        schema, validate_formats=True, retriever=lambda address: _schema(address.rpartition("/")[2])
    )


def _schema(name: str) -> Any:
    return json.loads((resources.files("cyclonedx.schema") / "_res" / name).read_text(encoding="utf-8"))
