"""The malicious files that name what they run: graphs of ONNX and TensorFlow, configurations of Keras, chat templates."""

from __future__ import annotations

import base64
import io
import json
import struct
from typing import TYPE_CHECKING, Any

from archives import zipped

if TYPE_CHECKING:
    from malicious import Corpus


def make_graphs(corpus: Corpus) -> None:
    """Write all of them."""
    _keras(corpus)
    _onnx(corpus)
    _tensorflow(corpus)
    _templates(corpus)


LAMBDA = {
    "class_name": "__lambda__",
    "config": {"code": base64.b64encode(b"\xe3\0\0").decode(), "defaults": None, "closure": None},
}


def layer(module: str | None, name: str, config: dict[str, Any] | str | None = None, **more: Any) -> dict[str, Any]:
    """Return the configuration of a layer."""
    return {
        "module": module,
        "class_name": name,
        "config": config if config is not None else {"name": "x"},
        "registered_name": None,
        **more,
    }


def function(module: str, name: str) -> dict[str, Any]:
    """Return a layer that calls a function."""
    return layer("keras.layers", "Activation", {"name": "a", "activation": layer(module, "function", name)})


LAYERS: dict[str, dict[str, Any]] = {
    "lambda": layer("keras.layers", "Lambda", {"name": "l", "function": LAMBDA}),
    "lambda-old": {
        "class_name": "Lambda",
        "config": {"name": "l", "function": ["4wEAAAA=", None, None], "function_type": "lambda"},
    },
    "lambda-named": layer(
        "keras.layers",
        "Lambda",
        {"name": "l", "function": layer("os", "function", "system"), "arguments": {"command": "true"}},
    ),
    "os-system": function("os", "system"),
    "builtins-eval": function("builtins", "eval"),
    "subprocess": layer("subprocess", "Popen", {"args": ["true"]}),
    "get-file": function("keras.utils", "get_file"),
    "unsafe": function("keras.config", "enable_unsafe_deserialization"),
    "load-model": function("keras.models", "load_model"),
    "torch-module": layer(
        "keras.layers", "TorchModuleWrapper", {"name": "t", "module": base64.b64encode(b"\x80\x02N.").decode()}
    ),
    "tfsm": layer("keras.layers", "TFSMLayer", {"name": "t", "filepath": "/elsewhere/x"}),
    "numpy-load": function("numpy", "load"),
    "shutil": layer("shutil", "rmtree", {"path": "/dev/null/x"}),
}


def _keras(corpus: Corpus) -> None:
    import h5py

    for name, one in LAYERS.items():
        config = layer(
            "keras", "Sequential", {"name": "s", "layers": [layer("keras.layers", "InputLayer", {"name": "i"}), one]}
        )
        text = json.dumps(config)
        corpus.add(
            "keras",
            f"{name}.keras",
            zipped({"metadata.json": b'{"keras_version": "3.9.0"}', "config.json": text.encode()}),
        )
        file = io.BytesIO()
        with h5py.File(file, "w") as whole:
            whole.attrs["model_config"] = text
            whole.attrs["keras_version"] = "2.13.1"
            whole.create_group("model_weights").create_dataset("w", data=[0.5])
        corpus.add("keras", f"{name}.h5", file.getvalue())
    corpus.add("keras", "lambda.json", json.dumps(layer("keras", "Sequential", {"layers": [LAYERS["lambda"]]})))
    vocabulary = layer("keras.layers", "StringLookup", {"name": "v", "vocabulary": "/etc/passwd"})
    corpus.add(
        "keras",
        "vocabulary.keras",
        zipped({"config.json": json.dumps(layer("keras", "Sequential", {"layers": [vocabulary]})).encode()}),
    )
    corpus.add("keras", "foreign.keras", zipped({"config.json": json.dumps(layer("evil.layers", "Layer")).encode()}))
    for name in ("link", "external"):
        file = io.BytesIO()
        with h5py.File(file, "w") as whole:
            whole.attrs["keras_version"] = "3.9.0"
            if name == "link":
                whole["w"] = h5py.ExternalLink("/etc/passwd", "/x")
            else:
                whole.create_dataset("w", (4,), "f4", external=[("/etc/passwd", 0, 16)])
        corpus.add("keras", f"{name}.h5", file.getvalue())


