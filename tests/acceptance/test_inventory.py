"""Requirement 7.1: the models that the target uses are the models that its inventory lists."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from supplychain.bom.interface import INVENTORY
from supplychain.model.finding import Outcome
from tests.acceptance.breaks import (
    BGE,
    COMMIT,
    GPT,
    INTENT,
    MODELS,
    RETRIEVAL,
    SHARED,
    Break,
    Change,
    edits,
    plants,
    removes,
)
from tests.support import ROLL_UPS, SAMPLE, BuiltTarget, Outcomes, run_suite

NEW = 'from tokenizers import Tokenizer\n\nmodel = Tokenizer.from_pretrained("BAAI/rerank")\n'
RERANK = "model:huggingface/BAAI/rerank"
LINES = (SAMPLE / INVENTORY).read_text().splitlines()
HOSTED = GPT.rpartition("/")[2]
FIRST = LINES.index('  "components": [') + 4
"""The line of the name of an entry that is put before the others."""
BESIDE = ROLL_UPS | SHARED - {"7.1"} | {"7.5", "7.6"}
WRITE = "supplychain inventory write TARGET"


def line_of(text: str) -> int:
    """Return the first line of the sound target's inventory that holds a text."""
    return next(number for number, line in enumerate(LINES, start=1) if text in line)


def rewrites(edit: Callable[[list[dict[str, Any]]], object]) -> Change:
    """Return the change that edits the components of the inventory."""

    def change(target: BuiltTarget) -> None:
        bom = json.loads((target.path / INVENTORY).read_text())
        edit(bom["components"])
        bom.pop("dependencies", None)
        target.plant(INVENTORY, json.dumps(bom, indent=2))

    return change


def leaves_out(*ids: str) -> Change:
    """Return the change that takes entries out of the inventory."""

    def edit(components: list[dict[str, Any]]) -> None:
        components[:] = [entry for entry in components if entry["bom-ref"] not in ids]

    return rewrites(edit)


def model(name: str, version: str | None = None) -> dict[str, Any]:
    entry = {"type": "machine-learning-model", "name": name, "bom-ref": f"planted:{name}"}
    return {**entry, "version": version} if version else entry


BREAKS = [
    Break(
        "a model added in the code",
        plants("app/rerank.py", NEW),
        RERANK,
        "missing",
        ("app/rerank.py:3",),
        (INVENTORY, WRITE, "commit it"),
    ),
    Break(
        "a model added in the documentation's code",
        plants("docs/conf.py", NEW),
        RERANK,
        "missing",
        ("docs/conf.py:3",),
        (INVENTORY, WRITE),
    ),
    Break(
        "a model added in an example",
        plants("examples/rerank.py", NEW),
        RERANK,
        "missing",
        ("examples/rerank.py:3",),
        (INVENTORY, WRITE),
    ),
    Break(
        "weights added in an example",
        plants("examples/rerank.gguf", b"GGUF\x03\x00\x00\x00"),
        "model:file/examples/rerank.gguf",
        "missing",
        ("examples/rerank.gguf",),
        (INVENTORY, WRITE),
    ),
    Break(
        "an entry taken out",
        leaves_out(BGE),
        BGE,
        "missing",
        (f"{RETRIEVAL}:17",),
        (INVENTORY, WRITE, "commit it"),
    ),
    Break(
        "the entry of the weights taken out",
        leaves_out(INTENT),
        INTENT,
        "missing",
        ("app/intent.py:6",),
        (INVENTORY, WRITE),
    ),
    Break(
        "an entry that nothing refers to",
        rewrites(lambda components: components.insert(0, model("BAAI/unused"))),
        "model:unknown/BAAI/unused",
        "ghost",
        (f"{INVENTORY}:{FIRST}",),
        (f"Remove it from {INVENTORY}", "nothing in the target refers to it"),
    ),
    Break(
        "a model that only tests use, listed",
        rewrites(lambda components: components.insert(0, model("BAAI/rerank"))),
        "model:unknown/BAAI/rerank",
        "ghost",
        (f"{INVENTORY}:{FIRST}",),
        (f"Remove it from {INVENTORY}",),
    ),
    Break(
        "another revision in the code",
        edits(RETRIEVAL, COMMIT, "main"),
        BGE,
        "other-revision",
        (f"{RETRIEVAL}:17",),
        ("used at revision main", COMMIT, f"{INVENTORY}:{line_of(BGE)}", WRITE),
        also=tuple(MODELS),
    ),
    Break(
        "another revision in the inventory",
        edits(INVENTORY, COMMIT, "0" * 40),
        BGE,
        "other-revision",
        (f"{RETRIEVAL}:17",),
        (f"used at revision {COMMIT}", "0" * 40, f"{INVENTORY}:{line_of(BGE)}", WRITE),
    ),
    Break(
        "the model listed as a dataset",
        edits(INVENTORY, f'"{BGE}"', f'"{BGE.replace("model:", "dataset:")}"'),
        BGE,
        "missing",
        (f"{RETRIEVAL}:17",),
        (INVENTORY, WRITE),
        also=("7.2",),
    ),
    Break(
        "a name that is made at run time, in an example",
        plants("examples/rerank.py", "from tokenizers import Tokenizer\n\nTokenizer.from_pretrained(input())\n"),
        "model:unresolved/input()",
        "unresolved",
        ("examples/rerank.py:3",),
        ("tokenizers.Tokenizer.from_pretrained loads input()", "literal"),
    ),
    Break(
        "an example that does not parse",
        plants("examples/rerank.py", "print 'Python 2'\n"),
        "unread:examples/rerank.py",
        "not-read",
        ("examples/rerank.py:1",),
        ("examples/rerank.py", "Repair"),
    ),
    Break(
        "a program in the documentation that no carrier reads",
        plants("docs/try.go", "package main"),
        "unread:programs in languages without a carrier",
        "not-read",
        ("docs/try.go:1",),
        ("without a carrier (1)", "reviewed by hand"),
    ),
]


