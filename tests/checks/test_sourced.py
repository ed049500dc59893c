"""What rows say of where a model lies and comes from: what is true of it, and a next step that can help."""

from __future__ import annotations

import pytest

from supplychain.checks.engine import decide
from supplychain.checks.sourced import path_alone
from supplychain.model.artifact import Artifact, SignatureLookup
from supplychain.model.case import Case
from supplychain.model.finding import Observation, Source
from supplychain.model.hub import NO_HUB, HubRecord
from supplychain.model.reference import Place
from supplychain.suite import tool
from supplychain.target import Target
from tests.signatures.looking import case_of, reference

FILE = "model:file/weights/m.safetensors"
LIES = "a file or folder of the target itself; nothing shows"
BY_SOURCE = {
    "model:file/a.bin": "a path at which the target holds nothing; the path does not show whose it is",
    "model:url/weights.example/m.pth": "weights.example publishes no owner, age or scan of what it serves",
    "model:whisper/small": "Whisper publishes no owner, age or scan of what it serves",
}


def case(component: str, **changes: object) -> Case:
    return case_of(Target.of({"app.py": b""}), reference(component), **changes)


def lying(component: str, state: str) -> Artifact:
    path = component.partition("/")[2]
    return Artifact.model_validate({"component": component, "path": path, "where": "target", "state": state})


def row(requirement: str, component: str, **changes: object) -> Observation:
    (found,) = decide(requirement, case(component, **changes), tool()).observations
    return found


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"measured": {FILE: "sha256:0"}}, LIES),
        ({"artifacts": (lying(FILE, "bytes"),)}, LIES),
        ({"artifacts": (lying(FILE, "pointer"),)}, LIES),
        ({"artifacts": (lying(FILE, "absent"),)}, "a path at which the target holds nothing; the path does not show"),
        ({}, "a file or folder that is named by its path alone; nothing shows"),
    ],
)
def test_a_path_is_a_file_of_the_target_only_where_it_lies_there(changes: dict[str, object], said: str) -> None:
    assert path_alone(case(FILE, **changes), FILE) == said


def test_who_fetches_a_file_of_that_name_is_told() -> None:
    address = "https://hub.example/x/resolve/main/m.safetensors"
    other = reference("model:url/hub.example/x").model_copy(
        update={"address": address, "at": Place(file="b.py", line=9)}
    )
    both = case_of(Target.of({"app.py": b""}), reference(FILE), other, artifacts=(lying(FILE, "absent"),))
    assert "and b.py:9 fetches a file of that name" in path_alone(both, FILE)


@pytest.mark.parametrize(("component", "said"), BY_SOURCE.items())
def test_a_source_is_called_by_its_word_or_host(component: str, said: str) -> None:
    assert row("1.2", component, artifacts=(lying(component, "absent"),)).message == said


def test_nobody_is_sent_to_a_hub_that_lists_no_files() -> None:
    for component, rule in (("model:github/acme/x/m.pth", "no-list"), ("model:huggingface/acme/x", "no-lookup")):
        lookup = SignatureLookup(component=component, lacked=("planted",))
        assert row("2.2", component, signatures=(lookup,)).rule == rule


@pytest.mark.parametrize(
    ("name", "step"), [(NO_HUB, "Read what its publisher states"), ("Hugging Face", "facts=online")]
)
@pytest.mark.parametrize("requirement", ["3.1", "3.4"])
def test_only_where_there_is_a_hub_asking_it_is_the_next_step(requirement: str, name: str, step: str) -> None:
    source = Source(name=name, level="absent")
    record = HubRecord(component="model:coqui/x", revision=None, state="unknown", problem="planted", source=source)
    found = row(requirement, "model:coqui/x", hub=(record,))
    assert step in found.remedy
    assert ("facts=online" in found.remedy) == (name != NO_HUB)


def test_a_binary_file_says_that_it_has_no_lines() -> None:
    own = reference(FILE)
    itself = own.model_copy(update={"at": Place(file="weights/m.safetensors")})
    for at, says in ((itself, True), (own, False)):
        (found,) = decide("2.1", case_of(Target.of({"app.py": b""}), at), tool()).observations
        assert found.message.endswith("; the file is binary, so that no line is named") == says