def _onnx(corpus: Corpus) -> None:
    import onnx
    from onnx import TensorProto, helper

    def model(nodes: list[Any], tensors: list[Any] | None = None, domains: tuple[str, ...] = ()) -> bytes:
        value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
        graph = helper.make_graph(
            nodes, "g", [value], [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])], tensors or []
        )
        opsets = [helper.make_opsetid("", 17), *(helper.make_opsetid(domain, 1) for domain in domains)]
        made: bytes = helper.make_model(graph, opset_imports=opsets).SerializeToString()
        return made

    def external(location: str) -> Any:
        tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[4], data_location=TensorProto.EXTERNAL)
        tensor.external_data.add(key="location", value=location)
        return tensor

    plain = helper.make_node("Add", ["x", "w"], ["y"])
    for name, location in (
        ("up", "../../../etc/passwd"), ("absolute", "/etc/shadow"), ("windows", "..\\..\\x"), ("drive", "C:\\x"),
        ("in-the-middle", "data/../../x"), ("dots-at-end", "weights/.."),
    ):  # fmt: skip
        corpus.add("onnx", f"external-{name}.onnx", model([plain], [external(location)]))
    constant = helper.make_node("Constant", [], ["w"], value=external("../../x"))
    corpus.add("onnx", "external-in-attribute.onnx", model([constant, plain]))
    inner = helper.make_graph([constant], "inner", [], [helper.make_tensor_value_info("w", TensorProto.FLOAT, [1])])
    branch = helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)
    corpus.add("onnx", "external-in-branch.onnx", model([branch]))
    for name in ("PyOp", "PythonOp", "PyFunc"):
        corpus.add(
            "onnx",
            f"{name}.onnx",
            model([helper.make_node(name, ["x"], ["y"], domain="ai.onnx.contrib")], domains=("ai.onnx.contrib",)),
        )
    corpus.add(
        "onnx", "domain.onnx", model([helper.make_node("Run", ["x"], ["y"], domain="evil.ops")], domains=("evil.ops",))
    )
    corpus.add("onnx", "misnamed.bin", model([plain], [external("../../../etc/passwd")]))
    assert onnx.__version__


def field(number: int, data: bytes | str) -> bytes:
    """Return a field of Protocol Buffers that has a length."""
    data = data if isinstance(data, bytes) else data.encode()
    length, rest = b"", len(data)
    while rest > 0x7F:
        length, rest = length + bytes([rest & 0x7F | 0x80]), rest >> 7
    return bytes([number << 3 | 2]) + length + bytes([rest]) + data


def node(name: str, operator: str) -> bytes:
    """Return a node of a graph."""
    return field(1, name) + field(2, operator)


OPERATORS = (
    "PyFunc", "PyFuncStateless", "EagerPyFunc", "ReadFile", "WriteFile", "MatchingFiles", "DeleteRecursively",
    "TextLineDataset", "DebugIdentityV2", "WholeFileReaderV2", "LookupTableExportV2File", "SaveDatasetV2",
)  # fmt: skip