def test_the_sound_target_lists_each_model(sound: Outcomes) -> None:
    assert sound["7.1"].outcome is Outcome.PASS
    assert [(row.component, row.rule, str(row.at)) for row in sound["7.1"].observations] == [
        (GPT, "listed", "app/answer.py:9"),
        (INTENT, "listed", "app/intent.py:6"),
        (BGE, "listed", f"{RETRIEVAL}:17"),
    ]
    assert [(source.name, source.level) for source in sound["7.1"].sources] == [(f"CycloneDX {INVENTORY}", "local")]


@pytest.mark.parametrize("broken", BREAKS, ids=str)
def test_broken_in_one_place(broken: Break, target: BuiltTarget, sound: Outcomes) -> None:
    broken.check("7.1", target, sound)


def rows(found: Outcomes) -> list[tuple[str, str, str]]:
    """Return what is left to mend for 7.1: component, rule, place."""
    return [(r.component, r.rule, str(r.at)) for r in found["7.1"].observations if r.outcome is not Outcome.PASS]


def test_without_an_inventory_nothing_is_decided(target: BuiltTarget, sound: Outcomes) -> None:
    found = run_suite(target.remove(INVENTORY))
    assert found["7.1"].outcome is Outcome.UNDETERMINED
    assert rows(found) == [
        (GPT, "no-inventory", "app/answer.py:9"),
        (INTENT, "no-inventory", "app/intent.py:6"),
        (BGE, "no-inventory", f"{RETRIEVAL}:17"),
    ]
    assert all(
        WRITE in row.remedy and "commit" in row.remedy and INVENTORY in row.remedy
        for row in found.rows("7.1", Outcome.UNDETERMINED)
    )
    assert found.unlike(sound) - BESIDE == {"7.1"}


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "",
        "[]",
        "null",
        "{}",
        '{"bomFormat": "SPDX"}',
        '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": 3}',
        b"\xff\xfe\x00",
    ],
)
def test_an_inventory_that_cannot_be_read_decides_nothing(
    content: str | bytes, target: BuiltTarget, sound: Outcomes
) -> None:
    found = run_suite(target.plant(INVENTORY, content))
    assert found["7.1"].outcome is Outcome.UNDETERMINED
    assert rows(found) == [
        (f"inventory:{INVENTORY}", "unreadable-inventory", INVENTORY),
        (GPT, "not-compared", "app/answer.py:9"),
        (INTENT, "not-compared", "app/intent.py:6"),
        (BGE, "not-compared", f"{RETRIEVAL}:17"),
    ]
    assert f"Repair {INVENTORY}" in found["7.1"].observations[0].remedy
    assert found.unlike(sound) - BESIDE == {"7.1"}


def test_a_model_of_another_source_is_both_missing_and_a_ghost(target: BuiltTarget, sound: Outcomes) -> None:
    elsewhere = BGE.replace("huggingface", "kaggle")
    target.edit(INVENTORY, f'"{BGE}"', f'"{elsewhere}"')
    found = run_suite(target)
    assert rows(found) == [
        (elsewhere, "ghost", f"{INVENTORY}:{line_of(BGE)}"),
        (BGE, "missing", f"{RETRIEVAL}:17"),
    ]
    assert found.unlike(sound) - BESIDE == {"7.1"}


def test_an_unread_file_may_use_what_looks_like_a_ghost(target: BuiltTarget, sound: Outcomes) -> None:
    rewrites(lambda components: components.insert(0, model("BAAI/unused")))(target)
    found = run_suite(target.plant("docs/try.go", ""))
    assert found["7.1"].outcome is Outcome.UNDETERMINED
    assert rows(found) == [
        ("model:unknown/BAAI/unused", "not-seen", f"{INVENTORY}:{FIRST}"),
        ("unread:programs in languages without a carrier", "not-read", "docs/try.go:1"),
    ]
    assert found.unlike(sound) - BESIDE == {"7.1"}


@pytest.mark.parametrize("folder", ["tests", "vendor/rerank", "third_party"])
def test_models_of_tests_and_of_vendored_code_need_no_entry(folder: str, target: BuiltTarget, sound: Outcomes) -> None:
    found = run_suite(target.plant(f"{folder}/rerank.py", NEW))
    assert rows(found) == []
    assert found.unlike(sound) - BESIDE == set()


