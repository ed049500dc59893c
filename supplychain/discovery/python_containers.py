"""The parts of literal collections in Python source: elements, pairs, subscripts, and what loops give."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from supplychain.discovery.python_names import Chain, Element
from supplychain.discovery.python_value import (
    Container,
    Follower,
    Given,
    Known,
    Parsed,
    Unknown,
    Value,
    marked,
    open_like,
    seen,
    text_of,
)
from supplychain.model.reference import Resolution


def element(follower: Follower, given: Element, chain: Chain, depth: int) -> Iterator[Value]:
    """Yield what a loop or an unpacked value gives to a name."""
    over, part = given.of, given.part
    if given.loop and isinstance(over, ast.Call):
        called = over.func.attr if isinstance(over.func, ast.Attribute) else getattr(over.func, "id", "")
        if called in {"items", "values", "keys"} and isinstance(over.func, ast.Attribute):
            which = {"keys": 0, "values": 1}.get(called, part)
            for value in seen(follower.follow(over.func.value, chain, depth)):
                yield from _pairs(follower, value, which, None if called == "items" else part, depth)
            return
        if called == "enumerate" and over.args and part == 1:
            over, part = over.args[0], None
        elif called == "zip" and part is not None and part < len(over.args):
            over, part = over.args[part], None
    for value in seen(follower.follow(over, chain, depth)):
        inner = _parts(follower, value, depth) if given.loop else iter((value,))
        yield from inner if part is None else (item for each in inner for item in at(follower, each, part, depth))


def at(follower: Follower, value: Value, key: int | str | None, depth: int) -> Iterator[Value]:
    """Yield the part of a collection at a position or key; all of them where that is not known."""
    if isinstance(value, Parsed):
        yield value  # `parse_known_args` gives the options with the rest
        return
    if not isinstance(value, Container):
        yield open_like(value)
        return
    node = value.node
    if isinstance(node, ast.Dict):
        pairs = list(zip(node.keys, node.values, strict=True))
        chosen = [item for name, item in pairs if isinstance(name, ast.Constant) and name.value == key][-1:]
        made = [item for name, item in pairs if name is not None and not isinstance(name, ast.Constant)]
        picked = (chosen or made) if key is not None else node.values
        is_whole = all(name is not None for name in node.keys)
    else:
        within = isinstance(key, int) and -len(node.elts) <= key < len(node.elts)
        picked = [node.elts[key]] if within and isinstance(key, int) else node.elts if key is None else []
        is_whole = True
    for item in picked:
        yield from _inside(follower, value, item, depth)
    if not picked or not is_whole:
        yield Unknown()


def subscript(follower: Follower, node: ast.Subscript, chain: Chain, depth: int) -> Iterator[Value]:
    """Yield what a subscript picks."""
    if isinstance(node.slice, ast.Slice):
        yield Unknown()
        return
    if "os.environ" in follower.names.dotted(node.value, chain):
        yield Given()
        return
    keys: Sequence[int | str | None] = (None,)
    if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, (int, str)):
        keys = (node.slice.value,)
    elif texts := [v.value for v in follower.follow(node.slice, chain, depth) if isinstance(v, Known)]:
        only = text_of(follower, node.slice, chain, depth)
        keys = (only,) if only is not None and len(texts) == 1 else (None,)
    for value in seen(follower.follow(node.value, chain, depth)):
        for key in keys:
            yield from at(follower, value, key, depth)


def _pairs(follower: Follower, value: Value, which: int | None, part: int | None, depth: int) -> Iterator[Value]:
    if not isinstance(value, Container) or not isinstance(value.node, ast.Dict) or which not in {0, 1}:
        yield Unknown()
        return
    for node in value.node.values if which else value.node.keys:
        if node is None:
            yield Unknown()
            continue
        for item in _inside(follower, value, node, depth):
            yield from (item,) if part is None else at(follower, item, part, depth)


def _parts(follower: Follower, value: Value, depth: int) -> Iterator[Value]:
    """Yield the elements of a collection, of a dictionary its keys."""
    if not isinstance(value, Container):
        yield open_like(value)
        return
    nodes = value.node.keys if isinstance(value.node, ast.Dict) else value.node.elts
    for node in nodes:
        yield from _inside(follower, value, node, depth) if node is not None else (Unknown(),)


def _inside(follower: Follower, container: Container, node: ast.expr, depth: int) -> Iterator[Value]:
    if container.names is follower.names:
        return follower.follow(node, container.chain, max(depth, 1))
    return marked(follower.elsewhere(container.names).follow(node, container.chain, depth), Resolution.IMPORTED)
