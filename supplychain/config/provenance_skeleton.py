"""The questions on provenance in a first `supplychain.toml`, with what documents of the target already state of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import tomlkit

from supplychain import catalog
from supplychain.catalog.unfilled import is_unfilled
from supplychain.model.component import Component, Kind
from supplychain.model.license import ProvenanceField, ProvenanceStatement

_MODEL = "# fill in: the license, and where it comes from"
_DATASET = (
    "# fill in: the license; where it comes from, who created it, how, by whom and when it was collected, what was done to",
    '#   it since (transforms = [] for nothing), and which personal data it holds (pii = "none" for none)',
)
_KEYS: dict[str, ProvenanceField] = {"source": "source", "creator": "creator", "license": "license"}
_MORE: dict[str, ProvenanceField] = {"collected": "collection", "transforms": "transformations", "pii": "personal data"}
_SHOWN = 200
_SOME_DAY = "2026-01-31"


def asked(component: Component, provenance: Iterable[ProvenanceStatement]) -> Iterator[str]:
    """Yield what is asked of a component's provenance, and what was found of it with its place.

    Nothing of it is a statement before a person takes the comment away.
    """
    found = _first(provenance)
    is_dataset = component.kind is Kind.DATASET
    yield from _DATASET if is_dataset else (_MODEL,)
    keys = {**_KEYS, **_MORE} if is_dataset else _KEYS
    for key, field in keys.items():
        if field in found:
            yield f"#   seen: {key} by {found[field].origin} at {found[field].at or 'its card there'}"
    if is_dataset and component.source not in catalog.provenance_forms().revised.sources:
        yield f"# published = {_day(found.get('published'))}  # the day on which the state that is used came out"
    license_ = found.get("license")
    yield f"# license = {_quoted(license_)}"
    yield f"# provenance = {{ {', '.join(_answer(key, found.get(field)) for key, field in keys.items())} }}"


def _first(provenance: Iterable[ProvenanceStatement]) -> dict[ProvenanceField, ProvenanceStatement]:
    """Return the first statement of each field that says something."""
    found: dict[ProvenanceField, ProvenanceStatement] = {}
    for item in provenance:
        if item.value.strip() and not is_unfilled(item.field, item.value):
            found.setdefault(item.field, item)
    return found


def _answer(key: str, item: ProvenanceStatement | None) -> str:
    value = _quoted(item)
    return f"{key} = [{value}]" if key == "transforms" else f"{key} = {value}"


def _day(item: ProvenanceStatement | None) -> str:
    try:
        return str(date.fromisoformat(item.value[:10])) if item else _SOME_DAY
    except ValueError:
        return _SOME_DAY


def _quoted(item: ProvenanceStatement | None) -> str:
    return tomlkit.string(item.value[:_SHOWN] if item else "").as_string()
