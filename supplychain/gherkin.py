"""The feature files of a run, as behave parsed them, held against the control document."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from supplychain import catalog
from supplychain.catalog.parsing import parse_words
from supplychain.control import house, load
from supplychain.control.interface import Direction, Requirement
from supplychain.model.case import Features, Sentence

Stated = tuple[Sentence, str]
"""A requirement's sentence and its place, as `file:line`."""
OFF = "off"
"""The tag of a scenario that is there and not decided."""


class FeaturesError(Exception):
    """Feature files that cannot be run as was asked; the message names what to mend."""


def leave_out(features: list[Any], turned_on: Collection[int] = (), others: Collection[str] = ()) -> None:
    """Take the scenarios that are tagged `@off` out of parsed features; a feature that is left with none goes as well.

    `turned_on` are numbers of rules of the house that stay all the same, `others` names of scenarios that go as well.

    Raises:
        FeaturesError: a rule of the house is turned on by its number, and no scenario has its name.
    """
    names = {scenario.name: scenario.number for scenario in house() if scenario.number in turned_on}
    there = {scenario.name for feature in features for scenario in feature.walk_scenarios()}
    if gone := [name for name in names if name not in there]:
        raise FeaturesError(f"house={names[gone[0]]} is turned on, and no feature file has a scenario {gone[0]!r}")
    for feature in features:
        for container in (feature, *feature.rules):
            for item in [item for item in container.run_items if item.name in others or _is_off(item, names)]:
                container.run_items.remove(item)
                if item in container.scenarios:
                    container.scenarios.remove(item)
    features[:] = [feature for feature in features if feature.walk_scenarios()]


def _is_off(item: Any, turned_on: Collection[str]) -> bool:
    return OFF in item.effective_tags and item.name not in turned_on


def read(features: Iterable[Any]) -> Features:
    """Return which requirements' sentences the feature files lack, and a SHA-256 over the files."""
    digest = hashlib.sha256()
    sentences: set[str] = set()
    for feature in sorted(features, key=lambda feature: str(feature.filename)):
        digest.update(hashlib.sha256(Path(feature.filename).read_bytes()).digest())
        sentences |= {step.name for _, step in _steps(feature)}
    missing = tuple(
        requirement.id
        for requirement in load().requirements.values()
        if requirement.text not in sentences
        and not any(re.fullmatch(_pattern(requirement), sentence) for sentence in sentences)
    )
    return Features(digest=f"sha256:{digest.hexdigest()}", missing=missing)


def read_words(requirement: str, text: str) -> tuple[str, ...]:
    """Return the words in parentheses of a sentence; with an unknown one among them, all as they stand there.

    It does not raise: behave would answer with a traceback, and the requirement would have no finding.
    """
    try:
        return parse_words(requirement, text)
    except ValueError:
        return tuple(part.strip() for part in text.split(catalog.words(requirement).separator))


def unknown_word(requirement: str, words: Mapping[str, tuple[str, ...]]) -> str:
    """Return what to say of a word in a requirement's sentence that the catalog does not know, or an empty text."""
    try:
        for given in filter(None, words.values()):
            parse_words(requirement, catalog.words(requirement).separator.join(given))
    except ValueError as error:
        return str(error)
    return ""


def unbound(features: Iterable[Any], registry: Any) -> list[str]:
    """Return a line for each sentence that no step is written for, with the nearest sentence that there is."""
    known = [matcher.pattern for matchers in registry.steps.values() for matcher in matchers]
    lines = []
    for feature in features:
        for _, step in _steps(feature):
            if registry.find_step_definition(step) is None:
                lines.append(f"{step.filename}:{step.line}: {suggestion(step.name, known)}")
    return lines


def sentences(features: Iterable[Any], registry: Any) -> Iterator[Stated]:
    """Yield the requirements that steps are written for, with their words as the steps read them, and where each stands."""
    known = {**load().requirements, **{entry.id: entry for scenario in house() for entry in scenario.requirement}}
    patterns = {name: re.compile(_pattern(entry)) for name, entry in known.items()}
    for feature in features:
        for _, step in _steps(feature):
            name = next((name for name, pattern in patterns.items() if pattern.fullmatch(step.name)), None)
            match = registry.find_match(step) if name else None
            if name and match:
                words = {argument.name: argument.value for argument in match.arguments}
                yield Sentence(requirement=name, words=words), f"{step.filename}:{step.line}"


def suggestion(sentence: str, known: Iterable[str]) -> str:
    """Return what to say of a sentence that no step is written for."""
    plain = {re.sub(r"\{(\w+)(:\w+)?\}", r"\1", pattern): pattern for pattern in known}
    close = difflib.get_close_matches(sentence, list(plain), n=1, cutoff=0.5)
    hint = f"; did you mean {close[0]!r}?" if close else "; docs/control holds the sentences of the control document"
    return f"no step is written for {sentence!r}{hint}"


def _steps(feature: Any) -> Iterator[tuple[Any, Any]]:
    for scenario in feature.walk_scenarios():
        for step in scenario.steps:
            yield scenario, step


def _pattern(requirement: Requirement) -> str:
    """Return a pattern of a requirement's sentence with any words in its parentheses."""
    sentence = re.escape(requirement.sentence)
    if requirement.parameter is None:
        return sentence
    words = re.escape(f"({{{requirement.parameter.name}}})")
    if requirement.parameter.direction is Direction.RELAXES:
        return sentence.replace(rf"\ {words}", r"(\ \([^()]+\))?")
    return sentence.replace(words, r"\([^()]+\)")
