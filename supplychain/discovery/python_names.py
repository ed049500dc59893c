"""What names are bound to in one Python file: imports, assignments, parameters, loops.

names = Names(tree)
names.dotted(call.func, chain)            # "transformers.AutoModel.from_pretrained"
names.visible("MODEL", chain)
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from supplychain.discovery.python_tree import BINDING, FUNCTION, KEPT, SCOPE, Chain, walk

__all__ = ["Bindings", "Bound", "Chain", "Element", "Handed", "Names", "Parameter"]


@dataclass(frozen=True)
class Parameter:
    """A parameter of a function: its default, and where it stands among the arguments of a call."""

    function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    name: str
    position: int | None
    """None: by keyword only."""
    default: ast.expr | None
    around: Chain
    """The scopes around the function, in which its default and its calls are seen."""


@dataclass(frozen=True)
class Element:
    """What a loop or an unpacked value gives to a name: an element, or a part of it."""

    of: ast.expr
    part: int | None
    loop: bool


@dataclass(frozen=True)
class Handed:
    """What `*args` or `**kwargs` holds: whatever a caller gives."""


Bound = ast.expr | Parameter | Element | Handed | None
"""What a name is bound to; None: something that is no plain expression."""


@dataclass
class Bindings:
    """What a scope binds: each name with all that it may be."""

    values: dict[str, list[Bound]] = field(default_factory=dict)
    imports: dict[str, list[str]] = field(default_factory=dict)
    relative: dict[str, list[str]] = field(default_factory=dict)
    """Imports that begin with dots, as they are written."""
    globals: set[str] = field(default_factory=set)

    def add(self, name: str, value: Bound) -> None:
        """Add one thing that a name is bound to."""
        self.values.setdefault(name, []).append(value)


class Names:
    """The imports and constants of one file."""

    def __init__(
        self, tree: ast.Module, path: str = "", others: Callable[[str], Names | None] = lambda _: None
    ) -> None:
        """Read them from the syntax tree of the file at a path; `others` gives those of files that it imports."""
        self.path = path
        self.options: dict[str, ast.expr] | None = None
        """The defaults of the options of its commands, once they are asked for."""
        self.others = others
        self.imports: list[tuple[str, int, int]] = []
        """Module, number of leading dots, line."""
        self.nodes: list[tuple[ast.AST, Chain]] = []
        """The calls, assignments and strings, in source order, with the scopes around them."""
        self.calls: dict[str, list[tuple[ast.Call, Chain]]] = {}
        """The calls by the last name of what is called."""
        self.attributes: dict[str, list[tuple[ast.expr, ast.expr | None, Chain]]] = {}
        """Assignments to attributes by their name: the owner, and what is assigned."""
        self.entered: dict[str, list[tuple[ast.expr, Chain]]] = {}
        """What `with … as name` enters, by that name."""
        self.returns: dict[ast.AST, list[tuple[ast.Return, Chain]]] = {}
        """The return statements by their function."""
        self.aliases: set[str] = set()
        """The names that imports bind, in any scope."""
        self.classes: dict[str, list[tuple[ast.ClassDef, Chain]]] = {}
        """The classes by their name, each with the scopes that its body sees."""
        self.functions: dict[str, list[tuple[ast.FunctionDef | ast.AsyncFunctionDef, Chain]]] = {}
        """The functions and methods by their name, each with the scopes around it."""
        self.stars: list[str] = []
        """The modules that `from … import *` takes names from, relative ones with their dots."""
        self.scopes: dict[ast.AST, Bindings] = {}
        self.module = tree
        for node, chain in walk(tree):
            kind = node.__class__
            if kind in BINDING:
                self._collect(node, chain)
            if kind in KEPT:
                self.nodes.append((node, chain))
                if isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute)):
                    called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                    self.calls.setdefault(called, []).append((node, chain))
                elif isinstance(node, ast.Return):
                    self.returns.setdefault(chain[-1], []).append((node, chain))
        module = self.scopes[tree]
        for scope in self.scopes.values():
            for name in scope.globals & set(scope.values):
                module.values.setdefault(name, []).extend(scope.values.pop(name))
                module.imports.setdefault(name, []).extend(scope.imports.pop(name, ()))

    def _collect(self, node: ast.AST, chain: Chain) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(target, node.value, chain)
        elif isinstance(node, SCOPE):
            self._scope(node, chain)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self._import(node, chain)
        elif isinstance(node, ast.Global):
            self.scopes[chain[-1]].globals.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            for scope in chain[1:]:  # one of them, at another time
                for name in node.names:
                    self.scopes[scope].add(name, None)
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
            if node.value is not None:
                self._bind(node.target, node.value, chain)
        elif isinstance(node, ast.AugAssign):
            self._bind(node.target, None, chain)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
            self._bind_element(node.target, node.iter, chain)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            self._enter(node.optional_vars, node.context_expr, chain)
        else:
            caught = getattr(node, "rest" if isinstance(node, ast.MatchMapping) else "name", None)
            if isinstance(caught, str):
                self.scopes[chain[-1]].add(caught, None)

    def _scope(self, node: ast.AST, chain: Chain) -> None:
        bindings = self.scopes[node] = Bindings()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self.scopes[chain[-1]].add(node.name, None)
            if isinstance(node, ast.ClassDef):
                self.classes.setdefault(node.name, []).append((node, (self.module, node)))
            else:
                self.functions.setdefault(node.name, []).append((node, chain))
        if isinstance(node, FUNCTION):
            for star in (node.args.vararg, node.args.kwarg):
                if star is not None:
                    bindings.add(star.arg, Handed())
            for parameter in _parameters(node, chain):
                bindings.add(parameter.name, parameter)

    def _import(self, node: ast.Import | ast.ImportFrom, chain: Chain) -> None:
        bindings = self.scopes[chain[-1]]
        for name in node.names:
            bound = name.asname or name.name.partition(".")[0]
            bindings.add(bound, None)
            self.aliases.add(bound)
            if isinstance(node, ast.Import):
                self.imports.append((name.name, 0, node.lineno))
                bindings.imports.setdefault(bound, []).append(name.name if name.asname else bound)
                continue
            parts = (node.module,) if name.name == "*" else (node.module, name.name)
            dotted = ".".join(filter(None, parts))
            self.imports.append((dotted, node.level, node.lineno))
            if name.name == "*":
                self.stars.append("." * node.level + dotted)
            elif node.level == 0:
                bindings.imports.setdefault(bound, []).append(dotted)
            else:
                bindings.relative.setdefault(bound, []).append("." * node.level + dotted)

    def _enter(self, target: ast.expr, context: ast.expr, chain: Chain) -> None:
        """Bind what `with` enters, which is not what stands there."""
        self._bind(target, None, chain)
        if isinstance(target, ast.Name):
            self.entered.setdefault(target.id, []).append((context, chain))

    def _bind_element(self, target: ast.expr, over: ast.expr, chain: Chain) -> None:
        """Bind what a loop gives: whole elements, or parts of them."""
        parts = target.elts if isinstance(target, (ast.Tuple, ast.List)) else None
        if isinstance(target, ast.Name):
            self._add(target.id, Element(over, None, loop=True), chain)
        elif parts is not None:
            for position, part in enumerate(parts):
                if isinstance(part, ast.Name):
                    self._add(part.id, Element(over, position, loop=True), chain)
                else:
                    self._bind(part, None, chain)
        else:
            self._bind(target, None, chain)

    def _add(self, name: str, value: Bound, chain: Chain) -> None:
        scope = self.scopes[chain[-1]]
        if name in scope.globals:
            scope = self.scopes[self.module]
        scope.add(name, value)

    def _bind(self, target: ast.expr, value: ast.expr | None, chain: Chain) -> None:
        if isinstance(target, ast.Name):
            self._add(target.id, value, chain)
        elif isinstance(target, (ast.Tuple, ast.List)):
            values = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
            paired = len(values) == len(target.elts) and not any(isinstance(v, ast.Starred) for v in values)
            starred = any(isinstance(part, ast.Starred) for part in target.elts)
            for position, part in enumerate(target.elts):
                if isinstance(part, ast.Name) and not paired and not starred and value is not None:
                    self._add(part.id, Element(value, position, loop=False), chain)
                else:
                    self._bind(part, values[position] if paired else None, chain)
        elif isinstance(target, ast.Starred):
            self._bind(target.value, None, chain)
        elif isinstance(target, ast.Attribute):
            self.attributes.setdefault(target.attr, []).append((target.value, value, chain))

    def dotted(self, node: ast.expr, chain: Chain) -> list[str]:
        """Return the dotted names that an expression may have after imports, the likeliest first.

        There are several where a name is imported from several modules. Where its start is not imported, the first
        begins with `?`, and those below each `from … import *` follow.
        """
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        tail = ".".join(reversed(parts))
        if not isinstance(node, ast.Name):
            return [f"?.{tail}"]
        starts = self._imported(node.id, chain) or [
            f"?{node.id}",
            *(f"{star}.{node.id}" for star in self.stars if not star.startswith(".")),
        ]
        return [f"{start}.{tail}" if tail else start for start in starts]

    def imported_from(self, name: str, chain: Chain) -> list[str]:
        """Return the dotted names that a name is imported as, relative ones with their dots."""
        found = self.visible(name, chain)
        relative = self.scopes[found[1][-1]].relative.get(name, []) if found else []
        return [*self._imported(name, chain), *relative]

    def is_assigned(self, name: str, chain: Chain) -> bool:
        """Whether the scope that a name is seen from binds it otherwise than by an import."""
        found = self.visible(name, chain)
        return found is not None and len(found[0]) > len(self._imported(name, chain))

    def _imported(self, name: str, chain: Chain) -> list[str]:
        found = self.visible(name, chain)
        return list(dict.fromkeys(self.scopes[found[1][-1]].imports.get(name, ()))) if found else []

    def visible(self, name: str, chain: Chain) -> tuple[list[Bound], Chain] | None:
        """Return what a name is bound to and the scopes that see it, or None where nothing binds it.

        The innermost scope comes first; a class's names are seen only in its own body.
        """
        for position in range(len(chain) - 1, -1, -1):
            scope = chain[position]
            if isinstance(scope, ast.ClassDef) and position != len(chain) - 1:
                continue
            bindings = self.scopes[scope]
            if name in bindings.globals:
                values = self.scopes[self.module].values.get(name)
                return (values, (self.module,)) if values else None
            if name in bindings.values:
                return bindings.values[name], chain[: position + 1]
        return None


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, around: Chain) -> Iterator[Parameter]:
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    missing = len(positional) - len(arguments.defaults)
    for position, argument in enumerate(positional):
        default = arguments.defaults[position - missing] if position >= missing else None
        yield Parameter(node, argument.arg, position, default, around)
    for argument, keyword_default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield Parameter(node, argument.arg, None, keyword_default, around)
