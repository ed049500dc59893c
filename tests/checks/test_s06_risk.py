"""Requirement 6.5: levels as NIST SP 800-30 has them, what is not known, acceptances on their days, and a check that notices."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain import catalog
from supplychain.catalog.risk import LEVELS, RiskLevel, Standing
from supplychain.checks import engine
from supplychain.checks.engine import Answer, Subject, decide
from supplychain.checks.risk import Span, combined, impact_of, judged, likelihood_of, rated, refusal, risk_of
from supplychain.checks.risk_inputs import ServiceRisk, risks
from supplychain.control import load
from supplychain.control.interface import Rule
from supplychain.model.case import Case
from supplychain.model.finding import Outcome
from supplychain.model.policy import People, Policy, Services, WaiverRules
from supplychain.model.service import DataClass, Level, RiskAcceptance
from supplychain.suite import tool
from tests.support import Outcomes

VL, L, M, H, VH = LEVELS
TABLE_I_2 = {
    VH: (VL, L, M, H, VH),
    H: (VL, L, M, H, VH),
    M: (VL, L, M, M, H),
    L: (VL, L, L, L, M),
    VL: (VL, VL, VL, L, L),
}
"""Likelihood, and the risk for each impact from very low to very high."""
CLASSES: tuple[DataClass, ...] = ("public", "internal", "confidential", "personal", "special")
RATINGS: tuple[Level, ...] = ("low", "medium", "high")
AREAS = ("6.1", "6.2", "6.3", "6.4")
STANDINGS: tuple[Standing, ...] = ("sound", "missing", "over", "contradicted", "refused", "unknown")
RULES = list(load().requirements["6.5"].rule)
APPROVER = "security@example.com"
DAY = timedelta(days=1)

areas = st.fixed_dictionaries({name: st.lists(st.sampled_from(STANDINGS), max_size=3) for name in AREAS})
classes = st.lists(st.sampled_from(CLASSES), max_size=3)
ratings = st.none() | st.sampled_from(RATINGS)


@pytest.mark.parametrize("likelihood", LEVELS)
@pytest.mark.parametrize("impact", LEVELS)
def test_levels_combine_as_in_table_i_2(likelihood: RiskLevel, impact: RiskLevel) -> None:
    assert risk_of(likelihood, impact) == TABLE_I_2[likelihood][LEVELS.index(impact)]


def test_the_scale_of_the_policy_stands_in_one_place() -> None:
    assert catalog.risk_scale().rating == {"low": L, "medium": M, "high": H}


@pytest.mark.parametrize(
    ("data", "criticality", "least", "most"),
    [
        (("public",), "low", L, L),
        (("internal", "special"), "low", VH, VH),
        (("personal",), "medium", H, H),
        (("internal",), "high", H, H),
        ((), "low", L, VH),
        (("internal",), None, L, H),
        ((), None, VL, VH),
    ],
)
def test_the_impact_is_the_highest_and_what_is_not_known_may_be_the_worst(
    data: tuple[DataClass, ...], criticality: Level | None, least: RiskLevel, most: RiskLevel
) -> None:
    assert impact_of(data, criticality) == Span(least=least, most=most)


@pytest.mark.parametrize(("amiss", "level"), [(0, VL), (1, M), (2, H), (3, VH), (4, VH)])
@pytest.mark.parametrize("state", STANDINGS[1:])
def test_the_likelihood_counts_the_areas_that_do_not_hold(amiss: int, level: RiskLevel, state: Standing) -> None:
    inputs: dict[str, list[Standing]] = {name: [state if n < amiss else "sound"] for n, name in enumerate(AREAS)}
    assert likelihood_of(inputs) == Span(least=VL if state == "unknown" else level, most=level)


def test_an_area_of_which_nothing_was_seen_is_not_known() -> None:
    nothing: dict[str, list[Standing]] = {name: [] for name in AREAS}
    assert likelihood_of(nothing) == Span(least=VL, most=VH)


def worst(of: dict[str, list[Standing]], data: list[DataClass], criticality: Level | None, own: Level | None) -> int:
    """Return the level that counts, as a number."""
    return LEVELS.index(rated(combined(likelihood_of(of), impact_of(data, criticality)), own).most)


@settings(deadline=None)
@given(areas, classes, ratings, ratings, st.sampled_from(AREAS), st.sampled_from(STANDINGS[1:]))
def test_nothing_amiss_or_unknown_lowers_the_risk(
    of: dict[str, list[Standing]],
    data: list[DataClass],
    criticality: Level | None,
    own: Level | None,
    name: str,
    state: Standing,
) -> None:
    before = worst(of, data, criticality, own)
    assert worst({**of, name: [*of[name], state]}, data, criticality, own) >= before
    assert worst({**of, name: [state]}, data, criticality, own) >= before
    assert worst({**of, name: []}, data, criticality, own) >= before
    assert worst(of, [], criticality, own) >= before
    assert worst(of, data, None, own) >= before


@settings(deadline=None)
@given(areas, classes, st.sampled_from(CLASSES), st.sampled_from(RATINGS), ratings, st.sampled_from(RATINGS))
def test_worse_data_a_higher_criticality_and_an_own_rating_never_lower_it(
    of: dict[str, list[Standing]],
    data: list[DataClass],
    more: DataClass,
    criticality: Level,
    own: Level | None,
    other: Level,
) -> None:
    before = worst(of, data, criticality, own)
    higher = max(criticality, other, key=RATINGS.index)
    assert worst(of, data, higher, own) >= before
    assert worst(of, data, criticality, own or other) >= before
    if data:
        assert worst(of, [*data, more], criticality, own) >= before


@settings(deadline=None)
@given(st.sampled_from(LEVELS), st.sampled_from(LEVELS), st.sampled_from(LEVELS), st.none() | st.sampled_from(LEVELS))
def test_a_verdict_rests_on_the_worst_and_says_where_the_best_would_differ(
    one: RiskLevel, other: RiskLevel, limit: RiskLevel, accepted: RiskLevel | None
) -> None:
    least, most = sorted((one, other), key=LEVELS.index)
    verdict = judged(Span(least=least, most=most), limit, accepted)
    bar = max(LEVELS.index(limit), LEVELS.index(accepted) if accepted else -1)
    assert (verdict in {"acceptable", "accepted"}) == (LEVELS.index(most) <= bar)
    assert (verdict == "above") == (LEVELS.index(least) > bar)
    assert (verdict == "acceptable") == (LEVELS.index(most) <= LEVELS.index(limit))


def acceptance(on: date, expires: date, approver: str = APPROVER) -> RiskAcceptance:
    return RiskAcceptance(level="high", reason="x", owner="team", approver=approver, on=on, expires=expires)


POLICY = Policy(people=People(approvers=(APPROVER,)), waivers=WaiverRules(max_days=3650))
LEAP = date(2028, 2, 29)


@settings(deadline=None)
@given(
    st.dates(date(2020, 1, 1), date(2090, 1, 1)) | st.just(LEAP),
    st.integers(-3, 3),
    st.integers(1, 400),
    st.integers(-14 * 60, 14 * 60),
    st.times(),
)
def test_an_acceptance_counts_from_its_day_through_its_last_in_utc(
    on: date, shift: int, days: int, offset: int, clock: object
) -> None:
    given_ = acceptance(on, on + days * DAY)
    for edge in (on, on + days * DAY):
        local = datetime.combine(edge + shift * DAY, clock, timezone(timedelta(minutes=offset)))  # type: ignore[arg-type]  # a time
        day = local.astimezone(UTC).date()
        assert (refusal(given_, POLICY, local) is None) == (on <= day <= on + days * DAY)


def test_an_acceptance_needs_an_approver_and_a_time_that_the_policy_grants() -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    one = acceptance(date(2026, 10, 1), date(2026, 12, 30))
    assert refusal(one, POLICY, now) is None
    assert refusal(one, Policy(people=POLICY.people), now) is None
    longer = acceptance(date(2026, 10, 1), date(2026, 12, 31))
    assert "runs longer than the 90 days" in (refusal(longer, Policy(people=POLICY.people), now) or "")
    assert "do not name" in (refusal(one, Policy(), now) or "")
    with pytest.raises(ValueError, match="cannot approve it"):
        RiskAcceptance(level="high", reason="x", owner="A", approver="a ", on=one.on, expires=one.expires)


def test_every_rule_that_the_scale_names_is_one_that_fails() -> None:
    named = catalog.risk_scale().rules
    lists = (named.missing, named.over, named.contradicted)
    for entry in (entry for found in lists for entry in found):
        requirement, rule = entry.split()
        assert load().requirements[requirement].rules[rule].outcome is Outcome.FAIL
    assert sum(map(len, lists)) == len(frozenset().union(*lists))


@pytest.mark.parametrize("limit", RATINGS)
@pytest.mark.parametrize("days", [0, 1, 90])
@pytest.mark.parametrize("year", [2024, 2026, 2040])
def test_the_check_can_be_trusted_under_every_policy_and_time(
    limit: Level, days: int, year: int, sound: Outcomes
) -> None:
    policy = Policy(services=Services(max_risk=limit), waivers=WaiverRules(max_days=days))
    changed = sound.case.model_copy(update={"policy": policy, "now": datetime(year, 2, 28, 23, 59, tzinfo=UTC)})
    finding = decide("6.5", changed, tool())
    assert finding.canaries
    assert finding.canaries.missed == ()


def test_the_check_can_be_trusted_where_nothing_was_found(bare: Case) -> None:
    finding = decide("6.5", bare, tool())
    assert finding.canaries
    assert (finding.outcome, finding.canaries.missed) == (Outcome.UNDETERMINED, ())


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_a_check_that_never_gives_one_of_its_rules_is_noticed(
    rule: Rule, sound: Outcomes, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = engine.CHECKS["6.5"]
    wanted = Outcome.FAIL if rule.outcome is Outcome.PASS else Outcome.PASS
    instead = next(other for other in RULES if other.outcome is wanted)

    def observe(case: Case, subject: Subject) -> Answer:
        found = check.observe(case, subject)
        blank = dict.fromkeys(instead.fields, "x")
        return replace(found, rule=instead.id, values=blank) if found.rule == rule.id else found

    monkeypatch.setitem(engine.CHECKS, "6.5", replace(check, observe=observe))
    finding = decide("6.5", sound.case, tool())
    assert finding.outcome is Outcome.ERROR
    assert "cannot be trusted here: canary" in finding.reason


@pytest.mark.parametrize("requirement", AREAS)
def test_a_requirement_without_a_check_is_an_input_that_is_not_known(
    requirement: str, sound: Outcomes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(engine.CHECKS, requirement)
    (risk,) = (item for item in risks(sound.case) if isinstance(item, ServiceRisk))
    unknown = [(item.source, item.says) for item in risk.inputs if item.state == "unknown"]
    assert unknown == [(requirement, engine.NO_CHECK)]
    assert str(risk.likelihood) == "very low to moderate"


def test_the_risk_is_the_same_whatever_the_run_decided_before(sound: Outcomes) -> None:
    alone = sound.case.model_copy(update={"decided": (), "executed": ("6.5",)})
    assert risks(alone) == risks(sound.case)
    assert decide("6.5", alone, tool()) == decide("6.5", sound.case, tool())
