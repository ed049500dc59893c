"""Who states which license of a component: the declaration, its card, license files beside it, and of what it derives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Protocol

from supplychain.config.files import DECLARATION
from supplychain.config.loading import line_of
from supplychain.licenses.names import license_of
from supplychain.licenses.texts import LIMIT, is_license_file, recognize
from supplychain.model.case import Case
from supplychain.model.component import Component
from supplychain.model.hub import HubRecord
from supplychain.model.license import LicenseStatement
from supplychain.model.reference import Place
from supplychain.target import File, NotReadError, Target


class Content(Protocol):
    """A small file of a component at a commit."""

    @property
    def content(self) -> bytes | None:
        """Its bytes; None: they are not at hand."""


HubFile = Callable[[str, str, str], Content]
"""Component, commit and path in, the file out."""

_FILES = 3
"""License files of one component that are read."""
_DEPTH = 3
"""Steps from a component to what it derives from."""
_FRONT = re.compile(r"\A---[ \t]*\n(?P<front>.{0,20000}?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_KEY = re.compile(
    r"^(?P<key>license(?:_name)?):[ \t]*(?P<value>[^\n#]*?)[ \t]*(?:#.*)?$(?P<items>(?:\n[ \t]*-[^\n]*)*)", re.MULTILINE
)
_OTHER = "other"


def declared(target: Target, case: Case) -> Iterator[LicenseStatement]:
    """Yield the licenses that the declaration states of components, each with its line."""
    file = target.get(DECLARATION)
    if case.declaration is None or file is None:
        return
    text = target.read(file).data.decode("utf-8-sig")
    for index, entry in enumerate(case.declaration.component):
        if entry.license is not None:
            place = Place(file=DECLARATION, line=line_of(text, ("component", index, "license")))
            stated = entry.license
            yield LicenseStatement(
                component=entry.id, stated=stated, license=license_of(stated), origin="declaration", at=place
            )


def carded(record: HubRecord, component: str, inherited: str = "") -> LicenseStatement | None:
    """Return what the card on a hub states of a record's license; None: nothing."""
    stated = _named(record.license, record.license_name)
    if not stated:
        return None
    return LicenseStatement(
        component=component,
        stated=stated,
        license=license_of(stated) or (_OTHER if record.license == _OTHER else None),
        origin="card",
        revision=record.commit or record.revision,
        inherited=inherited,
    )


def in_hub_files(record: HubRecord, hub_file: HubFile) -> Iterator[LicenseStatement]:
    """Yield what the license files that a hub lists at the pinned commit hold; one that is not at hand states nothing."""
    if record.commit is None:
        return
    for path in hub_license_files(record)[:_FILES]:
        data = hub_file(record.component, record.commit, path).content
        if data is not None:
            yield in_file(record.component, path, data, revision=record.commit)


def hub_license_files(record: HubRecord) -> list[str]:
    """Return the license files that a hub lists beside the model or dataset."""
    return sorted(file.path for file in record.files if "/" not in file.path and is_license_file(file.path))


def beside(target: Target, component: Component) -> Iterator[LicenseStatement]:
    """Yield what license files and the card in the folder of a component of the target itself state.

    What lies at the top of the target is the target's own.
    """
    folder = PurePosixPath(component.name).parent
    if not component.is_file or str(folder) in {".", ""}:
        return
    near = [file for file in target.files if PurePosixPath(file.path).parent == folder]
    for file in [file for file in near if is_license_file(PurePosixPath(file.path).name)][:_FILES]:
        data = _read(target, file)
        if data is not None:
            place = Place(file=file.path, line=1)
            yield in_file(component.id, file.path, data, at=place)
    for file in near:
        if PurePosixPath(file.path).name.casefold() == "readme.md":
            yield from _front_matter(target, file, component.id)


def inherited(case: Case, record: HubRecord) -> Iterator[LicenseStatement]:
    """Yield the licenses of what a component was derived from; nothing but its name where no fact on it is at hand."""
    kind, _, rest = record.component.partition(":")
    source = rest.partition("/")[0]
    seen = {record.component}
    waiting = [(base, 1) for base in record.bases]
    while waiting:
        name, depth = waiting.pop(0)
        base = f"{kind}:{source}/{name}"
        if base in seen:
            continue
        seen.add(base)
        records = [found for found in case.hub if found.component == base and found.state in {"listed", "gated"}]
        stated = [carded(found, record.component, base) for found in records]
        known = [statement for statement in stated if statement is not None]
        yield from known or [
            LicenseStatement(component=record.component, stated="", license=None, origin="card", inherited=base)
        ]
        if depth < _DEPTH:
            waiting += [(further, depth + 1) for found in records for further in found.bases]


def in_file(
    component: str, path: str, data: bytes, *, at: Place | None = None, revision: str | None = None
) -> LicenseStatement:
    """Return what a license file holds."""
    found = recognize(data)
    stated = f"{path}: the text of {found}" if found else f"{path}: a text that the catalog does not know"
    return LicenseStatement(
        component=component, stated=stated, license=found, origin="license file", at=at, revision=revision
    )


def _front_matter(target: Target, file: File, component: str) -> Iterator[LicenseStatement]:
    data = _read(target, file)
    text = (data or b"").decode("utf-8-sig", "replace").replace("\r\n", "\n")
    match = _FRONT.match(text)
    if match is None:
        return
    keys = {found["key"]: found for found in _KEY.finditer(match["front"])}
    if "license" not in keys:
        return
    license_name = keys["license_name"]["value"] if "license_name" in keys else ""
    items = re.findall(r"-[ \t]*([^\n]+)", keys["license"]["items"])
    stated = _named(keys["license"]["value"] or " AND ".join(items), license_name).strip("\"'")
    if not stated:
        return
    line = text.count("\n", 0, match.start("front") + keys["license"].start()) + 1
    known = license_of(stated)
    place = Place(file=file.path, line=line)
    yield LicenseStatement(component=component, stated=stated, license=known, origin="card", at=place)


def _named(stated: str, name: str) -> str:
    """Return the name that a card gives where its id is `other` and the table knows the name, else the id."""
    return name if stated.strip("\"' ") == _OTHER and name and license_of(name) else stated


def _read(target: Target, file: File) -> bytes | None:
    try:
        return target.read(file, LIMIT).data
    except NotReadError:
        return None
