"""House rule 90.1: services of the providers that the sentence names are not used."""

from __future__ import annotations

from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from supplychain import catalog
from supplychain.checks.canaries.house_providers import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.house_models import Declared, unseen
from supplychain.checks.population import PROD, Named, named
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.reference import Reference, Unresolved


def _population(case: Case) -> tuple[Named | Declared, ...]:
    """Return the services and hosted models of production code, what could hide one, and what is only declared."""
    found = list(named(case, Kind.SERVICE, PROD))
    hosted = (item for item in named(case, Kind.MODEL, PROD) if _is_hosted(item))
    found += [item for item in hosted if item not in found]
    seen = {_provider(item) for item in found if isinstance(item, Reference)}
    declared = case.declaration.service if case.declaration else ()
    return (*found, *(Declared(subject=f"service:{entry.id}") for entry in declared if entry.id not in seen))


@check("90.1", population=_population, canaries=plant)
def provider_not_named(case: Case, subject: Named | Declared) -> Answer:
    """Decide on who answers: the provider of the client, then whose host its address has, then what a router may do."""
    words = case.words("90.1", "providers")
    if isinstance(subject, Declared) and (provider := subject.subject.removeprefix("service:")) in words:
        return answer("forbidden-provider", provider=provider)
    if isinstance(subject, Unresolved) and subject.kind is Kind.MODEL and subject.source in words:
        return answer("forbidden-provider", evidence=subject.digest, provider=subject.source)
    if not isinstance(subject, Reference):
        return unseen(subject)
    provider = _provider(subject)
    if provider in words:
        return answer("forbidden-provider", evidence=subject.digest, provider=provider)
    if subject.address is not None:
        return _by_address(subject, provider, subject.address, words)
    return _by_name(subject, provider, words)


def _by_address(reference: Reference, provider: str, address: str, words: tuple[str, ...]) -> Answer:
    host = _host(address)
    serving = next((entry.id for entry in catalog.services() for own in entry.hosts if _is_at(host, own)), None)
    if serving in words:
        return answer("forbidden-host", evidence=reference.digest, name=provider, host=host, provider=serving)
    if serving is None:
        reason = f"{host or 'its address'} is no host of a provider in the catalog"
        return answer("unknown-provider", evidence=reference.digest, name=provider, reason=reason)
    return answer("other-provider", evidence=reference.digest, provider=serving)


def _by_name(reference: Reference, provider: str, words: tuple[str, ...]) -> Answer:
    model = reference.component.name
    for entry in catalog.services():
        routed = any(model.startswith((f"{prefix}/", f"{prefix}:")) for prefix in (entry.id, *entry.prefix))
        if entry.id in words and reference.component.kind is Kind.MODEL and routed:
            names = {"name": provider, "model": model, "provider": entry.id}
            return answer("may-be-routed", evidence=reference.digest, **names)
    if not any(entry.id == provider for entry in catalog.services()):
        reason = "the catalog has no provider of that name"
        return answer("unknown-provider", evidence=reference.digest, name=provider, reason=reason)
    return answer("other-provider", evidence=reference.digest, provider=provider)


def _provider(reference: Reference) -> str:
    component = reference.component
    return component.name if component.kind is Kind.SERVICE else component.source


def _is_hosted(item: Named) -> bool:
    if isinstance(item, Reference):
        return item.component.source in catalog.hosting()
    return isinstance(item, Unresolved) and item.source in catalog.hosting()


def _host(address: str) -> str:
    try:
        return (urlsplit(address if "//" in address else f"//{address}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_at(host: str, own: str) -> bool:
    return fnmatchcase(host, own)
