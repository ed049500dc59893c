"""House rule 94.1: no model is older than the sentence accepts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from supplychain import catalog
from supplychain.checks.canaries.house_models import plant_ages
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.house_models import Declared, models, unseen
from supplychain.checks.population import Named
from supplychain.config.approvals import refused
from supplychain.model.case import Case
from supplychain.model.declaration import DeclaredComponent
from supplychain.model.reference import Reference


@check("94.1", population=models, canaries=plant_ages)
def young_enough(case: Case, subject: Named | Declared) -> Answer:
    """Hold a model against every day that is known of its revision; only an approved day of publication lets it pass."""
    if not isinstance(subject, Reference):
        return unseen(subject)
    known = {word.name: word.days for word in catalog.words("94.1").word if word.days}
    limit, name = max(((known[word], word) for word in case.words("94.1", "age")), default=(0, "no age"))
    revision, today = _revision(case, subject), case.now.date()
    for source, day in _days(case, subject, revision):
        if (age := (today - day).days) > limit:
            facts = {"revision": revision, "source": source, "day": day, "age": age, "limit": name}
            return answer("too-old", evidence=subject.digest, **facts)
    declared = case.declaration.of(subject.subject) if case.declaration else None
    reason = _not_dated(case, declared, revision)
    if reason or declared is None or declared.approved is None or declared.published is None:
        return answer("no-date", evidence=subject.digest, revision=revision, reason=reason, id=subject.subject)
    facts = {"revision": revision, "day": declared.published, "age": (today - declared.published).days}
    return answer("young-enough", evidence=subject.digest, by=declared.approved.by, **facts)


def _revision(case: Case, reference: Reference) -> str:
    """Return what names the bytes: a whole commit, else their digest, else that nothing does."""
    if reference.is_pinned and reference.revision:
        return reference.revision
    return case.measured.get(reference.subject) or reference.checksum or "a moving revision"


def _days(case: Case, reference: Reference, revision: str) -> Iterator[tuple[str, date]]:
    """Return the days by which this very revision was there, each with what says so."""
    declared = case.declaration.of(reference.subject) if case.declaration else None
    if declared is not None and _states(declared, revision):
        if declared.published:
            yield "was published on", declared.published
        if declared.approved:
            yield "was approved on", declared.approved.on
    if case.baseline is not None and (recorded := case.baseline.baseline) is not None:
        for entry in recorded.components:
            if entry.id == reference.subject and revision in (*entry.revisions, *entry.digests, *entry.checksums):
                yield "is in the baseline of", recorded.written.date()


def _not_dated(case: Case, declared: DeclaredComponent | None, revision: str) -> str:
    """Return why the declaration does not date a revision; empty where it does."""
    if declared is None or declared.published is None:
        return "supplychain.toml states no day of publication"
    if not _states(declared, revision):
        return "the day in supplychain.toml is of another revision"
    if declared.published > case.now.date():
        return f"supplychain.toml states {declared.published}, which is to come"
    project = case.declaration.project if case.declaration else None
    if declared.approved is None:
        return "nobody approved the day that supplychain.toml states"
    state = refused(declared.approved, case.policy, case.now.date(), project.owner if project else None)
    return state.reason if state else ""


def _states(declared: DeclaredComponent, revision: str) -> bool:
    return revision in {declared.revision, f"sha256:{declared.sha256}"}
