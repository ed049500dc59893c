"""Requirement 4.2 over whole targets: the provenance of each dataset is on record and agrees with the code."""

from __future__ import annotations

import pytest

from supplychain.model.finding import Outcome
from tests.acceptance.breaks import Break, Change, edits
from tests.provenance.support import croissant
from tests.support import ROLL_UPS, SAMPLE, BuiltTarget, Outcomes, run_suite

DECLARATION = "supplychain.toml"
BANKING = "dataset:huggingface/mteb/banking77"
COMMIT = "0fd18e25b25c072e09e0d92ab615fda904d66300"
OTHER = "f" * 40
CODE = "train/train_intent.py"
AT = (f"{CODE}:15",)
SOURCE = 'source = "https://huggingface.co/datasets/mteb/banking77, a copy of BANKING77 by PolyAI"'
CREATOR = 'creator = "PolyAI (Casanueva et al., 2020)"'
COLLECTED = "published in 2020"
PINNED = ("4.1", "4.3", "7.5", "7.6")
"""What a dataset that is loaded at another revision than the recorded one may break as well."""


def line_of(text: str) -> str:
    """Return the place in the sound target's declaration where a text stands."""
    lines = (SAMPLE / DECLARATION).read_text().splitlines()
    return f"{DECLARATION}:{next(number for number, line in enumerate(lines, 1) if text in line)}"


def declares(old: str, new: str) -> Change:
    return edits(DECLARATION, old, new)


def documented_in(text: str) -> Change:
    """Return the change that names a document of the dataset in the declaration, and writes it."""

    def change(target: BuiltTarget) -> None:
        target.plant("docs/banking77.md", text).edit(DECLARATION, CREATOR, f'{CREATOR}\ndocument = "docs/banking77.md"')

    return change


BREAKS = [
    Break(
        "a placeholder",
        declares(CREATOR, 'creator = "TODO: ask"'),
        BANKING,
        "placeholder",
        AT,
        ('"TODO: ask", which says nothing', line_of(CREATOR), 'creator = "…"'),
    ),
    Break(
        "what a template leaves",
        declares('pii = "none"', 'pii = "[More Information Needed]"'),
        BANKING,
        "placeholder",
        AT,
        ("personal-data class", line_of('pii = "none"'), 'pii = "…"'),
    ),
    Break(
        "a value that says nothing",
        declares(CREATOR, 'creator = "unknown"'),
        BANKING,
        "placeholder",
        AT,
        ('"unknown", which says nothing',),
    ),
    Break(
        "a missing creator",
        declares(CREATOR + "\n", ""),
        BANKING,
        "missing",
        AT,
        ("nobody states its creator", f"inside provenance at {line_of(SOURCE)}", 'creator = "…"', BANKING),
    ),
    Break(
        "an empty creator",
        declares(CREATOR, 'creator = " "'),
        BANKING,
        "missing",
        AT,
        ("nobody states its creator",),
    ),
    Break(
        "transformations that are not spoken of",
        declares("transforms = []", "# transforms = []"),
        BANKING,
        "missing",
        AT,
        ("nobody states its transformations", 'transforms = ["…"]', "transforms = [] where nothing was changed"),
    ),
    Break(
        "another owner's dataset as the source",
        declares("datasets/mteb/banking77", "datasets/PolyAI/banking77"),
        BANKING,
        "other-source",
        AT,
        (
            "datasets/PolyAI/banking77",
            line_of(SOURCE),
            f"{CODE}:15 loads huggingface/mteb/banking77",
            "the code counts",
        ),
    ),
    Break(
        "a look-alike of the hub as the source",
        declares("https://huggingface.co/", "https://huggingface.co.evil.example/"),
        BANKING,
        "other-source",
        AT,
        ("huggingface.co.evil.example", line_of(SOURCE)),
    ),
    Break(
        "another revision",
        declares(COMMIT, OTHER),
        BANKING,
        "other-revision",
        AT,
        (f"{CODE}:15 loads {COMMIT}", f"{line_of(COMMIT)} (declaration) states revision {OTHER}"),
        also=PINNED,
    ),
    Break(
        "a day of collection that is yet to come",
        declares(COLLECTED, "collected until 2026-10-21"),
        BANKING,
        "in-future",
        AT,
        ("collected 2026-10-21, after the day of this run, 2026-10-20", line_of("collected =")),
    ),
    Break(
        "a day of publication that is yet to come",
        declares(f'revision = "{COMMIT}"', f'revision = "{COMMIT}"\npublished = 2026-10-21'),
        BANKING,
        "in-future",
        AT,
        ("published 2026-10-21", "YYYY-MM-DD"),
    ),
    Break(
        "a document that cannot be read",
        documented_in("---\nlicense: cc-by-4.0\n\n# The front matter has no end\n"),
        BANKING,
        "not-read-document",
        AT,
        ("docs/banking77.md:1 may state its provenance and was not read: its front matter has no end",),
    ),
]


@pytest.mark.parametrize("broken", BREAKS, ids=str)
def test_one_break_is_seen_at_its_line(broken: Break, target: BuiltTarget, sound: Outcomes) -> None:
    broken.change(target)
    found = run_suite(target)
    (row,) = found["4.2"].observations
    assert (row.component, row.rule, str(row.at)) == (broken.component, broken.rule, broken.at[0])
    for text in broken.says:
        assert text in f"{row.message} {row.remedy}"
    beside = {"7.5", *ROLL_UPS, *broken.also}
    assert found.unlike(sound) - beside - {"4.2"} == set()


