"""Scenario 1, model source validation: requirement 1.1."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from supplychain import catalog
from supplychain.catalog.interface import Registry
from supplychain.checks.engine import Answer, Canary, answer, check
from supplychain.checks.population import (
    PROD,
    Named,
    named,
    planted,
    sample_reference,
    unread_sample,
    unresolved_sample,
)
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Approval, Declaration, DeclaredComponent, Provenance
from supplychain.model.reference import Override, Place, Reference, Resolution, Scope, Unread, Unresolved

_AMBIGUOUS = re.compile(r"[\\\s]")
"""Characters that clients read differently in the host of an address."""


class DeclaredModel(Frozen):
    """A model that the declaration names and no production code refers to."""

    subject: str
    at: Place | None = None


def _population(case: Case) -> tuple[Named | DeclaredModel, ...]:
    """Return the third-party models of production code; a first-party model is left out only with proof.

    The declaration and the code disagree where it names models and the code none: each declared one is then a row.
    """
    found = named(case, Kind.MODEL, PROD)
    third_party = tuple(item for item in found if not case.declared_first_party(item.subject))
    if found or case.declaration is None:
        return third_party
    declared = (component.id for component in case.declaration.component if component.id.startswith("model:"))
    return tuple(DeclaredModel(subject=component_id) for component_id in declared)


@check("1.1", population=_population, canaries=lambda case: _canaries(case))
def from_trusted_registry(case: Case, subject: Reference | Unresolved | Unread | DeclaredModel) -> Answer:
    """Decide on the host that a model is really fetched from, against the registries that the sentence names."""
    if isinstance(subject, DeclaredModel):
        return answer("declared-not-found", id=subject.subject)
    if isinstance(subject, Unread):
        return answer("not-read", what=subject.what, count=subject.count, reason=subject.reason)
    if isinstance(subject, Unresolved):
        values = {"call": subject.call, "expression": subject.expression, "reason": subject.reason}
        return answer("unresolved", evidence=subject.digest, **values)
    if subject.component.is_file:
        return answer("unknown-origin", id=subject.subject, named=", ".join(_words(case)))
    if subject.address is not None:
        return _by_address(case, subject, subject.address)
    return _by_registry(case, subject)


def _by_address(case: Case, reference: Reference, address: str) -> Answer:
    """Decide on an address that the reference itself gives."""
    parts = urlsplit(address)
    if _AMBIGUOUS.search(address) or not parts.hostname or "@" in parts.netloc:
        return answer("malformed-address", evidence=reference.digest, address=address)
    host = _host(address)
    if parts.scheme != "https":
        return answer("insecure-address", evidence=reference.digest, host=host, scheme=parts.scheme)
    return _by_host(case, reference, host)


def _by_registry(case: Case, reference: Reference) -> Answer:
    """Decide on a name: the registry's own host, unless a setting in production scope sends its client elsewhere."""
    registry = catalog.registries()[reference.component.source]
    for override in case.inventory.overrides:
        if override.registry != registry.key or override.at.scope not in PROD:
            continue
        values = {"variable": override.variable, "where": str(override.at), "registry": registry.word}
        if override.address is None:
            return answer("endpoint-at-run-time", evidence=reference.digest, **values)
        host = _host(override.address)
        if not any(_belongs(host, reference, entry) for entry in _registries(case)):
            named_words = ", ".join(_words(case))
            return answer("overridden-endpoint", evidence=reference.digest, host=host, named=named_words, **values)
    return _by_host(case, reference, registry.repository_host or registry.host[0].name)


def _by_host(case: Case, reference: Reference, host: str) -> Answer:
    for registry in _registries(case):
        if _belongs(host, reference, registry):
            return answer("trusted-registry", evidence=reference.digest, host=host, registry=registry.word)
    if (approved := _approved(case, reference)) is not None:
        return approved
    values = {"host": host, "named": ", ".join(_words(case)), "id": reference.subject}
    own = catalog.registries().get(reference.component.source)
    if own is not None and own.repository_host == host and own in _registries(case):
        owner = reference.component.name.partition("/")[0]
        return answer("unlisted-owner", evidence=reference.digest, owner=owner, name=reference.component.name, **values)
    for registry in catalog.registries().values():
        if host in registry.hosts or (registry is own and host == registry.repository_host):
            return answer("unnamed-registry", evidence=reference.digest, registry=registry.word, **values)
    return answer("untrusted-host", evidence=reference.digest, **values)


