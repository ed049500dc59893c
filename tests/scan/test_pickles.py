"""Pickles in all the places and forms in which they come."""

import bz2
import gzip
import io
import lzma
import pickle
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path

import joblib
import numpy
import py7zr
import pytest
from sklearn.ensemble import RandomForestClassifier

from tests.scan.streams import real
from tests.scan.support import evil, rules, seen, told, torch_file, torch_pickle, zipped


@pytest.mark.parametrize("protocol", range(6))
def test_a_call_of_the_system_is_malicious_in_every_protocol(tmp_path: Path, protocol: int) -> None:
    assert told(seen(tmp_path, evil(protocol), "model.weights")) == ("malicious", {"pickle-runs-code"})


@pytest.mark.parametrize("data", real()[:24])
def test_plain_values_are_safe_in_every_protocol(tmp_path: Path, data: bytes) -> None:
    assert told(seen(tmp_path, data)) == ("safe", set())


def _tar(data: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        member = tarfile.TarInfo("inner/data.pkl")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return file.getvalue()


def _sevenzip(data: bytes) -> bytes:
    file = io.BytesIO()
    with py7zr.SevenZipFile(file, "w") as archive:
        archive.writestr(data, "data.pkl")
    return file.getvalue()


def _npy(data: bytes) -> bytes:
    file = io.BytesIO()
    numpy.lib.format.write_array_header_1_0(file, {"descr": "|O", "fortran_order": False, "shape": (1,)})
    return file.getvalue() + data


_AROUND: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
    "zlib": zlib.compress,
    "two gzip streams": lambda data: gzip.compress(b"") + gzip.compress(data),
    "tar": _tar,
    "tar.gz": lambda data: gzip.compress(_tar(data)),
    "7z": _sevenzip,
    "zip": lambda data: zipped({"a/data.pkl": data}),
    "deflated zip": lambda data: zipped({"model": data}, 8),
    "zip in a zip": lambda data: zipped({"inner.zip": zipped({"model": data})}),
    "npz": lambda data: zipped({"arr_0.npy": _npy(data)}),
    "npy": _npy,
    "PyTorch": lambda data: torch_file(archive__data_dot_pkl=data),
    "a second file in PyTorch's": lambda data: torch_file(archive__constants_dot_pkl=data),
    "after a sound stream": lambda data: pickle.dumps([1], 4) + data,
    "before a picture": lambda data: data + b"\x89PNG\r\n\x1a\n",
    "in a zip after other bytes": lambda data: b"\xff" * 100 + zipped({"model": data}),
}


@pytest.mark.parametrize("form", _AROUND)
def test_a_pickle_is_found_wherever_it_lies(tmp_path: Path, form: str) -> None:
    scanned = seen(tmp_path, _AROUND[form](evil()), "picture.png")
    assert scanned.verdict == "malicious"
    assert "pickle-runs-code" in rules(scanned)


@pytest.mark.parametrize("form", [form for form in _AROUND if form not in {"7z", "before a picture"}])
def test_the_same_forms_with_a_sound_pickle_are_not_malicious(tmp_path: Path, form: str) -> None:
    scanned = seen(tmp_path, _AROUND[form](pickle.dumps([1.5, "text"], 4)), "picture.png")
    assert scanned.verdict in {"safe", "not fully scanned"}
    assert not rules(scanned)


def test_the_place_names_the_members_and_the_byte(tmp_path: Path) -> None:
    scanned = seen(tmp_path, zipped({"inner.zip": zipped({"model": b"cos\nsystem\n(S'true'\ntR."})}))
    assert [indicator.where for indicator in scanned.indicators] == ["inner.zip/model, byte 0"]
    assert scanned.format == "zip"


def test_a_file_of_pytorch_is_safe_and_its_tensors_are_weights(tmp_path: Path) -> None:
    scanned = seen(tmp_path, torch_file(), "model.pt")
    assert told(scanned) == ("safe", set())
    assert "weights" in {entry.layer for entry in scanned.coverage}


def test_an_old_file_of_pytorch_is_five_pickles_and_weights(tmp_path: Path) -> None:
    streams = [pickle.dumps(0x1950A86A20F9469CFC6C, 2), pickle.dumps(1001, 2), pickle.dumps({"little_endian": True}, 2)]
    end = pickle.dumps(["0"], 2) + b"\x04" + b"\0" * 7 + b"\0\0\x80\x3f" * 4
    assert told(seen(tmp_path, b"".join([*streams, torch_pickle(), end]))) == ("safe", set())
    assert told(seen(tmp_path, b"".join([*streams, evil(2), end]))) == ("malicious", {"pickle-runs-code"})


def test_a_fitted_model_of_scikit_learn_is_safe_by_pickle_and_by_joblib(tmp_path: Path) -> None:
    fitted = RandomForestClassifier(3, random_state=0).fit(numpy.eye(6), [0, 1, 0, 1, 0, 1])
    assert told(seen(tmp_path, pickle.dumps(fitted))) == ("safe", set())
    for compress in (0, 3, ("xz", 1)):
        joblib.dump(fitted, tmp_path / "model.joblib", compress=compress)
        scanned = seen(tmp_path, (tmp_path / "model.joblib").read_bytes(), "model.bin")
        assert told(scanned) == ("safe", set()), compress


