"""Where Python source defines what it names: in this file, or in another one of the target."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from supplychain.discovery.python_names import Chain, Names

_HOPS = 4
"""Files that a name is followed through which import it from one another."""
_TAIL = 3
"""Names after that of the module: a class, its member, the value of that."""
_WRAPPERS = frozenset({"Optional", "Union", "Annotated", "Final", "ClassVar", "InstanceOf"})
"""What an annotation writes around the class that it means."""
_ANNOTATION = 200
"""Characters of an annotation that is written as a string."""


Function = tuple[Names, ast.FunctionDef | ast.AsyncFunctionDef]
"""A function of the target, with the file that defines it."""


@dataclass(frozen=True)
class Class:
    """A class of the target, with the file that defines it and the scopes that its body sees."""

    node: ast.ClassDef
    chain: Chain
    names: Names


def definition(names: Names, dotted: str, hops: int = _HOPS) -> tuple[Names, list[str]] | None:
    """Return the file that defines what a dotted name stands for as this file imports it, and its name there."""
    dots = dotted[: len(dotted) - len(dotted.lstrip("."))]
    parts = dotted[len(dots) :].split(".")
    for cut in range(1, min(len(parts), _TAIL) + 1):
        module = dots + ".".join(parts[:-cut])
        other = names.others(module) if module else None
        if other is not None:
            return _within(other, parts[-cut:], hops)
    return None


def _within(names: Names, tail: list[str], hops: int) -> tuple[Names, list[str]] | None:
    chain = (names.module,)
    imported = names.imported_from(tail[0], chain)
    if imported or tail[0] not in names.scopes[names.module].values:
        further = imported or [f"{star}.{tail[0]}" for star in names.stars]
        ways = (definition(names, ".".join([way, *tail[1:]]), hops - 1) for way in further if hops)
        return next((found for found in ways if found is not None), None)
    return names, tail


def classes(names: Names, node: ast.expr, chain: Chain) -> list[Class]:
    """Return the one class of the target that an expression names, or none."""
    if isinstance(node, ast.Name) and not names.imported_from(node.id, chain):
        return _only(names, node.id)
    for found in definitions(names, node, chain):
        if len(found[1]) == 1 and (known := _only(found[0], found[1][0])):
            return known
    return []


def function_of(names: Names, node: ast.expr, chain: Chain) -> Function | None:
    """Return the one function of the target that an expression names, with its file, or None."""
    if isinstance(node, ast.Name) and not names.imported_from(node.id, chain):
        return _function(names, node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}:
        owner = next((scope for scope in reversed(chain) if isinstance(scope, ast.ClassDef)), None)
        methods = [method for method, around in names.functions.get(node.attr, []) if around[-1] is owner]
        return (names, methods[0]) if len(methods) == 1 else None
    for other, tail in definitions(names, node, chain):
        found = _function(other, tail[0]) if len(tail) == 1 else None
        if found is not None:
            return found
    return None


def annotated(names: Names, node: ast.expr | None, chain: Chain) -> list[Class]:
    """Return the classes of the target that an annotation says a value is of."""
    return [found for leaf in _leaves(node, 0) for found in classes(names, leaf, chain)] if node is not None else []


def _leaves(node: ast.expr, depth: int) -> Iterator[ast.expr]:
    if depth > _HOPS:
        return
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        yield from _leaves(node.left, depth + 1)
        yield from _leaves(node.right, depth + 1)
    elif isinstance(node, ast.Subscript):
        outer = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        for part in inner if outer in _WRAPPERS else ():
            yield from _leaves(part, depth + 1)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < _ANNOTATION:
        try:
            yield from _leaves(ast.parse(node.value, mode="eval").body, depth + 1)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
    elif isinstance(node, (ast.Name, ast.Attribute)):
        yield node


def definitions(names: Names, node: ast.expr, chain: Chain) -> Iterator[tuple[Names, list[str]]]:
    """Yield the files that define what an expression names through imports, and its name there."""
    tail: list[str] = []
    while isinstance(node, ast.Attribute):
        tail.insert(0, node.attr)
        node = node.value
    for dotted in names.imported_from(node.id, chain) if isinstance(node, ast.Name) else ():
        found = definition(names, ".".join([dotted, *tail]))
        if found is not None:
            yield found


def _function(names: Names, name: str) -> Function | None:
    """Return the one function of that name, of the module before those inside others."""
    every = names.functions.get(name, [])
    found = [function for function, around in every if len(around) == 1] or [function for function, _ in every]
    return (names, found[0]) if len(found) == 1 else None


def _only(names: Names, name: str) -> list[Class]:
    found = names.classes.get(name, [])
    return [Class(*found[0], names)] if len(found) == 1 else []
