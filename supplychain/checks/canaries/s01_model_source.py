"""Canaries of requirement 1.1: models of the target's own names under wrong sources, and where they belong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from supplychain import catalog
from supplychain.catalog.interface import Registry
from supplychain.checks.engine import Canary
from supplychain.checks.population import moving, planted, sample_reference, unread_sample, unresolved_sample
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Approval, Declaration, DeclaredComponent, Project, Provenance
from supplychain.model.reference import Override, Place, Reference, Resolution, Scope

_STATED = "outside production by declaration only"


def plant(case: Case) -> Iterator[Canary]:
    """Plant models of the target's own names under wrong sources, and the same names where they belong."""
    named = _named(case)
    for registry in named:
        yield from _registry_canaries(case, registry)
    yield from _unknown_canaries(case)
    yield from _declared_canaries(case)
    for registry in catalog.registries().values():
        shared = any(_serving(case, entry.name) for entry in registry.host)
        if registry not in named and registry.also is None and registry.host and not shared:
            reference = sample_reference(case, Kind.MODEL, registry.key, "planted/model/variation")
            if not any(_covers(named_registry, reference) for named_registry in named):
                says = registry.word
                yield Canary(
                    "registry not named", planted(case, reference), reference.subject, "unnamed-registry", says
                )


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
        yield Canary(
            "owner not listed", planted(case, unlisted), unlisted.subject, "unlisted-owner", "planted-owner is"
        )
        by_address = unlisted.model_copy(update={"address": f"https://{registry.repository_host}/planted-owner/model"})
        yield Canary("owner not listed, by address", planted(case, by_address), unlisted.subject, "unlisted-owner")
        address = f"https://{registry.repository_host}/{owner}/model"
        listed = own.model_copy(update={"address": address})
        yield Canary("owner listed, by address", planted(case, listed), own.subject, "trusted-registry")
        for source in ("0", "zz"):
            like = _sample(source, f"{owner}/model")
            like = like.model_copy(update={"address": by_address.address})
            rule = "trusted-registry" if _serving(case, registry.repository_host) else "unnamed-registry"
            yield Canary("listed owner elsewhere on the host", planted(case, like), like.subject, rule)
        yield Canary(
            "owner in capitals",
            planted(case, _renamed(own, f"{owner.upper()}/model")),
            own.subject.replace(f"/{owner}/", f"/{owner.upper()}/"),
            "trusted-registry",
        )
    at_home = f"comes from {registry.repository_host or registry.host[0].name}, which belongs to {registry.word}"
    fresh = own.model_copy(update={"component": own.component.model_copy(update={"source": _fresh(registry.key)})})
    yield Canary("own name", planted(case, fresh), own.subject, "trusted-registry", at_home)
    elsewhere = own.model_copy(update={"at": own.at.model_copy(update={"scope": Scope.TEST})})
    yield Canary("test scope", planted(case, elsewhere), own.subject, None)
    yield Canary(_STATED, moving(planted(case, elsewhere), own.at.file), own.subject, "trusted-registry")
    beside = moving(planted(case, elsewhere, unresolved_sample(Kind.MODEL)), own.at.file)
    yield Canary("a declared scope beside production", beside, own.subject, None)

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
        ("port that is no number", f"https://{host}:x/x", "malformed-address"),
        ("port zero", f"https://{host}:0/x", "malformed-address"),
        ("broken brackets", f"https://[{host}/x", "malformed-address"),
        ("not encrypted", f"http://{host}/x", "insecure-address"),
        ("another scheme", f"wss://{host}/x", "insecure-address"),
    ):
        reference = own.model_copy(update={"address": address})
        yield Canary(name, planted(case, reference), own.subject, rule, address if "malformed" in rule else host)

    place = Place(file="planted.env", line=1)
    endpoints: tuple[tuple[str, str | None, Scope, str], ...] = (
        ("endpoint elsewhere", "https://mirror.example", Scope.PROD, "overridden-endpoint"),
        ("endpoint at run time", None, Scope.PROD, "endpoint-at-run-time"),
        ("endpoint that no client can read", "https://[x", Scope.PROD, "overridden-endpoint"),
        ("endpoint not encrypted", f"http://{host}", Scope.PROD, "insecure-address"),
        ("endpoint as it is", f"https://{host}", Scope.PROD, "trusted-registry"),
        ("endpoint without a scheme", host, Scope.PROD, "trusted-registry"),
        ("endpoint of tests", "https://mirror.example", Scope.TEST, "trusted-registry"),
    )
    for name, endpoint, scope, rule in endpoints:
        at = place.model_copy(update={"scope": scope})
        override = Override(registry=_fresh(registry.key), variable="PLANTED", address=endpoint, at=at)
        others = [
            Override(registry=key, variable="PLANTED", address="https://mirror.example", at=place)
            for key in ("0", "zz")
        ]
        overridden = _overridden(planted(case, own), *others, override)
        yield Canary(name, overridden, own.subject, rule)
        if scope is Scope.TEST:
            yield Canary(_STATED, moving(overridden, place.file), own.subject, "overridden-endpoint")


