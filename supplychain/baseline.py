"""The baseline as a file, and drift: what is no longer as it was recorded.

recorded = of(inventory, declaration, written=now, commit=commit)
drifts = compare(read(target).baseline, recorded)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal

from pydantic import ValidationError

from supplychain.model.baseline import Baseline, BaselineFile, Drift, Endpoint, Recorded, Uncompared, Unnamed
from supplychain.model.declaration import Declaration
from supplychain.model.hub import HubRecord
from supplychain.model.inventory import Inventory
from supplychain.model.reference import INVENTORIED, Place, Reference
from supplychain.model.text import printable
from supplychain.target import NotReadError, Target

BASELINE = ".supplychain/baseline.json"
SIZE_LIMIT = 4_000_000
"""Bytes that a baseline may have."""

_NOTHING: Mapping[str, str] = {}


def of(
    inventory: Inventory,
    declaration: Declaration | None,
    *,
    written: datetime,
    commit: str | None,
    simulated: bool = False,
    digests: Mapping[str, str] = _NOTHING,
    owners: Mapping[str, str] = _NOTHING,
    licenses: Mapping[str, str] = _NOTHING,
    signatures: Mapping[str, tuple[str, ...]] | None = None,
) -> Baseline:
    """Return the state of everything that an inventory has to hold.

    Modules that are known only by the name of their import are left out, as they are of the inventory's file.

    Args:
        inventory: what discovery found.
        declaration: its licenses count where `licenses` has none.
        written: the time of the run.
        commit: the target's commit.
        simulated: whether `written` was made up.
        digests: `sha256:<hex>` of the bytes that were at hand, by component id.
        owners: who owns each component at its registry, as far as that is known.
        licenses: which license each component has, as far as that is known.
        signatures: the signatures that lie with each component, by their paths.
    """
    places: dict[str, list[Reference]] = {}
    for reference in inventory.references:
        if reference.at.scope in INVENTORIED and reference.component.source != "import":
            places.setdefault(printable(reference.component.id), []).append(reference)
    declared = {item.id: item.license for item in declaration.component if item.license} if declaration else {}
    known = {**declared, **licenses}
    measured = {printable(name): digest for name, digest in digests.items()}
    signed = {printable(name): found for name, found in (signatures or {}).items()}
    components = (
        _recorded(name, places[name], measured.get(name), owners.get(name), known.get(name), signed.get(name, ()))
        for name in sorted(places)
    )
    return Baseline(
        written=written,
        simulated=simulated,
        commit=commit,
        components=tuple(components),
        endpoints=_endpoints(inventory),
        unresolved=_unnamed(inventory),
    )


def owners_of(records: Iterable[HubRecord]) -> dict[str, str]:
    """Return who owns each component at its hub, as far as that is told."""
    return {record.component: record.owner for record in records if record.owner}


def licenses_of(records: Iterable[HubRecord], declaration: Declaration | None) -> dict[str, str]:
    """Return the license that the hub tells of each component for which the declaration states none."""
    stated = {item.id for item in declaration.component if item.license} if declaration else set()
    return {record.component: record.license for record in records if record.license and record.component not in stated}


def revisions_of(references: Iterable[Reference]) -> tuple[str | None, ...]:
    """Return every revision that places of one component name, None for a place that leaves it open.

    An import says nothing of the version, so it counts only where no other place names the component.
    """
    named = {reference.revision for reference in references if reference.call != "import"}
    return tuple(sorted(named or {None}, key=lambda revision: (revision is not None, revision or "")))


def text(baseline: Baseline) -> str:
    """Return the one JSON text of a baseline; the same content gives the same bytes."""
    return baseline.model_dump_json(by_alias=True, indent=1) + "\n"


def read(target: Target) -> BaselineFile | None:
    """Return the target's baseline or why it cannot be used; None where it has none."""
    file = target.get(BASELINE)
    if file is None:
        problem = "a link, a folder or a device; put the file itself into the target"
        return BaselineFile(file=BASELINE, problem=problem) if target.has(BASELINE) else None
    try:
        content = target.read(file, SIZE_LIMIT)
    except NotReadError as error:
        return BaselineFile(file=BASELINE, problem=f"{error}; record it again with supplychain baseline")
    try:
        baseline = Baseline.model_validate_json(content.data, strict=True)
    except ValidationError as error:
        return BaselineFile(file=BASELINE, digest=content.digest, problem=_problem(error))
    return BaselineFile(file=BASELINE, digest=content.digest, baseline=baseline)


def compare(old: Baseline, new: Baseline) -> tuple[Drift, ...]:
    """Return everything that is not as it was recorded, by component.

    What only one side knows is no drift: see `uncompared`.
    """
    before = {item.id: item for item in old.components}
    after = {item.id: item for item in new.components}
    found: list[Drift] = []
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        if was and now:
            found += _changes(was, now)
        elif now:
            found.append(Drift(component=name, what="added", was="not recorded", now=_listed(now.revisions), at=now.at))
        elif was:
            found.append(Drift(component=name, what="removed", was=_listed(was.revisions), now="not used", at=was.at))
    return (*found, *_moved_endpoints(old, new), *_newly_unnamed(old, new))


