"""The engine: it counts, it runs the canaries, and it trusts no check that misses one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from supplychain.checks import engine
from supplychain.checks.engine import NO_CHECK, Answer, Canary, Check, answer, decide
from supplychain.model.base import Frozen
from supplychain.model.case import Case, GatheringError
from supplychain.model.component import Kind
from supplychain.model.declaration import Declaration, Waiver
from supplychain.model.finding import Finding, Outcome, Source
from supplychain.model.reference import Place, Unresolved
from supplychain.suite import tool
from tests.support import Outcomes

REQUIREMENT = "7.1"
"""The requirement whose rules the small check below answers with."""


class Item(Frozen):
    """An element of the small check's population."""

    subject: str
    at: Place | None = None


def items(case: Case) -> list[Item]:
    """The population: a word of `case.files` each."""
    return [Item(subject=word, at=Place(file="words.txt", line=number)) for number, word in enumerate(case.files, 1)]


def judge(_: Case, item: Item) -> Answer:
    """The small check: a word is listed, missing, or not known."""
    if item.subject.startswith("bad"):
        return answer("missing", evidence="sha256:words", file="words.txt")
    if item.subject.startswith("odd"):
        return answer("unresolved", call="load", expression="word", reason="it is odd")
    return answer("listed", where="words.txt:1")


def holding(case: Case, *words: str, **changes: object) -> Case:
    """Return the case with these words as the population of the small check."""
    return case.model_copy(update={"files": words, "declaration": None, **changes})


def good(case: Case) -> Canary:
    return Canary("a good word", holding(case, "good", "other"), "good", "listed")


def bad(case: Case) -> Canary:
    return Canary("a bad word", holding(case, "bad", "other"), "bad", "missing")


def both(case: Case) -> list[Canary]:
    return [good(case), bad(case)]


Decide = Callable[..., Finding]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, sound: Outcomes) -> Decide:
    """Decide the small check over words; `observe`, `canaries` and other parts of it can be replaced."""

    def run(*words: str, case: Case | None = None, **parts: object) -> Finding:
        whole = {"observe": judge, "population": items, "canaries": both, "sources": lambda _: (), **parts}
        monkeypatch.setitem(engine.CHECKS, REQUIREMENT, Check(REQUIREMENT, **whole))  # type: ignore[arg-type]
        return decide(REQUIREMENT, case or holding(sound.case, *words), tool())

    return run


def test_all_good_words_pass_without_reserve(small: Decide) -> None:
    finding = small("one", "two")
    assert (finding.outcome, finding.reason) == (Outcome.PASS, "")
    assert finding.canaries is not None
    assert (finding.canaries.good.outcome, finding.canaries.good.planted) == (Outcome.PASS, 1)
    assert (finding.canaries.bad.outcome, finding.canaries.bad.planted) == (Outcome.FAIL, 1)
    assert finding.canaries.bad.named
    assert finding.canaries.missed == ()


def test_the_population_is_counted_by_the_engine(small: Decide) -> None:
    population = small("one", "two", "bad", "odd", "odder").population
    assert population.expected == population.observed == 5
    assert (population.passed, population.failed, population.undetermined) == (2, 1, 2)
    assert (population.waived, population.unresolved) == (0, 0)


def test_what_has_no_known_component_counts_as_unresolved(small: Decide) -> None:
    unknown = Unresolved(kind=Kind.MODEL, at=Place(file="a.py", line=1), call="load", expression="x", reason="run time")

    def observe(case: Case, item: Item | Unresolved) -> Answer:
        return judge(case, item if isinstance(item, Item) else Item(subject="odd"))

    population = small("one", population=lambda case: [*items(case), unknown], observe=observe).population
    assert (population.expected, population.undetermined, population.unresolved) == (2, 1, 1)


