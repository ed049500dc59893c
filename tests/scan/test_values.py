"""What is told of the values of tensors."""

from __future__ import annotations

from typing import Any

import pytest

np = pytest.importorskip("numpy")

from supplychain.scan.interface import Limits, Report, Tensor  # noqa: E402 - what follows needs NumPy
from supplychain.scan.source import BytesReader  # noqa: E402
from supplychain.scan.values import consumers  # noqa: E402

_BITS = {"F64": "<u8", "F32": "<u4", "F16": "<u2", "BF16": "<u2"}


def told(tensors: dict[str, tuple[str, Any]], chunk: int = 1 << 22, start: int = 0) -> Report:
    """Return what is told of tensors, each a type and its values as bits."""
    report, data = Report(Limits()), bytes(start)
    for name, (dtype, values) in tensors.items():
        report.tensors.append(Tensor(name, dtype, values.shape, len(data), values.nbytes))
        data += values.tobytes()
    reader = BytesReader("model", data)
    looking = consumers(reader, report)
    for at in range(0, len(data), chunk):
        for one in looking:
            one.update(at, memoryview(data[at : at + chunk]))
    for one in looking:
        one.finish(report)
    return report


def rules(report: Report) -> list[str]:
    """Return what was told."""
    return [one.rule for one in report.indicators]


def trained(count: int, dtype: str = "F32", seed: int = 0) -> Any:
    """Return values that are spread as those of a layer are, as their bits."""
    values = np.random.default_rng(seed).standard_normal(count) * 0.02
    if dtype == "BF16":
        return (values.astype("<f4").view("<u4") >> 16).astype("<u2")
    return values.astype(_BITS[dtype].replace("u", "f")).view(_BITS[dtype])


_NAN = {"F64": 0xFFF8 << 48, "F32": 0x7FC0_0000, "F16": 0xFE00, "BF16": 0x7FC1}
_INFINITE = {"F64": 0xFFF0 << 48, "F32": 0xFF80_0000, "F16": 0x7C00, "BF16": 0xFF80}


@pytest.mark.parametrize("dtype", _BITS)
@pytest.mark.parametrize("chunk", [4097, 1 << 22])
@pytest.mark.parametrize("place", [0, 1023, 1024, 69_999])
def test_one_value_that_is_no_number_or_infinite_is_told(dtype: str, chunk: int, place: int) -> None:
    values = trained(70_000, dtype)
    assert not rules(told({"layer": (dtype, values)}, chunk, 3))
    values[place] = _NAN[dtype]
    assert rules(told({"layer": (dtype, values)}, chunk, 3)) == ["nan-in-weights"]
    values[place] = _INFINITE[dtype]
    assert rules(told({"layer": (dtype, values)}, chunk, 3)) == ["infinity-in-weights"]


def test_large_values_are_no_infinite_ones() -> None:
    assert not rules(told({"layer": ("F32", np.full(5000, 3e38, "<f4"))}))
    assert not rules(told({"layer": ("F32", np.full(5000, 1e-44, "<f4"))}))


@pytest.mark.parametrize("dtype", _BITS)
def test_zeros_and_masks_are_notes(dtype: str) -> None:
    zeros = np.zeros(5000, _BITS[dtype])
    assert rules(told({"bias": (dtype, zeros)})) == ["zero-tensor"]
    mask = zeros.copy()
    mask[7:] = _INFINITE[dtype] | 1 << (8 * zeros.itemsize - 1)
    assert rules(told({"mask": (dtype, mask)})) == ["mask-in-weights"]


def test_tensors_that_are_alike_are_a_note() -> None:
    one, two = trained(40_000), trained(40_000)
    two[20_000] += 1
    report = told({"a": ("F32", one), "b": ("F32", one), "c": ("F32", two), "d": ("F32", np.zeros(9, "<u4"))})
    assert [(found.rule, found.where, found.verdict) for found in report.indicators if found.where != "d"] == [
        ("tensor-twice", "b", "note")
    ]


@pytest.mark.parametrize("width", [23, 24, 32])
@pytest.mark.parametrize("seed", range(8))
def test_an_encrypted_payload_in_high_bits_is_told(width: int, seed: int) -> None:
    values, noise = trained(150_000, seed=seed), np.random.default_rng(seed).integers(0, 1 << width, 150_000, "<u4")
    values = (values >> np.uint64(width) << np.uint64(width)).astype("<u4") | noise.astype("<u4")
    assert "uniform-mantissas" in rules(told({"layer": ("F32", values)}))


@pytest.mark.parametrize("draw", ["normal", "laplace", "student", "power of two", "even", "steps", "from BF16"])
@pytest.mark.parametrize("seed", range(5))
def test_weights_that_were_trained_or_drawn_are_not_told(draw: str, seed: int) -> None:
    source = np.random.default_rng(seed)
    drawn = {
        "normal": lambda: source.standard_normal(300_000),
        "laplace": lambda: source.laplace(size=300_000),
        "student": lambda: source.standard_t(3, 300_000),
        "power of two": lambda: source.uniform(-1 / 32, 1 / 32, 300_000),
        "even": lambda: source.uniform(-0.7, 0.7, 300_000),
        "steps": lambda: np.arange(300_000),
        "from BF16": lambda: (source.standard_normal(300_000).astype("<f4").view("<u4") & 0xFFFF_0000).view("<f4"),
    }[draw]()
    assert not rules(told({"layer": ("F32", drawn.astype("<f4"))}))


def test_tensors_that_lie_over_one_another_make_the_scan_incomplete() -> None:
    data, report = trained(1000).tobytes(), Report(Limits())
    report.tensors = [Tensor("a", "F32", (900,), 0, 3600), Tensor("b", "F32", (900,), 400, 3600)]
    consumers(BytesReader("model", data), report)
    assert report.coverage["values"].reason == "1 tensors lie over others, the first of them is b"


def test_without_numpy_the_scan_is_incomplete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supplychain.scan.values.find_spec", lambda _: None)
    report = told({"layer": ("F32", trained(100))})
    assert report.coverage["values"].state == "lacking"
    assert "[scan]" in report.coverage["values"].reason
