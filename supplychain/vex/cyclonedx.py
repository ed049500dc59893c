"""CycloneDX 1.4 to 1.7: the analysis of a vulnerability in `vulnerabilities` of its schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from supplychain.model.fact import VexStatement
from supplychain.model.reference import Place
from supplychain.vex.interface import (
    Document,
    InvalidError,
    Product,
    Status,
    by_purl,
    day,
    ids,
    joined,
    listed,
    objects,
    text,
)

KEY = "vulnerabilities"
_STATES: dict[str, Status] = {
    "not_affected": "not_affected",
    "false_positive": "not_affected",
    "exploitable": "affected",
    "in_triage": "under_investigation",
    "resolved": "fixed",
    "resolved_with_pedigree": "fixed",
}
_OF_VERSIONS: dict[str, Status] = {
    "affected": "affected",
    "unaffected": "not_affected",
    "unknown": "under_investigation",
}


def is_cyclonedx(values: dict[str, Any]) -> bool:
    """Whether a document says that it is CycloneDX, and has vulnerabilities."""
    return values.get("bomFormat") == "CycloneDX" and KEY in values


def statements(document: Document, item: dict[str, Any], at: Place) -> Iterator[VexStatement]:
    """Yield what the analysis of a vulnerability says of each component; one without an analysis is no statement."""
    analysis = item.get("analysis")
    if not isinstance(analysis, dict) or "state" not in analysis:
        return
    state = text(analysis, "state")
    if state not in _STATES:
        raise InvalidError(f"its analysis.state is {analysis['state']!r}; give one of {', '.join(_STATES)}")
    if not text(item, "id"):
        raise InvalidError("it names no vulnerability; give its id")
    affects = objects(item, "affects")
    if not affects:
        raise InvalidError("it names no component; give affects with a ref")
    metadata = document.values.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    dates = (text(analysis, "lastUpdated"), text(analysis, "firstIssued"), text(metadata, "timestamp"))
    authors = (text(author, "email") or text(author, "name") for author in objects(metadata, "authors"))
    author = next(authors, "")
    reasons = (text(analysis, "justification"), text(analysis, "detail"))
    responses = ", ".join(r for r in listed(analysis, "response") if isinstance(r, str))
    for product in dict.fromkeys(p for entry in affects for p in _affected(document, entry, _STATES[state])):
        status = product.status or _STATES[state]
        yield VexStatement(
            component=product.component.id,
            version=product.version,
            ids=ids(text(item, "id"), [reference.get("id") for reference in objects(item, "references")]),
            status=status,
            justification=joined(*reasons) if status == "not_affected" else "",
            action=joined(responses, reasons[1]) if responses and status == "affected" else "",
            author=author,
            stated=day(*dates),
            at=at,
            digest=document.digest,
        )


def _affected(document: Document, entry: dict[str, Any], status: Status) -> Iterator[Product]:
    """Yield the component that an entry of `affects` refers to, once for each version that it lists."""
    product = _referred(document, text(entry, "ref"))
    versions = objects(entry, "versions")
    if not versions:
        yield product
    for version in versions:
        if not text(version, "version"):
            raise InvalidError(f"it is of the range {version.get('range')!r}; name each version in an entry of its own")
        own = _OF_VERSIONS.get(text(version, "status"))
        if own == "affected" and status == "not_affected":
            raise InvalidError(f"its analysis says not affected, and version {version['version']} is marked affected")
        yield Product(product.component, text(version, "version"), own)


def _referred(document: Document, ref: str) -> Product:
    """Return what a `bom-ref`, a link to one of the same document, or a package URL refers to."""
    serial, _, inner = ref.removeprefix("urn:cdx:").partition("#")
    if ref.startswith("urn:cdx:"):
        own = text(document.values, "serialNumber").removeprefix("urn:uuid:")
        if not own or serial.partition("/")[0] != own:
            raise InvalidError(f"it refers to {ref!r}, in another document; give a package URL")
        ref = inner
    found = document.components.get(ref)
    if found is None:
        return by_purl(ref)
    product = by_purl(text(found, "purl"))
    return Product(product.component, product.version or text(found, "version") or None)
