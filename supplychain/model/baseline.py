"""The baseline: the recorded state of every component, against which drift is measured."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, FailFast, Field, model_validator

from supplychain.model.base import Frozen
from supplychain.model.reference import Place
from supplychain.model.text import Text

Texts = Annotated[tuple[Text, ...], FailFast()]
"""The first item of the wrong form is enough: the file may hold millions."""


class Recorded(Frozen):
    """One component as it was recorded."""

    id: Text
    revisions: Annotated[tuple[Text | None, ...], FailFast()]
    """Every revision that a place names: a commit, a version, a tag or digest of an image or action; None for none."""
    code_revisions: Texts = ()
    registries: Texts
    """Where it is taken from: the address that a place gives, or the name of its source."""
    checksums: Texts = ()
    """What places and locks state of its bytes."""
    flags: Texts = ()
    """Arguments of loading calls that decide what they may run."""
    digests: Texts = ()
    """What was measured of its bytes; empty where they were not at hand."""
    signatures: Texts = ()
    """Signatures that lay with it, by their paths."""
    owner: Text | None = None
    license: Text | None = None
    at: Place
    """The first place that names it."""


class Endpoint(Frozen):
    """A setting that sends a registry's client elsewhere."""

    registry: Text
    variable: Text
    address: Text | None
    at: Place


class Unnamed(Frozen):
    """A place whose component was not known."""

    subject: Text
    at: Place


class Baseline(Frozen):
    """The whole of `.supplychain/baseline.json`."""

    schema_: Literal[1] = Field(1, alias="schema")
    written: AwareDatetime
    simulated: bool = False
    """Whether `written` was made up."""
    commit: Text | None
    components: Annotated[tuple[Recorded, ...], FailFast()]
    endpoints: Annotated[tuple[Endpoint, ...], FailFast()] = ()
    unresolved: Annotated[tuple[Unnamed, ...], FailFast()] = ()

    @model_validator(mode="after")
    def _ids_once(self) -> Self:
        if len({component.id for component in self.components}) < len(self.components):
            raise ValueError("a component is recorded twice")
        return self


class BaselineFile(Frozen):
    """A baseline that the target carries."""

    file: Text
    digest: str | None = None
    baseline: Baseline | None = None
    problem: Text = ""
    """Why it cannot be used, naming what to mend; empty where it can."""


class Drift(Frozen):
    """One thing that is not as it was recorded."""

    component: Text
    what: Literal[
        "added",
        "removed",
        "revision",
        "code revision",
        "registry",
        "checksum",
        "loader flags",
        "bytes",
        "owner",
        "license",
        "endpoint",
        "unresolved",
    ]
    was: Text
    now: Text
    at: Place


class Uncompared(Frozen):
    """Something that only one side knows of a component: neither drift nor its absence."""

    component: Text
    what: Literal["bytes", "owner", "license"]
    unknown: Literal["recorded", "now"]
    """Which side does not know it."""
    at: Place
