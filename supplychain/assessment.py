"""The assessment: the composition root. Steps are handed one; each capability is used lazily and once.

assessment = Assessment.open(Options.of({"target": "path/to/repository"}), features)
assessment.given(1)
assessment.decide("1.1", registries=("HuggingFace",))
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

from supplychain import baseline, catalog, history
from supplychain import checks as _checks  # registers the checks
from supplychain.bom.reading import read_boms
from supplychain.checks.applicability import not_applicable
from supplychain.checks.engine import decide
from supplychain.config.files import read_declaration, read_policy
from supplychain.control import load
from supplychain.digests import measured
from supplychain.discovery import carriers_of, discover, self_test
from supplychain.discovery.scopes import PathScopes
from supplychain.documents import read_documents
from supplychain.gathering import PackageGatherer
from supplychain.gherkin import unknown_word
from supplychain.model.case import Case, Cell, Decided, Features, GatheringError, Sentence
from supplychain.model.declaration import Declaration, Scopes
from supplychain.model.finding import Finding, Outcome
from supplychain.model.inventory import Inventory, SelfTest
from supplychain.options import Options
from supplychain.remedies import patches
from supplychain.state.store import StateError, state_path
from supplychain.suite import tool
from supplychain.sweep import sweep
from supplychain.target import Target

__all__ = ["Assessment", "NotMet", "Undetermined", "_checks"]


class NotMet(AssertionError):  # noqa: N818 - behave tells outcomes by type, and this is one
    """A requirement that is not met, or whose check cannot be trusted."""


class Undetermined(AssertionError):  # noqa: N818 - as above
    """A requirement that could not be decided."""


class Skippable(Protocol):
    """A scenario that can be left out with a reason."""

    def skip(self, reason: str) -> None:
        """Leave it out."""


Progress = Callable[[str, int], "ProgressBar"]


class ProgressBar(Protocol):
    """Something that is told how far a long step is."""

    def update(self, count: int) -> object:
        """Count `count` more."""

    def close(self) -> object:
        """End it."""


class Assessment:
    """One run over one target: what was gathered, and what was decided."""

    def __init__(self, target: Target, case: Case, state: Path, packages: PackageGatherer, progress: Progress) -> None:
        """Begin with a target and a case in which nothing is gathered yet; `Assessment.open` makes both."""
        self.target = target
        self.packages = packages
        self.case = case
        self.state = state
        self.findings: dict[str, Finding] = {}
        self._decided: dict[str, Decided] = {}
        self.listeners: list[Callable[[Finding], object]] = []
        self.tracebacks: list[str] = []
        self._progress = progress
        self._gathered = False

    @classmethod
    def open(cls, options: Options, features: Features, progress: Progress) -> Assessment:
        """Return the assessment of a target, with its declaration and policy read.

        Raises:
            TargetError: the target cannot be assessed.
            ConfigError: the declaration, a waiver or the policy cannot be used.
            SnapshotError: the snapshot of facts is not as it was written.
        """
        target = Target.open(options.target)
        declaration, declaration_digest = read_declaration(target)
        policy, policy_digest = read_policy(options.policy, options.target)
        bar = progress("reading the target", len(target.files))
        state = target.state(bar.update)
        bar.close()
        case = Case(
            now=options.now,
            simulated=options.simulated,
            target=state,
            inventory=Inventory(self_test=SelfTest(planted=0, found=0)),
            declaration=declaration,
            declaration_digest=declaration_digest,
            policy=policy,
            policy_digest=policy_digest,
            features=features,
        )
        store = options.state or state_path(target.name, target.origin)
        place = PathScopes(declaration.scope if declaration else Scopes()).at
        packages = PackageGatherer.open(target, options.facts, case, place)
        return cls(target, case, store, packages, progress)

    def given(self, number: int, scenario: Skippable) -> None:
        """Decide in a Given whether its scenario applies; where it does not, skip it with the proof."""
        self.gather()
        reason = not_applicable(number, self.case)
        if reason is not None:
            self._update(not_applicable={**self.case.not_applicable, number: reason})
            for requirement in load().scenarios[number - 1].requirement:
                self._decide(requirement.id)
            scenario.skip(reason)

    def gather(self) -> None:
        """Gather in a When what is to be decided on, once a run; what goes wrong is kept in the case."""
        if self._gathered:
            return
        self._gathered = True
        try:
            self._gather()
        except Exception as error:  # noqa: BLE001 - every Then becomes an error with this reason
            self.tracebacks.append(traceback.format_exc())
            found = GatheringError(scenario=0, message=f"{type(error).__name__}: {error}")
            self._update(errors=(*self.case.errors, found))

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

    def record(self, run: str) -> str:
        """Add the run to the project's records where it has gathered anything; return why that failed, if it did."""
        if not self._gathered or self.case.errors:
            return ""
        try:
            history.record(self.state, self.case, run, (finding.outcome for finding in self.findings.values()))
        except StateError as error:
            return f"this run was not recorded: {error}"
        return ""

    def _decide(self, requirement: str) -> Finding:
        self._update(executed=(*self.case.executed, requirement))
        finding = _decide_next(requirement, self.case, self._decided)
        self.findings[requirement] = finding
        for listener in self.listeners:
            listener(finding)
        return finding

    def _gather(self) -> None:
        declaration = self.case.declaration
        bar = self._progress("looking for components", len(self.target.files))
        scopes = declaration.scope if declaration else Scopes()
        tested = self_test.run(carriers_of(self.target))
        inventory = discover(self.target, declaration, tested, bar.update)
        bar.close()
        if not inventory.self_test.passed:
            missed = ", ".join(inventory.self_test.missed)
            raise RuntimeError(f"discovery did not find what was planted for its self-test: {missed}")
        paths = PathScopes(scopes)
        self._update(
            inventory=inventory,
            boms=read_boms(self.target),
            baseline=baseline.read(self.target),
            measured=measured(self.target, inventory),
            documents=read_documents(self.target, declaration),
            sweep=sweep(self.target, lambda path: paths.at(path).scope),
            files=tuple(path for path in _training_sources(declaration) if self.target.get(path)),
        )
        self._gather_packages()
        self._update(history=history.read(self.state, self.case))

    def _gather_packages(self) -> None:
        bar = self._progress("asking about packages", 1)
        self._update(**self.packages.gather(self.case))
        bar.update(1)
        bar.close()
        self._update(first_seen=history.first_seen(self.state, self.case))
        again = partial(self.packages.again, self.case)
        self._update(patches=patches(self.case, self.packages.lines, self.packages.release, again))
        self.packages.facts.close()

    def _update(self, **changes: object) -> None:
        self.case = self.case.model_copy(update=changes)


def replay(case: Case) -> dict[str, Finding]:
    """Return the findings that a recorded case gives, decided again in the order of its run."""
    decided: dict[str, Decided] = {}
    return {requirement: _decide_next(requirement, case, decided) for requirement in case.executed}


def _decide_next(requirement: str, case: Case, decided: dict[str, Decided]) -> Finding:
    """Return the finding on a requirement, and add it to those before it, which the roll-ups rest on."""
    before = case.model_copy(update={"decided": tuple(decided.values())})
    finding = _misworded(requirement, case) or decide(requirement, before, tool())
    rows = finding.observations if load().requirements[requirement].validates else ()
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
    requirement = load().requirements[name]
    return Finding(
        requirement=name,
        outcome=Outcome.ERROR,
        reason=reason,
        words=words,
        decided_by=requirement.decided_by,
        severity=requirement.severity,
        tool=tool(),
    )


def _training_sources(declaration: Declaration | None) -> tuple[str, ...]:
    """Return what the declaration names as sources of models, as far as it is code that could train one."""
    components = declaration.component if declaration else ()
    named = (component.provenance.source for component in components if component.provenance)
    return tuple(path for path in named if path.lower().endswith(catalog.artifacts().training_suffixes))
