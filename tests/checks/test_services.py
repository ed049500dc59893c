"""The population of scenario 6, and the clocks that all five requirements read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from supplychain.checks.applicability import not_applicable
from supplychain.checks.canaries.services import agreement, assessment, entry, service, serving
from supplychain.checks.engine import CHECKS, observe
from supplychain.checks.population import planted, unread_sample, unresolved_sample
from supplychain.checks.services import (
    ServiceUse,
    age_in_days,
    declared_for,
    is_over,
    is_to_come,
    line_in_declaration,
    population,
    today,
)
from supplychain.model.case import Case
from supplychain.model.component import Component, Kind
from supplychain.model.declaration import Declaration
from supplychain.model.finding import Outcome
from supplychain.model.reference import Place, Scope
from supplychain.model.service import Certificate, DeclaredService, Endpoint

LEAP = date(2028, 2, 29)
DAY = timedelta(days=1)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
days = st.one_of(st.dates(date(2020, 1, 1), date(2090, 1, 1)), st.sampled_from([LEAP, LEAP - DAY, LEAP + DAY]))
times = st.times()


def moment(day: date, time: object, zone: timezone) -> datetime:
    """Return a moment of a day in UTC, as a clock of another zone shows it."""
    return datetime.combine(day, time, UTC).astimezone(zone)  # type: ignore[arg-type]


# Clocks.


@given(day=days, time=times, zone=zones)
@settings(deadline=None, max_examples=200)
def test_what_ends_on_a_day_holds_through_it_in_utc(day: date, time: object, zone: timezone) -> None:
    now = moment(day, time, zone)
    assert today(now) == day
    assert [is_over(day + step * DAY, now) for step in (-1, 0, 1)] == [True, False, False]
    assert [is_to_come(day + step * DAY, now) for step in (-1, 0, 1)] == [False, False, True]
    assert [age_in_days(day + step * DAY, now) for step in (-1, 0, 1)] == [1, 0, -1]
    assert not is_over(None, now)


OUTCOMES = {
    "certificate": ("certificate-expired", "assessed", "assessed"),
    "assessment": ("assessed", "assessed", "reviewer-not-counted"),
    "agreement ends": ("expired", "recorded", "recorded"),
    "agreement begins": ("recorded", "recorded", "in-future"),
}
"""What a record comes to whose day is the one before, that of the run, and the one after."""


def recorded(case: Case, what: str, day: date) -> tuple[str, Case]:
    """Return the requirement that a day decides, and a case with one service whose record has this day."""
    used = service("openai")
    held = Certificate(name="planted", expires=day)
    changes: dict[str, tuple[str, dict[str, object]]] = {
        "certificate": ("6.1", {"assessment": assessment(case, certificates=(held,))}),
        "assessment": ("6.1", {"assessment": assessment(case, on=day)}),
        "agreement ends": ("6.4", {"dpa": agreement(case, used, date=day - 4 * DAY, expires=day)}),
        "agreement begins": ("6.4", {"dpa": agreement(case, used, date=day, expires=None)}),
    }
    requirement, parts = changes[what]
    return requirement, serving(case, used, declared=(entry(case, used, **parts),))


@pytest.mark.parametrize("what", OUTCOMES)
@given(day=days, time=times, zone=zones)
@example(day=LEAP, time=datetime.min.time(), zone=UTC)
@example(day=LEAP, time=datetime.max.time(), zone=timezone(timedelta(hours=14)))
@example(day=date(2027, 12, 31), time=datetime.max.time(), zone=timezone(-timedelta(hours=12)))
@settings(deadline=None, max_examples=40)
def test_records_hold_through_their_last_day(bare: Case, what: str, day: date, time: object, zone: timezone) -> None:
    case = bare.model_copy(update={"now": moment(day, time, UTC)})
    for step, rule in zip((-1, 0, 1), OUTCOMES[what], strict=True):
        requirement, made = recorded(case, what, day + step * DAY)
        there = made.model_copy(update={"now": moment(day, time, zone)})
        assert [row.rule for row in observe(CHECKS[requirement], there)] == [rule]


@given(limit=st.integers(0, 3650), day=days, time=times, zone=zones)
@settings(deadline=None, max_examples=60)
def test_an_assessment_is_as_old_as_the_policy_allows(
    bare: Case, limit: int, day: date, time: object, zone: timezone
) -> None:
    freshness = bare.policy.freshness.model_copy(update={"assessment_max_age_days": limit})
    policy = bare.policy.model_copy(update={"freshness": freshness})
    case = bare.model_copy(update={"now": moment(day, time, UTC), "policy": policy})
    for age, rule in ((limit, "assessed"), (limit + 1, "stale")):
        _, made = recorded(case, "assessment", day - age * DAY)
        there = made.model_copy(update={"now": moment(day, time, zone)})
        assert [row.rule for row in observe(CHECKS["6.1"], there)] == [rule]


# The population.


def uses(case: Case) -> dict[str, ServiceUse]:
    return {item.id: item for item in population(case) if isinstance(item, ServiceUse)}


def test_a_service_is_there_once_at_its_first_place(bare: Case) -> None:
    places = (Place(file="b.py", line=1), Place(file="a.py", line=9), Place(file="a.py", line=2))
    case = planted(bare, *(service("openai", at=at) for at in places))
    assert [str(use.at) for use in uses(case).values()] == ["a.py:2"]


@pytest.mark.parametrize("scope", Scope)
def test_only_production_counts(bare: Case, scope: Scope) -> None:
    case = planted(bare, service("openai", at=Place(file="a.py", line=2, scope=scope)))
    assert bool(population(case)) == (scope is Scope.PROD)


def test_a_hosted_model_is_a_use_of_its_service_and_makes_the_scenario_apply(bare: Case) -> None:
    model = Component(kind=Kind.MODEL, source="openai", name="gpt-4o")
    case = planted(bare, service("x", component=model))
    case = case.model_copy(update={"inventory": case.inventory.model_copy(update={"looked_at": 3})})
    assert set(uses(case)) == {"openai"}
    assert not_applicable(6, case) is None
    nothing = case.model_copy(update={"inventory": case.inventory.model_copy(update={"references": ()})})
    assert "no services: 0 found" in (not_applicable(6, nothing) or "")


def test_what_may_hide_a_service_is_an_element_of_its_own(bare: Case) -> None:
    hidden = (unresolved_sample(Kind.SERVICE), unread_sample())
    assert population(planted(bare, *hidden)) == hidden


def declaring(bare: Case, *entries: DeclaredService, **inventory: object) -> Case:
    case = planted(bare, service("openrouter"))
    case = case.model_copy(update={"declaration": Declaration(schema=1, service=entries)})
    return case.model_copy(update={"inventory": case.inventory.model_copy(update=inventory)})


def test_a_router_brings_the_services_that_it_forwards_to(bare: Case) -> None:
    router = DeclaredService(id="openrouter", forwards_to=("groq", "together"))
    circle = DeclaredService(id="groq", forwards_to=("openrouter", "mistral"))
    found = uses(declaring(bare, router, circle))
    assert {name: use.router for name, use in found.items()} == {
        "openrouter": "",
        "groq": "openrouter",
        "together": "openrouter",
        "mistral": "groq",
    }
    assert found["groq"].declared == circle
    assert found["openrouter"].is_router
    assert not found["groq"].is_router


def test_the_place_of_a_call_says_to_whom_a_router_forwards(bare: Case) -> None:
    told = Endpoint(service="openrouter", at=Place(file="a.py", line=4), forwards_to="groq")
    tested = told.model_copy(update={"at": Place(file="t.py", line=1, scope=Scope.TEST), "forwards_to": "mistral"})
    found = uses(declaring(bare, endpoints=(told, tested)))
    assert {name: str(use.at) for name, use in found.items()} == {"openrouter": "planted.py:1", "groq": "a.py:4"}


def test_what_only_the_declaration_names_is_at_its_line(bare: Case) -> None:
    case = declaring(bare, DeclaredService(id="openrouter"), DeclaredService(id="groq"))
    case = case.model_copy(update={"service_lines": {"groq": 7, "groq dpa": 9}})
    use = uses(case)["groq"]
    assert (use.is_used, str(use.at)) == (False, "supplychain.toml:7")
    assert str(line_in_declaration(case, "groq", "dpa")) == "supplychain.toml:9"
    assert str(line_in_declaration(case, "groq", "region")) == "supplychain.toml:7"
    assert str(line_in_declaration(case, "mistral")) == "supplychain.toml"


@pytest.mark.parametrize(
    ("name", "detect", "used", "counts"),
    [
        ("gateway", "llm.acme.example", "llm.acme.example", True),
        ("gateway", "*.acme.example", "llm.acme.example", True),
        ("gateway", "*.acme.example", "acme.example", False),
        ("gateway", "*.example", "llm.acme.example", False),
        ("gateway", "*", "llm.acme.example", False),
        ("gateway", "api.openai.com", "openai", False),
        ("openai", "llm.acme.example", "llm.acme.example", False),
        ("openai", "", "openai", True),
        ("openai", "", "OpenAI", False),
    ],
)
def test_a_host_of_detect_never_takes_over_a_known_provider(
    bare: Case, name: str, detect: str, used: str, *, counts: bool
) -> None:
    case = declaring(bare, DeclaredService(id=name, detect=(detect,)))
    assert (declared_for(case, used, f"https://{used}/v1") is not None) == counts


@pytest.mark.parametrize("address", ["https://[", "https://", "//", "[::1", "https://llm.acme.example:99999999/"])
def test_an_address_that_does_not_parse_is_no_host(bare: Case, address: str) -> None:
    case = declaring(bare, DeclaredService(id="gateway", detect=("x.acme.example",)))
    assert declared_for(case, "mcp/x", address) is None


def test_both_requirements_decide_every_service_alike(bare: Case) -> None:
    case = declaring(bare, DeclaredService(id="openrouter", forwards_to=("groq",)))
    for requirement in ("6.1", "6.4"):
        rows = observe(CHECKS[requirement], case)
        assert {row.component for row in rows} == {"service:openrouter", "service:groq"}
        assert {row.outcome for row in rows} <= {Outcome.FAIL, Outcome.UNDETERMINED}
