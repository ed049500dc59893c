"""SavedModels and frozen graphs of TensorFlow: operators that read or write files, or run Python, as the graph runs.

Form: tensorflow/core/protobuf/{saved_model,meta_graph}.proto and core/framework/{graph,function,node_def}.proto. The plain
operators of checkpoints (SaveV2, RestoreV2, MergeV2Checkpoints) are in every SavedModel.
"""

from __future__ import annotations

from supplychain import catalog
from supplychain.scan.interface import Reader, Report, StoppedError
from supplychain.scan.protobuf import Message

NAME = "SavedModel"
_SCHEMA, _META_GRAPHS, _GRAPH_DEF, _NODES, _LIBRARY = 1, 2, 2, 1, 2


def matches(reader: Reader) -> bool:
    """Whether it is a SavedModel: its version, which is 1, and graphs; or a graph by itself."""
    return _is_saved_model(reader) or _is_graph(reader)


def scan(reader: Reader, report: Report) -> None:
    """Tell of operators that reach files or run code."""
    whole = Message(reader, 0, reader.size)
    if not _is_saved_model(reader):
        _graph(whole, report)
    for number, meta in whole.fields() if _is_saved_model(reader) else ():
        if number == _META_GRAPHS and isinstance(meta, Message):
            for inner, graph in meta.fields():
                if inner == _GRAPH_DEF and isinstance(graph, Message):
                    _graph(graph, report)
    report.covered(NAME, reader.size)


def _graph(graph: Message, report: Report) -> None:
    for number, value in graph.fields():
        if isinstance(value, int):
            continue
        if number == _NODES:
            _node(value, report)
        elif number == _LIBRARY:
            for inner, function in value.fields():
                if inner == 1 and isinstance(function, Message):
                    for part, node in function.fields():
                        if part == 3 and isinstance(node, Message):
                            _node(node, report)


def _node(node: Message, report: Report) -> None:
    report.check_time()
    known = catalog.graphs().tensorflow
    texts = {number: value.text() for number, value in node.fields() if number in (1, 2) and isinstance(value, Message)}
    operator, name = texts.get(2, ""), texts.get(1, "")
    if operator in known.runs_code:
        report.saw(NAME, "operator-runs-code", f"operator {operator} runs Python", name)
    elif operator in known.touches_files:
        report.saw(NAME, "operator-touches-files", f"operator {operator} reads, writes or removes files", name)


def _is_saved_model(reader: Reader) -> bool:
    """Whether it is a SavedModel; its version may be left out, and then its first graph has to be one."""
    head = reader.read(0, 2)
    if head != b"\x08\x01" and head[:1] != b"\x12":
        return False
    try:
        fields = list(Message(reader, 0, reader.size).fields())
        graphs = [part for number, meta in fields[:1] if isinstance(meta, Message) for number, part in meta.fields()]
        whole = [part for part in graphs if isinstance(part, Message) and _begins_as_graph(part)]
    except StoppedError:
        return False
    numbers = {number for number, _ in fields}
    return numbers == {_SCHEMA, _META_GRAPHS} or (numbers == {_META_GRAPHS} and bool(whole))


def _is_graph(reader: Reader) -> bool:
    """Whether it is a GraphDef: nodes with a name and an operator, versions and functions."""
    if reader.read(0, 1) != b"\x0a":
        return False
    return _begins_as_graph(Message(reader, 0, reader.size))


def _begins_as_graph(graph: Message) -> bool:
    try:
        fields = graph.fields()
        first, numbers = next(fields), {number for number, _ in fields}
        inner = [number for number, _ in first[1].fields()] if isinstance(first[1], Message) else []
    except (StoppedError, StopIteration):
        return False
    return first[0] == _NODES and numbers <= {1, 2, 3, 4} and {1, 2} <= set(inner) <= {1, 2, 3, 4, 5, 6, 7}
