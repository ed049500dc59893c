"""The gate: what fails it in each mode, what never does, and what the known list may hold."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from supplychain.config.known import text
from supplychain.gate import accepted, approvers, decide, judged, pruned
from supplychain.model.declaration import Declaration
from supplychain.model.finding import Finding, Observation, Outcome
from supplychain.model.gate import Entry, Known, KnownFile, Result
from supplychain.model.policy import Gate, Mode, People, Policy
from tests.gating import DECIDED, FINAL, MODEL, NAMES, NOW, SEC, TODAY, final_rules, finding, findings, of, row, rules

PASS, FAIL, UNDETERMINED = Outcome.PASS, Outcome.FAIL, Outcome.UNDETERMINED
MODES: tuple[Mode, ...] = ("observe", "ratchet", "enforce")
RATCHET = Gate(default="ratchet")
NOTHING = Known()
SOFT = [name for name in DECIDED if name not in FINAL]
Run = dict[str, Finding]


def gate(run: Run, known: Known = NOTHING, rule: Gate = RATCHET) -> Result:
    return decide(run, known, rule, NAMES, NOW)


def known_of(run: Run, rule: Gate = RATCHET) -> Known:
    """Return the list with everything in it that an approver can accept of a run."""
    return accepted(run, NOTHING, rule, NAMES, NOW, SEC)


@st.composite
def rows(draw: st.DrawFn, requirement: str, outcomes: tuple[Outcome, ...] = (PASS, FAIL, UNDETERMINED)) -> Observation:
    outcome = draw(st.sampled_from([item for item in outcomes if rules(requirement, item)]))
    return row(
        requirement,
        outcome,
        draw(st.sampled_from([MODEL, "package:pypi/a", "package:pypi/b"])),
        draw(st.sampled_from(["", "app/a.py", "app/b.py"])),
        draw(st.integers(1, 99)),
        draw(st.sampled_from(rules(requirement, outcome))),
    )


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Make findings of a few requirements that can be known."""
    names = draw(st.lists(st.sampled_from(SOFT), max_size=3, unique=True))
    return findings(*(finding(name, *draw(st.lists(rows(name), max_size=6))) for name in names))


def changed(run: Run, requirement: str, *observations: Observation) -> Run:
    return run | {requirement: finding(requirement, *observations)}


def fingerprints(run: Run) -> Counter[tuple[str, str, str, str]]:
    return Counter(
        (name, item.component, item.rule, item.at.file if item.at else "")
        for name in SOFT
        for item in run[name].observations
        if item.outcome in {FAIL, UNDETERMINED}
    )


def sizes(known: Known) -> Counter[tuple[object, ...]]:
    found = Counter[tuple[object, ...]]()
    for entry in known.entries:
        found[*entry.element, entry.rule, entry.by, entry.since] += entry.rows
    return found


# what the property tests hold it to


@settings(deadline=None)
@given(runs())
def test_what_was_accepted_holds_and_only_that(run: Run) -> None:
    known = known_of(run)
    assert gate(run, known).holds
    assert gate(run).holds == (not fingerprints(run))
    assert gate(run, known).known == fingerprints(run).total()


@settings(deadline=None)
@given(runs(), st.data())
def test_any_new_failing_fingerprint_fails(run: Run, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([item for item in SOFT if rules(item, FAIL)]))
    new = data.draw(rows(name, (FAIL,)))
    result = gate(changed(run, name, *run[name].observations, new), known_of(run))
    assert not result.holds
    [blocking] = result.blocking
    assert (blocking.requirement, blocking.cause) == (name, "new")
    assert (blocking.row.component, blocking.row.rule) == (new.component, new.rule)


@settings(deadline=None)
@given(runs(), st.data())
def test_removing_a_failing_fingerprint_never_fails_as_new(run: Run, data: st.DataObject) -> None:
    failing = [(name, item) for name in SOFT for item in run[name].observations if item.outcome is FAIL]
    assume(failing)
    name, item = data.draw(st.sampled_from(failing))
    rest = list(run[name].observations)
    rest.remove(item)
    known, mended = known_of(run), changed(run, name, *rest)
    result = gate(mended, known)
    assert (result.blocking, result.lost, result.missing) == ((), (), ())
    assert [(entry.component, entry.rule, entry.rows) for entry in result.stale] == [(item.component, item.rule, 1)]
    assert gate(mended, pruned(mended, known, NAMES, NOW)).holds