def test_what_hides_in_an_array_of_joblib_is_found(tmp_path: Path) -> None:
    array = numpy.frombuffer((b"cos\nsystem\n(S'true'\ntR." + b"N" * 64)[:64], "u1")
    joblib.dump(array, tmp_path / "model.joblib")
    data = (tmp_path / "model.joblib").read_bytes()
    start = data.index(b"cos\n")
    assert told(seen(tmp_path, data)) == ("safe", set())
    count = next(n for n in range(1, 17) if data[start - n - 1] == n and data[start - n : start] == b"\xff" * n)
    changed = data[: start - count - 1] + bytes([count]) + b"N" * count + data[start:]
    assert "pickle-in-array" in rules(seen(tmp_path, changed))


def test_an_array_of_joblib_that_its_frame_hides_is_told(tmp_path: Path) -> None:
    """Joblib reads the array from behind the frame, and goes on with opcodes in it."""
    joblib.dump(numpy.zeros(8), tmp_path / "model.joblib")
    data = (tmp_path / "model.joblib").read_bytes()
    at = 2 if data[2] != 0x95 else 11
    framed = data[:2] + b"\x95" + (len(data) - at).to_bytes(8, "little") + data[at:]
    assert "pickle-crosses-frame" in rules(seen(tmp_path, framed))


@pytest.mark.parametrize(
    ("name", "data", "rule"),
    [
        ("cut short", evil()[:-10], "pickle-broken"),
        ("an unknown import", b"\x80\x04cmodels.custom\nNet\n)R.", "pickle-unknown-import"),
        ("a name that is put together", b"\x80\x04\x8c\x02os\x8c\x03abc0\x8c\x06system\x93.", "pickle-computed-import"),
        ("a name from a list", b"\x80\x04]\x8c\x02osa0\x8c\x06systemN0\x93.", "pickle-computed-import"),
        ("a name as bytes", b"\x80\x04U\x02osU\x06system\x93.", "pickle-computed-import"),
        ("an extension", b"\x80\x02\x82\x01.", "pickle-computed-import"),
        ("INST", b"(S'true'\nios\nsystem\n.", "pickle-runs-code"),
        ("OBJ", b"(cos\nsystem\nS'true'\no.", "pickle-runs-code"),
        ("a dotted name", b"\x80\x04\x8c\x08builtins\x8c\x0edict.__class__\x93.", "pickle-runs-code"),
        ("a name of Python 2", b"c__builtin__\nexecfile\n(S'x'\ntR.", "pickle-runs-code"),
        ("a call before a broken import", b"cos\nsystem\n(S'true'\ntRc\xff%\n$\n.", "pickle-runs-code"),
        ("bytes after the end", pickle.dumps([1], 4) + b"\xde\xad\xbe\xef", "pickle-trailing"),
        ("a second stream without a protocol", b"\x80\x04N.cos\nsystem\n.", "pickle-runs-code"),
        ("a frame that ends in a name", b"\x80\x04\x95\x0b" + b"\0" * 7 + b"c__torch__.os\nsystem\n.", "pickle-crosses-frame"),
        ("memory given out twice", b"\x80\x04\x8c\x0bcollections\x940\x8c\x02osq\0000h\0\x8c\x06system\x93.", "pickle-computed-import"),
    ],
)  # fmt: skip
def test_ways_around_a_scan_are_told(tmp_path: Path, name: str, data: bytes, rule: str) -> None:
    assert rule in rules(seen(tmp_path, data)), name


def test_a_long_text_of_opcodes_does_not_hide_an_import_behind_it(tmp_path: Path) -> None:
    data = b"(" + b"I1\n0" * 400_000 + b"cos\nsystem\n(S'true'\ntR."
    assert told(seen(tmp_path, data, "notes.txt")) == ("malicious", {"pickle-runs-code"})


@pytest.mark.parametrize(
    "text", ["import os\nimport sys\n", "cat\ndog\nelephant\n", "Notes on a model.\n", "in\nthe\nof\n"]
)
def test_texts_are_no_pickles(tmp_path: Path, text: str) -> None:
    assert told(seen(tmp_path, text.encode(), "vocab.txt")) == ("safe", set())


@pytest.mark.parametrize(
    "descr", ["|O", "O", "object", "i4,O", [("a", "<i4"), ("b", "O8")], ("|O", (2,)), [("a", [("b", "O")])]]
)
def test_every_way_to_write_objects_of_numpy_is_followed(tmp_path: Path, descr: object) -> None:
    text = repr({"descr": descr, "fortran_order": False, "shape": (1,)}).encode() + b"\n"
    data = b"\x93NUMPY\x01\0" + len(text).to_bytes(2, "little") + text + evil()
    assert "pickle-runs-code" in rules(seen(tmp_path, data))


@pytest.mark.parametrize("kind", ["f4", "<i8", "S5", "U7", "M8[ns]", "?", "c16", [("a", "<i4"), ("b", "<f8", (2,))]])
def test_arrays_of_numpy_are_safe(tmp_path: Path, kind: object) -> None:
    numpy.save(tmp_path / "a.npy", numpy.zeros(3, dtype=kind))  # type: ignore[call-overload]  # each kind is one
    assert told(seen(tmp_path, (tmp_path / "a.npy").read_bytes())) == ("safe", set())


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_pickle_behind_many_others_in_texts_is_seen(tmp_path: Path, protocol: int) -> None:
    data = pickle.dumps([*(pickle.dumps(f"text {number}") for number in range(200)), evil()], protocol)
    assert told(seen(tmp_path, data)) == ("malicious", {"pickle-inside"})


def test_more_places_than_are_looked_at_are_no_clean_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supplychain.scan.pickles.inner._MOST", 100)
    found = seen(tmp_path, pickle.dumps([pickle.dumps(f"text {number}") for number in range(200)]))
    assert (found.verdict, "100 places or more" in found.problem) == ("not fully scanned", True)
