"""What a declaration refuses by itself: waivers that are malformed, ids that are given twice."""

from typing import Any

import pytest
from pydantic import ValidationError

from supplychain.control import load
from supplychain.model.declaration import Declaration, Waiver

SOUND: dict[str, Any] = {
    "id": "W-1",
    "requirement": "1.1",
    "component": "model:huggingface/org/name",
    "reason": "byte-identical to its origin",
    "owner": "ml@team.example",
    "approver": "sec@team.example",
    "created": "2026-10-01",
    "expires": "2026-11-01",
}


def test_a_sound_waiver_is_accepted() -> None:
    assert Waiver.model_validate(SOUND).id == "W-1"


@pytest.mark.parametrize("key", SOUND)
def test_every_key_of_a_waiver_is_required(key: str) -> None:
    without = {name: value for name, value in SOUND.items() if name != key}
    with pytest.raises(ValidationError, match=key):
        Waiver.model_validate(without)


@pytest.mark.parametrize("approver", ["ml@team.example", "ML@Team.Example", " ml@team.example "])
def test_an_owner_cannot_approve_their_own_waiver(approver: str) -> None:
    with pytest.raises(ValidationError, match="name another approver"):
        Waiver.model_validate({**SOUND, "approver": approver})


@pytest.mark.parametrize("expires", ["2026-10-01", "2026-09-30"])
def test_a_waiver_expires_after_it_was_created(expires: str) -> None:
    with pytest.raises(ValidationError, match="not after it was created"):
        Waiver.model_validate({**SOUND, "expires": expires})


@pytest.mark.parametrize(
    "requirement",
    ["", "1", "1.0", "1.6", "2.5", "3.5", "7.7", "10.6", "1.9", "0.1", "11.1", "1.1.1", "all", "*", "1.1\n"],
)
def test_a_waiver_of_no_requirement_is_refused(requirement: str) -> None:
    with pytest.raises(ValidationError, match="requirement"):
        Waiver.model_validate({**SOUND, "requirement": requirement})


@pytest.mark.parametrize("requirement", load().requirements)
def test_every_requirement_can_be_named(requirement: str) -> None:
    assert Waiver.model_validate({**SOUND, "requirement": requirement}).requirement == requirement


@pytest.mark.parametrize("text", ["", "  "])
@pytest.mark.parametrize("key", ["reason", "owner", "approver"])
def test_who_and_why_of_a_waiver_cannot_be_empty(key: str, text: str) -> None:
    with pytest.raises(ValidationError, match=key):
        Waiver.model_validate({**SOUND, key: text})


@pytest.mark.parametrize(
    ("table", "entry"),
    [
        ("component", {"id": "model:file/m.bin"}),
        ("service", {"id": "openai"}),
        ("system", {"id": "api", "env": "prod", "uses": []}),
        ("waiver", SOUND),
    ],
)
def test_an_id_given_twice_is_refused(table: str, entry: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="is declared twice"):
        Declaration.model_validate({"schema": 1, table: [entry, entry]})


def test_a_component_is_found_by_its_id() -> None:
    declaration = Declaration.model_validate({"schema": 1, "component": [{"id": "model:file/m.bin", "label": "x"}]})
    found = declaration.of("model:file/m.bin")
    assert found is not None
    assert found.label == "x"
    assert declaration.of("model:file/other.bin") is None
