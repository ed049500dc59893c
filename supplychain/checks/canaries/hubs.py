"""What canaries of scenarios 1 and 4 share: components of the target's own owners, and what a hub would say of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from supplychain.checks.population import planted, sample_reference
from supplychain.model.baseline import Baseline, BaselineFile, Recorded
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Approval, Declaration, DeclaredComponent, Project, Provenance
from supplychain.model.finding import Source
from supplychain.model.hub import HubRecord, Owner
from supplychain.model.policy import Policy, Trust
from supplychain.model.reference import Place, Reference, Resolution

COMMIT = "5c38ec7c405ec4b44b94cc5a9bb96e735b38267a"
TRUSTED = "planted-trusted"
STRANGER = "planted-stranger"
APPROVER = "planted-approver"
IMITATORS = ("0penai", "оpenai", "openai-planted", "Open-OSS", "faceboook", "anon8231489123")
"""Names that a policy may trust, and that canaries plant as those of somebody whom it does not; one has a Cyrillic letter."""
DAYS = 3000
"""Days since what nobody calls young was created."""
_LIKE = {"o": "0", "l": "1", "e": "3", "a": "4", "s": "5", "i": "l", "c": "с", "p": "р"}


def own_owner(case: Case, kind: Kind) -> str:
    """Return the owner of the target's own first component on Hugging Face, or a made-up one."""
    owner, slash, _ = sample_reference(case, kind, "huggingface", f"{TRUSTED}/model").component.name.partition("/")
    return owner if slash and owner not in IMITATORS else TRUSTED


def like(owner: str) -> str:
    """Return a name that looks like an owner's, by one letter."""
    index = next((i for i, letter in enumerate(owner.lower()) if letter in _LIKE), None)
    return f"{owner}-" if index is None else owner[:index] + _LIKE[owner[index].lower()] + owner[index + 1 :]


def reference(source: str, name: str, kind: Kind = Kind.MODEL, **fields: object) -> Reference:
    """Return a place that names a component."""
    component, at = Component(kind=kind, source=source, name=name), Place(file="planted.py", line=1)
    made = Reference(component=component, at=at, resolution=Resolution.LITERAL, revision=COMMIT)
    return made.model_copy(update=fields)


def trusting(case: Case, *owners: str) -> Policy:
    """Return the live policy that names these owners and an approver as well, and nobody whom canaries plant as bad."""
    trust, bad = case.policy.trust, {"*", *IMITATORS, *map(like, owners)}

    def named(entries: Iterable[str], *more: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*more, *(entry for entry in entries if entry.rpartition("/")[2] not in bad))))

    live = {"orgs": named(trust.orgs, *owners), "dataset_owners": named(trust.dataset_owners, *owners)}
    live["maintainers"] = named(trust.maintainers)
    changed = Trust.model_validate({**trust.model_dump(), **live})
    people = case.policy.people.model_copy(update={"approvers": (*case.policy.people.approvers, APPROVER)})
    return case.policy.model_copy(update={"trust": changed, "people": people})


def record(case: Case, of: Reference, **fields: object) -> HubRecord:
    """Return what a hub says of a component that nothing speaks against."""
    owner = of.component.name.partition("/")[0]
    made = HubRecord(
        component=of.subject,
        revision=of.revision,
        state="listed",
        name=of.component.name,
        owner=owner,
        commit=COMMIT,
        created=case.now - timedelta(days=DAYS),
        downloads=case.policy.thresholds.min_downloads_30d,
        likes=case.policy.thresholds.min_likes,
        card=True,
        committers=(owner,),
        scan="safe",
        scorecard=10.0,
        source=told(case),
    )
    return made.model_copy(update=fields)


def account(case: Case, of: Reference, **fields: object) -> Owner:
    """Return what a hub says of an owner."""
    owner = of.component.name.partition("/")[0]
    created = case.now - timedelta(days=DAYS)
    hub = {"pytorch-hub": "github", "tensorflow-hub": "kaggle"}.get(of.component.source, of.component.source)
    made = Owner(hub=hub, name=owner, state="listed", kind="organization", created=created, source=told(case))
    return made.model_copy(update=fields)


def told(case: Case, days: int = 0) -> Source:
    """Return a source of facts that was asked so many days ago."""
    fetched = (case.now - timedelta(days=days)).isoformat()
    return Source(name="planted", level="cached", fetched=fetched, digest=f"sha256:{'1' * 64}")


def hub_case(case: Case, of: Reference, policy: Policy, *records: HubRecord, **changes: object) -> Case:
    """Return the case with one component, what is said of it, and nothing recorded before."""
    nothing: dict[str, object] = {"owners": (), "baseline": None, "measured": {}, "artifacts": ()}
    return planted(case, of, policy=policy, hub=records, **{**nothing, **changes})


def remembered(case: Case, of: Reference, owner: str | None, days: int = DAYS // 2) -> BaselineFile:
    """Return a baseline that recorded a component so many days ago."""
    item = Recorded(id=of.subject, revisions=(of.revision,), registries=("planted",), owner=owner, at=of.at)
    written = Baseline(schema=1, written=case.now - timedelta(days=days), commit=None, components=(item,))
    return BaselineFile(file="planted.json", digest=f"sha256:{'2' * 64}", baseline=written)


def declaring(
    case: Case,
    of: Reference,
    by: str = APPROVER,
    on: date | None = None,
    revision: str | None = COMMIT,
    **fields: object,
) -> Case:
    """Return the case with a declaration in which somebody approved the component."""
    approved = Approval(by=by, on=on or case.now.date())
    stated = DeclaredComponent(id=of.subject, revision=revision, approved=approved).model_copy(update=fields)
    project = Project(name="planted", owner="planted-owner")
    return case.model_copy(update={"declaration": Declaration(schema=1, project=project, component=(stated,))})


def made_here(case: Case, of: Reference, creator: str, *, first_party: bool = True) -> Case:
    """Return the case with a declaration that says who made a component."""
    provenance = Provenance(source="planted source", creator=creator)
    stated = DeclaredComponent(id=of.subject, first_party=first_party, provenance=provenance)
    return case.model_copy(update={"declaration": Declaration(schema=1, component=(stated,))})
