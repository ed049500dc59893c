"""Scenario 3, model license and usage validation: requirement 3.1, whether licenses permit the intended use."""

from __future__ import annotations

from supplychain.checks.canaries.s03_permission import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.licensing import Licensed, intended_use, licenses_of
from supplychain.checks.licensing_words import evidence, unstated, where, who
from supplychain.checks.owners import hub_sources
from supplychain.checks.sourced import Sourced, hub_records, third_party_models
from supplychain.model.case import Case
from supplychain.model.declaration import IntendedUse
from supplychain.model.license import LicenseStatement
from supplychain.model.reference import Unread, Unresolved


@check("3.1", population=third_party_models, canaries=plant, sources=hub_sources)
def permits_intended_use(case: Case, subject: Sourced | Unresolved | Unread) -> Answer:
    """Compare every license that is stated of a model, and of what it derives from, with each intended use."""
    if isinstance(subject, (Unread, Unresolved)):
        return not_seen(subject)
    found = licenses_of(case, subject.subject)
    own = [statement for statement in found.statements if not statement.inherited]
    if not own:
        return unstated(case, subject)
    use = intended_use(case)
    forbidden = _ruled(case, subject, found, use, "forbidden") if use else None
    return forbidden or _open(case, subject, found, use) or _permitted(case, subject, found, own, use)


def _ruled(case: Case, subject: Sourced, found: Licensed, use: IntendedUse, state: str) -> Answer | None:
    """Return the answer on the first ruling that comes out so."""
    for statement, license_, ruling in found.rulings(use):
        if ruling.state != state:
            continue
        values = {"id": subject.subject, "license": license_.id, "who": where(statement), "use": ruling.use}
        if state == "forbidden":
            why = f": {ruling.why}" if ruling.why else ""
            return answer("forbidden", evidence=evidence(case, subject), why=why, **values)
        values |= {"why": ruling.why, "key": ruling.key, "link": _link(case, subject)}
        return answer(ruling.lacks, evidence=evidence(case, subject), **values)
    return None


def _open(case: Case, subject: Sourced, found: Licensed, use: IntendedUse | None) -> Answer | None:
    """Return the answer on what keeps the question open."""
    proof = evidence(case, subject)
    for statement in found.statements:
        if statement.license is None and statement.inherited and not statement.stated:
            return answer("base-not-known", evidence=proof, base=statement.inherited)
        if statement.license is None:
            values = {"id": subject.subject, "where": where(statement), "stated": statement.stated}
            return answer("not-in-table", evidence=proof, **values)
    if use is None:
        values = {"license": _stated(found.statements), "who": who(found.statements)}
        return answer("use-not-declared", evidence=proof, **values)
    return _ruled(case, subject, found, use, "open")


def _permitted(
    case: Case, subject: Sourced, found: Licensed, own: list[LicenseStatement], use: IntendedUse | None
) -> Answer:
    meant = {"commercial": "commercial use", "hosted": "hosting it for others", "redistribute": "redistribution"}
    meant |= {"modify": "modification"}
    uses = ", ".join(text for key, text in meant.items() if use and getattr(use, key)) or "private use"
    restricted = next((entry for entry in found.licenses(use) if entry.restrictions), None)
    fields = ", ".join(use.fields) if use else ""
    beside = (
        f"; its use restrictions name none of the fields {fields}, and whether each use keeps to them"
        if restricted
        else ""
    )
    beside += " is for whoever acknowledged them" if restricted else ""
    proof = evidence(case, subject)
    values = {"license": _stated(found.statements), "uses": uses, "beside": beside}
    if found.is_declared_alone:
        return answer("permitted-as-declared", evidence=proof, where=where(own[0]), **values)
    return answer("permitted", evidence=proof, who=who(found.statements), **values)


def _stated(statements: tuple[LicenseStatement, ...]) -> str:
    return ", ".join(dict.fromkeys(statement.license or statement.stated for statement in statements))


def _link(case: Case, subject: Sourced) -> str:
    link = next((r.license_link for r in hub_records(case, subject.subject) if r.license_link), "")
    return f"; its card points to {link}" if link else ""
