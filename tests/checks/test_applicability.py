"""A scenario is not applicable only with proof of emptiness; anything that could hide a component keeps it."""

from __future__ import annotations

import pytest

from supplychain.checks.applicability import not_applicable
from supplychain.control import load
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Declaration
from supplychain.model.finding import Outcome
from supplychain.model.reference import Place, Reference, Resolution, Scope, Unread, Unresolved
from tests.support import Outcomes, empty_target, run_suite

KINDS = {1: "model", 2: "model", 3: "model", 4: "dataset", 5: "package", 6: "service"}
"""The kind of component that each of the first six scenarios is about; 7 and 8 are about all of them."""
ABOUT_KINDS = [(number, Kind(kind)) for number, kind in KINDS.items()]
ABOUT_ALL = [(number, kind) for number in (7, 8) for kind in Kind]
OTHERS = [(number, kind) for number, own in ABOUT_KINDS for kind in Kind if kind is not own]


def component(kind: Kind) -> Component:
    return Component(kind=kind, source="" if kind is Kind.SERVICE else "planted", name="org/name")


def found(kind: Kind, scope: Scope = Scope.PROD) -> Reference:
    return Reference(
        component=component(kind), at=Place(file="a.py", line=1, scope=scope), resolution=Resolution.LITERAL
    )


def unresolved(kind: Kind, scope: Scope = Scope.PROD) -> Unresolved:
    place = Place(file="a.py", line=1, scope=scope)
    return Unresolved(kind=kind, at=place, call="load", expression="name()", reason="made at run time")


def unread(scope: Scope = Scope.PROD) -> Unread:
    return Unread(what="notebooks", reason="no carrier", count=1, at=Place(file="a.ipynb", line=None, scope=scope))


def having(case: Case, **inventory: object) -> Case:
    """Return the case with these parts of its inventory."""
    return case.model_copy(update={"inventory": case.inventory.model_copy(update=inventory)})


def declaring(case: Case, **parts: object) -> Case:
    return case.model_copy(update={"declaration": Declaration.model_validate({"schema": 1, **parts})})


@pytest.mark.parametrize("scenario", range(1, 9))
def test_nothing_in_the_target_is_proof(scenario: int, empty: Case) -> None:
    test = empty.inventory.self_test
    kinds = f"{KINDS[scenario]}s" if scenario in KINDS else "models and datasets and packages and services"
    assert test.planted == test.found > 0
    assert not_applicable(scenario, empty) == (
        f"no {kinds}: 0 found, 0 unresolved and nothing unread in 1 files that were read; "
        f"the discovery self-test found {test.found} of {test.planted}"
    )


@pytest.mark.parametrize("scenario", [9, 10])
def test_the_last_two_scenarios_always_apply(scenario: int, empty: Case) -> None:
    assert not_applicable(scenario, empty) is None


def test_a_run_over_an_empty_target_skips_eight_scenarios_with_the_proof(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    run = run_suite(empty_target(tmp_path_factory.mktemp("empty")))
    for scenario in load().scenarios:
        for requirement in scenario.requirement:
            finding = run[requirement.id]
            if scenario.number <= 8:
                assert finding.outcome is Outcome.NOT_APPLICABLE
                assert finding.reason == run.case.not_applicable[scenario.number]
                assert finding.canaries is None
            else:  # of the last two, only 10.2 asks something of components alone
                assert (finding.outcome is Outcome.NOT_APPLICABLE) == (requirement.id == "10.2")


def test_the_sound_target_skips_nothing(sound: Outcomes) -> None:
    assert sound.case.not_applicable == {}


@pytest.mark.parametrize(("scenario", "kind"), ABOUT_KINDS + ABOUT_ALL)
def test_a_component_applies(scenario: int, kind: Kind, empty: Case) -> None:
    assert not_applicable(scenario, having(empty, references=(found(kind),))) is None


@pytest.mark.parametrize(("scenario", "kind"), ABOUT_KINDS + ABOUT_ALL)
def test_an_unresolved_reference_applies(scenario: int, kind: Kind, empty: Case) -> None:
    assert not_applicable(scenario, having(empty, unresolved=(unresolved(kind),))) is None


@pytest.mark.parametrize("scenario", range(1, 9))
def test_a_file_that_was_not_read_applies(scenario: int, empty: Case) -> None:
    assert not_applicable(scenario, having(empty, unread=(unread(),))) is None


@pytest.mark.parametrize(("scenario", "kind"), OTHERS)
def test_components_of_other_kinds_leave_it_empty(scenario: int, kind: Kind, empty: Case) -> None:
    case = having(empty, references=(found(kind),), unresolved=(unresolved(kind),))
    assert not_applicable(scenario, case) is not None


@pytest.mark.parametrize(("scenario", "kind"), ABOUT_KINDS + ABOUT_ALL)
def test_a_declared_component_applies(scenario: int, kind: Kind, empty: Case) -> None:
    """Declaration and discovery disagree: that is to be decided, not skipped."""
    part = "service" if kind is Kind.SERVICE else "component"
    identity = "openai" if kind is Kind.SERVICE else component(kind).id
    assert not_applicable(scenario, declaring(empty, **{part: [{"id": identity}]})) is None


@pytest.mark.parametrize(("scenario", "kind"), OTHERS)
def test_a_declared_component_of_another_kind_leaves_it_empty(scenario: int, kind: Kind, empty: Case) -> None:
    part = "service" if kind is Kind.SERVICE else "component"
    identity = "openai" if kind is Kind.SERVICE else component(kind).id
    assert not_applicable(scenario, declaring(empty, **{part: [{"id": identity}]})) is not None


@pytest.mark.parametrize(("scenario", "kind"), ABOUT_KINDS)
@pytest.mark.parametrize("scope", sorted(set(Scope) - {Scope.PROD}))
def test_components_outside_of_production_are_counted_and_do_not_apply(
    scenario: int, kind: Kind, scope: Scope, empty: Case
) -> None:
    case = having(
        empty, references=(found(kind, scope),), unresolved=(unresolved(kind, scope),), unread=(unread(scope),)
    )
    proof = not_applicable(scenario, case)
    assert proof is not None
    assert "; 1 in scopes that do not count here; " in proof


@pytest.mark.parametrize(("scenario", "kind"), ABOUT_ALL)
@pytest.mark.parametrize("scope", list(Scope))
def test_inventory_and_monitoring_count_all_scopes_but_tests_and_vendored_code(
    scenario: int, kind: Kind, scope: Scope, empty: Case
) -> None:
    proof = not_applicable(scenario, having(empty, references=(found(kind, scope),)))
    assert (proof is not None) is (scope in {Scope.TEST, Scope.VENDORED})


@pytest.mark.parametrize("scenario", range(1, 9))
@pytest.mark.parametrize(
    "changes", [{"found": 0}, {"missed": ("override:x",)}, {"planted": 0, "found": 0}], ids=["blind", "wrong", "none"]
)
def test_without_a_passed_self_test_nothing_is_proof(scenario: int, changes: dict[str, object], empty: Case) -> None:
    blind = empty.inventory.self_test.model_copy(update=changes)
    assert not_applicable(scenario, having(empty, self_test=blind)) is None


@pytest.mark.parametrize("scenario", range(1, 9))
def test_without_a_file_that_was_read_nothing_is_proof(scenario: int, empty: Case) -> None:
    assert not_applicable(scenario, having(empty, looked_at=0)) is None
