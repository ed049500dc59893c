"""Inert programs and archives in weights, found in whole files of every format, and nothing found without them."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

np = pytest.importorskip("numpy")

from supplychain.scan.needles import Order  # noqa: E402 - what follows needs NumPy
from tests.scan.support import rules, seen, zipped  # noqa: E402
from tests.scan.test_carving import PAYLOADS, hidden, weights  # noqa: E402
from tests.scan.test_comparing import legacy, safetensors, torch_zip  # noqa: E402

_COUNT = 24_000
_STORAGES = {"F32": "Float", "F16": "Half", "BF16": "BFloat16"}
_OFFSETS = (0, 4095, 11_003)
"""Values before a payload; of raw bytes, bytes."""


def _rule(kind: str) -> str:
    return "archive-in-weights" if kind == "ZIP" else "executable-in-weights"


def _of(dtype: str, data: bytes) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    return {"before": ("U8", (3,), b"abc"), "layer": (dtype, (_COUNT,), data)}


_WRITERS: dict[str, Callable[[str, bytes], bytes]] = {
    "safetensors": lambda dtype, data: safetensors(_of(dtype, data)),
    "pt": lambda dtype, data: torch_zip(_of(dtype, data)),
}


@pytest.mark.parametrize("kind", PAYLOADS)
@pytest.mark.parametrize("width", [0, 1, 2, 4, 8, 16])
@pytest.mark.parametrize("dtype", _STORAGES)
@pytest.mark.parametrize("form", _WRITERS)
def test_a_payload_is_found_in_a_file(form: str, dtype: str, width: int, kind: str, tmp_path: Path) -> None:
    for at in _OFFSETS:
        for order in ("low", "high") if width else ("low",):
            data = raw(dtype, kind, at) if not width else hidden(dtype, PAYLOADS[kind], width, order, at, _COUNT)
            scanned = seen(tmp_path, _WRITERS[form](dtype, data))
            assert scanned.verdict == "malicious", (at, order)
            assert _rule(kind) in rules(scanned), (at, order)


@pytest.mark.parametrize("dtype", _STORAGES)
@pytest.mark.parametrize("form", _WRITERS)
def test_nothing_is_found_in_the_same_file_without_one(form: str, dtype: str, tmp_path: Path) -> None:
    scanned = seen(tmp_path, _WRITERS[form](dtype, weights(dtype, _COUNT).tobytes()))
    assert (scanned.verdict, rules(scanned)) == ("safe", set())


def raw(dtype: str, kind: str, at: int) -> bytes:
    """Return weights with a payload in all of their bits."""
    data = bytearray(weights(dtype, _COUNT).tobytes())
    data[at : at + len(PAYLOADS[kind])] = PAYLOADS[kind]
    return bytes(data)


def npy(data: bytes) -> bytes:
    file = io.BytesIO()
    np.save(file, np.frombuffer(data, "<f4"))
    return file.getvalue()


def onnx(data: bytes, as_list: bool) -> bytes:
    from onnx import TensorProto, helper

    values = np.frombuffer(data, "<f4")
    if as_list:
        tensor = TensorProto(name="w", data_type=1, dims=[_COUNT])
        tensor.float_data.extend(values.tolist())
    else:
        tensor = helper.make_tensor("w", 1, [_COUNT], data, raw=True)
    named = [helper.make_tensor_value_info(name, 1, [_COUNT]) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Add", ["x", "w"], ["y"])], "g", named[:1], named[1:], [tensor])
    return bytes(helper.make_model(graph).SerializeToString())


def hdf5(data: bytes, **how: object) -> bytes:
    import h5py

    file = io.BytesIO()
    with h5py.File(file, "w") as written:
        written.attrs["keras_version"] = "3"
        written.create_group("layers").create_dataset("w", data=np.frombuffer(data, "<f4").reshape(-1, 100), **how)
        written["layers"].create_dataset("names", data=["a", "b"], dtype=h5py.string_dtype())
    return file.getvalue()


def legacy_torch(data: bytes, after: bytes = b"") -> bytes:
    """Return an old file of PyTorch with one tensor."""
    return legacy({"w": ("F32", (_COUNT,), data)}, after)


def joblib(data: bytes) -> bytes:
    import joblib as library

    file = io.BytesIO()
    library.dump({"w": np.frombuffer(data, "<f4")}, file)
    return file.getvalue()


def tar(data: bytes) -> bytes:
    file, inner = io.BytesIO(), safetensors(_of("F32", data))
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        member = tarfile.TarInfo("model.safetensors")
        member.size = len(inner)
        archive.addfile(member, io.BytesIO(inner))
    return file.getvalue()


FORMATS: dict[str, Callable[[bytes], bytes]] = {
    "npy": npy,
    "npz": lambda data: zipped({"w.npy": npy(data)}),
    "packed npz": lambda data: zipped({"w.npy": npy(data)}, zipfile.ZIP_DEFLATED),
    "onnx": lambda data: onnx(data, as_list=False),
    "onnx with a list": lambda data: onnx(data, as_list=True),
    "hdf5": hdf5,
    "packed hdf5": lambda data: hdf5(data, compression="gzip", shuffle=True),
    "hdf5 in pieces": lambda data: hdf5(data, chunks=(7, 100)),
    "legacy torch": legacy_torch,
    "joblib": joblib,
    "packed pt": lambda data: torch_zip(_of("F32", data), method=zipfile.ZIP_DEFLATED),
    "safetensors in a tar": tar,
}


@pytest.mark.parametrize("form", FORMATS)
def test_a_payload_is_found_in_other_formats(form: str, tmp_path: Path) -> None:
    pytest.importorskip({"o": "onnx", "h": "h5py", "j": "joblib"}.get(form[0], "numpy"))
    for width, order in ((1, "low"), (8, "low"), (16, "high")):
        chosen: Order = "low" if order == "low" else "high"
        for kind, payload in PAYLOADS.items():
            scanned = seen(tmp_path, FORMATS[form](hidden("F32", payload, width, chosen, 1003, _COUNT)))
            assert scanned.verdict == "malicious", (kind, width)
            assert _rule(kind) in rules(scanned), (kind, width)
    clean = seen(tmp_path, FORMATS[form](weights("F32", _COUNT).tobytes()))
    assert (clean.verdict, clean.problem, rules(clean)) == ("safe", "", set())
    looked = {entry.layer: entry.bytes for entry in clean.coverage}
    assert looked["carving"] >= 4 * _COUNT


def test_bytes_after_the_last_storage_of_an_old_file_are_told(tmp_path: Path) -> None:
    data = weights("F32", _COUNT).tobytes()
    scanned = seen(tmp_path, legacy_torch(data, b"something else"))
    assert rules(scanned) == {"pickle-trailing"}
    assert seen(tmp_path, legacy_torch(data[:-4])).problem == "pickle: storage 0 is not as long as its object says"


def test_arrays_of_data_may_hold_what_is_no_number(tmp_path: Path) -> None:
    values = np.array([1.0, np.nan, np.inf], "<f4")
    assert seen(tmp_path, npy(values.tobytes())).verdict == "safe"
    assert seen(tmp_path, joblib(values.tobytes())).verdict == "safe"


def test_a_dataset_that_lies_in_another_file_is_told(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    layout = h5py.VirtualLayout((4,), "<f4")
    layout[:] = h5py.VirtualSource("elsewhere.h5", "w", (4,))
    file = io.BytesIO()
    with h5py.File(file, "w") as written:
        written.create_virtual_dataset("w", layout)
    assert rules(seen(tmp_path, file.getvalue())) == {"link-outside"}


def test_values_packed_by_a_filter_that_may_be_a_library_are_not_read(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    file = io.BytesIO()
    with h5py.File(file, "w") as written:
        written.create_dataset("w", data=np.ones((64, 64), "<f4"), chunks=(64, 64), scaleoffset=3)
    assert "packed in a way that is not read" in seen(tmp_path, file.getvalue()).problem
