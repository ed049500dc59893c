"""What an expression of Python source can be: every text that the code gives it, and whether it may be something else.

possible = Values(names).possible(call.args[0], chain)
possible.known        # (Known("org/name", Resolution.CONSTANT),)
possible.is_open      # True where it may also be what the code does not show

Nothing is run. Names, parameters with their defaults and the calls of this file, loops over literals, dictionaries,
f-strings and sums, class and instance attributes, options of commands, settings with a default, and constants of
other files of the target are followed, up to a depth and a number of values.
"""

from __future__ import annotations

import ast
import itertools
import posixpath
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from supplychain.discovery import python_expressions as expressions
from supplychain.discovery.python_calls import call, parameter
from supplychain.discovery.python_containers import element, subscript
from supplychain.discovery.python_members import attribute
from supplychain.discovery.python_names import Bound, Chain, Element, Handed, Names, Parameter
from supplychain.discovery.python_options import options
from supplychain.discovery.python_search import definition
from supplychain.discovery.python_value import (
    DEPTH,
    LIMIT,
    Container,
    Follower,
    Given,
    Known,
    Loaded,
    Nothing,
    Passed,
    Possible,
    Unknown,
    Value,
    furthest,
    marked,
    seen,
)
from supplychain.model.reference import Resolution

__all__ = ["Known", "Possible", "Values"]


_STEPS = 8 * LIMIT
"""Parts of one expression that are followed."""
_TOTAL = 500_000
"""Parts of all expressions of a file after which few of each are followed."""

_Way = Callable[..., Iterator[Value]]
"""Follows one kind of expression."""


@dataclass
class _Shared:
    """What followers of several files share while they follow one expression."""

    steps: int = 0
    total: int = 0
    """Of all expressions of the file."""
    following: set[int] = field(default_factory=set)
    within: dict[ast.AST, tuple[ast.Call, Chain, Follower]] = field(default_factory=dict)
    followed: dict[tuple[int, ...], tuple[ast.expr, int, tuple[Value, ...]]] = field(default_factory=dict)
    """What expressions can be, by identity, each with the depth that it was followed from."""
    others: dict[int, Values] = field(default_factory=dict)
    """The followers of other files by the identity of their names."""


