"""Requirement 4.3 over whole targets: the bytes of datasets against what was recorded of them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from supplychain.model.finding import Outcome
from tests.acceptance.breaks import Change, adopt_inventory
from tests.acceptance.bytes import Bytes, cut, flip, forget, in_cache
from tests.acceptance.sources import BANKING, NEW_DATASET
from tests.support import BuiltTarget, Outcomes, run_suite

CACHED = "datasets--mteb--banking77"
ROWS = "data/train-00000-of-00001.parquet"
LOADED = "train/train_intent.py:15"
LISTED = {"a.csv": b"id,text\n1,one\n", "b.csv": b"id,text\n2,two\n"}


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def tracked(lies: dict[str, bytes], listed: dict[str, bytes] = LISTED) -> Change:
    """Return the change that adds a folder of rows which DVC tracks."""
    text = json.dumps([{"md5": md5(content), "relpath": name} for name, content in listed.items()]).encode()
    name = md5(text)

    def apply(built: BuiltTarget) -> None:
        built.plant("train/rows.dvc", f"outs:\n- md5: {name}.dir\n  nfiles: {len(listed)}\n  path: rows\n")
        built.plant(f".dvc/cache/files/md5/{name[:2]}/{name[2:]}.dir", text)
        for path, content in lies.items():
            built.plant(f"train/rows/{path}", content)
        adopt_inventory(built)

    return apply


def described(sha256: str) -> Change:
    """Return the change that adds a dataset with a Croissant description, whose MD5 is right."""
    content = LISTED["a.csv"]
    file = {"@type": "cr:FileObject", "contentUrl": "a.csv", "sha256": sha256, "md5": md5(content)}
    conforms = "http://mlcommons.org/croissant/1.0"
    root = {"@type": "sc:Dataset", "name": "planted", "conformsTo": conforms, "distribution": [file]}

    def apply(built: BuiltTarget) -> None:
        built.plant("train/planted/croissant.json", json.dumps(root, indent=1)).plant("train/planted/a.csv", content)
        adopt_inventory(built)

    return apply


def packaged(sha256: str) -> Change:
    """Return the change that adds a file of rows in a data package, which states a hash of it."""
    content = LISTED["a.csv"]
    package = {"name": "planted", "version": "1.0.0", "resources": [{"path": "rows.csv", "hash": f"sha256:{sha256}"}]}

    def apply(built: BuiltTarget) -> None:
        built.plant("train/planted/datapackage.json", json.dumps(package, indent=1))
        built.plant("train/planted/rows.csv", content)
        built.plant("train/more.py", 'import pandas\n\nROWS = pandas.read_csv("train/planted/rows.csv")\n')
        adopt_inventory(built)

    return apply


def reads(code: str) -> Change:
    """Return the change that adds code that reads data."""

    def apply(built: BuiltTarget) -> None:
        built.plant("train/more.py", code)
        adopt_inventory(built)

    return apply


CROISSANT, DVC = "dataset:croissant/planted", "dataset:file/train/rows"
PACKAGED = "dataset:file/train/planted/rows.csv"
WRONG = [
    Bytes("one byte of the rows is another", "mismatch", in_cache(CACHED, ROWS, flip), BANKING, LOADED, (ROWS,)),
    Bytes("rows were removed at the end", "truncated", in_cache(CACHED, ROWS, cut), BANKING, LOADED, ("cut off",)),
    Bytes(
        "a file was put beside the rows",
        "unlisted",
        in_cache(CACHED, "data/more.parquet", lambda path: path.write_bytes(b"planted")),
        BANKING,
        LOADED,
        ("data/more.parquet", "the hub's list of commit"),
    ),
    Bytes("nothing of it is at hand", "absent", forget(CACHED), BANKING, LOADED, ("fetch=on",)),
]
NEW = [
    ("a file more than DVC lists", tracked({**LISTED, "c.csv": b"x,y\n"}), DVC, "unlisted", "train/rows.dvc:2"),
    ("a file less than DVC lists", tracked({"a.csv": LISTED["a.csv"]}), DVC, "removed", "train/rows.dvc:2"),
    ("a row less than DVC recorded", tracked({**LISTED, "b.csv": b"id,text\n"}), DVC, "mismatch", "train/rows.dvc:2"),
    ("MD5 alone", tracked(LISTED), DVC, "md5-only", "train/rows.dvc:2"),
    (
        "a wrong SHA-256 beside a right MD5",
        described("0" * 64),
        CROISSANT,
        "mismatch",
        "train/planted/croissant.json:9",
    ),
    ("a SHA-256 that is cut", described("0" * 12), CROISSANT, "malformed-hash", "train/planted/croissant.json:9"),
    (
        "a data package that states another hash",
        packaged("0" * 64),
        PACKAGED,
        "mismatch",
        "train/more.py:3",
    ),
    (
        "a data package with a hash that is cut",
        packaged("0" * 63),
        PACKAGED,
        "malformed-hash",
        "train/more.py:3",
    ),
    (
        "a stream without a pin",
        reads('from datasets import load_dataset\n\nROWS = load_dataset("mteb/more", streaming=True)\n'),
        "dataset:huggingface/mteb/more",
        "unpinned",
        "train/more.py:3",
    ),
    (
        "a remote read without a hash",
        reads('import pandas\n\nROWS = pandas.read_csv("https://a.example/rows.csv")\n'),
        "dataset:url/a.example/rows.csv",
        "unpinned",
        "train/more.py:3",
    ),
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_the_sound_target_broken_in_one_place(
    wrong: Bytes, target: BuiltTarget, sound: Outcomes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong.check("4.3", target, sound, tmp_path, monkeypatch)


@pytest.mark.parametrize(("name", "change", "component", "rule", "at"), NEW, ids=[way[0] for way in NEW])
def test_a_dataset_that_was_not_there(
    name: str, change: Change, component: str, rule: str, at: str, target: BuiltTarget, sound: Outcomes
) -> None:
    change(target)
    found = run_suite(target)
    rows = [row for row in found["4.3"].observations if row.component == component]
    worst = [row for row in rows if row.rule == rule]
    assert [str(row.at) for row in worst[:1]] == [at], [(row.rule, str(row.at)) for row in rows]
    assert worst[0].remedy
    assert {row.rule for row in rows} <= {rule, "md5-only"}
    assert {row.component for row in found["4.3"].observations if row.outcome is not Outcome.PASS} == {component}
    assert found.unlike(sound) - NEW_DATASET <= {
        "4.3",
        "4.5",
        "10.2",
        "10.3",
        "10.5",
        "5.1",
        "5.2",
        "5.3",
        "5.4",
        "5.5",
    }


def test_the_word_signatures_asks_for_more(target: BuiltTarget) -> None:
    found = run_suite(target, words={"4.3": ("checksums", "signatures")})["4.3"]
    assert {row.rule for row in found.observations} <= {"unsigned", "signature-unknown"}
    assert found.canaries is not None
    assert found.canaries.missed == ()
