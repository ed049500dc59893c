"""Requirement 9.1 over a target whose baseline was recorded, and over the same with one thing changed since."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from supplychain import baseline, digests
from supplychain.baseline import BASELINE
from supplychain.model.finding import Observation, Outcome
from supplychain.target import Target
from tests.acceptance.breaks import INTENT, RETRIEVAL
from tests.support import NOW, BuiltTarget, Outcomes, empty_target, run_suite, sound_target

DECLARED = """\
schema = 1
[project]
name = "small"
owner = "team@example.com"
[[component]]
id = "model:file/models/intent.safetensors"
license = "MIT"
[[component]]
id = "model:url/models.example.org/more.safetensors"
license = "MIT"
"""
LOADS = "from safetensors.torch import load_file\n\nload_file('models/intent.safetensors')\n"
MORE = "model:url/models.example.org/more.safetensors"


@pytest.fixture
def small(tmp_path_factory: pytest.TempPathFactory) -> BuiltTarget:
    """A target with one local model, an image by digest, and a baseline of a day before the tests' own time."""
    weights = (sound_target(tmp_path_factory.mktemp("sound")).path / "models/intent.safetensors").read_bytes()
    target = empty_target(tmp_path_factory.mktemp("small")).plant("app/a.py", LOADS)
    target.plant("models/intent.safetensors", weights).plant("supplychain.toml", DECLARED)
    target.plant("Dockerfile", f"FROM python@sha256:{'a' * 64}\n")
    target.plant("requirements.txt", f"safetensors==0.8.0 --hash=sha256:{'b' * 64}\n")
    return recorded(target)


def recorded(target: BuiltTarget) -> BuiltTarget:
    """Record the baseline of a target."""
    case = run_suite(target).case
    state = baseline.of(
        case.inventory,
        case.declaration,
        written=datetime.fromisoformat(NOW) - timedelta(days=1),
        commit=None,
        digests=digests.measured(Target.open(target.path), case.inventory),
    )
    return target.plant(BASELINE, baseline.text(state))


def left(found: Outcomes) -> list[tuple[str, str, str]]:
    """Return the rows of 9.1 that do not pass, without those of packages whose bytes are not known."""
    rows = [row for row in found["9.1"].observations if row.outcome is not Outcome.PASS]
    return [(row.component, row.rule, str(row.at)) for row in rows if row.component != "package:pypi/safetensors"]


def drift(found: Outcomes) -> Observation:
    """Return the one row that drifted."""
    return found.only("9.1", Outcome.FAIL)


def test_what_is_as_it_was_recorded_passes(small: BuiltTarget) -> None:
    assert left(run_suite(small)) == []


def test_without_a_baseline_it_is_undetermined(sound: Outcomes) -> None:
    row = sound.only("9.1", Outcome.UNDETERMINED)
    assert (row.component, row.rule) == ("baseline", "no-baseline")
    assert "supplychain baseline TARGET" in row.remedy


def test_a_flipped_byte_is_drift(small: BuiltTarget) -> None:
    path = small.path / "models/intent.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    row = drift(run_suite(small))
    assert (row.component, row.rule, str(row.at)) == (INTENT, "drift", "app/a.py:3")
    assert "bytes: sha256:" in row.message


def test_an_image_at_another_digest_is_drift(small: BuiltTarget) -> None:
    small.edit("Dockerfile", "aaaaaaaa", "cccccccc")
    row = drift(run_suite(small))
    assert (row.component, str(row.at)) == ("package:docker/python", "Dockerfile:1")
    assert row.message.startswith("not as it was recorded: revision: sha256:")


def test_a_new_component_is_drift_and_an_approval_of_unseen_bytes_does_not_change_that(small: BuiltTarget) -> None:
    small.plant("app/b.py", "import torch\n\nURL = 'https://models.example.org/more.safetensors'\n")
    found = run_suite(small)
    assert [row for row in left(found) if row[0] == MORE] == [(MORE, "drift", "app/b.py:3")]
    approved = (
        f'license = "MIT"\nsha256 = "{"d" * 64}"\napproved = {{ by = "security@example.com", on = 2026-10-20 }}\n'
    )
    text = (small.path / "supplychain.toml").read_text().rpartition('license = "MIT"\n')
    small.plant("supplychain.toml", text[0] + approved)
    assert [row for row in left(run_suite(small)) if row[0] == MORE] == [(MORE, "drift", "app/b.py:3")], "which bytes?"


def test_an_endpoint_of_a_registry_is_drift(small: BuiltTarget) -> None:
    small.plant(".env", "HF_ENDPOINT=https://mirror.example\n")
    row = drift(run_suite(small))
    assert row.component == "registry:huggingface by HF_ENDPOINT"
    assert str(row.at) == ".env:1"


def test_a_name_made_at_run_time_is_drift(small: BuiltTarget) -> None:
    small.edit("app/a.py", "'models/intent.safetensors'", "input()")
    rules = {(row.component, row.rule) for row in run_suite(small).rows("9.1", Outcome.FAIL)}
    assert ("model:unresolved/input()", "drift") in rules


@pytest.mark.parametrize("text", ["", "{}", '{"schema": 2}', "[]", "\x00"])
def test_a_baseline_that_cannot_be_used_is_undetermined(small: BuiltTarget, text: str) -> None:
    row = run_suite(small.plant(BASELINE, text)).only("9.1", Outcome.UNDETERMINED)
    assert (row.rule, str(row.at)) == ("unusable-baseline", BASELINE)


def test_another_owner_than_recorded_is_drift(target: BuiltTarget) -> None:
    name = "model:huggingface/BAAI/bge-small-en-v1.5"
    state = baseline.read(Target.open(recorded(target).path))
    assert state is not None
    assert state.baseline is not None
    before = (
        item.model_copy(update={"owner": "before"}) if item.id == name else item for item in state.baseline.components
    )
    target.plant(BASELINE, baseline.text(state.baseline.model_copy(update={"components": tuple(before)})))
    row = run_suite(target).only("9.1", Outcome.FAIL)
    assert (row.component, row.rule, row.message) == (name, "drift", "not as it was recorded: owner: before -> BAAI")


def test_a_commit_of_a_hub_does_not_tell_its_owner(target: BuiltTarget) -> None:
    found = run_suite(recorded(target))
    rows = {(row.component, str(row.at)): row.message for row in found.rows("9.1", Outcome.UNDETERMINED)}
    message = rows["model:huggingface/BAAI/bge-small-en-v1.5", f"{RETRIEVAL}:17"]
    assert message == "no drift is seen, and owner could not be compared, which takes knowing it then and now"
