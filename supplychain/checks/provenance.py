"""What is stated of a component's provenance, field by field: which statement counts, and what speaks against it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from supplychain import catalog
from supplychain.catalog.provenance import Need
from supplychain.catalog.unfilled import is_unfilled
from supplychain.model.case import Case
from supplychain.model.license import ProvenanceField, ProvenanceStatement

_LOADED = ("code", "dvc", "declaration", "croissant", "metadata", "datasheet", "card", "hub")
"""Who counts before whom for what is loaded: what loads it and what recorded the loading decide."""
_TOLD = ("declaration", "dvc", "croissant", "metadata", "datasheet", "card", "hub", "code")
"""Who counts before whom for the rest: the team answers for it, then what lies beside the data, then a hub's page."""
_DECIDED_BY_LOADING = frozenset({"source", "revision"})
WHY = {
    "code": "the code decides what is loaded",
    "dvc": "DVC recorded it when it was loaded",
    "declaration": "the team answers for its declaration",
    "croissant": "it is the data's own description",
    "metadata": "it is the data's own description",
    "datasheet": "it is the data's own description",
    "card": "it is the data's own description",
    "hub": "nothing nearer says it",
}
"""Why a statement counts before one of another origin."""


@dataclass(frozen=True)
class Stated:
    """What asks for a field, and what is stated of it."""

    need: Need
    counts: ProvenanceStatement | None
    """The statement that counts; None: there is none, or only what a template left."""
    others: tuple[ProvenanceStatement, ...]
    unfilled: tuple[ProvenanceStatement, ...]
    """Statements that say nothing: the declaration's own, or all that there are."""


def statements(case: Case, component: str) -> tuple[ProvenanceStatement, ...]:
    """Return what is stated of a component."""
    return tuple(item for item in case.provenance if item.component == component)


def matrix(found: Iterable[ProvenanceStatement]) -> tuple[Stated, ...]:
    """Return, for each thing that has to be stated of a component, which of its statements counts."""
    listed = tuple(found)
    return tuple(_stated(need, listed) for need in catalog.provenance_forms().need)


def _stated(need: Need, found: tuple[ProvenanceStatement, ...]) -> Stated:
    ordered = sorted((item for item in found if item.field in need.fields), key=lambda item: _rank(need, item))
    filled = [item for item in ordered if item.value.strip() and not is_unfilled(item.field, item.value)]
    empty = tuple(item for item in ordered if item.value.strip() and is_unfilled(item.field, item.value))
    own = tuple(item for item in empty if item.origin == "declaration")
    counts = filled[0] if filled else None
    return Stated(need, counts, tuple(filled[1:]), own if counts else empty)


def _rank(need: Need, item: ProvenanceStatement) -> tuple[int, int]:
    order = _LOADED if _DECIDED_BY_LOADING & {*need.fields} else _TOLD
    return need.fields.index(item.field), order.index(item.origin)


def differing_licenses(found: Iterable[ProvenanceStatement]) -> tuple[ProvenanceStatement, ...]:
    """Return one statement for each license that is stated, the one that counts first; fewer than two: they agree."""
    stated = [
        item
        for item in found
        if item.field == "license" and item.value.strip() and not is_unfilled(item.field, item.value)
    ]
    stated.sort(key=lambda item: _TOLD.index(item.origin))
    first: dict[str, ProvenanceStatement] = {}
    for item in stated:
        first.setdefault(_license(item.value), item)
    return tuple(first.values()) if len(first) > 1 else ()


_CREATIVE_COMMONS = re.compile(
    r"https?://(www\.)?creativecommons\.org/licen[cs]es/(?P<terms>[a-z-]+)/(?P<version>[\d.]+).*"
)
_CC0 = re.compile(r"https?://(www\.)?creativecommons\.org/publicdomain/zero/(?P<version>[\d.]+).*")
_SPDX = re.compile(
    r"https?://(www\.)?(spdx\.org/licenses|opensource\.org/licenses?|choosealicense\.com/licenses)/(?P<id>[\w.+-]+?)(\.html|\.json)?/?"
)


def _license(text: str) -> str:
    """Return a license as it is compared: its id in lower case, also from the address of its text."""
    low = text.strip().casefold()
    if match := _CREATIVE_COMMONS.fullmatch(low):
        return f"cc-{match['terms']}-{match['version']}"
    if match := _CC0.fullmatch(low):
        return f"cc0-{match['version']}"
    if match := _SPDX.fullmatch(low):
        return match["id"]
    return re.sub(r"[\s_]+", "-", low)


def place(item: ProvenanceStatement) -> str:
    """Return where something is stated."""
    return str(item.at) if item.at else "its card there"


def origins(found: Iterable[Stated]) -> str:
    """Return who states each thing and where, those of one file together."""
    by_file: dict[tuple[str, str], list[tuple[str, int | None]]] = {}
    for stated in found:
        if (item := stated.counts) is not None:
            where = item.at.file if item.at else place(item)
            by_file.setdefault((item.origin, where), []).append((stated.need.name, item.at.line if item.at else None))
    return "; ".join(
        f"{listed(name for name, _ in said)} by {origin} ({where}{_lines(line for _, line in said)})"
        for (origin, where), said in by_file.items()
    )


def _lines(lines: Iterable[int | None]) -> str:
    known = [str(line) for line in sorted({line for line in lines if line is not None})]
    return f":{', '.join(known)}" if known else ""


def listed(names: Iterable[str]) -> str:
    """Return names as a sentence lists them."""
    *first, last = [*names] or ["nothing"]
    return f"{', '.join(first)} and {last}" if first else last


def revisions(found: Iterable[ProvenanceStatement]) -> Iterator[ProvenanceStatement]:
    """Yield what is stated of the revision by those who loaded it or answer for it."""
    for item in found:
        if item.field == "revision" and item.origin in {"code", "dvc", "declaration"} and item.value.strip():
            yield item


def of_field(found: Iterable[ProvenanceStatement], *fields: ProvenanceField) -> tuple[ProvenanceStatement, ...]:
    """Return the statements of these fields."""
    return tuple(item for item in found if item.field in fields)
