"""Models of formats other than pickle: as their own libraries write them, and broken in several ways."""

import json
import struct
from pathlib import Path
from typing import Any

import gguf
import h5py
import numpy
import onnx
import pytest
from onnx import TensorProto, helper
from safetensors.numpy import save

from tests.scan.support import seen, told, zipped

_EVIL_TEMPLATE = "{{ cycler.__init__.__globals__['os'].popen('true') }}"
_SOUND_TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message.content | trim }}{% endfor %}"
    "{% if add_generation_prompt %}{{ raise_exception('no') if loop is defined else '<|assistant|>' }}{% endif %}"
)


def _safetensors(header: dict[str, Any], values: bytes = b"\0" * 16) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + values


def _tensor(begin: int, end: int, dtype: str = "F32", shape: tuple[int, ...] = (2,)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def test_a_file_of_safetensors_is_safe(tmp_path: Path) -> None:
    data = save({"a": numpy.ones((2, 3), "f4"), "b": numpy.zeros(5, "i8")}, {"format": "pt"})
    scanned = seen(tmp_path, data)
    assert (*told(scanned), scanned.format) == ("safe", set(), "safetensors")


@pytest.mark.parametrize(
    ("header", "verdict", "rule"),
    [
        ({"a": _tensor(0, 8), "b": _tensor(4, 12), "c": _tensor(12, 16, shape=(1,))}, "review", "tensors-overlap"),
        ({"a": _tensor(0, 8)}, "review", "bytes-between-tensors"),
        ({"a": _tensor(8, 16)}, "review", "bytes-between-tensors"),
        ({"a": _tensor(0, 1 << 40)}, "malicious", "tensor-out-of-bounds"),
        ({"a": _tensor(0, 16)}, "malicious", "tensor-out-of-bounds"),
        ({"a": _tensor(8, 0)}, "malicious", "tensor-out-of-bounds"),
        ({"a": _tensor(64, 72)}, "malicious", "tensor-out-of-bounds"),
        ({"a": _tensor(0, 8), "b": _tensor(8, 24, shape=(4,))}, "review", "file-cut-short"),
        ({"a": _tensor(0, 16, shape=(4,)), "__metadata__": {"a": 1}}, "review", "metadata-not-text"),
    ],
)
def test_a_header_of_safetensors_that_does_not_fit(
    tmp_path: Path, header: dict[str, Any], verdict: str, rule: str
) -> None:
    assert told(seen(tmp_path, _safetensors(header))) == (verdict, {rule})


@pytest.mark.parametrize(
    "header", [b"{", b'{"a": 1}', b'{"a":{},"a":{}}', b'{"a":{"dtype":"F1","shape":[],"data_offsets":[0,0]}}']
)
def test_a_header_of_safetensors_that_cannot_be_read_is_not_fully_scanned(tmp_path: Path, header: bytes) -> None:
    assert seen(tmp_path, struct.pack("<Q", len(header)) + header).verdict == "not fully scanned"


def test_a_shape_of_many_dimensions_takes_no_time(tmp_path: Path) -> None:
    header = {"a": _tensor(0, 16, shape=(1 << 62,) * 50_000)}
    assert seen(tmp_path, _safetensors(header)).verdict == "not fully scanned"


def _gguf(folder: Path, template: str = _SOUND_TEMPLATE) -> bytes:
    writer = gguf.GGUFWriter(folder / "m.gguf", "llama")
    writer.add_block_count(1)
    writer.add_array("tokenizer.ggml.tokens", ["a", "b"])
    writer.add_chat_template(template)
    writer.add_tensor("weight", numpy.ones((4, 32), "f4"))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return (folder / "m.gguf").read_bytes()


def test_a_file_of_gguf_is_safe_and_a_template_that_reaches_out_is_not(tmp_path: Path) -> None:
    scanned = seen(tmp_path, _gguf(tmp_path))
    assert (*told(scanned), scanned.format) == ("safe", set(), "GGUF")
    assert told(seen(tmp_path, _gguf(tmp_path, _EVIL_TEMPLATE))) == ("malicious", {"template-reaches-out"})


def test_counts_and_places_of_gguf_that_do_not_fit_are_malicious(tmp_path: Path) -> None:
    data = _gguf(tmp_path)
    many = data[:8] + struct.pack("<Q", 1 << 60) + data[16:]
    long = data[:24] + struct.pack("<Q", 1 << 60) + data[32:]
    for changed in (many, long):
        assert told(seen(tmp_path, changed)) == ("malicious", {"counts-out-of-bounds"})
    assert told(seen(tmp_path, data[:-64])) == ("malicious", {"tensor-out-of-bounds"})
    assert seen(tmp_path, data[:60]).verdict in {"not fully scanned", "malicious"}


def _onnx(domain: str = "", operator: str = "Relu", location: str = "") -> bytes:
    weight = helper.make_tensor("w", TensorProto.FLOAT, [2], [1.0, 2.0])
    if location:
        weight.ClearField("float_data")
        weight.data_location = TensorProto.EXTERNAL
        weight.external_data.add(key="location", value=location)
    node = helper.make_node(operator, ["x"], ["y"], domain=domain)
    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2]) for name in "xy"]
    graph = helper.make_graph([node], "graph", value[:1], value[1:], [weight])
    opsets = [helper.make_opsetid("", 21), *([helper.make_opsetid(domain, 1)] if domain else [])]
    data: bytes = helper.make_model(graph, opset_imports=opsets).SerializeToString()
    return data