def test_one_bad_word_fails_and_is_named_first(small: Decide) -> None:
    finding = small("one", "odd", "bad", "bad2")
    assert finding.outcome is Outcome.FAIL
    assert finding.reason == "2 of 4 failed; first: bad at words.txt:3: used, and not listed in words.txt"
    row = finding.observations[2]
    assert (row.component, row.rule, str(row.at), row.evidence) == ("bad", "missing", "words.txt:3", ("sha256:words",))
    assert "supplychain inventory write" in row.remedy


def test_one_odd_word_leaves_it_undetermined(small: Decide) -> None:
    finding = small("one", "odd")
    assert finding.outcome is Outcome.UNDETERMINED
    assert finding.reason.startswith("1 of 2 undetermined; first: odd at words.txt:2: ")


def test_rows_stand_in_the_order_of_their_places(small: Decide) -> None:
    def backwards(case: Case) -> list[Item]:
        return [*reversed(items(case)), Item(subject="nowhere")]

    finding = small("one", "two", "three", population=backwards)
    assert [row.component for row in finding.observations] == ["nowhere", "one", "two", "three"]


# A check that cannot be trusted


def misses_bad(case: Case, item: Item) -> Answer:
    return answer("listed", where="anywhere")


def rejects_all(case: Case, item: Item) -> Answer:
    return answer("missing", file="words.txt")


def says_undetermined(case: Case, item: Item) -> Answer:
    return answer("unresolved", call="load", expression="word", reason="no idea")


def elsewhere(case: Case) -> list[Canary]:
    return [good(case), Canary("a bad word", holding(case, "other"), "bad", "missing")]


def counted_though_outside(case: Case) -> list[Canary]:
    return [*both(case), Canary("no part of it", holding(case, "outside"), "outside", None)]


def other_rule(case: Case) -> list[Canary]:
    return [*both(case), Canary("a ghost", holding(case, "bad"), "bad", "ghost")]


def twice(case: Case) -> list[Canary]:
    return [*both(case), Canary("a bad word twice", holding(case, "bad", "bad"), "bad", "missing")]


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"observe": misses_bad}, "canary 'a bad word' came out as listed, not missing"),
        ({"observe": rejects_all}, "canary 'a good word' came out as missing, not listed"),
        ({"observe": says_undetermined}, "canary 'a good word' came out as unresolved, not listed"),
        ({"canaries": elsewhere}, "canary 'a bad word' came out as nothing, not missing"),
        ({"canaries": counted_though_outside}, "canary 'no part of it' counted outside"),
        ({"canaries": other_rule}, "canary 'a ghost' came out as missing, not ghost"),
        ({"canaries": twice}, "canary 'a bad word twice' came out as missing, missing, not missing"),
        ({"canaries": lambda case: [good(case)]}, "no canary is planted that has to come out as fail"),
        ({"canaries": lambda case: [bad(case)]}, "no canary is planted that has to come out as pass"),
        ({"canaries": lambda _: []}, "no canary is planted"),
    ],
    ids=[
        "a bad canary passes",
        "a good canary fails",
        "no canary is decided",
        "the canary is not in the population",
        "what is outside of it is counted",
        "the canary fails by another rule",
        "the canary comes out twice",
        "no bad canary",
        "no good canary",
        "no canary",
    ],
)
@pytest.mark.parametrize("words", [("one",), ("bad",), ("odd",), ()], ids=["good", "bad", "odd", "empty"])
def test_a_missed_canary_makes_any_outcome_an_error(
    parts: dict[str, object], says: str, words: tuple[str, ...], small: Decide
) -> None:
    finding = small(*words, **parts)
    assert finding.outcome is Outcome.ERROR
    assert finding.reason.startswith(f"this check cannot be trusted here: {says}")
    assert finding.canaries is not None
    assert finding.canaries.missed
    assert not finding.canaries.bad.named


