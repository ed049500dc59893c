"""Raw values that a file beside them describes: by models of ONNX, by indexes of TensorFlow, and in archives of torch.export."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from onnx import TensorProto, helper

from supplychain.model.scan import NO_FORMAT, Scanned
from supplychain.scan.beside import MOST, Files
from supplychain.scan.engine import scan
from supplychain.scan.pool import Job, scan_all
from tests.scan.support import evil, rules, seen, told, zipped
from tests.scan.test_carving import elf, hidden, weights

_COUNT = 4000
_SOUND = weights("F32", _COUNT).tobytes()
_ELF = _SOUND[:404] + elf() + _SOUND[404 + len(elf()) :]
_LOW = hidden("F32", elf(), 8, "low", 1003, _COUNT)


@dataclass(frozen=True)
class Place:
    """What a description says of one tensor of 32-bit numbers."""

    offset: int = 0
    count: int = _COUNT
    length: int | None = None


def onnx_model(*places: Place, location: str = "model.onnx.data") -> bytes:
    """Return a model whose tensors lie in another file."""
    tensors = []
    for number, place in enumerate(places):
        tensor = TensorProto(name=f"w{number}", data_type=TensorProto.FLOAT, dims=[place.count])
        tensor.data_location = TensorProto.EXTERNAL
        length = 4 * place.count if place.length is None else place.length
        for key, value in (("location", location), ("offset", place.offset), ("length", length)):
            tensor.external_data.add(key=key, value=str(value))
        tensors.append(tensor)
    graph = helper.make_graph([helper.make_node("Relu", ["w0"], ["y"])], "graph", [], [], tensors)
    data: bytes = helper.make_model(graph).SerializeToString()
    return data


def varint(number: int) -> bytes:
    """Return a number as tables and messages have it."""
    found = b""
    while number > 127:
        found, number = found + bytes([number & 127 | 128]), number >> 7
    return found + bytes([number])


def table(entries: Mapping[bytes, bytes]) -> bytes:
    """Return a table of one block of data, by hand."""

    def block(some: Mapping[bytes, bytes]) -> bytes:
        held = b"".join(b"\0" + varint(len(key)) + varint(len(value)) + key + value for key, value in some.items())
        return held + struct.pack("<II", 0, 1)

    data, handles = b"", []
    for some in (block(entries), block({})):
        handles.append(varint(len(data)) + varint(len(some)))
        data += some + bytes(5)
    index = block({b"z": handles[0]})
    handles.append(varint(len(data)) + varint(len(index)))
    footer = (handles[1] + handles[2]).ljust(40, b"\0") + (0xDB4775248B80FB57).to_bytes(8, "little")
    return data + index + bytes(5) + footer


def bundle_index(*places: Place, header: bytes = b"\x08\x01\x1a\x02\x08\x01") -> bytes:
    """Return the index of a checkpoint of TensorFlow."""
    entries = {b"": header}
    for number, place in enumerate(places):
        dim = b"\x08" + varint(place.count)
        shape = b"\x12" + varint(len(dim)) + dim
        length = 4 * place.count if place.length is None else place.length
        place_and_size = b"\x20" + varint(place.offset) + b"\x28" + varint(length)
        entries[b"w%d" % number] = b"\x08\x01\x12" + varint(len(shape)) + shape + place_and_size + b"\x35abcd"
    return table(entries)


def exported(*places: Place, pickled: bool = False, path: str = "weight_0") -> bytes:
    """Return the JSON of an archive of torch.export that describes a member."""
    config: dict[str, Any] = {}
    for number, place in enumerate(places):
        meta = {
            "dtype": 7,
            "sizes": [{"as_int": place.count}],
            "strides": [{"as_int": 1}],
            "storage_offset": {"as_int": place.offset // 4},
            "layout": 7,
        }
        config[f"w{number}"] = {"path_name": path, "is_param": True, "use_pickle": pickled, "tensor_meta": meta}
    return json.dumps({"config": config}).encode()


ONNX = ("model.onnx", onnx_model, "model.onnx.data")
BUNDLE = ("variables.index", bundle_index, "variables.data-00000-of-00001")
BOTH = pytest.mark.parametrize(("describing", "make", "name"), [ONNX, BUNDLE], ids=["ONNX", "TensorFlow"])


def beside(folder: Path, data: bytes, name: str, **others: bytes) -> Scanned:
    """Return what is seen of a file beside others, whose names have `__` for a dot."""
    for other, held in others.items():
        (folder / other.replace("__", ".")).write_bytes(held)
    return seen(folder, data, name)


@BOTH
@pytest.mark.parametrize(
    ("data", "places", "expected"),
    {
        "as it should be": (_SOUND, [Place()], ("safe", set())),
        "two, aligned": (_SOUND[:8] + bytes(56) + _SOUND[:40], [Place(0, 2), Place(64, 10)], ("safe", set())),
        "the same bytes twice": (_SOUND, [Place(), Place()], ("safe", set())),
        "a program": (_ELF, [Place()], ("malicious", {"executable-in-weights"})),
        "a program in low bits": (_LOW, [Place()], ("malicious", {"executable-in-weights"})),
        "a tail": (_SOUND + b"\1" * 64, [Place()], ("not fully scanned", set())),
        "a tail of zeros": (_SOUND + bytes(64), [Place()], ("safe", set())),
        "a program as a tail": (_SOUND + elf(), [Place()], ("malicious", {"executable-in-weights"})),
        "a part left out": (_SOUND, [Place(0, 100), Place(800, _COUNT - 200)], ("not fully scanned", set())),
        "cut short": (_SOUND[:-1], [Place()], ("malicious", {"tensor-out-of-bounds"})),
        "beyond its end": (_SOUND, [Place(1 << 40)], ("malicious", {"tensor-out-of-bounds"})),
        "another length": (_SOUND, [Place(0, _COUNT, 8)], ("malicious", {"tensor-out-of-bounds"})),
        "one over another": (_SOUND, [Place(), Place(4, 100)], ("review", {"tensors-overlap"})),
        "a value that is no number": (b"\0\0\xc0\x7f" * _COUNT, [Place()], None),
    }.values(),
)
def test_values_are_looked_at_where_a_file_beside_them_describes_them(
    tmp_path: Path, describing: str, make: Any, name: str, data: bytes, places: list[Place], expected: Any
) -> None:
    (tmp_path / describing).write_bytes(make(*places))
    found = seen(tmp_path, data, name)
    assert found.beside
    if expected is None:
        assert "nan-in-weights" in {one.rule for one in found.indicators}
    else:
        assert told(found) == expected, found.problem


@BOTH
def test_coverage_says_what_described_them(tmp_path: Path, describing: str, make: Any, name: str) -> None:
    (tmp_path / describing).write_bytes(make(Place()))
    found = seen(tmp_path, _SOUND, name)
    looked = {entry.layer: (entry.state, entry.bytes) for entry in found.coverage}
    assert found.format.startswith("raw tensors of ")
    assert looked == dict.fromkeys([found.format, "values", "carving"], ("ran", len(_SOUND)))


@BOTH
def test_a_file_of_another_name_or_folder_describes_nothing(
    tmp_path: Path, describing: str, make: Any, name: str
) -> None:
    def is_unknown(found: Scanned) -> bool:
        return (found.verdict, found.problem) == ("not fully scanned", f"plain: {NO_FORMAT}")

    assert is_unknown(seen(tmp_path, _SOUND, name)), "nothing lies beside it"
    (tmp_path / describing).write_bytes(make(Place()))
    assert is_unknown(seen(tmp_path, _SOUND, "other.data"))
    inner = tmp_path / "inner"
    inner.mkdir()
    assert is_unknown(seen(inner, _SOUND, name))
    (inner / describing).symlink_to(tmp_path / describing)
    assert is_unknown(seen(inner, _SOUND, name)), "a link is not followed"
    (inner / describing).unlink()
    (inner / describing).write_bytes(make(Place())[:-9])
    assert is_unknown(seen(inner, _SOUND, name)), "half a description is none"


@pytest.mark.parametrize("location", ["../model.onnx.data", "inner/model.onnx.data", "/model.onnx.data", ""])
def test_a_location_in_another_folder_describes_nothing(tmp_path: Path, location: str) -> None:
    found = beside(tmp_path, _SOUND, "model.onnx.data", model__onnx=onnx_model(Place(), location=location))
    assert found.verdict == "not fully scanned"


def test_what_has_a_form_of_its_own_is_read_by_it_whatever_describes_it(tmp_path: Path) -> None:
    model = onnx_model(Place(0, len(evil()) // 4))
    assert told(beside(tmp_path, evil(), "model.onnx.data", model__onnx=model)) == ("malicious", {"pickle-runs-code"})


def test_of_a_folder_of_many_files_the_likely_ones_are_asked(tmp_path: Path) -> None:
    for number in range(2 * MOST):
        (tmp_path / f"a{number}").write_bytes(b"\xff\0" * 9)
    assert told(beside(tmp_path, _SOUND, "model.onnx.data", model__onnx=onnx_model(Place()))) == ("safe", set())


@pytest.mark.parametrize(
    "header",
    [b"\x08\x01\x10\x01", b"", b"\x08\x00", b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f"],
    ids=["high byte first", "no header", "no file", "too many files"],
)
def test_a_header_of_an_index_that_cannot_be_followed_describes_nothing(tmp_path: Path, header: bytes) -> None:
    index = bundle_index(Place(), header=header)
    found = beside(tmp_path, _SOUND, "variables.data-00000-of-00001", variables__index=index)
    assert found.verdict == "not fully scanned"


def test_an_index_is_read_to_its_end_and_holds_nothing_else(tmp_path: Path) -> None:
    index = bundle_index(Place())
    found = seen(tmp_path, index)
    assert (*told(found), found.format) == ("safe", set(), "TensorFlow bundle")
    footer = index[-48:]
    assert seen(tmp_path, index[:-48] + b"more" + footer).verdict == "not fully scanned"
    assert seen(tmp_path, index[: -48 - 30] + footer).verdict == "not fully scanned"
    inside = table({b"": b"\x08\x01", b"w": b"\x08\x01" + elf()})
    assert told(seen(tmp_path, inside)) == ("malicious", {"executable-in-weights"})


@pytest.mark.parametrize("at", range(0, 48, 3))
def test_a_broken_index_ends(tmp_path: Path, at: int) -> None:
    index = bytearray(bundle_index(Place()))
    index[-48 + at] ^= 0xFF
    assert seen(tmp_path, bytes(index)).verdict in {"safe", "not fully scanned"}, "padding may be anything"


def _pt2(config: bytes, weight: bytes = _SOUND, folder: str = "data/weights") -> bytes:
    return zipped({f"m/{folder}/weight_0": weight, "m/data/weights/model_weights_config.json": config})


@pytest.mark.parametrize(
    ("data", "expected"),
    {
        "as it should be": (_pt2(exported(Place())), ("safe", set())),
        "two of one storage": (_pt2(exported(Place(400, _COUNT - 100), Place(0, 100))), ("safe", set())),
        "a program": (_pt2(exported(Place()), _ELF), ("malicious", {"executable-in-weights"})),
        "a program in low bits": (_pt2(exported(Place()), _LOW), ("malicious", {"executable-in-weights"})),
        "cut short": (_pt2(exported(Place()), _SOUND[:-4]), ("malicious", {"tensor-out-of-bounds"})),
        "a tail": (_pt2(exported(Place(0, 10))), ("not fully scanned", set())),
        "a gap": (_pt2(exported(Place(0, 10), Place(80, _COUNT - 20))), ("not fully scanned", set())),
        "elsewhere": (_pt2(exported(Place()), folder="data/other"), ("not fully scanned", set())),
        "by a path": (_pt2(exported(Place(), path="../weights/weight_0")), ("not fully scanned", set())),
        "pickled": (_pt2(exported(Place(), pickled=True)), ("not fully scanned", set())),
        "no config": (_pt2(b'{"config": {"w": 1}}'), ("not fully scanned", set())),
        "a pickle": (_pt2(exported(Place(0, len(evil()) // 4)), evil()), ("malicious", {"pickle-runs-code"})),
    }.values(),
)
def test_archives_of_torch_export(tmp_path: Path, data: bytes, expected: tuple[str, set[str]]) -> None:
    found = seen(tmp_path, data)
    assert told(found) == expected, found.problem
    assert not found.beside, "the archive holds all that it rests on"


def test_a_description_in_an_archive_speaks_of_its_own_folder_alone(tmp_path: Path) -> None:
    model = onnx_model(Place())
    inside = {"a/model.onnx": model, "a/model.onnx.data": _SOUND}
    assert told(seen(tmp_path, zipped(inside))) == ("safe", set())
    (tmp_path / "model.onnx").write_bytes(model)
    alone = seen(tmp_path, zipped({"model.onnx.data": _SOUND}))
    assert (alone.verdict, alone.beside) == ("not fully scanned", False), (
        "what lies beside the archive is no part of it"
    )
    tail = onnx_model(Place(), location="what follows the archive")
    assert seen(tmp_path, zipped({"model.onnx": tail}) + _SOUND).verdict == "not fully scanned"


def test_names_may_be_those_of_a_cache(tmp_path: Path) -> None:
    data, model = tmp_path / "aaa", tmp_path / "bbb"
    data.write_bytes(_SOUND)
    model.write_bytes(onnx_model(Place()))
    files = Files.of("model.onnx.data", [("model.onnx", str(model)), ("model.onnx.data", str(data))])
    assert scan(str(data)).verdict == "not fully scanned"
    assert scan(str(data), beside=files).verdict == "safe"
    jobs = [Job(str(data), "one", files), Job(str(data), "two", Files("model.onnx.data")), Job(str(data), "three")]
    assert [one.verdict for one in scan_all(jobs)] == ["safe", *["not fully scanned"] * 2]


def _fingerprint(*changed: bytes) -> bytes:
    held = (b"\x08\xa7\xd3\x02", b"\x10\x05", b"\x18\x07", b"\x20\x09", b"2\x02\x08\x04", b":\x0542297")
    return b"".join(changed or held)


def test_a_fingerprint_of_a_saved_model(tmp_path: Path) -> None:
    found = seen(tmp_path, _fingerprint(), "fingerprint.pb")
    assert (*told(found), found.format) == ("safe", set(), "SavedModel fingerprint")


@pytest.mark.parametrize(
    "data",
    [
        _fingerprint()[:-1],
        _fingerprint() + b"\x08\x01",
        _fingerprint(b"\x08\x01", b"2\x02\x08\x04", b":\x04" + b"\xff\0\xfe\1"),
        _fingerprint(b"\x08\x01", b"2\x06" + b"\x22\x04" + b"\xff\0\xfe\1"),
        _fingerprint(b"\x08\x01", b"2\x02\x08\x04", b"B\x04" + b"\xff\0\xfe\1"),
        _fingerprint(b"\x08\x01", b"2\x02\x08\x04", b":\x7f" + b"4" * 127),
    ],
    ids=["cut short", "a field twice", "an id that is none", "a version that is none", "another field", "a long id"],
)
def test_what_is_no_fingerprint_is_not_taken_for_one(tmp_path: Path, data: bytes) -> None:
    found = seen(tmp_path, data, "fingerprint.pb")
    assert (found.verdict, rules(found)) == ("not fully scanned", set())
