"""What the tests of inventories share: references, declarations, and files of each format."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from typing import Any

from supplychain.bom.entries import Entry, entries
from supplychain.bom.interface import Context
from supplychain.bom.reading import read_boms
from supplychain.bom.writing import to_text
from supplychain.model.case import Bom
from supplychain.model.component import Component
from supplychain.model.declaration import Declaration
from supplychain.model.inventory import Inventory, SelfTest
from supplychain.model.policy import Policy
from supplychain.model.reference import Place, Reference, Resolution, Scope
from supplychain.target import Target

NOW = datetime(2026, 1, 1, tzinfo=UTC)
POLICY = Policy.model_validate({"people": {"approvers": ["security@example.com"]}})
HEAD = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1}
MODEL = {
    "type": "machine-learning-model",
    "group": "acme",
    "name": "m",
    "version": "abc",
    "purl": "pkg:huggingface/acme/m@abc",
}
TAG_VALUE = """\
SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: x
DocumentNamespace: https://example.org/x
Creator: Tool: t
Created: 2024-01-01T00:00:00Z

PackageName: m
SPDXID: SPDXRef-m
PackageVersion: abc
PackageDownloadLocation: NOASSERTION
FilesAnalyzed: false
ExternalRef: PACKAGE-MANAGER purl pkg:huggingface/acme/m@abc
"""
SPDX_2: dict[str, Any] = {
    "spdxVersion": "SPDX-2.3",
    "SPDXID": "SPDXRef-DOCUMENT",
    "dataLicense": "CC0-1.0",
    "name": "x",
    "documentNamespace": "https://example.org/x",
    "creationInfo": {"created": "2024-01-01T00:00:00Z", "creators": ["Tool: t"]},
    "packages": [
        {
            "name": "m",
            "SPDXID": "SPDXRef-m",
            "versionInfo": "abc",
            "downloadLocation": "NOASSERTION",
            "externalRefs": [
                {
                    "referenceCategory": "PACKAGE-MANAGER",
                    "referenceType": "purl",
                    "referenceLocator": "pkg:huggingface/acme/m@abc",
                }
            ],
        }
    ],
}
SPDX_XML = """\
<Document>
 <spdxVersion>SPDX-2.3</spdxVersion>
 <SPDXID>SPDXRef-DOCUMENT</SPDXID>
 <packages>
  <name>m</name>
  <SPDXID>SPDXRef-m</SPDXID>
  <versionInfo>abc</versionInfo>
  <externalRefs>
   <referenceType>purl</referenceType>
   <referenceLocator>pkg:huggingface/acme/m@abc</referenceLocator>
  </externalRefs>
 </packages>
</Document>
"""
SPACE = "https://example.org/x#"
CREATED = {
    "type": "CreationInfo",
    "@id": "_:creation",
    "specVersion": "3.0.1",
    "created": "2024-01-01T00:00:00Z",
    "createdBy": [SPACE + "someone"],
}
SPDX_3: dict[str, Any] = {
    "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
    "@graph": [
        {
            "type": "ai_AIPackage",
            "spdxId": SPACE + "package",
            "name": "acme/m",
            "creationInfo": "_:creation",
            "software_packageVersion": "abc",
            "software_packageUrl": "pkg:huggingface/acme/m",
        },
        CREATED,
        {"type": "Person", "spdxId": SPACE + "someone", "creationInfo": "_:creation", "name": "someone"},
    ],
}
XML = """\
<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1">
  <components>
    <component type="machine-learning-model">
      <group>acme</group>
      <name>m</name>
      <version>abc</version>
      <purl>pkg:huggingface/acme/m@abc</purl>
    </component>
  </components>
</bom>
"""


def spdx_3(**facts: object) -> str:
    """Return an SPDX 3 text with one package of these facts."""
    package = {"spdxId": SPACE + "package", "creationInfo": "_:creation", **facts}
    return json.dumps({**SPDX_3, "@graph": [package, *SPDX_3["@graph"][1:]]}, indent=1)


def boms(text: str | bytes, path: str = "bom.json") -> tuple[Bom, ...]:
    """Return the inventories of a target with one file."""
    return read_boms(Target.of({path: text if isinstance(text, bytes) else text.encode()}))


def listed(text: str, path: str = "bom.json") -> list[str]:
    """Return `line id@version` of each component of an inventory that can be read."""
    (bom,) = boms(text, path)
    assert bom.problem == ""
    return [f"{item.at.line} {item.component.id}@{item.version}" for item in bom.listed]


def cyclonedx(*components: object, **head: object) -> str:
    """Return a CycloneDX JSON text, one value a line."""
    return json.dumps({**HEAD, **head, "components": components}, indent=1)


def ids(*components: object) -> list[str]:
    """Return the ids of the components of a CycloneDX file."""
    (bom,) = boms(cyclonedx(*components))
    assert bom.problem == ""
    return [item.component.id for item in bom.listed]


def reference(identity: str, revision: str | None = None, scope: Scope = Scope.PROD, **facts: Any) -> Reference:
    """Return a reference to a component."""
    place = facts.pop("at", Place(file="app.py", line=facts.pop("line", 1), scope=scope))
    known = {"component": Component.parse(identity), "at": place, "resolution": Resolution.LITERAL}
    return Reference.model_validate({**known, "revision": revision, **facts})


def inventory(*references: Reference, **parts: Any) -> Inventory:
    """Return an inventory of these references."""
    return Inventory(references=references, self_test=SelfTest(planted=1, found=1), **parts)


def declaration(text: str) -> Declaration:
    """Return a declaration from its TOML, without the schema."""
    return Declaration.model_validate({"schema": 1, **tomllib.loads(text)})


def entries_of(found: Inventory, declared: str = "") -> tuple[Entry, ...]:
    """Return the entries of an inventory."""
    return entries(found, declaration(declared), POLICY, NOW.date())


def entry_of(*references: Reference, declared: str = "", **parts: Any) -> Entry:
    """Return the one entry of an inventory of these references."""
    (entry,) = entries_of(inventory(*references, **parts), declared)
    return entry


def context_of(found: Inventory, declared: str = "") -> Context:
    """Return the context of an inventory."""
    return Context.of(found, "target", "sha256:1", NOW, declaration(declared))


def written(form: str, found: Inventory, declared: str = "") -> dict[str, Any]:
    """Return what is written of an inventory in a format."""
    text = to_text(form, found, "target", "sha256:1", NOW, declaration(declared), POLICY)
    document: dict[str, Any] = json.loads(text)
    return document
