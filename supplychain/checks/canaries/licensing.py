"""What the canaries of scenario 3 share: the target's own first model, with licenses that are planted on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from supplychain.checks.engine import Canary
from supplychain.checks.population import moving, planted, sample_reference, unread_sample, unresolved_sample
from supplychain.model.case import Case, Decided
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Declaration, DeclaredComponent, IntendedUse, Project, Provenance
from supplychain.model.finding import Source
from supplychain.model.hub import HubRecord
from supplychain.model.inventory import Inventory
from supplychain.model.license import LicenseStatement
from supplychain.model.reference import Place, Reference, Relation, Resolution, Scope, Unread, Unresolved

OWNER, APPROVER, STRANGER = "planted-owner", "planted-approver", "planted-stranger"
COMMIT = "0" * 40
BASE = "planted/base"
PRIVATE = IntendedUse(commercial=False, hosted=False, redistribute=False, modify=False, fields=("planted",))
"""A use that every license permits which is known."""
ALL = IntendedUse(
    commercial=True,
    hosted=True,
    redistribute=True,
    modify=True,
    fields=("planted",),
    trains_models=True,
    monthly_users=1,
    annual_revenue_usd=1,
    regions=("planted",),
)
Origin = Literal["declaration", "card", "license file", "metadata"]


def own_model(case: Case) -> Reference:
    """Return the target's own first model of Hugging Face in production, or one with a made-up name."""
    return sample_reference(case, Kind.MODEL, "huggingface", "planted/model")


def other_model(source: str, name: str) -> Reference:
    """Return a made-up place that names a model."""
    component = Component(kind=Kind.MODEL, source=source, name=name)
    return Reference(component=component, at=Place(file="planted.py", line=3), resolution=Resolution.LITERAL)


def use_of(**parts: object) -> IntendedUse:
    """Return a private use with some parts changed."""
    return PRIVATE.model_copy(update=parts)


def stated(used: Reference, license_: str | None, origin: Origin = "card", **parts: object) -> LicenseStatement:
    """Return a statement on a model; `parts` change it."""
    whole = LicenseStatement(
        component=used.subject, stated=license_ or "planted", license=license_, origin=origin, revision=COMMIT
    )
    if origin == "declaration":
        whole = whole.model_copy(update={"at": Place(file="supplychain.toml", line=7), "revision": None})
    return whole.model_copy(update=parts)


def record(used: Reference, **parts: object) -> HubRecord:
    """Return what a hub says of a model whose card states no license; `parts` change it."""
    source = Source(name="planted hub", level="cached", digest="sha256:planted")
    whole = HubRecord(component=used.subject, revision=COMMIT, state="listed", commit=COMMIT, card=True, source=source)
    return whole.model_copy(update=parts)


def licensed(
    case: Case,
    *found: Reference | Unresolved | Unread,
    licenses: tuple[LicenseStatement, ...],
    use: IntendedUse | None = PRIVATE,
    entry: DeclaredComponent | None = None,
    owner: str = OWNER,
    relations: tuple[Relation, ...] = (),
    **changes: object,
) -> Case:
    """Return the case with nothing but these places and licenses; the policy names one more approver."""
    people = case.policy.people.model_copy(update={"approvers": (*case.policy.people.approvers, APPROVER)})
    project = Project(name="planted", owner=owner, intended_use=use)
    parts: dict[str, object] = {"hub": (), "mentions": (), "decided": (), "licenses": licenses, "files": ()}
    parts |= {"policy": case.policy.model_copy(update={"people": people})} | changes
    bare = planted(case, *found, **parts)
    inventory: Inventory = bare.inventory.model_copy(update={"relations": relations})
    declaration = Declaration(schema=1, project=project, component=(entry,) if entry else ())
    return bare.model_copy(update={"declaration": declaration, "inventory": inventory})


def entry_of(used: Reference, **parts: object) -> DeclaredComponent:
    """Return what is declared of a model."""
    return DeclaredComponent(id=used.subject).model_copy(update=parts)


def today(case: Case) -> date:
    """Return the day of the run."""
    return case.now.date()


def seen(case: Case, good: str, bad: str, decided: tuple[Decided, ...] = ()) -> Iterator[Canary]:
    """Plant which models count: each of production once, none of other scopes, none that is the team's own with proof.

    `good` is what a model in the public domain comes to, `bad` what one comes to of which nothing is stated. `decided` is
    what was decided on the own model before.
    """
    own = own_model(case)
    known = (stated(own, "cc0-1.0"),)
    again = own.model_copy(update={"at": Place(file="zz-planted.py", line=9)})
    yield Canary(
        "used twice", licensed(case, own, again, licenses=known, decided=decided), own.subject, good, at=own.at
    )
    other = other_model("huggingface", "planted/other")
    bare = (record(other),)
    beside = licensed(case, own, other, licenses=known, decided=decided, hub=bare)
    yield Canary("a license of another model", beside, other.subject, bad)
    for scope in Scope:
        scoped = own.model_copy(update={"at": Place(file="planted.py", line=1, scope=scope)})
        rule = good if scope is Scope.PROD else None
        yield Canary(f"scope {scope}", licensed(case, scoped, licenses=known, decided=decided), own.subject, rule)
    tested = own.model_copy(update={"at": own.at.model_copy(update={"scope": Scope.TEST})})
    hidden = moving(licensed(case, tested, licenses=known, decided=decided), own.at.file)
    yield Canary("outside production by declaration only", hidden, own.subject, good)
    hosted = other_model("openai", "planted-model")
    yield Canary("a hosted model", licensed(case, hosted, licenses=known), hosted.subject, None)
    file = other_model("file", "planted/model.bin")
    team = entry_of(file, first_party=True, provenance=Provenance(source="planted/train.py"))
    proven = licensed(case, file, licenses=(), entry=team, files=("planted/train.py",))
    yield Canary("first party with its training source", proven, file.subject, None)
    yield Canary("first party without proof", licensed(case, file, licenses=(), entry=team), file.subject, bad)
    for item, rule in ((unresolved_sample(Kind.MODEL), "unresolved"), (unread_sample(), "not-read")):
        yield Canary(rule, licensed(case, item, licenses=()), item.subject, rule)
    dataset = unresolved_sample(Kind.DATASET)
    yield Canary("a dataset", licensed(case, dataset, licenses=()), dataset.subject, None)
