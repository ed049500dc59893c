"""What hubs say, online from a stand-in of theirs and offline from a snapshot: the same findings, and the same faults."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from supplychain.facts import session
from supplychain.model.finding import Outcome
from tests.acceptance.services import HASTY, OTHER_HUBS, QUIET, TOKENS, Services, served_target, serving
from tests.acceptance.test_facts_faults import OF_ANY, SECONDS
from tests.acceptance.test_facts_online import comparable, rows, snapshot_of
from tests.sound_facts import OTHERS, snapshot
from tests.sound_hub import COMMITS, DATASET, MODEL
from tests.standins import Hub, Reply, status
from tests.support import BuiltTarget, Outcomes, run_suite, sound_target

HUB_BOUND = ("1.1", "1.2", "1.3", "1.4", "2.1", "2.2", "3.1", "3.2", "3.3", "3.4", "4.1", "4.2", "4.3")
"""The requirements that what hubs say may decide."""
MORE = """
from transformers import AutoModel
AutoModel.from_pretrained("acme/derived", revision="{commit}")
"""


@pytest.fixture
def target(tmp_path: Path) -> BuiltTarget:
    """The sound target with a package of npm, and without its image."""
    return served_target(tmp_path)


@pytest.fixture
def services(tmp_path: Path, target: BuiltTarget) -> Iterator[Services]:
    """Services over which everything passes."""
    with serving(tmp_path / "home", QUIET) as running:
        running.list_locked(target.path)
        yield running


def said(found: Outcomes) -> list[dict[str, Any]]:
    """Return what the case holds of hubs, but for where and when it was fetched."""
    return [
        {key: value for key, value in record.model_dump(mode="json").items() if key != "source"}
        for record in (*found.case.hub, *found.case.owners)
    ]


def test_online_the_sound_target_comes_out_as_with_the_facts_of_the_tests(tmp_path: Path) -> None:
    target = sound_target(tmp_path)
    offline = run_suite(target, facts=snapshot(tmp_path / "facts", image={}))
    with serving(tmp_path / "home", OTHERS) as services:
        services.list_locked(target.path)
        online = run_suite(target, facts="online")
        assert {f"/api/models/{MODEL.partition('/')[2]}", "/api/organizations/BAAI/overview"} <= {
            path.partition("/revision")[0] for path in services.hub.paths()
        }
    assert online.unlike(offline) == set()
    assert said(online) == said(offline)
    assert {record.state for record in online.case.hub} == {"listed"}
    for name in HUB_BOUND:
        assert rows(online, name) == rows(offline, name), name


CHANGES: dict[str, dict[str, Any]] = {
    "sound": {},
    "renamed": {"name": "stranger/bge-small-en-v1.5"},
    "gone": {"state": "no such component"},
    "pinned commit gone": {"state": "no such revision", "commit": "ab" * 20},
    "gated": {"state": "gated"},
    "all of it in doubt": {
        "scan": {"model.safetensors": "unsafe"},
        "license": "cc-by-nc-4.0",
        "owner": {"kind": "user", "created": "2026-10-19T00:00:00.000Z"},
        "downloads": None,
        "likes": 0,
        "card": False,
        "bases": ("acme/base",),
    },
    "nobody": {"owner": {"state": "no such owner"}},
}
"""What a hub says of the sound target's model instead."""


@pytest.mark.parametrize("name", CHANGES)
def test_a_snapshot_gives_the_same_byte_for_byte_and_asks_nobody(
    name: str, target: BuiltTarget, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.hub.repositories.clear()
    services.hub.owners = {"huggingface": {}}
    services.hub.add(DATASET)
    services.hub.add(MODEL, **CHANGES[name])
    services.hub.add("model:huggingface/acme/base", license="llama3.1")
    online = run_suite(target, facts="online")
    assert snapshot_of(target, tmp_path / "snapshot", monkeypatch) == 0
    asked = services.connections
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "nothing was kept here"))
    offline = run_suite(target, facts=tmp_path / "snapshot")
    assert services.connections == asked
    assert said(online) == said(offline)
    assert {record.source.level for record in offline.case.hub} == {"cached"}
    for requirement in online.findings:
        assert comparable(offline[requirement]) == comparable(online[requirement]), requirement


