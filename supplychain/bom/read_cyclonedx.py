"""CycloneDX, JSON or XML, from any tool. What is read of an entry is checked; the rest of the file may be what it likes."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Any, Literal, TypeGuard

from packageurl import PackageURL
from pydantic import Field

from supplychain.bom.interface import (
    ID_PROPERTY,
    Contents,
    Lenient,
    Row,
    UnreadableError,
    ensure_count,
    ensure_references,
    moment,
    row,
)
from supplychain.bom.purls import component_of
from supplychain.bom.schemas import cyclonedx_problems
from supplychain.model.case import AuditField
from supplychain.model.component import Component, Kind

VERSIONS = tuple(f"1.{minor}" for minor in range(2, 8))
XML_LIMIT = 8_000_000
"""Bytes of XML that are read: each of its elements takes a multiple of them."""
_XML_VERSIONS = ("1.0", "1.1", *VERSIONS)
_STATED = (
    "author",
    "authors",
    "endpoints",
    "externalReferences",
    "hashes",
    "licenses",
    "manufacturer",
    "provider",
    "publisher",
    "scope",
    "supplier",
)
"""Elements of an entry that only have to hold something."""
_KINDS = {"machine-learning-model": Kind.MODEL, "data": Kind.DATASET}

_TYPES = Literal[
    "application",
    "container",
    "cryptographic-asset",
    "data",
    "device",
    "device-driver",
    "file",
    "firmware",
    "framework",
    "library",
    "machine-learning-model",
    "operating-system",
    "platform",
]


class _Service(Lenient):
    name: str
    group: str | None = None
    version: str | None = None
    properties: tuple[Any, ...] = ()
    """Looked through, and not parsed: a file can hold millions."""
    provider: Any = None
    endpoints: Any = None

    @property
    def full_name(self) -> str:
        return f"{self.group}/{self.name}" if self.group else self.name

    @property
    def pairs(self) -> list[tuple[str, str]]:
        named = ((i.get("name"), i.get("value")) for i in self.properties if isinstance(i, dict))
        return [(name, value) for name, value in named if isinstance(name, str) and isinstance(value, str)]

    @property
    def stated(self) -> str | None:
        return next((value for name, value in self.pairs if name == ID_PROPERTY), None)


class _Component(_Service):
    type: _TYPES
    purl: str | None = None
    scope: Any = None
    hashes: Any = None
    licenses: Any = None
    supplier: Any = None
    manufacturer: Any = None
    publisher: Any = None
    author: Any = None
    authors: Any = None
    references: Any = Field(None, alias="externalReferences")
    evidence: Any = None

    @property
    def fields(self) -> dict[AuditField, object]:
        return {
            "supplier": self.supplier or self.manufacturer or self.publisher or self.author or self.authors,
            "source": self.purl or self.references,
            "hash": self.hashes,
            "license": self.licenses,
            "where used": self.evidence.get("occurrences") if isinstance(self.evidence, dict) else None,
            "scope": self.scope,
        }


def read(document: dict[str, Any]) -> Contents:
    """Return what a document lists, in its order, an entry before the ones in it, and what its schema says against it.

    Raises:
        UnreadableError: it is not CycloneDX of a version that is read, gives an id twice, or refers to what is not in it.
        pydantic.ValidationError: an entry is not what CycloneDX asks for.
    """
    if document.get("bomFormat") != "CycloneDX":
        raise UnreadableError("its bomFormat is not CycloneDX")
    if document.get("specVersion") not in VERSIONS:
        raise UnreadableError(f"its specVersion is {document.get('specVersion')!r}; {', '.join(VERSIONS)} are read")
    _check_references(document)
    return replace(_contents(document), invalid=cyclonedx_problems(document))


def _contents(document: dict[str, Any]) -> Contents:
    components = _flat(document, "components")
    services = _flat(document, "services")
    ensure_count(len(components) + len(services), "components")
    rows = [replace(_row(item), hashes=_hashes(item)) for item in map(_Component.model_validate, components)]
    rows += [_service(_Service.model_validate(item)) for item in services]
    metadata = document.get("metadata")
    written = moment(metadata.get("timestamp")) if isinstance(metadata, dict) else None
    return Contents(tuple(rows), written)


def _row(item: _Component) -> Row:
    version = item.version or None
    if item.stated:
        return row(Component.parse(item.stated), version, item.fields, item.pairs)
    kind = _KINDS.get(item.type, Kind.PACKAGE)
    if item.purl:
        purl = PackageURL.from_string(item.purl)
        return row(component_of(purl, kind), version or purl.version, item.fields, item.pairs)
    return row(Component(kind=kind, source="unknown", name=item.full_name), version, item.fields, item.pairs)


def _hashes(item: _Component) -> tuple[str, ...]:
    """Return what an entry gives of its bytes; XML is not read that far."""
    stated = ((entry.get("alg"), entry.get("content")) for entry in _objects(item.hashes))
    return tuple(
        f"{alg.lower().replace('-', '')}:{value}" for alg, value in stated if _is_text(alg) and _is_text(value)
    )


def _is_text(value: Any) -> TypeGuard[str]:
    return isinstance(value, str)


def _service(item: _Service) -> Row:
    named = Component.parse(item.stated) if item.stated else Component(kind=Kind.SERVICE, source="", name=item.name)
    fields: dict[AuditField, object] = {"supplier": item.provider, "source": item.endpoints}
    return row(named, item.version or None, fields, item.pairs)


def _flat(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the objects of a list and of the lists of the same name in them."""
    found: list[dict[str, Any]] = []
    pending = deque([document])
    while pending:
        listed = pending.popleft().get(name, [])
        if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
            raise UnreadableError(f"its {name} are not a list of objects")
        found += listed
        pending.extend(listed)
    return found


