"""Scenario 10, compliance verification: requirement 10.1, the documents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

from supplychain import catalog
from supplychain.checks.engine import Answer, Canary, answer, check
from supplychain.control import load
from supplychain.model.base import Frozen
from supplychain.model.case import Case, Document, Section
from supplychain.model.declaration import Declaration, Incident, Project
from supplychain.model.reference import Place, Scope

MEASURED = range(1, 10)
"""The scenarios whose measures have to be described; the last one is about the description itself."""


class Aspect(Frozen):
    """One thing that has to be documented."""

    subject: str
    at: Place | None = None
    what: Literal["document", "owner", "review", "placeholder", "section", "measure", "declared", "policy"]
    document: Document | None = None
    key: str = ""
    """Which section, placeholder, scenario or part of the declaration."""
    line: int | None = None


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
    yield Aspect(subject=subject, at=at, what="document", document=document)
    if document.digest is None:
        return
    yield Aspect(subject=f"{subject}, owner", at=at, what="owner", document=document)
    reviewed = at.model_copy(update={"line": document.reviewed_line})
    yield Aspect(subject=f"{subject}, review", at=reviewed, what="review", document=document)
    for text, line in document.placeholders:
        place = at.model_copy(update={"line": line})
        yield Aspect(subject=f"{subject}, text", at=place, what="placeholder", document=document, key=text)
    for topic in _topics(document.role):
        yield Aspect(subject=f"{subject}, {topic}", at=at, what="section", document=document, key=topic)


@check("10.1", population=_population, canaries=lambda case: _canaries(case))
def measures_documented(case: Case, subject: Aspect) -> Answer:
    """Look for the content, the owner and the review date of the documents that describe the measures."""
    if subject.what == "policy":
        if case.policy_digest is None:
            return answer("no-policy")
        return answer("documented", evidence=case.policy_digest, what="policy", value="given to this run")
    if subject.what == "declared":
        return _declared(case, subject.key)
    if subject.what == "measure":
        return _measure(case, int(subject.key))
    return _document(case, subject)


def _document(case: Case, aspect: Aspect) -> Answer:
    document = aspect.document
    if document is None or document.digest is None:
        role, file = (document.role, document.file) if document else ("document", "")
        return answer("no-document", role=role, file=file)
    values = {"role": document.role, "file": document.file}
    evidence = document.digest
    if aspect.what == "owner":
        if not document.owner:
            return answer("no-owner", evidence=evidence, **values)
        return answer("documented", evidence=evidence, what="owner", value=document.owner)
    if aspect.what == "review":
        return _review(case, document)
    if aspect.what == "placeholder":
        return answer("placeholder", evidence=evidence, text=aspect.key, **values)
    if aspect.what == "section":
        heading = _heading(document, _topics(document.role)[aspect.key])
        if heading is None:
            return answer("no-section", evidence=evidence, topic=aspect.key, **values)
        return answer("documented", evidence=evidence, what=aspect.key, value=f"section '{heading.heading}'")
    return answer("documented", evidence=evidence, what=document.role, value=document.file)


def _review(case: Case, document: Document) -> Answer:
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


def _measure(case: Case, number: int) -> Answer:
    """Look for a section on a scenario's measures in the documents, or for the document that is declared to hold it."""
    words = catalog.documents().measures[number]
    name = load().scenarios[number - 1].name
    for document in case.documents:
        if document.digest is None:
            continue
        if number in document.covers:
            return answer("documented", evidence=document.digest, what=name, value=document.file)
        if (heading := _heading(document, words)) is not None:
            place = f"{document.file}:{heading.line}"
            return answer("documented", evidence=document.digest, what=name, value=place)
    return answer("no-measure", number=number, name=name)


def _declared(case: Case, part: str) -> Answer:
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


