"""What a call of Python source is given for an argument: by name, at a position, or inside `**mapping`."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from supplychain.discovery.python_names import Chain
from supplychain.discovery.python_report import Report, keyword_of, positional
from supplychain.discovery.python_value import LIMIT, Container, Possible, seen

_DEPTH = 4
"""Mappings in a mapping that are followed."""
_FILLS = ("update", "setdefault")


@dataclass(frozen=True)
class Value:
    """An expression that gives an argument, with the scopes that it is seen from and what it can be."""

    node: ast.expr
    possible: Possible


@dataclass(frozen=True)
class Given:
    """All that a call may be given for one argument."""

    values: tuple[Value, ...] = ()
    may_lack: bool = True
    """Whether it may be given nothing."""
    hidden: ast.expr | None = None
    """A mapping that the code does not show, and that may hold it."""


def given(report: Report, node: ast.Call, names: Sequence[str], chain: Chain, position: int | None = None) -> Given:
    """Return what a call may be given under one of these names."""
    direct = keyword_of(node, *names)
    if direct is None and position is not None:
        direct = positional(node, position)
    if direct is not None:
        return Given((Value(direct, report.possible(direct, chain)),), may_lack=False)
    found = Given()
    for star in (keyword.value for keyword in node.keywords if keyword.arg is None):
        inner = _joined(_mapping(report, star, names, chain, 0), _filled(report, node, star, names, chain))
        found = Given((*found.values, *inner.values), found.may_lack and inner.may_lack, found.hidden or inner.hidden)
    return found


def held(report: Report, node: ast.expr, keys: Sequence[str], chain: Chain) -> Given:
    """Return what the mapping that an expression is holds under one of these keys, at any depth."""
    return _mapping(report, node, keys, chain, 0, is_deep=True)


def elements(report: Report, node: ast.expr, chain: Chain) -> list[ast.expr]:
    """Return the elements of the list that an expression is, in this file, or the expression itself."""
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return node.elts
    listed = [
        value.node for value in _containers(report, node, chain) if value is not None and value.names is report.names
    ]
    found = [part for item in listed if not isinstance(item, ast.Dict) for part in item.elts]
    return found or [node]


def _containers(report: Report, node: ast.expr, chain: Chain) -> Iterator[Container | None]:
    """Yield the collections that an expression can be, and None for what is none or is not shown."""
    for value in seen(itertools.islice(report.values.follow(node, chain, 0), LIMIT)):
        yield value if isinstance(value, Container) else None


def _mapping(
    report: Report, node: ast.expr, keys: Sequence[str], chain: Chain, depth: int, *, is_deep: bool = False
) -> Given:
    """Return what a mapping holds; one that is not shown, or that another file makes, is hidden."""
    found: list[Value] = []
    may_lack, hidden = False, None
    for container in _containers(report, node, chain) if depth < _DEPTH else [None]:
        if container is None or not isinstance(container.node, ast.Dict):
            hidden, may_lack = node, True
            continue
        if not container.node.keys:
            hidden = node  # it is filled later
        values = report.values if container.names is report.names else report.values.elsewhere(container.names)
        has_one = False
        for key, item in zip(container.node.keys, container.node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in keys:
                report.read.update(id(part) for part in ast.walk(item) if isinstance(part, ast.Constant))
                shown = item if container.names is report.names else node
                found.append(Value(shown, values.possible(item, container.chain)))
                has_one = True
            elif (key is None or is_deep) and container.names is report.names and not isinstance(item, ast.Constant):
                inner = _mapping(report, item, keys, container.chain, depth + 1, is_deep=is_deep)
                found += inner.values
                hidden = hidden or (inner.hidden if key is None else None)
                has_one = has_one or not inner.may_lack
        may_lack = may_lack or not has_one
    return Given(tuple(found), may_lack, hidden)


def _filled(report: Report, node: ast.Call, star: ast.expr, keys: Sequence[str], chain: Chain) -> Given:
    """Return what statements before a call put into a mapping of the same scope; those of a branch may not run."""
    if not isinstance(star, ast.Name):
        return Given()
    found: list[Value] = []
    is_sure = False
    for item, around in report.names.nodes:
        if around[-1] is not chain[-1] or getattr(item, "lineno", 0) >= node.lineno:
            continue
        for value in _put(item, star.id, keys):
            found.append(Value(value, report.possible(value, around)))
            is_sure = is_sure or any(
                item in {one, getattr(one, "value", None)} for one in getattr(chain[-1], "body", ())
            )
    return Given(tuple(found), may_lack=not is_sure)


def _put(item: ast.AST, name: str, keys: Sequence[str]) -> Iterator[ast.expr]:
    if isinstance(item, ast.Assign):
        for target in item.targets:
            if not isinstance(target, ast.Subscript) or not isinstance(target.value, ast.Name):
                continue
            key = target.slice.value if isinstance(target.slice, ast.Constant) else None
            if target.value.id == name and isinstance(key, str) and key in keys:
                yield item.value
    elif isinstance(item, ast.Call) and isinstance(item.func, ast.Attribute) and item.func.attr in _FILLS:
        if not isinstance(item.func.value, ast.Name) or item.func.value.id != name:
            return
        yield from (keyword.value for keyword in item.keywords if keyword.arg in keys)
        for mapping in item.args:
            pairs = zip(mapping.keys, mapping.values, strict=True) if isinstance(mapping, ast.Dict) else iter(())
            yield from (value for key, value in pairs if isinstance(key, ast.Constant) and key.value in keys)


def _joined(made: Given, filled: Given) -> Given:
    return Given((*made.values, *filled.values), made.may_lack and filled.may_lack, made.hidden)
