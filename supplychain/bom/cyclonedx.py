"""The inventory as CycloneDX 1.6 JSON, built as data: the library drops model cards, data and parts of services."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC
from typing import Any

from supplychain import __version__
from supplychain.bom.entries import Entry, Revision
from supplychain.bom.interface import TOOL, Context
from supplychain.bom.licenses import license_of, listed_ids
from supplychain.bom.properties import about, digest, properties, refs
from supplychain.model.component import Component, Kind

_ROOT = "target"
_TYPES = {Kind.MODEL: "machine-learning-model", Kind.DATASET: "data"}
_ALGORITHMS = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512"}
_UNKNOWN = "unknown"
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")

Object = dict[str, Any]


def write(entries: tuple[Entry, ...], context: Context) -> str:
    """Return the inventory as a text of CycloneDX; the same entries and context give the same text."""
    return json.dumps(_Document(entries, context).object(), indent=2, ensure_ascii=False) + "\n"


class _Document:
    """One inventory on its way to a text."""

    def __init__(self, entries: tuple[Entry, ...], context: Context) -> None:
        self._entries = entries
        self._context = context
        self._refs = refs(entries)
        self._of: dict[str, list[str]] = {}
        for (identity, _), ref in self._refs.items():
            self._of.setdefault(identity, []).append(ref)

    def object(self) -> Object:
        rows = [(entry, revision) for entry in self._entries for revision in entry.revisions]
        components = [self._component(e, r) for e, r in rows if e.component.kind is not Kind.SERVICE]
        services = [self._service(e, r) for e, r in rows if e.component.kind is Kind.SERVICE]
        return {
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "serialNumber": f"urn:uuid:{self._context.serial('CycloneDX')}",
            "version": 1,
            "metadata": self._metadata(),
            "components": components,
            "services": services,
            "dependencies": self._dependencies(),
            "compositions": self._compositions(),
        }

    def _metadata(self) -> Object:
        context = self._context
        root: Object = {"type": "application", "bom-ref": _ROOT, "name": context.target, "version": context.tree_digest}
        found: Object = {
            "timestamp": context.now.astimezone(UTC).isoformat(),
            "lifecycles": [{"phase": "pre-build"}],
            "tools": {"components": [{"type": "application", "name": TOOL, "version": __version__}]},
        }
        if context.owner:
            found["authors"] = [_contact(context.owner)]
            root["supplier"] = {"name": context.owner}
        return found | {"component": root, "properties": _properties(about(context))}

    def _component(self, entry: Entry, revision: Revision) -> Object:
        component = entry.component
        kind = "container" if component.source == "docker" else _TYPES.get(component.kind, "library")
        found: Object = {"type": kind, "bom-ref": self._refs[entry.id, revision.version], "name": component.name}
        if revision.version:
            found["version"] = revision.version
        if entry.supplier:
            found["supplier"] = {"name": entry.supplier}
        hashes = [found for found in map(digest, revision.checksums) if found]
        if hashes:
            found["hashes"] = [{"alg": _ALGORITHMS[name], "content": value} for name, value in hashes]
        if entry.license:
            found["licenses"] = [_license(entry.license)]
        if revision.purl:
            found["purl"] = revision.purl
        if revision.locations:
            found["externalReferences"] = [{"type": "distribution", "url": url} for url in revision.locations]
        if ancestors := [_ancestor(r.to) for r in entry.relations if r.kind == "fine-tuned from"]:
            found["pedigree"] = {"ancestors": ancestors}
        if component.kind is Kind.MODEL:
            found["modelCard"] = self._model_card(entry)
        if component.kind is Kind.DATASET:
            found["data"] = [_data(entry, revision)]
        return found | {"properties": _properties(properties(entry, revision))}

    def _model_card(self, entry: Entry) -> Object:
        datasets: list[Object] = []
        for relation in entry.relations:
            if relation.kind == "trained on":
                listed = self._of.get(relation.to, ())
                datasets += [{"ref": ref} for ref in listed] or [{"type": "dataset", "name": relation.to}]
        if datasets:
            return {"modelParameters": {"datasets": datasets}}
        return {"properties": _properties([("supplychain:known-unknown", "training datasets")])}

    def _service(self, entry: Entry, revision: Revision) -> Object:
        found: Object = {"bom-ref": self._refs[entry.id, revision.version], "name": entry.component.name}
        if entry.supplier:
            found["provider"] = {"name": entry.supplier}
        if revision.version:
            found["version"] = revision.version
        if revision.locations:
            found["endpoints"] = list(revision.locations)
        classes = entry.service.data_classes if entry.service else ()
        stated = [{"flow": "inbound", "classification": name} for name in classes]
        found["x-trust-boundary"] = True
        found["data"] = stated or [{"flow": _UNKNOWN, "classification": _UNKNOWN}]
        return found | {"properties": _properties(properties(entry, revision))}

    def _dependencies(self) -> list[Object]:
        found = [{"ref": _ROOT, "dependsOn": sorted(self._refs.values())}]
        for entry in self._entries:
            served = [ref for r in entry.relations if r.kind == "served by" for ref in self._of.get(r.to, ())]
            for revision in entry.revisions if served else ():
                found.append({"ref": self._refs[entry.id, revision.version], "dependsOn": served})
        return found

    def _compositions(self) -> list[Object]:
        """Return whether the list is complete; what its entries depend on in turn is unknown, so it is not said."""
        aggregate = "complete" if self._context.is_complete else "incomplete"
        return [{"aggregate": aggregate, "assemblies": [_ROOT], "dependencies": [_ROOT]}]


def _contact(owner: str) -> Object:
    return {"email": owner} if _EMAIL.fullmatch(owner) else {"name": owner}


def _license(text: str) -> Object:
    found = license_of(text)
    if found.is_single and found.expression in listed_ids():
        return {"license": {"id": found.expression, "acknowledgement": "declared"}}
    if found.expression:
        return {"expression": found.expression, "acknowledgement": "declared"}
    return {"license": {"name": text, "acknowledgement": "declared"}}


def _ancestor(identity: str) -> Object:
    try:
        component = Component.parse(identity)
    except ValueError:
        return {"type": "machine-learning-model", "name": identity}
    found: Object = {"type": _TYPES.get(component.kind, "library"), "name": component.name}
    return found | {"properties": _properties([("supplychain:ancestor", identity)])}


def _data(entry: Entry, revision: Revision) -> Object:
    found: Object = {"type": "dataset", "name": entry.component.name, "classification": _UNKNOWN}
    if revision.locations:
        found["contents"] = {"url": revision.locations[0]}
    provenance = entry.provenance
    if provenance and provenance.pii:
        found["sensitiveData"] = [provenance.pii]
    if owner := (provenance and provenance.creator) or entry.supplier:
        found["governance"] = {"owners": [{"organization": {"name": owner}}]}
    return found


def _properties(pairs: Iterable[tuple[str, str]]) -> list[Object]:
    return [{"name": name, "value": value} for name, value in pairs]
