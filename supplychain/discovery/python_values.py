"""What an expression of Python source can be: every text that the code gives it, and whether it may be something else.

possible = Values(names, module).possible(call.args[0], chain)
possible.known        # (Known("org/name", Resolution.CONSTANT),)
possible.is_open      # True where it may also be what the code does not show

Nothing is run. Names, parameters with their defaults and the calls of this file, loops over literals, dictionaries,
f-strings and sums, class and instance attributes, options of commands, settings with a default, and constants of
other files of the target are followed, up to a depth and a number of values.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from supplychain.discovery.python_names import Bound, Chain, Element, Names, Parameter
from supplychain.model.reference import Resolution

DEPTH = 8
"""Names that are followed one after another before a value counts as unknown."""
LIMIT = 64
"""Values of one expression that are followed; beyond, it counts as open."""

_SETTINGS = frozenset({"os.getenv", "os.environ.get", "os.environ.setdefault", "environ.get", "decouple.config"})
_DEFAULTED = frozenset({"field", "Field", "Option", "Argument", "Query", "Form"})
"""Calls that give a parameter or a field its default: dataclasses, pydantic, typer, FastAPI."""
_SAME = frozenset(
    {"str", "list", "sorted", "tuple", "set", "reversed", "iter", "next", "Path", "PurePath", "expanduser"}
)
"""Calls that hand on their first argument."""
_OPTIONS = frozenset(
    {"args", "arg", "opt", "opts", "options", "flags", "FLAGS", "cfg", "config", "conf", "hparams", "params"}
)
"""What the parsed options of a command are called, where the name is bound elsewhere."""


@dataclass(frozen=True)
class Known:
    """A text that the code gives, and how it was found."""

    value: str
    resolution: Resolution


@dataclass(frozen=True)
class Possible:
    """What an expression can be."""

    known: tuple[Known, ...] = ()
    is_open: bool = False
    """Whether it can be something that the code does not show."""
    is_none: bool = False
    """Whether it can be None."""
    is_loaded: bool = False
    """Whether it can be what another loading call gives."""

    @property
    def only(self) -> Known | None:
        """The one text that it is; None where it can be another or none at all."""
        others = self.is_open or self.is_none or self.is_loaded
        return self.known[0] if len(self.known) == 1 and not others else None


@dataclass(frozen=True)
class _Container:
    """A literal collection, with the scopes that its parts are seen from."""

    node: ast.Dict | ast.List | ast.Tuple | ast.Set
    chain: Chain
    names: Names


@dataclass(frozen=True)
class _Instance:
    """An object of a class of this file."""

    owner: ast.ClassDef
    chain: Chain


class _Unknown:
    """Something that the code does not show."""


class _Nothing:
    """None."""


class _Loaded:
    """What another loading call gives: that call is reported itself."""


_Value = Known | _Container | _Instance | _Unknown | _Nothing | _Loaded
Module = Callable[[str], Names | None]
"""Gives the names of another file of the target by its dotted name."""

_ORDER = (Resolution.LITERAL, Resolution.CONSTANT, Resolution.IMPORTED, Resolution.DEFAULT)


class Values:
    """What the expressions of one file can be."""

    def __init__(
        self, names: Names, module: Module = lambda _: None, loads: Callable[[list[str]], bool] = lambda _: False
    ) -> None:
        """Follow these names, and those of other files through `module`; `loads` tells loading calls by their names."""
        self._loads = loads
        self._names = names
        self._module = module
        self._options = _options(names)
        self._steps = 0

    def possible(self, node: ast.expr, chain: Chain) -> Possible:
        """Return what an expression can be."""
        self._steps = 0
        found: dict[str, Known] = {}
        is_open = is_none = is_loaded = False
        for count, value in enumerate(self._values(node, chain, 0)):
            if isinstance(value, Known) and count < LIMIT:
                found.setdefault(value.value, value)
            elif isinstance(value, _Nothing):
                is_none = True
            elif isinstance(value, _Loaded):
                is_loaded = True
            else:
                is_open = True
        return Possible(tuple(found.values()), is_open, is_none, is_loaded)

    def constant(self, node: ast.expr, chain: Chain) -> Known | None:
        """Return the one text that an expression is, or None."""
        return self.possible(node, chain).only

    def _values(self, node: ast.expr, chain: Chain, depth: int) -> Iterator[_Value]:
        self._steps += 1
        if depth > DEPTH or self._steps > LIMIT * DEPTH:
            yield _Unknown()
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                yield Known(node.value, Resolution.CONSTANT if depth else Resolution.LITERAL)
            else:
                yield _Nothing() if node.value is None else _Unknown()
        elif isinstance(node, (ast.Dict, ast.List, ast.Tuple, ast.Set)):
            yield _Container(node, chain, self._names)
        else:
            follow = _FOLLOW.get(type(node))
            yield from follow(self, node, chain, depth + 1) if follow else (_Unknown(),)

    def _name(self, node: ast.Name, chain: Chain, depth: int) -> Iterator[_Value]:
        found = self._names.visible(node.id, chain)
        if found is None:
            yield _Unknown()
            return
        bound, around = found
        imported = self._names.imported_from(node.id, chain)
        for dotted in imported:
            yield from self._from_module(dotted, depth)
        for value in bound:
            if value is None and imported:
                continue
            yield from self._bound(value, around, depth)

    def _bound(self, value: Bound, around: Chain, depth: int) -> Iterable[_Value]:
        if value is None:
            return (_Unknown(),)
        if isinstance(value, Parameter):
            return self._parameter(value, depth)
        if isinstance(value, Element):
            return self._element(value, around, depth)
        return self._values(value, around, depth)

    def _parameter(self, parameter: Parameter, depth: int) -> Iterator[_Value]:
        """Yield a parameter's default, and what the calls of this file give for it."""
        if parameter.default is not None:
            yield from _as(self._values(parameter.default, parameter.around, depth), Resolution.DEFAULT)
        option = self._options.get(parameter.name) if _decorators(parameter.function) & {"option", "argument"} else None
        if option is not None:
            yield from _as(self._values(option, (self._names.module,), depth), Resolution.DEFAULT)
        name = getattr(parameter.function, "name", "")
        owner = parameter.around[-1] if parameter.around else None
        is_method = isinstance(owner, ast.ClassDef)
        called_by = owner.name if isinstance(owner, ast.ClassDef) and name == "__init__" else name
        called = self._names.calls.get(called_by, [])
        given = [self._given(parameter, call, is_method=is_method) for call, _ in called]
        for argument, (_, chain) in zip(given, called, strict=True):
            if argument is not None:
                yield from self._values(argument, chain, depth)
        is_private = (name.startswith("_") and not name.startswith("__")) or _is_nested(parameter.around)
        if parameter.default is None and option is None and not (is_private and called):
            yield _Unknown()

    @staticmethod
    def _given(parameter: Parameter, call: ast.Call, *, is_method: bool) -> ast.expr | None:
        named = next((keyword.value for keyword in call.keywords if keyword.arg == parameter.name), None)
        if named is not None or parameter.position is None:
            return named
        position = parameter.position - (1 if is_method else 0)
        before = call.args[: position + 1]
        if position < 0 or len(before) <= position or any(isinstance(item, ast.Starred) for item in before):
            return None
        return before[-1]

    def _element(self, element: Element, chain: Chain, depth: int) -> Iterator[_Value]:
        over, part = element.of, element.part
        if element.loop and isinstance(over, ast.Call):
            called = over.func.attr if isinstance(over.func, ast.Attribute) else getattr(over.func, "id", "")
            if called in {"items", "values", "keys"} and isinstance(over.func, ast.Attribute):
                which = {"keys": 0, "values": 1}.get(called, part)
                for value in self._values(over.func.value, chain, depth):
                    yield from self._pairs(value, which, None if called == "items" else part, depth)
                return
            if called == "enumerate" and over.args and part == 1:
                over, part = over.args[0], None
            elif called == "zip" and part is not None and part < len(over.args):
                over, part = over.args[part], None
        for value in self._values(over, chain, depth):
            inner = self._parts(value, depth) if element.loop else iter((value,))
            yield from inner if part is None else (item for each in inner for item in self._at(each, part, depth))

    def _pairs(self, value: _Value, which: int | None, part: int | None, depth: int) -> Iterator[_Value]:
        if not isinstance(value, _Container) or not isinstance(value.node, ast.Dict) or which not in {0, 1}:
            yield _Unknown()
            return
        for node in value.node.values if which else value.node.keys:
            if node is None:
                yield _Unknown()
                continue
            for item in self._inside(value, node, depth):
                yield from (item,) if part is None else self._at(item, part, depth)

    def _parts(self, value: _Value, depth: int) -> Iterator[_Value]:
        """Yield the elements of a collection, of a dictionary its keys."""
        if not isinstance(value, _Container):
            yield _Unknown()
            return
        nodes = value.node.keys if isinstance(value.node, ast.Dict) else value.node.elts
        for node in nodes:
            yield from self._inside(value, node, depth) if node is not None else (_Unknown(),)

    def _at(self, value: _Value, key: int | str | None, depth: int) -> Iterator[_Value]:
        """Yield the part of a collection at a position or key; all of them where that is not known."""
        if not isinstance(value, _Container):
            yield _Unknown()
            return
        node = value.node
        if isinstance(node, ast.Dict):
            pairs = list(zip(node.keys, node.values, strict=True))
            chosen = [item for name, item in pairs if isinstance(name, ast.Constant) and name.value == key]
            picked = chosen[-1:] if key is not None else node.values
            is_whole = all(name is not None for name in node.keys)
        else:
            within = isinstance(key, int) and -len(node.elts) <= key < len(node.elts)
            picked = [node.elts[key]] if within and isinstance(key, int) else node.elts if key is None else []
            is_whole = True
        for item in picked:
            yield from self._inside(value, item, depth)
        if not picked or not is_whole:
            yield _Unknown()

    def _inside(self, container: _Container, node: ast.expr, depth: int) -> Iterator[_Value]:
        if container.names is self._names:
            return self._values(node, container.chain, max(depth, 1))
        return _as(Values(container.names, self._module)._values(node, container.chain, depth), Resolution.IMPORTED)

    def _subscript(self, node: ast.Subscript, chain: Chain, depth: int) -> Iterator[_Value]:
        if isinstance(node.slice, ast.Slice):
            yield _Unknown()
            return
        keys: Sequence[int | str | None] = (None,)
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, (int, str)):
            keys = (node.slice.value,)
        elif texts := [v.value for v in self._values(node.slice, chain, depth) if isinstance(v, Known)]:
            only = self.constant_at(node.slice, chain, depth)
            keys = (only,) if only is not None and len(texts) == 1 else (None,)
        for value in self._values(node.value, chain, depth):
            for key in keys:
                yield from self._at(value, key, depth)

    def constant_at(self, node: ast.expr, chain: Chain, depth: int) -> str | None:
        """Return the one text that an expression is, followed from a depth on."""
        found = list(self._values(node, chain, depth))
        return found[0].value if len(found) == 1 and isinstance(found[0], Known) else None

    def _attribute(self, node: ast.Attribute, chain: Chain, depth: int) -> Iterator[_Value]:
        base = node.value
        if isinstance(base, ast.Name):
            for position in range(len(chain) - 1, -1, -1):
                scope = chain[position]
                if isinstance(scope, ast.ClassDef) and base.id in {"self", "cls", scope.name}:
                    yield from self._member(scope, chain[: position + 1], node.attr, depth)
                    return
            if imported := self._names.imported_from(base.id, chain):
                for dotted in imported:
                    yield from self._from_module(f"{dotted}.{node.attr}", depth)
                return
            if len(classes := self._names.classes(base.id)) == 1:
                yield from self._member(*classes[0], node.attr, depth)
                return
        if node.attr == "value" and isinstance(base, ast.Attribute):
            yield from self._attribute(base, chain, depth)  # a member of an enumeration
            return
        found = (
            list(self._values(base, chain, depth))
            if not isinstance(base, ast.Name) or self._is_bound(base, chain)
            else []
        )
        instances = [value for value in found if isinstance(value, _Instance)]
        if instances and len(instances) == len(found):
            for instance in instances:
                yield from _as(self._member(instance.owner, instance.chain, node.attr, depth), Resolution.DEFAULT)
            return
        yield from self._option(node, base, chain, depth)

    def _is_bound(self, node: ast.Name, chain: Chain) -> bool:
        return self._names.visible(node.id, chain) is not None

    def _option(self, node: ast.Attribute, base: ast.expr, chain: Chain, depth: int) -> Iterator[_Value]:
        """Yield the default of a command's option, or of the one class of this file with such a field."""
        name = base.id if isinstance(base, ast.Name) else base.attr if isinstance(base, ast.Attribute) else ""
        parsed = isinstance(base, ast.Name) and self._is_parsed(base, chain)
        if node.attr in self._options and (parsed or name in _OPTIONS):
            yield from _as(self._values(self._options[node.attr], (self._names.module,), depth), Resolution.DEFAULT)
            return
        owners = [
            scope
            for scope, bindings in self._names.scopes.items()
            if isinstance(scope, ast.ClassDef) and node.attr in bindings.values
        ]
        if len(owners) == 1 and (name in _OPTIONS or name.endswith(("args", "config", "cfg", "settings", "options"))):
            chain_of = (self._names.module, owners[0])
            yield from _as(self._member(owners[0], chain_of, node.attr, depth), Resolution.DEFAULT)
            return
        yield _Unknown()

    def _is_parsed(self, node: ast.Name, chain: Chain) -> bool:
        found = self._names.visible(node.id, chain)
        for value in found[0] if found else ():
            call = value.of if isinstance(value, Element) else value
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and call.func.attr.startswith("parse_")
            ):
                return True
        return False

    def _member(self, owner: ast.ClassDef, chain: Chain, name: str, depth: int) -> Iterator[_Value]:
        """Yield what the body of a class, its methods and other code of this file assign to an attribute."""
        body = self._names.scopes[owner].values.get(name, [])
        given = [item for item in self._names.attributes.get(name, ()) if self._is_of(item[0], item[2], owner)]
        if not body and not given:
            bases = [self._names.classes(base.id) for base in owner.bases if isinstance(base, ast.Name)]
            known = [found[0] for found in bases if len(found) == 1 and found[0][0] is not owner]
            yield from self._member(*known[0], name, depth + 1) if known and depth < DEPTH else (_Unknown(),)
        for value in body:
            yield from self._bound(value, chain, depth)
        for _, assigned, around in given:
            yield from self._values(assigned, around, depth) if assigned is not None else (_Unknown(),)

    def _is_of(self, target: ast.expr, around: Chain, owner: ast.ClassDef) -> bool:
        """Whether an assignment to an attribute is to one of a class: by itself, its name, or an object of it."""
        if not isinstance(target, ast.Name):
            return False
        if target.id in {"self", "cls"}:
            classes = [scope for scope in around if isinstance(scope, ast.ClassDef)]
            return bool(classes) and classes[-1] is owner
        found = self._names.visible(target.id, around)
        calls = [value.func for value in found[0] if isinstance(value, ast.Call)] if found else []
        return target.id == owner.name or any(isinstance(f, ast.Name) and f.id == owner.name for f in calls)

    def _from_module(self, dotted: str, depth: int) -> Iterator[_Value]:
        """Yield what a dotted name of another file of the target is."""
        module, _, name = dotted.rpartition(".")
        names = self._module(module or ".") if name else None
        if names is None:
            yield _Unknown()
            return
        other = Values(names, self._module)
        other._steps = self._steps + 1
        reference = (
            ast.copy_location(ast.Name(id=name, ctx=ast.Load()), names.module.body[0]) if names.module.body else None
        )
        if reference is None or name not in names.scopes[names.module].values:
            yield _Unknown()
            return
        yield from _as(other._values(reference, (names.module,), depth + 1), Resolution.IMPORTED)

    def _call(self, node: ast.Call, chain: Chain, depth: int) -> Iterator[_Value]:
        candidates = self._names.dotted(node.func, chain)
        last = candidates[0].rpartition(".")[2].lstrip("?")
        if any(candidate.lstrip("?") in _SETTINGS for candidate in candidates):
            given = node.args[1] if len(node.args) > 1 else _keyword(node, "default")
            yield from _as(self._values(given, chain, depth), Resolution.DEFAULT) if given else (_Unknown(),)
        elif last in _DEFAULTED:
            given = _keyword(node, "default") or (node.args[0] if node.args else None)
            yield from _as(self._values(given, chain, depth), Resolution.DEFAULT) if given else (_Unknown(),)
        elif last == "get" and isinstance(node.func, ast.Attribute) and node.args:
            key = self.constant_at(node.args[0], chain, depth)
            for value in self._values(node.func.value, chain, depth):
                yield from (
                    item for item in self._at(value, key, depth) if len(node.args) < 2 or isinstance(item, Known)
                )
            if len(node.args) > 1:
                yield from self._values(node.args[1], chain, depth)
        elif last == "join" and candidates[0].endswith("path.join"):
            yield from self._joined(node.args, chain, depth, "/")
        elif last in _SAME and node.args:
            yield from (
                self._joined(node.args, chain, depth, "/")
                if "Path" in last
                else self._values(node.args[0], chain, depth)
            )
        elif last == "dict" and not node.args:
            keys: list[ast.expr | None] = [ast.Constant(k.arg) if k.arg else None for k in node.keywords]
            yield _Container(ast.Dict(keys=keys, values=[k.value for k in node.keywords]), chain, self._names)
        elif self._loads(candidates):
            yield _Loaded()
        else:
            yield from self._returned(node, depth)

    def _returned(self, node: ast.Call, depth: int) -> Iterator[_Value]:
        """Yield what a function of this file returns, or an object of one of its classes."""
        if not isinstance(node.func, ast.Name):
            yield _Unknown()
            return
        if len(classes := self._names.classes(node.func.id)) == 1:
            yield _Instance(*classes[0])
            return
        functions = [
            scope for scope in self._names.scopes if isinstance(scope, ast.FunctionDef) and scope.name == node.func.id
        ]
        returns = self._names.returns.get(functions[0], []) if len(functions) == 1 else []
        if not returns:
            yield _Unknown()
        for item, around in returns:
            yield from self._values(item.value, around, depth) if item.value else (_Nothing(),)

    def _joined(self, parts: Sequence[ast.expr], chain: Chain, depth: int, between: str = "") -> Iterator[_Value]:
        """Yield the texts that parts give together, and something unknown where one of them may be."""
        choices: list[list[Known]] = []
        is_open = False
        for part in parts:
            found = list(itertools.islice(self._values(part, chain, depth), LIMIT))
            known = [value for value in found if isinstance(value, Known)]
            is_open = is_open or len(known) < len(found)
            choices.append(known)
        for texts in itertools.islice(itertools.product(*choices), LIMIT if choices else 0):
            resolution = max((text.resolution for text in texts), key=_rank, default=Resolution.CONSTANT)
            yield Known(between.join(text.value for text in texts), max(Resolution.CONSTANT, resolution, key=_rank))
        if is_open or not choices:
            yield _Unknown()

    def _format(self, node: ast.JoinedStr, chain: Chain, depth: int) -> Iterator[_Value]:
        formatted = [part for part in node.values if isinstance(part, ast.FormattedValue)]
        if any(part.conversion != -1 or part.format_spec is not None for part in formatted):
            yield _Unknown()
            return
        parts = [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values]
        yield from self._joined(parts, chain, depth) if parts else (Known("", Resolution.LITERAL),)

    def _sum(self, node: ast.BinOp, chain: Chain, depth: int) -> Iterator[_Value]:
        if isinstance(node.op, (ast.Add, ast.Div)):
            return self._joined((node.left, node.right), chain, depth, "/" if isinstance(node.op, ast.Div) else "")
        return iter((_Unknown(),))

    def _either(self, node: ast.BoolOp, chain: Chain, depth: int) -> Iterator[_Value]:
        """Yield what one operand or another gives; a setting without a default falls back on the last."""
        last = list(self._values(node.values[-1], chain, depth))
        for operand in node.values[:-1]:
            falls_back = isinstance(node.op, ast.Or) and self._is_setting(operand, chain)
            for value in self._values(operand, chain, depth):
                if not isinstance(value, _Nothing) and not (falls_back and isinstance(value, _Unknown)):
                    yield value
        yield from _as(iter(last), Resolution.DEFAULT) if isinstance(node.op, ast.Or) else iter(last)

    def _is_setting(self, node: ast.expr, chain: Chain) -> bool:
        if isinstance(node, ast.Subscript):
            return "os.environ" in self._names.dotted(node.value, chain)
        if not isinstance(node, ast.Call):
            return False
        return any(name.lstrip("?") in _SETTINGS for name in self._names.dotted(node.func, chain))

    def _chosen(self, node: ast.IfExp, chain: Chain, depth: int) -> Iterator[_Value]:
        yield from self._values(node.body, chain, depth)
        yield from self._values(node.orelse, chain, depth)

    def _inner(self, node: ast.NamedExpr | ast.Await | ast.Starred, chain: Chain, depth: int) -> Iterator[_Value]:
        return self._values(node.value, chain, depth)