@pytest.mark.parametrize(
    ("data", "verdict", "expected"),
    [
        (_onnx(), "safe", set()),
        (_onnx(location="weights.bin"), "safe", set()),
        (_onnx("com.microsoft", "Gelu"), "safe", set()),
        (_onnx(location="../../../etc/passwd"), "malicious", {"external-data-outside"}),
        (_onnx(location="/etc/passwd"), "malicious", {"external-data-outside"}),
        (_onnx("com.example", "Custom"), "review", {"foreign-domain", "foreign-operator"}),
        (_onnx("com.example", "PyOp"), "malicious", {"foreign-domain", "operator-runs-code"}),
    ],
)
def test_models_of_onnx(tmp_path: Path, data: bytes, verdict: str, expected: set[str]) -> None:
    scanned = seen(tmp_path, data)
    assert (*told(scanned), scanned.format) == (verdict, expected, "ONNX")


def test_an_operator_in_a_branch_of_onnx_is_found(tmp_path: Path) -> None:
    inner = onnx.load_from_string(_onnx("com.example", "PyOp")).graph
    node = helper.make_node("If", ["c"], ["y"], then_branch=inner, else_branch=inner)
    model = helper.make_model(helper.make_graph([node], "outer", [], []))
    assert told(seen(tmp_path, model.SerializeToString())) == ("malicious", {"operator-runs-code"})


def _field(number: int, value: bytes) -> bytes:
    length, head = len(value), bytes([number << 3 | 2])
    while length > 127:
        head, length = head + bytes([length & 127 | 128]), length >> 7
    return head + bytes([length]) + value


def _saved_model(operator: bytes) -> bytes:
    node = _field(1, b"node") + _field(2, operator)
    return b"\x08\x01" + _field(2, _field(2, _field(1, node)))


@pytest.mark.parametrize(
    ("operator", "verdict", "expected"),
    [
        (b"MatMul", "safe", set()),
        (b"SaveV2", "safe", set()),
        (b"PyFunc", "malicious", {"operator-runs-code"}),
        (b"WriteFile", "malicious", {"operator-touches-files"}),
    ],
)
def test_saved_models(tmp_path: Path, operator: bytes, verdict: str, expected: set[str]) -> None:
    assert told(seen(tmp_path, _saved_model(operator))) == (verdict, expected)


def _keras(**layer: object) -> str:
    dense = {"module": "keras.layers", "class_name": "Dense", "config": {"name": "dense", "units": 2}}
    layers = [dense, {"module": "keras.layers", "class_name": "Dense", "config": {"name": "last"}} | layer]
    return json.dumps({"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": layers}})


_KERAS: list[tuple[dict[str, object], str, set[str]]] = [
    ({}, "safe", set()),
    ({"class_name": "Lambda"}, "malicious", {"layer-holds-code"}),
    ({"module": "os", "class_name": "system"}, "malicious", {"layer-holds-code"}),
    ({"module": "keras.utils", "class_name": "function", "config": "get_file"}, "malicious", {"layer-holds-code"}),
    ({"module": "own.layers", "class_name": "Custom"}, "review", {"foreign-class"}),
    ({"config": {"name": "lookup", "vocabulary": "words.txt"}}, "review", {"config-names-file"}),
    ({"config": {"name": "lookup", "vocabulary": "/etc/passwd"}}, "malicious", {"config-reads-outside"}),
    ({"config": {"name": "lookup", "vocabulary": "https://example.org/x"}}, "malicious", {"config-reads-outside"}),
]


@pytest.mark.parametrize(("layer", "verdict", "expected"), _KERAS)
def test_configurations_of_keras_in_json_archive_and_hdf5(
    tmp_path: Path, layer: dict[str, object], verdict: str, expected: set[str]
) -> None:
    config = _keras(**layer)
    assert told(seen(tmp_path, config.encode())) == (verdict, expected)
    archive = zipped({"config.json": config.encode(), "metadata.json": b'{"keras_version": "3.0.0"}'})
    assert told(seen(tmp_path, archive)) == (verdict, expected)
    with h5py.File(tmp_path / "model.h5", "w") as file:
        file.attrs["model_config"] = config
        file.create_dataset("weights/dense", data=numpy.ones(3))
    assert told(seen(tmp_path, (tmp_path / "model.h5").read_bytes())) == (verdict, expected)


def test_a_link_of_hdf5_to_another_file_is_malicious_and_a_circle_ends(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "model.h5", "w") as file:
        group = file.create_group("a")
        group["circle"] = group
        group["root"] = file["/"]
        file["soft"] = h5py.SoftLink("/a")
    assert told(seen(tmp_path, (tmp_path / "model.h5").read_bytes())) == ("safe", set())
    with h5py.File(tmp_path / "model.h5", "a") as file:
        file["away"] = h5py.ExternalLink("/etc/passwd", "/")
    assert told(seen(tmp_path, (tmp_path / "model.h5").read_bytes())) == ("malicious", {"link-outside"})


def test_values_of_hdf5_in_another_file_are_malicious(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "model.h5", "w") as file:
        file.create_dataset("a", (4,), "u1", external=[("/etc/passwd", 0, 4)])
    assert told(seen(tmp_path, (tmp_path / "model.h5").read_bytes())) == ("malicious", {"link-outside"})


def test_hdf5_without_its_library_is_not_fully_scanned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supplychain.scan.hdf5.find_spec", lambda _: None)
    scanned = seen(tmp_path, b"\x89HDF\r\n\x1a\n" + b"\0" * 100)
    assert scanned.verdict == "not fully scanned"
    assert "the extra [scan]" in scanned.problem
