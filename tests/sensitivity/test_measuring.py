"""The measure as a whole: repeatable, without a write, equal to single plants, and able to fail."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from supplychain.assessment import Assessment
from supplychain.checks.engine import CHECKS, answer
from supplychain.control import load
from supplychain.options import Options
from supplychain.sensitivity import measuring
from supplychain.sensitivity.bundles import bundles
from supplychain.sensitivity.ground import Ground
from supplychain.sensitivity.interface import KINDS
from supplychain.sensitivity.measuring import draw, grounded, judged, measure
from supplychain.sensitivity.result import Sensitivity
from tests.sound_facts import sound_facts
from tests.support import NOW, POLICY, BuiltTarget, sound_target
from tests.verbs.support import touched, tree

SEED = 5

NOT_PLANTED = {
    "1.2",
    "1.3",
    "1.4",
    "1.5",
    "2.1",
    "2.2",
    "2.3",
    "2.4",
    "3.1",
    "3.2",
    "3.3",
    "3.4",
    "4.1",
    "4.2",
    "4.3",
    "4.5",
}
"""Requirements with a check for which this version has no plants."""


@pytest.fixture
def target(tmp_path: Path) -> BuiltTarget:
    """A sound target with files of more languages than the example has."""
    built = sound_target(tmp_path)
    built.plant("app/settings.yaml", "name: rag\ntop_k: 3\n").plant(
        "run.sh", "#!/bin/sh\nset -e\npython -m app.answer\n"
    )
    return built.plant("web/ask.js", "export const ask = () => 1;\n")


def options(target: BuiltTarget) -> Options:
    state = target.path.parent / "state.db"
    return Options(
        target.path, POLICY, Path("unused"), datetime.fromisoformat(NOW), True, state=state, facts=sound_facts()
    )


def measured(target: BuiltTarget, count: int = 60) -> Sensitivity:
    return measure(options(target), count, SEED, measuring._silent)


def opened(target: BuiltTarget) -> tuple[Assessment, Ground]:
    assessment = Assessment.open(options(target), measuring._features(), measuring._silent)
    return assessment, grounded(assessment, options(target))


def only(monkeypatch: pytest.MonkeyPatch, *, requirement: str = "", layer: str = "") -> None:
    """Let nothing but the kinds of one requirement or one layer be drawn."""
    kinds = [kind for kind in KINDS if requirement in ("", kind.requirement) and layer in ("", kind.layer)]
    monkeypatch.setattr(measuring, "KINDS", kinds)


def test_the_same_seed_draws_the_same_and_nothing_is_written(target: BuiltTarget) -> None:
    before = tree(target)
    first, second = measured(target, 20), measured(target, 20)
    assert first == second
    assert len(first.plants) == 20
    assert not touched(before, tree(target))
    assert not (target.path.parent / "state.db").exists()


def test_another_seed_draws_others(target: BuiltTarget) -> None:
    _, ground = opened(target)
    texts = [{plant.text for _, plant in draw(ground, Random(seed), 40)[0]} for seed in (1, 2)]
    assert texts[0] != texts[1]


def test_plants_in_one_copy_come_out_as_each_does_alone(target: BuiltTarget) -> None:
    assessment, ground = opened(target)
    drawn, _ = draw(ground, Random(SEED), 45)
    files = [item for item in drawn if item[0].layer == "file"]
    copies = bundles(files)
    assert len(copies) < len(files)
    for bundle in copies:
        together = judged(assessment, ground, bundle)
        assert together == [judged(assessment, ground, [item])[0] for item in bundle]


def test_a_blind_check_misses_all_of_its_plants(target: BuiltTarget, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, requirement="1.1")
    assert "fail" in {plant.seen for plant in measured(target, 15).plants}
    blind = replace(CHECKS["1.1"], observe=lambda *_: answer("trusted-registry", host="h", registry="r"))
    monkeypatch.setitem(CHECKS, "1.1", blind)
    found = measured(target, 15)
    assert len(found.missed) == len(found.plants) == 15
    assert all(plant.text and plant.where for plant in found.missed)
    assert found.whole is not None
    assert (round(found.whole.low, 2), found.whole.high) == (0.8, 1.0)


def test_a_population_that_is_empty_misses_all_as_well(target: BuiltTarget, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, requirement="7.4")
    monkeypatch.setitem(CHECKS, "7.4", replace(CHECKS["7.4"], population=lambda _: ()))
    found = measured(target, 6)
    assert len(found.missed) == len(found.plants) == 6


def test_no_change_of_a_case_is_missed(target: BuiltTarget, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, layer="case")
    found = measured(target, 60)
    assert len(found.plants) > 20
    assert found.copies == 0
    assert not found.missed


def test_what_has_no_place_is_listed_with_its_reason(target: BuiltTarget) -> None:
    _, ground = opened(target)
    drawn, lacking = draw(ground, Random(SEED), 200)
    planted = {(kind.name, kind.requirement) for kind, _ in drawn}
    aside = {(item.kind, item.requirement) for item in lacking}
    assert planted | aside == {(kind.name, kind.requirement) for kind in KINDS}
    assert not planted & aside
    assert all(item.reason for item in lacking)
    assert ("model from an unnamed host, in a notebook", "1.1") in aside


def test_what_has_no_check_or_no_plant_is_listed(target: BuiltTarget) -> None:
    found = measured(target, 1)
    assert set(found.not_built) == set(load().requirements) - set(CHECKS) | NOT_PLANTED


def test_every_requirement_with_a_check_has_a_kind() -> None:
    assert set(load().requirements) & set(CHECKS) - NOT_PLANTED == {kind.requirement for kind in KINDS} & set(CHECKS)
