"""Requirement 10.2: every component of production has an outcome with evidence in each requirement that validates it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from supplychain.checks import engine
from supplychain.checks.engine import Answer
from supplychain.model.case import Case
from supplychain.model.finding import Observation, Outcome
from supplychain.model.reference import Reference
from tests.acceptance.breaks import BGE, INTENT, RETRIEVAL
from tests.acceptance.sources import BANKING
from tests.support import BuiltTarget, Outcomes, run_suite


def row(found: Outcomes, component: str) -> Observation:
    """Return the row of a component."""
    (only,) = (row for row in found["10.2"].observations if row.component == component)
    return only


def test_what_is_validated_is_no_open_cell(sound: Outcomes) -> None:
    found = row(sound, BGE)
    assert (found.rule, str(found.at)) == ("validated", f"{RETRIEVAL}:17")
    assert row(sound, INTENT).rule == "validated", "it is trained here"
    assert row(sound, BANKING).message == "1 of the 4 validations that apply to it have no outcome: 4.4"
    assert sound["10.2"].outcome is Outcome.UNDETERMINED


def test_a_new_component_has_a_row_of_its_own(target: BuiltTarget) -> None:
    code = "from datasets import load_dataset\nload_dataset('acme/new')\n"
    found = run_suite(target.plant("app/more.py", code))
    added = row(found, "dataset:huggingface/acme/new")
    assert (added.rule, str(added.at)) == ("open", "app/more.py:2")
    assert added.message == "1 of the 4 validations that apply to it have no outcome: 4.4"


def test_a_name_that_is_made_at_run_time_is_open(target: BuiltTarget) -> None:
    code = "from transformers import AutoModel\nimport sys\nAutoModel.from_pretrained(sys.argv[1])\n"
    found = run_suite(target.plant("app/more.py", code))
    rows = [row for row in found["10.2"].observations if row.rule == "unresolved"]
    assert [str(row.at) for row in rows] == ["app/more.py:3"]


def test_a_check_that_skips_a_component_is_told(target: BuiltTarget, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "from transformers import AutoModel\nAutoModel.from_pretrained('acme/second')\n"
    check = engine.CHECKS["1.1"]

    def without_bge(case: Case) -> list[object]:
        return [item for item in check.population(case) if getattr(item, "subject", "") != BGE]

    monkeypatch.setitem(engine.CHECKS, "1.1", replace(check, population=without_bge))  # type: ignore[arg-type]
    found = run_suite(target.plant("app/more.py", code))
    assert row(found, BGE).rule == "not-looked-at"
    assert row(found, BGE).message == "1.1 came to an outcome without looking at it"
    assert row(found, "model:huggingface/acme/second").rule == "open"


def test_a_row_without_evidence_is_told(target: BuiltTarget, monkeypatch: pytest.MonkeyPatch) -> None:
    check = engine.CHECKS["1.1"]

    def without_evidence(case: Case, subject: Reference) -> Answer:
        given: Answer = check.observe(case, subject)
        return replace(given, evidence=()) if subject.subject == BGE else given

    monkeypatch.setitem(engine.CHECKS, "1.1", replace(check, observe=without_evidence))
    found = run_suite(target)
    assert (row(found, BGE).rule, row(found, BGE).outcome) == ("without-evidence", Outcome.FAIL)
    assert found["10.2"].outcome is Outcome.FAIL
