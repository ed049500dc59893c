"""Cases of scenario 6 for the tests of its checks: a service of production, and what is declared of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from supplychain.checks.engine import CHECKS, observe
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Declaration, Project
from supplychain.model.finding import Observation
from supplychain.model.reference import Place, Reference, Resolution
from supplychain.model.service import DeclaredService, Endpoint, EvidenceFile, ResidencyEvidence, Switch

AT = Place(file="app/client.py", line=3)
SHA = "1" * 64
APPROVER = "security@example.com"
LINES = {"region": 11, "handling": 12, "retention_days": 13, "training_use": 14, "residency": 15}
"""The line of each key of an entry; the entry itself stands at 10."""


def policy_of(case: Case, *, days: int = 100_000, regions: tuple[str, ...] = ("eu",)) -> Case:
    """Return a case whose policy allows these regions, and counts statements of the catalog that are so many days old."""
    services = case.policy.services.model_copy(update={"allowed_regions": regions})
    freshness = case.policy.freshness.model_copy(update={"provider_max_age_days": days})
    people = case.policy.people.model_copy(update={"approvers": (APPROVER,)})
    policy = case.policy.model_copy(update={"services": services, "freshness": freshness, "people": people})
    return case.model_copy(update={"policy": policy})


def declared(service: str, **parts: Any) -> DeclaredService:
    """Return an entry that is whole for 6.2 and 6.3 in the EU."""
    whole = {"data_classes": ("personal",), "region": "eu", "retention_days": 0, "training_use": False}
    return DeclaredService(id=service, **(whole | parts))


def record(**parts: Any) -> ResidencyEvidence:
    """Return evidence of a contract that is whole."""
    whole = {"region": "eu", "evidence": "docs/contract.pdf", "sha256": SHA, "by": APPROVER, "on": date(2026, 9, 1)}
    return ResidencyEvidence(**(whole | parts))


def served(
    case: Case,
    service: str,
    *items: Endpoint | Switch,
    entries: tuple[DeclaredService, ...] | None = None,
    regions: tuple[str, ...] = ("eu",),
    days: int = 100_000,
) -> Case:
    """Return a case in which production uses a service, at these places, with these entries."""
    component = Component(kind=Kind.SERVICE, source="", name=service)
    used = Reference(component=component, at=AT, resolution=Resolution.LITERAL, digest="sha256:app")
    listed = (declared(service),) if entries is None else entries
    keys = {f"{entry.id} {key}": line for entry in listed for key, line in LINES.items()}
    changes = {
        "references": (used,),
        "endpoints": tuple(item for item in items if isinstance(item, Endpoint)),
        "switches": tuple(item for item in items if isinstance(item, Switch)),
    }
    return policy_of(case, days=days, regions=regions).model_copy(
        update={
            "inventory": case.inventory.model_copy(update=changes),
            "declaration": Declaration(
                schema=1, project=Project(name="planted", owner="team@example.com"), service=listed
            ),
            "declaration_digest": "sha256:declaration",
            "service_lines": {entry.id: 10 for entry in listed} | keys,
            "evidence": (EvidenceFile(path="docs/contract.pdf", sha256=SHA),),
        }
    )


def endpoint(service: str, **parts: Any) -> Endpoint:
    """Return a place that has a service process something, and says no more."""
    return Endpoint(**({"service": service, "at": AT, "told": "client()"} | parts))


def switch(name: str, service: str, **parts: Any) -> Switch:
    """Return a place that turns on the storage of prompts."""
    whole = {"handling": "storage", "state": "on", "value": "True", "at": AT}
    return Switch(**(whole | {"name": name, "service": service} | parts))


def rows(requirement: str, case: Case) -> list[Observation]:
    """Return the rows of a requirement over a case."""
    return observe(CHECKS[requirement], case)


def row_at(requirement: str, case: Case, at: Place = AT) -> Observation:
    """Return the one row of a requirement at a place."""
    (found,) = (row for row in rows(requirement, case) if row.at == at)
    return found
