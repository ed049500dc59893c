"""The canaries of 4.2: they reach every rule, and hold whatever the target uses and on any day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from supplychain.catalog.unfilled import is_unfilled
from supplychain.checks import engine
from supplychain.checks.engine import CHECKS, Answer, Subject, decide
from supplychain.control import load
from supplychain.model.case import Case
from supplychain.model.finding import Outcome
from supplychain.model.license import ProvenanceField
from supplychain.suite import tool
from tests.support import Outcomes

RULES = load().requirements["4.2"].rules


def test_every_rule_is_planted(empty: Case) -> None:
    assert {canary.rule for canary in CHECKS["4.2"].canaries(empty)} - {None} == set(RULES)


@pytest.mark.parametrize("now", ["2026-01-01", "2026-12-31", "2028-02-29", "2040-06-15", "2020-01-31"])
@pytest.mark.parametrize("of", ["sound", "empty"])
def test_they_hold_on_any_day_and_without_a_dataset(
    of: str, now: str, request: pytest.FixtureRequest, sound: Outcomes
) -> None:
    case = sound.case if of == "sound" else request.getfixturevalue("empty")
    case = case.model_copy(update={"now": datetime.fromisoformat(now).replace(tzinfo=UTC), "not_applicable": {}})
    finding = decide("4.2", case, tool())
    assert finding.canaries is not None, finding.reason
    assert finding.canaries.missed == ()


@pytest.mark.parametrize("rule", RULES)
def test_a_check_that_never_gives_one_of_its_rules_cannot_be_trusted(
    rule: str, sound: Outcomes, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = CHECKS["4.2"]
    is_pass = RULES[rule].outcome is Outcome.PASS
    instead = next(other for other in RULES.values() if (other.outcome is Outcome.PASS) != is_pass)

    def observe(case: Case, subject: Subject) -> Answer:
        given = check.observe(case, subject)
        return (
            replace(given, rule=instead.id, values=dict.fromkeys(instead.fields, "x")) if given.rule == rule else given
        )

    monkeypatch.setitem(engine.CHECKS, "4.2", replace(check, observe=observe))
    finding = decide("4.2", sound.case, tool())
    assert finding.outcome is Outcome.ERROR
    assert finding.reason.startswith("this check cannot be trusted here: canary '")


@pytest.mark.parametrize(
    ("field", "value", "says_nothing"),
    [
        ("creator", "TODO", True),
        ("creator", "to do with care", False),
        ("creator", "Unknown.", True),
        ("creator", "The Unknown Lab", False),
        ("creator", "none", True),
        ("personal data", "none", False),
        ("personal data", "n/a", True),
        ("transformations", "none", False),
        ("collection", "{{ collection | default('') }}", True),
        ("license", "other", True),
        ("license", "other-open-license", False),
        ("revision", "main", True),
        ("revision", "v1.0", False),
        ("source", "<your source>", True),
    ],
)
def test_what_says_nothing(field: ProvenanceField, value: str, says_nothing: bool) -> None:
    assert is_unfilled(field, value) is says_nothing
