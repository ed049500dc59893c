"""References: the places of a target that name a component, or try to."""

from __future__ import annotations

from enum import StrEnum

from supplychain.model.base import Frozen
from supplychain.model.component import Component, Kind
from supplychain.model.text import Text


class Scope(StrEnum):
    """What a file is for; requirements are decided on `prod` unless they say otherwise."""

    PROD = "prod"
    TEST = "test"
    DOCS = "docs"
    EXAMPLE = "example"
    VENDORED = "vendored"
    ARCHIVE = "archive"


INVENTORIED = frozenset(Scope) - {Scope.TEST, Scope.VENDORED}
"""The scopes whose components an inventory has to hold."""


class Place(Frozen):
    """A file of the target and a line in it; `line` is None for what has no lines."""

    file: Text
    line: int | None = None
    scope: Scope = Scope.PROD

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line is not None else self.file


class Resolution(StrEnum):
    """How the name of a reference was found."""

    LITERAL = "literal"
    CONSTANT = "constant"
    FILE = "file"
    """The file itself is the component: its first bytes say what it is."""


class Reference(Frozen):
    """One place that names a component."""

    component: Component
    at: Place
    resolution: Resolution
    call: Text = ""
    """The loading call, as it resolves through the file's imports: `transformers.AutoModel.from_pretrained`."""
    revision: Text | None = None
    address: Text | None = None
    """The address or endpoint that this place gives itself; None: the registry's own."""
    digest: str | None = None
    """`sha256:<hex>` of the file that names it."""

    @property
    def subject(self) -> str:
        """What a finding's row about this reference names."""
        return self.component.id


class Unresolved(Frozen):
    """A loading call whose component could not be determined; reported, never dropped."""

    kind: Kind
    at: Place
    call: Text
    expression: Text
    """The code that gives the name at run time."""
    reason: Text
    digest: str | None = None

    @property
    def subject(self) -> str:
        """What a finding's row about this call names."""
        return f"{self.kind}:unresolved/{self.expression}"


class Override(Frozen):
    """A setting that sends a registry's client to another host."""

    registry: str
    variable: Text
    address: Text | None
    """Where it sends to; None where the value is made at run time."""
    at: Place


class Unread(Frozen):
    """Files that may name components and that were not read: a limit, damage, or a carrier that is not built."""

    what: Text
    """What they are: `notebooks`, `Python that does not parse`."""
    reason: Text
    count: int
    at: Place
    """The first of them."""
    digest: str | None = None

    @property
    def subject(self) -> str:
        """What a finding's row about these files names."""
        return f"unread:{self.what}"
