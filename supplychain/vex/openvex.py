"""OpenVEX 0.2.0: https://github.com/openvex/spec, OPENVEX-SPEC.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from supplychain.model.fact import VexStatement
from supplychain.model.reference import Place
from supplychain.vex.interface import Document, InvalidError, Status, by_purl, day, ids, joined, listed, objects, text

KEY = "statements"
_CONTEXT = re.compile(r"https://openvex\.dev/ns(?:/v(?P<version>[\w.]+))?")
_REQUIRED = ("@id", "author", "timestamp", "version", KEY)
_STATUSES: dict[str, Status] = {
    "not_affected": "not_affected",
    "affected": "affected",
    "fixed": "fixed",
    "under_investigation": "under_investigation",
}
_JUSTIFICATIONS = frozenset(
    {
        "component_not_present",
        "vulnerable_code_not_present",
        "vulnerable_code_not_in_execute_path",
        "vulnerable_code_cannot_be_controlled_by_adversary",
        "inline_mitigations_already_exist",
    }
)


def is_openvex(values: dict[str, Any]) -> bool:
    """Whether a document says that it is OpenVEX.

    Raises:
        InvalidError: it says so, and is of another version or lacks what the specification asks of a document.
    """
    context = values.get("@context")
    match = _CONTEXT.fullmatch(context) if isinstance(context, str) else None
    if match is None:
        return False
    version = match["version"] or "0.0.1"
    if not version.startswith("0.2."):
        raise InvalidError(f"it is OpenVEX {version}; 0.2.0 is read")
    if missing := [key for key in _REQUIRED if not values.get(key)]:
        raise InvalidError(f"OpenVEX asks for {', '.join(missing)}; add it")
    return True


def statements(document: Document, item: dict[str, Any], at: Place) -> Iterator[VexStatement]:
    """Yield what a statement of OpenVEX says of each component that it names.

    Where a product names subcomponents, they are what the vulnerability is in.
    """
    vulnerability = item.get("vulnerability")
    if not isinstance(vulnerability, dict) or not text(vulnerability, "name"):
        raise InvalidError("it names no vulnerability; give vulnerability.name")
    status = _STATUSES.get(text(item, "status"))
    if status is None:
        raise InvalidError(f"its status is {item.get('status')!r}; give one of {', '.join(_STATUSES)}")
    label = text(item, "justification")
    if label and label not in _JUSTIFICATIONS:
        raise InvalidError(f"its justification is {label!r}; give one of {', '.join(sorted(_JUSTIFICATIONS))}")
    products = objects(item, "products")
    if not products:
        raise InvalidError("it names no product; give products with a package URL")
    dates = (text(item, "last_updated"), text(item, "timestamp"), text(document.values, "timestamp"))
    named = [part for product in products for part in objects(product, "subcomponents") or [product]]
    for product in dict.fromkeys(by_purl(_purl_of(part)) for part in named):
        yield VexStatement(
            component=product.component.id,
            version=product.version,
            ids=ids(text(vulnerability, "name"), listed(vulnerability, "aliases")),
            status=status,
            justification=joined(label, text(item, "impact_statement")),
            action=text(item, "action_statement"),
            author=text(document.values, "author"),
            stated=day(*dates),
            at=at,
            digest=document.digest,
        )


def _purl_of(product: dict[str, Any]) -> str:
    identifiers = product.get("identifiers")
    by_map = text(identifiers, "purl") if isinstance(identifiers, dict) else ""
    return by_map or text(product, "@id")
