"""Scenario 6, AI service provider assessment: requirement 6.4, whether an agreement with each provider is on record.

The record is verified, never the contract: what stands in it, who accepted it, and whether it is in force is read by
nobody here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from supplychain import catalog
from supplychain.checks.canaries.s06_agreement import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.provider_facts import doubt
from supplychain.checks.services import (
    DECLARATION,
    Element,
    ServiceUse,
    age_in_days,
    evidence_of,
    is_over,
    is_to_come,
    line_in_declaration,
    population,
    today,
    way,
)
from supplychain.config.approvals import refused
from supplychain.model.case import Case
from supplychain.model.declaration import Approval
from supplychain.model.service import DataProcessingAgreement, DeclaredService

_TEXTS = ("url", "version", "accepted_by")
_WAYS = {"incorporated": "by reference in its terms", "clickthrough": "by a click", "signed": "by signature"}
_SERVES = {
    "incorporated": {"incorporated", "clickthrough", "signed"},
    "clickthrough": {"clickthrough", "signed"},
    "signed": {"signed"},
}
"""The types of a record that a provider's mechanism allows: what is signed stands in for what is only accepted."""
_WORD = 3
"""Letters that a word needs to tell a provider's company."""


@check("6.4", population=population, canaries=plant)
def agreement_recorded(case: Case, subject: Element) -> Answer:
    """Hold the record of a service's agreement against the data that it receives, the day, its copy and the catalog."""
    if not isinstance(subject, ServiceUse):
        return not_seen(subject)
    entry = subject.declared
    values = {"id": subject.id, "way": way(subject), "file": DECLARATION, "form": _form(case, subject)}
    if entry is None:
        return answer("no-classes", evidence=subject.digest, **values)
    key = "dpa" if entry.dpa else "data_classes"
    classes = ", ".join(entry.data_classes)
    values |= {"id": entry.id, "file": str(line_in_declaration(case, entry.id, key)), "classes": classes or "any"}
    values |= {"provider": _name(subject.id), "today": str(today(case.now)), "mechanism": ""}
    is_public = {*entry.data_classes} == {"public"}
    why = _public_refused(case, entry) if is_public else ""
    if is_public and not why and entry.public_data:
        by = {"by": entry.public_data.by, "on": str(entry.public_data.on)}
        return _based(case, "public-data", values | by)
    if entry.dpa is not None:
        return _recorded(case, subject, entry.dpa, values)
    if not entry.data_classes:
        return _based(case, "no-classes", values)
    if is_public:
        return _based(case, "public-not-approved", values | {"why": why})
    known = catalog.providers().get(subject.id)
    if known and known.dpa and not doubt(known.dpa, case):
        values |= {"mechanism": f", which comes about {_WAYS[known.dpa.mechanism]} ({known.dpa.url or known.dpa.text})"}
    return _based(case, "no-agreement", values)


def _public_refused(case: Case, entry: DeclaredService) -> str:
    """Return why it does not count that a service receives public data alone; empty where it does."""
    if entry.public_data is None:
        return "nobody approved it"
    project = case.declaration.project if case.declaration else None
    approval = Approval(by=entry.public_data.by, on=entry.public_data.on)
    state = refused(approval, case.policy, today(case.now), project.owner if project else None)
    return state.reason if state else ""


def _recorded(case: Case, use: ServiceUse, dpa: DataProcessingAgreement, values: dict[str, str]) -> Answer:
    values = {**values, "type": dpa.type, "version": dpa.version, "by": dpa.accepted_by, "on": str(dpa.date)}
    values |= {"expires": str(dpa.expires), "digest": dpa.sha256, "copy": dpa.file or ""}
    values |= {"parties": " and ".join(dpa.parties) or "not named"}
    problems = (*_problems(case, use, dpa), *_copy(case, dpa), *_unproven(case, use, dpa))
    if problems:
        rule, more = problems[0]
        return _based(case, rule, values | more)
    signers = evidence_of(case, dpa.file).signatures if dpa.file else ()
    copy = f"{dpa.file} has SHA-256 {dpa.sha256}"
    if dpa.file is None:
        copy = f"the copy with SHA-256 {dpa.sha256} is with {dpa.custodian} and was not seen here"
    signed = f", and a signature of {', '.join(signers)} on it verifies" if signers else ""
    if dpa.type == "signed" and dpa.file and not signers:
        signed = "; no signature on it was verified, since the policy's services.roots are empty"
    until = f"through {dpa.expires}" if dpa.expires else "without an end"
    return _based(case, "recorded", values | {"copy": copy, "signed": signed, "until": until})


