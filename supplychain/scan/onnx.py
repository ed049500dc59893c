"""Models of ONNX: Protocol Buffers with a graph of operators (onnx/onnx.proto).

Tensors may lie in other files, by a path that has to stay beside the model; operators of other domains come from libraries
that a loader registers.
"""

from __future__ import annotations

from collections.abc import Iterator

from supplychain import catalog
from supplychain.scan import fingerprint
from supplychain.scan.archives.members import leads_out
from supplychain.scan.interface import Reader, Report, StoppedError, Tensor
from supplychain.scan.protobuf import Message

NAME = "ONNX"
_IR_VERSION, _PRODUCER, _GRAPH, _OPSETS, _METADATA, _FUNCTIONS = 1, 2, 7, 8, 14, 25
_KNOWN = {_IR_VERSION, _PRODUCER, 3, 4, 5, 6, _GRAPH, _OPSETS, _METADATA, 20, _FUNCTIONS, 26}
_RAW = 9
_LISTS = {4: "F32", 10: "F64"}
"""Fields of a tensor that hold its values, one after the other, in a type of their own."""
CONSTANT = 1024
"""Bytes of a tensor that may be a constant of an operator, such as an infinite bound."""
_TYPES = {1: "F32", 10: "F16", 11: "F64", 16: "BF16"}
"""Types whose values are looked at."""
_DEEPEST = 32
_MOST = 5_000_000


def matches(reader: Reader) -> bool:
    """Whether it is a model of ONNX: a message with a version, and a graph or the operators that it asks for."""
    head = reader.read(0, 2)
    if len(head) < 2 or head[0] not in (0x08, 0x12, 0x3A, 0x42):
        return False
    seen: set[int] = set()
    try:
        for number, value in Message(reader, 0, reader.size).fields():
            if number not in _KNOWN or (number == _GRAPH and isinstance(value, int)):
                return False
            seen.add(number)
    except StoppedError:
        return {_IR_VERSION, _GRAPH} <= seen
    # whose id stands where a graph does, and cannot be one: digits name no field of nodes or tensors
    return _GRAPH in seen and bool(seen & {_IR_VERSION, _OPSETS}) and not fingerprint.matches(reader)


def scan(reader: Reader, report: Report) -> None:
    """Tell of tensors whose files lie elsewhere than beside it, and of operators that are not ONNX's."""
    Walk(report).model(reader)
    report.covered(NAME, reader.size)


class Walk:
    """A walk through graphs, which may lie in attributes of operators."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._count = 0

    def model(self, reader: Reader) -> None:
        for number, value in Message(reader, 0, reader.size).fields():
            if isinstance(value, int):
                continue
            if number == _GRAPH:
                self.graph(value, 0)
            elif number == _OPSETS:
                _opset(value, self._report)
            elif number == _FUNCTIONS:
                for _, node in _messages(value, {7}):
                    self.node(node, 0)

    def graph(self, graph: Message, depth: int) -> None:
        if depth > _DEEPEST:
            raise StoppedError(f"graphs lie in one another more than {_DEEPEST} deep")
        for number, value in graph.fields():
            self._count += 1
            if self._count % 4096 == 0:
                self._report.check_time()
                if self._count > _MOST:
                    raise StoppedError(f"it has more than {_MOST:,} operators and tensors")
            if isinstance(value, int):
                continue
            if number == 1:
                self.node(value, depth)
            elif number == 5:
                self.tensor(value)
            elif number == 15:  # a sparse tensor: values and indices
                for _, inner in _messages(value, {1, 2}):
                    self.tensor(inner)

    def node(self, node: Message, depth: int) -> None:
        name = domain = ""
        for number, value in node.fields():
            if isinstance(value, int):
                continue
            if number == 4:
                name = value.text()
            elif number == 7:
                domain = value.text()
            elif number == 5:
                self.attribute(value, depth)
        if name in catalog.graphs().onnx.runs_code:
            self._report.saw(NAME, "operator-runs-code", f"operator {name} runs Python", name)
        elif domain not in catalog.graphs().onnx.domains:
            says = f"operator {name} is of the domain {domain}, which a library beside ONNX brings"
            self._report.saw(NAME, "foreign-operator", says, name)

    def attribute(self, attribute: Message, depth: int) -> None:
        for number, value in _messages(attribute, {5, 6, 10, 11}):
            if number in (6, 11):
                self.graph(value, depth + 1)
            else:
                self.tensor(value)

    def tensor(self, tensor: Message) -> None:
        name, external, kind = "", False, 0
        locations: list[str] = []
        values: list[tuple[str, Message]] = []
        for number, value in tensor.fields():
            if isinstance(value, int):
                external = external or (number == 14 and value == 1)
                kind = value if number == 2 else kind
            elif number == 8:
                name = value.text()
            elif number == _RAW or number in _LISTS:
                values.append((_LISTS.get(number, ""), value))
            elif number == 13:
                entry = [part.text() for _, part in _messages(value, {1, 2})]
                locations += entry[1:] if entry[:1] == ["location"] else []
        for location in locations:
            if leads_out(location):
                says = f"its values are read from {location}, outside the model's folder"
                self._report.saw(NAME, "external-data-outside", says, name)
        for dtype, part in values:
            self._report.holds(
                Tensor(name, dtype or _TYPES.get(kind, "raw"), (), part.begin, part.size, part.size > CONSTANT)
            )
        if external and not locations:
            self._report.stopped(NAME, f"tensor {name} lies in another file that is not named")


def _messages(message: Message, numbers: set[int]) -> Iterator[tuple[int, Message]]:
    for number, value in message.fields():
        if number in numbers and not isinstance(value, int):
            yield number, value


def _opset(opset: Message, report: Report) -> None:
    for _, domain in _messages(opset, {1}):
        if (name := domain.text()) not in catalog.graphs().onnx.domains:
            report.saw(NAME, "foreign-domain", f"it asks for operators of the domain {name}")
