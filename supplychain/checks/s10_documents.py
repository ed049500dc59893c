"""Scenario 10, compliance verification: requirement 10.1, the documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from supplychain import catalog
from supplychain.checks.canaries.s10_documents import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.control import load
from supplychain.model.base import Frozen
from supplychain.model.case import Case, Document, Section
from supplychain.model.reference import Place, Scope

MEASURED = range(1, 10)
"""The scenarios whose measures have to be described; the last one is about the description itself."""


class Aspect(Frozen):
    """One thing that has to be documented."""

    subject: str
    at: Place | None = None
    what: Literal["document", "owner", "review", "placeholder", "section", "measure", "declared", "policy"]
    role: str = ""
    """Which document it is of; empty where it is of none."""
    key: str = ""
    """Which section, placeholder, scenario or part of the declaration."""

    def of(self, case: Case) -> Document:
        """Return the document that it is of."""
        return {document.role: document for document in case.documents}[self.role]


def _population(case: Case) -> tuple[Aspect, ...]:
    """Return every field of every document, the measures of nine scenarios, the declaration's part and the policy."""
    aspects: list[Aspect] = []
    for document in case.documents:
        aspects.extend(_aspects_of(document))
    for number in MEASURED:
        aspects.append(Aspect(subject=f"measures:scenario {number}", what="measure", key=str(number)))
    at = Place(file="supplychain.toml", scope=Scope.PROD)
    for part in ("an owner under [project]", "contacts under [incident]", "a plan under [incident]"):
        aspects.append(Aspect(subject=f"declaration:{part}", at=at, what="declared", key=part))
    aspects.append(Aspect(subject="policy", what="policy"))
    return tuple(aspects)


def _aspects_of(document: Document) -> Iterator[Aspect]:
    subject = f"document:{document.role}"
    at = Place(file=document.file, scope=Scope.DOCS)
    yield Aspect(subject=subject, at=at, what="document", role=document.role)
    if document.digest is None:
        return
    yield Aspect(subject=f"{subject}, owner", at=at, what="owner", role=document.role)
    reviewed = at.model_copy(update={"line": document.reviewed_line})
    yield Aspect(subject=f"{subject}, review", at=reviewed, what="review", role=document.role)
    for text, line in document.placeholders:
        place = at.model_copy(update={"line": line})
        yield Aspect(subject=f"{subject}, text", at=place, what="placeholder", role=document.role, key=text)
    for topic in _topics(document.role):
        yield Aspect(subject=f"{subject}, {topic}", at=at, what="section", role=document.role, key=topic)


@check("10.1", population=_population, canaries=plant)
def measures_documented(case: Case, subject: Aspect) -> Answer:
    """Look for the content, the owner and the review date of the documents that describe the measures."""
    return _DECIDE[subject.what](case, subject)


def _policy(case: Case, _: Aspect) -> Answer:
    if case.policy_digest is None:
        return answer("no-policy")
    return answer("documented", evidence=case.policy_digest, what="policy", value="given to this run")


def _document(case: Case, aspect: Aspect) -> Answer:
    document = aspect.of(case)
    if document.digest is None:
        return answer("no-document", role=document.role, file=document.file)
    return answer("documented", evidence=document.digest, what=document.role, value=document.file)


def _owner(case: Case, aspect: Aspect) -> Answer:
    document = aspect.of(case)
    if not document.owner:
        return answer("no-owner", evidence=document.digest, role=document.role, file=document.file)
    return answer("documented", evidence=document.digest, what="owner", value=document.owner)


def _placeholder(case: Case, aspect: Aspect) -> Answer:
    document = aspect.of(case)
    values = {"role": document.role, "file": document.file, "text": aspect.key}
    return answer("placeholder", evidence=document.digest, **values)


def _section(case: Case, aspect: Aspect) -> Answer:
    document = aspect.of(case)
    heading = _heading(document, _topics(document.role)[aspect.key])
    if heading is None:
        values = {"role": document.role, "file": document.file, "topic": aspect.key}
        return answer("no-section", evidence=document.digest, **values)
    return answer("documented", evidence=document.digest, what=aspect.key, value=f"section '{heading.heading}'")


def _review(case: Case, aspect: Aspect) -> Answer:
    document = aspect.of(case)
    values = {"role": document.role, "file": document.file}
    if document.reviewed is None:
        return answer("no-review", evidence=document.digest, **values)
    age = (case.now.date() - document.reviewed).days
    limit = case.policy.freshness.document_max_age_days
    if age < 0:
        return answer("future-review", evidence=document.digest, date=document.reviewed, **values)
    if age > limit:
        dated = {"date": str(document.reviewed), "age": str(age), "limit": str(limit)}
        return answer("old-review", evidence=document.digest, **dated, **values)
    return answer("documented", evidence=document.digest, what="last reviewed", value=document.reviewed)


def _measure(case: Case, aspect: Aspect) -> Answer:
    """Look for a section on a scenario's measures in the documents, or for the document that is declared to hold it."""
    number = int(aspect.key)
    words = catalog.documents().measures[number]
    name = {scenario.number: scenario.name for scenario in load().scenarios}[number]
    for document in case.documents:
        if document.digest is None:
            continue
        if number in document.covers:
            return answer("documented", evidence=document.digest, what=name, value=document.file)
        if (heading := _heading(document, words)) is not None:
            place = f"{document.file}:{heading.line}"
            return answer("documented", evidence=document.digest, what=name, value=place)
    return answer("no-measure", number=number, name=name)


def _declared(case: Case, aspect: Aspect) -> Answer:
    part = aspect.key
    declaration = case.declaration
    incident = declaration.incident if declaration else None
    value = {
        "an owner under [project]": declaration.project.owner if declaration and declaration.project else "",
        "contacts under [incident]": ", ".join(incident.contacts) if incident else "",
        "a plan under [incident]": incident.plan if incident else "",
    }[part]
    if not value.strip():
        return answer("not-declared", what=part)
    return answer("documented", evidence=case.declaration_digest, what=part, value=value)


def _topics(role: str) -> dict[str, tuple[str, ...]]:
    kinds = {kind.role: kind.sections for kind in catalog.documents().document}
    return kinds.get(role, {})


def _heading(document: Document, words: tuple[str, ...]) -> Section | None:
    """Return the first section with one of the words in its heading and enough text under it."""
    for section in document.sections:
        if section.words >= catalog.documents().words_per_section:
            if any(word in section.heading.lower() for word in words):
                return section
    return None


_DECIDE: dict[str, Callable[[Case, Aspect], Answer]] = {
    "policy": _policy,
    "declared": _declared,
    "measure": _measure,
    "document": _document,
    "owner": _owner,
    "review": _review,
    "placeholder": _placeholder,
    "section": _section,
}