SPDX = f"""\
SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: support-rag
DocumentNamespace: https://example.com/spdx/support-rag
Creator: Person: Support Platform
Created: 2026-10-01T00:00:00Z

PackageName: BAAI/bge-small-en-v1.5
SPDXID: SPDXRef-embedding
PackageVersion: {COMMIT}
PackageDownloadLocation: NOASSERTION
FilesAnalyzed: false
PrimaryPackagePurpose: {{purpose}}
ExternalRef: PACKAGE-MANAGER purl pkg:huggingface/BAAI/bge-small-en-v1.5@{COMMIT}
"""


def cyclonedx(*components: dict[str, Any]) -> str:
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": list(components)})


def test_an_spdx_document_is_an_inventory_too(target: BuiltTarget, sound: Outcomes) -> None:
    """SPDX 2.3 has no purpose for models; their purl says what they are. The weights get an inventory beside it."""
    target.remove(INVENTORY).plant("sbom.spdx", SPDX.format(purpose="OTHER"))
    target.plant("weights.cdx.json", cyclonedx(model("models/intent.safetensors"), model(HOSTED)))
    found = run_suite(target)
    assert rows(found) == []
    assert [source.name for source in found["7.1"].sources] == ["SPDX 2 sbom.spdx", "CycloneDX weights.cdx.json"]
    assert "sbom.spdx:" in found["7.1"].observations[2].message
    assert found.unlike(sound) - BESIDE == set()


def test_two_inventories_together_list_all(target: BuiltTarget, sound: Outcomes) -> None:
    target.remove(INVENTORY)
    target.plant("bom/intent.cdx.json", cyclonedx(model("models/intent.safetensors"), model(HOSTED)))
    target.plant("bom/embedding.cdx.json", cyclonedx(model("BAAI/bge-small-en-v1.5", COMMIT)))
    found = run_suite(target)
    assert rows(found) == []
    assert found.unlike(sound) - BESIDE == set()


def test_one_of_two_inventories_that_cannot_be_read_leaves_it_open(target: BuiltTarget, sound: Outcomes) -> None:
    target.remove(INVENTORY)
    target.plant(
        "bom/all.cdx.json", cyclonedx(*map(model, ["BAAI/bge-small-en-v1.5", "models/intent.safetensors", HOSTED]))
    )
    target.plant("bom/old.cdx.json", '{"bomFormat": "CycloneDX", "specVersion": ')
    found = run_suite(target)
    assert rows(found) == [("inventory:bom/old.cdx.json", "unreadable-inventory", "bom/old.cdx.json")]
    assert found["7.1"].outcome is Outcome.UNDETERMINED
    assert found.unlike(sound) - BESIDE == {"7.1"}


def test_beside_the_maintained_inventory_another_one_does_not_count(target: BuiltTarget, sound: Outcomes) -> None:
    found = run_suite(target.plant("other.cdx.json", cyclonedx(model("BAAI/unused"))))
    assert rows(found) == []
    assert found.unlike(sound) - BESIDE == set()


def test_an_empty_inventory_lists_nothing(target: BuiltTarget, sound: Outcomes) -> None:
    found = run_suite(target.plant(INVENTORY, cyclonedx()))
    assert rows(found) == [
        (GPT, "missing", "app/answer.py:9"),
        (INTENT, "missing", "app/intent.py:6"),
        (BGE, "missing", f"{RETRIEVAL}:17"),
    ]
    assert found.unlike(sound) - BESIDE == {"7.1"}


@pytest.mark.parametrize("change", [removes("data"), plants("data/notes.txt", "BAAI/rerank")], ids=["data", "prose"])
def test_what_is_no_model_changes_nothing(change: Change, target: BuiltTarget, sound: Outcomes) -> None:
    change(target)
    assert run_suite(target).unlike(sound) == set()


def used_at(revision: str) -> str:
    name = BGE.split("/", 1)[1]
    return f'from tokenizers import Tokenizer\nTokenizer.from_pretrained("{name}", revision="{revision}")\n'


def test_a_second_revision_of_a_model_is_not_overlooked(target: BuiltTarget, sound: Outcomes) -> None:
    found = run_suite(target.plant("app/z.py", used_at("main")))
    assert rows(found) == [(BGE, "other-revision", "app/z.py:2")]
    assert found.unlike(sound) - BESIDE == {"7.1", "2.1", "2.3"}


@pytest.mark.parametrize("other", ["0" * 40, "f" * 40])
def test_two_listed_revisions_of_a_model_count_in_any_order(other: str, target: BuiltTarget, sound: Outcomes) -> None:
    def lists_both(components: list[dict[str, Any]]) -> None:
        entry = next(entry for entry in components if entry["bom-ref"] == BGE)
        components.append(
            {**entry, "bom-ref": "second", "version": other, "purl": entry["purl"].replace(COMMIT, other)}
        )

    rewrites(lists_both)(target)
    assert [row[1] for row in rows(run_suite(target))] == ["ghost"]
    assert run_suite(target.plant("app/z.py", used_at(other))).unlike(sound) <= MODELS | ROLL_UPS
