"""Requirement 7.6 over a target whose inventory states everything, and over the same with one thing changed."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from supplychain.bom.interface import INVENTORY
from supplychain.bom.writing import FORMATS, to_text
from supplychain.model.finding import Outcome
from supplychain.model.state import Entry, Snapshot
from supplychain.state.store import Store
from tests.support import NOW, BuiltTarget, Outcomes, run_suite

DAY = datetime.fromisoformat(NOW) - timedelta(days=20)
TORCH = "package:pypi/torch"
PACKAGES = ("datasets", "openai", "sentence-transformers", "torch")
APPROVED = 'approved = { by = "security@example.com", on = 2026-08-09 }\n'
DECLARED = """
[[component]]
id = "package:pypi/{name}"
revision = "1.0.{number}"
license = "Apache-2.0"
approved = {{ by = "security@example.com", on = 2026-08-09 }}
provenance = {{ source = "https://example.com/{name}", creator = "{name} foundation" }}
"""


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A store with two earlier runs at a real time."""
    path = tmp_path / "state.db"
    with Store.open(path) as store:
        for number in range(2):
            store.append(run(f"run-{number}", DAY + timedelta(days=number)))
    return path


@pytest.fixture
def audited(target: BuiltTarget) -> BuiltTarget:
    """The sound target with one package, of which everything is declared, and an inventory written of that."""
    for name in ("requirements.in", "requirements.txt", "Dockerfile", "train", "app"):
        target.remove(name)
    pins = (f"{name}==1.0.{number} --hash=sha256:{number}{'a' * 63}" for number, name in enumerate(PACKAGES))
    target.plant("requirements.txt", "\n".join(pins) + "\n")
    target.plant("app/retrieval.py", USES).plant("train/train_intent.py", "'''Trains the intent model.'''\n")
    target.edit("supplychain.toml", "first_party = true\n", f"first_party = true\n{APPROVED}")
    for identity in ("model:openai/gpt-4.1-mini-2025-04-14", "service:openai"):
        target.declare(f'[[component]]\nid = "{identity}"\n{APPROVED}')
    for number, name in enumerate(PACKAGES):
        target.declare(DECLARED.format(name=name, number=number))
    return target.plant(INVENTORY, written(target))


USES = """\
import openai
from datasets import load_dataset
from sentence_transformers import SentenceTransformer

client = openai.OpenAI(base_url="https://eu.api.openai.com/v1")
MODEL = SentenceTransformer("BAAI/bge-small-en-v1.5", revision="5c38ec7c405ec4b44b94cc5a9bb96e735b38267a")
DATA = load_dataset("mteb/banking77", revision="0fd18e25b25c072e09e0d92ab615fda904d66300")
"""


def run(name: str, at: datetime) -> Entry:
    """Return a recorded run."""
    return Entry(run=name, at=at, simulated=False, commit=None, tree_digest="sha256:0", inventory=Snapshot())


def written(target: BuiltTarget, form: str = "cyclonedx") -> str:
    """Return the inventory of a target in a format."""
    case = run_suite(target).case
    moment = datetime(2026, 10, 12, tzinfo=UTC)
    return to_text(form, case.inventory, "target", "sha256:0", moment, case.declaration, case.policy)


def rows(found: Outcomes) -> list[tuple[str, str]]:
    """Return what does not pass in 7.6, as component and rule."""
    return [(row.component, row.rule) for row in found["7.6"].observations if row.outcome is not Outcome.PASS]


def test_an_inventory_that_states_everything_passes(audited: BuiltTarget, state: Path) -> None:
    found = run_suite(audited, state=state)
    assert rows(found) == []
    assert found["7.6"].outcome is Outcome.PASS
    messages = {row.component: row.message for row in found["7.6"].observations}
    assert messages["records of runs"] == "2 earlier states are recorded since 2026-09-30, and their chain is whole"
    assert messages["question:changed"] == "0 added, 0 removed, 0 changed between 2026-09-30 and 2026-10-01"


@pytest.mark.parametrize("form", ["spdx2", "spdx3"])
def test_every_format_says_the_same(audited: BuiltTarget, state: Path, form: str) -> None:
    audited.plant(FORMATS[form].file, written(audited, form)).remove(INVENTORY)
    assert rows(run_suite(audited, state=state)) == []
    if form == "spdx3":  # nobody states when the dataset was built, so the file does not claim that profile
        text = (audited.path / FORMATS[form].file).read_text()
        audited.plant(FORMATS[form].file, text.replace('"software"', '"software", "dataset"'))
        row = run_suite(audited, state=state).only("7.6", Outcome.FAIL)
        assert "it claims the profile dataset, and packages lack builtTime in 1" in row.message