@settings(deadline=None)
@given(runs(), st.integers(1, 500))
def test_moving_code_by_lines_changes_nothing(run: Run, by: int) -> None:
    def moved(item: Observation) -> Observation:
        place = item.at.model_copy(update={"line": (item.at.line or 0) + by}) if item.at else None
        return item.model_copy(update={"at": place})

    after = {name: finding(name, *map(moved, run[name].observations)) for name in SOFT}
    known = known_of(run)
    assert known_of(run | after) == known
    assert gate(run | after, known) == gate(run, known)
    assert text(pruned(run | after, known, NAMES, NOW)) == text(known)


@settings(deadline=None)
@given(runs(), st.data())
def test_from_pass_to_undetermined_fails(run: Run, data: st.DataObject) -> None:
    passing = [
        (name, place)
        for name in SOFT
        for place, item in enumerate(run[name].observations)
        if item.outcome is PASS and rules(name, UNDETERMINED)
    ]
    assume(passing)
    name, place = data.draw(st.sampled_from(passing))
    observations = list(run[name].observations)
    rule = data.draw(st.sampled_from(rules(name, UNDETERMINED)))
    observations[place] = observations[place].model_copy(update={"outcome": UNDETERMINED, "rule": rule})
    result = gate(changed(run, name, *observations), known_of(run))
    assert [(item.requirement, item.cause, item.row.rule) for item in result.blocking] == [(name, "undetermined", rule)]


@settings(deadline=None)
@given(runs(), runs(), st.sampled_from([NAMES, (SEC,), ()]))
def test_the_list_only_shrinks_unless_an_approver_accepts(run: Run, after: Run, names: tuple[str, ...]) -> None:
    known = known_of(run)
    less = pruned(after, known, names, NOW)
    assert sizes(less) <= sizes(known)
    assert all(size <= known.populations[name] for name, size in less.populations.items())
    assert pruned(after, less, names, NOW) == less
    with pytest.raises(ValueError, match="no approver"):
        accepted(after, known, RATCHET, NAMES, NOW, "developer@example.com")
    assert gate(after, accepted(after, known, RATCHET, NAMES, NOW, SEC)).holds


@settings(deadline=None)
@given(runs(), st.sampled_from(FINAL), st.sampled_from(MODES), st.data())
def test_what_is_never_softened_fails_in_every_mode(run: Run, name: str, mode: Mode, data: st.DataObject) -> None:
    rule = data.draw(st.sampled_from(final_rules(name)))
    proven = row(name, FAIL, rule=rule)
    broken = changed(run, name, proven)
    by_hand = Entry(requirement=name, component=MODEL, rule=rule, path="app/a.py", rows=9, by=SEC, since=TODAY)
    rest = known_of(broken)
    assert not any(entry.requirement == name for entry in rest.entries)
    for known in (NOTHING, rest, rest.model_copy(update={"entries": (*rest.entries, by_hand)})):
        result = gate(broken, known, Gate(default=mode, observe=(name,)))
        assert not result.holds
        assert [item.cause for item in result.blocking if item.requirement == name] == ["never softened"]


@settings(deadline=None)
@given(runs(), st.sampled_from([*DECIDED, "10.5", "2.2"]), st.sampled_from(MODES))
def test_an_error_fails_in_every_mode(run: Run, name: str, mode: Mode) -> None:
    broken = run | {name: finding(name, outcome=Outcome.ERROR)}
    result = gate(broken, known_of(run), Gate(default=mode))
    assert not result.holds
    assert [item.requirement for item in result.broken] == [name]
    assert name not in {entry.requirement for entry in result.stale}
    assert name not in {loss.requirement for loss in result.lost}


# what each rule means, by example


def test_the_four_are_data_of_the_control() -> None:
    assert FINAL == ("2.1", "5.4", "9.3")


def test_a_second_row_of_a_fingerprint_is_another_flaw() -> None:
    one, two = row("1.1", FAIL, line=3), row("1.1", FAIL, line=9)
    known = known_of(of("1.1", [one]))
    assert [item.cause for item in gate(of("1.1", [one, two]), known).blocking] == ["new"]
    both = known_of(of("1.1", [one, two]))
    assert [entry.rows for entry in both.entries] == [2]
    assert [entry.rows for entry in gate(of("1.1", [two]), both).stale] == [1]


