"""What chooses where a service processes: hosts, arguments, settings and models, by what the catalog knows of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, lru_cache
from urllib.parse import urlsplit

from supplychain import catalog
from supplychain.catalog.provider import Chooser, Provider
from supplychain.discovery.hosted import host_of, service_at, service_known_as
from supplychain.model.reference import Place, Scope
from supplychain.model.service import Endpoint

__all__ = [
    "Used",
    "at_address",
    "by_default",
    "choosers",
    "chosen",
    "default",
    "documented",
    "forwarded_as",
    "is_region",
    "named_by_model",
    "provider",
    "settings",
]

Used = Mapping[Scope, Collection[str]]
"""The services that are used, by scope."""


def provider(service: str) -> Provider | None:
    """Return what the catalog knows of a service, or None."""
    return catalog.providers().get(service)


@cache
def settings() -> dict[str, tuple[tuple[str, Chooser], ...]]:
    """Return what environment variables choose, by their names: the services, each with what is chosen."""
    return _by_name("setting", lambda chooser: chooser.names)


@cache
def choosers(carrier: str) -> dict[str, tuple[tuple[str, Chooser], ...]]:
    """Return what calls, resources and blocks choose, by what they are: the services, each with what is chosen."""
    return _by_name(carrier, lambda chooser: chooser.of)


def _by_name(carrier: str, names: Callable[[Chooser], tuple[str, ...]]) -> dict[str, tuple[tuple[str, Chooser], ...]]:
    found: dict[str, tuple[tuple[str, Chooser], ...]] = {}
    for known in catalog.providers().values():
        for chooser in known.chooser:
            for name in names(chooser) if chooser.carrier == carrier else ():
                found[name] = (*found.get(name, ()), (known.service, chooser))
    return found


_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)*-?\d+[a-z]?|global")


@lru_cache(maxsize=4096)
def is_region(text: str) -> bool:
    """Whether a text has the form of a region, or lies in an area of the catalog."""
    return _REGION.fullmatch(text.lower()) is not None or any(area.holds(text) for area in catalog.areas().values())


def chosen(service: str, chooser: Chooser, text: str, at: Place, known_by: str, told: str) -> Endpoint | None:
    """Return the endpoint that a value chooses; None where it sends a client to no host of the service."""
    if chooser.holds == "address":
        return at_address(service, text, at, told)
    stated: dict[str, object] = {"service": service, "at": at, "known_by": known_by, "told": told}
    is_anywhere = bool(chooser.anywhere) and re.fullmatch(chooser.anywhere, text) is not None
    if chooser.holds == "sku":
        stated["known_by"] = known_by if is_anywhere else "nothing"
        return Endpoint.model_validate({**stated, "anywhere": is_anywhere})
    return Endpoint.model_validate({**stated, "region": text, "anywhere": is_anywhere}) if text else None


def at_address(service: str, address: str, at: Place, told: str) -> Endpoint | None:
    """Return the endpoint at an address, or None where its host is none of the service's."""
    known, host = provider(service), host_of(address)
    entry = known.host_of(host) if known else None
    named = service_at(address)
    if entry is None and (named is None or named.name != service) and host != service:
        return None
    region = entry.region_of(host) if entry else None
    return Endpoint(
        service=service,
        at=at,
        address=address,
        region=region,
        known_by="host" if region else "nothing",
        anywhere=known is not None and known.forwards is not None and region is None,
        told=told or host,
        forwards_to=_forwarded(known, path=urlsplit(address if "//" in address else f"//{address}").path),
    )


def by_default(found: Endpoint) -> Endpoint:
    """Return an endpoint whose value holds only where nothing else is given at run time."""
    return found.model_copy(update={"known_by": "default"}) if found.region or found.anywhere else found


def default(service: str, chooser: Chooser, at: Place, told: str) -> Endpoint | None:
    """Return the endpoint that an SDK documents where nothing is given, or None where it documents none."""
    found = chosen(service, chooser, chooser.absent, at, "default", told) if chooser.absent else None
    if found is None or (found.region is None and not found.anywhere):
        return None
    return found.model_copy(update={"known_by": "default", "address": None})


def documented(service: str, listed: Sequence[Chooser], at: Place, told: str) -> Endpoint | None:
    """Return the endpoint that the SDK of a service documents where none of its choosers is given a value, or None.

    `listed` are the choosers of the call; what the SDK then reads is its address from the environment.
    """
    known = provider(service)
    own = (
        [chooser for chooser in known.chooser if chooser.holds == "address" and chooser.carrier == "setting"]
        if known
        else []
    )
    for chooser in (*listed, *own):
        if chooser.absent:
            return default(service, chooser, at, f"{told}: {chooser.absent} is the default"[:200])
    return None


def named_by_model(service: str, model: str, at: Place) -> Endpoint | None:
    """Return the endpoint that the name of a hosted model moves a request to, or None where the name says nothing."""
    known = provider(service)
    region = next((region for entry in known.model if (region := entry.region_of(model))), None) if known else None
    to = _forwarded(known, model=model)
    if region is None and to is None:
        return None
    is_anywhere = region in {None, "anywhere"}
    return Endpoint(
        service=service,
        at=at,
        region=None if is_anywhere else region,
        known_by="model",
        anywhere=is_anywhere,
        told=model,
        forwards_to=to,
    )


def _forwarded(known: Provider | None, *, model: str = "", path: str = "") -> str | None:
    """Return the service that a router forwards to by the name of a model, or by the path of an address, or None."""
    if known is None or known.forwards is None:
        return None
    forwards = known.forwards
    match = None
    if model and forwards.suffix:
        match = re.search(f"(?:{forwards.suffix})$", model)
    if model and match is None and forwards.prefix:
        match = re.fullmatch(forwards.prefix, model)
    if path and forwards.path:
        match = re.fullmatch(forwards.path, path)
    name = match.groupdict().get("provider") if match else None
    return forwarded_as(known, name) if name else None


def forwarded_as(known: Provider, name: str) -> str | None:
    """Return the service that a router has a name for; None where it is a way to choose, or the router itself."""
    forwards = known.forwards
    if forwards is None or name in forwards.not_suffix or name in forwards.itself:
        return None
    return forwards.services.get(name) or service_known_as(name)
