"""Scenario 7, component inventory: requirement 7.6, whether the stored inventory supports audits."""

from __future__ import annotations

from typing import Literal, get_args

from supplychain import catalog
from supplychain.checks.canaries.s07_audit import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.model.base import Frozen
from supplychain.model.case import AuditField, AuditQuestion, Bom, Case, Listed
from supplychain.model.component import Component, Kind
from supplychain.model.reference import Place

_OF_BYTES: frozenset[AuditField] = frozenset({"version", "hash", "license"})
"""What cannot be said of a service, nor of a model that one hosts: its name is all that there is."""
_STATES = 2
"""Recorded states that an audit has to find."""


class File(Frozen):
    """A stored inventory."""

    subject: str
    at: Place
    bom: Bom


class Entry(Frozen):
    """An entry of a stored inventory."""

    subject: str
    at: Place
    listed: Listed
    digest: str
    file: str


class Question(Frozen):
    """A question of an audit."""

    subject: str
    at: Place | None = None
    question: AuditQuestion


class Whole(Frozen):
    """The records of runs, or an inventory that is not there."""

    subject: str
    at: Place | None = None
    what: Literal["records", "absent"]


def _population(case: Case) -> tuple[File | Entry | Question | Whole, ...]:
    """Return each stored inventory and its entries, the records of runs, and the questions of an audit."""
    found: list[File | Entry | Question | Whole] = []
    for bom in case.boms:
        found.append(File(subject=f"inventory:{bom.file}", at=Place(file=bom.file), bom=bom))
        found += [
            Entry(subject=item.component.id, at=item.at, listed=item, digest=bom.digest, file=bom.file)
            for item in bom.listed
        ]
    if not found:
        found.append(Whole(subject="inventory", what="absent"))
    found.append(Whole(subject="records of runs", what="records"))
    found += [Question(subject=f"question:{name}", question=name) for name in get_args(AuditQuestion)]
    return tuple(found)


@check("7.6", population=_population, canaries=plant)
def inventory_supports_audits(case: Case, subject: File | Entry | Question | Whole) -> Answer:
    """Ask of the stored inventories, and of the records of runs, what an audit asks.

    Of packages that are no ML frameworks no approval is asked: scenario 7 does not list them, and a lock holds hundreds.
    """
    if isinstance(subject, File):
        return _file(subject.bom)
    if isinstance(subject, Entry):
        return _entry(subject)
    if isinstance(subject, Question):
        return _question(case, subject.question)
    return answer("no-stored-inventory") if subject.what == "absent" else _records(case)


def _file(bom: Bom) -> Answer:
    if problem := bom.problem or "; ".join(bom.invalid):
        return answer("not-valid", evidence=bom.digest or None, format=bom.format, problem=problem, file=bom.file)
    if bom.unchecked:
        return answer("not-checked", evidence=bom.digest, format=bom.format, reason=bom.unchecked)
    return answer("valid", evidence=bom.digest, format=bom.format, count=len(bom.listed))


def _entry(entry: Entry) -> Answer:
    listed = entry.listed
    asked = [field for field in get_args(AuditField) if _is_asked(listed.component, field)]
    silent = [field for field in asked if field not in listed.states and field not in listed.marks]
    unknown = [field for field in asked if field in listed.marks and field != "hash"]
    if silent:
        return answer("lacking", evidence=entry.digest, fields=", ".join(silent), file=entry.file)
    if unknown:
        return answer("marked-unknown", evidence=entry.digest, fields=", ".join(unknown))
    return answer("complete", evidence=entry.digest, count=len(asked))


def _is_asked(component: Component, field: AuditField) -> bool:
    if field in _OF_BYTES and (component.kind is Kind.SERVICE or component.source in catalog.hosting()):
        return False
    if field == "source" and component.source in catalog.hosting():
        return False  # the service that hosts it, which its id names
    if field == "version" and component.is_file:
        return False  # its hash says which one it is
    if field == "approval" and component.kind is Kind.PACKAGE:
        return component.name in catalog.frameworks().get(component.source, ())
    return True


def _records(case: Case) -> Answer:
    history = case.history
    if history.unusable:
        return answer("records-not-read", reason=history.unusable)
    if history.problems:
        return answer("chain-broken", problem=history.problems[0].reason)
    counting = [run for run in history.runs if not run.simulated and run.at <= case.now]
    if len(counting) + (not case.simulated) < _STATES:
        return answer("first-states", count=len(counting))
    first = min(run.at for run in counting)
    return answer("recorded", evidence=history.runs[-1].digest, count=len(counting), date=first.date())


def _question(case: Case, question: AuditQuestion) -> Answer:
    found = next((item for item in case.history.answers if item.question == question), None)
    if found is None:
        return answer("not-answered", reason="the records of runs could not be read")
    return answer("not-answered", reason=found.problem) if found.problem else answer("answered", answer=found.answer)
