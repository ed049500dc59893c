"""Proof: a patch applied to a copy of the case, and what of it comes out otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from supplychain.checks.engine import CHECKS, observe
from supplychain.control import load
from supplychain.model.case import Case, Sentence
from supplychain.model.finding import Outcome, Patch

Key = tuple[str, str, str]
"""A requirement, a component and the file that names it; a line may move."""
Again = Callable[[str, bytes], Case]
"""The case as it would be with other content at a path."""
Outcomes = Mapping[Key, frozenset[Outcome]]

_REQUIREMENTS = ("1.1", *(requirement.id for requirement in load().scenarios[4].requirement))
"""What is decided again: where things come from, and all of packages."""


@dataclass(frozen=True)
class Candidate:
    """A patch before it is proven."""

    patch: Patch
    rows: frozenset[Key]
    """The rows that it is given for."""
    takes_out: frozenset[Key] = frozenset()
    """Those of them that stand for what it takes out, and are gone with it."""
    anew: bool = False
    """Whether discovery read what it changes, so that the whole target has to be read again."""


def doubt(candidate: Candidate, before: Outcomes, case: Case) -> str:
    """Return what speaks against a patch, by the case as it is with it; empty where it is proven."""
    after = outcomes(case)
    for key in sorted(candidate.rows):
        found = after.get(key, frozenset())
        if not (passes(found) or (key in candidate.takes_out and not found)):
            return f"with it, {key[0]} still does not pass for {key[1]} in {key[2]}"
    keys = (before.keys() | after.keys()) - candidate.rows
    others = sorted(key for key in keys if before.get(key) != after.get(key))
    return f"with it, {others[0][0]} comes out otherwise for {others[0][1]}" if others else ""


def passes(found: frozenset[Outcome]) -> bool:
    """Return whether there are rows, and none is failed or open."""
    return bool(found) and found <= {Outcome.PASS, Outcome.WAIVED}


def outcomes(case: Case) -> dict[Key, frozenset[Outcome]]:
    """Return how each component of a file comes out in each requirement that is decided again."""
    found: dict[Key, set[Outcome]] = defaultdict(set)
    case = _comparable(case)
    for requirement in _REQUIREMENTS:
        for row in observe(CHECKS[requirement], case):
            found[requirement, row.component, row.at.file if row.at else ""].add(row.outcome)
    return {key: frozenset(outcomes) for key, outcomes in found.items()}


def _comparable(case: Case) -> Case:
    """Return a case with the document's words for sentences that this run has not come to, and without scanners of its own.

    They are not started again for a proof, and would be said to have missed the version that a patch brings.
    """
    known = {sentence.requirement for sentence in case.features.sentences}
    added = tuple(
        Sentence(requirement=requirement.id, words={requirement.parameter.name: tuple(requirement.parameter.default)})
        for requirement in map(load().requirements.__getitem__, _REQUIREMENTS)
        if requirement.parameter and requirement.id not in known
    )
    features = case.features.model_copy(update={"sentences": (*case.features.sentences, *added)})
    saved = tuple(report for report in case.scanners if report.how == "saved")
    return case.model_copy(update={"features": features, "scanners": saved})
