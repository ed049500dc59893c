"""The measure: draws plants, puts them into copies of a target in memory, and asks the requirements about them.

    found = measure(options, count=200, seed=None, progress=terminal.progress)

Each copy is gathered as a run gathers, and decided by the checks of a run. Nothing is written into the target.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from functools import cache
from random import Random

from supplychain.assessment import Assessment, Progress, ProgressBar
from supplychain.checks.applicability import not_applicable
from supplychain.checks.engine import CHECKS
from supplychain.control import load
from supplychain.decisions import decided_on
from supplychain.model.case import Case, Features, Sentence
from supplychain.model.finding import Observation
from supplychain.options import Options
from supplychain.sensitivity import plants  # noqa: F401 - registers the kinds
from supplychain.sensitivity.bundles import Drawn, bundles
from supplychain.sensitivity.ground import Ground
from supplychain.sensitivity.interface import KINDS, CannotPlantError, Kind, Plant
from supplychain.sensitivity.judging import judge, rows_of
from supplychain.sensitivity.result import NotPlanted, Planted, Seen, Sensitivity
from supplychain.suite import tool

_TRIES = 6
"""Draws of a kind that give nothing new, after which it has no more places."""
_SECOND_SEARCH = "10.3"
_DRIFT = "9.1"

Rows = Callable[[str], Sequence[Observation]]


def measure(options: Options, count: int, seed: int | None, progress: Progress) -> Sensitivity:
    """Return how many of `count` plants the requirements of a target miss, with the document's words in its sentences.

    Raises:
        TargetError, ConfigError, SnapshotError: the target cannot be assessed at all.
    """
    seed = secrets.randbelow(2**31) if seed is None else seed
    assessment = Assessment.open(options, _features(), _silent)
    bar = progress("planting", count)
    ground = grounded(assessment, options)
    drawn, not_planted = draw(ground, Random(seed), count)  # noqa: S311 - a draw that can be repeated, and no secret
    found: dict[int, Planted] = {}
    copies = bundles(item for item in drawn if item[0].layer == "file")
    for bundle in (*copies, *((item,) for item in drawn if item[0].layer == "case")):
        for item, seen in zip(bundle, judged(assessment, ground, bundle), strict=True):
            found[drawn.index(item)] = seen
        bar.update(len(bundle))
    bar.close()
    assessment.packages.facts.close()
    planted_for = {kind.requirement for kind in KINDS} & set(CHECKS)
    return Sensitivity(
        seed=seed,
        asked=count,
        measured=options.now,
        tool=tool(),
        target=assessment.case.target,
        policy=assessment.case.policy_digest,
        facts="a snapshot" if ground.advisories else str(options.facts),
        copies=len(copies),
        plants=tuple(found[number] for number in sorted(found)),
        not_planted=not_planted,
        not_built=tuple(name for name in load().requirements if name not in planted_for),
    )


def grounded(assessment: Assessment, options: Options) -> Ground:
    """Return the ground of a target: its case, gathered as that of each copy will be, and what is decided on it."""
    case = assessment.again(assessment.target)
    skipped = {s.number: reason for s in load().scenarios if (reason := not_applicable(s.number, case)) is not None}
    case = case.model_copy(update={"executed": tuple(load().requirements), "not_applicable": skipped})
    findings, decided = decided_on(case)
    advisories = options.facts if not isinstance(options.facts, str) else None
    return Ground(assessment.target, case.model_copy(update={"decided": decided}), findings, advisories)


def draw(ground: Ground, rng: Random, count: int) -> tuple[list[Drawn], tuple[NotPlanted, ...]]:
    """Return plants, equally many of each kind as far as a kind has places, and the kinds that have none here."""
    drawn: list[Drawn] = []
    known: set[tuple[str, ...]] = set()
    lacking: dict[Kind, str] = {}
    left = [kind for kind in KINDS if kind.requirement in CHECKS]
    planted: set[Kind] = set()
    while left and len(drawn) < count:
        for kind in rng.sample(left, len(left)):
            plant = _new(kind, ground, rng, known, lacking)
            if plant is None:
                left.remove(kind)
            elif len(drawn) < count:
                planted.add(kind)
                drawn.append((kind, plant))
    lacking = {kind: reason for kind, reason in lacking.items() if kind not in planted}
    order = {kind: number for number, kind in enumerate(KINDS)}
    return drawn, tuple(
        NotPlanted(kind=kind.name, requirement=kind.requirement, reason=lacking[kind])
        for kind in sorted(lacking, key=lambda kind: order[kind])
    )


def _new(
    kind: Kind, ground: Ground, rng: Random, known: set[tuple[str, ...]], lacking: dict[Kind, str]
) -> Plant | None:
    """Return a plant that was not drawn before: another file, or another way; None where the kind gives no more."""
    if kind.requirement == _DRIFT and (ground.case.baseline is None or ground.case.baseline.baseline is None):
        lacking[kind] = "the target has no baseline that could be used, so 9.1 cannot pass"
        return None
    for _ in range(_TRIES):
        try:
            plant = kind.draw(ground, rng)
        except CannotPlantError as error:
            lacking[kind] = str(error)
            return None
        key: tuple[str, ...] = (
            kind.name,
            kind.requirement,
            plant.where if ground.target.get(plant.where) else "new",
            plant.way,
        )
        if kind.layer == "case" or not plant.line:
            key = (*key, plant.text)
        if key not in known:
            known.add(key)
            return plant
    return None


def judged(assessment: Assessment, ground: Ground, bundle: Sequence[Drawn]) -> list[Planted]:
    """Return what the requirements say of the plants of one copy."""
    case = changed(assessment, ground, [plant for _, plant in bundle])
    after = cache(lambda requirement: rows_of(requirement, case))
    found = []
    for kind, plant in bundle:
        seen = _seen(ground, kind.requirement, plant, after)
        is_noticed = (
            seen == "missed" and kind.layer == "file" and _seen(ground, _SECOND_SEARCH, plant, after) != "missed"
        )
        found.append(
            Planted(
                kind=kind.name,
                requirement=kind.requirement,
                layer=kind.layer,
                way=plant.way,
                where=plant.where,
                line=plant.line,
                text=plant.text,
                seen=seen,
                noticed=is_noticed,
            )
        )
    return found


def changed(assessment: Assessment, ground: Ground, beside: Sequence[Plant]) -> Case:
    """Return the case with plants in it: gathered anew over changed files, or changed itself."""
    target, changes = assessment.target, [plant.change for plant in beside if plant.change]
    for plant in beside:
        if plant.data is not None:
            target = target.with_file(plant.where, plant.data)
    case = assessment.again(target) if target is not assessment.target else ground.case
    case = case.model_copy(update={"executed": ground.case.executed, "decided": ground.case.decided})
    for change in changes:
        case = change(case)
    return case


def _seen(ground: Ground, requirement: str, plant: Plant, after: Rows) -> Seen:
    return judge(plant, ground.findings[requirement].observations, after(requirement))


def _features() -> Features:
    """Return the document's own sentences and words."""
    return Features(
        digest="the document's own words",
        sentences=tuple(
            Sentence(requirement=r.id, words={r.parameter.name: tuple(r.parameter.default)} if r.parameter else {})
            for r in load().requirements.values()
        ),
    )


class _NoBar:
    def update(self, count: int) -> None: ...

    def close(self) -> None: ...


def _silent(what: str, count: int) -> ProgressBar:  # noqa: ARG001 - a progress that is not shown
    return _NoBar()