def test_what_failed_may_be_undetermined_for_a_while_and_not_the_other_way() -> None:
    failing, open_ = of("5.3", [row("5.3", FAIL)]), of("5.3", [row("5.3", UNDETERMINED)])
    assert gate(open_, known_of(failing)).holds
    result = gate(failing, known_of(open_))
    assert ([item.cause for item in result.blocking], result.better) == (["new"], ())


def test_what_is_undetermined_may_be_named_in_another_file_first() -> None:
    here, there = (row("7.1", UNDETERMINED, path=path) for path in ("b.py", "a.py"))
    assert gate(of("7.1", [there]), known_of(of("7.1", [here]))).holds
    assert [item.row for item in gate(of("7.1", [here, there]), known_of(of("7.1", [here]))).blocking] == [there]
    failing, moved = (row("7.1", FAIL, path=path) for path in ("b.py", "a.py"))
    assert [item.cause for item in gate(of("7.1", [moved]), known_of(of("7.1", [failing]))).blocking] == ["new"]


def test_facts_that_came_are_better_and_fail_nothing() -> None:
    open_, decided = of("5.3", [row("5.3", UNDETERMINED)]), of("5.3", [row("5.3", PASS)])
    result = gate(decided, known_of(open_))
    assert (result.holds, len(result.better), result.stale) == (True, 1, ())


def test_what_is_mended_is_stale_until_anybody_prunes_it() -> None:
    failing, mended = of("5.2", [row("5.2", FAIL)]), of("5.2", [row("5.2", PASS)])
    known = known_of(failing)
    result = gate(mended, known)
    assert (result.holds, result.blocking) == (False, ())
    assert result.line == "Gate NOT held (ratchet: 1 stale, 0 known)"
    less = pruned(mended, known, (), NOW)
    assert less.entries == ()
    assert gate(mended, less).holds
    assert [item.cause for item in gate(failing, less).blocking] == ["new"]


def test_elements_that_are_gone_without_a_trace_are_a_loss_until_that_is_recorded() -> None:
    before = of("5.1", [row("5.1", PASS), row("5.1", PASS, "package:pypi/a"), row("5.1", FAIL, "package:pypi/b")])
    after = of("5.1", [row("5.1", PASS)])
    known = known_of(before)
    [loss] = gate(after, known).lost
    assert (loss.requirement, loss.recorded, loss.now) == ("5.1", 2, 1)  # one of the two is the stale entry's
    less = pruned(after, known, (), NOW)
    assert less.populations["5.1"] == 1
    assert gate(after, less).holds
    assert not gate(of("5.1", []), less).holds


def test_rows_that_were_undetermined_do_not_account_for_others_that_are_gone() -> None:
    before = of("5.1", [row("5.1", UNDETERMINED), row("5.1", PASS, "package:pypi/a")])
    assert gate(of("5.1", [row("5.1", PASS)]), known_of(before)).lost
    assert not gate(of("5.1", [row("5.1", PASS, "package:pypi/a")]), known_of(before)).lost


def test_what_was_not_executed_does_not_hold_and_is_not_stale() -> None:
    run = of("1.1", [row("1.1", FAIL)])
    known = known_of(run)
    part = {name: item for name, item in run.items() if name != "1.1"}
    result = gate(part, known)
    assert (result.missing, result.stale, result.lost) == (("1.1",), (), ())
    assert not result.holds
    assert pruned(part, known, NAMES, NOW) == known
    assert gate(part, known, Gate(observe=("1.1",))).holds


def test_a_requirement_without_rows_that_cannot_be_decided_has_one_of_its_own() -> None:
    run = findings(finding("5.1", outcome=UNDETERMINED))
    [blocking] = gate(run).blocking
    assert (blocking.row.component, blocking.row.remedy != "") == ("requirement:5.1", True)
    assert gate(run, known_of(run)).holds


def test_roll_ups_and_what_has_no_check_make_no_noise() -> None:
    assert gate(findings(), rule=Gate(default="enforce")).holds
    assert gate(findings(), rule=Gate(enforce={"4.4": TODAY, "10.5": TODAY})).undecided == ("4.4", "10.5")


