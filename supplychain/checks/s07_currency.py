"""Scenario 7, component inventory: requirement 7.5, whether the stored inventory is up to date."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from supplychain.checks.canaries.s07_currency import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.listing import stands_for
from supplychain.checks.population import INVENTORIED
from supplychain.model.base import Frozen
from supplychain.model.case import Case, Listed
from supplychain.model.component import Component
from supplychain.model.reference import Place


class Stored(Frozen):
    """Something to decide on of the stored inventories."""

    subject: str
    at: Place | None = None
    what: Literal["content", "age", "absent"]
    file: str = ""


def _population(case: Case) -> tuple[Stored, ...]:
    """Return the content of all inventories together, and the age of each."""
    readable = [bom for bom in case.boms if not bom.problem]
    if not readable:
        return (Stored(subject="inventory", what="absent"),)
    ages = (
        Stored(subject=f"inventory:{bom.file}, age", at=Place(file=bom.file), what="age", file=bom.file)
        for bom in readable
    )
    files = ", ".join(bom.file for bom in readable)
    content = Stored(subject=f"inventory:{files}, content", at=Place(file=readable[0].file), what="content")
    return (content, *ages)


@check("7.5", population=_population, canaries=plant)
def inventory_current(case: Case, subject: Stored) -> Answer:
    """Compare what the stored inventories list with what discovery sees now, and their date with the policy's limit.

    Where they are equal, no commit can have changed components since; so no history of commits is needed.
    """
    return _DECIDE[subject.what](case, subject.file)


def _absent(case: Case, file: str) -> Answer:  # noqa: ARG001 - all three are called alike
    return answer("no-stored-inventory")


def _age(case: Case, file: str) -> Answer:
    bom = {bom.file: bom for bom in case.boms}[file]
    if bom.written is None:
        return answer("no-date", evidence=bom.digest)
    date = bom.written.date()
    age = (case.now - bom.written).days
    limit = case.policy.freshness.inventory_max_age_days
    if bom.written > case.now:
        return answer("written-in-the-future", evidence=bom.digest, date=date)
    if age > limit:
        return answer("too-old", evidence=bom.digest, date=date, age=age, limit=limit)
    return answer("written", evidence=bom.digest, date=date, age=age)


def _content(case: Case, file: str) -> Answer:  # noqa: ARG001 - as above
    inventory = case.inventory
    seen = {r.component for r in inventory.references if r.at.scope in INVENTORIED and r.component.source != "import"}
    listed = [entry for bom in case.boms for entry in bom.listed]
    missing = sorted(component.id for component in seen if not any(stands_for(entry, component) for entry in listed))
    ghosts = sorted(
        entry.component.id for entry in listed if not any(stands_for(entry, component) for component in seen)
    )
    moved = sorted(
        (r.subject, f"{r.subject} is used at {r.revision}")
        for r in inventory.references
        if r.revision and r.component in seen and not _is_listed_at(r.component, r.revision, listed)
    )
    differences = [f"{name} is not listed" for name in missing]
    differences += [f"{name} is listed and not used" for name in ghosts]
    differences += [text for name, text in moved if name not in missing]
    if differences:
        return answer("outdated", count=len(differences), first=differences[0])
    unknown = [item for item in inventory.unresolved if item.at.scope in INVENTORIED]
    left_open = len(unknown) + len(inventory.unread_in(INVENTORIED))
    if left_open:
        return answer("cannot-be-compared", count=left_open)
    return answer("current", count=len(seen))


def _is_listed_at(component: Component, revision: str, listed: list[Listed]) -> bool:
    versions = [entry.version for entry in listed if stands_for(entry, component)]
    return not versions or None in versions or revision in versions


_DECIDE: dict[str, Callable[[Case, str], Answer]] = {"absent": _absent, "age": _age, "content": _content}