class Values:
    """What the expressions of one file can be."""

    def __init__(
        self,
        names: Names,
        loads: Callable[[list[str]], bool] = lambda _: False,
        shared: _Shared | None = None,
    ) -> None:
        """Follow these names; `loads` tells loading calls by their names."""
        self.loads = loads
        self.names = names
        self.options = names.options if names.options is not None else options(names)
        names.options = self.options
        self._possible: dict[ast.expr, Possible] = {}
        self._shared = shared or _Shared()
        self.following = self._shared.following
        self.within = self._shared.within

    def possible(self, node: ast.expr, chain: Chain) -> Possible:
        """Return what an expression can be."""
        if node not in self._possible:
            self._possible[node] = self._followed(node, chain)
        return self._possible[node]

    def _followed(self, node: ast.expr, chain: Chain) -> Possible:
        self._shared.steps = 0
        found: dict[str, Known] = {}
        passed: list[Parameter] = []
        is_open = is_none = is_loaded = False
        for count, value in enumerate(self.follow(node, chain, 0)):
            if isinstance(value, Passed):
                passed += [value.parameter] if value.names is self.names else []
            elif isinstance(value, Known) and count < 2 * LIMIT and len(found) < LIMIT:
                found.setdefault(value.value, value)
            elif isinstance(value, Nothing):
                is_none = True
            elif isinstance(value, Loaded):
                is_loaded = True
            else:
                is_open = True
        self._shared.followed.clear()
        self._shared.others.clear()  # they lead back here, and what is in a circle is freed late
        return Possible(tuple(found.values()), is_open, is_none, is_loaded, tuple(passed))

    def constant(self, node: ast.expr, chain: Chain) -> Known | None:
        """Return the one text that an expression is, or None."""
        return self.possible(node, chain).only

    def follow(self, node: ast.expr, chain: Chain, depth: int) -> Iterator[Value]:
        """Yield what an expression can be."""
        self._shared.steps += 1
        self._shared.total += 1
        if depth > DEPTH or self.is_spent:
            yield Unknown()
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                yield Known(node.value, Resolution.CONSTANT if depth else Resolution.LITERAL)
            else:
                yield Nothing() if node.value is None else Unknown()
        elif isinstance(node, (ast.Dict, ast.List, ast.Tuple, ast.Set)):
            yield Container(node, chain, self.names)
        elif way := _WAYS.get(type(node)):
            yield from self._once(way, node, chain, depth)
        else:
            yield Unknown()

    def _once(self, way: _Way, node: ast.expr, chain: Chain, depth: int) -> Iterable[Value]:
        """Return what an expression can be; one that leads back to itself gives nothing more."""
        shared = self._shared
        key = (id(node), *(id(call) for call, _, _ in shared.within.values()))
        _, at, values = shared.followed.get(key, (node, depth + 1, ()))
        if at > depth:
            shared.followed[key] = (node, 0, ())
            values = _unique(way(self, node, chain, depth + 1))
            shared.followed[key] = (node, depth, values)
        return values

    @property
    def is_spent(self) -> bool:
        """Whether so much was followed for one expression that the rest counts as unknown."""
        return self._shared.steps > (_STEPS if self._shared.total < _TOTAL else LIMIT)

    def bound(self, value: Bound, around: Chain, depth: int) -> Iterable[Value]:
        """Return what a name can be that is bound to this."""
        if value is None or isinstance(value, Handed):
            return (Unknown() if value is None else Given(),)
        if isinstance(value, Parameter):
            return parameter(self, value, depth)
        if isinstance(value, Element):
            return element(self, value, around, depth)
        return self.follow(value, around, depth)

    def joined(self, parts: Sequence[ast.expr], chain: Chain, depth: int, between: str = "") -> Iterator[Value]:
        """Yield the texts that parts give together, and something unknown where one of them may be."""
        choices: list[list[Known]] = []
        is_open = False
        for part in parts:
            found = seen(itertools.islice(self.follow(part, chain, depth), LIMIT))
            known = [value for value in found if isinstance(value, Known)]
            is_open = is_open or len(known) < len(found)
            choices.append(known)
        for texts in itertools.islice(itertools.product(*choices), LIMIT if choices else 0):
            resolution = furthest(Resolution.CONSTANT, *(text.resolution for text in texts))
            text = between.join(text.value for text in texts)
            yield Known(_normal(text) if between else text, resolution)
        if is_open or not choices:
            yield Unknown()

    def from_module(self, dotted: str, depth: int) -> Iterator[Value]:
        """Yield what a dotted name of another file of the target is."""
        found = definition(self.names, dotted)
        if found is None:
            yield Unknown()
            return
        names, (first, *rest) = found
        reference: ast.expr = ast.Name(first, ast.Load())
        for name in rest:
            reference = ast.Attribute(reference, name, ast.Load())
        there = self.elsewhere(names).follow(reference, (names.module,), depth + 1)
        yield from marked(there, Resolution.IMPORTED)

    def elsewhere(self, names: Names) -> Values:
        """Return a follower of another file's expressions."""
        if id(names) not in self._shared.others:
            self._shared.others[id(names)] = Values(names, self.loads, self._shared)
        return self._shared.others[id(names)]


def _normal(path: str) -> str:
    """Return a path below the target without what is not needed in it."""
    return f"./{posixpath.normpath(path)}" if path.startswith("./") else path


def _unique(values: Iterable[Value]) -> tuple[Value, ...]:
    """Return values once each; so many that they do not all count are as if there were more."""
    found = tuple(itertools.islice(dict.fromkeys(values), LIMIT + 1))
    return found if len(found) <= LIMIT else (*found[:LIMIT], Unknown())


_WAYS: dict[type[ast.expr], _Way] = {
    ast.Name: expressions.name,
    ast.Attribute: attribute,
    ast.Subscript: subscript,
    ast.Call: call,
    ast.JoinedStr: expressions.formatted,
    ast.BinOp: expressions.added,
    ast.BoolOp: expressions.either,
    ast.IfExp: expressions.chosen,
    ast.NamedExpr: expressions.inner,
    ast.Await: expressions.inner,
    ast.ListComp: expressions.comprehended,
    ast.SetComp: expressions.comprehended,
    ast.GeneratorExp: expressions.comprehended,
    ast.DictComp: expressions.comprehended,
}
