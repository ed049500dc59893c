"""How much of what is asked of an inventory of AI components is in it, field by field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import tomli
from pydantic import TypeAdapter

from supplychain.bom.entries import Entry
from supplychain.bom.interface import Context
from supplychain.model.base import Frozen

State = Literal["present", "known unknown", "missing"]


class Field(Frozen):
    """A field that is asked of an inventory, and by whom."""

    name: str
    cluster: str
    of: tuple[Literal["document", "model", "dataset", "package", "service"], ...]
    value: str | None = None
    """What tells whether it is there: a key of `FIELDS`, `author`, `complete` or `always`; None: not gathered."""
    g7: bool = False
    cisa: bool = False
    ntia: bool = False
    bsi: Literal["required", "additional", "optional"] | None = None
    spdx: bool = False

    @property
    def asked_by(self) -> tuple[str, ...]:
        """Who asks for it."""
        names = {
            "G7": self.g7,
            "CISA 2025": self.cisa,
            "NTIA": self.ntia,
            "BSI TR-03183-2": self.bsi,
            "SPDX 3.0.1": self.spdx,
        }
        return tuple(name for name, asks in names.items() if asks)


@dataclass(frozen=True)
class Row:
    """One field over all that it is asked of; with nothing that it is asked of, all numbers are 0."""

    field: Field
    present: int
    unknown: int
    """Entries that state it as a known unknown."""
    missing: int
    """Entries that do not speak of it."""


@cache
def fields() -> tuple[Field, ...]:
    """Return the fields, in the order of the data.

    Raises:
        pydantic.ValidationError: the data file of this package is wrong.
    """
    text = (resources.files("supplychain.control") / "bom_fields.toml").read_text(encoding="utf-8")
    return tuple(TypeAdapter(list[Field]).validate_python(tomli.loads(text)["field"]))


def completeness(entries: Iterable[Entry], context: Context) -> tuple[Row, ...]:
    """Return a row for each field: how many entries have it, state it as unknown, or do not speak of it."""
    listed = tuple(entries)
    return tuple(_row(field, listed, context) for field in fields())


def _row(field: Field, entries: tuple[Entry, ...], context: Context) -> Row:
    states = [_of_document(field, context)] if "document" in field.of else []
    states += [_of_entry(field, entry) for entry in entries if entry.component.kind in field.of]
    return Row(field, states.count("present"), states.count("known unknown"), states.count("missing"))


def _of_document(field: Field, context: Context) -> State:
    if field.value is None:
        return "missing"
    known = {"always": True, "author": context.owner is not None, "complete": context.is_complete}
    return "present" if known[field.value] else "known unknown"


def _of_entry(field: Field, entry: Entry) -> State:
    if field.value is None:
        return "missing"
    return "known unknown" if field.value in entry.unknown else "present"
