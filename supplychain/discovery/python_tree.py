"""The syntax tree of Python source as a way through its nodes, with the scopes around each."""

from __future__ import annotations

import ast
from collections.abc import Iterator

FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
SCOPE = (*FUNCTION, ast.ClassDef, ast.Module)
_SCOPES = frozenset(SCOPE)
_WITHOUT_CHILDREN = (
    *(ast.Name, ast.Constant, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal, ast.Pass),
    *(ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop),
)
_NO_NODES = frozenset({"ctx", "op", "ops", "attr", "arg", "id", "lineno", "type_comment", "type_ignores", "kind"})
"""Fields that hold no node that names anything."""

_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {
    kind: ()
    if issubclass(kind, _WITHOUT_CHILDREN)
    else tuple(name for name in reversed(kind._fields) if name not in _NO_NODES)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
"""The fields of each kind of node that can hold one, the last first."""
_SILENT = frozenset({ast.Name, ast.Pass, ast.Break, ast.Continue, type(None), str})
"""What needs no visit of its own, and what a list of nodes holds where it has none."""

BINDING = frozenset(
    {
        *(*SCOPE, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal),
        *(ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr, ast.For, ast.AsyncFor, ast.comprehension),
        *(ast.withitem, ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping),
    }
)
KEPT = frozenset(
    {
        *(ast.Call, ast.Return, ast.Assign, ast.AnnAssign, ast.AugAssign),
        *(ast.Expr, ast.Constant, ast.JoinedStr, ast.BinOp, ast.arguments),
    }
)

_TELLING = BINDING | KEPT

Chain = tuple[ast.AST, ...]
"""The scopes around a node, the module first."""


def walk(tree: ast.Module) -> Iterator[tuple[ast.AST, Chain]]:
    """Yield the nodes that bind or are kept, in source order, without recursion: nesting is the target's.

    Each comes with the scopes around it. Decorators, defaults and bases are outside the scope that they belong to.
    """
    pending: list[tuple[ast.AST, Chain]] = [(tree, ())]
    while pending:
        node, chain = pending.pop()
        kind = node.__class__
        while kind is ast.Attribute:  # most are a name's, and neither says anything by itself
            node = node.value  # type: ignore[attr-defined]
            kind = node.__class__
        if kind is ast.Name:
            continue
        if kind in _TELLING and not (kind is ast.Constant and node.value.__class__ is not str):  # type: ignore[attr-defined]
            yield node, chain
        inner = (*chain, node) if kind in _SCOPES else chain
        for name in _FIELDS[kind]:
            value = getattr(node, name, None)
            if value is None:
                continue
            around = inner if name == "body" else chain
            if value.__class__ is list:
                pending.extend([(c, around) for c in reversed(value) if c.__class__ not in _SILENT])
            elif isinstance(value, ast.AST) and value.__class__ not in _SILENT:
                pending.append((value, around))
