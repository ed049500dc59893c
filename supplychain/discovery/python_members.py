"""Attributes in Python source: of classes and their objects, of modules, and of parsed options."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator

from supplychain.discovery.python_names import Chain
from supplychain.discovery.python_options import OPTIONS
from supplychain.discovery.python_order import before, contains, path_of
from supplychain.discovery.python_search import Class, annotated, classes, definitions
from supplychain.discovery.python_value import (
    DEPTH,
    LIMIT,
    Follower,
    Given,
    Instance,
    Known,
    Nothing,
    Parsed,
    Unknown,
    Value,
    keyword,
    marked,
    seen,
)
from supplychain.model.reference import Resolution

_MOST = 4 * LIMIT
"""Assignments to one attribute that are looked at."""
_CONFIGURED = ("args", "config", "cfg", "settings", "options")
"""What ends the name of an object that holds options."""


def attribute(follower: Follower, node: ast.Attribute, chain: Chain, depth: int) -> Iterator[Value]:
    """Yield what an attribute is."""
    names, base = follower.names, node.value
    if isinstance(base, ast.Name):
        for scope in reversed(chain):
            if isinstance(scope, ast.ClassDef) and base.id in {"self", "cls", scope.name}:
                own = Class(scope, chain[: chain.index(scope) + 1], names)
                yield from _member(follower, own, node.attr, depth, (node, chain))
                return
        if imported := names.imported_from(base.id, chain):
            for dotted in imported:
                yield from follower.from_module(f"{dotted}.{node.attr}", depth)
            return
        if named := classes(names, base, chain):
            yield from _member(follower, named[0], node.attr, depth)
            return
    if node.attr == "value" and isinstance(base, ast.Attribute):
        yield from attribute(follower, base, chain, depth)  # a member of an enumeration
        return
    if isinstance(base, ast.Attribute) and any(definitions(names, node, chain)):
        yield from follower.from_module(names.dotted(node, chain)[0], depth)
        return
    if found := _set_here(follower, node, chain, depth):
        yield from found
        return
    yield from _of_object(follower, node, chain, depth)


def _of_object(follower: Follower, node: ast.Attribute, chain: Chain, depth: int) -> Iterator[Value]:
    base = node.value
    is_bound = not isinstance(base, ast.Name) or base.id == "__file__" or follower.names.visible(base.id, chain)
    found = seen(follower.follow(base, chain, depth)) if is_bound else []
    known = [value for value in found if isinstance(value, (Instance, Parsed))]
    if node.attr == "parent" and any(isinstance(value, Known) for value in found):
        for value in found:
            yield Known(posixpath.dirname(value.value) or ".", value.resolution) if isinstance(value, Known) else value
        return
    for value in known:
        if isinstance(value, Instance):
            yield from _of_instance(follower, value, node.attr, depth)
        else:
            yield from _parsed(follower, value, node.attr, depth)
    rest = [value for value in found if not isinstance(value, (Instance, Parsed, Nothing))]
    if rest or not known:
        yield from _option(
            follower, node, base, is_given=bool(rest) and all(isinstance(v, Given) for v in rest), depth=depth
        )


def _set_here(follower: Follower, node: ast.Attribute, chain: Chain, depth: int) -> list[Value]:
    """Return what code assigns to an attribute of an object that is itself one: `self.config.model = …`."""
    path = path_of(node)
    if path is None:
        return []
    given = [
        (value, around)
        for owner, value, around in follower.names.attributes.get(node.attr, ())[-_MOST:]
        if value is not None and id(value) not in follower.following and path_of(owner) == path.rpartition(".")[0]
        if _class_of(around) is _class_of(chain) and (path.startswith("self.") or around == chain)
    ]
    order = before(chain[-1], node, path)
    given = [item for item in given if item[1] != chain or not order.is_apart(item[0].lineno)]
    last = [item for item in given if item[1] == chain and order.is_last(item[0].lineno)]
    found = _assigned(follower, last, depth)
    if found and not any(isinstance(item, Unknown) for item in found):
        return found
    found = _assigned(follower, given, depth)
    if not found:
        return []
    has_default = any(isinstance(value, ast.BoolOp) and isinstance(value.op, ast.Or) for value, _ in given)
    return [
        *found,
        *(v for v in _of_object(follower, node, chain, depth) if not (has_default and isinstance(v, Given))),
    ]


def _assigned(follower: Follower, given: list[tuple[ast.expr, Chain]], depth: int) -> list[Value]:
    """Return what these values can be; a value that is used inside itself gives nothing there."""
    follower.following.update(id(value) for value, _ in given)
    found = [item for value, around in given for item in follower.follow(value, around, depth)]
    follower.following.difference_update(id(value) for value, _ in given)
    return found


def _option(follower: Follower, node: ast.Attribute, base: ast.expr, *, is_given: bool, depth: int) -> Iterator[Value]:
    """Yield the default of a command's option, or of the one class of this file with such a field."""
    names = follower.names
    name = base.id if isinstance(base, ast.Name) else base.attr if isinstance(base, ast.Attribute) else ""
    if node.attr in follower.options and name in OPTIONS:
        default = follower.follow(follower.options[node.attr], (names.module,), depth)
        yield from marked(default, Resolution.DEFAULT)
        return
    if name in OPTIONS or name.endswith(_CONFIGURED):
        every = (known for found in names.classes.values() for known in found)
        owners = [(owner, around) for owner, around in every if node.attr in names.scopes[owner].values]
        if len(owners) == 1:
            yield from marked(_member(follower, Class(*owners[0], names), node.attr, depth), Resolution.DEFAULT)
            return
    yield Given() if is_given else Unknown()


