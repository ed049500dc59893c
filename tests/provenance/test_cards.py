"""Cards and datasheets: front matter, headings, questions and labels; and of which component they are."""

from __future__ import annotations

import pytest

from tests.provenance.support import DATA, HUB, gathered, reference, stated

MODEL = "model:file/models/head.safetensors"

CARD = """---
license: cc-by-4.0
source_datasets:
- https://data.example/rows
language_creators:
- crowdsourced
annotations_creators: expert-generated
version: 1.0
---
# Rows

<!-- ## License: none -->
- **Curated by:** Example Lab
- **License:** other words

### Data Collection and Processing

Volunteers were asked in 2020.

### Personal and Sensitive Information

It holds no names.

### Data cleaning

[More Information Needed]

### Normalization

Lower-cased.
"""


def test_a_card_states_fields_by_front_matter_headings_and_labels() -> None:
    assert stated({"data/README.md": CARD}) == {
        "license": "cc-by-4.0 @data/README.md:2",
        "source": "https://data.example/rows @data/README.md:3",
        "collection": "crowdsourced @data/README.md:5",
        "revision": "1.0 @data/README.md:8",
        "creator": "Example Lab @data/README.md:13",
        "personal data": "It holds no names. @data/README.md:20",
        "transformations": "Lower-cased. @data/README.md:28",
    }


SHEET = """# Datasheet for org/rows

## Motivation

**Who created the dataset (e.g., which team, research group) and on behalf of which entity?**

The example lab.

## Composition

**Does the dataset contain data that might be considered confidential?**

No.

## Collection process

**How was the data associated with each instance acquired?**

Typed in by volunteers.

## Preprocessing/cleaning/labeling

Was any preprocessing done?

Duplicates were removed.

## Distribution

**Will the dataset be distributed under a copyright or other intellectual property (IP) license?**

CC0-1.0

## Maintenance
"""


def test_the_questions_of_a_datasheet_are_answered() -> None:
    found = stated({"docs/datasheet.md": SHEET}, HUB, component=HUB)
    assert {field: text.rpartition(" @")[0] for field, text in found.items()} == {
        "creator": "The example lab.",
        "personal data": "No.",
        "collection": "Typed in by volunteers.",
        "transformations": "Duplicates were removed.",
        "license": "CC0-1.0",
    }


def test_an_empty_datasheet_states_nothing() -> None:
    empty = "\n".join(line for line in SHEET.splitlines() if not line or line[0] in "#*W")
    assert stated({"docs/datasheet.md": empty}, HUB, component=HUB) == {}


def test_what_stands_in_a_code_block_is_no_heading() -> None:
    assert stated({"data/README.md": "# Rows\n```\n## License\nMIT\n```\n"}) == {}


def test_a_rule_of_dashes_is_no_front_matter() -> None:
    assert stated({"data/README.md": "---\n\n## License\nMIT\n"}) == {"license": "MIT @data/README.md:3"}


# Of which component a document is.


def test_a_card_is_of_the_one_file_in_its_folder() -> None:
    assert "license" in stated({"data/README.md": CARD})
    assert stated({"other/README.md": CARD}) == {}
    assert stated({"README.md": CARD}) == {}


def test_of_two_files_in_a_folder_a_card_that_names_none_is_of_none() -> None:
    more = "dataset:file/data/more.csv"
    found = gathered({"data/README.md": CARD}, DATA, more)
    assert found.statements == ()
    (doubt,) = found.doubts
    assert (str(doubt.at), doubt.components, doubt.is_unread) == ("data/README.md:1", (DATA, more), False)
    assert doubt.reason == "it names none of the 2 that lie in its folder"


@pytest.mark.parametrize(
    "named", ["configs:\n- data_files:\n  - split: train\n    path: rows.csv\n", "name: rows.csv\n"]
)
def test_of_two_files_in_a_folder_a_card_is_of_the_one_that_it_names(named: str) -> None:
    card = CARD.replace("version: 1.0\n", named)
    found = gathered({"data/README.md": card}, DATA, "dataset:file/data/more.csv")
    assert {item.component for item in found.statements} == {DATA}


def test_the_declaration_tells_what_a_document_is_of() -> None:
    declared = f'schema = 1\n[[component]]\nid = "{DATA}"\nprovenance = {{ source = "x", document = "docs/rows.md" }}\n'
    files = {"docs/rows.md": CARD, "supplychain.toml": declared}
    origins = {item.origin for item in gathered(files, DATA, "dataset:file/data/more.csv").statements}
    assert origins == {"declaration", "datasheet"}


def test_a_model_card_is_of_a_model_and_a_datasheet_is_not() -> None:
    files = {"models/model_card.md": CARD, "models/datasheet.md": SHEET}
    found = gathered(files, MODEL, DATA)
    assert {(item.component, item.at.file if item.at else "") for item in found.statements} == {
        (MODEL, "models/model_card.md")
    }


def test_a_name_that_two_components_share_tells_nothing() -> None:
    found = gathered({"docs/datasheet.md": SHEET.replace("org/rows", "rows")}, HUB, "dataset:kaggle/other/rows")
    assert {item.origin for item in found.statements} == {"code"}


# What the declaration and the code state.


def test_the_declaration_states_fields_with_their_lines_and_an_empty_list_says_none() -> None:
    declared = f"""schema = 1
[[component]]
id = "{DATA}"
license = "MIT"
published = 2020-01-31

[component.provenance]
source = "https://data.example"
creator = ""
transforms = []
"""
    assert stated({"supplychain.toml": declared}) == {
        "license": "MIT @supplychain.toml:4",
        "published": "2020-01-31 @supplychain.toml:5",
        "source": "https://data.example @supplychain.toml:8",
        "creator": " @supplychain.toml:9",
        "transformations": "none @supplychain.toml:10",
    }


def test_a_list_of_transformations_that_is_not_written_out_says_nothing() -> None:
    declared = f'schema = 1\n[[component]]\nid = "{DATA}"\nprovenance = {{ source = "x" }}\n'
    assert set(stated({"supplychain.toml": declared})) == {"source"}


def test_the_code_states_what_it_loads_and_a_file_of_the_target_says_nothing_of_its_origin() -> None:
    found = gathered({"a.txt": ""}, reference(HUB, revision="v1"), DATA)
    assert [(item.component, item.field, item.value, str(item.at)) for item in found.statements] == [
        (HUB, "source", "huggingface/org/rows", "train.py:3"),
        (HUB, "revision", "v1", "train.py:3"),
    ]


@pytest.mark.parametrize(
    ("written", "value"), [("[]", "none"), ('["a", "b"]', "a; b"), ('["", " "]', ""), ('["", "b"]', "b")]
)
def test_only_an_empty_list_says_that_nothing_was_changed(written: str, value: str) -> None:
    declared = f'schema = 1\n[[component]]\nid = "{DATA}"\nprovenance = {{ source = "x", transforms = {written} }}\n'
    assert stated({"supplychain.toml": declared})["transformations"] == f"{value} @supplychain.toml:4"
