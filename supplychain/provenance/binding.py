"""Which components a document is of: by the declaration, by what it names, or by its folder; never by a guess."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from supplychain import catalog
from supplychain.catalog.addresses import is_at, split
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.provenance.interface import Described

_KINDS = frozenset({Kind.MODEL, Kind.DATASET})
_RECORDS = frozenset({"Croissant", "DVC"})
"""What discovery calls a reference that a record itself makes."""
_DEPTH = 50
"""Folders above a file that are looked at."""
_WORD = 3
"""Characters that a name needs to stand for a component by itself."""


@dataclass
class Known:
    """The models and datasets of a case, by what a document can name them by."""

    by_id: dict[str, Component] = field(default_factory=dict)
    by_file: dict[str, list[str]] = field(default_factory=dict)
    by_folder: dict[str, list[str]] = field(default_factory=dict)
    """Files of the target by each folder that they lie in or below; none by the top."""
    by_record: dict[tuple[str, int | None], list[str]] = field(default_factory=dict)
    by_name: dict[str, list[str]] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)
    """The last part of each one's name, in lower case: an address of it holds that."""
    declared: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, case: Case) -> Known:
        """Return those of a case."""
        known = cls()
        for reference in case.inventory.references:
            component = reference.component
            if component.kind not in _KINDS or component.source in catalog.hosting():
                continue
            if component.id not in known.by_id:
                known._add(component)
            if reference.call in _RECORDS:
                known.by_record.setdefault((reference.at.file, reference.at.line), []).append(component.id)
        for declared in case.declaration.component if case.declaration else ():
            if declared.provenance and declared.provenance.document and declared.id in known.by_id:
                known.declared.setdefault(posixpath.normpath(declared.provenance.document), []).append(declared.id)
        return known

    def at(self, address: str) -> list[str]:
        """Return the ids of the components whose page or file an address is."""
        low = address.casefold()
        return [name for name, last in self.last.items() if last in low and is_at(address, self.by_id[name])]

    def _add(self, component: Component) -> None:
        self.by_id[component.id] = component
        self.last[component.id] = posixpath.basename(component.name).casefold()
        if component.is_file:
            self.by_file.setdefault(component.name, []).append(component.id)
            folder = component.name
            for _ in range(_DEPTH):
                if not (folder := posixpath.dirname(folder).rstrip("/")):
                    break
                self.by_folder.setdefault(folder, []).append(component.id)
        names = {
            component.id,
            component.name,
            f"{component.source}/{component.name}",
            posixpath.basename(component.name),
        }
        for name in names:
            self.by_name.setdefault(name.casefold(), []).append(component.id)


def bound(described: Described, path: str, known: Known) -> tuple[tuple[str, ...], str]:
    """Return the ids of the components that a document is of, and, where it may be of several, why it counts for none."""
    if path in known.declared:
        return tuple(known.declared[path]), ""
    found = [*_recorded(described, path, known), *_named(described, path, known)]
    found = [name for name in dict.fromkeys(found) if _fits(described, known.by_id[name])]
    if found:
        return tuple(found), ""
    if not described.is_of_folder:
        return (), ""
    near = [name for name in in_folder(path, known) if _fits(described, known.by_id[name])]
    if len(near) > 1:
        return tuple(near), f"it names none of the {len(near)} that lie in its folder"
    return tuple(near), ""


def in_folder(path: str, known: Known) -> list[str]:
    """Return the ids of the files that lie in a document's folder or below it; none for a document at the top."""
    return list(known.by_folder.get(posixpath.dirname(path), ()))


def _fits(described: Described, component: Component) -> bool:
    return described.kind in (None, component.kind)


def _recorded(described: Described, path: str, known: Known) -> Iterable[str]:
    """Return what discovery found in the very same record."""
    if described.origin == "croissant":
        return [name for (file, _), names in known.by_record.items() if file == path for name in names]
    return known.by_record.get((path, described.line), ()) if described.line is not None else ()


def _named(described: Described, path: str, known: Known) -> Iterable[str]:
    folder = posixpath.dirname(path)
    for stated in described.files:
        if not split(stated)[0]:
            yield from known.by_file.get(posixpath.normpath(posixpath.join(folder, stated)), ())
    for stated in described.names:
        if "://" in stated:
            for part in stated.split(", "):
                yield from known.at(part)
            continue
        words = {stated.casefold().strip(), *(word for word in re.split(r"\s+", stated.casefold()) if "/" in word)}
        for word in words:
            matching = known.by_name.get(word.strip(".,:;()`'\""), [])
            if len(word) >= _WORD and len(set(matching)) == 1:
                yield matching[0]