def _check_references(document: dict[str, Any]) -> None:
    given: list[str] = []
    taken: list[Any] = []
    pending: list[Any] = [document]
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending += value
        elif isinstance(value, dict):
            pending += value.values()
            if isinstance(ref := value.get("bom-ref"), str):
                given.append(ref)
    for dependency in _objects(document.get("dependencies")):
        taken += [dependency.get("ref"), *_list(dependency.get("dependsOn")), *_list(dependency.get("provides"))]
    for composition in _objects(document.get("compositions")):
        taken += [*_list(composition.get("assemblies")), *_list(composition.get("dependencies"))]
    ensure_references(given, (ref for ref in taken if isinstance(ref, str) and not ref.startswith("urn:cdx:")))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in _list(value) if isinstance(item, dict)]


def read_xml(data: bytes) -> Contents:
    """Return what an XML file lists, as `read` does.

    Raises:
        UnreadableError: it is not CycloneDX of a version that is read.
    """
    from defusedxml import ElementTree  # here, since it is slow to import

    if len(data) > XML_LIMIT:
        raise UnreadableError(f"it has {len(data):,} bytes; of XML {XML_LIMIT:,} are read")
    root = ElementTree.fromstring(data)
    space, _, name = root.tag.rpartition("}")
    version = space.rpartition("/")[2]
    if name != "bom" or version not in _XML_VERSIONS:
        raise UnreadableError(f"its namespace is {space[1:]!r}; those of {', '.join(_XML_VERSIONS)} are read")
    _check_xml_references(root, space)
    listed = {
        name: [_object(element, space) for element in _nested(root, f"{space}}}{name}")]
        for name in ("components", "services")
    }
    timestamp = root.findtext(f"{space}}}metadata/{space}}}timestamp", "").strip()
    contents = _contents({"metadata": {"timestamp": timestamp}, **listed})
    return replace(contents, unchecked="this version holds JSON against the schema, and not XML")


def _nested(root: Any, name: str) -> list[Any]:
    """Return the elements of a list of the root and of the lists of the same name in them."""
    found: list[Any] = []
    pending = deque([root])
    while pending:
        for listed in pending.popleft().findall(name):
            found += listed
            pending.extend(listed)
    return found


def _object(element: Any, space: str) -> dict[str, Any]:
    found: dict[str, Any] = {"type": element.get("type")}
    for name in ("name", "group", "version", "purl"):
        child = element.find(f"{space}}}{name}")
        if child is not None:
            found[name] = (child.text or "").strip()
    for name in _STATED:
        child = element.find(f"{space}}}{name}")
        found[name] = child is not None and bool(len(child) or (child.text or "").strip())
    listed = element.find(f"{space}}}properties")
    properties = [{"name": p.get("name"), "value": p.text} for p in (listed if listed is not None else ())]
    return found | {"properties": properties}


def _check_xml_references(root: Any, space: str) -> None:
    given = [ref for element in root.iter() if (ref := element.get("bom-ref"))]
    taken = [
        ref
        for name in ("dependency", "provides", "assembly")
        for element in root.iter(f"{space}}}{name}")
        if (ref := element.get("ref")) and not ref.startswith("urn:cdx:")
    ]
    ensure_references(given, taken)
