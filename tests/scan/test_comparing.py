"""An artifact held against its base: every bit counts, and casts of libraries are told from changes."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

from supplychain.scan import comparing  # noqa: E402 - what follows needs NumPy
from supplychain.scan.comparing import Comparison, compare  # noqa: E402
from supplychain.scan.interface import Limits, Report  # noqa: E402
from supplychain.scan.named import Weight  # noqa: E402
from supplychain.scan.source import BytesReader  # noqa: E402
from tests.scan.support import zipped  # noqa: E402

_VIEWS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "U8": "u1"}
_STORAGES = {
    "F64": "Double",
    "F32": "Float",
    "F16": "Half",
    "BF16": "BFloat16",
    "I64": "Long",
    "I32": "Int",
    "U8": "Byte",
}
Tensors = Mapping[str, tuple[str, tuple[int, ...], bytes]]
"""By name: type, shape and values."""


def safetensors(tensors: Tensors) -> bytes:
    """Return tensors as safetensors writes them."""
    header: dict[str, Any] = {}
    at = 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + b"".join(data for _, _, data in tensors.values())


def _text(value: str) -> bytes:
    return b"X" + len(value.encode()).to_bytes(4, "little") + value.encode()


def _whole(values: tuple[int, ...]) -> bytes:
    return b"(" + b"".join(b"J" + value.to_bytes(4, "little", signed=True) for value in values) + b"t"


def _steps(shape: tuple[int, ...]) -> tuple[int, ...]:
    found, step = [], 1
    for length in reversed(shape):
        found.append(step)
        step *= length
    return tuple(reversed(found))


def rebuilt(key: str, kind: str, count: int, start: int, shape: tuple[int, ...], stride: tuple[int, ...]) -> bytes:
    """Return the opcodes that make a tensor of a part of a storage."""
    storage = (
        b"("
        + _text("storage")
        + f"ctorch\n{kind}Storage\n".encode()
        + _text(key)
        + _text("cpu")
        + _whole((count,))[1:-1]
    )
    place = b"J" + start.to_bytes(4, "little") + _whole(shape) + _whole(stride)
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"tQ" + place + b"\x89ccollections\nOrderedDict\n)RtR"


def torch_zip(tensors: Tensors, under: str = "", method: int = 0, members: dict[str, bytes] | None = None) -> bytes:
    """Return tensors as torch.save writes a state_dict, by hand; `under` is a key of a dict around it."""
    items = b""
    files = {}
    for key, (name, (dtype, shape, data)) in enumerate(tensors.items()):
        count = max(1, int(np.prod(shape)))
        items += _text(name) + rebuilt(str(key), _STORAGES[dtype], count, 0, shape, _steps(shape))
        files[f"m/data/{key}"] = data
    made = b"ccollections\nOrderedDict\n)R(" + items + b"u}(" + _text("_metadata") + b"}ub"
    made = b"}(" + _text(under) + made + b"u" if under else made
    return zipped({"m/data.pkl": b"\x80\x02" + made + b".", **files} | (members or {}), method)


def legacy(tensors: Tensors, after: bytes = b"") -> bytes:
    """Return tensors as torch.save wrote a state_dict before 1.6, by hand."""
    items = stored = b""
    for key, (name, (dtype, shape, data)) in enumerate(tensors.items()):
        count = max(1, int(np.prod(shape)))
        items += _text(name) + rebuilt(str(key), _STORAGES[dtype], count, 0, shape, _steps(shape))
        stored += count.to_bytes(8, "little") + data
    heads: list[object] = [0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}]
    made = b"\x80\x02ccollections\nOrderedDict\n)R(" + items + b"u."
    keys = pickle.dumps([str(key) for key in range(len(tensors))], 2)
    return b"".join(pickle.dumps(head, 2) for head in heads) + made + keys + stored + after


def drawn(seed: int = 0) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    """Return a small model."""
    source = np.random.default_rng(seed)
    return {
        "layer.weight": ("F32", (40, 7), source.standard_normal(280).astype("<f4").tobytes()),
        "layer.bias": ("F32", (7,), bytes(28)),
        "count": ("I64", (), b"\x05" + bytes(7)),
        "half": ("F16", (3, 5), source.standard_normal(15).astype("<f2").tobytes()),
    }


def held(folder: Path, own: bytes, base: bytes) -> Comparison:
    """Return what comparing two files says."""
    (folder / "own").write_bytes(own)
    (folder / "base").write_bytes(base)
    return compare(str(folder / "own"), str(folder / "base"))


WRITERS: dict[str, Callable[[Tensors], bytes]] = {
    "safetensors": safetensors,
    "zip": torch_zip,
    "old file": legacy,
    "packed zip": lambda tensors: torch_zip(tensors, method=8),
    "zip of a checkpoint": lambda tensors: torch_zip(tensors, "state_dict"),
}


@pytest.mark.parametrize("own", WRITERS)
@pytest.mark.parametrize("base", WRITERS)
def test_a_copy_is_identical_in_any_format(own: str, base: str, tmp_path: Path) -> None:
    found = held(tmp_path, WRITERS[own](drawn()), WRITERS[base](drawn()))
    assert (found.state, found.tensors, found.changed, found.missing) == ("identical", 4, (), ())
    assert found.says == "all 4 tensors hold the base's bits"


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_one_changed_bit_of_any_tensor_is_found(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    base = drawn()
    name = data.draw(st.sampled_from(sorted(base)))
    dtype, shape, values = base[name]
    bit = data.draw(st.integers(0, 8 * len(values) - 1))
    changed = bytearray(values)
    changed[bit // 8] ^= 1 << bit % 8
    own = base | {name: (dtype, shape, bytes(changed))}
    writers = data.draw(st.sampled_from(sorted(WRITERS))), data.draw(st.sampled_from(sorted(WRITERS)))
    found = held(tmp_path_factory.mktemp("one"), WRITERS[writers[0]](own), WRITERS[writers[1]](base))
    count = max(1, int(np.prod(shape)))
    assert found.state == "changed"
    assert [one.removeprefix("state_dict.") for one in found.changed] == [f"{name}: 1 of {count} values"]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 8 * 4 * 300_000 - 1))
def test_one_changed_bit_is_found_in_any_piece(bit: int) -> None:
    changed = bytearray(_LARGE)
    changed[bit // 8] ^= 1 << bit % 8
    one, two = (
        Weight("F32", (300_000,), (number,), lambda data=data: nullcontext(BytesReader("a", bytes(data))))  # type: ignore[misc]
        for number, data in enumerate((_LARGE, changed))
    )
    before, comparing._VALUES = comparing._VALUES, 4096
    try:
        assert comparing._same_type(one, two, Report(Limits())) == 1
    finally:
        comparing._VALUES = before


_LARGE = np.random.default_rng(1).standard_normal(300_000).astype("<f4").tobytes()


def _bf16(values: Any, rounds: bool = True) -> bytes:
    import ml_dtypes

    if rounds:
        return bytes(values.astype(ml_dtypes.bfloat16).tobytes())
    return bytes((values.view("<u4") >> 16).astype("<u2").tobytes())


def _special() -> Any:
    """Return F32 values of every size, with those that fall between two narrower ones."""
    bits = np.random.default_rng(2).integers(0, 1 << 32, 60_000, "<u4")
    ties = np.concatenate([(bits & 0xFFFF_0000) | 0x8000, (bits & 0xFFFF_E000) | 0x1000])
    return np.concatenate([bits, ties, [0, 1 << 31, 0x7F80_0000, 0x7FC0_0001, 0x7F7F_FFFF]]).astype("<u4").view("<f4")


def _cast(values: Any, to: str) -> bytes:
    import ml_dtypes

    kinds = {"BF16": ml_dtypes.bfloat16, "F8_E4M3": ml_dtypes.float8_e4m3fn, "F8_E5M2": ml_dtypes.float8_e5m2}
    with np.errstate(all="ignore"):
        return bytes(values.astype(kinds.get(to) or _VIEWS[to]).tobytes())


@pytest.mark.parametrize("to", ["F16", "BF16", "F8_E4M3", "F8_E5M2", "F64"])
def test_values_that_a_library_rounded_are_an_exact_cast(to: str, tmp_path: Path) -> None:
    pytest.importorskip("ml_dtypes")
    values = _special()
    base = {"w": ("F32", values.shape, values.tobytes())}
    cast = _cast(values, to)
    found = held(tmp_path, safetensors({"w": (to, values.shape, cast)}), safetensors(base))
    assert (found.state, found.changed) == ("exact cast", ()), found
    assert found.says == f"1 of 1 tensors are exactly the base's, taken from F32 to {to}"
    changed = bytearray(cast)
    changed[0] ^= 1
    found = held(tmp_path, safetensors({"w": (to, values.shape, bytes(changed))}), safetensors(base))
    assert (found.state, found.changed) == ("changed", (f"w: 1 of {len(values):,} values",))


@pytest.mark.parametrize("of", ["F16", "BF16", "F8_E4M3", "F8_E5M2"])
def test_values_that_were_widened_are_an_exact_cast(of: str, tmp_path: Path) -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    kinds = {"BF16": ml_dtypes.bfloat16, "F8_E4M3": ml_dtypes.float8_e4m3fn, "F8_E5M2": ml_dtypes.float8_e5m2}
    codes = np.arange(1 << (8 if of.startswith("F8") else 16), dtype="u1" if of.startswith("F8") else "<u2")
    with np.errstate(all="ignore"):
        wide = codes.view(kinds.get(of) or "<f2").astype("<f4")
    own, base = {"w": ("F32", codes.shape, wide.tobytes())}, {"w": (of, codes.shape, codes.tobytes())}
    assert held(tmp_path, safetensors(own), safetensors(base)).state == "exact cast"


def test_values_that_were_cut_off_to_bf16_are_an_exact_cast(tmp_path: Path) -> None:
    values = np.random.default_rng(4).standard_normal(5000).astype("<f4")
    base = safetensors({"w": ("F32", values.shape, values.tobytes())})
    own = {"w": ("BF16", values.shape, _bf16(values, rounds=False))}
    assert held(tmp_path, torch_zip(own), base).state == "exact cast"


def test_types_between_which_no_cast_is_known_are_not_compared(tmp_path: Path) -> None:
    own, base = {"w": ("I32", (4,), bytes(16))}, {"w": ("F32", (4,), bytes(16))}
    found = held(tmp_path, safetensors(own), safetensors(base))
    assert (found.state, found.says) == (
        "not compared",
        "1 tensors could not be held against the base's, the first is w: I32 for F32",
    )


def test_a_tensor_of_another_shape_a_lost_and_an_added_one_are_told(tmp_path: Path) -> None:
    base = drawn()
    own = {name: tensor for name, tensor in base.items() if name != "half"}
    own |= {"new": ("U8", (2,), b"ab"), "layer.weight": ("F32", (7, 40), base["layer.weight"][2])}
    found = held(tmp_path, safetensors(own), safetensors(base))
    assert (found.state, found.changed) == ("changed", ("layer.weight: shape 7×40 for 40×7",))
    assert found.missing == ("only in it: new", "only in the base: half")


def test_a_tensor_that_stands_there_twice_is_not_missed(tmp_path: Path) -> None:
    own, base = drawn(), drawn()
    base["tied"] = base["layer.weight"]
    assert held(tmp_path, safetensors(own), safetensors(base)).state == "identical"


def test_a_tensor_beside_those_that_fit_cannot_hide_one(tmp_path: Path) -> None:
    base = drawn()
    own = {f"model.{name}": tensor for name, tensor in base.items()} | {"half": ("F16", (3, 5), bytes(30))}
    found = held(tmp_path, safetensors(own), safetensors(base))
    assert (found.state, found.missing) == ("changed", ("only in it: half beside model.",))


def test_a_part_of_a_storage_and_another_order_of_it_are_read(tmp_path: Path) -> None:
    values = np.arange(60, dtype="<f4")
    pickled = b"\x80\x02}(" + _text("a") + rebuilt("0", "Float", 60, 10, (4, 5), (1, 4)) + b"u."
    own = zipped({"m/data.pkl": pickled, "m/data/0": values.tobytes()})
    turned = values[10:30].reshape(5, 4).T
    base = {"a": ("F32", (4, 5), turned.tobytes())}
    assert held(tmp_path, own, safetensors(base)).state == "identical"


def test_files_of_a_model_are_compared_by_their_index_and_one_by_one(tmp_path: Path) -> None:
    base = drawn()
    names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    parts = [dict(list(base.items())[:2]), dict(list(base.items())[2:])]
    for name, part in zip(names, parts, strict=True):
        (tmp_path / name).write_bytes(safetensors(part))
    index = {"weight_map": {key: name for name, part in zip(names, parts, strict=True) for key in part}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    (tmp_path / "base").write_bytes(torch_zip(base))
    found = compare(str(tmp_path / "model.safetensors.index.json"), str(tmp_path / "base"))
    assert (found.state, found.tensors) == ("identical", 4)
    assert compare([str(tmp_path / name) for name in names], str(tmp_path / "base")).state == "identical"
    one = compare(str(tmp_path / names[0]), str(tmp_path / "base"))
    assert (one.state, one.tensors) == ("identical", 2)
    assert one.says.endswith("it is one file of several")


@pytest.mark.parametrize(
    ("own", "reason"),
    [
        (b"GGUF" + bytes(100), "own is neither safetensors nor a file of PyTorch"),
        (b"", "own is neither safetensors nor a file of PyTorch"),
        (zipped({"a": b"b"}), "own is no zip as PyTorch writes it"),
        (safetensors({}), "no tensor was found in it"),
        (safetensors({"other": ("U8", (1,), b"a")}), "no tensor of the one is called as one of the other"),
        (torch_zip(drawn(), members={"m/byteorder": b"big"}), "own holds its values with the high byte first"),
        (
            torch_zip(drawn(), members={"m/data/0": b"short"}),
            "tensor layer.weight has a storage of another type or size",
        ),
    ],
)
def test_what_cannot_be_compared_gives_the_reason(own: bytes, reason: str, tmp_path: Path) -> None:
    found = held(tmp_path, own, safetensors(drawn()))
    assert found.state == "not compared"
    assert found.says.startswith(reason)


def test_an_index_that_leads_elsewhere_and_a_base_that_is_not_there_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.index.json").write_text('{"weight_map": {"a": "../b"}}')
    (tmp_path / "own").write_bytes(safetensors(drawn()))
    assert (
        compare(str(tmp_path / "a.index.json"), str(tmp_path / "own")).says
        == "its index names a file outside its folder"
    )
    assert compare(str(tmp_path / "own"), str(tmp_path / "no")).says.startswith("the base: it cannot be opened")


def test_two_tensors_of_one_name_are_not_guessed_between(tmp_path: Path) -> None:
    tensor = rebuilt("0", "Float", 1, 0, (1,), (1,))
    pickled = b"\x80\x02}(" + _text("a.b") + tensor + _text("a") + b"}" + _text("b") + tensor + b"su."
    own = zipped({"m/data.pkl": pickled, "m/data/0": bytes(4)})
    assert held(tmp_path, own, safetensors(drawn())).says == "two of its tensors are called a.b"


def test_a_file_that_changes_meanwhile_and_time_that_is_over_compare_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("own", "base"):
        (tmp_path / name).write_bytes(safetensors(drawn()))
    paths = str(tmp_path / "own"), str(tmp_path / "base")
    assert "seconds" in compare(*paths, Limits(seconds=0)).says
    hold = comparing._hold

    def changing(*arguments: Any) -> None:
        (tmp_path / "own").write_bytes(safetensors(drawn(1)))
        hold(*arguments)

    monkeypatch.setattr(comparing, "_hold", changing)
    assert compare(*paths).says == "a file changed while it was read"
