"""What graphs and configurations of models may name, as data."""

from supplychain.catalog.interface import Data


class OnnxGraphs(Data):
    """Operators of ONNX."""

    domains: frozenset[str]
    runs_code: frozenset[str]


class TensorflowGraphs(Data):
    """Operators of TensorFlow."""

    runs_code: frozenset[str]
    touches_files: frozenset[str]


class KerasConfigs(Data):
    """Classes and functions that configurations of Keras name."""

    packages: tuple[str, ...]
    runs_code: frozenset[str]
    functions: frozenset[str]
    files: frozenset[str]


class Graphs(Data):
    """All of them."""

    onnx: OnnxGraphs
    tensorflow: TensorflowGraphs
    keras: KerasConfigs
