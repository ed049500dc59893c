"""Maintained inventories of a target: CycloneDX and SPDX files, found by content."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from pydantic import ValidationError

from supplychain.bom import read_cyclonedx, read_spdx2, read_spdx3
from supplychain.bom.interface import INVENTORY, Contents, UnreadableError
from supplychain.model.case import Bom, Listed
from supplychain.model.component import Component
from supplychain.model.reference import Place
from supplychain.target import File, NotReadError, Target

SIZE_LIMIT = 32_000_000
"""Bytes of an inventory that are read."""
_HEAD = 4096
_WORD = re.compile(rb"""[^\s"'<>,]+""")
_SUFFIXES = (".json", ".jsonld", ".cdx", ".xml", ".spdx", ".rdf", ".yaml", ".yml", ".tag", ".txt")


def read_boms(target: Target) -> tuple[Bom, ...]:
    """Return the inventories that a target maintains.

    Where `.supplychain/inventory.cdx.json` is there, it is the inventory; else every file counts that says that it
    is CycloneDX or SPDX. One that cannot be read is returned with its problem.
    """
    own = target.get(INVENTORY)
    candidates = [own] if own else [file for file in target.files if file.path.lower().endswith(_SUFFIXES)]
    found = (_read(target, file, is_own=file is own) for file in candidates)
    return tuple(bom for bom in found if bom is not None)


def _read(target: Target, file: File, *, is_own: bool) -> Bom | None:
    try:
        form = _format(target.head(file, _HEAD))
    except NotReadError:
        return None
    if form is None:
        if not is_own:
            return None
        form = "CycloneDX"
    try:
        content = target.read(file, SIZE_LIMIT)
    except NotReadError as error:
        return Bom(file=file.path, digest="", format=form, problem=str(error))
    try:
        contents = _READERS[form](content.data)
    except Exception as error:  # noqa: BLE001 - the libraries raise what they like on damaged input; none of it may pass
        return Bom(file=file.path, digest=content.digest, format=form, problem=_problem(error))
    lines = _Lines(content.data, (row.component for row in contents.rows))
    listed = (
        Listed(
            component=row.component,
            version=row.version,
            at=Place(file=file.path, line=lines.of(row.component)),
            states=tuple(sorted(row.states)),
            marks=tuple(sorted(row.marks)),
            hashes=row.hashes,
        )
        for row in contents.rows
    )
    return Bom(
        file=file.path,
        digest=content.digest,
        format=form,
        listed=tuple(listed),
        written=contents.written,
        invalid=contents.invalid,
        unchecked=contents.unchecked,
    )


def _problem(error: Exception) -> str:
    if isinstance(error, UnreadableError):
        return str(error)
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return f"an entry has a wrong {where}: {first['msg']}"
    if isinstance(error, RecursionError):
        return "it nests too deeply"
    return f"{type(error).__name__}: {error}"


def _format(head: bytes) -> str | None:
    compact = b"".join(head.split())
    if b'"bomFormat":"CycloneDX"' in compact or b"cyclonedx.org/schema/bom" in compact:
        return "CycloneDX XML" if compact.startswith((b"<", b"\xef\xbb\xbf<")) else "CycloneDX"
    if b"spdx.org/rdf/3." in compact:
        return "SPDX 3"
    if re.search(
        rb"""(?i)["']?spdxVersion["']?[:>]["']?SPDX-2|specVersion>SPDX-2|"SPDXID":"SPDXRef-DOCUMENT\"""", compact
    ):
        return "SPDX 2"
    return None


def _object(data: bytes) -> dict[str, Any]:
    document = json.loads(data)
    if not isinstance(document, dict):
        raise UnreadableError("its top level is not an object")
    return document


def _spdx_2(data: bytes) -> Contents:
    is_json = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
    return read_spdx2.read(_object(data)) if is_json else read_spdx2.read_text(data)


_READERS: dict[str, Callable[[bytes], Contents]] = {
    "CycloneDX": lambda data: read_cyclonedx.read(_object(data)),
    "CycloneDX XML": read_cyclonedx.read_xml,
    "SPDX 2": _spdx_2,
    "SPDX 3": lambda data: read_spdx3.read(_object(data)),
}


class _Lines:
    """The first line of a file that names a component."""

    def __init__(self, data: bytes, components: Iterable[Component]) -> None:
        wanted = {name.encode() for component in components for name in _names(component)}
        self._first: dict[bytes, int] = {}
        for number, line in enumerate(data.splitlines(), start=1):
            for word in _WORD.findall(line):
                if word in wanted:
                    self._first.setdefault(word, number)

    def of(self, component: Component) -> int | None:
        """Return the line, or None where no name of it stands alone."""
        return next((line for name in _names(component) if (line := self._first.get(name.encode())) is not None), None)


def _names(component: Component) -> tuple[str, ...]:
    return (component.id, component.name, component.name.rpartition("/")[2])