def test_the_sound_target_states_everything_and_says_where(sound: Outcomes) -> None:
    row = sound.only("4.2", Outcome.PASS)
    assert (row.component, row.rule, str(row.at)) == (BANKING, "documented", AT[0])
    assert f"source and revision or date by code ({CODE}:15)" in row.message
    assert "whether the rest is true was not looked at" in row.message
    assert row.evidence


# A dataset that its own description documents, and one that was imported with DVC.


def undeclared(target: BuiltTarget) -> BuiltTarget:
    """Take everything out of the declaration that it says of the dataset's provenance."""
    text = (target.path / DECLARATION).read_text()
    begin = text.index('license = "CC-BY-4.0"')
    kept = text[begin:].split("\n\n", 2)
    (target.path / DECLARATION).write_text(text[:begin] + kept[0].split("\n", 1)[1] + "\n\n" + kept[2])
    return target


PAGE = "https://huggingface.co/datasets/mteb/banking77"


def test_a_croissant_description_documents_a_dataset(target: BuiltTarget) -> None:
    undeclared(target).plant("docs/croissant.json", croissant(url=PAGE, version=None))
    (row,) = run_suite(target)["4.2"].observations
    assert (row.rule, row.outcome) == ("documented", Outcome.PASS)
    assert "license, collection method, transformations and personal-data class by croissant" in row.message


def test_a_creator_removed_from_the_croissant_description_is_missed(target: BuiltTarget) -> None:
    undeclared(target).plant("docs/croissant.json", croissant(url=PAGE, version=None, creator=None))
    (row,) = run_suite(target)["4.2"].observations
    assert row.rule == "missing"
    assert "nobody states its creator; stated: " in row.message
    assert 'provenance = { source = "huggingface/mteb/banking77", creator = "…" }' in row.remedy


def test_without_anything_said_the_whole_line_to_write_is_given(target: BuiltTarget) -> None:
    (row,) = run_suite(undeclared(target))["4.2"].observations
    assert row.rule == "missing"
    assert 'provenance = { source = "huggingface/mteb/banking77", creator = "…", ' in row.remedy
    assert 'collected = "…", transforms = ["…"], pii = "…" }' in row.remedy


@pytest.mark.parametrize(("mine", "rule"), [("MIT", "documented-licenses-differ"), (None, "licenses-differ")])
def test_licenses_that_differ_are_named_with_their_places(mine: str | None, rule: str, target: BuiltTarget) -> None:
    undeclared(target)
    target.plant("docs/croissant.json", croissant(url=PAGE, version=None))
    target.plant("docs/datasheet.md", "---\nname: mteb/banking77\nlicense: Apache-2.0\n---\n")
    if mine:
        target.edit(DECLARATION, f'revision = "{COMMIT}"', f'revision = "{COMMIT}"\nlicense = "{mine}"')
    (row,) = run_suite(target)["4.2"].observations
    assert row.rule == rule
    for said in ("Apache-2.0 (datasheet, docs/datasheet.md:3)", "creativecommons.org/licenses/by/4.0/"):
        assert said in row.message


IMPORTED = "dataset:github/org/registry/data/rows.csv"
IMPORT = f"""frozen: true
deps:
- path: data/rows.csv
  repo:
    url: https://github.com/org/registry
    rev_lock: {"c" * 40}
outs:
- md5: {"d" * 32}
  path: rows.csv
"""
REST = 'creator = "Ada", license = "CC0-1.0", collected = "asked in 2020", pii = "none"'


@pytest.mark.parametrize(("revision", "rule"), [("c" * 40, "documented"), ("e" * 40, "other-revision")])
def test_an_import_of_dvc_is_held_against_the_declaration(revision: str, rule: str, target: BuiltTarget) -> None:
    target.plant("data/rows.csv.dvc", IMPORT)
    stated = f'provenance = {{ source = "https://github.com/org/registry", {REST} }}'
    target.declare(f'[[component]]\nid = "{IMPORTED}"\nrevision = "{revision}"\n{stated}\n')
    (row,) = [row for row in run_suite(target)["4.2"].observations if row.component == IMPORTED]
    assert (row.rule, str(row.at)) == (rule, "data/rows.csv.dvc:3")
    if rule == "other-revision":
        assert f"data/rows.csv.dvc:6 loads {'c' * 40}, and supplychain.toml:" in row.message
    else:
        assert "transformations by dvc (data/rows.csv.dvc:3" in row.message


def test_a_branch_documents_no_revision(target: BuiltTarget) -> None:
    target.edit(CODE, COMMIT, "main").edit(DECLARATION, f'revision = "{COMMIT}"\n', "")
    (row,) = run_suite(target)["4.2"].observations
    assert row.rule == "placeholder"
    assert '"main", which means something else every day' in row.message


def test_a_revision_that_the_code_does_not_ask_for_documents_something_else(target: BuiltTarget) -> None:
    target.edit(CODE, f', revision="{COMMIT}"', "")
    (row,) = run_suite(target)["4.2"].observations
    assert row.rule == "other-revision"
    assert f"{CODE}:15 loads no revision" in row.message


def test_what_tests_load_is_not_what_production_loads(target: BuiltTarget) -> None:
    code = f'from datasets import load_dataset\n\nload_dataset("mteb/banking77", revision="{OTHER}")\n'
    (row,) = run_suite(target.plant("tests/test_rows.py", code))["4.2"].observations
    assert row.rule == "documented"