def _belongs(host: str, reference: Reference, registry: Registry) -> bool:
    """Whether what a reference fetches from a host is of a registry; hosts are compared whole."""
    component = reference.component
    if component.source == registry.key and host == registry.repository_host:
        return component.name.partition("/")[0].lower() in registry.owners
    if host in registry.hosts:
        return True
    also = registry.also
    if also is None or component.source != also.registry or re.fullmatch(also.name_pattern, component.name) is None:
        return False
    return host in catalog.registries()[also.registry].hosts


def _approved(case: Case, reference: Reference) -> Answer | None:
    """Return the answer for a source outside the registries that an approver of the policy approved by hash."""
    declared = case.declaration.of(reference.subject) if case.declaration else None
    if declared is None or declared.approved is None or declared.sha256 is None:
        return None
    approval = declared.approved
    if approval.by not in case.policy.people.approvers or approval.on > case.now.date():
        return None
    host = _host(reference.address) if reference.address else reference.component.source
    return answer("approved-source", host=host, by=approval.by, on=approval.on, digest=declared.sha256)


def _host(address: str) -> str:
    """Return the host of an address, with its port where that is not the usual one."""
    parts = urlsplit(address if "//" in address else f"//{address}")
    try:
        port = parts.port
    except ValueError:
        return parts.netloc
    host = parts.hostname or address
    return host if port in (None, 443) else f"{host}:{port}"


def _words(case: Case) -> tuple[str, ...]:
    return case.words("1.1", "registries")


def _registries(case: Case) -> tuple[Registry, ...]:
    """Return the registries that the sentence names."""
    return tuple(registry for registry in catalog.registries().values() if registry.word in _words(case))


def _canaries(case: Case) -> Iterator[Canary]:
    """Plant models of the target's own names under wrong sources, and the same names where they belong."""
    for registry in _registries(case):
        yield from _registry_canaries(case, registry)
    yield from _unknown_canaries(case)
    yield from _declared_canaries(case)
    for registry in catalog.registries().values():
        if registry not in _registries(case) and registry.also is None:
            reference = sample_reference(case, Kind.MODEL, registry.key, "planted/model/variation")
            if not any(_covers(named_registry, reference) for named_registry in _registries(case)):
                yield Canary("registry not named", planted(case, reference), reference.subject, "unnamed-registry")


def _covers(registry: Registry, reference: Reference) -> bool:
    """Whether a registry's word covers this component of another registry."""
    also = registry.also
    return (
        also is not None
        and also.registry == reference.component.source
        and re.fullmatch(also.name_pattern, reference.component.name) is not None
    )


def _registry_canaries(case: Case, registry: Registry) -> Iterator[Canary]:
    owner = registry.owners[0] if registry.owners else "planted"
    own = sample_reference(case, Kind.MODEL, registry.key, f"{owner}/model")
    if registry.owners:
        own = _renamed(own, f"{owner}/model")
        unlisted = _renamed(own, "planted-owner/model")
        yield Canary("owner not listed", planted(case, unlisted), unlisted.subject, "unlisted-owner")
        yield Canary(
            "owner in capitals",
            planted(case, _renamed(own, f"{owner.upper()}/model")),
            own.subject.replace(f"/{owner}/", f"/{owner.upper()}/"),
            "trusted-registry",
        )
    yield Canary("own name", planted(case, own), own.subject, "trusted-registry")
    elsewhere = own.model_copy(update={"at": own.at.model_copy(update={"scope": Scope.TEST})})
    yield Canary("test scope", planted(case, elsewhere), own.subject, None)

    host = registry.host[0].name
    for name, address, rule in (
        ("own host", f"https://{host}/x", "trusted-registry"),
        ("own host with its port", f"https://{host}:443/x", "trusted-registry"),
        ("look-alike host", f"https://{host}.evil.example/x", "untrusted-host"),
        ("look-alike prefix", f"https://evil-{host}/x", "untrusted-host"),
        ("another port", f"https://{host}:8443/x", "untrusted-host"),
        ("user name in front", f"https://{host}@evil.example/x", "malformed-address"),
        ("backslash", f"https://evil.example\\@{host}/x", "malformed-address"),
        ("white space", f"https://{host} .evil.example/x", "malformed-address"),
        ("no host", "https:///x", "malformed-address"),
        ("not encrypted", f"http://{host}/x", "insecure-address"),
    ):
        reference = own.model_copy(update={"address": address})
        yield Canary(name, planted(case, reference), own.subject, rule)

    place = Place(file="planted.env", line=1)
    endpoints: tuple[tuple[str, str | None, Scope, str], ...] = (
        ("endpoint elsewhere", "https://mirror.example", Scope.PROD, "overridden-endpoint"),
        ("endpoint at run time", None, Scope.PROD, "endpoint-at-run-time"),
        ("endpoint as it is", f"https://{host}", Scope.PROD, "trusted-registry"),
        ("endpoint without a scheme", host, Scope.PROD, "trusted-registry"),
        ("endpoint of tests", "https://mirror.example", Scope.TEST, "trusted-registry"),
    )
    for name, endpoint, scope, rule in endpoints:
        at = place.model_copy(update={"scope": scope})
        override = Override(registry=registry.key, variable="PLANTED", address=endpoint, at=at)
        other = Override(registry="planted", variable="PLANTED", address="https://mirror.example", at=place)
        yield Canary(name, _overridden(planted(case, own), other, override), own.subject, rule)