def test_the_worst_outcome_of_the_canaries_is_recorded(small: Decide) -> None:
    missed = small("one", observe=misses_bad).canaries
    assert missed is not None
    assert (missed.bad.outcome, missed.good.outcome) == (Outcome.PASS, Outcome.PASS)
    rejected = small("one", observe=rejects_all).canaries
    assert rejected is not None
    assert (rejected.bad.outcome, rejected.good.outcome) == (Outcome.FAIL, Outcome.FAIL)


def raises(case: Case, item: Item) -> Answer:
    raise ZeroDivisionError("one over nothing")


def unknown_rule(case: Case, item: Item) -> Answer:
    return answer("invented")


def forgets_a_field(case: Case, item: Item) -> Answer:
    return answer("missing")


def raising(case: Case) -> Iterator[Canary]:
    yield good(case)
    raise ZeroDivisionError("one over nothing")


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"observe": raises}, "ZeroDivisionError: one over nothing"),
        ({"population": lambda _: 1 / 0}, "ZeroDivisionError"),
        ({"canaries": raising}, "ZeroDivisionError: one over nothing"),
        ({"sources": lambda _: 1 / 0}, "ZeroDivisionError"),
        ({"observe": unknown_rule}, "KeyError: 'invented'"),
        ({"observe": forgets_a_field}, "KeyError: 'file'"),
    ],
    ids=["the check", "its population", "its canaries", "its sources", "a rule that is none", "a field left out"],
)
def test_what_breaks_is_an_error_and_stops_nothing(parts: dict[str, object], says: str, small: Decide) -> None:
    finding = small("one", **parts)
    assert finding.outcome is Outcome.ERROR
    assert finding.reason.startswith(f"the check broke: {says}")
    assert finding.observations == ()


# Waivers


def waiver(**changes: object) -> Waiver:
    fields: dict[str, object] = {
        "id": "W-1",
        "requirement": REQUIREMENT,
        "component": "bad",
        "reason": "accepted",
        "owner": "team@example.com",
        "approver": "security@example.com",
        "created": "2026-10-01",
        "expires": "2026-10-31",
    }
    return Waiver.model_validate({**fields, **changes})


def with_waiver(case: Case, *words: str, **changes: object) -> Case:
    return holding(case, *words, declaration=Declaration(schema=1, waiver=(waiver(**changes),)))


def test_a_live_waiver_shows_the_row_as_waived_and_the_pass_as_its_own(small: Decide, sound: Outcomes) -> None:
    finding = small(case=with_waiver(sound.case, "one", "bad"))
    assert (finding.outcome, finding.reason) == (Outcome.PASS, "passes with waiver W-1 until 2026-10-31")
    assert (finding.population.passed, finding.population.waived, finding.population.failed) == (1, 1, 0)
    row = finding.observations[1]
    assert (row.outcome, row.rule) == (Outcome.WAIVED, "missing")
    assert row.waiver is not None
    assert (row.waiver.id, row.waiver.approver) == ("W-1", "security@example.com")


def test_a_waiver_accepts_its_own_row_only(small: Decide, sound: Outcomes) -> None:
    finding = small(case=with_waiver(sound.case, "bad", "bad2"))
    assert finding.outcome is Outcome.FAIL
    assert [row.outcome for row in finding.observations] == [Outcome.WAIVED, Outcome.FAIL]


def test_a_waiver_decides_nothing_that_is_undetermined(small: Decide, sound: Outcomes) -> None:
    finding = small(case=with_waiver(sound.case, "odd", component="odd"))
    assert finding.outcome is Outcome.UNDETERMINED


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"expires": "2026-10-19"}, "waiver W-1 expired on 2026-10-19"),
        ({"created": "2026-10-21"}, "waiver W-1 begins on 2026-10-21"),
        ({"approver": "stranger@example.com"}, "do not name stranger@example.com"),
        ({"created": "2026-07-01"}, "longer than the policy's 90 days"),
        ({"requirement": "7.2"}, ""),
        ({"component": "other"}, ""),
    ],
)
def test_a_waiver_that_does_not_count_leaves_the_row_failed(
    changes: dict[str, object], says: str, small: Decide, sound: Outcomes
) -> None:
    finding = small(case=with_waiver(sound.case, "bad", **changes))
    assert finding.outcome is Outcome.FAIL
    assert says in finding.observations[0].message
    assert finding.observations[0].waiver is None


