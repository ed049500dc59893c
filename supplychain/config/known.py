"""The known list of a target, `.supplychain/known.json`: read strictly, and written an entry a line."""

from __future__ import annotations

import json

from pydantic import ValidationError

from supplychain.model.gate import Known, KnownFile
from supplychain.model.text import printable
from supplychain.target import NotReadError, Target

KNOWN = ".supplychain/known.json"
SIZE_LIMIT = 16_000_000
"""Bytes that a known list may have."""


def read_known(target: Target) -> KnownFile | None:
    """Return the target's known list or why it cannot be used; None where it has none."""
    file = target.get(KNOWN)
    if file is None:
        problem = "a link, a folder or a device; put the file itself into the target"
        return KnownFile(file=KNOWN, problem=problem) if target.has(KNOWN) else None
    try:
        content = target.read(file, SIZE_LIMIT)
    except NotReadError as error:
        return KnownFile(file=KNOWN, problem=f"{error}; restore it from the history of the repository")
    try:
        known = Known.model_validate_json(content.data, strict=True)
    except ValidationError as error:
        return KnownFile(file=KNOWN, digest=content.digest, problem=_problem(error))
    if "schema_" not in known.model_fields_set:
        return KnownFile(
            file=KNOWN, digest=content.digest, problem='it names no schema; this version knows "schema": 1'
        )
    return KnownFile(file=KNOWN, digest=content.digest, known=known)


def text(known: Known) -> str:
    """Return the one JSON text of a known list: an entry a line, so that a review sees what came and went."""
    sizes = ", ".join(f'"{name}": {size}' for name, size in sorted(known.populations.items(), key=_by_number))
    entries = ",\n".join(
        "  " + json.dumps(entry.model_dump(mode="json"), ensure_ascii=False) for entry in known.entries
    )
    listed = f"[\n{entries}\n ]" if entries else "[]"
    return f'{{\n "schema": 1,\n "populations": {{{sizes}}},\n "entries": {listed}\n}}\n'


def _by_number(item: tuple[str, int]) -> tuple[int, ...]:
    return tuple(int(part) for part in item[0].split("."))


def _problem(error: ValidationError) -> str:
    """Return the first thing that is wrong with a known list's file."""
    detail = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(str(part) for part in detail["loc"])
    if where == "schema":
        return f"its schema is {printable(repr(detail['input']))[:40]} and this version knows 1"
    message = printable(detail["msg"].removeprefix("Value error, "))
    return f"{printable(where) + ': ' if where else ''}{message}; restore it from the history of the repository"