def _parsed(follower: Follower, value: Parsed, name: str, depth: int) -> Iterator[Value]:
    """Yield the default of an option of a parser, which may stand in another file."""
    there = follower if value.names is follower.names else follower.elsewhere(value.names)
    default = there.options.get(name)
    found = there.follow(default, (value.names.module,), depth) if default is not None else iter((Given(),))
    yield from marked(found, Resolution.DEFAULT)


def _of_instance(follower: Follower, instance: Instance, name: str, depth: int) -> Iterator[Value]:
    """Yield what an object is made with, else what its class gives an attribute."""
    owner = instance.of
    has_own = "__init__" in owner.names.scopes[owner.node].values
    if instance.made is not None and not has_own:
        call, chain, names = instance.made
        given = keyword(call, name) or _positional(call, owner.node, name)
        if given is not None:
            there = follower if names is follower.names else follower.elsewhere(names)
            yield from there.follow(given, chain, depth)
            return
    if instance.made is None and not has_own:
        yield from _made(follower, owner, name, depth)
    for value in _member(follower, owner, name, depth):
        yield from marked((Given() if isinstance(value, Nothing) else value,), Resolution.DEFAULT)


def _made(follower: Follower, owner: Class, name: str, depth: int) -> Iterator[Value]:
    """Yield what the objects are made with that the file of a class makes itself: a table of them."""
    there = follower if owner.names is follower.names else follower.elsewhere(owner.names)
    for call, chain in owner.names.calls.get(owner.node.name, ())[:LIMIT]:
        given = keyword(call, name) or _positional(call, owner.node, name)
        if given is not None:
            yield from (value for value in there.follow(given, chain, depth) if isinstance(value, Known))


def _positional(call: ast.Call, owner: ast.ClassDef, name: str) -> ast.expr | None:
    fields = [s.target.id for s in owner.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)]
    before = call.args[: fields.index(name) + 1] if name in fields else []
    whole = len(before) > fields.index(name) if before else False
    return before[-1] if whole and not any(isinstance(item, ast.Starred) for item in before) else None


def _member(
    follower: Follower, of: Class, name: str, depth: int, used: tuple[ast.Attribute, Chain] | None = None
) -> Iterator[Value]:
    """Yield what the body of a class, its methods and other code of its file assign to an attribute."""
    if of.names is not follower.names:
        there = _member(follower.elsewhere(of.names), of, name, depth + 1)
        yield from marked(there, Resolution.IMPORTED)
        return
    names = follower.names
    body = names.scopes[of.node].values.get(name, [])
    every = names.attributes.get(name, ())
    given = [item for item in every[:_MOST] if _is_of(follower, item[0], item[2], of.node)]
    if used is not None and len(given) > 1:
        given = _last(given, *used) or given
    if not body and not given:
        yield from _inherited(follower, of, name, depth)
    if len(every) > _MOST:
        yield Unknown()
    for value in body[:_MOST]:
        yield from follower.bound(value, of.chain, depth)
    for _, assigned, around in given:
        if used is None or assigned is None or not contains(assigned, used[0]):
            yield from follower.follow(assigned, around, depth) if assigned is not None else (Unknown(),)


_Assigned = tuple[ast.expr, ast.expr | None, Chain]


def _last(given: list[_Assigned], node: ast.Attribute, chain: Chain) -> list[_Assigned]:
    """Return the assignments that count where the last of them always comes before the use, else none."""
    order = before(chain[-1], node, path_of(node) or "")
    here = [item for item in given if item[2] == chain and order.is_last(item[0].lineno)]
    return here if all(isinstance(item[1], ast.Constant) for item in here) else []


def _inherited(follower: Follower, of: Class, name: str, depth: int) -> Iterator[Value]:
    fields = (s for s in of.node.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name))
    stated = next((s.annotation for s in fields if getattr(s.target, "id", "") == name), None)
    if said := annotated(follower.names, stated, of.chain):
        yield from (Instance(found) for found in said)
        return
    if stated is not None:
        yield Given()
        return
    bases = [found for base in of.node.bases for found in classes(follower.names, base, of.chain[:-1])]
    known = [base for base in bases if base.node is not of.node]
    yield from _member(follower, known[0], name, depth + 1) if known and depth < DEPTH else (Unknown(),)


def _is_of(follower: Follower, target: ast.expr, around: Chain, owner: ast.ClassDef) -> bool:
    """Whether an assignment to an attribute is to one of a class: by itself, its name, or an object of it."""
    if not isinstance(target, ast.Name):
        return False
    if target.id in {"self", "cls"}:
        return _class_of(around) is owner
    found = follower.names.visible(target.id, around)
    calls = [value.func for value in found[0] if isinstance(value, ast.Call)] if found else []
    return target.id == owner.name or any(isinstance(f, ast.Name) and f.id == owner.name for f in calls)


def _class_of(chain: Chain) -> ast.AST | None:
    return next((scope for scope in reversed(chain) if isinstance(scope, ast.ClassDef)), None)
