"""Functions of the target that start programs: a command that one is given is run, in whatever way it hands it on."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from supplychain import catalog
from supplychain.discovery.python_names import Chain, Names
from supplychain.discovery.python_report import Report
from supplychain.discovery.python_search import function_of

_CLIENT = "pip"
_SAYS = "install"
_HOPS = 3
"""Functions that call one another."""


def helped(report: Report) -> Iterator[tuple[ast.expr, Chain, str]]:
    """Yield the commands that installing functions of the target are given, each with the client that begins it, if any.

    A command is a text or a list that says `install`; where it begins so, the function's name has to say of what.
    """
    names = report.names
    for called, calls in names.calls.items():
        for node, chain in calls:
            begin = _begin(node.args[0]) if node.args else ""
            if _SAYS not in begin:
                continue
            found = function_of(names, node.func, chain)
            is_part = begin.lstrip().startswith(_SAYS)
            if found is not None and (not is_part or _CLIENT in called) and _starts(*found, _HOPS):
                yield node.args[0], chain, _CLIENT if is_part else ""


def _begin(node: ast.expr) -> str:
    """Return the literal texts of a command, of which only some may be known."""
    if isinstance(node, (ast.List, ast.Tuple)):
        return " ".join(_begin(item) for item in node.elts[:8])
    parts = (
        node.values
        if isinstance(node, ast.JoinedStr)
        else [node.left, node.right]
        if isinstance(node, ast.BinOp)
        else [node]
    )
    texts = (part.value for part in parts if isinstance(part, ast.Constant))
    return "".join(text for text in texts if isinstance(text, str))


def _starts(names: Names, function: ast.AST, hops: int) -> bool:
    """Whether a function calls what starts a program, itself or through others of its file."""
    known = catalog.commands().starts
    inner = [(last, node, chain) for last, calls in names.calls.items() for node, chain in calls if function in chain]
    if any(not known.keys().isdisjoint(names.dotted(node.func, chain)) for _, node, chain in inner):
        return True
    further = {id(other[1]): other for _, node, chain in inner if (other := function_of(names, node.func, chain))}
    return hops > 0 and any(_starts(*other, hops - 1) for other in further.values() if other[1] is not function)
