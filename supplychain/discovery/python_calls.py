"""Calls in Python source, from both sides: what a call gives, and what the calls of a function give its parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from string import Formatter
from urllib.parse import urljoin

from supplychain.discovery.python_containers import at
from supplychain.discovery.python_names import Chain, Parameter
from supplychain.discovery.python_options import decorators
from supplychain.discovery.python_search import annotated, classes, function_of
from supplychain.discovery.python_value import (
    Container,
    Follower,
    Given,
    Instance,
    Known,
    Loaded,
    Nothing,
    Parsed,
    Passed,
    Unknown,
    Value,
    keyword,
    marked,
    seen,
    text_of,
)
from supplychain.model.reference import Resolution

_SETTINGS = frozenset({"os.getenv", "os.environ.get", "os.environ.setdefault", "environ.get", "decouple.config"})
_DEFAULTED = frozenset({"field", "Field", "Option", "Argument", "Query", "Form"})
"""Calls that give a parameter or a field its default: dataclasses, pydantic, typer, FastAPI."""
_SAME = frozenset(
    {"str", "list", "sorted", "tuple", "set", "reversed", "iter", "next", "expanduser", "abspath", "realpath", "fspath"}
)
"""Calls that hand on their first argument."""
_PATHS = frozenset({"Path", "PurePath"})
_UNCHANGED = frozenset({"resolve", "absolute", "expanduser", "as_posix", "strip"})
"""Methods of a text or a path that give the same."""
_PARSERS = frozenset({"ArgumentParser", "HfArgumentParser", "ArgParser"})
_PARSES = ("parse_args", "parse_known")
_HERE = frozenset({"os.getcwd", "pathlib.Path.cwd"})
_TEXTS = frozenset({"join", "format", "urljoin"})
"""Calls that put a text together."""
_GETTERS = frozenset({"get", "getvalue", "pop", "setdefault"})
"""Methods of a dictionary with a key and a default."""


def call(follower: Follower, node: ast.Call, chain: Chain, depth: int) -> Iterator[Value]:
    """Yield what a call gives."""
    candidates = follower.names.dotted(node.func, chain)
    last = candidates[0].rpartition(".")[2].lstrip("?")
    given = node.args[1] if len(node.args) > 1 else keyword(node, "default")
    if any(candidate.lstrip("?") in _SETTINGS for candidate in candidates):
        yield from _default(follower, given, chain, depth)
    elif last in _DEFAULTED:
        first = node.args[0] if node.args else None
        yield from _default(follower, keyword(node, "default") or first, chain, depth)
    elif last in _GETTERS and isinstance(node.func, ast.Attribute) and node.args:
        yield from _got(follower, node.func.value, node, chain, depth)
    elif last == "getattr" and len(node.args) > 1:
        yield from _attribute_or(follower, node, chain, depth)
    elif parts := _parts(node, last, candidates[0]):
        yield from follower.joined(parts, chain, depth, "/")
    elif last in _TEXTS:
        yield from _text(follower, node, last, chain, depth)
    elif last in _SAME and node.args:
        yield from follower.follow(node.args[0], chain, depth)
    elif last in _UNCHANGED and isinstance(node.func, ast.Attribute) and not node.args:
        yield from follower.follow(node.func.value, chain, depth)
    elif last == "dirname" and len(node.args) == 1:
        parent = ast.Attribute(node.args[0], "parent", ast.Load())
        yield from follower.follow(parent, chain, depth)
    elif candidates[0] in _HERE:
        yield Known(".", Resolution.CONSTANT)
    elif last == "dict" and not node.args:
        keys: list[ast.expr | None] = [ast.Constant(k.arg) if k.arg else None for k in node.keywords]
        yield Container(ast.Dict(keys=keys, values=[k.value for k in node.keywords]), chain, follower.names)
    elif last in _PARSERS:
        yield from _parser(follower, node, chain)
    elif last.startswith(_PARSES) and isinstance(node.func, ast.Attribute):
        found = [v for v in follower.follow(node.func.value, chain, depth) if isinstance(v, (Parsed, Container))]
        yield from found or [Parsed(follower.names)]
    elif follower.loads(candidates):
        yield Loaded()
    else:
        yield from _returned(follower, node, chain, depth)


def _parts(node: ast.Call, last: str, called: str) -> list[ast.expr]:
    """Return the parts of the path that a call joins, or none."""
    if last == "joinpath" and isinstance(node.func, ast.Attribute):
        return [node.func.value, *node.args]
    return node.args if last in _PATHS or (last == "join" and called.endswith("path.join")) else []


def _text(follower: Follower, node: ast.Call, called: str, chain: Chain, depth: int) -> Iterator[Value]:
    """Yield the texts that one of the calls gives which put texts together."""
    if called == "urljoin" and len(node.args) == 2:
        yield from _resolved(follower, node, chain, depth)
    elif called == "join" and isinstance(node.func, ast.Attribute) and len(node.args) == 1:
        yield from _joined(follower, node.func.value, node.args[0], chain, depth)
    elif called == "format" and isinstance(node.func, ast.Attribute):
        yield from _formatted(follower, node.func.value, node, chain, depth)
    else:
        yield from _returned(follower, node, chain, depth)


def _joined(follower: Follower, between: ast.expr, of: ast.expr, chain: Chain, depth: int) -> Iterator[Value]:
    """Yield the text that `"/".join(…)` makes of the parts of a literal list."""
    text = text_of(follower, between, chain, depth)
    held = seen(follower.follow(of, chain, depth)) if text is not None else []
    if len(held) != 1 or not isinstance(held[0], Container) or isinstance(held[0].node, (ast.Dict, ast.Set)):
        yield Unknown()
        return
    listed = held[0].node
    parts: list[ast.expr] = []
    for item in listed.elts:
        parts += [ast.Constant(text), item] if parts else [item]
    is_written = hasattr(listed, "lineno")  # the one part of a comprehension stands for all of them
    is_plain = is_written and held[0].names is follower.names and not any(isinstance(p, ast.Starred) for p in parts)
    yield from follower.joined(parts, held[0].chain, depth) if is_plain else (Unknown(),)


def _resolved(follower: Follower, node: ast.Call, chain: Chain, depth: int) -> Iterator[Value]:
    """Yield the address that `urljoin` makes of a base and a path."""
    base, path = (text_of(follower, part, chain, depth) for part in node.args)
    try:
        yield Known(urljoin(base, path), Resolution.CONSTANT) if base and path else Unknown()
    except ValueError:
        yield Unknown()  # no address


def _got(follower: Follower, base: ast.expr, node: ast.Call, chain: Chain, depth: int) -> Iterator[Value]:
    """Yield what a dictionary gives for a key, with the default beside it."""
    key = text_of(follower, node.args[0], chain, depth)
    for value in seen(follower.follow(base, chain, depth)):
        is_open = not isinstance(value, Container)
        for item in at(follower, value, key, depth):
            if isinstance(item, Known) or len(node.args) < 2:
                yield Given() if is_open and isinstance(item, Unknown) else item
    if len(node.args) > 1:
        yield from marked(follower.follow(node.args[1], chain, depth), Resolution.DEFAULT)


def _attribute_or(follower: Follower, node: ast.Call, chain: Chain, depth: int) -> Iterator[Value]:
    """Yield what `getattr` gives, with the default beside it."""
    name = text_of(follower, node.args[1], chain, depth)
    if name is not None:
        of = ast.copy_location(ast.Attribute(node.args[0], name, ast.Load()), node)
        for value in seen(follower.follow(of, chain, depth)):
            if len(node.args) < 3 or not isinstance(value, (Unknown, Nothing)):
                yield value
    if len(node.args) > 2:
        yield from marked(follower.follow(node.args[2], chain, depth), Resolution.DEFAULT)
    elif name is None:
        yield Unknown()


def _formatted(follower: Follower, base: ast.expr, node: ast.Call, chain: Chain, depth: int) -> Iterator[Value]:
    """Yield the texts that `str.format` gives with plain fields."""
    pattern = text_of(follower, base, chain, depth)
    parts: list[ast.expr] = []
    try:
        pieces = list(Formatter().parse(pattern or ""))
    except ValueError:
        pieces = []
    for position, (text, field, form, conversion) in enumerate(pieces):
        parts.append(ast.Constant(text))
        if field is None:
            continue
        index = int(field) if field.isdecimal() and len(field) < 3 else position if not field else len(node.args)
        given = keyword(node, field) or (node.args[index] if index < len(node.args) else None)
        if given is None or form or conversion:
            parts = []
            break
        parts.append(given)
    yield from follower.joined(parts, chain, depth) if parts else (Unknown(),)


def _parser(follower: Follower, node: ast.Call, chain: Chain) -> Iterator[Value]:
    """Yield the parser of a command's options, or the objects of the classes that it fills."""
    if not node.args or isinstance(node.args[0], ast.Constant):
        yield Parsed(follower.names)
        return
    typed = node.args[0].elts if isinstance(node.args[0], (ast.Tuple, ast.List)) else [node.args[0]]
    calls: list[ast.expr] = [ast.copy_location(ast.Call(one, [], []), one) for one in typed]
    yield Container(ast.Tuple(calls, ast.Load()), chain, follower.names)


