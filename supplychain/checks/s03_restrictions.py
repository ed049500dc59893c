"""Scenario 3, model license and usage validation: requirement 3.2, whether somebody took note of what licenses restrict."""

from __future__ import annotations

from datetime import date

from supplychain.checks.canaries.s03_restrictions import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.licensing import intended_use, licenses_of
from supplychain.checks.licensing_words import evidence, named
from supplychain.checks.owners import hub_sources
from supplychain.checks.sourced import Sourced, declared, hub_records, third_party_models
from supplychain.config.approvals import refused
from supplychain.model.case import Case
from supplychain.model.declaration import Approval, LicenseAcknowledgment
from supplychain.model.reference import Unread, Unresolved


@check("3.2", population=third_party_models, canaries=plant, sources=hub_sources)
def restrictions_documented(case: Case, subject: Sourced | Unresolved | Unread) -> Answer:
    """Hold what the licenses of a model restrict against what a named person acknowledged.

    Several licenses bind together: the set is that of all of them. The register itself is written by every run.
    """
    if isinstance(subject, (Unread, Unresolved)):
        return not_seen(subject)
    found = licenses_of(case, subject.subject)
    proof = evidence(case, subject)
    if all(statement.inherited for statement in found.statements):
        return answer("license-not-stated", evidence=proof, id=subject.subject)
    entries = found.licenses(intended_use(case))
    asked = tuple(dict.fromkeys(name for entry in entries if entry.is_known for name in entry.restricts))
    if asked and (failing := _acknowledged(case, subject, named(entries), asked)):
        return failing
    if any(statement.license is None for statement in found.statements) or not all(one.is_known for one in entries):
        names = named(entries) or found.statements[0].stated
        return answer("restrictions-not-known", evidence=proof, license=names)
    if not asked:
        return answer("restrictions-none", evidence=proof, license=named(entries))
    given = _acknowledgment(case, subject)
    values = {"license": named(entries), "restrictions": ", ".join(asked)}
    return answer("acknowledged", evidence=proof, by=given.by if given else "", on=given.on if given else "", **values)


def _acknowledgment(case: Case, subject: Sourced) -> LicenseAcknowledgment | None:
    entry = declared(case, subject.subject)
    return entry.license_ack if entry else None


def _acknowledged(case: Case, subject: Sourced, licenses: str, asked: tuple[str, ...]) -> Answer | None:
    """Return what is wrong with the acknowledgment of these restrictions; None: nothing."""
    given, today = _acknowledgment(case, subject), case.now.date()
    values: dict[str, object] = {"id": subject.subject, "license": licenses, "restrictions": ", ".join(asked)}
    values |= {"listed": ", ".join(f"'{name}'" for name in asked), "today": today}
    proof = evidence(case, subject)
    if given is None:
        return answer("not-acknowledged", evidence=proof, **values)
    values |= {"by": given.by, "on": given.on}
    project = case.declaration.project if case.declaration else None
    approval = Approval(by=given.by, on=given.on)
    if state := refused(approval, case.policy, today, project.owner if project else None):
        return answer("acknowledgment-refused", evidence=proof, why=state.reason, **values)
    published = _published(case, subject)
    if published and given.on < published:
        return answer("acknowledged-too-early", evidence=proof, published=published, **values)
    if missing := [name for name in asked if name not in given.restrictions]:
        return answer("acknowledged-in-part", evidence=proof, missing=", ".join(missing), **values)
    return None


def _published(case: Case, subject: Sourced) -> date | None:
    """Return the earliest day on which the license that is used can have been read."""
    entry = declared(case, subject.subject)
    days = [record.created.date() for record in hub_records(case, subject.subject) if record.created]
    if entry and entry.published:
        days.append(entry.published)
    return max(days, default=None)
