"""What is decided on a case, in the order of its run: by a run that gathers one, and again on a recorded one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol

from supplychain.checks.applicability import not_applicable
from supplychain.checks.engine import decide
from supplychain.control import load
from supplychain.control import requirement as requirement_of
from supplychain.gherkin import unknown_word
from supplychain.model.case import Case, Cell, Decided, Sentence
from supplychain.model.finding import Finding, Outcome
from supplychain.suite import tool


class NotMet(AssertionError):  # noqa: N818 - behave tells outcomes by type, and this is one
    """A requirement that is not met, or whose check cannot be trusted."""


class Undetermined(AssertionError):  # noqa: N818 - as above
    """A requirement that could not be decided."""


class Skippable(Protocol):
    """A scenario that can be left out with a reason."""

    def skip(self, reason: str) -> None:
        """Leave it out."""


class Decisions(ABC):
    """What steps are handed: a case and the findings on it so far."""

    def __init__(self, case: Case) -> None:
        """Begin with nothing decided."""
        self.case = case
        self.findings: dict[str, Finding] = {}
        self.listeners: list[Callable[[Finding], object]] = []
        self._decided: dict[str, Decided] = {}

    @abstractmethod
    def gather(self) -> None:
        """Fill the case, once a run."""

    def given(self, number: int, scenario: Skippable) -> None:
        """Decide in a Given whether its scenario applies; where it does not, skip it with the proof."""
        self.gather()
        reason = not_applicable(number, self.case)
        if reason is not None:
            self._update(not_applicable={**self.case.not_applicable, number: reason})
            for requirement in load().scenarios[number - 1].requirement:
                self._decide(requirement.id)
            scenario.skip(reason)

    def require(self, requirement: str, **words: tuple[str, ...]) -> Finding:
        """Decide a requirement in a Then, with the words that its sentence has in parentheses.

        Raises:
            NotMet: it fails, or its check cannot be trusted.
            Undetermined: it could not be decided.
        """
        sentence = Sentence(requirement=requirement, words=words)
        features = self.case.features
        self._update(features=features.model_copy(update={"sentences": (*features.sentences, sentence)}))
        finding = self._decide(requirement)
        if finding.outcome is Outcome.FAIL:
            raise NotMet(f"{requirement} not met: {finding.reason}")
        if finding.outcome is Outcome.ERROR:
            raise NotMet(f"{requirement} error: {finding.reason}")
        if finding.outcome is Outcome.UNDETERMINED:
            raise Undetermined(f"{requirement} undetermined: {finding.reason}")
        return finding

    def _decide(self, requirement: str) -> Finding:
        self._update(executed=(*self.case.executed, requirement))
        finding = _decide_next(requirement, self.case, self._decided)
        self.findings[requirement] = finding
        for listener in self.listeners:
            listener(finding)
        return finding

    def _update(self, **changes: object) -> None:
        self.case = self.case.model_copy(update=changes)


def replay(case: Case) -> dict[str, Finding]:
    """Return the findings that a recorded case gives, decided again in the order of its run."""
    return decided_on(case)[0]


def decided_on(case: Case) -> tuple[dict[str, Finding], tuple[Decided, ...]]:
    """Return the findings of a case in the order of its run, and what the roll-ups rest on of them."""
    decided: dict[str, Decided] = {}
    findings = {requirement: _decide_next(requirement, case, decided) for requirement in case.executed}
    return findings, tuple(decided.values())


def _decide_next(requirement: str, case: Case, decided: dict[str, Decided]) -> Finding:
    """Return the finding on a requirement, and add it to those before it, which the roll-ups rest on."""
    before = case.model_copy(update={"decided": tuple(decided.values())})
    finding = _misworded(requirement, case) or decide(requirement, before, tool())
    rows = finding.observations if requirement_of(requirement).validates else ()
    decided[requirement] = Decided(
        requirement=requirement,
        outcome=finding.outcome,
        waived=finding.population.waived,
        cells=tuple(
            Cell(component=row.component, outcome=row.outcome, has_evidence=bool(row.evidence)) for row in rows
        ),
    )
    return finding


def _misworded(name: str, case: Case) -> Finding | None:
    """Return the finding on a requirement whose sentence has an unknown word: no check can decide what it asks for."""
    words = next((s.words for s in case.features.sentences if s.requirement == name), {})
    reason = unknown_word(name, words)
    if not reason:
        return None
    requirement = requirement_of(name)
    return Finding(
        requirement=name,
        outcome=Outcome.ERROR,
        reason=reason,
        words=words,
        decided_by=requirement.decided_by,
        severity=requirement.severity,
        tool=tool(),
    )