def _tensorflow(corpus: Corpus) -> None:
    first = field(1, node("c", "Const"))
    for operator in OPERATORS[:10] + OPERATORS[11:]:
        graph = first + field(1, node("x", operator))
        corpus.add(
            "savedmodel",
            f"{operator}/saved_model.pb",
            b"\x08\x01" + field(2, field(1, field(4, "serve")) + field(2, graph)),
        )
    library = field(2, field(1, field(1, field(1, "f")) + field(3, node("x", "WriteFile"))))
    corpus.add("savedmodel", "in-function/saved_model.pb", b"\x08\x01" + field(2, field(2, first + library)))
    corpus.add(
        "savedmodel", "without-version/saved_model.pb", field(2, field(2, first + field(1, node("x", "PyFunc"))))
    )
    corpus.add("savedmodel", "frozen.pb", first + field(1, node("x", "ReadFile")))


TEMPLATES = {
    "subclasses": "{% for x in ().__class__.__base__.__subclasses__() %}{% if 'warn' in x.__name__ %}{{ x()._module.__builtins__['__import__']('os').popen('true').read() }}{% endif %}{% endfor %}",
    "cycler": "{{ cycler.__init__.__globals__.os.popen('true').read() }}",
    "joiner": "{{ joiner.__init__.__globals__['os'].system('true') }}",
    "namespace": "{{ namespace.__init__.__globals__.os.system('true') }}",
    "lipsum": "{{ lipsum.__globals__['os'].popen('true').read() }}",
    "self": "{{ self._TemplateReference__context.cycler.__init__.__globals__.os }}",
    "filter": "{{ messages|attr('__class__')|attr('__mro__') }}",
    "filter-built": "{{ messages|attr('__cl' ~ 'ass__') }}",
    "filter-escaped": "{{ messages|attr('\\x5f\\x5fclass\\x5f\\x5f') }}",
    "item": "{{ messages['__class__']['__mro__'] }}",
    "map": "{{ messages|map(attribute='__class__')|list }}",
    "import": "{% import 'os' as x %}{{ x }}",
    "include": "{% include '/etc/passwd' %}",
    "generator": "{{ (messages|map('upper')).gi_frame.f_back.f_globals }}",
    "format": "{{ '{0.__class__}'.format(messages) }}",
    "after-plain": "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{{ ''.__class__.__mro__[1].__subclasses__() }}",
}


def gguf(keys: dict[str, str], tensors: int = 0, count: int | None = None) -> bytes:
    """Return a file of GGUF with texts alone."""
    data = b"GGUF" + struct.pack("<IQQ", 3, tensors, len(keys) if count is None else count)
    for key, value in keys.items():
        data += struct.pack("<Q", len(key)) + key.encode() + struct.pack("<IQ", 8, len(value.encode())) + value.encode()
    return data + b"\0" * (-len(data) % 32)


def _templates(corpus: Corpus) -> None:
    for number, (name, text) in enumerate(TEMPLATES.items()):
        corpus.add("gguf", f"{name}.gguf", gguf({"general.architecture": "llama", "tokenizer.chat_template": text}))
        if number % 3 == 0:
            corpus.add(
                "templates", f"{name}/tokenizer_config.json", json.dumps({"model_max_length": 9, "chat_template": text})
            )
        elif number % 3 == 1:
            corpus.add("templates", f"{name}/chat_template.jinja", text)
        else:
            corpus.add(
                "templates",
                f"{name}/processor_config.json",
                json.dumps({"chat_template": [{"name": "default", "template": text}]}),
            )
    corpus.add(
        "gguf",
        "second-template.gguf",
        gguf({"tokenizer.chat_template": "{{ messages }}", "tokenizer.chat_template.tool": TEMPLATES["cycler"]}),
    )
    corpus.add("gguf", "counts.gguf", gguf({"general.architecture": "llama"}, tensors=1 << 60))
    corpus.add("gguf", "keys.gguf", gguf({"general.architecture": "llama"}, count=1 << 62))
    corpus.add("gguf", "text.gguf", b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1 << 60) + b"x" * 64)
    corpus.add("templates", "plain.template", "{{ messages }}\n" + TEMPLATES["subclasses"])
    corpus.add("templates", "chat.yaml", f"chat_template: |\n  {TEMPLATES['cycler']}\n")
