"""SPDX 2 in all of its serializations, from any tool."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
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
)
from supplychain.bom.purls import component_of
from supplychain.model.component import Component, Kind

VERSIONS = ("SPDX-2.0", "SPDX-2.1", "SPDX-2.2", "SPDX-2.3")
TEXT_LIMIT = 4_000_000
"""Bytes that are read of a file that is not JSON: its parsers are slow."""
LINE_LIMIT = 4_000
"""Bytes of a line of tag-value or RDF: the time that the library takes grows with the square of it."""
_NESTING = 100
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
        purl = next((r.locator for r in package.references if r.type == "purl"), None)
        comments = (annotation.comment for annotation in package.annotations)
        rows += _row("\n".join(comments), purl, package.name, package.version)
    creation = document.get("creationInfo")
    return Contents(tuple(rows), moment(creation.get("created")) if isinstance(creation, dict) else None)


def _check_version(version: object) -> None:
    if version not in VERSIONS:
        raise UnreadableError(f"its spdxVersion is {version!r}; {', '.join(VERSIONS)} are read")


def _check_references(given: list[str], taken: Iterable[str]) -> None:
    ensure_references(given, (name for name in taken if name not in _ANYWHERE and not name.startswith("DocumentRef-")))


def _row(comments: str, purl: str | None, name: str, version: str | None) -> Iterator[Row]:
    """Yield the row of a package, unless it is the target of an inventory of this suite."""
    lines = (line.partition("=") for line in comments.splitlines())
    stated = {name: value for name, _, value in lines if name in {ID_PROPERTY, TARGET_PROPERTY}}
    if TARGET_PROPERTY in stated:
        return
    version = None if version in {"", "NOASSERTION", "NONE"} else version
    if ID_PROPERTY in stated:
        yield Row(Component.parse(stated[ID_PROPERTY]), version)
    elif purl:
        parsed = PackageURL.from_string(purl)
        yield Row(component_of(parsed, Kind.PACKAGE), version or parsed.version)
    else:
        yield Row(Component(kind=Kind.PACKAGE, source="unknown", name=name), version)


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
        purl = next((r.locator for r in package.external_references if r.reference_type == "purl"), None)
        rows += _row("\n".join(comments.get(package.spdx_id, [])), purl, package.name, package.version)
    return Contents(tuple(rows), moment(document.creation_info.created.isoformat()))
