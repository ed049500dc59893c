"""Scenario 3, model license and usage validation: requirement 3.3, whether models are credited as their licenses ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supplychain.catalog.license import License
from supplychain.checks.canaries.s03_attribution import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.licensing import intended_use, licenses_of
from supplychain.checks.licensing_words import evidence, named
from supplychain.checks.owners import hub_sources
from supplychain.checks.sourced import Sourced, declared, third_party_models
from supplychain.model.case import Case
from supplychain.model.declaration import IntendedUse
from supplychain.model.license import Mention
from supplychain.model.reference import Unread, Unresolved


@check("3.3", population=third_party_models, canaries=plant, sources=hub_sources)
def attribution_met(case: Case, subject: Sourced | Unresolved | Unread) -> Answer:
    """Look for everything that the licenses of a model want named, where users see it."""
    if isinstance(subject, (Unread, Unresolved)):
        return not_seen(subject)
    found = licenses_of(case, subject.subject)
    proof = evidence(case, subject)
    if all(statement.inherited for statement in found.statements):
        return answer("license-not-stated", evidence=proof, id=subject.subject)
    use = intended_use(case)
    entries = found.licenses(use)
    known = [entry for entry in entries if entry.is_known]
    mentions = tuple(mention for mention in case.mentions if mention.component == subject.subject)
    if failing := _credit(case, subject, known, mentions) or _copies(case, subject, known, mentions, use):
        return failing
    if any(statement.license is None for statement in found.statements) or len(known) != len(entries):
        return answer("terms-not-known", evidence=proof, license=named(entries) or found.statements[0].stated)
    if use is None and any(entry.license_copy or entry.notice or entry.name_prefix for entry in known):
        return answer("use-not-declared", evidence=proof, license=named(known))
    asked = _asked(known)
    if not asked and not any(entry.wording for entry in known):
        return answer("asks-for-none", evidence=proof, license=named(known))
    best = _best(mentions, asked)
    values = {"where": best.at if best else "a page of the target", "names": ", ".join(asked) or "its wording"}
    return answer("credited", evidence=proof, license=named(known), **values)


def _asked(entries: Sequence[License]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for entry in entries for name in entry.credit))


def _best(mentions: Sequence[Mention], asked: Sequence[str]) -> Mention | None:
    """Return the mention that names most of what is asked for; the first of several."""
    naming = [mention for mention in mentions if "component" in mention.names]
    return max(naming, key=lambda mention: len({*mention.names} & {*asked}), default=None)


def _credit(case: Case, subject: Sourced, entries: Sequence[License], mentions: Sequence[Mention]) -> Answer | None:
    """Return what is missing of the credit that is due wherever the model is used."""
    asked, proof = _asked(entries), evidence(case, subject)
    values = {"id": subject.subject, "license": named(entries), "line": _line(subject, entries)}
    best = _best(mentions, asked)
    if asked and best is None:
        own = declared(case, subject.subject)
        pointed = f"; supplychain.toml points to {own.attribution}" if own and own.attribution else ""
        return answer("not-credited", evidence=proof, declared=pointed, parts=", ".join(asked), **values)
    if best and (missing := [name for name in asked if name not in best.names]):
        return answer("credited-in-part", evidence=proof, where=best.at, missing=", ".join(missing), **values)
    for entry in entries:
        if entry.wording and not any("notice" in mention.names for mention in mentions):
            return answer("wording-missing", evidence=proof, license=entry.id, wording=entry.wording[0])
    return None


def _copies(
    case: Case, subject: Sourced, entries: Sequence[License], mentions: Sequence[Mention], use: IntendedUse | None
) -> Answer | None:
    """Return what is missing of what is due where the model, or what is made from it, is passed on."""
    if use is None:
        return None
    seen = {name for mention in mentions for name in mention.names}
    proof = evidence(case, subject)
    for entry in entries:
        passed_on = use.redistribute or (use.hosted and entry.hosting_is_distribution)
        if use.redistribute and entry.notice and "notice file" not in seen:
            return answer("notice-file-missing", evidence=proof, license=entry.id, notice=entry.notice)
        if passed_on and entry.license_copy and "license text" not in seen:
            return answer("license-text-missing", evidence=proof, license=entry.id, file=f"{entry.id}.txt")
        if use.redistribute and entry.name_prefix:
            for derived in _derived(case, subject):
                if not derived.rpartition("/")[2].startswith(entry.name_prefix):
                    values = {"license": entry.id, "derived": derived, "prefix": entry.name_prefix}
                    return answer("name-not-as-asked", evidence=proof, **values)
    return None


def _derived(case: Case, subject: Sourced) -> Iterator[str]:
    """Yield what the target says that it makes from a model."""
    for relation in case.inventory.relations:
        if relation.kind == "fine-tuned from" and relation.object == subject.subject:
            yield relation.subject


def _line(subject: Sourced, entries: Sequence[License]) -> str:
    owner = next((entry.holder for entry in entries if entry.holder), "") or subject.component.name.partition("/")[0]
    return f"{subject.component.name}, copyright {owner}, is used under {', '.join(entry.name for entry in entries)}."
