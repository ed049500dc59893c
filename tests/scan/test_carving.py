"""Programs and archives that hide in weights, each at a place of its own."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

from supplychain.scan.interface import Limits, Report, Tensor  # noqa: E402 - what follows needs NumPy
from supplychain.scan.needles import Order, pieces  # noqa: E402
from supplychain.scan.source import BytesReader  # noqa: E402
from supplychain.scan.values import consumers  # noqa: E402

_VIEWS = {"F32": "<u4", "F64": "<u8", "F16": "<u2", "BF16": "<u2"}


def elf(order: str = "<", wide: bool = True) -> bytes:
    """Return the header of a program for Linux, and nothing that could run."""
    ident = b"\x7fELF" + bytes((2 if wide else 1, 1 if order == "<" else 2, 1)) + bytes(9)
    if wide:
        return ident + struct.pack(order + "HHIQQQIHHHHHH", 2, 62, 1, 0, 64, 0, 0, 64, 56, 0, 64, 0, 0)
    return ident + struct.pack(order + "HHIIIIIHHHHHH", 2, 3, 1, 0, 52, 0, 0, 52, 32, 0, 40, 0, 0)


def pe(at: int = 0x80) -> bytes:
    """Return both headers of a program for Windows, and nothing that could run."""
    return (b"MZ" + bytes(58) + struct.pack("<I", at)).ljust(at, b"\1") + b"PE\0\0" + struct.pack("<HH", 0x8664, 0)


def archive() -> bytes:
    """Return a zip archive of one member."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as found:
        found.writestr("a.txt", b"nothing")
    return file.getvalue()


PAYLOADS = {"ELF": elf(), "PE": pe(), "ZIP": archive()}


def weights(dtype: str, count: int, seed: int = 0) -> Any:
    """Return values that are spread as those of a layer are, as their bits."""
    values = np.random.default_rng(seed).standard_normal(count) * 0.02
    if dtype == "BF16":
        return (values.astype("<f4").view("<u4") >> 16).astype("<u2")
    return values.astype(_VIEWS[dtype].replace("u", "f")).view(_VIEWS[dtype])


def hidden(dtype: str, payload: bytes, width: int, order: Order, at: int, count: int = 20_000) -> bytes:
    """Return weights that carry a payload in the low bits of their values, from one of them on."""
    values = weights(dtype, count)
    if width == 16:
        some = np.frombuffer(payload + bytes(len(payload) % 2), "<u2" if order == "low" else ">u2")
    else:
        some = np.array(pieces(payload, width, order))
    mask = (1 << width) - 1
    part = values[at : at + len(some)]
    values[at : at + len(some)] = part - (part & mask) + some.astype(values.dtype)
    return bytes(values.tobytes())


def searched(data: bytes, dtype: str, start: int = 64, chunk: int = 1 << 22) -> Report:
    """Return what is told of one tensor, where an artifact is read in chunks of a length."""
    reader, report = BytesReader("model", bytes(start) + data), Report(Limits())
    report.tensors = [Tensor("layer", dtype, (len(data),), start, len(data))]
    return fed(reader, report, chunk)


def fed(reader: BytesReader, report: Report, chunk: int = 1 << 22) -> Report:
    """Return what is told of an artifact whose tensors are known."""
    looking = consumers(reader, report)
    for at in range(0, reader.size, chunk):
        for one in looking:
            one.update(at, memoryview(reader.data[at : at + chunk]))
    for one in looking:
        one.finish(report)
    return report


def rules(report: Report) -> list[str]:
    """Return what was told, other than notes."""
    return [one.rule for one in report.indicators if one.verdict != "note"]


