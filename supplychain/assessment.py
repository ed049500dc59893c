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
from typing import TYPE_CHECKING, Protocol

from supplychain import baseline, catalog, history
from supplychain import checks as _checks  # registers the checks
from supplychain.artifacts import digester
from supplychain.bom.reading import read_boms
from supplychain.config.files import read_declaration, read_keys, read_policy, read_roots
from supplychain.config.known import read_known
from supplychain.control import is_house
from supplychain.decisions import Decisions, NotMet, Undetermined, replay
from supplychain.digests import measured
from supplychain.discovery import carriers_of, discover, self_test
from supplychain.discovery.scopes import PathScopes
from supplychain.documents import read_documents
from supplychain.evidence import read_evidence, service_lines
from supplychain.gathering import ComponentGatherer, PackageGatherer
from supplychain.model.case import Case, Features, GatheringError
from supplychain.model.declaration import Declaration, Scopes
from supplychain.model.inventory import Inventory, SelfTest
from supplychain.options import Options, OptionsError
from supplychain.remedies import patches
from supplychain.state.store import StateError, state_path
from supplychain.sweep import sweep
from supplychain.target import Target

if TYPE_CHECKING:
    from supplychain.gathering.scans import Scanning

__all__ = ["Assessment", "NotMet", "Undetermined", "_checks", "replay"]


Progress = Callable[[str, int], "ProgressBar"]


class ProgressBar(Protocol):
    """Something that is told how far a long step is."""

    def update(self, count: int) -> object:
        """Count `count` more."""

    def close(self) -> object:
        """End it."""


class Assessment(Decisions):
    """One run over one target: what was gathered, and what was decided."""

    def __init__(
        self,
        target: Target,
        case: Case,
        state: Path,
        packages: PackageGatherer,
        progress: Progress,
        roots: tuple[str, ...] = (),
    ) -> None:
        """Begin with a target and a case in which nothing is gathered yet; `Assessment.open` makes both."""
        super().__init__(case)
        self.target = target
        self.packages = packages
        self.components = ComponentGatherer(target, packages.facts)
        self.state = state
        self.tracebacks: list[str] = []
        self._progress = progress
        self._roots = roots
        self._gathered = False

    @classmethod
    def open(cls, options: Options, features: Features, progress: Progress) -> Assessment:
        """Return the assessment of a target, with its declaration and policy read.

        Raises:
            TargetError: the target cannot be assessed.
            ConfigError: the declaration, a waiver or the policy cannot be used.
            SnapshotError: the snapshot of facts is not as it was written.
            OptionsError: nothing answers where artifacts are to be scanned.
        """
        target = Target.open(options.target)
        _ensure_executor(options.executor)
        declaration, declaration_digest = read_declaration(target)
        policy, policy_digest = read_policy(options.policy, options.target)
        roots = read_roots(policy, options.policy, options.target)
        keys = read_keys(policy, options.policy, options.target)
        bar = progress("reading the target", len(target.files))
        digests = digester(policy, options.now, simulated=options.simulated)
        digests.prepare_tree(target)
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
            known=read_known(target),
            features=features,
        )
        store = options.state or state_path(target.name, target.origin)
        place = PathScopes(declaration.scope if declaration else Scopes()).at
        packages = PackageGatherer.open(target, options.facts, case, place)
        opened = cls(target, case, store, packages, progress, roots)
        opened.components.keys = keys
        opened.components.fetch, opened.components.digests = options.fetch, digests
        opened.components.scanning = partial(_scanning, options.executor, progress)
        return opened

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

    def record(self, run: str) -> str:
        """Add the run to the project's records where it has gathered anything; return why that failed, if it did."""
        if not self._gathered or self.case.errors:
            return ""
        try:
            outcomes = (found.outcome for name, found in self.findings.items() if not is_house(name))
            history.record(self.state, self.case, run, outcomes)
        except StateError as error:
            return f"this run was not recorded: {error}"
        return ""

    def again(self, target: Target) -> Case:
        """Return the case as it would be over other files, gathered anew and by itself: no scanner, no patch, no record.

        Raises:
            ConfigError: the declaration of those files cannot be used.
        """
        declaration, digest = read_declaration(target)
        changed = self.case.model_copy(update={"declaration": declaration, "declaration_digest": digest})
        copy = Assessment(target, changed, self.state, self.packages.over(target), self._progress, self._roots)
        copy._look()
        copy._update(**self.components.over(target).gather(copy.case))
        copy._update(**copy.packages.gather(copy.case))
        copy._update(first_seen=history.first_seen(self.state, copy.case))
        copy._update(history=history.read(self.state, copy.case))
        return copy.case

    def _gather(self) -> None:
        self._look()
        self._gather_components()
        self._gather_packages()
        self._update(history=history.read(self.state, self.case))

    def _look(self) -> None:
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
            evidence=read_evidence(self.target, declaration, self._roots, self.case.now),
            service_lines=service_lines(self.target, declaration),
            sweep=sweep(self.target, lambda path: paths.at(path).scope),
            files=tuple(path for path in _training_sources(declaration) if self.target.get(path)),
        )

    def _gather_components(self) -> None:
        bar = self._progress("asking about models and datasets", 1)
        self._update(**self.components.gather(self.case))
        bar.update(1)
        bar.close()

    def _gather_packages(self) -> None:
        bar = self._progress("asking about packages", 1)
        self._update(**self.packages.gather(self.case))
        bar.update(1)
        bar.close()
        self._update(first_seen=history.first_seen(self.state, self.case))
        again = partial(self.packages.again, self.case)
        self._update(patches=patches(self.case, self.packages.lines, self.packages.release, again, self._anew))
        self.packages.facts.close()

    def _anew(self, path: str, data: bytes) -> Case:
        return self.again(self.target.with_file(path, data))


def _ensure_executor(executor: str) -> None:
    if executor == "local":
        return
    from supplychain.scan.pool import ensure  # starts a client, and few runs need one

    try:
        ensure(executor)
    except ConnectionError as error:
        raise OptionsError(f"executor={executor}: {error}") from error


def _scanning(executor: str, progress: Progress, case: Case) -> Scanning:
    from supplychain.gathering.scans import Scanning  # here, since few verbs need it

    opened = Scanning.open(case)
    opened.executor, opened.progress = executor, progress
    return opened


def _training_sources(declaration: Declaration | None) -> tuple[str, ...]:
    """Return what the declaration names as sources of models, as far as it is code that could train one."""
    components = declaration.component if declaration else ()
    named = (component.provenance.source for component in components if component.provenance)
    return tuple(path for path in named if path.lower().endswith(catalog.artifacts().training_suffixes))