def test_a_first_run_leaves_only_the_history_open(audited: BuiltTarget, tmp_path: Path) -> None:
    found = run_suite(audited, state=tmp_path / "none.db")
    assert found["7.6"].outcome is Outcome.UNDETERMINED
    assert rows(found) == [("question:changed", "not-answered"), ("records of runs", "first-states")]
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize(
    ("name", "field", "outcome"),
    [
        ("supplier", "supplier", Outcome.FAIL),
        ("licenses", "license", Outcome.FAIL),
        ("hashes", "hash", Outcome.FAIL),
        ("version", "version", Outcome.FAIL),
    ],
)
def test_a_field_that_is_taken_out_fails_by_its_name(
    audited: BuiltTarget, state: Path, name: str, field: str, outcome: Outcome
) -> None:
    def change(entry: dict[str, Any]) -> None:
        entry.pop(name, None)
        if name == "hashes":
            entry["properties"] = [p for p in entry["properties"] if p["value"] != "checksum"]

    found = edited(audited, state, change)
    row = found.only("7.6", outcome)
    assert (row.component, row.rule) == (TORCH, "lacking")
    assert row.message == f"does not state {field}"
    assert row.at is not None
    assert (row.at.file, row.at.line is not None) == (INVENTORY, True)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("supplychain:owner", "owner"),
        ("supplychain:approval", "approval"),
        ("supplychain:used-at", "where used"),
        ("supplychain:scope", "scope"),
    ],
)
def test_a_property_that_is_taken_out_fails_by_its_name(
    audited: BuiltTarget, state: Path, name: str, field: str
) -> None:
    def change(entry: dict[str, Any]) -> None:
        entry["properties"] = [p for p in entry["properties"] if p["name"] != name]

    row = edited(audited, state, change).only("7.6", Outcome.FAIL)
    assert (row.component, row.message) == (TORCH, f"does not state {field}")


def test_what_is_marked_as_unknown_is_undetermined(audited: BuiltTarget, state: Path) -> None:
    audited.edit("supplychain.toml", 'revision = "1.0.3"\nlicense = "Apache-2.0"\n', 'revision = "1.0.3"\n')
    row = run_suite(audited.plant(INVENTORY, written(audited)), state=state).only("7.6", Outcome.UNDETERMINED)
    assert (row.component, row.rule, row.message) == (TORCH, "marked-unknown", "marks license as not known")


def test_an_approval_that_does_not_count_is_none(audited: BuiltTarget, state: Path) -> None:
    approved = 'revision = "1.0.3"\nlicense = "Apache-2.0"\napproved = { by = '
    audited.edit("supplychain.toml", f'{approved}"security@', f'{approved}"somebody@')
    row = run_suite(audited.plant(INVENTORY, written(audited)), state=state).only("7.6", Outcome.UNDETERMINED)
    assert (row.component, row.message) == (TORCH, "marks approval as not known")


def test_an_inventory_that_breaks_its_schema_fails(audited: BuiltTarget, state: Path) -> None:
    row = edited(audited, state, lambda entry: entry.update(color="red")).only("7.6", Outcome.FAIL)
    assert (row.component, row.rule) == (f"inventory:{INVENTORY}", "not-valid")
    assert "it knows no 'color'" in row.message


def test_a_ghost_has_no_answer(audited: BuiltTarget, state: Path) -> None:
    def change(entry: dict[str, Any]) -> None:
        entry["properties"] = [p for p in entry["properties"] if p["name"] != "supplychain:id"]
        entry["purl"] = "pkg:pypi/gone@1"

    row = edited(audited, state, change).only("7.6", Outcome.UNDETERMINED)
    assert (row.component, row.rule) == ("question:where", "not-answered")
    assert row.message.endswith("first: package:pypi/gone: no place that uses it is known")


def test_an_altered_record_fails(audited: BuiltTarget, state: Path) -> None:
    with sqlite3.connect(state) as connection:
        connection.execute("UPDATE record SET body = replace(body, 'sha256:0', 'sha256:1') WHERE sequence = 1")
    found = run_suite(audited, state=state)
    assert found["7.6"].outcome is Outcome.FAIL
    assert ("records of runs", "chain-broken") in rows(found)


def test_a_file_that_is_no_store_is_undetermined(audited: BuiltTarget, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("notes " * 100)
    found = run_suite(audited, state=tmp_path / "notes.txt")
    assert ("records of runs", "records-not-read") in rows(found)
    assert (tmp_path / "notes.txt").read_text() == "notes " * 100


def edited(target: BuiltTarget, state: Path, change: Any) -> Outcomes:
    """Return what comes of the target when the entry of its package is changed."""
    document = json.loads((target.path / INVENTORY).read_text())
    (entry,) = (entry for entry in document["components"] if entry["name"] == "torch")
    change(entry)
    target.plant(INVENTORY, json.dumps(document, indent=1))
    return run_suite(target, state=state)
