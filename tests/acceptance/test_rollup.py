"""Requirement 10.5: the other 48, rolled up from this run with no override."""

from __future__ import annotations

import pytest

from supplychain.checks.engine import decide
from supplychain.control import load
from supplychain.model.case import Case, Decided, Sentence
from supplychain.model.finding import Finding, Observation, Outcome
from supplychain.suite import tool
from tests.support import Outcomes

OTHERS = tuple(name for name in load().requirements if name != "10.5")
BUILT = {"1.1", "7.1", "7.2", "7.3", "7.4", "7.5", "10.1", "10.3"}
BUILT |= {f"{scenario}.{position}" for scenario in (5, 6) for position in range(1, 6)}
BUILT |= {f"{scenario}.{position}" for scenario in (1, 2, 3, 4) for position in range(1, 6)} - {"4.4", "4.5"}
REGISTRIES = ("HuggingFace", "TensorFlow Hub", "PyTorch Hub")


@pytest.fixture(scope="session")
def held(sound: Outcomes) -> Case:
    """The sound run's case, with the other 48 requirements decided as passed."""
    passed = tuple(Decided(requirement=name, outcome=Outcome.PASS) for name in OTHERS)
    return sound.case.model_copy(update={"decided": passed})


def with_one(case: Case, requirement: str, **changes: object) -> Case:
    """Return the case with one requirement decided otherwise."""
    decided = (
        entry.model_copy(update=changes) if entry.requirement == requirement else entry for entry in case.decided
    )
    return case.model_copy(update={"decided": tuple(decided)})


def with_words(case: Case, requirement: str, **words: tuple[str, ...]) -> Case:
    """Return the case with other words in parentheses of one sentence."""
    sentences = (
        Sentence(requirement=requirement, words=words) if sentence.requirement == requirement else sentence
        for sentence in case.features.sentences
    )
    return case.model_copy(update={"features": case.features.model_copy(update={"sentences": tuple(sentences)})})


def rolled_up(case: Case) -> Finding:
    return decide("10.5", case, tool())


def exceptions(finding: Finding) -> list[Observation]:
    """Return the rows that do not hold."""
    return [row for row in finding.observations if row.outcome is not Outcome.PASS]


def test_it_passes_without_reserve_where_all_others_passed(held: Case) -> None:
    finding = rolled_up(held)
    assert (finding.outcome, finding.reason) == (Outcome.PASS, "")
    assert finding.population.expected == finding.population.passed == 49
    assert {row.component for row in finding.observations} == {*OTHERS, "feature files"}
    assert {row.rule for row in finding.observations} == {"holds", "features-stand"}


def test_the_sound_target_is_undetermined_by_what_is_not_built(sound: Outcomes) -> None:
    assert sound["10.5"].outcome is Outcome.UNDETERMINED
    assert {row.component for row in exceptions(sound["10.5"])} == set(OTHERS) - BUILT
    assert {row.rule for row in exceptions(sound["10.5"])} == {"not-decided"}


@pytest.mark.parametrize("requirement", ["1.1", "5.4", "10.4"])
@pytest.mark.parametrize(
    ("decided_as", "outcome", "rule"),
    [
        (Outcome.FAIL, Outcome.FAIL, "failed"),
        (Outcome.ERROR, Outcome.FAIL, "cannot-be-trusted"),
        (Outcome.UNDETERMINED, Outcome.UNDETERMINED, "not-decided"),
    ],
)
def test_one_that_does_not_hold(requirement: str, decided_as: Outcome, outcome: Outcome, rule: str, held: Case) -> None:
    finding = rolled_up(with_one(held, requirement, outcome=decided_as))
    [row] = exceptions(finding)
    assert (row.component, row.outcome, row.rule) == (requirement, outcome, rule)
    assert f"See the finding of {requirement}" in row.remedy
    assert finding.outcome is outcome
    assert finding.reason.startswith(f"1 of 49 {'failed' if outcome is Outcome.FAIL else 'undetermined'}; first: ")


@pytest.mark.parametrize("requirement", ["1.1", "5.4", "10.4"])
def test_one_that_was_not_executed(requirement: str, held: Case) -> None:
    rest = tuple(entry for entry in held.decided if entry.requirement != requirement)
    finding = rolled_up(held.model_copy(update={"decided": rest}))
    [row] = exceptions(finding)
    assert (row.component, row.outcome, row.rule) == (requirement, Outcome.UNDETERMINED, "not-executed")
    assert "without tags or names" in row.remedy


@pytest.mark.parametrize("requirement", ["1.1", "5.4", "10.4"])
def test_one_whose_sentence_was_changed(requirement: str, held: Case) -> None:
    features = held.features.model_copy(update={"missing": (requirement,)})
    finding = rolled_up(held.model_copy(update={"features": features}))
    [row] = exceptions(finding)
    assert (row.component, row.outcome, row.rule) == (requirement, Outcome.UNDETERMINED, "sentence-changed")
    assert f"Restore the sentence: {load().requirements[requirement].text}" in row.remedy


