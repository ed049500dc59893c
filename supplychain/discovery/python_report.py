"""What the parts of the Python reader share: one file, its names and values, and what it gave so far."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from supplychain import catalog
from supplychain.discovery.interface import Found, SourceFile
from supplychain.discovery.naming import Named
from supplychain.discovery.python_names import Chain, Names
from supplychain.discovery.python_values import Known, Possible, Values
from supplychain.model.component import Kind
from supplychain.model.reference import Resolution


@dataclass
class Report:
    """One Python file while it is read."""

    source: SourceFile
    names: Names
    values: Values
    lines: list[bytes]
    found: Found = field(default_factory=Found)
    read: set[int] = field(default_factory=set)
    """Strings, by identity of their node, that are no address, or are known already."""

    def refer(self, named: Named, line: int, resolution: Resolution, call: str, **facts: object) -> None:
        """Add a reference."""
        stated = {"revision": named.revision, "address": named.address, **facts}
        self.found.references.append(self.source.refer(named.component, line, resolution, call, **stated))

    def unresolved(
        self, kind: Kind, node: ast.expr, call: str, expression: ast.expr, reason: str, source: str = ""
    ) -> None:
        """Add a reference whose component is not known."""
        shown = self.code(expression)
        flags = self.flags(node) if isinstance(node, ast.Call) else ()
        self.found.unresolved.append(self.source.unresolved(kind, node.lineno, call, shown, reason, source, flags))

    def code(self, node: ast.expr) -> str:
        """Return the first line of an expression as it is written."""
        line = self.lines[node.lineno - 1] if node.lineno <= len(self.lines) else b""
        end = node.end_col_offset if node.end_lineno == node.lineno else None
        text = line[node.col_offset : end].decode("utf-8", "replace")
        return text if end is not None else f"{text} …"

    def possible(self, node: ast.expr, chain: Chain) -> Possible:
        """Return what an expression can be; the strings in it are read."""
        self.read.update(id(part) for part in ast.walk(node) if isinstance(part, ast.Constant))
        return self.values.possible(node, chain)

    def flags(self, node: ast.Call) -> tuple[str, ...]:
        """Return the arguments of a loading call that decide what it may run."""
        given = ((name, keyword_of(node, name)) for name in catalog.loader_flags())
        return tuple(f"{name}={self._setting(node, value)}" for name, value in given if value is not None)

    def _setting(self, node: ast.Call, value: ast.expr) -> str:
        """Return an argument as it is written, or the yes or no that a parameter of the function around it has by default."""
        if isinstance(value, ast.Name) and isinstance(node.func, (ast.Name, ast.Attribute)):
            called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            chain = next((around for call, around in self.names.calls.get(called, ()) if call is node), ())
            default = default_of(value.id, chain)
            if isinstance(default, ast.Constant) and isinstance(default.value, bool):
                return str(default.value)
        return ast.unparse(value)[:60]

    def only(self, node: ast.Call, keyword: str | None, chain: Chain) -> Known | None:
        """Return the one text that a keyword argument gives, or None."""
        given = keyword_of(node, keyword) if keyword else None
        return self.values.constant(given, chain) if given is not None else None


def keyword_of(node: ast.Call, *names: str) -> ast.expr | None:
    """Return the first of these keyword arguments that a call has, or None."""
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    return next((given[name] for name in names if name in given), None)


def default_of(name: str, chain: Chain) -> ast.expr | None:
    """Return what a parameter is where nobody gives it, of the innermost function around that has it; None without one."""
    for scope in reversed(chain):
        if not isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        given = scope.args
        places = [*given.posonlyargs, *given.args]
        defaults: list[ast.expr | None] = [*[None] * (len(places) - len(given.defaults)), *given.defaults]
        for parameter, default in zip([*places, *given.kwonlyargs], [*defaults, *given.kw_defaults], strict=True):
            if parameter.arg == name:
                return default
    return None


def positional(node: ast.Call, position: int) -> ast.expr | None:
    """Return the argument at a position, or None where it is absent or inside `*`."""
    before = node.args[: position + 1]
    if position < 0 or len(before) <= position or any(isinstance(argument, ast.Starred) for argument in before):
        return None
    return before[-1]


def is_none(node: ast.expr) -> bool:
    """Whether an expression is the word None."""
    return isinstance(node, ast.Constant) and node.value is None


def is_open(node: ast.Call) -> bool:
    """Whether a call has arguments that its text does not show."""
    return any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords)
