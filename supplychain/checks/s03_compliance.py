"""Scenario 3, model license and usage validation: requirement 3.4, computed again from what was gathered."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from supplychain.catalog.license import License
from supplychain.checks.canaries.s03_compliance import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.hidden import not_seen
from supplychain.checks.licensing import Licensed, intended_use, licenses_of, options
from supplychain.checks.licensing_words import described, evidence, named, unstated, where, who
from supplychain.checks.owners import hub_sources
from supplychain.checks.sourced import Sourced, declared, third_party_models
from supplychain.config.approvals import refused
from supplychain.model.case import Case
from supplychain.model.declaration import IntendedUse
from supplychain.model.finding import Outcome
from supplychain.model.license import PROJECT, LicenseStatement
from supplychain.model.reference import Unread, Unresolved

_BEFORE = ("3.1", "3.2", "3.3")
_ASK = "Run with facts=online, so that its card and its license file are read; or read them"


@check("3.4", population=third_party_models, canaries=plant, sources=hub_sources)
def license_compliance_verified(case: Case, subject: Sourced | Unresolved | Unread) -> Answer:
    """Look for contradictions among everything stated, hold it against the project's license, and ask 3.1 to 3.3 again."""
    if isinstance(subject, (Unread, Unresolved)):
        return not_seen(subject)
    found, proof = licenses_of(case, subject.subject), evidence(case, subject)
    own = [statement for statement in found.statements if not statement.inherited]
    absent = unstated(case, subject) if not own else None
    if absent and absent.rule == "no-license":
        return absent
    failing = _conflict(case, subject) or _clash(case, subject, found) or _cells(case, subject, failed=True)
    if failing:
        return failing
    if absent:
        reason = absent.values.get("problem") or f"{absent.values.get('file', 'its license file')} was not read"
        values = {"why": reason, "ask": absent.values.get("ask", _ASK)}
        return answer("license-not-known", evidence=proof, id=subject.subject, **values)
    return _unsettled(case, subject, found) or _verified(case, subject, found, own)


def _unsettled(case: Case, subject: Sourced, found: Licensed) -> Answer | None:
    proof = evidence(case, subject)
    for statement in found.statements:
        if statement.license is None:
            said = f"{where(statement)} states {statement.stated}" if statement.stated else f"of {statement.inherited}"
            return answer("license-not-known", evidence=proof, id=subject.subject, why=said, ask=_ASK)
    return _project_unknown(case, subject, found) or _cells(case, subject, failed=False)


def _verified(case: Case, subject: Sourced, found: Licensed, own: list[LicenseStatement]) -> Answer:
    """Return the answer where nothing speaks against it: somebody beside the declaration has to say the same."""
    proof = evidence(case, subject)
    licenses = named(found.licenses(intended_use(case)))
    if not found.is_declared_alone:
        return answer("verified", evidence=proof, license=licenses, who=who(found.statements))
    entry = declared(case, subject.subject)
    project = case.declaration.project if case.declaration else None
    approval = entry.approved if entry else None
    values = {"id": subject.subject, "license": licenses, "where": where(own[0])}
    if approval and not described(case, subject.subject):
        if refused(approval, case.policy, case.now.date(), project.owner if project else None) is None:
            return answer("verified-as-approved", evidence=proof, by=approval.by, on=approval.on, **values)
    return answer("only-declared", evidence=proof, **values)


def _conflict(case: Case, subject: Sourced) -> Answer | None:
    """Return the answer on two statements on the component itself of which neither leaves room for the other."""
    stated = [item for item in case.licenses if item.component == subject.subject and not item.inherited]
    for first, second in combinations([item for item in stated if item.license], 2):
        if not _agree(first, second):
            values = {"first": first.license, "one": where(first), "second": second.license, "other": where(second)}
            return answer("conflict", evidence=evidence(case, subject), id=subject.subject, **values)
    return None