def _canaries(case: Case) -> Iterator[Canary]:
    """Plant complete documents, and the same with one thing missing in one of them."""
    complete = _complete(case)
    for aspect in _population(complete):
        yield Canary("complete", complete, aspect.subject, "documented")
    today = case.now.date()
    limit = case.policy.freshness.document_max_age_days
    for position, document in enumerate(complete.documents):
        subject = f"document:{document.role}"
        gone = Document(role=document.role, file=document.file, digest=None, sections=document.sections)
        changes: list[tuple[str, Document, str, str]] = [
            ("gone", gone, subject, "no-document"),
            ("no owner", document.model_copy(update={"owner": None}), f"{subject}, owner", "no-owner"),
            ("no review", document.model_copy(update={"reviewed": None}), f"{subject}, review", "no-review"),
        ]
        for name, day, rule in (
            ("review too old", today - timedelta(days=limit + 1), "old-review"),
            ("review just in time", today - timedelta(days=limit), "documented"),
            ("reviewed today", today, "documented"),
            ("reviewed tomorrow", today + timedelta(days=1), "future-review"),
        ):
            changes.append((name, document.model_copy(update={"reviewed": day}), f"{subject}, review", rule))
        stub = document.model_copy(update={"placeholders": (("planted", 3),)})
        changes.append(("placeholder", stub, f"{subject}, text", "placeholder"))
        needed = catalog.documents().words_per_section
        for number, section in enumerate(document.sections):
            topic = section.heading
            if topic not in _topics(document.role):
                continue
            thin = section.model_copy(update={"words": needed - 1})
            without = document.sections[:number] + document.sections[number + 1 :]
            other = document.model_copy(update={"sections": without})
            changes.append(("section gone", other, f"{subject}, {topic}", "no-section"))
            changed = document.model_copy(update={"sections": (*without, thin)})
            changes.append(("section too thin", changed, f"{subject}, {topic}", "no-section"))
        for name, changed, row, rule in changes:
            documents = (*complete.documents[:position], changed, *complete.documents[position + 1 :])
            yield Canary(f"{document.role}: {name}", _with(complete, documents), row, rule)
        yield Canary("nothing below a missing document", _with(complete, (gone,)), f"{subject}, owner", None)
    yield from _measure_canaries(complete)
    yield from _declaration_canaries(complete)


def _measure_canaries(complete: Case) -> Iterator[Canary]:
    bare = tuple(document.model_copy(update={"sections": ()}) for document in complete.documents)
    for number in MEASURED:
        subject = f"measures:scenario {number}"
        declared = (bare[0].model_copy(update={"covers": (number,)}), *bare[1:])
        gone = (declared[0].model_copy(update={"digest": None}), *bare[1:])
        yield Canary("measure gone", _with(complete, bare), subject, "no-measure")
        yield Canary("measure declared", _with(complete, declared), subject, "documented")
        yield Canary("measure declared in a missing document", _with(complete, gone), subject, "no-measure")
    missing = tuple(document.model_copy(update={"digest": None}) for document in complete.documents)
    yield Canary("measures of missing documents", _with(complete, missing), "measures:scenario 1", "no-measure")
    first = (missing[0], *complete.documents[1:])
    yield Canary("measures beside a missing document", _with(complete, first), "measures:scenario 1", "documented")
    yield Canary("ten is no measure", complete, "measures:scenario 10", None)


def _declaration_canaries(complete: Case) -> Iterator[Canary]:
    owner, contacts, plan = (
        f"declaration:{part}"
        for part in ("an owner under [project]", "contacts under [incident]", "a plan under [incident]")
    )
    nothing = complete.model_copy(update={"declaration": None})
    empty = complete.model_copy(update={"declaration": Declaration(schema=1)})
    for case in (nothing, empty):
        for subject in (owner, contacts, plan):
            yield Canary("not declared", case, subject, "not-declared")
    blank = Declaration(schema=1, project=Project(name="planted", owner=" "))
    yield Canary("blank owner", complete.model_copy(update={"declaration": blank}), owner, "not-declared")
    yield Canary("no policy", complete.model_copy(update={"policy_digest": None}), "policy", "no-policy")


def _complete(case: Case) -> Case:
    """Return the case with documents, declaration and policy that leave nothing to ask for."""
    measures = tuple(
        Section(heading=words[0].upper(), words=catalog.documents().words_per_section, line=number)
        for number, words in catalog.documents().measures.items()
    )
    kinds = catalog.documents().document
    documents = []
    for kind in kinds:
        words = catalog.documents().words_per_section
        topics = tuple(Section(heading=words_[0], words=words, line=1) for words_ in kind.sections.values())
        documents.append(
            Document(
                role=kind.role,
                file=kind.files[0],
                digest="sha256:planted",
                owner="planted",
                reviewed=case.now.date(),
                reviewed_line=2,
                sections=(*topics, *(measures if kind is kinds[-1] else ())),
            )
        )
    project = Project(name="planted", owner="planted")
    incident = Incident(contacts=("planted",), plan="planted.md")
    declaration = Declaration(schema=1, project=project, incident=incident)
    update = {"documents": tuple(documents), "declaration": declaration, "policy_digest": "sha256:planted"}
    return case.model_copy(update=update)


def _with(case: Case, documents: tuple[Document, ...]) -> Case:
    return case.model_copy(update={"documents": documents})
