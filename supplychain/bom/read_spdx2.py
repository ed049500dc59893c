"""SPDX 2 in all of its serializations, from any tool."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from packageurl import PackageURL
from pydantic import Field

from supplychain.bom.interface import (
    ID_PROPERTY,
    TARGET_PROPERTY,
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
from supplychain.model.case import AuditField
from supplychain.model.component import Component, Kind

VERSIONS = ("SPDX-2.0", "SPDX-2.1", "SPDX-2.2", "SPDX-2.3")
TEXT_LIMIT = 4_000_000
"""Bytes that are read of a file that is not JSON: its parsers are slow."""
LINE_LIMIT = 4_000
"""Bytes of a line of tag-value or RDF: the time that the library takes grows with the square of it."""
_NESTING = 100
CHECKED_LIMIT = 5_000
"""Packages of a document that is held against the specification, which takes long."""
_TOO_MANY = f"it has more than {CHECKED_LIMIT:,} packages"
SHOWN = 3
"""Problems of one document that are named."""
_MARKED: Mapping[AuditField, str] = {"supplier": "supplier", "source": "download location", "license": "license"}
_ANYWHERE = ("NONE", "NOASSERTION", "SPDXRef-DOCUMENT")
_LISTS = ("packages", "files", "snippets", "relationships")
_REPEATED = frozenset({*_LISTS, "externalRefs", "annotations"})


class _Reference(Lenient):
    type: str = Field(alias="referenceType")
    locator: str = Field(alias="referenceLocator")


class _Annotation(Lenient):
    comment: str = ""


class _Package(Lenient):
    id: str = Field(alias="SPDXID")
    name: str
    version: str | None = Field(None, alias="versionInfo")
    references: tuple[_Reference, ...] = Field((), alias="externalRefs")
    annotations: tuple[_Annotation, ...] = ()
    checksums: Any = None
    supplier: Any = None
    originator: Any = None
    location: Any = Field(None, alias="downloadLocation")
    declared: Any = Field(None, alias="licenseDeclared")
    concluded: Any = Field(None, alias="licenseConcluded")

    @property
    def purl(self) -> str | None:
        return next((r.locator for r in self.references if r.type == "purl"), None)

    @property
    def comments(self) -> str:
        return "\n".join(annotation.comment for annotation in self.annotations)


def read(document: Mapping[str, Any]) -> Contents:
    """Return the packages of a document, in its order.

    Raises:
        UnreadableError: it is of a version that is not read, gives an id twice, or refers to what is not in it.
        pydantic.ValidationError: a package is not what SPDX asks for.
    """
    _check_version(document.get("spdxVersion"))
    for name in _LISTS:
        items = document.get(name, [])
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise UnreadableError(f"its {name} are not a list of objects")
        ensure_count(len(items), name)
    packages = [_Package.model_validate(item) for item in document.get("packages", [])]
    others = [str(item.get("SPDXID")) for name in ("files", "snippets") for item in document.get(name, [])]
    ends = ("spdxElementId", "relatedSpdxElement")
    taken = (str(relation.get(end)) for relation in document.get("relationships", []) for end in ends)
    _check_references([*(package.id for package in packages), *others], taken)
    rows: list[Row] = []
    for package in packages:
        rows += _row(package)
    creation = document.get("creationInfo")
    written = moment(creation.get("created")) if isinstance(creation, dict) else None
    if len(packages) > CHECKED_LIMIT:
        return Contents(tuple(rows), written, unchecked=_TOO_MANY)
    return Contents(tuple(rows), written, _problems(lambda: _parsed(document)))


def _parsed(document: Mapping[str, Any]) -> Any:
    from spdx_tools.spdx.parser.jsonlikedict.json_like_dict_parser import JsonLikeDictParser  # slow to import

    parser: Any = JsonLikeDictParser
    return parser().parse(dict(document))


def _problems(parsed: Callable[[], Any]) -> tuple[str, ...]:
    """Return the first things that spdx-tools has against a document, which it may not even parse."""
    from spdx_tools.spdx.parser.error import SPDXParsingError  # as above
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

    try:
        found = [message.validation_message for message in validate_full_spdx_document(parsed())]
    except SPDXParsingError as error:
        found = list(error.messages)
    return tuple(str(message)[:300] for message in found[:SHOWN])


def _check_version(version: object) -> None:
    if version not in VERSIONS:
        raise UnreadableError(f"its spdxVersion is {version!r}; {', '.join(VERSIONS)} are read")


def _check_references(given: list[str], taken: Iterable[str]) -> None:
    ensure_references(given, (name for name in taken if name not in _ANYWHERE and not name.startswith("DocumentRef-")))


def _row(package: _Package) -> Iterator[Row]:
    """Yield the row of a package, unless it is the target of an inventory of this suite."""
    lines = (line.partition("=") for line in package.comments.splitlines())
    pairs = [(name, value) for name, _, value in lines]
    stated = {name: value for name, value in pairs if name in {ID_PROPERTY, TARGET_PROPERTY}}
    if TARGET_PROPERTY in stated:
        return
    version = None if package.version in {"", "NOASSERTION", "NONE"} else package.version
    fields: dict[AuditField, object] = {
        "supplier": _said(package.supplier) or _said(package.originator),
        "source": package.purl or _said(package.location),
        "hash": package.checksums,
        "license": _said(package.declared) or _said(package.concluded),
    }
    pairs += [("supplychain:known-unknown", _MARKED[name]) for name in _unknown(package) if not fields[name]]
    if ID_PROPERTY in stated:
        yield row(Component.parse(stated[ID_PROPERTY]), version, fields, pairs)
    elif package.purl:
        parsed = PackageURL.from_string(package.purl)
        yield row(component_of(parsed, Kind.PACKAGE), version or parsed.version, fields, pairs)
    else:
        yield row(Component(kind=Kind.PACKAGE, source="unknown", name=package.name), version, fields, pairs)


def _said(value: object) -> bool:
    return value not in (None, "", "NOASSERTION")


def _unknown(package: _Package) -> Iterator[AuditField]:
    if "NOASSERTION" in (package.supplier, package.originator):
        yield "supplier"
    if package.location == "NOASSERTION":
        yield "source"
    if "NOASSERTION" in (package.declared, package.concluded):
        yield "license"


def read_text(data: bytes) -> Contents:
    """Return the packages of a file that is not JSON, as `read` does.

    Raises:
        UnreadableError: it is too long, nests too deeply, or holds what would have to be expanded.
    """
    if len(data) > TEXT_LIMIT:
        raise UnreadableError(f"it has {len(data):,} bytes; of this serialization {TEXT_LIMIT:,} are read")
    is_xml = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"
    if is_xml and (b"<!DOCTYPE" in data or b"<!ENTITY" in data):
        raise UnreadableError("it declares entities, which are not expanded")
    if is_xml:
        return _with_library(data, ".rdf.xml") if b"rdf:RDF" in data[:4096] else read(_xml(data))
    return _with_library(data, ".spdx") if re.search(rb"(?m)^SPDXVersion:", data) else read(_yaml(data))


def _xml(data: bytes) -> dict[str, Any]:
    from defusedxml import ElementTree  # here, since it is slow to import

    document = _element(ElementTree.fromstring(data))
    if not isinstance(document, dict):
        raise UnreadableError("its top level holds nothing")
    return document


def _element(element: Any) -> dict[str, Any] | str:
    """Return an element as JSON would have it; what XML repeats is a list."""
    if not len(element):
        return (element.text or "").strip()
    found: dict[str, Any] = {}
    for child in element:
        if child.tag in _REPEATED:
            found.setdefault(child.tag, []).append(_element(child))
        else:
            found[child.tag] = _element(child)
    return found


def _yaml(data: bytes) -> dict[str, Any]:
    """Return a YAML document; one with aliases is refused, since they can stand for more than fits anywhere."""
    import yaml  # as above

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    depth = 0
    for event in yaml.parse(data, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > _NESTING:
            raise UnreadableError("it has aliases, or nests too deeply")
    document = yaml.load(data, Loader=loader)  # noqa: S506 - this loader makes texts, lists and mappings only
    if not isinstance(document, dict):
        raise UnreadableError("its top level is not a mapping")
    return document


def _with_library(data: bytes, suffix: str) -> Contents:
    """Return the packages of a tag-value or RDF file; spdx-tools reads files only."""
    from spdx_tools.spdx.parser.parse_anything import parse_file

    if longest := next((line for line in data.splitlines() if len(line) > LINE_LIMIT), None):
        raise UnreadableError(f"it has a line of {len(longest):,} bytes; up to {LINE_LIMIT:,} are read")
    with tempfile.NamedTemporaryFile(suffix=suffix) as copy:
        copy.write(data)
        copy.flush()
        document = parse_file(copy.name)
    _check_version(document.creation_info.spdx_version)
    listed: list[Any] = [*document.packages, *document.files, *document.snippets]
    taken = (str(end) for r in document.relationships for end in (r.spdx_element_id, r.related_spdx_element_id))
    _check_references([item.spdx_id for item in listed], taken)
    comments: dict[str, list[str]] = {}
    for annotation in document.annotations:
        comments.setdefault(annotation.spdx_id, []).append(annotation.annotation_comment)
    rows: list[Row] = []
    for package in document.packages:
        rows += _row(_from_library(package, comments.get(package.spdx_id, [])))
    written = moment(document.creation_info.created.isoformat())
    if len(document.packages) > CHECKED_LIMIT:
        return Contents(tuple(rows), written, unchecked=_TOO_MANY)
    return Contents(tuple(rows), written, _problems(lambda: document))


def _from_library(package: Any, comments: list[str]) -> _Package:
    def text(value: Any) -> str | None:
        return None if value is None else str(value)

    return _Package(
        SPDXID=package.spdx_id,
        name=package.name,
        versionInfo=package.version,
        externalRefs=tuple(
            _Reference(referenceType=r.reference_type, referenceLocator=r.locator) for r in package.external_references
        ),
        annotations=tuple(_Annotation(comment=comment) for comment in comments),
        checksums=package.checksums,
        supplier=text(package.supplier),
        originator=text(package.originator),
        downloadLocation=text(package.download_location),
        licenseDeclared=text(package.license_declared),
        licenseConcluded=text(package.license_concluded),
    )