def test_a_fail_outweighs_what_is_undetermined(held: Case) -> None:
    case = with_one(with_one(held, "2.1", outcome=Outcome.UNDETERMINED), "9.3", outcome=Outcome.FAIL)
    assert rolled_up(case).outcome is Outcome.FAIL
    assert [(row.component, row.rule) for row in exceptions(rolled_up(case))] == [
        ("2.1", "not-decided"),
        ("9.3", "failed"),
    ]


def test_what_is_not_applicable_with_proof_holds(held: Case) -> None:
    finding = rolled_up(with_one(held, "6.1", outcome=Outcome.NOT_APPLICABLE))
    assert (finding.outcome, finding.reason) == (Outcome.PASS, "")
    assert [row.rule for row in finding.observations if row.component == "6.1"] == ["nothing-to-decide"]


@pytest.mark.parametrize(
    ("requirement", "words", "beyond"),
    [
        ("1.1", {"registries": (*REGISTRIES, "Kaggle")}, "'Kaggle'"),
        ("1.1", {"registries": ("Kaggle", "ModelScope")}, "'Kaggle', 'ModelScope'"),
        ("5.1", {"registries": ("PyPI", "npm", "conda-forge")}, "'conda-forge'"),
        ("4.3", {"methods": ("signatures",)}, "'checksums'"),
        ("5.3", {"advisories": ("malware",)}, "'CVEs'"),
        ("8.1", {"cadence": ("monthly",)}, "'monthly'"),
    ],
)
def test_words_that_widen_fail(requirement: str, words: dict[str, tuple[str, ...]], beyond: str, held: Case) -> None:
    finding = rolled_up(with_words(held, requirement, **words))
    [row] = exceptions(finding)
    assert (row.component, row.outcome, row.rule) == ("feature files", Outcome.FAIL, "widened")
    assert beyond in row.message
    assert requirement in row.message
    assert f"'{requirement}' = [{beyond}]" in row.remedy


@pytest.mark.parametrize(
    ("requirement", "words"),
    [
        ("1.1", {"registries": ("HuggingFace",)}),
        ("1.1", {"registries": tuple(reversed(REGISTRIES))}),
        ("2.2", {"qualifier": ()}),
        ("4.3", {"methods": ("checksums", "signatures")}),
        ("5.3", {"advisories": ("CVEs", "malware")}),
        ("8.1", {"cadence": ("daily",)}),
        ("8.1", {"cadence": ("weekly",)}),
    ],
)
def test_words_that_narrow_stand(requirement: str, words: dict[str, tuple[str, ...]], held: Case) -> None:
    finding = rolled_up(with_words(held, requirement, **words))
    assert (finding.outcome, finding.reason) == (Outcome.PASS, "")


@pytest.mark.parametrize(("approved", "outcome"), [("Kaggle", Outcome.PASS), ("ModelScope", Outcome.FAIL)])
def test_a_widening_stands_where_the_policy_approves_that_word(approved: str, outcome: Outcome, held: Case) -> None:
    rules = held.policy.features.model_copy(update={"approved_words": {"1.1": (approved,)}})
    case = held.model_copy(update={"policy": held.policy.model_copy(update={"features": rules})})
    assert rolled_up(with_words(case, "1.1", registries=(*REGISTRIES, "Kaggle"))).outcome is outcome


def test_an_approval_for_another_sentence_does_not_count(held: Case) -> None:
    rules = held.policy.features.model_copy(update={"approved_words": {"5.1": ("Kaggle",)}})
    case = held.model_copy(update={"policy": held.policy.model_copy(update={"features": rules})})
    assert rolled_up(with_words(case, "1.1", registries=(*REGISTRIES, "Kaggle"))).outcome is Outcome.FAIL


def test_waived_rows_hold_up_to_the_policys_limit(held: Case) -> None:
    limit = held.policy.waivers.max_count
    finding = rolled_up(with_one(held, "1.1", waived=limit))
    assert finding.outcome is Outcome.PASS
    rules = {row.component: row.rule for row in finding.observations if row.component in {"1.1", "waivers"}}
    assert rules == {"1.1": "holds-with-waiver", "waivers": "holds-with-waiver"}


def test_too_many_waived_rows_fail(held: Case) -> None:
    limit = held.policy.waivers.max_count
    finding = rolled_up(with_one(with_one(held, "1.1", waived=limit), "7.1", waived=1))
    [row] = exceptions(finding)
    assert (row.component, row.outcome, row.rule) == ("waivers", Outcome.FAIL, "too-many-waivers")
    assert f"{limit + 1} rows are waived" in row.message
    assert f"at most {limit}" in row.remedy
