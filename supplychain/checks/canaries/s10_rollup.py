"""Canaries of requirement 10.5: a run in which everything passed, and the same with one thing changed."""

from __future__ import annotations

from collections.abc import Iterator

from supplychain.checks.engine import Canary
from supplychain.control import load
from supplychain.model.case import Case, Decided, Features, Sentence
from supplychain.model.finding import Outcome

_FEATURES = "feature files"
_WAIVERS = "waivers"


def plant(case: Case) -> Iterator[Canary]:
    """Plant a run in which everything passed, and the same with one outcome, sentence or word changed."""
    others = [requirement for requirement in load().requirements if requirement != "10.5"]
    as_worded = tuple(
        Sentence(requirement=r.id, words={r.parameter.name: r.parameter.default})
        for r in load().requirements.values()
        if r.parameter
    )
    features = Features(digest="sha256:planted", sentences=as_worded)
    passed = tuple(Decided(requirement=requirement, outcome=Outcome.PASS) for requirement in others)
    whole = case.model_copy(update={"features": features, "decided": passed})
    yield Canary("as worded", whole, _FEATURES, "features-stand", "1.1 HuggingFace")
    yield Canary("nothing is waived", whole, _WAIVERS, None)
    yield Canary("not over itself", whole, "10.5", None)
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
    for waived, rule in (
        (limit - 1, "holds-with-waiver"),
        (limit, "holds-with-waiver"),
        (limit + 1, "too-many-waivers"),
    ):
        if waived > 0:
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
