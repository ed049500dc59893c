"""Which assignments come before a use of a name in Python source, so that earlier ones no longer count."""

from __future__ import annotations

import ast
from bisect import bisect_right
from dataclasses import dataclass

_MANY = 400
"""Statements before a use that are looked at in one block."""


def path_of(node: ast.expr) -> str | None:
    """Return a name or a chain of attributes of one as text, such as `self.config.model`, or None."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed([*parts, node.id])) if isinstance(node, ast.Name) else None


@dataclass(frozen=True)
class Before:
    """What comes before a use of a name in its scope."""

    line: int
    """The line of the last assignment that always comes before it, or 0."""
    end: int
    """The line of the use."""
    apart: tuple[tuple[int, int], ...]
    """The lines of branches that never run together with it."""
    by_loop: bool = False
    """Whether that assignment is the loop around the use: no other one counts, whatever it gives."""

    def is_apart(self, line: int) -> bool:
        """Whether what stands on a line never runs together with the use."""
        return any(begin <= line <= end for begin, end in self.apart)

    def is_last(self, line: int) -> bool:
        """Whether an assignment on a line is not superseded by another."""
        return 0 < self.line <= line <= self.end


def before(scope: ast.AST, node: ast.expr, path: str) -> Before:
    """Return what comes before a use of `path` in the body of its scope."""
    line, at, is_repeated, by_loop = 0, getattr(node, "lineno", 0), False, False
    apart: list[tuple[int, int]] = []
    block = getattr(scope, "body", None)
    while isinstance(block, list) and block:
        position = bisect_right(block, at, key=lambda statement: statement.lineno) - 1
        around = block[position]
        if position < 0 or at > (around.end_lineno or at):
            break
        if len(block) > 1 and position and block[position - 1].end_lineno == at:
            break  # several statements on one line
        earlier = block[max(position - _MANY, 0) : position]
        assigned = next((one.lineno for one in reversed(earlier) if path in _assigned(one)), 0)
        line, by_loop = assigned or line, by_loop and not assigned
        is_repeated = is_repeated or isinstance(around, (ast.For, ast.AsyncFor, ast.While))
        block = _block(around, at)
        if isinstance(around, (ast.For, ast.AsyncFor)) and block is around.body and path in _targets(around.target):
            line, by_loop = around.iter.lineno, True
        if isinstance(around, ast.If) and block and not is_repeated:
            other = around.orelse if block is around.body else around.body
            apart += [(other[0].lineno, other[-1].end_lineno or at)] if other else []
    return Before(line, at, tuple(apart), by_loop)


def contains(outer: ast.expr, inner: ast.expr) -> bool:
    """Whether an expression stands inside another."""
    if not hasattr(inner, "lineno") or not hasattr(outer, "lineno"):
        return False
    begin, end = (outer.lineno, outer.col_offset), (outer.end_lineno or 0, outer.end_col_offset or 0)
    return begin <= (inner.lineno, inner.col_offset) < end


def _assigned(statement: ast.stmt) -> list[str | None]:
    if isinstance(statement, ast.Assign):
        return [path_of(target) for target in statement.targets]
    return [path_of(statement.target)] if isinstance(statement, ast.AnnAssign) and statement.value else []


def _targets(target: ast.expr) -> list[str | None]:
    parts = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
    return [path_of(part) for part in parts]


def _block(statement: ast.AST, at: int) -> list[ast.stmt] | None:
    """Return the block inside a statement that a line belongs to."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return None
    blocks = [getattr(statement, name, None) for name in ("body", "orelse", "finalbody")]
    blocks += [handler.body for handler in getattr(statement, "handlers", ())]
    blocks += [case.body for case in getattr(statement, "cases", ())]
    inside = (block for block in blocks if isinstance(block, list) and block)
    return next((block for block in inside if block[0].lineno <= at <= (block[-1].end_lineno or at)), None)
