"""Scenario 6, AI service provider assessment: requirement 6.1, whether somebody looked at each provider's practices."""

from __future__ import annotations

import json

from supplychain import catalog
from supplychain.checks.canaries.s06_assessment import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.services import (
    DECLARATION,
    Element,
    ServiceUse,
    age_in_days,
    evidence_of,
    is_over,
    line_in_declaration,
    population,
    today,
    way,
)
from supplychain.config.approvals import refused
from supplychain.model.case import Case
from supplychain.model.declaration import Approval
from supplychain.model.service import DeclaredService, ServiceAssessment, is_address


@check("6.1", population=population, canaries=plant)
def practices_reviewed(case: Case, subject: Element) -> Answer:
    """Hold a service against its recorded review: who, when, on what evidence, which topics, which certificates."""
    if not isinstance(subject, ServiceUse):
        return not_seen(subject)
    entry = subject.declared
    values = {"id": subject.id, "way": way(subject), "file": DECLARATION, "form": _form(case, subject)}
    if entry is None:
        return answer("undeclared", evidence=subject.digest, **values)
    values |= {"file": str(line_in_declaration(case, entry.id, "assessment")), "id": entry.id}
    if not subject.is_used and not any(isinstance(item, ServiceUse) and item.is_used for item in population(case)):
        is_whole = not any(not isinstance(item, ServiceUse) for item in population(case))
        return _based(case, "not-found" if is_whole else "perhaps-used", values)
    if entry.assessment is None:
        return _based(case, "no-assessment", values)
    return _reviewed(case, subject, entry, entry.assessment, values)


def _reviewed(
    case: Case, use: ServiceUse, entry: DeclaredService, review: ServiceAssessment, values: dict[str, str]
) -> Answer:
    values = {**values, "by": review.by, "on": str(review.on), "record": review.evidence, "digest": review.sha256}
    for look in (_reviewer, _age, _topics, _evidence, _certificates):
        if (problem := look(case, review, values)) is not None:
            return problem
    if use.is_router and not entry.forwards_to and not (entry.subprocessors or "").strip():
        return _based(case, "router-open", values)
    if not use.is_used:
        return _based(case, "declared-unused", values)
    forwards = f"; it may forward to {', '.join(entry.forwards_to)}" if entry.forwards_to else ""
    lists = f"; its sub-processors are listed at {entry.subprocessors}" if entry.subprocessors else ""
    held = (f"{held.name} through {held.expires}" for held in review.certificates)
    values |= {"topics": ", ".join(review.topics), "certificates": ", ".join(held) or "none", "more": forwards + lists}
    if is_address(review.evidence):
        return _based(case, "assessed-elsewhere", values | {"custodian": review.custodian or ""})
    return _based(case, "assessed", values)


def _reviewer(case: Case, review: ServiceAssessment, values: dict[str, str]) -> Answer | None:
    """Return why the review does not count whatever it says; it is judged like an approval."""
    project = case.declaration.project if case.declaration else None
    approval = Approval(by=review.by, on=review.on)
    state = refused(approval, case.policy, today(case.now), project.owner if project else None)
    if state is None:
        return None
    rule = "reviewer-unclear" if state.state == "undetermined" else "reviewer-not-counted"
    return _based(case, rule, values | {"why": state.reason})


def _age(case: Case, review: ServiceAssessment, values: dict[str, str]) -> Answer | None:
    age, limit = age_in_days(review.on, case.now), case.policy.freshness.assessment_max_age_days
    return _based(case, "stale", values | {"age": str(age), "limit": f"{limit} days"}) if age > limit else None


def _topics(case: Case, review: ServiceAssessment, values: dict[str, str]) -> Answer | None:
    asked = catalog.due_diligence()
    missing = [topic for topic in asked if topic.id not in review.topics]
    if not missing:
        return None
    values = values | {
        "missing": ", ".join(f"{topic.id} ({topic.asks})" for topic in missing),
        "questions": " ".join(question for topic in missing for question in topic.questions),
        "topics": ", ".join(f'"{topic.id}"' for topic in asked),
    }
    return _based(case, "topics-missing", values)


def _evidence(case: Case, review: ServiceAssessment, values: dict[str, str]) -> Answer | None:
    """Return what speaks against the evidence; what is named by an address is never fetched."""
    if is_address(review.evidence):
        return None if (review.custodian or "").strip() else _based(case, "evidence-elsewhere", values)
    file = evidence_of(case, review.evidence)
    if file.sha256 is None:
        rule = "evidence-missing" if file.is_missing else "evidence-unread"
        return _based(case, rule, values | {"why": file.problem})
    if file.sha256 != review.sha256:
        return _based(case, "evidence-changed", values | {"actual": file.sha256})
    return None


def _certificates(case: Case, review: ServiceAssessment, values: dict[str, str]) -> Answer | None:
    over = [held for held in review.certificates if is_over(held.expires, case.now)]
    if not over:
        return None
    first = min(over, key=lambda held: held.expires)
    values = values | {"certificate": first.name, "expires": str(first.expires)}
    return _based(case, "certificate-expired", values | {"age": str(age_in_days(first.expires, case.now))})


def _form(case: Case, use: ServiceUse) -> str:
    """Return the line that records a review, as it is to be written."""
    topics = json.dumps([topic.id for topic in catalog.due_diligence()])
    path = f"docs/review-{use.id.replace('/', '-')}.md"
    return f'{{ by = "…", on = {today(case.now)}, evidence = "{path}", sha256 = "…", topics = {topics} }}'


def _based(case: Case, rule: str, values: dict[str, str]) -> Answer:
    """Return an answer that rests on the declaration."""
    return answer(rule, evidence=case.declaration_digest, **values)
