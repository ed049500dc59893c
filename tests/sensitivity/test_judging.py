"""What counts as seen: a row that was not there without the plant, at its file or naming what it brought."""

from __future__ import annotations

from supplychain.model.finding import Observation, Outcome, Severity
from supplychain.model.reference import Place
from supplychain.sensitivity.interface import Plant
from supplychain.sensitivity.judging import judge

PLANT = Plant("constant", "app/a.py", "url = …", names=("cdn.quartz1.com",), line=3, data=b"x")


def row(component: str, outcome: Outcome = Outcome.FAIL, file: str = "app/a.py", message: str = "") -> Observation:
    at = Place(file=file, line=1)
    return Observation(component=component, outcome=outcome, rule="r", message=message, at=at, severity=Severity.HIGH)


def test_a_new_row_at_its_file_or_with_its_name_sees_it() -> None:
    assert judge(PLANT, [], [row("model:x")]) == "fail"
    assert judge(PLANT, [], [row("model:url/cdn.quartz1.com/x", file="b.py")]) == "fail"
    assert judge(PLANT, [], [row("model:y", file="b.py", message="from cdn.quartz1.com")]) == "fail"
    assert judge(PLANT, [], [row("model:x", Outcome.UNDETERMINED)]) == "undetermined"


def test_a_requirement_that_fails_already_does_not_see_it_for_that() -> None:
    old = row("model:old")
    moved = old.model_copy(update={"at": Place(file="app/a.py", line=9)})
    assert judge(PLANT, [old], [moved]) == "missed"
    assert judge(PLANT, [old], [moved, moved]) == "fail"


def test_a_row_about_something_else_does_not_see_it() -> None:
    assert judge(PLANT, [], []) == "missed"
    assert judge(PLANT, [], [row("model:other", file="b.py")]) == "missed"


def test_a_change_of_the_case_is_seen_by_what_it_names_alone() -> None:
    plant = Plant("matched", "app/a.py", "", names=("package:pypi/x",), change=lambda case: case)
    assert judge(plant, [], [row("package:pypi/y")]) == "missed"
    assert judge(plant, [], [row("package:pypi/x", file="b.txt")]) == "fail"
