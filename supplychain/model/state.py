"""What is remembered from run to run: the chain of runs, what was seen, what is denied, and what an audit asks."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from supplychain.model.base import Frozen
from supplychain.model.declaration import Approval
from supplychain.model.finding import Outcome
from supplychain.model.reference import Place
from supplychain.model.text import Text

Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class Used(Frozen):
    """One component as a run saw it."""

    component: Text
    """Its id."""
    revisions: tuple[Text | None, ...] = ()
    """Every revision that a place names; None stands for a place that names none."""
    places: tuple[Place, ...] = ()


class Snapshot(Frozen):
    """The inventory of a run, as far as an audit asks for it."""

    used: tuple[Used, ...] = ()
    unresolved: int = 0
    """References whose component is not known: any of them may name anything."""
    unread: int = 0
    """Files that may name components and were not read."""


class Entry(Frozen):
    """A run, as it is handed to the store."""

    run: Text
    at: AwareDatetime
    simulated: bool
    """Whether `at` was made up; such a record is marked for ever."""
    commit: str | None
    tree_digest: str
    inventory: Snapshot
    verdicts: dict[Outcome, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    """How many requirements came out how."""


class Record(Entry):
    """A run in the chain."""

    sequence: int
    inventory_digest: Digest
    previous: Digest
    """The digest of the record before."""
    digest: Digest
    """Over everything above but the inventory, for which its own digest stands."""


class Head(Frozen):
    """The newest record of a chain, noted apart from it: without that, one taken from its end would not be missed."""

    sequence: int
    digest: str


class ChainProblem(Frozen):
    """A record that is not as it was appended."""

    sequence: int
    reason: Text


class Link(Frozen):
    """A run in a chain that is whole, without its inventory."""

    sequence: int
    run: Text
    at: datetime
    simulated: bool
    digest: Digest


class Seen(Frozen):
    """When something with a fingerprint was seen first and last."""

    fingerprint: str
    first: datetime
    last: datetime


class Denied(Frozen):
    """A digest of bytes that must not be used."""

    digest: Digest
    reason: Text
    at: datetime


class Uses(Frozen):
    """The answer to: where is this component used?"""

    asked: Text
    run: Text
    at: datetime
    simulated: bool
    used: tuple[Used, ...]
    unresolved: int
    unread: int


class RevisionChange(Frozen):
    """A component that is used at other revisions than before."""

    component: Text
    was: tuple[Text | None, ...]
    now: tuple[Text | None, ...]


class Changes(Frozen):
    """The answer to: what changed between these two runs?"""

    before: Text
    after: Text
    before_at: datetime
    after_at: datetime
    simulated: bool
    added: tuple[Text, ...]
    removed: tuple[Text, ...]
    changed: tuple[RevisionChange, ...]


Standing = Literal["valid", "absent", "not-an-approver", "own", "future", "lapsed", "unbound", "undetermined"]


class ApprovalState(Frozen):
    """Whether the approval of a component counts today, and why not."""

    state: Standing
    """`lapsed`: it is of another revision or digest; `unbound`: it does not say which bytes it is of."""
    reason: Text


class Approved(Frozen):
    """The answer to: who approved this component?"""

    component: Text
    approval: Approval | None
    state: ApprovalState
