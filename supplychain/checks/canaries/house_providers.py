"""Canaries of house rule 90.1: the target's own service, at its own host, at others', and behind a router."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain import catalog
from supplychain.checks.engine import Canary
from supplychain.checks.population import planted, unread_sample, unresolved_sample
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Declaration
from supplychain.model.reference import Place, Reference, Resolution, Scope
from supplychain.model.service import DeclaredService


def plant(case: Case) -> Iterator[Canary]:
    """Plant services of the providers that the sentence names, and of one that it does not."""
    words = case.words("90.1", "providers")
    own = [entry for entry in catalog.services() if any("*" not in host for host in entry.hosts)]
    named = [entry for entry in own if entry.id in words]
    other = next((entry for entry in own if entry.id not in words), None)
    for forbidden in named or [entry for entry in catalog.services() if entry.id in words][:1]:
        used = _service(forbidden.id)
        yield Canary("a named provider", planted(case, used), used.subject, "forbidden-provider", forbidden.id)
        model = _model(forbidden.id, "planted-model")
        yield Canary("a hosted model", planted(case, model), model.subject, "forbidden-provider", forbidden.id)
        asked = unresolved_sample(Kind.MODEL).model_copy(update={"source": forbidden.id})
        yield Canary("a model's name at run time", planted(case, asked), asked.subject, "forbidden-provider")
        sent = unresolved_sample(Kind.SERVICE).model_copy(update={"source": forbidden.id})
        yield Canary("an address at run time", planted(case, sent), sent.subject, "unresolved")
        stated = Declaration(schema=1, service=(DeclaredService(id=forbidden.id),))
        declared = planted(case).model_copy(update={"declaration": stated})
        yield Canary("only declared", declared, used.subject, "forbidden-provider", forbidden.id)
        test = used.model_copy(update={"at": used.at.model_copy(update={"scope": Scope.TEST})})
        if other is not None:
            yield Canary("used by tests", planted(case, test, _service(other.id)), used.subject, None)
    if other is not None:
        yield from _others(case, other.id, [host for entry in named for host in entry.hosts if "*" not in host][:1])
    for item in (unread_sample(), unresolved_sample(Kind.SERVICE)):
        rule = "not-read" if item.subject.startswith("unread:") else "unresolved"
        yield Canary("what could hide one", planted(case, item), item.subject, rule)
    dataset = unresolved_sample(Kind.DATASET)
    yield Canary("a dataset's name at run time", planted(case, dataset), dataset.subject, None)


def _others(case: Case, provider: str, hosts: list[str]) -> Iterator[Canary]:
    used = _service(provider)
    yield Canary("another provider", planted(case, used), used.subject, "other-provider", provider)
    for host in hosts:
        for address in (f"https://{host}/v1", f"https://{host.upper()}:8443", host):
            sent = used.model_copy(update={"address": address})
            yield Canary("its client sent elsewhere", planted(case, sent), used.subject, "forbidden-host", host)
        alike = used.model_copy(update={"address": f"https://{host}.planted.example"})
        yield Canary("a host that begins alike", planted(case, alike), used.subject, "unknown-provider", "planted")
    for word in case.words("90.1", "providers"):
        routed = _model(provider, f"{word}/planted")
        yield Canary("behind a router", planted(case, routed), routed.subject, "may-be-routed", word)
    gateway = used.model_copy(update={"address": "https://planted.example"})
    yield Canary("a gateway", planted(case, gateway), used.subject, "unknown-provider", "planted.example")
    stranger = _service("planted-service")
    yield Canary("a provider of no catalog", planted(case, stranger), stranger.subject, "unknown-provider")
    stated = Declaration(schema=1, service=(DeclaredService(id=provider),))
    declared = planted(case).model_copy(update={"declaration": stated})
    yield Canary("another, only declared", declared, used.subject, "declared-not-found")


def _service(name: str) -> Reference:
    return _reference(Component(kind=Kind.SERVICE, source="", name=name))


def _model(source: str, name: str) -> Reference:
    return _reference(Component(kind=Kind.MODEL, source=source, name=name))


def _reference(component: Component) -> Reference:
    return Reference(component=component, at=Place(file="planted.py", line=1), resolution=Resolution.LITERAL)
