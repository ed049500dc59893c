"""UBJSON as XGBoost writes it, and what claims to be it: counts, lengths and nesting that nobody believes."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain.scan import ubjson
from supplychain.scan.engine import DEFAULT
from supplychain.scan.interface import Limits, Report, StoppedError
from supplychain.scan.source import BytesReader
from tests.scan.support import rules, seen, told
from tests.scan.test_carving import elf


def text(value: str, *, key: bool = False) -> bytes:
    return (b"" if key else b"S") + b"L" + struct.pack(">q", len(value.encode())) + value.encode()


def made(**entries: bytes) -> bytes:
    """Return an object."""
    return b"{" + b"".join(text(name, key=True) + value for name, value in entries.items()) + b"}"


def numbers(*values: float) -> bytes:
    return b"[$d#L" + struct.pack(f">q{len(values)}f", len(values), *values)


def model(name: str = "a feature", **more: bytes) -> bytes:
    """Return a model with the parts that XGBoost writes."""
    tree = made(
        base_weights=numbers(0.5, -0.25), default_left=b"[$U#L" + struct.pack(">q", 2) + b"\0\1", id=b"l\0\0\0\1"
    )
    learner = made(
        feature_names=b"[#L" + struct.pack(">q", 1) + text(name), trees=b"[" + tree + tree + b"]", empty=b"{}"
    )
    return made(learner=learner, version=b"[i\3i\0i\0]", **more)


def test_a_model_of_xgboost_is_safe(tmp_path: Path) -> None:
    found = seen(tmp_path, model(), "model.ubj")
    assert (*told(found), found.format) == ("safe", set(), "UBJSON: XGBoost")
    other = seen(
        tmp_path, made(a=b"T", b=b"Z", c=b"Hi\x0512345", d=b"Ca", e=b"[NNi\1N]", f=b"[$[#i\2#i\1i\1]"), "a.ubj"
    )
    assert (*told(other), other.format) == ("safe", set(), "UBJSON")


@pytest.mark.parametrize(
    ("data", "expected"),
    {
        "code": (model("__import__('os').system('true')"), ("review", {"metadata-holds-code"})),
        "a template": (model("{{ x.__class__.__base__ }}"), ("malicious", {"template-reaches-out"})),
        "code in a key": (model(more=made(**{"eval(": b"Z"})), ("review", {"metadata-holds-code"})),
        "a program": (
            model(more=b"[$U#L" + struct.pack(">q", len(elf())) + elf()),
            ("malicious", {"executable-in-weights"}),
        ),
        "bytes after it": (model() + b"\0", ("not fully scanned", set())),
        "cut short": (model()[:-1], ("not fully scanned", set())),
        "cut in an array": (model()[:90], ("not fully scanned", set())),
        "no such type": (made(learner=b"?"), ("not fully scanned", set())),
        "no UTF-8": (made(learner=b"Si\2\xff\xff"), ("not fully scanned", set())),
        "a type without a count": (made(learner=b"[$dl\0\0\0\1"), ("not fully scanned", set())),
        "a length that is a text": (made(learner=b"[#Si\1a"), ("not fully scanned", set())),
        "a negative count": (made(learner=b"[#i\xff"), ("not fully scanned", set())),
        "a negative length": (made(learner=b"SL" + b"\xff" * 8), ("not fully scanned", set())),
        "a count of numbers": (made(learner=b"[$d#L\x7f" + b"\xff" * 7), ("not fully scanned", set())),
        "a count of nothing": (made(learner=b"[$T#L\x7f" + b"\xff" * 7), ("not fully scanned", set())),
        "a count of objects": (made(learner=b"{#L\x7f" + b"\xff" * 7), ("not fully scanned", set())),
        "a count of counts": (made(learner=b"[$[#i\x40" + b"#L\x7f" + b"\xff" * 7), ("not fully scanned", set())),
        "a length": (made(learner=b"SL\x7f" + b"\xff" * 7), ("not fully scanned", set())),
        "nesting": (made(learner=b"[" * 100_000), ("not fully scanned", set())),
        "nesting by type": (made(learner=b"[$[#i\1" * 1000), ("not fully scanned", set())),
    }.values(),
)
def test_what_is_no_sound_model_is_told(tmp_path: Path, data: bytes, expected: tuple[str, set[str]]) -> None:
    found = seen(tmp_path, data)
    assert told(found)[0] == expected[0], found.problem
    assert expected[1] <= rules(found)
    assert found.format.startswith("UBJSON")


def test_many_values_take_their_time_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ubjson, "_MOST", 1000)
    found = seen(tmp_path, made(learner=b"[" + b"Z" * 2000 + b"]"))
    assert (found.verdict, "more than 1,000 values" in found.problem) == ("not fully scanned", True)


@pytest.mark.parametrize(
    "words", ["{identity of the model} is told elsewhere", "{Location}", '{"a": 1}', "{image}" * 40, "{}"]
)
def test_text_is_not_taken_for_it(tmp_path: Path, words: str) -> None:
    found = seen(tmp_path, words.encode(), "notes.txt")
    assert (found.verdict, found.format) == ("safe", "plain")


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=80), st.integers(0, 200))
def test_whatever_stands_there_ends(junk: bytes, at: int) -> None:
    data = model()
    reader = BytesReader("model.ubj", data[:at] + junk + data[at + len(junk) :])
    report = Report(Limits() if at else DEFAULT)
    try:
        ubjson.scan(reader, report)
    except StoppedError:
        return
    assert report.coverage["UBJSON"].bytes == reader.size
