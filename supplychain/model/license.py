"""What is stated of licenses, of provenance and of attribution."""

from typing import Literal

from supplychain.model.base import Frozen
from supplychain.model.reference import Place
from supplychain.model.text import Text

PROJECT = "project"
"""What stands for the target itself where its own license is stated."""


class LicenseStatement(Frozen):
    """A license that somebody states for a component."""

    component: Text
    stated: Text
    """As it is written."""
    license: Text | None
    """The id in the obligations table, or the expression over such ids; None: it is not known which one it is."""
    origin: Literal["declaration", "card", "license file", "metadata"]
    at: Place | None = None
    """None: a hub says so, and `revision` is what it was asked for."""
    revision: Text | None = None
    inherited: Text = ""
    """The component that it was derived from, where the license is that one's."""


class Mention(Frozen):
    """A text of the target that credits a component."""

    component: Text
    at: Place
    names: tuple[Literal["component", "holder", "license", "notice", "notice file", "license text"], ...]
    """What it names of what a license asks for; `notice`: a wording that it prescribes for users; `notice file`: the text
    that it prescribes for the notice file of copies."""


ProvenanceField = Literal[
    "source", "revision", "creator", "license", "collection", "transformations", "personal data", "published"
]


class ProvenanceStatement(Frozen):
    """One field of the provenance of a model or dataset, as somebody states it."""

    component: Text
    field: ProvenanceField
    value: Text
    origin: Literal["declaration", "card", "croissant", "datasheet", "dvc", "hub", "code", "metadata"]
    at: Place | None = None
    digest: str | None = None
    """`sha256:<hex>` of the file that states it."""


class ProvenanceDoubt(Frozen):
    """A document that may state provenance and does not count: it was not read, or it is not clear what it is of."""

    at: Place
    reason: Text
    components: tuple[Text, ...] = ()
    """Those that it may be of; none: nothing tells."""
    is_unread: bool
