"""What the declaration, the code and hubs state of provenance: of these it is known which component they speak of."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain import catalog
from supplychain.config.files import DECLARATION
from supplychain.config.loading import line_of
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.declaration import DeclaredComponent
from supplychain.model.license import ProvenanceField, ProvenanceStatement
from supplychain.model.reference import Place, Reference, Scope
from supplychain.target import Target

NOTHING = "none"
"""What an empty list of transformations states, where it is written out."""
_COMPONENTS = 2_000
_RECORDS = frozenset({"Croissant", "DVC"})
_KEYS: dict[str, ProvenanceField] = {
    "source": "source",
    "creator": "creator",
    "license": "license",
    "collected": "collection",
    "pii": "personal data",
}


def by_declaration(target: Target, case: Case) -> Iterator[ProvenanceStatement]:
    """Yield what `supplychain.toml` states of models and datasets, each with its line; an empty value too."""
    file = target.get(DECLARATION)
    if case.declaration is None or file is None:
        return
    text = target.read(file).data.decode("utf-8-sig")
    for index, entry in enumerate(case.declaration.component[:_COMPONENTS]):
        if not entry.id.startswith((f"{Kind.MODEL}:", f"{Kind.DATASET}:")):
            continue
        for field, value, location in _declared(entry):
            at = Place(file=DECLARATION, line=line_of(text, ("component", index, *location)))
            yield _statement(entry.id, field, value, "declaration", at, case.declaration_digest)


def _declared(entry: DeclaredComponent) -> Iterator[tuple[ProvenanceField, str, tuple[str, ...]]]:
    if entry.revision is not None:
        yield "revision", entry.revision, ("revision",)
    if entry.published is not None:
        yield "published", str(entry.published), ("published",)
    if entry.license is not None:
        yield "license", entry.license, ("license",)
    provenance = entry.provenance
    if provenance is None:
        return
    for key, field in _KEYS.items():
        if key in provenance.model_fields_set:
            yield field, getattr(provenance, key), ("provenance", key)
    if "transforms" in provenance.model_fields_set:
        made = "; ".join(text for text in provenance.transforms if text.strip())
        yield "transformations", made if provenance.transforms else NOTHING, ("provenance", "transforms")


def by_code(case: Case) -> Iterator[ProvenanceStatement]:
    """Yield what the places of production that load models and datasets say: what is loaded, and at which revision.

    A file of the target is its own name, which tells nothing of where it came from.
    """
    for reference in case.inventory.references:
        component = reference.component
        if component.kind not in {Kind.MODEL, Kind.DATASET} or component.source in catalog.hosting():
            continue
        is_hidden = reference.at.file in case.inventory.moved  # a declared scope hides nothing
        if reference.call in _RECORDS or component.is_file or not (reference.at.scope is Scope.PROD or is_hidden):
            continue
        yield _by(reference, "source", reference.address or f"{component.source}/{component.name}")
        if reference.revision:
            yield _by(reference, "revision", reference.revision)


def _by(reference: Reference, field: ProvenanceField, value: str) -> ProvenanceStatement:
    return _statement(reference.component.id, field, value, "code", reference.at, reference.digest)


def by_hubs(case: Case) -> Iterator[ProvenanceStatement]:
    """Yield what hubs say of them: the license of the card, and tags of how the data was made."""
    collected = catalog.provenance_forms().front["collection"]
    for record in case.hub:
        name = record.license_name if record.license in {"", "other"} else record.license
        if name:
            yield _statement(record.component, "license", name, "hub", None, record.source.digest)
        said = [tag for tag in record.tags if tag.partition(":")[0] in collected]
        if said:
            yield _statement(record.component, "collection", ", ".join(said), "hub", None, record.source.digest)


def _statement(
    component: str, field: ProvenanceField, value: str, origin: str, at: Place | None, digest: str | None
) -> ProvenanceStatement:
    stated = {"component": component, "field": field, "value": value, "origin": origin, "at": at, "digest": digest}
    return ProvenanceStatement.model_validate(stated)
