"""Endpoints: where each place of a target has a service process, as far as it says so.

A reference says it by its address, its region or the name of its model; calls, variables of the environment and
infrastructure say it besides. In one file an import, a key or the name of a model adds nothing to a call or an address
that says where. A variable that several services share counts for those that code of its scope, or of production, uses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from supplychain import catalog
from supplychain.discovery import infrastructure, regions
from supplychain.discovery.interface import Found, Given
from supplychain.discovery.kinds import kind_of
from supplychain.discovery.regions import Used
from supplychain.model.component import Kind
from supplychain.model.reference import Place, Reference, Resolution, Scope, Unresolved
from supplychain.model.service import Endpoint

_MOST_TOLD = 200


def used_services(references: Iterable[Reference], unresolved: Iterable[Unresolved] = ()) -> dict[Scope, set[str]]:
    """Return the services that files of each scope use, with those whose client goes to an address made at run time."""
    used: dict[Scope, set[str]] = {scope: set() for scope in Scope}
    for item in references:
        if (name := service_of(item)) is not None:
            used[item.at.scope].add(name)
    for missed in unresolved:
        if missed.kind is Kind.SERVICE and missed.source:
            used[missed.at.scope].add(missed.source)
    return used


def service_of(reference: Reference) -> str | None:
    """Return the service that a reference has process something, or None."""
    component = reference.component
    if component.kind is Kind.SERVICE:
        return component.name
    return component.source if component.kind is Kind.MODEL and component.source in _ids() else None


@cache
def _ids() -> frozenset[str]:
    return frozenset(entry.id for entry in catalog.services())


def endpoints_of(found: Mapping[str, Found], references: Iterable[Reference], used: Used) -> tuple[Endpoint, ...]:
    """Return the endpoints of all files, in the order of their places; one place has several where it says several."""
    vague: dict[tuple[str, str], Endpoint] = {}
    telling: list[Endpoint] = []
    for part in found.values():
        telling += [item for item in part.endpoints if item.region or item.address or _is_used(item, used)]
        telling += (item for given in part.variables for item in _set(given, used))
    read = {(item.service, item.at) for part in found.values() for item in part.endpoints}
    for item in references:
        name = service_of(item)
        if name is None or (item.region is not None and (name, item.at) in read):
            continue  # what the call was read for says how its region is given
        told = _told(item, name)
        if told is not None:
            is_default = item.resolution is Resolution.DEFAULT and _carried(item.at) == "argument"
            telling.append(regions.by_default(told) if is_default else told)
        elif item.at.line is not None or item.component.kind is Kind.SERVICE:
            plain = Endpoint(service=name, at=item.at, told=item.call[:_MOST_TOLD], anywhere=_is_router(name))
            if item.call.startswith("import "):
                plain = regions.documented(name, (), item.at, item.call) or plain
            first = vague.setdefault((item.at.file, name), plain)
            if (plain.at.line or 0) < (first.at.line or 0):
                vague[item.at.file, name] = plain
    telling += infrastructure.endpoints(found)
    once = _once(telling)
    said = {(item.at.file, item.service) for item in once}
    every = [*once, *(item for key, item in vague.items() if key not in said)]
    return tuple(sorted(every, key=_order))


def _order(item: Endpoint) -> tuple[str, int, str, str, str]:
    return item.at.file, item.at.line or 0, item.service, item.region or "", item.told


def _is_used(item: Endpoint, used: Used) -> bool:
    return item.service in used[item.at.scope] or item.service in used[Scope.PROD]


def _is_router(name: str) -> bool:
    known = regions.provider(name)
    return known is not None and known.forwards is not None


def _told(item: Reference, name: str) -> Endpoint | None:
    """Return what a reference says by itself, or None where it only names the service."""
    at = item.at
    if item.component.kind is Kind.MODEL:
        moved = regions.named_by_model(name, item.component.name, at)
        if moved is not None:
            return moved
    if item.region is not None:
        known = regions.provider(name)
        wide = [c.anywhere for c in (known.chooser if known else ()) if c.anywhere and c.holds == "region"]
        is_anywhere = any(re.fullmatch(pattern, item.region) for pattern in wide)
        stated = {"service": name, "at": at, "region": item.region, "known_by": _carried(at), "anywhere": is_anywhere}
        return Endpoint.model_validate({**stated, "address": item.address, "told": item.call[:_MOST_TOLD]})
    if item.component.kind is Kind.SERVICE and item.address is not None:
        return regions.at_address(name, item.address, at, "") or Endpoint(service=name, at=at, address=item.address)
    return None


def _carried(at: Place) -> str:
    kind = kind_of(at.file)
    key = kind.key if kind else ""
    return "infrastructure" if key == "terraform" else "argument" if key in _CODE else "setting"


_CODE = frozenset({"python", "javascript", "notebook", "markdown"})


def _set(given: Given, used: Used) -> Iterator[Endpoint]:
    """Yield what a variable of the environment says of each service that its name chooses for."""
    listed = regions.settings().get(given.name, ())
    for name, chooser in listed:
        if name not in used[given.at.scope] and name not in used[Scope.PROD]:
            continue
        told = f"{given.name}={given.text}"[:_MOST_TOLD]
        if not given.is_known:
            yield Endpoint(service=name, at=given.at, told=told, anywhere=_is_router(name))
        elif given.text.strip() and (got := regions.chosen(name, chooser, given.text, given.at, "setting", told)):
            yield got


def _once(told: Iterable[Endpoint]) -> list[Endpoint]:
    """Return what is said of each service at each place once, without what says less of the same place."""
    places: dict[tuple[str, str, int | None], list[Endpoint]] = {}
    for item in told:
        places.setdefault((item.service, item.at.file, item.at.line), []).append(item)
    kept: list[Endpoint] = []
    for items in places.values():
        best: dict[tuple[str | None, bool, str | None], Endpoint] = {}
        for item in sorted(items, key=_rank):
            best.setdefault((item.region, item.anywhere, item.forwards_to), item)
        top = next(iter(best.values()))
        kept += [item for item in best.values() if item is top or _says(item) == _says(top) == 0 or _is_open(item)]
    return kept


def _is_open(item: Endpoint) -> bool:
    """Whether a place may also have it processed where something decides at run time: `region_name=chosen()`."""
    return item.known_by == "nothing" and item.address is None and "=" in item.told


def _says(item: Endpoint) -> int:
    """Return how little an endpoint says: a region that the place gives, an area or a router, a default, an address, nothing."""
    if item.region is not None and item.known_by != "default":
        return 0
    if item.forwards_to is not None or (item.anywhere and item.known_by not in {"default", "nothing"}):
        return 0
    if item.known_by == "default":
        return 2
    return 1 if item.address is not None else 3


_ORDER = ("host", "argument", "model", "infrastructure", "setting", "default", "nothing")


def _rank(item: Endpoint) -> tuple[int, int, bool]:
    return _says(item), _ORDER.index(item.known_by), item.address is None
