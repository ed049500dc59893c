"""Documents that are made to be hard to read: bounded, and said as unread; never an exception."""

from __future__ import annotations

import json
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain.provenance import DOCUMENTS, LIMIT
from tests.provenance.support import DATA, HUB, croissant, gathered, stated

BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n" + "d: [" + "*c, " * 40 + "*c]\n"
HOSTILE: dict[str, tuple[str, str | bytes, str]] = {
    "deep JSON": ("data/croissant.json", '{"@type": ' + "[" * 5_000 + "]" * 5_000 + "}", "deep"),
    "many brackets": ("data/croissant.json", '{"@type": ' + "[" * 450_000, "brackets"),
    "one key twice": ("data/croissant.json", '{"@type": "Dataset", "license": "MIT", "license": "GPL"}', "twice"),
    "no JSON": ("data/croissant.json", '{"@type": "Dataset", ', "YAML"),
    "no UTF-8": ("data/croissant.json", b'{"@type": "Dataset", "name": "\xff"}', "UTF-8"),
    "too large": ("data/croissant.json", '{"@type": "Dataset"}' + " " * LIMIT, "bytes"),
    "aliases": ("data/README.md", f"---\nlicense: MIT\n{BOMB}---\n", "aliases"),
    "front matter without an end": ("data/README.md", "---\nlicense: MIT\n\n# Rows\n", "no end"),
    "huge front matter": ("data/README.md", "---\nlicense: MIT\nx: " + "y" * 200_000 + "\n---\n", "characters"),
    "front matter that is no YAML": ("data/README.md", "---\nlicense: [MIT\n---\n", "YAML"),
    "a character that YAML may not hold": ("data/README.md", "---\nlicense: M\x00IT\n---\n", "YAML"),
    "a card that is no UTF-8": ("data/README.md", b"# Rows\n\xff\xfe\n", "UTF-8"),
    "DVC with one key twice": ("data/rows.csv.dvc", "deps: []\ndeps: []\n", "twice"),
    "DVC as a bomb": ("data/rows.csv.dvc", BOMB, "aliases"),
    "a data package that is deep": ("data/datapackage.json", "[" * 3_000 + "]" * 3_000, "deep"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_read_is_said_and_states_nothing(name: str) -> None:
    path, text, reason = HOSTILE[name]
    begun = perf_counter()
    found = gathered({path: text})
    assert perf_counter() - begun < 5
    assert found.statements == ()
    (doubt,) = found.doubts
    assert (doubt.at.file, doubt.components, doubt.is_unread) == (path, (DATA,), True)
    assert reason in doubt.reason


def test_what_cannot_be_read_elsewhere_is_of_nothing_that_is_known() -> None:
    (doubt,) = gathered({"docs/croissant.json": '{"@type": '}, HUB).doubts
    assert (doubt.components, doubt.is_unread) == ((), True)


@pytest.mark.parametrize(
    "text", ["{}", "[]", "null", '"x"', "1", "", "[[[]]]", '{"@type": {}}', '{"@type": ["Dataset"]}']
)
@pytest.mark.parametrize(
    "name", ["croissant.json", "datapackage.json", "dataset_infos.json", "rows.csv.dvc", "dvc.yaml"]
)
def test_values_of_other_types_state_nothing(name: str, text: str) -> None:
    assert stated({f"data/{name}": text}) == {}


WRONG = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "path", "url", "a"]), inner),
    max_leaves=6,
)
KEYS = ["creator", "license", "distribution", "citeAs", "name", "url", "conformsTo", "datePublished", "@id", "version"]


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), WRONG), st.sampled_from(["croissant.json", "datapackage.json"]))
def test_any_types_are_read_without_an_exception(changes: dict[str, object], name: str) -> None:
    text = croissant(**changes) if name == "croissant.json" else json.dumps({**changes, "resources": [changes]})
    for item in gathered({f"data/{name}": text}).statements:
        assert item.value.isprintable()


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60), st.sampled_from(["README.md", "rows.csv.dvc", "croissant.json", "dvc.yaml"]))
def test_any_bytes_are_read_without_an_exception(data: bytes, name: str) -> None:
    gathered({f"data/{name}": b'---\nlicense: "@MIT"\n---\n' + data})


def test_text_of_a_document_is_shown_on_one_line_and_bounded() -> None:
    text = croissant(creator="a\nb\u202e" + "x" * 2_000)
    value = stated({"data/croissant.json": text})["creator"]
    assert value.isprintable()
    assert len(value) < 600


def test_a_long_line_of_a_card_takes_no_time() -> None:
    begun = perf_counter()
    gathered({"data/README.md": "# " + "*_" * 200_000 + "\n" + "**" + "a" * 300_000 + "\n## License\nMIT\n"})
    assert perf_counter() - begun < 2


def test_documents_beyond_the_limit_are_said_of_those_that_they_may_be_of() -> None:
    names = [f"dataset:file/x/{number}/rows.csv" for number in range(DOCUMENTS + 2)]
    many = {f"x/{number}/datapackage.json": "{}" for number in range(DOCUMENTS + 2)}
    (doubt,) = gathered(many, *names).doubts
    assert doubt.reason == "2 more documents were not read; 2,000 are"
    assert len(doubt.components) == 2


def test_many_files_and_documents_take_no_time() -> None:
    files = {f"a{number % 300}/{number}/README.md": "## License\nMIT\n" for number in range(20_000)}
    names = [f"dataset:file/a{number % 300}/{number}/rows.csv" for number in range(2_000)]
    begun = perf_counter()
    assert len(gathered(files, *names).statements) == DOCUMENTS
    assert perf_counter() - begun < 20
