"""Scenario 4, dataset source validation: requirement 4.1, host and owner of a dataset.

The policy names whom it trusts under [trust].dataset_owners: `owner` for his account on any hub, `source/owner` for
the account on one hub or code host, `source/*` for all that a library or a host serves, and `host/bucket`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from supplychain import catalog
from supplychain.catalog.reputation import CodeHost
from supplychain.checks.addresses import host_of, overrides_of, split
from supplychain.checks.canaries.s04_dataset_source import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.owners import approval, hub_of, hub_sources, looks_like, names, owner_of
from supplychain.checks.sourced import Sourced, datasets, declared, path_alone
from supplychain.control import requirement
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.reference import Place, Reference, Unread, Unresolved, is_immutable

_NAMES = frozenset({"anonymous-owner", "look-alike"})
"""What is worse of a source than that its address moves."""


class DeclaredDataset(Frozen):
    """A dataset that the declaration names and no production code refers to."""

    subject: str
    at: Place | None = None


class Served(Frozen):
    """From where a dataset comes, and of whom, as far as that can be told."""

    host: str
    source: str
    """What stands before the owner in an entry of the policy."""
    owner: str
    unnamed: str = ""
    """The rule where nobody's name is told."""


def _population(case: Case) -> tuple[Sourced | Unresolved | Unread | DeclaredDataset, ...]:
    """Return the datasets of production; where code names none, those that the declaration names."""
    found = datasets(case)
    if found or case.declaration is None:
        return found
    stated = (component.id for component in case.declaration.component if component.id.startswith("dataset:"))
    return tuple(DeclaredDataset(subject=component_id) for component_id in stated)


@check("4.1", population=_population, canaries=plant, sources=hub_sources)
def from_trusted_source(case: Case, subject: Sourced | Unresolved | Unread | DeclaredDataset) -> Answer:
    """Decide on the way that a dataset takes here, then on its owner."""
    if isinstance(subject, DeclaredDataset):
        return answer("declared-not-found", id=subject.subject)
    if isinstance(subject, (Unread, Unresolved)):
        return not_seen(subject)
    if subject.component.is_file:
        return _own(case, subject)
    by_owner = _by_owner(case, subject)
    for found in (*_on_the_way(case, subject), *_elsewhere(case, subject)):
        return by_owner if found.rule == "moving-address" and by_owner.rule in _NAMES else found
    return by_owner


def _own(case: Case, subject: Sourced) -> Answer:
    """Decide on a file of the target: whether its team says that it made it, and how."""
    stated = declared(case, subject.subject)
    made = stated.provenance if stated and stated.first_party else None
    if made is not None and made.source.strip() and made.creator.strip():
        return answer("first-party", evidence=subject.evidence, source=made.source, creator=made.creator)
    return _approved(
        case,
        subject,
        answer("unknown-origin", evidence=subject.evidence, what=path_alone(case, subject.subject), id=subject.subject),
    )


def _approved(case: Case, subject: Sourced, found: Answer) -> Answer:
    given = approval(case, subject)
    if given is None:
        return found
    although = requirement("4.1").rules[found.rule].message.format_map(found.values)
    return answer("approved", evidence=subject.evidence, by=given.by, on=given.on, although=although)


def _on_the_way(case: Case, subject: Sourced) -> Iterator[Answer]:
    """Yield what is wrong with an address, or with the revision that a place takes; no approval mends that."""
    proposed, stated = catalog.reputation().proposed, declared(case, subject.subject)
    for reference in subject.references:
        values = {"at": reference.at, "id": subject.subject}
        if reference.revision and re.fullmatch(proposed, unquote(reference.revision)):
            yield answer("proposed-revision", evidence=reference.digest, revision=reference.revision, **values)
        if reference.address is None or _is_bucket(reference.address):
            continue
        parts = split(reference.address)
        if parts is None or not parts.hostname:
            yield answer("malformed-address", evidence=reference.digest, **values)
        elif parts.scheme not in ("https", "git+https"):
            host = host_of(reference.address)
            yield answer("insecure-address", evidence=reference.digest, host=host, scheme=parts.scheme, **values)
        elif not (reference.checksum or (stated and stated.sha256)) and (revision := _moving(reference)):
            yield answer("moving-address", evidence=reference.digest, revision=revision, **values)


def _moving(reference: Reference) -> str:
    """Return the branch or tag of a repository that an address takes; empty where it takes none, or a whole commit."""
    parts, host = split(reference.address or ""), host_of(reference.address or "")
    known = _code_host(host)
    match = re.fullmatch(known.branch, parts.path) if known and parts else None
    revision = unquote(match["revision"]) if match else ""
    return "" if is_immutable(revision) else revision


