"""The inventory as SPDX 3.0.1 JSON-LD, with the AI and Dataset profiles as far as they can be met."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Any
from urllib.parse import quote

from supplychain import __version__
from supplychain.bom.entries import Entry, Revision
from supplychain.bom.interface import TARGET_PROPERTY, TOOL, Context
from supplychain.bom.licenses import license_of
from supplychain.bom.profiles import gaps
from supplychain.bom.properties import about, digest, properties, refs, service_properties
from supplychain.model.component import Kind

_NO_LICENSE = "https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense"
_RELATIONS = {"fine-tuned from": "descendantOf", "trained on": "trainedOn", "served by": "dependsOn"}
_PURPOSES = {Kind.MODEL: "model", Kind.DATASET: "data", Kind.PACKAGE: "library", Kind.SERVICE: "other"}


def write(entries: tuple[Entry, ...], context: Context) -> str:
    """Return the inventory as a text of SPDX 3; the same entries and context give the same text.

    It claims the AI or the Dataset profile only where each package has what that profile makes mandatory.
    """
    graph = _Graph(context)
    graph.add_entries(entries)
    document = graph.finish(entries)
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


class _Graph:
    """One inventory on its way to a set of elements."""

    def __init__(self, context: Context) -> None:
        from spdx_python_model import v3_0_1  # here, since it is slow to import

        self._model: Any = v3_0_1  # its classes get their fields at run time
        self._context = context
        slug = re.sub(r"[^A-Za-z0-9.-]+", "-", context.target)
        self._space = f"https://spdx.org/spdxdocs/{slug}-{context.serial('SPDX 3')}"
        self._set = self._model.SHACLObjectSet()
        self._elements: list[Any] = []
        self._agents: dict[str | None, Any] = {}
        self._licenses: dict[str, str] = {}
        self._packages: dict[str, list[Any]] = {}
        self._count = 0
        self._creation = self._model.CreationInfo(specVersion="3.0.1", created=context.now.astimezone(UTC))
        author = self._agent(context.owner) if context.owner else self._make("SoftwareAgent", "tool-agent", name=TOOL)
        self._creation.createdBy = [author]
        self._creation.createdUsing = [self._make("Tool", "tool", name=f"{TOOL} {__version__}")]
        self._root = self._make(
            "software_Package",
            "target",
            name=context.target,
            software_packageVersion=context.tree_digest,
            software_primaryPurpose=self._purpose("application"),
            suppliedBy=self._agent(context.owner),
            extension=[self._extension([(TARGET_PROPERTY, context.target)])],
        )

    def _make(self, kind: str, local: str, /, **facts: Any) -> Any:
        element = getattr(self._model, kind)(creationInfo=self._creation, **facts)
        element.set_id(f"{self._space}#{quote(local, safe=':/@')}")
        self._elements.append(self._set.add(element))
        return element

    def _purpose(self, name: str) -> str:
        return str(getattr(self._model.software_SoftwarePurpose, name))

    def _extension(self, pairs: Iterable[tuple[str, str]]) -> Any:
        entry = self._model.extension_CdxPropertyEntry
        listed = [entry(extension_cdxPropName=name, extension_cdxPropValue=value) for name, value in pairs]
        return self._model.extension_CdxPropertiesExtension(extension_cdxProperty=listed)

    def _agent(self, name: str | None) -> Any:
        """Return the element of a supplier; one that is not known is stated as SPDX writes it: NOASSERTION."""
        if name not in self._agents:
            kind = "Organization" if name else "Agent"
            agent = self._make(kind, f"agent:{name}" if name else "agent", name=name or "NOASSERTION")
            if name and "@" in name and " " not in name:
                email = self._model.ExternalIdentifierType.email
                agent.externalIdentifier = [
                    self._model.ExternalIdentifier(externalIdentifierType=email, identifier=name)
                ]
            self._agents[name] = agent
        return self._agents[name]

    def add_entries(self, entries: tuple[Entry, ...]) -> None:
        names = refs(entries)
        for entry in entries:
            for revision in entry.revisions:
                package = self._package(entry, revision, names[entry.id, revision.version])
                self._packages.setdefault(entry.id, []).append(package)
        every = [package for listed in self._packages.values() for package in listed]
        complete = "complete" if self._context.is_complete else "incomplete"
        if every:
            self._relate(self._root, "dependsOn", every, complete)
        for entry in entries:
            for package in self._packages[entry.id]:
                self._relations(entry, package)

    def _package(self, entry: Entry, revision: Revision, name: str) -> Any:
        kind = entry.component.kind
        is_image = entry.component.source == "docker"
        package = self._make(
            {Kind.MODEL: "ai_AIPackage", Kind.DATASET: "dataset_DatasetPackage"}.get(kind, "software_Package"),
            name,
            name=entry.component.name,
            software_primaryPurpose=self._purpose("container" if is_image else _PURPOSES[kind]),
            suppliedBy=self._agent(entry.supplier),
        )
        if revision.version:
            package.software_packageVersion = revision.version
        if revision.purl:
            package.software_packageUrl = revision.purl
        if kind is not Kind.SERVICE and revision.locations:
            package.software_downloadLocation = revision.locations[0]
            other = self._model.ExternalRefType.altDownloadLocation
            package.externalRef = [
                self._model.ExternalRef(externalRefType=other, locator=[url]) for url in revision.locations[1:]
            ]
        package.verifiedUsing = [
            self._model.Hash(algorithm=getattr(self._model.HashAlgorithm, found[0]), hashValue=found[1])
            for found in map(digest, revision.checksums)
            if found
        ]
        if kind is Kind.MODEL:
            package.ai_useSensitivePersonalInformation = self._model.PresenceType.noAssertion
        if kind is Kind.DATASET:
            self._describe_dataset(package, entry)
        pairs = [*properties(entry, revision), *service_properties(entry, revision)]
        package.extension = [self._extension(pairs)]
        return package

    def _describe_dataset(self, package: Any, entry: Entry) -> None:
        provenance = entry.provenance
        package.originatedBy = [self._agent((provenance and provenance.creator) or entry.supplier)]
        package.dataset_datasetType = [self._model.dataset_DatasetType.noAssertion]
        package.dataset_hasSensitivePersonalInformation = self._model.PresenceType.noAssertion
        if provenance and provenance.collected:
            package.dataset_dataCollectionProcess = provenance.collected
        if provenance and provenance.transforms:
            package.dataset_dataPreprocessing = list(provenance.transforms)

    def _relations(self, entry: Entry, package: Any) -> None:
        if entry.license or entry.component.kind in {Kind.MODEL, Kind.DATASET}:
            self._relate(package, "hasDeclaredLicense", [self._license(entry.license)])
            self._relate(package, "hasConcludedLicense", [_NO_LICENSE])
        served = []
        for relation in entry.relations:
            listed = self._packages.get(relation.to, [])
            if relation.kind == "served by":
                served += listed
            elif listed:
                self._relate(package, _RELATIONS[relation.kind], listed)
        if served:
            self._relate(package, "dependsOn", served, "incomplete")

    def _license(self, text: str | None) -> str:
        if text is None:
            return _NO_LICENSE
        if text not in self._licenses:
            found = license_of(text)
            name = f"license-{len(self._licenses)}"
            if found.expression:
                kind, facts = "LicenseExpression", {"simplelicensing_licenseExpression": found.expression}
            else:
                kind, facts = "SimpleLicensingText", {"simplelicensing_licenseText": text}
            self._licenses[text] = str(self._make(f"simplelicensing_{kind}", name, **facts).get_id())
        return self._licenses[text]

    def _relate(self, source: Any, kind: str, to: list[Any], completeness: str | None = None) -> None:
        self._count += 1
        relation = self._make("Relationship", f"relationship-{self._count}", from_=source, to=to)
        relation.relationshipType = getattr(self._model.RelationshipType, kind)
        if completeness:
            relation.completeness = getattr(self._model.RelationshipCompleteness, completeness)

    def finish(self, entries: tuple[Entry, ...]) -> dict[str, Any]:
        profile, elements = self._model.ProfileIdentifierType, list(self._elements)
        bom = self._make("software_Sbom", "sbom", name=self._context.target, element=elements, rootElement=[self._root])
        bom.software_sbomType = [self._model.software_SbomType.source]
        bom.extension = [self._extension(about(self._context))]
        document = self._make("SpdxDocument", "document", name=self._context.target)
        document.element, document.rootElement = [*elements, bom], [bom]
        found = gaps(self._serialized())
        met = ["core", "software", "simpleLicensing", "extension"]
        kinds = {"ai": Kind.MODEL, "dataset": Kind.DATASET}
        met += [
            name for name, kind in kinds.items() if name not in found and any(e.component.kind is kind for e in entries)
        ]
        bom.profileConformance = document.profileConformance = [getattr(profile, name) for name in met]
        if found:
            document.comment = " ".join(_comment(name, fields) for name, fields in found.items())
        return self._serialized()

    def _serialized(self) -> dict[str, Any]:
        document: dict[str, Any] = self._model.JSONLDSerializer().serialize_data(self._set, force_at_graph=True)
        return document


def _comment(profile: str, lacking: Mapping[str, int]) -> str:
    listed = ", ".join(f"{field} in {count}" for field, count in lacking.items())
    return f"The profile {profile} is not met. Nobody states {listed} of its packages."
