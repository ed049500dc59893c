"""Maintained inventories of a target: CycloneDX and SPDX files, found by content."""

from __future__ import annotations

import json
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
_SUFFIXES = (".json", ".xml", ".spdx", ".rdf", ".yaml", ".yml")


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
        entries = list(_READERS[form](content.data, file.path))
    except Exception as error:  # noqa: BLE001 - the libraries raise what they like on damaged input; none of it may pass
        problem = f"{type(error).__name__}: {error}"
        return Bom(file=file.path, digest=content.digest, format=form, problem=problem)
    lines = content.data.splitlines()
    listed = (
        Listed(component=component, version=version, at=Place(file=file.path, line=_line(lines, component)))
        for component, version in entries
    )
    return Bom(file=file.path, digest=content.digest, format=form, listed=tuple(listed))


def _format(head: bytes) -> str | None:
    compact = b"".join(head.split())
    if b'"bomFormat":"CycloneDX"' in compact or b"cyclonedx.org/schema/bom" in compact:
        return "CycloneDX XML" if compact.startswith((b"<", b"\xef\xbb\xbf<")) else "CycloneDX"
    if b"spdx.org/rdf/3." in compact:
        return "SPDX 3"
    if b'"spdxVersion":"SPDX-2' in compact or b"SPDXVersion:SPDX-2" in compact or b"spdxVersion:SPDX-2" in compact:
        return "SPDX 2"
    return None


Entries = Iterator[tuple[Component, str | None]]


def _cyclonedx(data: bytes, _: str) -> Entries:
    """Yield the components of a CycloneDX JSON file; the library checks its structure."""
    from cyclonedx.model.bom import Bom as CycloneDx

    document = json.loads(data)
    if document.get("bomFormat") != "CycloneDX":
        raise ValueError("bomFormat is not CycloneDX")
    yield from _cyclonedx_components(CycloneDx.from_json(document))  # type: ignore[attr-defined]  # a library's decorator adds it


def _cyclonedx_xml(data: bytes, _: str) -> Entries:
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


def _spdx2(data: bytes, path: str) -> Entries:
    """Yield the packages of an SPDX 2 file in any of its serializations; spdx-tools reads files only."""
    from spdx_tools.spdx.parser.parse_anything import parse_file

    suffix = next((ending for ending in _SUFFIXES if path.lower().endswith(ending)), ".spdx")
    if suffix == ".xml" and b"rdf:RDF" in data[:_HEAD]:
        suffix = ".rdf.xml"
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


def _spdx3(data: bytes, _: str) -> Entries:
    """Yield the packages of an SPDX 3 JSON-LD file; no library reads it yet."""
    for element in json.loads(data)["@graph"]:
        kind = str(element.get("type", element.get("@type", "")))
        if not kind.endswith("Package"):
            continue
        purl = element.get("software_packageUrl") or element.get("packageUrl")
        parsed = PackageURL.from_string(purl) if purl else None
        version = element.get("software_packageVersion") or _version(parsed)
        yield _entry(None, parsed, kind.lower(), str(element.get("name", ""))), version


_READERS: dict[str, Callable[[bytes, str], Entries]] = {
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


def _line(lines: list[bytes], component: Component) -> int | None:
    """Return the first line that names a component."""
    names = [component.id.encode(), component.name.encode(), component.name.rpartition("/")[2].encode()]
    for name in names:
        for number, line in enumerate(lines, start=1):
            if name in line:
                return number
    return None