def test_canaries_know_no_waiver(small: Decide, sound: Outcomes) -> None:
    """The declaration of the target cannot waive the planted bad case."""

    def keeping(case: Case) -> list[Canary]:
        planted = case.model_copy(update={"files": ("bad",)})
        return [good(case), Canary("a bad word", planted, "bad", "missing")]

    finding = small(case=with_waiver(sound.case, "one"), canaries=keeping)
    assert finding.outcome is Outcome.PASS
    assert finding.canaries is not None
    assert finding.canaries.bad.outcome is Outcome.FAIL


# Nothing to decide on


def test_an_empty_population_is_not_applicable_with_proof(small: Decide) -> None:
    finding = small()
    assert finding.outcome is Outcome.NOT_APPLICABLE
    assert "0 found and 0 unresolved in" in finding.reason


def inventory_of(case: Case, **changes: object) -> Case:
    return holding(case, inventory=case.inventory.model_copy(update=changes))


def test_without_a_file_that_was_read_it_is_undetermined(small: Decide, sound: Outcomes) -> None:
    finding = small(case=inventory_of(sound.case, looked_at=0))
    assert finding.outcome is Outcome.UNDETERMINED
    assert "no file was read" in finding.reason


def test_without_a_passed_self_test_it_is_undetermined(small: Decide, sound: Outcomes) -> None:
    blind = sound.case.inventory.self_test.model_copy(update={"found": 0})
    assert small(case=inventory_of(sound.case, self_test=blind)).outcome is Outcome.UNDETERMINED


def test_a_scenario_that_does_not_apply_says_why(small: Decide, sound: Outcomes) -> None:
    finding = small(case=holding(sound.case, "bad", not_applicable={7: "nothing here"}))
    assert (finding.outcome, finding.reason) == (Outcome.NOT_APPLICABLE, "nothing here")
    assert (finding.observations, finding.canaries) == ((), None)


@pytest.mark.parametrize("scenario", [0, 7])
def test_an_error_while_gathering_is_an_error_of_the_scenario(scenario: int, small: Decide, sound: Outcomes) -> None:
    errors = (GatheringError(scenario=scenario, message="the disk is gone"),)
    finding = small(case=holding(sound.case, "one", errors=errors))
    assert (finding.outcome, finding.reason) == (Outcome.ERROR, "gathering failed: the disk is gone")


def test_an_error_while_gathering_for_another_scenario_is_none_here(small: Decide, sound: Outcomes) -> None:
    errors = (GatheringError(scenario=3, message="the disk is gone"),)
    assert small(case=holding(sound.case, "one", errors=errors)).outcome is Outcome.PASS


def test_a_requirement_without_a_check_is_undetermined(sound: Outcomes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(engine.CHECKS, REQUIREMENT)
    finding = decide(REQUIREMENT, sound.case, tool())
    assert (finding.outcome, finding.reason) == (Outcome.UNDETERMINED, NO_CHECK)
    assert finding.canaries is None


def test_a_finding_carries_words_sources_severity_and_tool(small: Decide, sound: Outcomes) -> None:
    source = Source(name="words.txt", level="local", digest="sha256:words")
    finding = small("one", sources=lambda _: (source,))
    assert finding.sources == (source,)
    assert finding.tool == tool()
    assert (finding.severity, finding.decided_by) == ("medium", "bytes")
    assert decide("1.1", sound.case, tool()).words == {"registries": ("HuggingFace", "TensorFlow Hub", "PyTorch Hub")}
