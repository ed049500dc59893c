"""Who owns a model or dataset, whether the policy trusts him, and whether somebody approved it in spite of him."""

from __future__ import annotations

import re
from collections.abc import Iterable

from supplychain import catalog
from supplychain.catalog.reputation import Hub
from supplychain.checks.lookalikes import Imitated, imitated, same
from supplychain.checks.sourced import Sourced, declared, hub_records
from supplychain.config.approvals import approval_state
from supplychain.model.baseline import Baseline, Recorded
from supplychain.model.case import Case
from supplychain.model.component import Component
from supplychain.model.declaration import Approval
from supplychain.model.finding import Source
from supplychain.model.hub import HubRecord, Owner

NOT_ASKED = "no fact of it is at hand"
_PREFIX = re.compile(r"hf[-_]hub:|spaces/|datasets/")


def hub_of(component: Component) -> Hub | None:
    """Return the hub that knows who owns a component; None where its source publishes nothing of that.

    A library that fetches with a hub's client may name a model of somebody else there by owner and name.
    """
    hubs = catalog.reputation().hubs
    registry = catalog.registries().get(component.source)
    if component.source in hubs or registry is None or registry.client not in hubs or not owner_named(component):
        return hubs.get(component.source) if "/" in component.name or component.source == "huggingface" else None
    return hubs[registry.client]


def repository_of(component: Component) -> str:
    """Return what a component is called on its hub, without what a library puts before it."""
    match = _PREFIX.match(component.name)
    return component.name[match.end() :] if match else component.name


def owner_named(component: Component) -> str:
    """Return the owner whom a component's name begins with; empty where it names none."""
    name = repository_of(component)
    return name.partition("/")[0] if "/" in name else ""


def owner_of(case: Case, component: Component) -> str:
    """Return the owner whom the name begins with, or else the one whom the hub tells; empty where neither does."""
    told = (record.owner for record in hub_records(case, component.id) if record.owner)
    return owner_named(component) or next(told, "")


def names(entries: Iterable[str], source: str, owner: str) -> bool:
    """Return whether entries of the policy name an owner: `owner`, `source/owner`, or `source/*` for all of a source.

    An owner alone means his account on any hub; buckets and hosts have no accounts.
    """
    alone = (owner,) if source in catalog.reputation().hubs else ()
    wanted = (*alone, f"{source}/{owner}") if owner else ()
    return any(same(entry, name) for entry in entries for name in (*wanted, f"{source}/*"))


def trusts(case: Case, hub: Hub, owner: str) -> bool:
    """Return whether the policy trusts the owner of a model."""
    return names((*case.policy.trust.orgs, *case.policy.trust.maintainers), hub.source, owner)


def looks_like(case: Case, hub: str, owner: str) -> Imitated | None:
    """Return the known or trusted owner whom a name could be taken for."""
    return imitated(owner, hub, trusted_names(case), case.policy.thresholds.lookalike_distance)


def trusted_names(case: Case) -> frozenset[str]:
    """Return the names of all owners whom the policy trusts with anything."""
    trust = case.policy.trust
    every = (entry.rpartition("/")[2] for entry in (*trust.orgs, *trust.maintainers, *trust.dataset_owners))
    return frozenset(owner for owner in every if owner != "*")


def account(case: Case, hub: Hub, owner: str) -> Owner | None:
    """Return what the hub says of an owner."""
    return next(
        (found for found in case.owners if found.hub in (hub.owners, hub.source) and same(found.name, owner)), None
    )


def recorded(case: Case, component: str) -> tuple[Baseline, Recorded] | None:
    """Return the baseline with what it records of a component; None where it records nothing of it."""
    baseline = case.baseline.baseline if case.baseline else None
    found = next((item for item in baseline.components if item.id == component), None) if baseline else None
    return (baseline, found) if baseline and found else None


def approval(case: Case, subject: Sourced) -> Approval | None:
    """Return the approval that counts today for what is used of a component: for its revision or its sha256.

    Where no digest is known of its bytes, the approved one stands for them: 2.1 and 4.3 hold the bytes against it.
    """
    stated = declared(case, subject.subject)
    if stated is None or stated.approved is None:
        return None
    known = {reference.checksum for reference in subject.references if reference.checksum}
    known |= {case.measured[subject.subject]} if subject.subject in case.measured else set()
    known |= {f"sha256:{stated.sha256}"} if stated.sha256 and not known else set()
    project = case.declaration.project if case.declaration else None
    owner, today = project.owner if project else None, case.now.date()
    state = approval_state(stated, subject.revisions, known, case.policy, today, owner)
    return stated.approved if state.state == "valid" else None


def evidence(subject: Sourced, record: HubRecord | None) -> str | None:
    """Return the digest of the fact that an answer rests on, or of the file that names the component."""
    return (record.source.digest if record else None) or subject.evidence


def fact_day(record: HubRecord) -> str:
    """Return the day of a fact."""
    return (record.source.fetched or "on a day that is not known")[:10]


def hub_sources(case: Case) -> tuple[Source, ...]:
    """Return the sources of what hubs say."""
    records, owners = (record.source for record in case.hub), (owner.source for owner in case.owners)
    return tuple(dict.fromkeys((*records, *owners)))