_FOLLOW: dict[type[ast.expr], Callable[..., Iterator[_Value]]] = {
    ast.Name: Values._name,
    ast.Attribute: Values._attribute,
    ast.Subscript: Values._subscript,
    ast.Call: Values._call,
    ast.JoinedStr: Values._format,
    ast.BinOp: Values._sum,
    ast.BoolOp: Values._either,
    ast.IfExp: Values._chosen,
    ast.NamedExpr: Values._inner,
    ast.Await: Values._inner,
}


def _as(values: Iterator[_Value], resolution: Resolution) -> Iterator[_Value]:
    """Yield values with a resolution that says more than their own."""
    for value in values:
        if isinstance(value, Known):
            yield Known(value.value, max(value.resolution, resolution, key=_rank))
        else:
            yield value


def _rank(resolution: Resolution) -> int:
    return _ORDER.index(resolution)


def _keyword(node: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in node.keywords if keyword.arg == name), None)


def _is_nested(around: Chain) -> bool:
    return any(isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef)) for scope in around)


def _decorators(node: ast.AST) -> set[str]:
    found = (item.func if isinstance(item, ast.Call) else item for item in getattr(node, "decorator_list", ()))
    return {item.attr if isinstance(item, ast.Attribute) else getattr(item, "id", "") for item in found}


def _options(names: Names) -> dict[str, ast.expr]:
    """Return the defaults of the command's options by the name under which code reads them: argparse and click."""
    found: dict[str, ast.expr] = {}
    for called in ("add_argument", "option", "argument", "DEFINE_string", "add_option"):
        for call, _ in names.calls.get(called, ()):
            flags = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            stated = _keyword(call, "dest")
            long = [flag for flag in flags if flag.startswith("--")] or flags[:1]
            name = stated.value if isinstance(stated, ast.Constant) else long[0] if long else None
            default = _keyword(call, "default")
            if called == "DEFINE_string" and default is None and len(call.args) > 1:
                default = call.args[1]
            if isinstance(name, str) and default is not None:
                found[name.lstrip("-").replace("-", "_")] = default
    return found
