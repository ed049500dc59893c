"""The questions of an audit: where, what changed, and who approved."""

from datetime import date, timedelta

import pytest

from supplychain.model.declaration import Declaration
from supplychain.model.policy import People, Policy
from supplychain.model.reference import Scope
from supplychain.model.state import Entry, Head, Record
from supplychain.state import chain
from supplychain.state.queries import NotAnsweredError, approved, between, lines, since, where
from tests.state.support import BERT, DAY, entry, used

LORA = "model:huggingface/org/lora"
IRIS = "dataset:huggingface/org/iris"


def records(*entries: Entry) -> list[Record]:
    """Return a chain of these runs."""
    found: list[Record] = []
    for made in entries:
        newest = found[-1] if found else None
        head = Head(sequence=newest.sequence, digest=newest.digest) if newest else chain.GENESIS
        found.append(chain.link(made, chain.digest(chain.canonical(made.inventory)), head))
    return found


HISTORY = records(
    entry(1, used(BERT, "v1"), used(LORA)),
    entry(2, used(BERT, "v2"), used(LORA), used(IRIS, at="train.py:9")),
    entry(5, used(BERT, "v2"), used(IRIS, at="train.py:9")),
)


def test_where_a_component_is_used_comes_from_the_newest_inventory() -> None:
    answer = where(HISTORY, IRIS)
    assert lines(answer) == (
        "dataset:huggingface/org/iris in run run-5 of 2026-10-06 12:00 UTC:",
        "dataset:huggingface/org/iris at no revision",
        "  train.py:9 (prod)",
        "1 unresolved references and 2 unread files could name it as well",
    )


def test_a_part_of_an_id_finds_all_that_have_it() -> None:
    assert [item.component for item in where(HISTORY, "HuggingFace/").used] == [BERT, IRIS]


def test_a_whole_id_finds_nothing_else() -> None:
    history = records(entry(1, used(BERT), used(BERT + "-finetuned")))
    assert [item.component for item in where(history, BERT).used] == [BERT]


def test_what_is_no_longer_used_is_not_found() -> None:
    assert "not found" in lines(where(HISTORY, LORA))


def test_nowhere_is_proof_only_where_nothing_is_unresolved() -> None:
    assert "1 unresolved references and 2 unread files could name it as well" in lines(where(HISTORY, LORA))
    whole = entry(1)
    whole = whole.model_copy(update={"inventory": whole.inventory.model_copy(update={"unresolved": 0, "unread": 0})})
    assert lines(where(records(whole), LORA))[1:] == ("not found",)


def test_what_changed_between_two_dates() -> None:
    answer = between(HISTORY, DAY + timedelta(days=1), DAY + timedelta(days=4))
    assert (answer.before, answer.after) == ("run-1", "run-2")
    assert (answer.added, answer.removed) == ((IRIS,), ())
    assert lines(answer) == (
        "run run-1 to run run-2, 2026-10-02 12:00 to 2026-10-03 12:00 UTC:",
        f"added {IRIS}",
        f"changed {BERT}: v1 to v2",
    )


def test_what_changed_since_a_run() -> None:
    answer = since(HISTORY, "run-1")
    assert (answer.added, answer.removed, answer.changed[0].component) == ((IRIS,), (LORA,), BERT)
    assert lines(since(HISTORY, "run-5"))[1:] == ("no component changed",)


def test_between_two_runs_of_one_state_nothing_changed() -> None:
    assert lines(between(HISTORY, DAY + timedelta(days=3), DAY + timedelta(days=4)))[1:] == ("no component changed",)


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        (0, 3, "no run is recorded up to 2026-10-01 12:00 UTC; the first is run-1 of 2026-10-02 12:00"),
        (3, 2, "2026-10-03 is before 2026-10-04"),
    ],
)
def test_a_time_without_a_record_is_not_answered(start: int, end: int, why: str) -> None:
    with pytest.raises(NotAnsweredError, match=why):
        between(HISTORY, DAY + timedelta(days=start), DAY + timedelta(days=end))


def test_without_a_record_nothing_is_answered() -> None:
    with pytest.raises(NotAnsweredError, match="no run is recorded yet"):
        where([], BERT)
    with pytest.raises(NotAnsweredError, match="run run-9 is not recorded"):
        since(HISTORY, "run-9")


def test_runs_end_in_another_order_than_they_began() -> None:
    history = records(entry(1, used(BERT)), entry(9, used(BERT), used(LORA)), entry(8, used(BERT)))
    assert between(history, DAY + timedelta(days=1), DAY + timedelta(days=9)).added == (LORA,)


def test_a_component_that_leaves_the_tests_is_added() -> None:
    history = records(entry(1, used(LORA, scope=Scope.TEST)), entry(2, used(LORA)))
    assert since(history, "run-1").added == (LORA,)
    assert [item.component for item in where(history[:1], LORA).used] == [LORA]


def test_a_module_known_by_its_import_alone_is_no_change() -> None:
    history = records(entry(1), entry(2, used(BERT), used("package:import/numpy")))
    assert lines(since(history, "run-1"))[1:] == ("no component changed",)
    assert where(history, "numpy").used


def test_runs_at_a_made_up_time_do_not_count_beside_others() -> None:
    history = [*HISTORY, *records(entry(9, used(LORA), simulated=True))]
    assert where(history, BERT).run == "run-5"
    assert not between(history, DAY + timedelta(days=2), DAY + timedelta(days=99)).added


def test_an_answer_from_made_up_times_says_so() -> None:
    history = records(entry(1, simulated=True), entry(2, simulated=True))
    assert lines(where(history, BERT))[0].endswith("UTC (made-up time):")
    assert lines(since(history, "run-1"))[0].endswith("UTC (made-up time):")


def declaration(**component: object) -> Declaration:
    """Return a declaration of one component."""
    project = {"name": "rag", "owner": "ml@team.example"}
    return Declaration.model_validate({"schema": 1, "project": project, "component": [{"id": BERT, **component}]})


def test_who_approved_a_component() -> None:
    policy = Policy(people=People(approvers=("sec@team.example",)))
    approval = {"by": "sec@team.example", "on": "2026-08-01", "ticket": "SEC-1"}
    declared = declaration(revision="a" * 40, approved=approval)
    answer = approved(declared, policy, BERT, ["a" * 40], [], date(2026, 10, 1))
    assert lines(answer) == (
        f"{BERT}: approved by sec@team.example on 2026-08-01 (SEC-1)",
        "  valid: approved by sec@team.example on 2026-08-01",
    )
    moved = approved(declared, policy, BERT, ["b" * 40], [], date(2026, 10, 1))
    assert moved.state.state == "lapsed"
    assert moved.approval is not None


@pytest.mark.parametrize("declared", [None, declaration(), Declaration(schema=1)])
def test_what_nobody_approved_says_so(declared: Declaration | None) -> None:
    answer = approved(declared, Policy(), BERT, [], [], date(2026, 10, 1))
    assert lines(answer)[0] == f"{BERT}: not approved"
    assert answer.state.state == "absent"