def parameter(follower: Follower, given: Parameter, depth: int) -> Iterator[Value]:
    """Yield a parameter's default, and what the calls of this file give for it, or the call that is followed."""
    if given.function in follower.within:
        yield from _by_call(follower, given, depth)
        return
    yield Passed(given, follower.names)
    if given.default is not None:
        yield from marked(follower.follow(given.default, given.around, depth), Resolution.DEFAULT)
    is_option = bool(decorators(given.function) & {"option", "argument"})
    option = follower.options.get(given.name) if is_option else None
    if option is not None:
        yield from marked(follower.follow(option, (follower.names.module,), depth), Resolution.DEFAULT)
    name = getattr(given.function, "name", "")
    owner = given.around[-1] if given.around else None
    is_method = isinstance(owner, ast.ClassDef)
    called_by = owner.name if isinstance(owner, ast.ClassDef) and name == "__init__" else name
    called = follower.names.calls.get(called_by, [])
    for node, chain in called:
        if follower.is_spent:
            yield Unknown()
            break
        argument = argument_for(given, node, is_method=is_method)
        if argument is not None:
            yield from follower.follow(argument, chain, depth)
    is_private = (name.startswith("_") and not name.startswith("__")) or _is_nested(given.around)
    said = annotated(follower.names, _annotation(given), given.around) if not (is_private and called) else []
    yield from (Instance(found) for found in said)
    if given.default is None and option is None and not said and not (is_private and called):
        yield Given()