def _agree(first: LicenseStatement, second: LicenseStatement) -> bool:
    """Whether one statement is a choice that the other leaves, or names more precisely what the other leaves open."""
    one, other = ({frozenset(option.ids) for option in options(item)} for item in (first, second))
    return one <= other or other <= one or _covers(first, second) or _covers(second, first)


def _covers(wide: LicenseStatement, narrow: LicenseStatement) -> bool:
    families = [entry.family for option in options(wide) for entry in option.licenses]
    ids = {name for option in options(narrow) for name in option.ids}
    return all(family is not None and (not family or ids <= set(family)) for family in families)


def _clash(case: Case, subject: Sourced, found: Licensed) -> Answer | None:
    """Return the answer on a license that the project's own does not go with, given what the project does with it."""
    use = intended_use(case)
    if use is None:
        return None
    for entry in found.licenses(use):
        for statement in _project(case):
            if statement.license and (why := _against(entry, statement, use)):
                values = {"license": entry.id, "own": statement.license, "where": where(statement), "why": why}
                return answer("incompatible", evidence=evidence(case, subject), **values)
    return None


def _against(entry: License, project: LicenseStatement, use: IntendedUse) -> str:
    """Return why a license does not go with the project's own; empty where it does."""
    given = options(project)
    if _binds(entry, use) and not any(set(option.ids) <= set(entry.same_terms) for option in given):
        return f"what is passed on has to be under {' or '.join(entry.same_terms)}"
    grants = any(license_.commercial == "yes" for option in given for license_ in option.licenses)
    if use.redistribute and entry.commercial == "no" and grants:
        return "the project's own grants commercial use of what it passes on, and this one does not"
    return ""


def _binds(entry: License, use: IntendedUse) -> bool:
    """Whether a license says under which terms the project passes on what it makes with it."""
    if entry.copyleft == "strong":
        return use.redistribute
    if entry.copyleft == "network":
        return use.redistribute or (use.hosted and use.modify)
    if entry.copyleft in {"share-alike", "data"}:
        return use.modify and (use.redistribute or (use.hosted and entry.hosting_is_distribution))
    return False


def _project_unknown(case: Case, subject: Sourced, found: Licensed) -> Answer | None:
    use = intended_use(case)
    bound = [entry for entry in found.licenses(use) if use and _binds(entry, use)]
    if not bound or (_project(case) and all(item.license for item in _project(case))):
        return None
    return answer("project-license-not-known", evidence=evidence(case, subject), license=named(bound))


def _project(case: Case) -> tuple[LicenseStatement, ...]:
    return tuple(statement for statement in case.licenses if statement.component == PROJECT)


def _cells(case: Case, subject: Sourced, *, failed: bool) -> Answer | None:
    """Return the answer on what 3.1 to 3.3 came to for the component; a waived row counts as accepted."""
    outcomes = dict(_outcomes(case, subject))
    proof = evidence(case, subject)
    if failed:
        bad = [name for name, outcome in outcomes.items() if outcome in {Outcome.FAIL, Outcome.ERROR}]
        return answer("failed-before", evidence=proof, requirements=" and ".join(bad)) if bad else None
    if missing := [name for name in _BEFORE if name not in outcomes]:
        return answer("not-decided", evidence=proof, requirements=" and ".join(missing))
    open_ = [name for name, outcome in outcomes.items() if outcome is Outcome.UNDETERMINED]
    return answer("undecided-before", evidence=proof, requirements=" and ".join(open_)) if open_ else None


def _outcomes(case: Case, subject: Sourced) -> Iterator[tuple[str, Outcome]]:
    for decided in case.decided:
        if decided.requirement in _BEFORE:
            if decided.outcome is Outcome.ERROR:
                yield decided.requirement, Outcome.ERROR
                continue
            for cell in decided.cells:
                if cell.component == subject.subject:
                    yield decided.requirement, cell.outcome
