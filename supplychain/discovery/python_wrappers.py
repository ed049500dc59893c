"""Which functions of a Python file hand on what they are given to a loading call."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from supplychain.catalog.interface import Loader
from supplychain.discovery.python_names import Parameter
from supplychain.discovery.python_opened import as_paths
from supplychain.discovery.python_options import decorators
from supplychain.discovery.python_report import Report, is_none, keyword_of, positional
from supplychain.discovery.python_tree import Chain
from supplychain.discovery.wrapper import Wrapper
from supplychain.model.component import Kind

_NO_POSITION = 10_000
"""The position of an argument that is given by keyword only."""


def wrappers(report: Report, node: ast.Call, loader: Loader, call: str, chain: Chain) -> Iterator[Wrapper]:
    """Yield the functions around a loading call whose parameter names what it loads, unchanged, or is that file, opened."""
    for given, by_path, around in as_paths(report, node, loader, chain) or [(node, loader, chain)]:
        yield from _wrappers(report, given, by_path, call, around)


def _wrappers(report: Report, node: ast.Call, loader: Loader, call: str, chain: Chain) -> Iterator[Wrapper]:
    if loader.named_by != "argument" or not (argument := _argument(node, loader)):
        return
    if isinstance(argument, (ast.Constant, ast.JoinedStr, ast.BinOp)) or _goes_elsewhere(report, node, loader, chain):
        return
    kind = _kind(report, node, loader, chain)
    possible = report.values.possible(argument, chain)
    for parameter in dict.fromkeys(possible.passed) if kind is not None else ():
        called = _called(parameter)
        if called is None:
            continue
        name, position = called
        revision = keyword_of(node, loader.revision) if loader.revision else None
        known = report.values.constant(revision, chain) if revision is not None else None
        plain = {
            "kind": kind,
            "position": position,
            "keywords": (parameter.name,),
            "revision": revision.id if isinstance(revision, ast.Name) else None,
        }
        cleared: dict[str, object] = {
            "requires": (),
            "unless": {},
            "endpoint": None,
            "checksum": None,
            "implicit": None,
        }
        cleared |= {"kind_argument": None, "local_argument": None, "code_revision": None}
        yield Wrapper(
            path=report.source.path,
            name=name,
            loader=loader.model_copy(update={**plain, **cleared}),
            call=call,
            flags=report.flags(node),
            revision=known.value if known else None,
            is_open=possible.is_open and loader.opens != "bytes",  # of which nothing is reported
        )


def _argument(node: ast.Call, loader: Loader) -> ast.expr | None:
    named = keyword_of(node, *loader.keywords)
    return named if named is not None else positional(node, loader.position)


def _goes_elsewhere(report: Report, node: ast.Call, loader: Loader, chain: Chain) -> bool:
    """Whether a call goes to an endpoint of its own, or to a folder."""
    endpoint = keyword_of(node, loader.endpoint) if loader.endpoint else None
    word = report.only(node, loader.local_argument, chain)
    return (endpoint is not None and not is_none(endpoint)) or (word is not None and word.value == "local")


def _kind(report: Report, node: ast.Call, loader: Loader, chain: Chain) -> Kind | None:
    word = report.only(node, loader.kind_argument, chain)
    if word is None:
        return Kind(loader.kind)
    return {"dataset": Kind.DATASET, "space": None}.get(word.value, Kind(loader.kind))


def _called(parameter: Parameter) -> tuple[str, int] | None:
    """Return the name by which another file calls a parameter's function, and the argument's position there."""
    function, around = parameter.function, parameter.around
    if isinstance(function, ast.Lambda):
        return None
    position = _NO_POSITION if parameter.position is None else parameter.position
    if len(around) == 1:
        return function.name, position
    if len(around) != 2 or not isinstance(around[1], ast.ClassDef) or parameter.name in {"self", "cls"}:
        return None
    if function.name == "__init__":
        return around[1].name, position - 1
    named = decorators(function)
    if "staticmethod" in named or "classmethod" in named:
        return f"{around[1].name}.{function.name}", position - (1 if "classmethod" in named else 0)
    return None