def test_what_a_model_was_derived_from_is_asked_for_as_well(target: BuiltTarget, services: Services) -> None:
    commit = services.hub.add("model:huggingface/acme/derived", bases=("acme/middle",))["commit"]
    services.hub.add("model:huggingface/acme/middle", bases=("acme/base", "acme/derived", "../../x"))
    services.hub.add("model:huggingface/acme/base", license="llama3.1")
    found = run_suite(target.plant("app/more.py", MORE.format(commit=commit)), facts="online")
    records = {record.component: record for record in found.case.hub}
    assert records["model:huggingface/acme/base"].license == "llama3.1"
    assert records["model:huggingface/../../x"].state == "unknown"
    assert len([record for record in found.case.hub if record.component.endswith("acme/derived")]) == 1


FAULTS = [*OF_ANY, pytest.param(status(403), "answered 403 (it refuses)", id="403")]


@pytest.mark.parametrize(("fault", "reason"), FAULTS)
def test_a_fault_of_the_hub_fails_nothing_and_passes_nothing(
    fault: Reply, reason: str, target: BuiltTarget, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = run_suite(target, facts=None)
    if fault.hangs or fault.pause:
        monkeypatch.setattr(session, "Limits", lambda: HASTY)
    services.hub.plan("/", fault)
    begun = time.monotonic()
    found = run_suite(target, facts="online")
    assert time.monotonic() - begun < SECONDS
    assert found.case.errors == ()
    assert {record.state for record in found.case.hub} == {"unknown"}
    assert all(reason in record.problem or "in a row" in record.problem for record in found.case.hub)
    assert {owner.state for owner in found.case.owners} == {"unknown"}
    assert len(services.hub.seen) < 40
    for name in HUB_BOUND:
        before, after = sound[name].outcome, found[name].outcome
        assert after is before or after is Outcome.UNDETERMINED, (name, found[name].reason)


def test_without_a_snapshot_of_it_nothing_is_asked_and_nothing_is_known(
    target: BuiltTarget, services: Services
) -> None:
    found = run_suite(target, facts="cache")
    assert not services.connections
    assert {record.state for record in found.case.hub} == {"unknown"}
    assert {record.source.level for record in found.case.hub} == {"absent"}


def test_an_endpoint_of_the_target_is_no_endpoint_of_the_assessor(target: BuiltTarget, services: Services) -> None:
    with Hub() as theirs:
        theirs.add(MODEL)
        target.plant(".env", f"HF_ENDPOINT={theirs.url}\n")
        target.plant("app/settings.py", f"import os\nos.environ['HF_ENDPOINT'] = {theirs.url!r}\n")
        found = run_suite(target, facts="online")
        assert theirs.connections == 0
    assert found["1.1"].outcome is Outcome.FAIL
    assert {record.state for record in found.case.hub} == {"listed"}


def test_a_token_of_the_hub_goes_to_the_hub_alone(target: BuiltTarget, services: Services) -> None:
    target.plant("app/other.py", "import torch\ntorch.hub.load('pytorch/vision:v0.10.0', 'resnet18')\n")
    run_suite(target, facts="online")
    assert {seen.headers.get("authorization") for seen in services.hub.seen} == {f"Bearer {TOKENS['huggingface'][1]}"}
    assert services.others.seen
    assert {seen.headers.get("authorization") for seen in services.others.seen} == {None}


def test_every_hub_that_facts_come_from_has_a_stand_in_here(services: Services, target: BuiltTarget) -> None:
    """A run of these tests would otherwise ask the real one."""
    from supplychain import catalog
    from supplychain.facts.endpoints import endpoint

    assert set(OTHER_HUBS) <= catalog.fact_sources().keys()
    for name in catalog.fact_sources():
        assert endpoint(name).address.startswith("http://127.0.0.1:"), name


def test_the_verb_says_what_it_found_of_models_and_datasets(
    target: BuiltTarget,
    services: Services,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert snapshot_of(target, tmp_path / "one", monkeypatch) == 0
    assert "and 2 of 2 models and datasets" in capsys.readouterr().out
    services.hub.plan("/api/datasets", status(500))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "nothing was kept here"))
    assert snapshot_of(target, tmp_path / "two", monkeypatch) == 3
    said_ = capsys.readouterr().out
    assert "and 1 of 2 models and datasets" in said_
    assert f"  not known: {DATASET} {COMMITS[DATASET]}: Hugging Face by way of" in said_


def test_a_snapshot_whose_record_was_altered_is_refused(
    target: BuiltTarget, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from supplychain.facts import SnapshotError

    assert snapshot_of(target, tmp_path / "snapshot", monkeypatch) == 0
    file = min((tmp_path / "snapshot").rglob("huggingface/*.gz"))
    file.write_bytes(json.dumps({"likes": 1_000_000}).encode())
    with pytest.raises(SnapshotError, match="was altered after the snapshot was made"):
        run_suite(target, facts=tmp_path / "snapshot")
