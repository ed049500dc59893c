"""`supplychain features`: edited feature files held against the control document, and written out to be edited."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from supplychain import gherkin
from supplychain.checks.words import narrowing, widening
from supplychain.config.files import policy_at
from supplychain.control import load
from supplychain.model.case import Features
from supplychain.model.policy import Policy
from supplychain.suite import root
from supplychain.verbs.interface import Code, VerbError, shown


def check(folder: Path | None, policy: Path | None) -> int:
    """Print how feature files differ from the control document, and which sentences cannot be run.

    Holds where they are as the document words them, ask for more, or for less in words that the policy approves.
    """
    from supplychain.verbs.suite_runner import parsed  # behave, which few verbs need

    running = parsed(folder)
    rules = policy_at(policy)[0] if policy else Policy()
    gherkin.leave_out(running.features)
    unbound = gherkin.unbound(running.features, running.step_registry)
    stated = tuple(gherkin.sentences(running.features, running.step_registry))
    read = gherkin.read(running.features)
    features = read.model_copy(update={"sentences": tuple(sentence for sentence, _ in stated)})
    places = {sentence.requirement: place for sentence, place in reversed(stated)}
    wrong = [*unbound, *_unknown(features, places), *_structural(features, places, stated)]
    wrong += _widened(features, places, rules)
    approved = list(_approved(features, places, rules))
    narrowed = [
        f"{places[name]}: {name} asks for more: {_listed(words)}; 10.5 stands"
        for name, words in narrowing(features).items()
        if not any(_is_unknown(name, word) for word in words)
    ]
    print(*wrong, *approved, *narrowed, sep="\n", end="\n" if wrong or approved or narrowed else "")
    held = len(load().requirements) - len(features.missing)
    files = len({feature.filename for feature in running.features})
    print(f"{held} of {len(load().requirements)} sentences of the control in {files} files; {len(wrong)} to mend")
    return Code.DOES_NOT_HOLD if wrong else Code.HOLDS


def export(folder: Path) -> int:
    """Write the suite's feature files into a folder that is not there yet, and print what to do with them."""
    if os.path.lexists(folder):
        raise VerbError(f"{shown(folder)} is there already; name another folder, or remove it")
    try:
        shutil.copytree(root() / "features", folder, ignore=shutil.ignore_patterns("__pycache__"))
    except OSError as error:
        raise VerbError(f"{shown(folder)} cannot be written: {error.strerror}; name another folder") from error
    print(
        f"{shown(folder)}: {len(list(folder.glob('*.feature')))} feature files; the words in parentheses may be edited,"
    )
    print("and a rule of the house begins to count where the line @off above it is removed")
    print(f"What an edit means: supplychain features check {shown(folder)}")
    print(f"What it would change in a run that was recorded: supplychain replay RUN --features {shown(folder)}")
    print(f"A run with it: supplychain run TARGET --features {shown(folder)}")
    return Code.HOLDS


def _unknown(features: Features, places: dict[str, str]) -> Iterator[str]:
    for sentence in features.sentences:
        if reason := gherkin.unknown_word(sentence.requirement, sentence.words):
            yield f"{places[sentence.requirement]}: {sentence.requirement}: {reason}"


def _structural(features: Features, places: dict[str, str], stated: tuple[gherkin.Stated, ...]) -> Iterator[str]:
    """Yield sentences that are gone, or there more than once: 10.5 cannot be decided, or not by one of them."""
    for name in features.missing:
        yield f"{name}: its sentence is gone or worded otherwise; restore it: {load().requirements[name].text}"
    for sentence, place in stated:
        if place != places[sentence.requirement]:
            yield f"{place}: {sentence.requirement} stands at {places[sentence.requirement]} already; remove one of them"


def _widened(features: Features, places: dict[str, str], policy: Policy) -> Iterator[str]:
    for name, words in widening(features).items():
        known = policy.features.approved_words.get(name, ())
        if beyond := tuple(word for word in words if word not in known and not _is_unknown(name, word)):
            step = f'approve it by [features.approved_words] "{name}" of the policy, or take it back'
            yield f"{places[name]}: {name} asks for less: {_listed(beyond)}; {step}"


def _approved(features: Features, places: dict[str, str], policy: Policy) -> Iterator[str]:
    for name, words in widening(features).items():
        if all(word in policy.features.approved_words.get(name, ()) for word in words):
            yield f"{places[name]}: {name} asks for less: {_listed(words)}; the policy approves it"


def _is_unknown(requirement: str, word: str) -> bool:
    return bool(gherkin.unknown_word(requirement, {"": (word,)}))


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(repr(word) for word in words) or "no words"
