"""What is planted for services: in a target with or without files of a language, and nothing that would be allowed."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import yaml

from supplychain.model.policy import Policy, Services
from supplychain.sensitivity import measuring
from supplychain.sensitivity.bundles import bundles
from supplychain.sensitivity.ground import Ground
from supplychain.sensitivity.interface import KINDS, CannotPlantError, Kind, Plant
from supplychain.sensitivity.plants.choices import elsewhere, guards, providers
from tests.sensitivity.test_measuring import opened
from tests.support import BuiltTarget, sound_target

READ: dict[str, Callable[[str], object]] = {".py": ast.parse, ".yaml": yaml.safe_load, ".yml": yaml.safe_load}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return opened(sound_target(tmp_path_factory.mktemp("sound")))[1]


def kinds() -> list[Kind]:
    return [kind for kind in KINDS if kind.requirement.startswith("6.")]


def drawn(kind: Kind, ground: Ground, count: int = 25) -> list[Plant]:
    return [kind.draw(ground, Random(seed)) for seed in range(count)]


def allowing(ground: Ground, *regions: str) -> Ground:
    policy = Policy(services=Services(allowed_regions=regions))
    return replace(ground, case=ground.case.model_copy(update={"policy": policy}))


def test_each_requirement_has_kinds_of_both_layers() -> None:
    assert {(kind.requirement, kind.layer) for kind in kinds()} == {
        (f"6.{number}", layer) for number in range(1, 6) for layer in ("file", "case")
    }


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: f"{kind.requirement} {kind.name}")
def test_a_file_still_is_one_of_its_language_and_a_case_is_another(kind: Kind, ground: Ground) -> None:
    for plant in drawn(kind, ground):
        assert "<<" not in plant.text
        if plant.change is not None:
            assert plant.change(ground.case) != ground.case
            continue
        file = ground.target.get(plant.where)
        assert plant.data
        assert file is None or plant.data != ground.target.read(file).data
        READ.get(Path(plant.where).suffix, bool)(plant.data.decode())


def test_a_target_without_files_of_a_language_gets_one(ground: Ground) -> None:
    assert not ground.files("terraform")
    kind = next(kind for kind in kinds() if kind.name.endswith("in Terraform"))
    assert all(plant.where.startswith("infra/") and plant.where.endswith(".tf") for plant in drawn(kind, ground))


def test_a_target_with_such_files_gets_it_there(tmp_path: Path) -> None:
    built = sound_target(tmp_path).plant("infra/main.tf", 'terraform {\n  required_version = ">= 1.5"\n}\n')
    kind = next(kind for kind in kinds() if kind.name.endswith("in Terraform"))
    assert {plant.where for plant in drawn(kind, opened(built)[1])} == {"infra/main.tf"}


def test_plants_of_services_in_one_copy_come_out_as_each_does_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "KINDS", [kind for kind in kinds() if kind.layer == "file"])
    assessment, ground = opened(sound_target(tmp_path))
    copies = bundles(measuring.draw(ground, Random(3), 90)[0])
    assert len(copies) < 90
    for bundle in copies:
        if len(bundle) > 1:
            together = measuring.judged(assessment, ground, bundle)
            assert together == [measuring.judged(assessment, ground, [item])[0] for item in bundle]


def test_the_region_is_none_that_the_policy_allows(ground: Ground) -> None:
    assert elsewhere(allowing(ground, "eu"))["aws"] == "us-east-1"
    assert elsewhere(allowing(ground, "us-west-2"))["short"] == "eu"
    for allowed in ((), ("eu", "us")):
        with pytest.raises(CannotPlantError):
            elsewhere(allowing(ground, *allowed))


def test_reports_without_prompts_have_to_stay_off_only_where_that_is_declared(tmp_path: Path) -> None:
    built: BuiltTarget = sound_target(tmp_path)
    assert {switch.handling for switch in guards(opened(built)[1])} == {"storage"}
    built.edit("supplychain.toml", "training_use = false", "training_use = false\nhandling = { telemetry = false }")
    assert {switch.handling for switch in guards(opened(built)[1])} == {"storage", "telemetry"}


def test_no_declared_service_is_planted_as_one_that_nobody_declared(tmp_path: Path) -> None:
    built = sound_target(tmp_path)
    for name in ("groq", "cohere"):
        built.declare(f'[[service]]\nid = "{name}"\n')
    kind = next(kind for kind in kinds() if kind.name == "AI service that nobody declared, in Python")
    texts = " ".join(plant.text for plant in drawn(kind, opened(built)[1], 120)).casefold()
    assert "groq" not in texts
    assert "cohere" not in texts
    assert "mistral" in texts


def test_the_services_are_named_once() -> None:
    for names in ([p.name for p in providers()], [p.host for p in providers()], [p.module for p in providers()]):
        assert len(names) == len(set(names))