def _by_call(follower: Follower, given: Parameter, depth: int) -> Iterator[Value]:
    """Yield what one call gives a parameter."""
    node, chain, there = follower.within[given.function]
    is_method = isinstance(given.around[-1], ast.ClassDef) and isinstance(node.func, ast.Attribute)
    argument = argument_for(given, node, is_method=is_method)
    if argument is not None:
        yield from there.follow(argument, chain, depth)
    elif given.default is not None:
        yield from marked(follower.follow(given.default, given.around, depth), Resolution.DEFAULT)
    else:
        yield Unknown()


def _annotation(given: Parameter) -> ast.expr | None:
    arguments = given.function.args
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    return next((argument.annotation for argument in every if argument.arg == given.name), None)


def _default(follower: Follower, node: ast.expr | None, chain: Chain, depth: int) -> Iterator[Value]:
    if node is None:
        return iter((Given(),))
    return marked(follower.follow(node, chain, depth), Resolution.DEFAULT)


def argument_for(parameter: Parameter, node: ast.Call, *, is_method: bool) -> ast.expr | None:
    """Return the argument of a call for a parameter, or None."""
    named = keyword(node, parameter.name)
    if named is not None or parameter.position is None:
        return named
    position = parameter.position - (1 if is_method else 0)
    before = node.args[: position + 1]
    if position < 0 or len(before) <= position or any(isinstance(item, ast.Starred) for item in before):
        return None
    return before[-1]


def _returned(follower: Follower, node: ast.Call, chain: Chain, depth: int) -> Iterator[Value]:
    """Yield what a function of the target returns, or an object of one of its classes."""
    if named := classes(follower.names, node.func, chain):
        yield Instance(named[0], (node, chain, follower.names))
        return
    found = function_of(follower.names, node.func, chain)
    returns = found[0].returns.get(found[1], []) if found else []
    if found is None or not returns:
        yield Unknown()
        return
    other, function = found
    there = follower if other is follower.names else follower.elsewhere(other)
    if function in follower.within:
        yield Unknown()
        return
    follower.within[function] = (node, chain, follower)
    values: list[Value] = []
    for item, around in returns:
        values += there.follow(item.value, around, depth) if item.value else [Nothing()]
    del follower.within[function]
    yield from values if other is follower.names else marked(values, Resolution.IMPORTED)


def _is_nested(around: Chain) -> bool:
    return any(isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef)) for scope in around)
