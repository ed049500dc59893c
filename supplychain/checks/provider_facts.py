"""What the catalog says of providers, as far as it may decide: read where the provider says it, and not too long ago."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from supplychain import catalog
from supplychain.catalog.provider import Provider, Sourced
from supplychain.catalog.provider import Switch as Known
from supplychain.checks.services import age_in_days
from supplychain.model.case import Case
from supplychain.model.service import Endpoint, Switch

_CARRIERS = {
    "argument": ("code",),
    "default": ("code", "setting"),
    "setting": ("setting",),
    "infrastructure": ("terraform", "arm"),
}
NOTHING = "the catalog says nothing of it"


def doubt(fact: Sourced | None, case: Case) -> str:
    """Return why a statement of the catalog decides nothing, with its source and day; empty where it may decide."""
    if fact is None:
        return NOTHING
    if fact.known != "read":
        return f"the catalog has it from {fact.known}, of {fact.on}: {fact.source}"
    limit = case.policy.freshness.provider_max_age_days
    if age_in_days(fact.on, case.now) > limit:
        return f"it was read on {fact.on} in {fact.source}, and the policy's freshness.provider_max_age_days is {limit}"
    return ""


def behind_endpoint(endpoint: Endpoint) -> Sourced | None:
    """Return the statement by which an endpoint says where a service processes, or None where there is none."""
    known = catalog.providers().get(endpoint.service)
    if known is None or endpoint.known_by == "nothing":
        return None
    if endpoint.known_by == "host":
        return known.host_of(_host(endpoint.address))
    if endpoint.known_by == "model":
        return next((place for place in known.model if place.region_of(endpoint.told)), known.forwards)
    return _best(_choosers(known, endpoint))


def _choosers(known: Provider, endpoint: Endpoint) -> Iterator[Sourced]:
    """Yield what the catalog says of the argument, the setting or the attribute that chose."""
    for chooser in known.chooser:
        if chooser.carrier not in _CARRIERS[endpoint.known_by]:
            continue
        named = any(name.rpartition(".")[2] in endpoint.told for name in chooser.names)
        if named or any(of.rpartition(":")[2] in endpoint.told for of in chooser.of):
            yield chooser


def settings_of(service: str) -> frozenset[str]:
    """Return the environment variables that choose where a service processes."""
    known = catalog.providers().get(service)
    choosers = known.chooser if known else ()
    return frozenset(name for chooser in choosers if chooser.carrier == "setting" for name in chooser.names)


def behind_switch(switch: Switch) -> Known | None:
    """Return the statement by which a place says what happens to prompts, or None where there is none."""
    alike = [known for known in catalog.switches() if known.kind == switch.handling and switch.name in _names(known)]
    own = [known for known in alike if switch.service in {known.receiver, *known.also}]
    found = _best(iter(own or alike))
    return found if isinstance(found, Known) else None


def receivers(switch: Switch) -> frozenset[str]:
    """Return the services that may receive what a place sends, where it does not say which."""
    alike = [known for known in catalog.switches() if known.kind == switch.handling and switch.name in _names(known)]
    return frozenset(name for known in alike for name in (known.receiver, *known.also))


def _names(known: Known) -> Iterator[str]:
    """Yield how a switch may be written at a place."""
    yield known.name
    yield from (*known.settings, *known.headers)
    for text in known.arguments:
        yield text.rpartition(".")[2] if "." in text else text.partition(":")[2]
        yield text.replace(":", ".")
    yield from (text.rpartition(":")[2].rpartition(".")[2] for text in known.calls)
    for key in known.keys:
        yield ".".join(key.split(".")[-2:])
        yield key.rpartition(".")[2]


def _best(facts: Iterator[Sourced]) -> Sourced | None:
    """Return the best known of several statements of the same: one that was read, the latest."""
    order = {"read": 0, "second hand": 1, "memory": 2}
    return min(facts, key=lambda fact: (order[fact.known], -fact.on.toordinal()), default=None)


def _host(address: str | None) -> str:
    try:
        text = address or ""
        return (urlsplit(text if "//" in text else f"//{text}").hostname or "").rstrip(".")
    except ValueError:
        return ""
