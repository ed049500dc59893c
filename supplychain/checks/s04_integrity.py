"""Scenario 4, dataset source validation: requirement 4.3."""

from __future__ import annotations

from supplychain.checks import integrity
from supplychain.checks.canaries.integrity import plant_datasets
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.integrity import Row, Rows
from supplychain.checks.sourced import datasets
from supplychain.control import requirement as requirement_of
from supplychain.model.artifact import FoundSignature, SignatureLookup
from supplychain.model.case import Case
from supplychain.model.finding import Outcome
from supplychain.model.reference import Unread, Unresolved


def _population(case: Case) -> Rows:
    """Return the artifacts of the datasets of production."""
    return integrity.rows(case, datasets(case))


@check("4.3", population=_population, canaries=plant_datasets, sources=integrity.sources)
def intact(case: Case, row: Row | Unresolved | Unread) -> Answer:
    """Decide on one artifact: its digest against what was recorded of it, and its signature where the words ask for it."""
    given = integrity.decide(case, row)
    rules = requirement_of("4.3").rules
    if isinstance(row, (Unresolved, Unread)) or "signatures" not in case.words("4.3", "methods"):
        return given
    if rules[given.rule].outcome is not Outcome.PASS:
        return given
    return _signed(case, row, rules[given.rule].message.format_map(given.values))


def _signed(case: Case, row: Row, message: str) -> Answer:
    """Decide on the signatures of an artifact whose digest is the recorded one."""
    lookups = [lookup for lookup in case.signatures if lookup.component == row.subject]
    over = [found for lookup in lookups for found in lookup.found if _covers(found, row)]
    path, evidence = row.artifact.path, f"sha256:{row.artifact.sha256}"
    bad = next((found for found in over if found.state not in {"valid", "no trust"}), None)
    if bad is not None:
        reason = bad.says or bad.state
        return answer("bad-signature", evidence=evidence, path=path, signature=bad.file, reason=reason)
    if (good := next((found for found in over if found.state == "valid"), None)) is not None:
        return answer("signed", evidence=evidence, message=message, signature=good.file)
    if over:
        return answer("signature-unknown", evidence=evidence, path=path, reason=over[0].says or over[0].state)
    if not any(lookup.looked for lookup in lookups) or any(lookup.lacked for lookup in lookups):
        return answer("signature-unknown", evidence=evidence, path=path, reason=_lacked(lookups))
    looked = ", ".join(where for lookup in lookups for where in lookup.looked)
    return answer("unsigned", evidence=evidence, path=path, looked=f"looked in {looked}")


def _covers(found: FoundSignature, row: Row) -> bool:
    """Whether a signature is of this artifact; one that could not be read may be of any."""
    return row.artifact.path in found.covers or (not found.covers and found.state != "valid")


def _lacked(lookups: list[SignatureLookup]) -> str:
    lacked = [reason for lookup in lookups for reason in lookup.lacked]
    return lacked[0] if lacked else "no lookup ran"
