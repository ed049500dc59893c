"""Files with data that the target carries: by format and size, and where a format could be anything, by folder."""

from __future__ import annotations

import pytest

from supplychain.discovery.data_files import data_format
from supplychain.model.component import Kind
from tests.discovery.support import look

ROWS = b'{"text": "x", "label": 1}\n' * 4_000
TABLE = b"text,label\n" + b"x,1\n" * 20_000


@pytest.mark.parametrize(
    ("path", "content", "form"),
    [
        ("files/a.csv", TABLE, "CSV"),
        ("files/a.jsonl", ROWS, "JSON lines"),
        ("files/a.parquet", b"PAR1" + bytes(60_000), "Parquet"),
        ("data/a.json", b"[\n  {\n" + b" " * 60_000, "JSON rows"),
        ("my_datasets/a.txt", b"once upon a time\n" * 4_000, "text"),
        ("benchmark_texts/a.txt", b"once upon a time\n" * 4_000, "text"),
        ("train/x.npz", b"PK\x03\x04" + bytes(60_000), "zipped arrays"),
        ("lib/assets/x.npz", b"PK\x03\x04" + bytes(60_000), "zipped arrays"),
        ("lib/assets/x.npy", b"\x93NUMPY" + bytes(60_000), "NumPy"),
        ("data/x.xlsx", b"PK\x03\x04" + bytes(60_000), "zipped tables"),
    ],
)
def test_a_file_with_data_is_known_by_its_form(path: str, content: bytes, form: str) -> None:
    known = data_format(path, len(content), content[:256])
    assert known is not None
    assert known.name == form
    (found,) = (r for r in look({path: content}).references if r.component.kind is Kind.DATASET)
    assert (found.component.id, found.call) == (f"dataset:file/{path}", form)
    assert found.checksum is not None
    assert found.checksum.startswith("sha256:")
    assert found.at.line == (1 if known.line else None)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("files/small.csv", TABLE[:40_000]),
        ("files/a.parquet", bytes(60_000)),
        ("files/a.csv", bytes(60_000)),
        ("web/messages.json", b"[\n  {\n" + b" " * 60_000),
        ("docs/story.txt", b"once upon a time\n" * 4_000),
        ("data/map.json", b'{"a": 1,' + b" " * 60_000),
        ("web/x.xlsx", b"PK\x03\x04" + bytes(60_000)),
        ("lib/assets/x.npz", b"PK\x03\x04" + bytes(40_000)),
        ("data/picture.png", b"\x89PNG" + bytes(60_000)),
    ],
)
def test_other_files_are_none(path: str, content: bytes) -> None:
    assert data_format(path, len(content), content[:256]) is None
