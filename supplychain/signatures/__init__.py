"""Signatures of models and datasets: where they were looked for, what was found, and what comes of each.

lookups = look(target, case, hub_file, cached, keys)

Trusted are the policy's keys alone, and with certificates whom its signers name, which the check decides: here is only
what cryptography tells.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from supplychain import catalog
from supplychain.files import NotReadError
from supplychain.model.artifact import FoundSignature, SignatureLookup
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.reference import Reference, Scope
from supplychain.model.text import printable
from supplychain.signatures.coverage import compare
from supplychain.signatures.interface import Candidate, DamagedError, Held, HubFile, Key, Spot, Verdict
from supplychain.signatures.places import Cached, spots
from supplychain.signatures.tags import Tags
from supplychain.target import Target

__all__ = ["Key", "look"]


def look(
    target: Target, case: Case, hub_file: HubFile, cached: Cached, keys: Sequence[Key]
) -> tuple[SignatureLookup, ...]:
    """Return where signatures of each model and dataset of production were looked for, and what was found.

    Args:
        target: the target.
        case: with its inventory, and what hubs list and which bytes are at hand.
        hub_file: gives the content of a file at a hub.
        cached: gives the files that a cache holds of a revision.
        keys: the files that the policy's `trust.keys` name.
    """
    recorded = case.baseline.baseline.components if case.baseline and case.baseline.baseline else ()
    expected = {item.id: item.signatures for item in recorded}
    components = tuple(_components(case))
    tags = Tags(target, (path for component, _ in components for path in _places(component, case)), keys, case.now)
    lookups = []
    for component, references in components:
        found = [*spots(target, case, component, references, hub_file, cached)]
        before = expected.get(printable(component.id), ())
        lookup = _lookup(component, references, found, case, keys).model_copy(update={"expected": before})
        lookups.append(_with_tags(lookup, component, references, case, tags))
    return tuple(lookups)


def _places(component: Component, case: Case) -> tuple[str, ...]:
    """Return the files and folders of the target that a component lies at."""
    declared = case.declaration.of(component.id) if case.declaration else None
    own = (component.name,) if component.is_file else ()
    return tuple(dict.fromkeys((*own, declared.path) if declared and declared.path else own))


def _with_tags(
    lookup: SignatureLookup, component: Component, references: Sequence[Reference], case: Case, tags: Tags
) -> SignatureLookup:
    """Return a lookup with what the tags of git say of the component beside it."""
    artifacts = [artifact for artifact in case.artifacts if artifact.component == component.id]
    told = [tags.of(path, artifacts, references[0].at, lookup.expected) for path in _places(component, case)]
    changes = {
        "looked": (*lookup.looked, *(text for one in told for text in one.looked)),
        "lacked": (*lookup.lacked, *(text for one in told for text in one.lacked)),
        "found": (*lookup.found, *(item for one in told for item in one.found)),
    }
    return lookup.model_copy(update=changes)


def _components(case: Case) -> Iterator[tuple[Component, tuple[Reference, ...]]]:
    """Yield the models and datasets of production whose bytes are loaded here, each with what names it."""
    named: dict[Component, list[Reference]] = {}
    for reference in case.inventory.references:
        is_used = reference.at.scope is Scope.PROD or reference.at.file in case.inventory.moved
        is_own = reference.component.kind in {Kind.MODEL, Kind.DATASET}
        if is_used and is_own and reference.component.source not in catalog.hosting():
            named.setdefault(reference.component, []).append(reference)
    return ((component, tuple(found)) for component, found in named.items())


def _lookup(
    component: Component, references: Sequence[Reference], found: Sequence[Spot], case: Case, keys: Sequence[Key]
) -> SignatureLookup:
    each = [(spot, item, _found(item, spot, keys, case.now)) for spot in found for item in spot.candidates]
    signatures = [signature for _, _, signature in each if signature is not None]
    proven = [spot for spot, _, signature in each if signature is not None and signature.state == "valid"]
    unsigned = [path for spot in found for path in _unsigned(spot, each)] if signatures else []
    return SignatureLookup(
        component=component.id,
        at=references[0].at,
        looked=tuple(spot.where for spot in found if not spot.lacks or spot in proven),
        lacked=tuple(spot.lacks for spot in found if spot.lacks and spot not in proven),
        found=tuple(signatures),
        unsigned=tuple(unsigned),
    )


def _unsigned(spot: Spot, each: Iterable[tuple[Spot, Candidate, FoundSignature | None]]) -> list[str]:
    """Return the weight files of a place that no signature found there is on."""
    own = [item for of, item, signature in each if of is spot and signature is not None]
    return [
        path
        for path in sorted(spot.files)
        if path.lower().endswith(catalog.artifacts().url_suffixes)
        and not any(item.of == path or (item.of is None and path.startswith(item.base)) for item in own)
    ]


def _found(item: Candidate, spot: Spot, keys: Sequence[Key], now: datetime) -> FoundSignature | None:
    """Return what comes of one signature; None: it is on no file of this component."""
    data, problem = item.read()
    if data is None:
        return _told(item, "model-signing", Verdict("unreadable", f"it was not read: {problem}"), None)
    if not data.lstrip().startswith(b"{") and item.of is None and not _is_on_folder(item):
        return None
    try:
        kind, verdict = _verdict(item, data, spot, keys, now)
    except DamagedError as error:
        kind, verdict = _kind(item, data), Verdict("invalid", str(error))
    except NotReadError as error:
        kind, verdict = _kind(item, data), Verdict("not compared", f"the bytes that it is on were not read: {error}")
    return _told(item, kind, verdict, data)


def _verdict(item: Candidate, data: bytes, spot: Spot, keys: Sequence[Key], now: datetime) -> tuple[str, Verdict]:
    from supplychain.signatures import bundle, keyed, keyless, minisign, openpgp  # cryptography, where there is a use

    kind = _kind(item, data)
    held = spot.files.get(item.of or "", Held(frozenset))
    if kind == "minisign":
        return kind, minisign.verify(data, held, keys)
    if kind == "gpg":
        return kind, openpgp.verify(data, held, keys, now)
    if kind == "unknown":
        return "gpg", Verdict("unreadable", "it is of no form that is read: Sigstore's bundle, minisign, OpenPGP")
    parsed = bundle.parse(data)
    digests = held.digests() if parsed.payload is None else frozenset()
    if parsed.payload is None and not digests and not parsed.is_logged:
        return kind, Verdict("not compared", "the bytes that it is on are not at hand")
    if parsed.is_logged and parsed.hint is None:
        verdict = keyless.verify(data, digests, keys)
    elif parsed.hint is not None:
        verdict = keyed.by_key(parsed, digests, keys)
    else:
        verdict = keyed.by_certificate(parsed, digests, keys, now)
    if parsed.payload is None:
        return kind, verdict
    stated = bundle.statement(parsed.payload)
    kind = kind if stated.is_model else "sigstore"
    if verdict.state != "valid":
        return kind, replace(verdict, statement=stated)
    state, says = compare(spot, item, stated)
    return kind, replace(verdict, state=state, says=says, statement=stated)


def _kind(item: Candidate, data: bytes) -> str:
    from supplychain.signatures import minisign, openpgp

    if item.path.endswith(".minisig") or data.startswith(minisign.BEGINS):
        return "minisign"
    if data.lstrip().startswith(b"{"):
        return "kaggle" if item.path.endswith("signing.json") else "model-signing"
    return "gpg" if openpgp.is_signature(data) else "unknown"


def _is_on_folder(item: Candidate) -> bool:
    return any(item.path == item.base + name for name in catalog.signatures().folder)


def _told(item: Candidate, kind: str, verdict: Verdict, data: bytes | None) -> FoundSignature:
    signed: Iterable[str] = verdict.statement.digests if verdict.statement and verdict.statement.is_model else ()
    fields = {
        "kind": "gpg" if kind == "unknown" else kind,
        "file": item.path,
        "at": item.at,
        "state": verdict.state,
        "says": verdict.says,
        "identity": verdict.identity,
        "issuer": verdict.issuer,
        "by": verdict.by,
        "key": verdict.key,
        "covers": tuple(signed) or ((item.of,) if item.of else ()),
        "digest": f"sha256:{hashlib.sha256(data).hexdigest()}" if data is not None else None,
    }
    return FoundSignature.model_validate(fields)
