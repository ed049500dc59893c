"""Scenario 1, model source validation: requirement 1.1."""

from __future__ import annotations

import re
from collections.abc import Iterator

from supplychain import catalog
from supplychain.catalog.interface import Registry
from supplychain.checks.addresses import host_of, overrides_of, split
from supplychain.checks.canaries.s01_model_source import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.population import (
    PROD,
    Named,
    fetched,
    named,
)
from supplychain.checks.sourced import path_alone
from supplychain.config.approvals import refused
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.component import Kind
from supplychain.model.reference import Override, Place, Reference, Unread, Unresolved


class DeclaredModel(Frozen):
    """A model that the declaration names and no production code refers to."""

    subject: str
    at: Place | None = None


def _population(case: Case) -> tuple[Named | DeclaredModel, ...]:
    """Return the third-party models that production code fetches; a first-party one is left out only with proof.

    A model that a service hosts is not fetched: it is decided with its service.

    The declaration and the code disagree where it names models and the code none: each declared one is then a row.
    """
    found = fetched(named(case, Kind.MODEL, PROD))
    third_party = tuple(item for item in found if not case.declared_first_party(item.subject))
    if found or case.declaration is None:
        return third_party
    declared = (component.id for component in case.declaration.component if component.id.startswith("model:"))
    return tuple(DeclaredModel(subject=component_id) for component_id in declared)


@check("1.1", population=_population, canaries=plant)
def from_trusted_registry(case: Case, subject: Reference | Unresolved | Unread | DeclaredModel) -> Answer:
    """Decide on the host that a model is really fetched from, against the registries that the sentence names."""
    if isinstance(subject, DeclaredModel):
        return answer("declared-not-found", id=subject.subject)
    if isinstance(subject, (Unread, Unresolved)):
        return not_seen(subject)
    if subject.component.is_file:
        return answer(
            "unknown-origin", what=path_alone(case, subject.subject), id=subject.subject, named=", ".join(_words(case))
        )
    if subject.address is not None:
        return _by_address(case, subject, subject.address)
    return _by_registry(case, subject)


def _by_address(case: Case, reference: Reference, address: str) -> Answer:
    """Decide on an address that the reference itself gives."""
    parts = split(address)
    if parts is None or not parts.hostname:
        return answer("malformed-address", evidence=reference.digest, address=address)
    host = host_of(address)
    if parts.scheme != "https":
        return answer("insecure-address", evidence=reference.digest, host=host, scheme=parts.scheme)
    return _by_host(case, reference, host)


def _by_registry(case: Case, reference: Reference) -> Answer:
    """Decide on a name: the registry's own host, unless a setting in production scope sends its client elsewhere."""
    registry = catalog.registries().get(reference.component.source)
    if registry is None or not registry.host:
        word = registry.word if registry else reference.component.source
        unknown = answer("unknown-server", evidence=reference.digest, registry=word, id=reference.subject)
        return _approved(case, reference, f"a server of {word}") or unknown
    for override in overrides_of(case, registry):
        values = {"variable": override.variable, "where": str(override.at), "registry": registry.word}
        if override.address is None:
            return answer("endpoint-at-run-time", evidence=reference.digest, **values)
        host = host_of(override.address)
        if override.address.lower().startswith("http:"):
            return answer("insecure-address", evidence=reference.digest, host=host, scheme="http")
        if not any(_belongs(host, reference, entry) for entry in _registries(case)):
            named_words = ", ".join(_words(case))
            return answer("overridden-endpoint", evidence=reference.digest, host=host, named=named_words, **values)
    return _by_host(case, reference, registry.repository_host or registry.host[0].name)


def diverted(case: Case) -> Iterator[tuple[str, Place, Override]]:
    """Yield each row that fails because of a setting, by its component and place, with the settings to blame."""
    for item in _population(case):
        if not isinstance(item, Reference) or from_trusted_registry(case, item).rule != "overridden-endpoint":
            continue
        registry = catalog.registries()[item.component.source]
        for override in case.inventory.overrides:
            if override.registry not in {registry.key, registry.client} or override.address is None:
                continue
            host = host_of(override.address)
            if not any(_belongs(host, item, entry) for entry in _registries(case)):
                yield item.subject, item.at, override


def _by_host(case: Case, reference: Reference, host: str) -> Answer:
    for registry in _registries(case):
        if _belongs(host, reference, registry):
            return answer("trusted-registry", evidence=reference.digest, host=host, registry=registry.word)
    if (approved := _approved(case, reference, host)) is not None:
        return approved
    component = reference.component
    values = {"host": host, "named": ", ".join(_words(case)), "id": reference.subject}
    own = catalog.registries().get(component.source)
    serving = [registry for registry in catalog.registries().values() if host in registry.own_hosts]
    if own is not None and host in own.hosts:
        serving = [own]
    if own is not None and own.repository_host == host:
        if own in _registries(case):
            owner = component.name.partition("/")[0]
            return answer("unlisted-owner", evidence=reference.digest, owner=owner, name=component.name, **values)
        serving = [own]
    if serving:
        return answer("unnamed-registry", evidence=reference.digest, registry=serving[0].word, **values)
    return answer("untrusted-host", evidence=reference.digest, **values)


def _belongs(host: str, reference: Reference, registry: Registry) -> bool:
    """Whether what a reference fetches from a host is of a registry; hosts are compared whole."""
    component = reference.component
    if component.source == registry.key and host == registry.repository_host:
        return component.name.partition("/")[0].lower() in registry.owners
    if host in (registry.hosts if component.source == registry.key else registry.own_hosts):
        return True
    also = registry.also
    if also is None or component.source != also.registry or re.fullmatch(also.name_pattern, component.name) is None:
        return False
    return host in catalog.registries()[also.registry].hosts


def _approved(case: Case, reference: Reference, host: str) -> Answer | None:
    """Return the answer for a source outside the registries that an approver of the policy approved by hash."""
    declared = case.declaration.of(reference.subject) if case.declaration else None
    if declared is None or declared.approved is None or declared.sha256 is None:
        return None
    approval = declared.approved
    project = case.declaration.project if case.declaration else None
    if refused(approval, case.policy, case.now.date(), project.owner if project else None):
        return None
    return answer("approved-source", host=host, by=approval.by, on=approval.on, digest=declared.sha256)


def _words(case: Case) -> tuple[str, ...]:
    return case.words("1.1", "registries")


def _registries(case: Case) -> tuple[Registry, ...]:
    """Return the registries that the sentence names."""
    words = _words(case)
    return tuple(registry for registry in catalog.registries().values() if registry.word in words)
