"""Scenario 10, compliance verification: requirement 10.5, the roll-up of the other 48."""

from __future__ import annotations

from functools import cache

from supplychain.checks.canaries.s10_rollup import plant
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.words import widening
from supplychain.control import is_house, load
from supplychain.model.base import Frozen
from supplychain.model.case import Case
from supplychain.model.finding import Outcome
from supplychain.model.reference import Place

ROLLUP = "10.5"
_FEATURES = "feature files"
_WAIVERS = "waivers"


class Row(Frozen):
    """A requirement, the feature files, or the waivers together."""

    subject: str
    at: Place | None = None


def _population(case: Case) -> tuple[Row, ...]:
    """Return the other 48 requirements, the feature files, and the waivers where any row is waived."""
    waivers = (Row(subject=_WAIVERS),) if _waived(case) else ()
    return (*_others(), Row(subject=_FEATURES), *waivers)


@cache
def _others() -> tuple[Row, ...]:
    return tuple(Row(subject=requirement) for requirement in load().requirements if requirement != ROLLUP)


@check(ROLLUP, population=_population, canaries=plant)
def conforms_as_worded(case: Case, subject: Row) -> Answer:
    """Roll up the outcomes of this run, with no override: conformity with the control document as worded."""
    decide = {_WAIVERS: _waivers, _FEATURES: _features}.get(subject.subject)
    return decide(case) if decide else _requirement(case, subject.subject)


def _waivers(case: Case) -> Answer:
    waived, limit = _waived(case), case.policy.waivers.max_count
    return answer("too-many-waivers" if waived > limit else "holds-with-waiver", waived=waived, limit=limit)


def _requirement(case: Case, requirement: str) -> Answer:
    if requirement in case.features.missing:
        return answer("sentence-changed", sentence=load().requirements[requirement].text)
    decided = {entry.requirement: entry for entry in case.decided}.get(requirement)
    if decided is None:
        return answer("not-executed")
    rules = {
        Outcome.PASS: "holds-with-waiver" if decided.waived else "holds",
        Outcome.NOT_APPLICABLE: "nothing-to-decide",
        Outcome.FAIL: "failed",
        Outcome.UNDETERMINED: "not-decided",
    }
    rule = rules.get(decided.outcome, "cannot-be-trusted")
    return answer(rule, requirement=requirement, waived=decided.waived)


def _features(case: Case) -> Answer:
    """Decide on the words of the feature files; a sentence that is gone is a row of its own."""
    for requirement, words in widening(case.features).items():
        approved = case.policy.features.approved_words.get(requirement, ())
        if beyond := [word for word in words if word not in approved]:
            return answer("widened", words=", ".join(repr(word) for word in beyond), requirement=requirement)
    worded = (s for s in case.features.sentences if not is_house(s.requirement))
    named = (f"{s.requirement} {', '.join(words)}" for s in worded for words in s.words.values())
    return answer("features-stand", evidence=case.features.digest, words="; ".join(named) or "none")


def _waived(case: Case) -> int:
    return sum(entry.waived for entry in case.decided if not is_house(entry.requirement))