def _unknown_canaries(case: Case) -> Iterator[Canary]:
    unresolved = unresolved_sample(Kind.MODEL)
    yield Canary("name at run time", planted(case, unresolved), unresolved.subject, "unresolved")
    dataset = unresolved_sample(Kind.DATASET)
    yield Canary("a dataset's name at run time", planted(case, dataset), dataset.subject, None)
    hosts = [entry for borrower in _named(case) for entry in borrower.host if entry.path == "(?!)"]
    named_hosts = {host for entry in _named(case) for host in entry.own_hosts}
    all_hosts = {host for entry in catalog.registries().values() for host in entry.own_hosts}
    for entry in hosts:  # a library only borrows it, and another's file lies there too
        if entry.name not in named_hosts:
            address = f"https://{entry.name}/x"
            foreign = _sample("url", f"{entry.name}/x").model_copy(update={"address": address})
            rule = "unnamed-registry" if entry.name in all_hosts else "untrusted-host"
            yield Canary("a borrowed host", planted(case, foreign), foreign.subject, rule)
    for source in ("mlflow", "planted-server"):
        elsewhere = _sample(source, "planted")
        yield Canary(
            "a server of the team's choice",
            planted(case, elsewhere),
            elsewhere.subject,
            "unknown-server",
            source.partition("-")[2],
        )
    hosted = _sample("openai", "planted-model")
    yield Canary("a hosted model is not fetched", planted(case, hosted), hosted.subject, None)
    asked = unresolved.model_copy(update={"source": _fresh("openai")})
    yield Canary("a hosted model by a name at run time", planted(case, asked), asked.subject, None)
    unread = unread_sample()
    yield Canary("files not read", planted(case, unread), unread.subject, "not-read")
    if registry := next((r for r in _named(case) if r.also is not None), None):
        handle = _sample(registry.also.registry if registry.also else "", "google/bert/tensorFlow2/uncased")
        yield Canary("variation that the hub redirects to", planted(case, handle), handle.subject, "trusted-registry")
        fresh = _sample(_fresh(handle.component.source), handle.component.name)
        yield Canary("the same by another string", planted(case, fresh), handle.subject, "trusted-registry")
        unlike = _renamed(handle, "google/bert/keras/uncased")
        kaggle_named = any(r.key == "kaggle" for r in _named(case))
        rule = "trusted-registry" if kaggle_named else "unnamed-registry"
        for source in ("0", "zz"):
            like = _sample(source, handle.component.name).model_copy(update={"address": "https://www.kaggle.com/x"})
            yield Canary("the same name of another source", planted(case, like), like.subject, rule)
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
        ("approved earlier", approver, today - timedelta(days=9), "0" * 64, "approved-source"),
        ("approved without a hash", approver, today, None, "untrusted-host"),
        ("approved by a stranger", "planted-stranger", today, "0" * 64, "untrusted-host"),
        ("approved tomorrow", approver, today + timedelta(days=1), "0" * 64, "untrusted-host"),
    ):
        declared = DeclaredComponent(id=away.subject, sha256=digest, approved=Approval(by=by, on=on))
        yield Canary(name, _declaring(base, declared), away.subject, rule, "planted.example")
    approved = DeclaredComponent(id=away.subject, sha256="0" * 64, approved=Approval(by=approver, on=today))
    for owner, rule in ((approver.upper(), "untrusted-host"), ("planted-owner", "approved-source")):
        stated = Declaration(schema=1, project=Project(name="planted", owner=owner), component=(approved,))
        owned = base.model_copy(update={"declaration": stated})
        yield Canary("approved in a project of an owner", owned, away.subject, rule)
    nobodys = base.model_copy(update={"declaration": Declaration(schema=1, component=(approved,))})
    yield Canary("approved in a project of nobody", nobodys, away.subject, "untrusted-host")
    yield Canary("not approved", _declaring(base, DeclaredComponent(id=away.subject)), away.subject, "untrusted-host")
    yield Canary("declared, not found", _declaring(planted(case), bought), bought.id, "declared-not-found")
    dataset = DeclaredComponent(id="dataset:file/planted.csv")
    yield Canary("a dataset is not missed", _declaring(planted(case), dataset), dataset.id, None)


def _declaring(case: Case, component: DeclaredComponent) -> Case:
    project = Project(name="planted", owner="planted-owner")
    return case.model_copy(update={"declaration": Declaration(schema=1, project=project, component=(component,))})


def _overridden(case: Case, *overrides: Override) -> Case:
    return case.model_copy(update={"inventory": case.inventory.model_copy(update={"overrides": overrides})})


def _sample(source: str, name: str) -> Reference:
    component = Component(kind=Kind.MODEL, source=source, name=name)
    return Reference(component=component, at=Place(file="planted.py", line=1), resolution=Resolution.LITERAL)


def _renamed(reference: Reference, name: str) -> Reference:
    return reference.model_copy(update={"component": reference.component.model_copy(update={"name": name})})


def _named(case: Case) -> list[Registry]:
    """Return the registries that the sentence names, found apart from the check's own way."""
    words = set(case.words("1.1", "registries"))
    return [registry for registry in catalog.registries().values() if words & {registry.word}]


def _serving(case: Case, host: str | None) -> bool:
    return any(host in registry.hosts for registry in _named(case))


def _fresh(text: str) -> str:
    """Return an equal string that is another object: names are compared, not identities."""
    return "".join(list(text))
