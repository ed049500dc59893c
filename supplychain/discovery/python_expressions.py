"""Names, texts that are put together, and choices in Python source: what each can be."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from supplychain.discovery.python_names import Bound, Chain, Element
from supplychain.discovery.python_order import before, contains
from supplychain.discovery.python_search import definition
from supplychain.discovery.python_value import (
    LIMIT,
    Container,
    Follower,
    Given,
    Known,
    Nothing,
    Passed,
    Unknown,
    Value,
    marked,
    text_of,
)
from supplychain.model.reference import Resolution

_MOST = 4 * LIMIT
"""Assignments to one name that are looked at."""

_Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


def name(follower: Follower, node: ast.Name, chain: Chain, depth: int) -> Iterator[Value]:
    """Yield what a name is bound to, in this file or another."""
    names = follower.names
    found = names.visible(node.id, chain)
    if found is None:
        if node.id == "__file__" and names.path:
            yield Known(f"./{names.path}", Resolution.CONSTANT)
            return
        from_star = (f"{star}.{node.id}" for star in names.stars)
        dotted = next((name for name in from_star if definition(names, name)), None)
        yield from follower.from_module(dotted, depth) if dotted else (Unknown(),)
        return
    bound, around = found
    imported = names.imported_from(node.id, chain)
    too_many = len(bound) > _MOST
    bound = [value for value in bound[:_MOST] if not (value is None and imported) and not _is_itself(value, node)]
    values: list[Value] = []
    if len(bound) > 1 and around == chain and not (too_many or imported):
        order = before(chain[-1], node, node.id)
        bound = [value for value in bound if not order.is_apart(_line(value))]
        last = [value for value in bound if order.is_last(_line(value))] if None not in bound else []
        bound = last if order.by_loop and last else bound
        values = [item for value in last for item in follower.bound(value, around, depth)]
    if not values or any(isinstance(value, Unknown) for value in values):
        values = [item for dotted in imported for item in follower.from_module(dotted, depth)]
        values += [item for value in bound[:LIMIT] for item in follower.bound(value, around, depth)]
        values += [Unknown()] if too_many or len(bound) > LIMIT else []
    yield from values
    if any(isinstance(v, Passed) for v in values) and all(isinstance(v, (Passed, Nothing)) for v in values):
        yield Given()  # a parameter that is None by default is given by the caller


def _is_itself(value: Bound, node: ast.expr) -> bool:
    """Whether a name is used inside what it is bound to: `name = name or "default"`."""
    return isinstance(value, ast.expr) and contains(value, node)


def _line(value: Bound) -> int:
    if isinstance(value, Element):
        return value.of.lineno
    return getattr(value, "lineno", 0)


def formatted(follower: Follower, node: ast.JoinedStr, chain: Chain, depth: int) -> Iterator[Value]:
    """Yield the texts that an f-string gives."""
    formatted = [part for part in node.values if isinstance(part, ast.FormattedValue)]
    if any(part.conversion != -1 or part.format_spec is not None for part in formatted):
        yield Unknown()
        return
    parts = [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values]
    yield from follower.joined(parts, chain, depth) if parts else (Known("", Resolution.LITERAL),)


def added(follower: Follower, node: ast.BinOp, chain: Chain, depth: int) -> Iterator[Value]:
    """Return the texts that a sum of texts or paths gives, or one whose `%s` are filled in."""
    if isinstance(node.op, (ast.Add, ast.Div)):
        between = "/" if isinstance(node.op, ast.Div) else ""
        return follower.joined((node.left, node.right), chain, depth, between)
    pattern = text_of(follower, node.left, chain, depth) if isinstance(node.op, ast.Mod) else None
    given = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
    texts = pattern.split("%s") if pattern else []
    if len(texts) != len(given) + 1 or any("%" in text for text in texts):
        return iter((Unknown(),))
    parts: list[ast.expr] = [ast.Constant(texts[0])]
    for text, item in zip(texts[1:], given, strict=True):
        parts += [item, ast.Constant(text)]
    return follower.joined(parts, chain, depth)


def either(follower: Follower, node: ast.BoolOp, chain: Chain, depth: int) -> Iterator[Value]:
    """Yield what one operand or another gives; what is given from outside falls back on the last."""
    last = list(follower.follow(node.values[-1], chain, depth))
    for operand in node.values[:-1]:
        falls_back = isinstance(node.op, ast.Or)
        for value in follower.follow(operand, chain, depth):
            if not isinstance(value, Nothing) and not (falls_back and isinstance(value, Given)):
                yield value
    yield from marked(last, Resolution.DEFAULT) if isinstance(node.op, ast.Or) else last


def chosen(follower: Follower, node: ast.IfExp, chain: Chain, depth: int) -> Iterator[Value]:
    """Yield what either branch of a conditional expression gives."""
    yield from follower.follow(node.body, chain, depth)
    yield from follower.follow(node.orelse, chain, depth)


def inner(follower: Follower, node: ast.NamedExpr | ast.Await, chain: Chain, depth: int) -> Iterator[Value]:
    """Return what an expression inside another gives."""
    return follower.follow(node.value, chain, depth)


def comprehended(follower: Follower, node: _Comprehension, chain: Chain, _: int) -> Iterator[Value]:
    """Yield the collection that a comprehension makes, its one part standing for all."""
    if isinstance(node, ast.DictComp):
        yield Container(ast.Dict([node.key], [node.value]), chain, follower.names)
    else:
        yield Container(ast.List([node.elt], ast.Load()), chain, follower.names)
