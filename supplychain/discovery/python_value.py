"""What following an expression of Python source gives, and what the parts of that have in common."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from supplychain.discovery.python_names import Bound, Chain, Names, Parameter
from supplychain.discovery.python_search import Class
from supplychain.model.reference import Resolution

DEPTH = 12
"""Names that are followed one after another before a value counts as unknown."""
LIMIT = 64
"""Values of one expression that are followed; beyond, it counts as open."""

_ORDER = (Resolution.LITERAL, Resolution.CONSTANT, Resolution.IMPORTED, Resolution.DEFAULT)


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
    passed: tuple[Parameter, ...] = ()
    """The parameters that hand it on unchanged from calls elsewhere."""

    @property
    def only(self) -> Known | None:
        """The one text that it is; None where it can be another or none at all."""
        others = self.is_open or self.is_none or self.is_loaded
        return self.known[0] if len(self.known) == 1 and not others else None


@dataclass(frozen=True)
class Container:
    """A literal collection, with the scopes that its parts are seen from."""

    node: ast.Dict | ast.List | ast.Tuple | ast.Set
    chain: Chain
    names: Names


@dataclass(frozen=True)
class Instance:
    """An object of a class of the target."""

    of: Class
    made: tuple[ast.Call, Chain, Names] | None = None
    """The call that makes it, where that is seen."""


@dataclass(frozen=True)
class Parsed:
    """The options of the commands of a file, or the parser of them."""

    names: Names


@dataclass(frozen=True)
class Passed:
    """What a function hands on as its caller gives it: no value by itself, but calls elsewhere can give some."""

    parameter: Parameter
    names: Names


@dataclass(frozen=True)
class Unknown:
    """Something that the code does not show."""


@dataclass(frozen=True)
class Given(Unknown):
    """What a caller, a user or the environment gives; code often has a default beside it."""


@dataclass(frozen=True)
class Nothing:
    """None."""


@dataclass(frozen=True)
class Loaded:
    """What another loading call gives: that call is reported itself."""


Value = Known | Container | Instance | Parsed | Passed | Unknown | Nothing | Loaded


class Follower(Protocol):
    """Follows the expressions of one file."""

    names: Names
    options: dict[str, ast.expr]
    """The defaults of the options of its commands by the name under which code reads them."""
    loads: Callable[[list[str]], bool]
    """Whether a call by one of these dotted names gives what it loads."""
    following: set[int]
    """The values of attributes, by identity, that are being followed."""
    within: dict[ast.AST, tuple[ast.Call, Chain, Follower]]
    """The functions whose return values are being followed, each with its call."""

    @property
    def is_spent(self) -> bool:
        """Whether so much was followed for one expression that the rest counts as unknown."""

    def follow(self, node: ast.expr, chain: Chain, depth: int) -> Iterator[Value]:
        """Yield what an expression can be."""

    def bound(self, value: Bound, around: Chain, depth: int) -> Iterable[Value]:
        """Return what a name can be that is bound to this."""

    def joined(self, parts: Sequence[ast.expr], chain: Chain, depth: int, between: str = "") -> Iterator[Value]:
        """Yield the texts that parts give together, and something unknown where one of them may be."""

    def from_module(self, dotted: str, depth: int) -> Iterator[Value]:
        """Yield what a dotted name of another file of the target is."""

    def elsewhere(self, names: Names) -> Follower:
        """Return a follower of another file's expressions."""


def marked(values: Iterable[Value], resolution: Resolution) -> Iterator[Value]:
    """Yield values with a resolution that says more than their own."""
    for value in values:
        if isinstance(value, Known):
            yield Known(value.value, furthest(value.resolution, resolution))
        else:
            yield value


def furthest(*resolutions: Resolution) -> Resolution:
    """Return the one of these resolutions that is furthest from a literal."""
    return max(resolutions, key=_ORDER.index)


def seen(values: Iterable[Value]) -> list[Value]:
    """Return values without those that only say where more may come from."""
    return [value for value in values if not isinstance(value, Passed)]


def open_like(value: Value) -> Unknown:
    """Return what a part of a value is where the value does not show its parts."""
    return Given() if isinstance(value, Given) else Unknown()


def text_of(follower: Follower, node: ast.expr, chain: Chain, depth: int) -> str | None:
    """Return the one text that an expression is, followed from a depth on."""
    found = seen(follower.follow(node, chain, depth))
    return found[0].value if len(found) == 1 and isinstance(found[0], Known) else None


def keyword(node: ast.Call, name: str) -> ast.expr | None:
    """Return a keyword argument of a call, or None."""
    return next((given.value for given in node.keywords if given.arg == name), None)
