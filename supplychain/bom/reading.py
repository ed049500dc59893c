"""Maintained inventories of a target: CycloneDX and SPDX files, found by content."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

from packageurl import PackageURL

from supplychain.bom.interface import ID_PROPERTY, INVENTORY
from supplychain.model.case import Bom, Listed
from supplychain.model.component import Component, Kind
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
        entries = list(_READERS[form](content.data))
    except Exception as error:  # noqa: BLE001 - the libraries raise what they like on damaged input; none of it may pass
        problem = f"{type(error).__name__}: {error}"
        return Bom(file=file.path, digest=content.digest, format=form, problem=problem)
    lines = _Lines(content.data)
    listed = (
        Listed(component=component, version=version, at=Place(file=file.path, line=lines.of(component)))
        for component, version in entries
    )
    return Bom(file=file.path, digest=content.digest, format=form, listed=tuple(listed))


def _format(head: bytes) -> str | None:
    compact = b"".join(head.split())
    if b'"bomFormat":"CycloneDX"' in compact or b"cyclonedx.org/schema/bom" in compact:
        return "CycloneDX XML" if compact.startswith((b"<", b"\xef\xbb\xbf<")) else "CycloneDX"
    if b"spdx.org/rdf/3." in compact:
        return "SPDX 3"
    if re.search(rb"""(?i)["']?spdxVersion["']?:["']?SPDX-2|specVersion>SPDX-2""", compact):
        return "SPDX 2"
    return None


Entries = Iterator[tuple[Component, str | None]]


def _cyclonedx(data: bytes) -> Entries:
    """Yield the components of a CycloneDX JSON file; the library checks its structure."""
    from cyclonedx.model.bom import Bom as CycloneDx

    document = _object(data)
    if document.get("bomFormat") != "CycloneDX":
        raise ValueError("bomFormat is not CycloneDX")
    if not isinstance(document.get("components", []), list):
        raise ValueError("components is not a list")
    yield from _cyclonedx_components(CycloneDx.from_json(document))  # type: ignore[attr-defined]  # a library's decorator adds it


def _cyclonedx_xml(data: bytes) -> Entries:
    import io

    from cyclonedx.model.bom import Bom as CycloneDx
    from defusedxml import ElementTree

    yield from _cyclonedx_components(CycloneDx.from_xml(ElementTree.parse(io.BytesIO(data)).getroot()))  # type: ignore[attr-defined]  # as above


def _cyclonedx_components(bom: Any) -> Entries:
    pending = list(bom.components)
    while pending:
        entry = pending.pop(0)
        pending.extend(entry.components)
        stated = next((item.value for item in entry.properties if item.name == ID_PROPERTY), None)
        name = f"{entry.group}/{entry.name}" if entry.group else entry.name
        yield _entry(stated, entry.purl, str(entry.type.value), name), entry.version or _version(entry.purl)
    for service in bom.services:
        yield Component(kind=Kind.SERVICE, source="", name=service.name), service.version


def _spdx2(data: bytes) -> Entries:
    """Yield the packages of an SPDX 2 file in any of its serializations; spdx-tools reads files only."""
    from spdx_tools.spdx.parser.parse_anything import parse_file

    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"<":
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise ValueError("it declares entities, which are not expanded")
        suffix = ".rdf.xml" if b"rdf:RDF" in data[:_HEAD] else ".xml"
    elif start == b"{":
        suffix = ".json"
    else:
        suffix = ".spdx" if re.search(rb"(?m)^SPDXVersion:", data) else ".yaml"
    with tempfile.NamedTemporaryFile(suffix=suffix) as copy:
        copy.write(data)
        copy.flush()
        document = parse_file(copy.name)
    for package in document.packages:
        purl = next((r.locator for r in package.external_references if r.reference_type == "purl"), None)
        parsed = PackageURL.from_string(purl) if purl else None
        version = package.version or _version(parsed)
        purpose = package.primary_package_purpose.name if package.primary_package_purpose else ""
        yield _entry(None, parsed, purpose.lower(), package.name), version


def _spdx3(data: bytes) -> Entries:
    """Yield the packages of an SPDX 3 JSON-LD file; no library reads it yet."""
    graph = _object(data).get("@graph")
    if not isinstance(graph, list) or not all(isinstance(element, dict) for element in graph):
        raise ValueError("@graph is not a list of elements")
    for element in graph:
        kind = str(element.get("type", element.get("@type", "")))
        if not kind.endswith("Package"):
            continue
        purl = element.get("software_packageUrl") or element.get("packageUrl")
        parsed = PackageURL.from_string(purl) if purl else None
        version = element.get("software_packageVersion") or _version(parsed)
        yield _entry(None, parsed, kind.lower(), str(element.get("name", ""))), version


def _object(data: bytes) -> dict[str, Any]:
    document = json.loads(data)
    if not isinstance(document, dict):
        raise ValueError("its top level is not an object")
    return document


_READERS: dict[str, Callable[[bytes], Entries]] = {
    "CycloneDX": _cyclonedx,
    "CycloneDX XML": _cyclonedx_xml,
    "SPDX 2": _spdx2,
    "SPDX 3": _spdx3,
}


def _entry(stated: str | None, purl: PackageURL | None, kind: str, name: str) -> Component:
    """Return the component that an entry stands for: by the id that this suite writes, by purl, by type and name."""
    if stated:
        return Component.parse(stated)
    if purl is not None:
        full = f"{purl.namespace}/{purl.name}" if purl.namespace else purl.name
        if purl.type == "huggingface":
            is_data = "data" in kind or (purl.qualifiers or {}).get("repo_type") == "dataset"
            return Component(kind=Kind.DATASET if is_data else Kind.MODEL, source="huggingface", name=full)
        if purl.type == "mlflow":
            return Component(kind=Kind.MODEL, source="mlflow", name=full)
        if not ("machine-learning" in kind or kind.startswith("ai_")):
            return Component(kind=Kind.PACKAGE, source=purl.type, name=full)
        return Component(kind=Kind.MODEL, source=purl.type, name=full)
    if "machine-learning" in kind or kind.startswith("ai_"):
        return Component(kind=Kind.MODEL, source="unknown", name=name)
    if kind == "data" or kind.startswith("dataset"):
        return Component(kind=Kind.DATASET, source="unknown", name=name)
    return Component(kind=Kind.PACKAGE, source="unknown", name=name)


def _version(purl: PackageURL | None) -> str | None:
    return purl.version if purl else None


class _Lines:
    """The first line of each word of a file."""

    def __init__(self, data: bytes) -> None:
        self._first: dict[bytes, int] = {}
        for number, line in enumerate(data.splitlines(), start=1):
            for word in _WORD.findall(line):
                self._first.setdefault(word, number)

    def of(self, component: Component) -> int | None:
        """Return the first line that names a component."""
        names = (component.id, component.name, component.name.rpartition("/")[2])
        return next((line for name in names if (line := self._first.get(name.encode())) is not None), None)
