"""The tables of provenance: each field with who states it and where, what else is stated, and what does not count."""

from __future__ import annotations

from supplychain.model.license import ProvenanceDoubt, ProvenanceStatement
from supplychain.model.reference import Place
from supplychain.report.provenance import document, tables
from tests.provenance.support import DATA, HUB, case_of, reference

MODEL = "model:huggingface/org/model"


def said(field: str, value: str, origin: str, line: int | None = 3, component: str = HUB) -> ProvenanceStatement:
    at = Place(file="x.toml", line=line) if line else None
    facts = {"component": component, "field": field, "value": value, "origin": origin, "at": at}
    return ProvenanceStatement.model_validate(facts)


def test_each_thing_has_a_row_with_who_states_it_and_what_is_stated_otherwise() -> None:
    _, case = case_of({"a": ""}, reference(HUB))
    stated = (
        said("license", "mit", "hub", None),
        said("license", "CC0-1.0", "declaration"),
        said("creator", "TODO", "card"),
        said("revision", "v1", "code"),
    )
    ((component, rows),) = tables(case.model_copy(update={"provenance": stated}))
    assert component == HUB
    by_name = {row[0]: row[1:] for row in rows}
    assert list(by_name) == [
        "source",
        "revision or date",
        "creator",
        "license",
        "collection method",
        "transformations",
        "personal-data class",
    ]
    assert by_name["license"] == [
        "CC0-1.0",
        "declaration; the team answers for its declaration",
        "x.toml:3",
        "mit (hub, its card there)",
    ]
    assert by_name["creator"] == ["not stated", "", "", '"TODO" (card, x.toml:3) says nothing']
    assert by_name["source"] == ["not stated", "", "", ""]


def test_of_a_model_only_that_is_asked_which_is_asked_of_models() -> None:
    _, case = case_of({"a": ""}, reference(MODEL))
    ((_, rows),) = tables(case.model_copy(update={"provenance": (said("personal data", "x", "card", 3, MODEL),)}))
    assert [row[0] for row in rows] == ["source", "revision or date", "creator", "license", "personal-data class"]


def test_text_of_a_target_is_shown_and_not_obeyed() -> None:
    _, case = case_of({"a": ""}, reference(HUB))
    doubt = ProvenanceDoubt(at=Place(file="a`|b.md"), reason="<b>*x*|", components=(HUB,), is_unread=True)
    stated = said("creator", "<script>|*x*", "card")
    text = document(case.model_copy(update={"provenance": (stated,), "provenance_doubts": (doubt,)}))
    assert "<script>" not in text
    assert "<b>" not in text
    assert "&lt;script&gt;\\|\\*x\\*" in text
    assert "was not read" in text


def test_nothing_to_show_is_no_document() -> None:
    _, case = case_of({"a": ""})
    assert document(case) == ""
    _, with_data = case_of({"a": ""}, reference(DATA))
    assert DATA in document(with_data)