def test_a_waived_row_is_not_the_gates() -> None:
    waived = row("5.1", Outcome.WAIVED, rule=rules("5.1", FAIL)[0])
    assert gate(findings(finding("5.1", waived, outcome=PASS)), rule=Gate(default="enforce")).holds


@pytest.mark.parametrize("outcome", [FAIL, UNDETERMINED])
def test_enforce_asks_for_a_pass_whatever_is_known(outcome: Outcome) -> None:
    run = of("1.1", [row("1.1", outcome)])
    known = known_of(run)
    later = Gate(enforce={"1.1": TODAY + timedelta(days=1)})
    assert gate(run, known, later).holds
    [upcoming] = gate(run, known, later).upcoming
    assert (upcoming.requirement, upcoming.rows) == ("1.1", 1)
    now = Gate(default="observe", enforce={"1.1": TODAY})
    assert [item.cause for item in gate(run, known, now).blocking] == ["enforced"]
    assert accepted(run, NOTHING, now, NAMES, NOW, SEC).entries == ()


def test_observe_tells_and_fails_nothing() -> None:
    run = of("1.1", [row("1.1", FAIL), row("1.1", UNDETERMINED)])
    assert gate(run, rule=Gate(default="observe")).line == "Gate held (observe: 2 observed)"
    assert gate(run, rule=Gate(observe=("1.1",))).holds
    assert not gate(run, rule=Gate(default="observe", ratchet=("1.1",))).holds


@pytest.mark.parametrize(
    ("by", "since", "why"),
    [
        ("developer@example.com", TODAY, "do not name developer@example.com"),
        (SEC, TODAY + timedelta(days=1), "begins on 2026-10-02"),
    ],
)
def test_an_entry_that_no_approver_made_does_not_count(by: str, since: date, why: str) -> None:
    run = of("1.1", [row("1.1", FAIL)])
    [entry] = known_of(run).entries
    forged = Known(entries=(entry.model_copy(update={"by": by, "since": since}),))
    [blocking] = gate(run, forged).blocking
    assert (blocking.cause, why in blocking.note) == ("new", True)
    assert pruned(run, forged, NAMES, NOW) == forged  # another policy may name who made it
    [own] = accepted(run, forged, RATCHET, NAMES, NOW, SEC).entries
    assert (own.by, own.since) == (SEC, TODAY)


def test_who_owns_the_project_approves_nothing_of_it() -> None:
    policy = Policy(people=People(approvers=(SEC, "Owner@example.com")))
    declared = Declaration.model_validate({"schema": 1, "project": {"name": "x", "owner": "owner@example.com"}})
    assert approvers(policy, declared) == (SEC,)
    assert approvers(policy, None) == (SEC, "Owner@example.com")


def test_entries_for_what_this_version_does_not_know_are_stale() -> None:
    for name, rule in (("95.1", "some-rule"), ("1.1", "rule-of-another-version"), ("10.5", "failed")):
        entry = Entry(requirement=name, component=MODEL, rule=rule, path="", by=SEC, since=TODAY)
        assert gate(findings(), Known(entries=(entry,))).stale == (entry,)


def test_an_entry_keeps_who_accepted_it_and_since_when() -> None:
    one, two = row("1.1", FAIL, line=3), row("1.1", FAIL, line=9)
    first = known_of(of("1.1", [one]))
    later = accepted(of("1.1", [one, two]), first, RATCHET, NAMES, NOW + timedelta(days=41), NAMES[1])
    assert [(entry.by, entry.since, entry.rows) for entry in later.entries] == [
        (SEC, TODAY, 1),
        (NAMES[1], TODAY + timedelta(days=41), 1),
    ]
    result = decide(of("1.1", [one, two]), later, RATCHET, NAMES, NOW + timedelta(days=41))
    assert result.line == "Gate held (ratchet: 2 known, oldest 41 d)"


def test_a_list_that_cannot_be_used_holds_nothing() -> None:
    file = KnownFile(file=".supplychain/known.json", problem="its schema is 2 and this version knows 1")
    result = judged(findings(), file, Policy(), None, NOW)
    assert not result.holds
    assert result.line == "Gate NOT held (.supplychain/known.json: its schema is 2 and this version knows 1)"