def _unknown_canaries(case: Case) -> Iterator[Canary]:
    unresolved = unresolved_sample(Kind.MODEL)
    yield Canary("name at run time", planted(case, unresolved), unresolved.subject, "unresolved")
    dataset = unresolved_sample(Kind.DATASET)
    yield Canary("a dataset's name at run time", planted(case, dataset), dataset.subject, None)
    unread = unread_sample()
    yield Canary("files not read", planted(case, unread), unread.subject, "not-read")
    if registry := next((r for r in _registries(case) if r.also is not None), None):
        handle = _sample(registry.also.registry if registry.also else "", "google/bert/tensorFlow2/uncased")
        yield Canary("variation that the hub redirects to", planted(case, handle), handle.subject, "trusted-registry")
        unlike = _renamed(handle, "google/bert/keras/uncased")
        kaggle_named = any(r.key == "kaggle" for r in _registries(case))
        rule = "trusted-registry" if kaggle_named else "unnamed-registry"
        yield Canary("variation that it does not redirect to", planted(case, unlike), unlike.subject, rule)


def _declared_canaries(case: Case) -> Iterator[Canary]:
    """Plant what a declaration can say: a source approved by hash, a model of the team's own, a model that is gone."""
    today = case.now.date()
    file = _sample("file", "planted/model.bin")
    source = "planted/train.py"
    own = DeclaredComponent(id=file.subject, first_party=True, provenance=Provenance(source=source))
    with_proof = _declaring(planted(case, file, files=(source,)), own)
    yield Canary("first party with its training source", with_proof, file.subject, None)
    yield Canary(
        "first party without proof", _declaring(planted(case, file, files=()), own), file.subject, "unknown-origin"
    )
    bought = own.model_copy(update={"first_party": False})
    yield Canary(
        "file of unknown origin",
        _declaring(planted(case, file, files=(source,)), bought),
        file.subject,
        "unknown-origin",
    )

    away = _sample("url", "planted.example/m.bin").model_copy(update={"address": "https://planted.example/m.bin"})
    approver = "planted-approver"
    people = case.policy.people.model_copy(update={"approvers": (*case.policy.people.approvers, approver)})
    policy = case.policy.model_copy(update={"people": people})
    base = planted(case, away, policy=policy)
    for name, by, on, digest, rule in (
        ("approved by hash", approver, today, "0" * 64, "approved-source"),
        ("approved without a hash", approver, today, None, "untrusted-host"),
        ("approved by a stranger", "planted-stranger", today, "0" * 64, "untrusted-host"),
        ("approved tomorrow", approver, today + timedelta(days=1), "0" * 64, "untrusted-host"),
    ):
        declared = DeclaredComponent(id=away.subject, sha256=digest, approved=Approval(by=by, on=on))
        yield Canary(name, _declaring(base, declared), away.subject, rule)
    yield Canary("not approved", _declaring(base, DeclaredComponent(id=away.subject)), away.subject, "untrusted-host")
    yield Canary("declared, not found", _declaring(planted(case), bought), bought.id, "declared-not-found")
    dataset = DeclaredComponent(id="dataset:file/planted.csv")
    yield Canary("a dataset is not missed", _declaring(planted(case), dataset), dataset.id, None)


def _declaring(case: Case, component: DeclaredComponent) -> Case:
    return case.model_copy(update={"declaration": Declaration(schema=1, component=(component,))})


def _overridden(case: Case, *overrides: Override) -> Case:
    return case.model_copy(update={"inventory": case.inventory.model_copy(update={"overrides": overrides})})


def _sample(source: str, name: str) -> Reference:
    component = Component(kind=Kind.MODEL, source=source, name=name)
    return Reference(component=component, at=Place(file="planted.py", line=1), resolution=Resolution.LITERAL)


def _renamed(reference: Reference, name: str) -> Reference:
    return reference.model_copy(update={"component": reference.component.model_copy(update={"name": name})})
