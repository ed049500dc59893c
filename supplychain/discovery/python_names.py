"""What names stand for in one Python file: imports, and constants that are assigned once.

names = Names(tree)
names.dotted(call.func, chain)            # "transformers.AutoModel.from_pretrained"
names.constant(call.args[0], chain)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from supplychain.model.reference import Resolution

DEPTH = 8
"""Names that are followed one after another before a value counts as unknown."""

_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_SCOPE = (*_FUNCTION, ast.ClassDef, ast.Module)
_WITHOUT_CHILDREN = (
    *(ast.Name, ast.Constant, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal, ast.Pass),
    *(ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop),
)
_NO_NODES = frozenset({"ctx", "op", "ops", "attr", "arg", "id", "lineno", "type_comment", "type_ignores", "kind"})
"""Fields that hold no node that names anything."""

_BINDING = (
    *(*_SCOPE, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal),
    *(ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr, ast.For, ast.AsyncFor, ast.comprehension),
    *(ast.withitem, ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping),
)
_KEPT = (
    *(ast.Call, ast.Return, ast.Assign, ast.AnnAssign, ast.AugAssign),
    *(ast.Expr, ast.Constant, ast.JoinedStr, ast.BinOp, ast.arguments),
)

Chain = tuple[ast.AST, ...]
"""The scopes around a node, the module first."""


@dataclass(frozen=True)
class Known:
    """A string that the code gives, and how it was found."""

    value: str
    resolution: Resolution


@dataclass
class _Bindings:
    """What a scope assigns: each name with its values; None for a value that is not a plain expression."""

    values: dict[str, list[ast.expr | None]] = field(default_factory=dict)
    imports: dict[str, list[str]] = field(default_factory=dict)
    globals: set[str] = field(default_factory=set)

    def add(self, name: str, value: ast.expr | None) -> None:
        self.values.setdefault(name, []).append(value)


def walk(tree: ast.Module) -> Iterator[tuple[ast.AST, Chain]]:
    """Yield the nodes with the scopes around them, in source order, without recursion: nesting is the target's.

    Decorators, defaults and bases are outside the scope that they belong to.
    """
    fields: dict[type[ast.AST], tuple[str, ...]] = {}
    pending: list[tuple[ast.AST, Chain]] = [(tree, ())]
    while pending:
        node, chain = pending.pop()
        yield node, chain
        kind = node.__class__
        if kind not in fields:
            named = (name for name in reversed(kind._fields) if name not in _NO_NODES)
            fields[kind] = () if issubclass(kind, _WITHOUT_CHILDREN) else tuple(named)
        inner = (*chain, node) if issubclass(kind, _SCOPE) else chain
        for name in fields[kind]:
            value = getattr(node, name, None)
            around = inner if name == "body" else chain
            if isinstance(value, list):
                pending.extend([(child, around) for child in reversed(value) if isinstance(child, ast.AST)])
            elif isinstance(value, ast.AST):
                pending.append((value, around))


class Names:
    """The imports and constants of one file."""

    def __init__(self, tree: ast.Module) -> None:
        """Read them from a syntax tree."""
        self.imports: list[tuple[str, int, int]] = []
        """Module, number of leading dots, line."""
        self.nodes: list[tuple[ast.AST, Chain]] = []
        """The calls, assignments and strings, in source order, with the scopes around them."""
        self._stars: list[str] = []
        self._scopes: dict[ast.AST, _Bindings] = {}
        self._module = tree
        self._attributes: set[str] = set()
        collected: dict[type[ast.AST], bool] = {}
        for node, chain in walk(tree):
            kind = node.__class__
            if kind not in collected:
                collected[kind] = issubclass(kind, _BINDING)
            if collected[kind]:
                self._collect(node, chain)
            if kind in _KEPT:
                self.nodes.append((node, chain))
        module = self._scopes[tree]
        for scope in self._scopes.values():
            for name in scope.globals & set(scope.values):
                module.values.setdefault(name, []).extend(scope.values.pop(name))
                module.imports.setdefault(name, []).extend(scope.imports.pop(name, ()))

    def _collect(self, node: ast.AST, chain: Chain) -> None:
        if isinstance(node, _SCOPE):
            self._scope(node, chain)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self._import(node, chain)
        elif isinstance(node, ast.Global):
            self._scopes[chain[-1]].globals.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            for scope in chain[1:]:  # one of them, at another time
                for name in node.names:
                    self._scopes[scope].add(name, None)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(target, node.value, chain)
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
            if node.value is not None:
                self._bind(node.target, node.value, chain)
        elif isinstance(node, (ast.AugAssign, ast.For, ast.AsyncFor, ast.comprehension)):
            self._bind(node.target, None, chain)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            self._bind(node.optional_vars, None, chain)
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            self._scopes[chain[-1]].add(node.name, None)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            self._scopes[chain[-1]].add(node.rest, None)

    def _scope(self, node: ast.AST, chain: Chain) -> None:
        bindings = self._scopes[node] = _Bindings()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self._scopes[chain[-1]].add(node.name, None)
        if isinstance(node, _FUNCTION):
            arguments = node.args
            stars = [star for star in (arguments.vararg, arguments.kwarg) if star is not None]
            for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *stars):
                bindings.add(argument.arg, None)

    def _import(self, node: ast.Import | ast.ImportFrom, chain: Chain) -> None:
        bindings = self._scopes[chain[-1]]
        for name in node.names:
            bound = name.asname or name.name.partition(".")[0]
            bindings.add(bound, None)
            if isinstance(node, ast.Import):
                self.imports.append((name.name, 0, node.lineno))
                bindings.imports.setdefault(bound, []).append(name.name if name.asname else bound)
                continue
            parts = (node.module,) if name.name == "*" else (node.module, name.name)
            dotted = ".".join(filter(None, parts))
            self.imports.append((dotted, node.level, node.lineno))
            if node.level == 0 and name.name == "*":
                self._stars.append(dotted)
            elif node.level == 0:
                bindings.imports.setdefault(bound, []).append(dotted)

    def _bind(self, target: ast.expr, value: ast.expr | None, chain: Chain) -> None:
        if isinstance(target, ast.Name):
            scope = self._scopes[chain[-1]]
            if target.id in scope.globals:
                scope = self._scopes[self._module]
            scope.add(target.id, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            values = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
            paired = len(values) == len(target.elts) and not any(isinstance(v, ast.Starred) for v in values)
            for position, part in enumerate(target.elts):
                self._bind(part, values[position] if paired else None, chain)
        elif isinstance(target, ast.Starred):
            self._bind(target.value, None, chain)
        elif isinstance(target, ast.Attribute):
            self._attributes.add(target.attr)

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
        starts = self._imported(node.id, chain) or [f"?{node.id}", *(f"{star}.{node.id}" for star in self._stars)]
        return [f"{start}.{tail}" if tail else start for start in starts]

    def is_assigned(self, name: str, chain: Chain) -> bool:
        """Whether the scope that a name is seen from binds it otherwise than by an import."""
        found = self._visible(name, chain)
        return found is not None and len(found[0]) > len(self._imported(name, chain))

    def _imported(self, name: str, chain: Chain) -> list[str]:
        found = self._visible(name, chain)
        return list(dict.fromkeys(self._scopes[found[1][-1]].imports.get(name, ()))) if found else []

    def constant(self, node: ast.expr, chain: Chain, depth: int = 0) -> Known | None:
        """Return the string that an expression is, by itself or through names that are assigned once, or None."""
        if isinstance(node, ast.Constant):
            how = Resolution.CONSTANT if depth else Resolution.LITERAL
            return Known(node.value, how) if isinstance(node.value, str) else None
        if depth >= DEPTH:
            return None
        if isinstance(node, (ast.JoinedStr, ast.BinOp)):
            return self._joined(node, chain, depth)
        if isinstance(node, ast.Name):
            found = self._visible(node.id, chain)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found = self._class_constant(node.value.id, node.attr, chain)
        else:
            found = None
        if found is None:
            return None
        values, scope = found
        if len(values) != 1 or values[0] is None:
            return None
        return self.constant(values[0], scope, depth + 1)

    def _joined(self, node: ast.JoinedStr | ast.BinOp, chain: Chain, depth: int) -> Known | None:
        """Return the text that known parts give together: an f-string without formats, or a sum."""
        if isinstance(node, ast.BinOp):
            parts: list[ast.expr] = [node.left, node.right] if isinstance(node.op, ast.Add) else []
        else:
            formatted = [part for part in node.values if isinstance(part, ast.FormattedValue)]
            plain = all(part.conversion == -1 and part.format_spec is None for part in formatted)
            parts = [p.value if isinstance(p, ast.FormattedValue) else p for p in node.values] if plain else []
        values = [self.constant(part, chain, depth + 1) for part in parts]
        texts = [known.value for known in values if known]
        return Known("".join(texts), Resolution.CONSTANT) if texts and len(texts) == len(values) else None

    def _visible(self, name: str, chain: Chain) -> tuple[list[ast.expr | None], Chain] | None:
        """Return what a name is bound to, innermost scope first; a class's names are seen only in its own body."""
        for position in range(len(chain) - 1, -1, -1):
            scope = chain[position]
            if isinstance(scope, ast.ClassDef) and position != len(chain) - 1:
                continue
            bindings = self._scopes[scope]
            if name in bindings.globals:
                values = self._scopes[self._module].values.get(name)
                return (values, (self._module,)) if values else None
            if name in bindings.values:
                return bindings.values[name], chain[: position + 1]
        return None

    def _class_constant(self, owner: str, name: str, chain: Chain) -> tuple[list[ast.expr | None], Chain] | None:
        """Return what a class of this file assigns to `self.name`, `cls.name` or `Class.name` in its body."""
        if name in self._attributes:
            return None  # assigned through an attribute somewhere: not a constant
        for position in range(len(chain) - 1, -1, -1):
            scope = chain[position]
            if isinstance(scope, ast.ClassDef) and owner in {"self", "cls", scope.name}:
                values = self._scopes[scope].values.get(name)
                return (values, chain[: position + 1]) if values else None
        classes = [node for node in self._scopes if isinstance(node, ast.ClassDef) and node.name == owner]
        if len(classes) == 1 and (values := self._scopes[classes[0]].values.get(name)):
            return values, (self._module, classes[0])
        return None
