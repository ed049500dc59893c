"""Canaries of requirement 10.1: complete documents, and the same with one thing missing in one of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from supplychain import catalog
from supplychain.checks.engine import Canary
from supplychain.control import load
from supplychain.model.case import Case, Document, Section
from supplychain.model.declaration import Declaration, Incident, Project

SCENARIOS = range(1, 10)
DECLARED = ("an owner under [project]", "contacts under [incident]", "a plan under [incident]")


def plant(case: Case) -> Iterator[Canary]:
    """Plant complete documents, and the same with one thing missing in one of them."""
    complete = _complete(case)
    for subject in _subjects():
        yield Canary("complete", complete, subject, "documented")
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
        for topic, words in _topics(document.role).items():
            without = tuple(s for s in document.sections if not any(word in s.heading.lower() for word in words))
            for name, count, rule in (("ample", needed + 9, "documented"), ("thin", needed - 1, "no-section")):
                section = Section(heading=words[0], words=count, line=1)
                changed = document.model_copy(update={"sections": (*without, section)})
                changes.append((f"{name} section", changed, f"{subject}, {topic}", rule))
            changed = document.model_copy(update={"sections": without})
            changes.append(("section gone", changed, f"{subject}, {topic}", "no-section"))
        for name, changed, row, rule in changes:
            documents = (*complete.documents[:position], changed, *complete.documents[position + 1 :])
            yield Canary(f"{document.role}: {name}", _with(complete, documents), row, rule)
        yield Canary("nothing below a missing document", _with(complete, (gone,)), f"{subject}, owner", None)
    yield from _measure_canaries(complete)
    yield from _declaration_canaries(complete)


def _measure_canaries(complete: Case) -> Iterator[Canary]:
    bare = tuple(document.model_copy(update={"sections": ()}) for document in complete.documents)
    for number in SCENARIOS:
        subject = f"measures:scenario {number}"
        declared = (bare[0].model_copy(update={"covers": (number,)}), *bare[1:])
        gone = (declared[0].model_copy(update={"digest": None}), *bare[1:])
        name = load().scenarios[number - 1].name
        yield Canary("measure gone", _with(complete, bare), subject, "no-measure", f"scenario {number}, {name}")
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


def _subjects() -> Iterator[str]:
    """Yield every row that complete documents have."""
    for kind in catalog.documents().document:
        yield f"document:{kind.role}"
        yield from (f"document:{kind.role}, {name}" for name in ("owner", "review", *kind.sections))
    yield from (f"measures:scenario {number}" for number in SCENARIOS)
    yield from (f"declaration:{part}" for part in DECLARED)
    yield "policy"


def _topics(role: str) -> dict[str, tuple[str, ...]]:
    return next(kind.sections for kind in catalog.documents().document if kind.role == role)
