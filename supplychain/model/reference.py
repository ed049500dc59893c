"""References: the places of a target that name a component, or try to."""

import re
from enum import StrEnum
from typing import Literal

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


_IMMUTABLE = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}|sha256:[0-9a-f]{64}")

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
    DEFAULT = "default"
    """The default of a parameter, an option of a command or a setting of the environment."""
    IMPORTED = "imported"
    """A constant of another file of the target."""
    CONFIG = "config"
    """The value of a key in a configuration file."""
    COMMAND = "command"
    """An argument of a command."""
    DECLARED = "declared"
    """The declaration states its values, and what in the code enforces them."""
    IMPLICIT = "implicit"
    """Nothing names it: the library takes it by itself."""
    FILE = "file"
    """The file itself is the component: its first bytes say what it is."""


def is_immutable(revision: str | None) -> bool:
    """Whether a revision cannot come to mean something else: a whole commit, or a digest."""
    return revision is not None and _IMMUTABLE.fullmatch(revision) is not None


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
    code_revision: Text | None = None
    """The revision of the code that is fetched and run beside it, where that is pinned apart."""
    region: Text | None = None
    """Where a service is asked to process."""
    checksum: Text | None = None
    """`<algorithm>:<hex>` that this place states for the artifact."""
    flags: tuple[Text, ...] = ()
    """Arguments of the loading call that decide what it may run: `trust_remote_code=True`."""
    command: str = ""
    """The install command that names it, by its digest, where options of that say where packages are fetched from."""
    digest: str | None = None
    """`sha256:<hex>` of the file that names it."""

    @property
    def is_pinned(self) -> bool:
        """Whether its revision cannot come to mean something else: a whole commit, or a digest."""
        return is_immutable(self.revision)

    @property
    def subject(self) -> str:
        """What a finding's row about this reference names."""
        return self.component.id


class Relation(Frozen):
    """What a file of the target says of two components."""

    subject: Text
    """The id of the component that it is said of."""
    kind: Literal["fine-tuned from", "trained on", "served by"]
    object: Text
    at: Place


class Unresolved(Frozen):
    """A loading call whose component could not be determined; reported, never dropped."""

    kind: Kind
    at: Place
    call: Text
    expression: Text
    """The code that gives the name at run time."""
    reason: Text
    source: Text = ""
    """The registry or service that it would come from, where that is known."""
    flags: tuple[Text, ...] = ()
    """Arguments of the loading call that decide what it may run."""
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
