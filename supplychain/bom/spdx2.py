"""The inventory as SPDX 2.3 JSON, for tools that read nothing newer."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import UTC
from typing import Any

from supplychain import __version__
from supplychain.bom.entries import Entry, Revision
from supplychain.bom.interface import TARGET_PROPERTY, TOOL, Context
from supplychain.bom.licenses import license_of
from supplychain.bom.properties import about, digest, properties, refs, service_properties
from supplychain.model.component import Kind

_DOCUMENT = "SPDXRef-DOCUMENT"
_ROOT = "SPDXRef-target"
_FIRST = ("spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo")


def write(entries: tuple[Entry, ...], context: Context) -> str:
    """Return the inventory as a text of SPDX 2.3; the same entries and context give the same text."""
    converted = _Document(entries, context).converted()
    ordered = {name: converted.pop(name) for name in _FIRST} | converted
    return json.dumps(ordered, indent=2, ensure_ascii=False) + "\n"


class _Document:
    """One inventory on its way to the library's document."""

    def __init__(self, entries: tuple[Entry, ...], context: Context) -> None:
        from spdx_tools.spdx import model

        self._model: Any = model
        self._entries = entries
        self._context = context
        self._now = context.now.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        self._tool = self._model.Actor(self._model.ActorType.TOOL, f"{TOOL}-{__version__}")
        self._ids = {key: _spdx_id(ref) for key, ref in refs(entries).items()}
        self._of: dict[str, list[str]] = {}
        for (identity, _), spdx_id in self._ids.items():
            self._of.setdefault(identity, []).append(spdx_id)
        self._own_licenses: dict[str, str] = {}
        self._relationships: list[Any] = []
        self._annotations: dict[str, Any] = {}

    def converted(self) -> dict[str, Any]:
        """Return the document as JSON has it.

        Annotations and relations are converted apart: for each package the library goes through all of them.
        """
        from spdx_tools.spdx.jsonschema import annotation_converter, document_converter, relationship_converter

        apart: Any = annotation_converter.AnnotationConverter
        related: Any = relationship_converter.RelationshipConverter
        whole: Any = document_converter.DocumentConverter
        packages = [self._target()]
        packages += [self._package(entry, revision) for entry in self._entries for revision in entry.revisions]
        self._annotate(_DOCUMENT, about(self._context))
        self._relate_all()
        licenses = [self._model.ExtractedLicensingInfo(name, text) for name, text in self._own_licenses.items()]
        document = self._model.Document(self._creation(), packages, extracted_licensing_info=licenses)
        converted: dict[str, Any] = whole().convert(document)
        for item in (converted, *converted["packages"]):
            item["annotations"] = [apart().convert(self._annotations[item["SPDXID"]])]
        return converted | {"relationships": [related().convert(relation) for relation in self._relationships]}

    def _relate_all(self) -> None:
        self._relate(_DOCUMENT, "DESCRIBES", _ROOT)
        for spdx_id in self._ids.values():
            self._relate(_ROOT, "DEPENDS_ON", spdx_id)
        if not self._context.is_complete:
            comment = "more was seen than could be resolved"
            self._relate(_ROOT, "DEPENDS_ON", self._model.SpdxNoAssertion(), comment)
        for entry in self._entries:
            for spdx_id in self._of[entry.id]:
                self._relations(entry, spdx_id)

    def _creation(self) -> Any:
        context = self._context
        slug = re.sub(r"[^A-Za-z0-9.-]+", "-", context.target)
        return self._model.CreationInfo(
            "SPDX-2.3",
            _DOCUMENT,
            context.target,
            f"https://spdx.org/spdxdocs/{slug}-{context.serial('SPDX 2')}",
            [self._tool, *([self._actor(context.owner)] if context.owner else [])],
            self._now,
        )

    def _actor(self, name: str | None) -> Any:
        """Return a supplier; one that is not known is stated as such. Parentheses would hold an email address."""
        if not name:
            return self._model.SpdxNoAssertion()
        plain = name.replace("(", "[").replace(")", "]")
        email = name if re.fullmatch(r"[^@\s()]+@[^@\s()]+", name) else None
        return self._model.Actor(self._model.ActorType.ORGANIZATION, plain, email)

    def _target(self) -> Any:
        self._annotate(_ROOT, [(TARGET_PROPERTY, self._context.target)])
        return self._model.Package(
            _ROOT,
            self._context.target,
            self._model.SpdxNoAssertion(),
            version=self._context.tree_digest,
            supplier=self._actor(self._context.owner),
            files_analyzed=False,
            primary_package_purpose=self._model.PackagePurpose.APPLICATION,
        )

    def _package(self, entry: Entry, revision: Revision) -> Any:
        from spdx_tools.spdx.validation.uri_validators import validate_download_location

        spdx_id = self._ids[entry.id, revision.version]
        unknown = self._model.SpdxNoAssertion()
        places = revision.locations if entry.component.kind is not Kind.SERVICE else ()
        valid = [place for place in places if not validate_download_location(place)]
        others = [("supplychain:location", place) for place in places if place not in valid[:1]]
        self._annotate(spdx_id, [*properties(entry, revision), *service_properties(entry, revision), *others])
        provenance = entry.provenance
        return self._model.Package(
            spdx_id,
            entry.component.name,
            valid[0] if valid else unknown,
            version=revision.version,
            supplier=self._actor(entry.supplier),
            originator=self._actor((provenance and provenance.creator) or None),
            files_analyzed=False,
            checksums=self._checksums(revision),
            license_concluded=unknown,
            license_declared=self._license(entry.license),
            copyright_text=unknown,
            external_references=self._external(revision),
            primary_package_purpose=self._purpose(entry),
        )

    def _purpose(self, entry: Entry) -> Any:
        purpose = self._model.PackagePurpose
        if entry.component.kind is not Kind.PACKAGE:
            return purpose.OTHER
        return purpose.CONTAINER if entry.component.source == "docker" else purpose.LIBRARY

    def _checksums(self, revision: Revision) -> list[Any]:
        found = [item for item in map(digest, revision.checksums) if item]
        algorithm = self._model.ChecksumAlgorithm
        return [self._model.Checksum(algorithm[name.upper()], value) for name, value in found]

    def _external(self, revision: Revision) -> list[Any]:
        category = self._model.ExternalPackageRefCategory.PACKAGE_MANAGER
        return [self._model.ExternalPackageRef(category, "purl", revision.purl)] if revision.purl else []

    def _license(self, text: str | None) -> Any:
        from spdx_tools.common.spdx_licensing import spdx_licensing

        if not text:
            return self._model.SpdxNoAssertion()
        found = license_of(text)
        for name in found.own:
            self._own_licenses.setdefault(name, f"{name}: its text is not in the inventory")
        if found.expression:
            return spdx_licensing.parse(found.expression)
        known = {own_text: name for name, own_text in self._own_licenses.items()}
        name = known.get(text) or f"LicenseRef-declared-{len(self._own_licenses) + 1}"
        self._own_licenses[name] = text
        return spdx_licensing.parse(name)

    def _relations(self, entry: Entry, spdx_id: str) -> None:
        unknown = entry.component.kind is not Kind.SERVICE
        for relation in entry.relations:
            for other in self._of.get(relation.to, ()):
                if relation.kind == "served by":
                    unknown = False
                    self._relate(spdx_id, "DEPENDS_ON", other, relation.kind)
                else:
                    kind = "DESCENDANT_OF" if relation.kind == "fine-tuned from" else "OTHER"
                    self._relate(spdx_id, kind, other, relation.kind)
        if unknown:
            self._relate(spdx_id, "DEPENDS_ON", self._model.SpdxNoAssertion())

    def _relate(self, source: str, kind: str, to: Any, comment: str | None = None) -> None:
        known = self._model.RelationshipType[kind]
        self._relationships.append(self._model.Relationship(source, known, to, comment))

    def _annotate(self, spdx_id: str, pairs: Iterable[tuple[str, str]]) -> None:
        text = "\n".join(f"{name}={value}" for name, value in pairs)
        kind = self._model.AnnotationType.OTHER
        self._annotations[spdx_id] = self._model.Annotation(spdx_id, kind, self._tool, self._now, text)


def _spdx_id(ref: str) -> str:
    """Return an identifier for a reference: what SPDX allows of it, and of its hash what keeps it unique."""
    mark = hashlib.sha256(ref.encode()).hexdigest()[:12]
    return f"SPDXRef-{re.sub(r'[^A-Za-z0-9.]+', '-', ref)[:80]}-{mark}"