@pytest.mark.parametrize("kind", PAYLOADS)
@pytest.mark.parametrize("order", ["low", "high"])
@pytest.mark.parametrize("width", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("dtype", _VIEWS)
def test_a_payload_in_low_bits_is_found(dtype: str, width: int, order: Order, kind: str) -> None:
    report = searched(hidden(dtype, PAYLOADS[kind], width, order, 1234), dtype)
    assert rules(report)[-1:] == ["archive-in-weights" if kind == "ZIP" else "executable-in-weights"]
    assert report.indicators[-1].says.startswith(f"{kind} in ")
    assert report.indicators[-1].where.startswith("layer, byte ")


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_payload_is_found_at_any_start_however_the_file_is_read(data: st.DataObject) -> None:
    dtype = data.draw(st.sampled_from(sorted(_VIEWS)))
    width = data.draw(st.sampled_from([1, 2, 4, 8, 16]))
    kind = data.draw(st.sampled_from(sorted(PAYLOADS)))
    carried = hidden(
        dtype, PAYLOADS[kind], width, data.draw(st.sampled_from(["low", "high"])), data.draw(st.integers(0, 9000))
    )
    report = searched(
        carried, dtype, data.draw(st.integers(0, 99)), data.draw(st.sampled_from([8192, 10_001, 1 << 22]))
    )
    assert [one.says[: len(kind)] for one in report.indicators if one.layer == "carving"] == [kind]


@settings(deadline=None, max_examples=40)
@given(
    at=st.integers(0, 400_000),
    kind=st.sampled_from(sorted(PAYLOADS)),
    dtype=st.sampled_from(["F32", "F64", "F16", "BF16", "I64", "U8"]),
    chunk=st.sampled_from([4099, 65_536, 1 << 22]),
)
def test_a_payload_in_raw_bytes_is_found_at_any_start(at: int, kind: str, dtype: str, chunk: int) -> None:
    carried = bytearray(weights(dtype if dtype in _VIEWS else "F32", 420_000).tobytes()[:420_000])
    carried[at : at + len(PAYLOADS[kind])] = PAYLOADS[kind]
    report = searched(bytes(carried), dtype, chunk=chunk)
    assert [one.says for one in report.indicators if one.layer == "carving"] == [f"{kind} in raw bytes"]


@pytest.mark.parametrize("payload", [elf("<", False), elf(">", True), elf(">", False), pe(0x40), pe(0x1000)])
def test_other_headers_of_programs_are_found(payload: bytes) -> None:
    assert rules(searched(hidden("F32", payload, 1, "low", 77, 60_000), "F32")) == ["executable-in-weights"]


@pytest.mark.parametrize(
    "letters",
    [
        b"\x7fELF" + bytes(60),
        b"\x7fELF\x02\x01\x01" + bytes(60),
        b"PK\x03\x04" + b"\xff" * 60,
        archive()[:14] + bytes(20),
        b"MZ" + bytes(126) + b"PE\0\0",
        b"PE\0\0" + bytes(60),
    ],
)
def test_letters_that_begin_nothing_are_not_told(letters: bytes) -> None:
    for width in (1, 8, 16):
        assert not rules(searched(hidden("F32", letters, width, "low", 500), "F32"))
    carried = bytearray(weights("F32", 5000).tobytes())
    carried[1001 : 1001 + len(letters)] = letters
    assert "executable-in-weights" not in rules(searched(bytes(carried), "F32"))
    assert "archive-in-weights" not in rules(searched(bytes(carried), "F32"))


def test_a_payload_that_goes_on_in_the_next_tensor_is_found() -> None:
    data = hidden("F32", elf(), 1, "low", 700, 2000)
    report = Report(Limits())
    report.tensors = [Tensor("one", "F32", (1000,), 0, 4000), Tensor("two", "F32", (1000,), 4000, 4000)]
    assert rules(fed(BytesReader("model", data), report)) == ["executable-in-weights"]
    assert report.indicators[0].where.startswith("one, byte 2,8")


def test_a_program_between_tensors_is_found() -> None:
    plain, report = weights("F32", 1000).tobytes(), Report(Limits())
    report.tensors = [Tensor("one", "F32", (1000,), 0, 4000), Tensor("two", "F32", (1000,), 4101, 4000)]
    found = fed(BytesReader("model", plain + elf().ljust(101, b"\0") + plain), report)
    assert rules(found) == ["executable-in-weights"]
    assert found.indicators[-1].where == "byte 4,000"


def test_members_of_an_archive_are_no_payload() -> None:
    file, values = io.BytesIO(), weights("F32", 5000).tobytes()
    with zipfile.ZipFile(file, "w") as found:
        found.writestr("model/data.pkl", b"N.")
        found.writestr("model/data/0", values)
    data, report = file.getvalue(), Report(Limits())
    report.tensors = [Tensor("model/data/0", "F32", (5000,), data.index(values), len(values))]
    assert not rules(fed(BytesReader("model.pt", data), report))


def test_too_many_places_to_look_at_make_the_scan_incomplete() -> None:
    report = searched(b"PK\x03\x04" * 10_000, "U8")
    assert report.coverage["carving"].state == "stopped"
    assert "4,096" in report.coverage["carving"].reason


def test_random_values_hold_nothing() -> None:
    noise = np.random.default_rng(3).bytes(16 << 20)
    for dtype in _VIEWS:
        assert not [one for one in searched(noise, dtype).indicators if one.layer == "carving"]
