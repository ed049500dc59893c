"""SPDX 3 JSON-LD, from any tool."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from packageurl import PackageURL

from supplychain.bom.interface import (
    ID_PROPERTY,
    TARGET_PROPERTY,
    Contents,
    Row,
    ensure_count,
    ensure_references,
    row,
)
from supplychain.bom.profiles import gaps
from supplychain.bom.purls import component_of
from supplychain.model.case import AuditField
from supplychain.model.component import Component, Kind

OBJECTS_LIMIT = 250_000
"""Objects of one document that are read, elements and their parts."""


def read(document: dict[str, Any]) -> Contents:
    """Return the packages of a document, in the order of their ids; spdx-python-model checks what it is made of.

    Raises:
        UnreadableError: it gives an id twice, or refers to what is not in it.
        spdx_python_model.LoadError: it is of a version that is not read.
    """
    from spdx_python_model import load_data  # here, since it is slow to import

    given = list(_given(document))  # of two elements with one id, the library keeps the first and says nothing
    ensure_references(given, ())
    model, loaded = load_data(document)
    missing = set(loaded.link())
    for collection in loaded.foreach_type(model.SpdxDocument):
        missing -= {external.externalSpdxId for external in collection.import_}
    ensure_references((), sorted(missing))
    packages = sorted(loaded.foreach_type(model.software_Package), key=lambda package: package.get_id())
    infos = [document.creationInfo for document in loaded.foreach_type(model.SpdxDocument)]
    created = [info.created for info in infos if isinstance(info, model.CreationInfo)]
    licensed = frozenset(_licensed(model, loaded))
    rows = (found for package in packages for found in _row(model, package, package.get_id() in licensed))
    return Contents(tuple(rows), max(filter(None, created), default=None), tuple(_lacking(model, loaded, document)))


def _lacking(model: Any, loaded: Any, document: dict[str, Any]) -> Iterator[str]:
    """Yield what a profile that the document claims makes mandatory, and its packages lack."""
    documents = loaded.foreach_type(model.SpdxDocument)
    claimed = {str(profile).rpartition("/")[2] for found in documents for profile in found.profileConformance}
    for profile, fields in gaps(document).items():
        if profile in claimed:
            listed = ", ".join(f"{field} in {count}" for field, count in fields.items())
            yield f"it claims the profile {profile}, and packages lack {listed}"


def _licensed(model: Any, loaded: Any) -> Iterator[str]:
    """Yield the id of each package of which a license is stated."""
    for relation in loaded.foreach_type(model.Relationship):
        is_license = str(relation.relationshipType).rpartition("/")[2] in {"hasDeclaredLicense", "hasConcludedLicense"}
        ends = (str(end if isinstance(end, str) else end.get_id()) for end in relation.to)
        if is_license and not all("NoAssertion" in end for end in ends):
            origin = relation.from_
            yield str(origin if isinstance(origin, str) else origin.get_id())


def _given(document: dict[str, Any]) -> Iterator[str]:
    """Yield the id of each element, however deep it lies."""
    count = 0
    pending: deque[Any] = deque([document])
    while pending:
        value = pending.popleft()
        if isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, dict):
            count += 1
            pending.extend(value.values())
            if isinstance(identity := value.get("spdxId"), str):
                yield identity
    ensure_count(count, "objects", OBJECTS_LIMIT)


def _row(model: Any, package: Any, is_licensed: bool) -> Iterator[Row]:
    """Yield the row of a package, unless it is the target of an inventory of this suite."""
    extensions = (e for e in package.extension if isinstance(e, model.extension_CdxPropertiesExtension))
    pairs = [(p.extension_cdxPropName, p.extension_cdxPropValue) for e in extensions for p in e.extension_cdxProperty]
    stated = {name: value for name, value in pairs if name in {ID_PROPERTY, TARGET_PROPERTY}}
    if TARGET_PROPERTY in stated:
        return
    version, name = package.software_packageVersion, package.name or ""
    version = None if version in {"", "NOASSERTION", "NONE"} else version
    fields: dict[AuditField, object] = {
        "supplier": package.suppliedBy or package.originatedBy,
        "source": package.software_packageUrl or package.software_downloadLocation,
        "hash": package.verifiedUsing,
        "license": is_licensed,
    }
    if stated.get(ID_PROPERTY):
        yield row(Component.parse(stated[ID_PROPERTY]), version, fields, pairs)
    elif package.software_packageUrl:
        purl = PackageURL.from_string(package.software_packageUrl)
        yield row(component_of(purl, _kind(model, package)), version or purl.version, fields, pairs)
    else:
        yield row(Component(kind=_kind(model, package), source="unknown", name=name), version, fields, pairs)


def _kind(model: Any, package: Any) -> Kind:
    if isinstance(package, model.ai_AIPackage):
        return Kind.MODEL
    if isinstance(package, model.dataset_DatasetPackage):
        return Kind.DATASET
    purpose = str(package.software_primaryPurpose).rpartition("/")[2]
    return {"model": Kind.MODEL, "data": Kind.DATASET}.get(purpose, Kind.PACKAGE)
