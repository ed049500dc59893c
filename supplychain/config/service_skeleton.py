"""The `[[service]]` entries of a first `supplychain.toml`: what discovery and the catalog know, and what is to be asked.

Nothing of it is a statement but the id and the hosts by which the service is seen, so that nothing passes by it: regions
that the code names, and what the catalog knows of the provider, stand in comments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

import tomlkit

from supplychain import catalog
from supplychain.catalog.provider import Dpa, Fact, Provider, Retention, Sourced, Training
from supplychain.model.component import Kind
from supplychain.model.inventory import Inventory
from supplychain.model.reference import Place, Reference, Scope
from supplychain.model.service import Endpoint, Switch
from supplychain.model.text import printable

_QUESTIONS = """
# The services below process what this project sends them. The review of each provider has to answer these questions; its
# record names the topics (in brackets) that it covers, and who answered for them is one of the policy's approvers:
"""
_ASKED = """\
# fill in: what it is used for and with which data; how long it keeps prompts; whether it trains on them
# purpose = ""
# data_classes = ["special"]  # public, internal, confidential, personal, special
# retention_days = 365
# training_use = true
# handling = {{ {handling} }}  # what happens to prompts, true or false
{router}{subprocessors}\
# fill in: the review of the provider; evidence is its record, a file of this repository
# [service.assessment]
# by = ""
# on = 2026-01-31
# evidence = "docs/review-{file}.md"
# sha256 = ""
# topics = []  # {topics}
# certificates = []  # {{ name = "SOC 2 Type II", scope = "", expires = 2026-12-31 }}
# fill in: the agreement on data processing, unless public data alone is sent there
# [service.dpa]
# type = "{mechanism}"  # signed, clickthrough or incorporated
# url = {url}
# version = ""
# accepted_by = ""
# date = 2026-01-31
# parties = []  # the provider's company and yours
# sha256 = ""
# custodian = ""  # who keeps the copy; or file = "docs/…", where it lies in this repository
"""
_HANDLING = ("tracing", "content", "storage", "training", "telemetry")
_SHOWN = 3


def services(inventory: Inventory) -> Iterator[str]:
    """Yield what is asked of every provider, then an entry for each service that production uses; nothing of none."""
    places = _places(inventory)
    if places:
        yield _questions()
    for name in sorted(places):
        yield _entry(name, places[name], inventory)


def _places(inventory: Inventory) -> dict[str, list[Place]]:
    """Return where production uses each service, also by a model that it hosts and through a router."""
    found: dict[str, list[Place]] = {}
    for reference in inventory.references:
        component = reference.component
        name = component.name if component.kind is Kind.SERVICE else component.source
        hosted = component.kind is Kind.MODEL and name in catalog.hosting() - {"service"}
        if reference.at.scope is Scope.PROD and (component.kind is Kind.SERVICE or hosted):
            found.setdefault(name, []).append(reference.at)
    for endpoint in _endpoints(inventory, *found):
        if endpoint.forwards_to:
            found.setdefault(endpoint.forwards_to, []).append(endpoint.at)
    return found


def _questions() -> str:
    lines = (f"#   [{topic.id}] {question}" for topic in catalog.due_diligence() for question in topic.questions)
    return _QUESTIONS + "\n".join(lines) + "\n"


def _entry(name: str, places: Iterable[Place], inventory: Inventory) -> str:
    provider = catalog.providers().get(name)
    endpoints = _endpoints(inventory, name)
    lines = ["", f"# used at {_listed(map(str, places))}", "[[service]]", f"id = {_quoted(name)}"]
    if hosts := _hosts(name, inventory):
        lines.append(f"detect = [{', '.join(map(_quoted, hosts))}]")
    lines += _regions(endpoints, [r for r in _references(name, inventory) if r.region])
    lines += (f"# seen: {_switch(item)}" for item in inventory.switches if _is_of(item, name))
    lines += _known(provider) if provider else ["# the catalog knows nothing of its provider"]
    return "\n".join(lines) + "\n" + _asked(name, provider)


def _endpoints(inventory: Inventory, *names: str) -> list[Endpoint]:
    return [item for item in inventory.endpoints if item.service in names and item.at.scope is Scope.PROD]


def _references(name: str, inventory: Inventory) -> list[Reference]:
    return [item for item in inventory.of(Kind.SERVICE, {Scope.PROD}) if item.component.name == name]


def _hosts(name: str, inventory: Inventory) -> list[str]:
    """Return the hosts of the addresses that production gives for a service."""
    addresses = [reference.address for reference in _references(name, inventory)]
    addresses += [endpoint.address for endpoint in _endpoints(inventory, name)]
    return sorted({host for address in addresses if (host := _host(address))})


def _host(address: str | None) -> str:
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname if address else None
    except ValueError:
        return ""
    return host if host and printable(host) == host and not set(host) & set("{}$<>% ") else ""


def _regions(endpoints: Iterable[Endpoint], references: Iterable[Reference]) -> Iterator[str]:
    """Yield what the code says of where it processes, and the line to state it; a person has to say that it is so."""
    stated = {item.region: f"{item.at} names {item.region}" for item in references}
    stated |= {item.region: f"{item.at} names {item.region} ({_from(item)})" for item in endpoints if item.region}
    for item in endpoints:
        if item.region is None or item.anywhere:
            told = f" ({item.told})" if item.told else ""
            where = "may process anywhere" if item.anywhere else "names no region"
            yield f"# seen: {item.at} {where}{told}"
            break
    yield from (f"# seen: {said}" for said in stated.values())
    only = next(iter(stated)) if len(stated) == 1 else "eu"
    yield "# fill in: where it processes, as the contract says; where no host or setting shows it, with residency ="
    yield "#   { region, evidence, sha256, by, on } as the record of what does"
    yield f"# region = {_quoted(only or '')}"


def _from(endpoint: Endpoint) -> str:
    return endpoint.told or endpoint.known_by


def _is_of(switch: Switch, name: str) -> bool:
    return switch.service == name and switch.at.scope is Scope.PROD


def _switch(switch: Switch) -> str:
    value = f" = {switch.value}" if switch.value else ""
    return f"{switch.at} {switch.handling} {switch.state} ({switch.name}{value})"


def _known(provider: Provider) -> Iterator[str]:
    """Yield what the catalog says of a provider, each with its source and how it is known."""
    yield f"# {provider.name}, as the catalog has it; what was not read at its source decides nothing:"
    facts: tuple[tuple[str, Iterable[Sourced | None]], ...] = (
        ("agreement", (provider.dpa,)),
        ("sub-processors", (provider.subprocessors,)),
        ("trust center", (provider.trust,)),
        ("training", provider.training),
        ("retention", provider.retention),
        ("residency", provider.residency),
    )
    for what, found in facts:
        for fact in found:
            if fact is not None:
                yield f"#   {what}: {_said(fact)} [{fact.known}, {fact.on}: {fact.source}]"


def _said(fact: Sourced) -> str:
    parts: list[str] = []
    if isinstance(fact, Dpa):
        parts.append(fact.mechanism)
    if isinstance(fact, Training):
        parts.append(("trains" if fact.trains else "does not train") + (f" ({fact.tier})" if fact.tier else ""))
    if isinstance(fact, Retention) and fact.days is not None:
        parts.append(f"{fact.days} days")
    if isinstance(fact, Fact):
        parts += [fact.text, fact.url]
    return ", ".join(part for part in parts if part)


def _asked(name: str, provider: Provider | None) -> str:
    facts: Mapping[str, str] = {
        "mechanism": provider.dpa.mechanism if provider and provider.dpa else "signed",
        "url": _quoted(provider.dpa.url) if provider and provider.dpa else '""',
        "topics": ", ".join(topic.id for topic in catalog.due_diligence()),
        "handling": ", ".join(f"{what} = true" for what in _HANDLING),
        "router": "# forwards_to = []  # the services that it may hand prompts to\n" if _is_router(provider) else "",
        "subprocessors": _subprocessors(provider),
        "file": "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name)[:60],
    }
    return _ASKED.format_map(facts)


def _subprocessors(provider: Provider | None) -> str:
    url = provider.subprocessors.url if provider and provider.subprocessors else ""
    return f"# subprocessors = {_quoted(url)}\n"


def _is_router(provider: Provider | None) -> bool:
    return provider is not None and (provider.forwards is not None or provider.sort == "router")


def _listed(texts: Iterable[str]) -> str:
    found = sorted(set(texts))
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ", ".join(found[:_SHOWN]) + more


def _quoted(text: str) -> str:
    return tomlkit.string(text).as_string()
