"""The words in parentheses of a run's sentences, held against those of the control document."""

from __future__ import annotations

from supplychain import catalog
from supplychain.control import load
from supplychain.control.interface import Direction, Parameter
from supplychain.model.case import Features


def widening(features: Features) -> dict[str, tuple[str, ...]]:
    """Return, for each requirement whose words ask for less than the document's, the words that do so."""
    return {name: words for name, (words, _) in _differences(features).items() if words}


def narrowing(features: Features) -> dict[str, tuple[str, ...]]:
    """Return, for each requirement whose words ask for more than the document's, the words that do so."""
    return {name: words for name, (_, words) in _differences(features).items() if words}


def _differences(features: Features) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    requirements = load().requirements
    found = {}
    for sentence in features.sentences:
        requirement = requirements.get(sentence.requirement)  # a rule of the house stands beside the document
        parameter = requirement.parameter if requirement else None
        if parameter is not None:
            words = sentence.words.get(parameter.name, ())
            found[sentence.requirement] = _compare(sentence.requirement, parameter, words)
    return found


def _compare(requirement: str, parameter: Parameter, words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words that widen the sentence and those that narrow it."""
    added = tuple(word for word in words if word not in parameter.default)
    removed = tuple(word for word in parameter.default if word not in words)
    if parameter.direction is Direction.LIMITS:
        before, after = _longest(requirement, parameter.default), _longest(requirement, words)
        return (words if after > before else (), words if after < before else ())
    if parameter.direction is Direction.DEMANDS:
        return removed, added
    return added, removed


def _longest(requirement: str, words: tuple[str, ...]) -> int:
    """Return the days of the longest interval named; without any, no limit holds."""
    days = [word.days for word in catalog.words(requirement).word if word.name in words and word.days]
    return max(days, default=10_000)