Problem = tuple[str, dict[str, str]]


def _problems(case: Case, use: ServiceUse, dpa: DataProcessingAgreement) -> Iterator[Problem]:
    """Return what in the record itself speaks against it, the first thing to mend first."""
    if missing := [f"dpa.{name}" for name in _TEXTS if not str(getattr(dpa, name)).strip()]:
        yield "incomplete", {"missing": ", ".join(missing), "lines": ", ".join(f'{name} = "…"' for name in missing)}
    if dpa.accepted_by not in case.policy.people.approvers:
        yield "not-accepted", {}
    if is_to_come(dpa.date, case.now):
        yield "in-future", {}
    if dpa.expires and dpa.expires < dpa.date:
        yield "ends-before", {}
    if dpa.expires and is_over(dpa.expires, case.now):
        yield "expired", {"age": str(age_in_days(dpa.expires, case.now))}
    named = {party.strip().casefold() for party in dpa.parties if party.strip()}
    others = [party for party in named if not _is_provider(use.id, party)]
    if len(named) < 2 or not others:
        yield "one-party", {}
    yield from (item for item in _mechanism(case, use, dpa) if item[0] == "other-mechanism")


def _copy(case: Case, dpa: DataProcessingAgreement) -> Iterator[Problem]:
    """Return what speaks against the copy of the agreement."""
    if dpa.file is None:
        if not (dpa.custodian or "").strip():
            yield "no-copy", {}
        return
    file = evidence_of(case, dpa.file)
    if file.sha256 is None:
        yield "copy-missing" if file.is_missing else "copy-unread", {"why": file.problem}
    elif file.sha256 != dpa.sha256:
        yield "copy-changed", {"actual": file.sha256}
    elif file.is_bad:
        yield "bad-signature", {"why": file.unsigned}
    elif dpa.type == "signed" and case.policy.services.roots and not file.signatures:
        yield "not-verified", {"why": file.unsigned or "none was looked for"}


def _unproven(case: Case, use: ServiceUse, dpa: DataProcessingAgreement) -> Iterator[Problem]:
    """Return what leaves open whether the record is of this provider's agreement."""
    if not any(_is_provider(use.id, party) for party in dpa.parties):
        yield "provider-not-named", {}
    yield from (item for item in _mechanism(case, use, dpa) if item[0] == "mechanism-unknown")


def _mechanism(case: Case, use: ServiceUse, dpa: DataProcessingAgreement) -> Iterator[Problem]:
    """Return that the agreement comes about otherwise, as far as the catalog knows; what it has not read settles nothing."""
    provider = catalog.providers().get(use.id)
    known = provider.dpa if provider else None
    if known is None or dpa.type in _SERVES[known.mechanism]:
        return
    why = doubt(known, case)
    values = {"mechanism": _WAYS[known.mechanism], "needed": known.mechanism, "why": why}
    values |= {"known": str(known.on), "source": known.source}
    yield "mechanism-unknown" if why else "other-mechanism", values


def _is_provider(service: str, party: str) -> bool:
    """Whether a party is named like a provider: with a word of its name, its id or the host of its documents."""
    known = _provider_words(service)
    return not _words(party).isdisjoint(known) if known else service.casefold() in party.casefold()


def _provider_words(service: str) -> set[str]:
    known = catalog.providers().get(service)
    if known is None:
        return _words(service)
    pages = (fact.url for fact in (known.dpa, known.trust, known.subprocessors) if fact and fact.url)
    owners = ((urlsplit(page).hostname or "").split(".")[-2:-1] for page in pages)
    return _words(service) | _words(known.name) | {word for owner in owners for word in owner if len(word) >= _WORD}


def _words(text: str) -> set[str]:
    return {word for word in re.split(r"[^\w]+|_", text.casefold()) if len(word) >= _WORD}


def _name(service: str) -> str:
    known = catalog.providers().get(service)
    return known.name if known else service


def _form(case: Case, use: ServiceUse) -> str:
    """Return the line that records an agreement, as it is to be written."""
    known = catalog.providers().get(use.id)
    kind = known.dpa.mechanism if known and known.dpa else "signed"
    return (
        f'{{ type = "{kind}", url = "https://…", version = "…", accepted_by = "…", date = {today(case.now)}, '
        f'parties = ["{_name(use.id)}", "…"], sha256 = "…", custodian = "…" }}'
    )


def _based(case: Case, rule: str, values: dict[str, str]) -> Answer:
    """Return an answer that rests on the declaration."""
    return answer(rule, evidence=case.declaration_digest, **values)