def _elsewhere(case: Case, subject: Sourced) -> Iterator[Answer]:
    """Yield the settings that send the registry's client to a host that is none of its own."""
    registry = catalog.registries().get(subject.component.source)
    if registry is None or all(reference.address is not None for reference in subject.references):
        return
    hosts = registry.hosts | (catalog.registries()[registry.client].hosts if registry.client else frozenset())
    for override in overrides_of(case, registry):
        values = {"variable": override.variable, "where": override.at, "registry": registry.word}
        if override.address is None:
            yield answer("endpoint-at-run-time", evidence=subject.evidence, **values)
            continue
        host = host_of(override.address)
        if override.address.lower().startswith("http:"):
            yield answer("insecure-address", evidence=subject.evidence, host=host, scheme="http", at=override.at)
        elif host not in hosts:
            yield answer("overridden-endpoint", evidence=subject.evidence, host=host, **values)


def _by_owner(case: Case, subject: Sourced) -> Answer:
    """Decide on each owner and host that a place names; the first that is not trusted decides."""
    passed = [_of(case, subject, served) for served in dict.fromkeys(_served(case, subject))]
    return next((found for found in passed if found.rule != "trusted-owner"), passed[0])


def _of(case: Case, subject: Sourced, served: Served) -> Answer:
    entry = f"{served.source}/{served.owner or '*'}"
    values = {"owner": served.owner, "host": served.host, "entry": entry, "id": subject.subject}
    if names(case.policy.trust.dataset_owners, served.source, served.owner):
        return answer("trusted-owner", evidence=subject.evidence, **{**values, "owner": served.owner or served.host})
    if served.unnamed:
        word = {"registry": served.host, "hub": served.host}
        return _approved(case, subject, answer(served.unnamed, evidence=subject.evidence, **{**values, **word}))
    if re.fullmatch(catalog.reputation().anonymous, served.owner, re.IGNORECASE):
        return _approved(case, subject, answer("anonymous-owner", evidence=subject.evidence, **values))
    hub = catalog.reputation().hubs.get(served.source)
    if hub is not None and (like := looks_like(case, hub.owners, served.owner)) is not None:
        found = answer("look-alike", evidence=subject.evidence, known=like.owner, how=like.how, **values)
        return _approved(case, subject, found)
    return _approved(case, subject, answer("untrusted-owner", evidence=subject.evidence, **values))


def _served(case: Case, subject: Sourced) -> Iterator[Served]:
    """Yield from where each place takes a dataset, and of whom."""
    component = subject.component
    hub, registry = hub_of(component), catalog.registries().get(component.source)
    for reference in subject.references:
        if hub is not None:
            owner = owner_of(case, component)
            yield Served(host=hub.word, source=hub.source, owner=owner, unnamed="" if owner else "owner-not-named")
        elif reference.address is not None:
            yield _at_address(reference.address)
        else:
            word = registry.word if registry else component.source
            yield Served(host=word, source=component.source, owner="", unnamed="library")


def _at_address(address: str) -> Served:
    """Return what an address tells: the first name of a code host's path, a bucket, or the host alone."""
    parts, host = split(address), host_of(address)
    path = parts.path.strip("/") if parts else ""
    if _is_bucket(address):
        scheme = address.partition("://")[0].lower()
        return Served(host=f"{scheme}://{host}", source=scheme, owner=host, unnamed="no-owner")
    if _code_host(host) is not None:
        return Served(host=host, source=_repositories(host), owner=path.partition("/")[0])
    for shared in catalog.reputation().shared_host:
        if re.fullmatch(shared.name, host, re.IGNORECASE):
            bucket = path.partition("/")[0] if shared.in_path else ""
            return Served(host=host, source=host, owner=bucket, unnamed="no-owner")
    return Served(host=host, source=host, owner="", unnamed="untrusted-host")


def _repositories(host: str) -> str:
    """Return the source that the accounts of a code host belong to."""
    is_github = host.endswith(("github.com", "githubusercontent.com"))
    return "github" if is_github else host


def _code_host(host: str) -> CodeHost | None:
    return next((entry for entry in catalog.reputation().code_host if entry.name == host), None)


def _is_bucket(address: str) -> bool:
    scheme, sep, _ = address.partition("://")
    return bool(sep) and scheme.lower() in catalog.reputation().bucket_schemes
