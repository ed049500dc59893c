"""Scenario 10, compliance verification: requirement 10.5, the roll-up of the other 48."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain.checks.engine import Answer, Canary, answer, check
from supplychain.checks.words import widening
from supplychain.control import load
from supplychain.model.base import Frozen
from supplychain.model.case import Case, Decided, Features, Sentence
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
    others = tuple(Row(subject=requirement) for requirement in load().requirements if requirement != ROLLUP)
    waivers = (Row(subject=_WAIVERS),) if _waived(case) else ()
    return (*others, Row(subject=_FEATURES), *waivers)


@check(ROLLUP, population=_population, canaries=lambda case: _canaries(case))
def conforms_as_worded(case: Case, subject: Row) -> Answer:
    """Roll up the outcomes of this run, with no override: conformity with the control document as worded."""
    if subject.subject == _WAIVERS:
        waived, limit = _waived(case), case.policy.waivers.max_count
        if waived > limit:
            return answer("too-many-waivers", waived=waived, limit=limit)
        return answer("holds-with-waiver", waived=waived)
    if subject.subject == _FEATURES:
        return _features(case)
    return _requirement(case, subject.subject)


def _requirement(case: Case, requirement: str) -> Answer:
    if requirement in case.features.missing:
        return answer("sentence-changed", sentence=load().requirements[requirement].text)
    decided = next((entry for entry in case.decided if entry.requirement == requirement), None)
    if decided is None:
        return answer("not-executed")
    if decided.outcome is Outcome.PASS:
        return answer("holds-with-waiver", waived=decided.waived) if decided.waived else answer("holds")
    rules = {
        Outcome.NOT_APPLICABLE: "nothing-to-decide",
        Outcome.FAIL: "failed",
        Outcome.UNDETERMINED: "not-decided",
    }
    return answer(rules.get(decided.outcome, "cannot-be-trusted"), requirement=requirement)


def _features(case: Case) -> Answer:
    """Decide on the words of the feature files; a sentence that is gone is a row of its own."""
    for requirement, words in widening(case.features).items():
        approved = case.policy.features.approved_words.get(requirement, ())
        if beyond := [word for word in words if word not in approved]:
            return answer("widened", words=", ".join(repr(word) for word in beyond), requirement=requirement)
    named = (f"{s.requirement} {', '.join(words)}" for s in case.features.sentences for words in s.words.values())
    return answer("features-stand", evidence=case.features.digest, words="; ".join(named) or "none")


def _waived(case: Case) -> int:
    return sum(entry.waived for entry in case.decided)


def _canaries(case: Case) -> Iterator[Canary]:
    """Plant a run in which everything passed, and the same with one outcome, sentence or word changed."""
    others = [requirement for requirement in load().requirements if requirement != ROLLUP]
    as_worded = tuple(
        Sentence(requirement=r.id, words={r.parameter.name: r.parameter.default})
        for r in load().requirements.values()
        if r.parameter
    )
    features = Features(digest="sha256:planted", sentences=as_worded)
    passed = tuple(Decided(requirement=requirement, outcome=Outcome.PASS) for requirement in others)
    whole = case.model_copy(update={"features": features, "decided": passed})
    yield Canary("as worded", whole, _FEATURES, "features-stand")
    yield Canary("nothing is waived", whole, _WAIVERS, None)
    yield Canary("not over itself", whole, ROLLUP, None)
    for requirement in others:
        yield Canary("all passed", whole, requirement, "holds")
    for position in (0, len(others) // 2, len(others) - 1):
        yield from _outcome_canaries(whole, position)
    yield from _word_canaries(whole)


def _outcome_canaries(whole: Case, position: int) -> Iterator[Canary]:
    entry = whole.decided[position]
    rest = whole.decided[:position] + whole.decided[position + 1 :]
    for outcome, rule in (
        (Outcome.FAIL, "failed"),
        (Outcome.ERROR, "cannot-be-trusted"),
        (Outcome.UNDETERMINED, "not-decided"),
        (Outcome.NOT_APPLICABLE, "nothing-to-decide"),
        (Outcome.WAIVED, "cannot-be-trusted"),
    ):
        changed = entry.model_copy(update={"outcome": outcome})
        case = whole.model_copy(update={"decided": (*rest, changed)})
        yield Canary(f"one {outcome}", case, entry.requirement, rule)
        yield Canary(f"beside one {outcome}", case, rest[0].requirement, "holds")
    yield Canary("one not executed", whole.model_copy(update={"decided": rest}), entry.requirement, "not-executed")
    features = whole.features.model_copy(update={"missing": (entry.requirement,)})
    edited = whole.model_copy(update={"features": features})
    yield Canary("one sentence changed", edited, entry.requirement, "sentence-changed")
    limit = whole.policy.waivers.max_count
    for waived, rule in ((limit, "holds-with-waiver"), (limit + 1, "too-many-waivers")):
        if waived:
            changed = entry.model_copy(update={"waived": waived})
            case = whole.model_copy(update={"decided": (*rest, changed)})
            yield Canary(f"{waived} waived", case, _WAIVERS, rule)
            yield Canary("passed with a waiver", case, entry.requirement, "holds-with-waiver")


def _word_canaries(whole: Case) -> Iterator[Canary]:
    first = next(sentence for sentence in whole.features.sentences if sentence.requirement == "1.1")
    others = tuple(sentence for sentence in whole.features.sentences if sentence is not first)
    words = first.words["registries"]
    for name, named, approved, rule in (
        ("fewer registries", words[:1], (), "features-stand"),
        ("one more registry", (*words, "planted"), (), "widened"),
        ("one more registry, approved", (*words, "planted"), ("planted",), "features-stand"),
        ("one more registry, another approved", (*words, "planted"), ("other",), "widened"),
    ):
        sentence = first.model_copy(update={"words": {"registries": named}})
        features = whole.features.model_copy(update={"sentences": (*others, sentence)})
        rules = whole.policy.features.model_copy(update={"approved_words": {"1.1": approved}})
        policy = whole.policy.model_copy(update={"features": rules})
        yield Canary(name, whole.model_copy(update={"features": features, "policy": policy}), _FEATURES, rule)