def uncompared(old: Baseline, new: Baseline) -> tuple[Uncompared, ...]:
    """Return what could not be compared of the components of both, since one side does not know it."""
    before = {item.id: item for item in old.components}
    return tuple(
        Uncompared(component=now.id, what=what, unknown="now" if was_known else "recorded", at=now.at)
        for now in new.components
        if (was := before.get(now.id))
        for what, was_known, is_known in _known(was, now)
        if was_known != is_known
    )


def _known(was: Recorded, now: Recorded) -> Iterator[tuple[Literal["bytes", "owner", "license"], bool, bool]]:
    yield "bytes", bool(was.digests), bool(now.digests)
    yield "owner", was.owner is not None, now.owner is not None
    yield "license", was.license is not None, now.license is not None


def _recorded(
    name: str,
    references: Sequence[Reference],
    digest: str | None,
    owner: str | None,
    license_: str | None,
    signatures: tuple[str, ...],
) -> Recorded:
    return Recorded(
        id=name,
        revisions=revisions_of(references),
        code_revisions=_sorted(reference.code_revision for reference in references),
        registries=_sorted(reference.address or reference.component.source or "service" for reference in references),
        checksums=_sorted(reference.checksum for reference in references),
        flags=_sorted(flag for reference in references for flag in reference.flags),
        digests=_sorted([digest]),
        signatures=_sorted(signatures),
        owner=owner,
        license=license_,
        at=min((reference.at for reference in references), key=_by_line),
    )


def _endpoints(inventory: Inventory) -> tuple[Endpoint, ...]:
    found = {
        (override.registry, override.variable, override.address or ""): Endpoint(
            registry=override.registry, variable=override.variable, address=override.address, at=override.at
        )
        for override in sorted(inventory.overrides, key=lambda override: _by_line(override.at), reverse=True)
        if override.at.scope in INVENTORIED
    }
    return tuple(found[key] for key in sorted(found))


def _unnamed(inventory: Inventory) -> tuple[Unnamed, ...]:
    first: dict[tuple[str, str], Unnamed] = {}
    for item in sorted(inventory.unresolved, key=lambda item: _by_line(item.at)):
        if item.at.scope in INVENTORIED:
            first.setdefault((item.at.file, item.subject), Unnamed(subject=item.subject, at=item.at))
    return tuple(first[key] for key in sorted(first))


def _changes(was: Recorded, now: Recorded) -> Iterator[Drift]:
    for what, before, after in (
        ("revision", was.revisions, now.revisions),
        ("code revision", was.code_revisions, now.code_revisions),
        ("registry", was.registries, now.registries),
        ("checksum", was.checksums, now.checksums),
        ("loader flags", was.flags, now.flags),
    ):
        if set(before) != set(after):
            yield _drift(now, what, _listed(before), _listed(after))
    if was.digests and now.digests and set(was.digests) != set(now.digests):
        yield _drift(now, "bytes", _listed(was.digests), _listed(now.digests))
    for what, said, says in (("owner", was.owner, now.owner), ("license", was.license, now.license)):
        if said is not None and says is not None and said.casefold() != says.casefold():
            yield _drift(now, what, said, says)


def _moved_endpoints(old: Baseline, new: Baseline) -> Iterator[Drift]:
    before, after = _by_setting(old), _by_setting(new)
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key, []), after.get(key, [])
        if {item.address for item in was} != {item.address for item in now}:
            registry, variable = key
            at = (now or was)[0].at
            said, says = _addresses(was), _addresses(now)
            yield Drift(component=f"registry:{registry} by {variable}", what="endpoint", was=said, now=says, at=at)


def _by_setting(baseline: Baseline) -> dict[tuple[str, str], list[Endpoint]]:
    found: dict[tuple[str, str], list[Endpoint]] = {}
    for endpoint in baseline.endpoints:
        found.setdefault((endpoint.registry, endpoint.variable), []).append(endpoint)
    return found


def _newly_unnamed(old: Baseline, new: Baseline) -> Iterator[Drift]:
    known = {(item.at.file, item.subject) for item in old.unresolved}
    for item in new.unresolved:
        if (item.at.file, item.subject) not in known:
            yield Drift(component=item.subject, what="unresolved", was="not recorded", now="not known", at=item.at)


def _drift(now: Recorded, what: str, said: str, says: str) -> Drift:
    return Drift.model_validate({"component": now.id, "what": what, "was": said, "now": says, "at": now.at})


def _addresses(endpoints: Sequence[Endpoint]) -> str:
    return ", ".join(item.address or "made at run time" for item in endpoints) or "not set"


def _listed(values: Sequence[str | None]) -> str:
    return ", ".join(value or "no revision" for value in values) or "none"


def _sorted(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value}))


def _by_line(place: Place) -> tuple[str, int, str]:
    return place.file, place.line or 0, place.scope


def _problem(error: ValidationError) -> str:
    """Return the first thing that is wrong with a baseline's file."""
    detail = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(str(part) for part in detail["loc"])
    if where == "schema":
        return f"its schema is {printable(repr(detail['input']))[:40]} and this version knows 1; record it again"
    message = printable(detail["msg"].removeprefix("Value error, "))
    return f"{printable(where) + ': ' if where else ''}{message}; record it again with supplychain baseline"
