"""Files that Python source opens for a loading call: the paths behind an open file, or behind the bytes that were read from it.

with open(NAME, "rb") as file:
    pickle.load(file)          # paths(names, call.args[0], chain) gives NAME, with the scopes that it is seen from

An address that is fetched is one as well. What comes from no file, such as a socket, a cache server or `pickle.dumps`, gives
none.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from supplychain import catalog
from supplychain.catalog.interface import Loader
from supplychain.discovery.python_calls import argument_for
from supplychain.discovery.python_loaders import argument_of
from supplychain.discovery.python_names import Chain, Names, Parameter
from supplychain.discovery.python_order import contains, path_of
from supplychain.discovery.python_report import Report, keyword_of, positional
from supplychain.discovery.python_search import function_of
from supplychain.discovery.python_value import LIMIT
from supplychain.model.component import Kind

Path = tuple[ast.expr, Chain]
"""An expression that names a file, and the scopes that it is seen from."""

_MOST = 4 * LIMIT
"""Values of one name, and calls of one function, that are looked at."""
_MODE = re.compile(r"[rwxabtU+]{1,4}")
_BYTES = re.compile(r"rb\+?|br|r\+b")
_NO = frozenset({"False", "None", "0"})


def as_paths(report: Report, node: ast.Call, loader: Loader, chain: Chain) -> list[tuple[ast.Call, Loader, Chain]]:
    """Return a loading call once for each path that it opens, as if it was given that path.

    The call itself, where its argument is a path or what somebody else opens; nothing, where it reads no file.
    """
    if loader.code_argument is not None:
        loader = _holding_code(report, node, loader, loader.code_argument)
    argument = argument_of(node, loader) if loader.opens != "path" else None
    if argument is None:
        return [(node, loader, chain)] if loader.opens in {"path", "either"} else []
    plain = loader.model_copy(update={"opens": "path"})
    others = [keyword for keyword in node.keywords if keyword.arg not in loader.keywords]
    found = [
        (ast.copy_location(ast.Call(node.func, [path], others), node), plain.model_copy(update={"position": 0}), around)
        for path, around in paths(report.names, argument, chain)
    ]
    is_itself = loader.opens == "either" or (loader.opens == "file" and _is_given(report.names, argument, chain))
    return found or ([(node, loader, chain)] if is_itself else [])


def paths(names: Names, node: ast.expr, chain: Chain) -> list[Path]:
    """Return the expressions that name the files that an expression is, opened, or the bytes of."""
    found = {(ast.dump(path), around): path for path, around in _paths(names, node, chain, set())}
    return [(path, around) for (_, around), path in found.items()]


def _holding_code(report: Report, node: ast.Call, loader: Loader, argument: str) -> Loader:
    """Return a loader of data as one of a model, where an argument lets the file hold code."""
    given = dict(flag.partition("=")[::2] for flag in report.flags(node)).get(argument, "False")
    return loader if given in _NO else loader.model_copy(update={"kind": Kind.MODEL, "quiet": False})


def _is_given(names: Names, node: ast.expr, chain: Chain) -> bool:
    """Whether an open file is a parameter that no call of this source gives, or bound too often to be followed."""
    found = names.visible(node.id, chain) if isinstance(node, ast.Name) else None
    bound = found[0] if found else []
    given = (value for value in bound[:_MOST] if isinstance(value, Parameter))
    return len(bound) > _MOST or any(next(_arguments(names, value), None) is None for value in given)


def _paths(names: Names, node: ast.expr, chain: Chain, seen: set[int]) -> Iterator[Path]:
    if id(node) in seen or len(seen) > LIMIT:
        return
    seen.add(id(node))
    if len(seen) > LIMIT:
        yield node, chain  # it says itself that it is not known
    elif isinstance(node, ast.Call):
        yield from _called(names, node, chain, seen)
    elif isinstance(node, ast.Name):
        yield from _bound(names, node, chain, seen)
    elif isinstance(node, ast.Attribute):
        if node.attr in catalog.opening().attributes:
            yield from _paths(names, node.value, chain, seen)
        for owner, value, around in names.attributes.get(node.attr, ())[:_MOST]:
            if value is not None and path_of(owner) == path_of(node.value) is not None:
                yield from _paths(names, value, around, seen)
    elif isinstance(node, (ast.Await, ast.NamedExpr, ast.Subscript)):
        yield from _paths(names, node.value, chain, seen)
    elif isinstance(node, (ast.IfExp, ast.BoolOp)):
        for part in (node.body, node.orelse) if isinstance(node, ast.IfExp) else node.values:
            yield from _paths(names, part, chain, seen)


def _called(names: Names, node: ast.Call, chain: Chain, seen: set[int]) -> Iterator[Path]:
    """Yield the paths of what a call gives: it opens a file, reads one, or hands on what it is given."""
    known = catalog.opening()
    last = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    dotted = names.dotted(node.func, chain)[0]
    if isinstance(node.func, ast.Attribute) and dotted.startswith("?") and last in known.readers:
        held = list(_paths(names, node.func.value, chain, seen))  # what is read, or the archive that it lies in
        yield from held or _opened(node, node.func.value, last, chain)
    elif last in known.openers or dotted in known.openers or _is_for_bytes(node):
        yield from ((path, chain) for path in (keyword_of(node, *known.keywords) or positional(node, 0),) if path)
    elif last in known.through and node.args:
        yield from _paths(names, node.args[0], chain, seen)
    elif (found := function_of(names, node.func, chain)) is not None and found[0] is names:
        for item, around in names.returns.get(found[1], ()):
            if item.value is not None:
                yield from _paths(names, item.value, around, seen)


def _is_for_bytes(node: ast.Call) -> bool:
    """Whether a call says, as `open` is told, that it reads bytes: a function around it, of whatever name."""
    mode = keyword_of(node, "mode") or positional(node, 1)
    return isinstance(mode, ast.Constant) and isinstance(mode.value, str) and _BYTES.fullmatch(mode.value) is not None


def _opened(node: ast.Call, receiver: ast.expr, method: str, chain: Chain) -> Iterator[Path]:
    """Yield the path that a method opens: the object itself, such as one of pathlib, or what its first argument says."""
    known = catalog.opening()
    first = positional(node, 0)
    mode = first.value if isinstance(first, ast.Constant) else None
    if method in known.of_paths and (first is None or (isinstance(mode, str) and _MODE.fullmatch(mode))):
        yield receiver, chain
    elif method in known.openers and first is not None:
        yield first, chain


def _bound(names: Names, node: ast.Name, chain: Chain, seen: set[int]) -> Iterator[Path]:
    """Yield the paths of what a name holds: of what it was bound to last before, where the same scope binds it."""
    found = names.visible(node.id, chain)
    if found is None or len(found[0]) > _MOST:
        return
    bound, around = found
    held: list[Path] = [(value, around) for value in bound if isinstance(value, ast.expr)]
    held += [entered for entered in names.entered.get(node.id, ()) if entered[1][-1] is around[-1]]
    held = [(value, there) for value, there in held if not contains(value, node)]
    earlier = [(value, there) for value, there in held if value.lineno <= node.lineno]
    if around == chain and earlier:
        held = [max(earlier, key=lambda one: (one[0].lineno, one[0].col_offset))]
    for value, there in held:
        yield from _paths(names, value, there, seen)
    for parameter in bound if not held else ():
        if isinstance(parameter, Parameter):
            for argument, there in _arguments(names, parameter):
                yield from _paths(names, argument, there, seen)


def _arguments(names: Names, parameter: Parameter) -> Iterator[Path]:
    """Yield what the calls of this source give a parameter."""
    name = getattr(parameter.function, "name", "")
    owner = parameter.around[-1] if parameter.around else None
    is_method = isinstance(owner, ast.ClassDef)
    called = owner.name if isinstance(owner, ast.ClassDef) and name == "__init__" else name
    for node, chain in names.calls.get(called, ())[:_MOST]:
        is_ours = names.dotted(node.func, chain)[0].startswith("?")  # not one of a library that has the same name
        argument = argument_for(parameter, node, is_method=is_method) if is_ours else None
        if argument is not None and isinstance(node.func, ast.Attribute) is (is_method and name != "__init__"):
            yield argument, chain
