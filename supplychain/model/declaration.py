"""The declaration: what the team of a target states in `supplychain.toml`.

It explains, attests and narrows; it never widens trust. Everything is optional, and what is missing gives
`undetermined`, never a pass.
"""

import datetime as dt
import re
from collections import Counter
from string import Formatter
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from supplychain.model.base import Frozen
from supplychain.model.component import Component
from supplychain.model.service import DeclaredService, Filled, Level, Sha256
from supplychain.model.text import Text


def _component_id(text: str) -> str:
    return Component.parse(text).id


ComponentId = Annotated[Text, AfterValidator(_component_id)]
RequirementId = Annotated[str, Field(pattern=r"^((1|4|5|6|8|9|10)\.[1-5]|(2|3)\.[1-4]|7\.[1-6]|9[0-9]\.[1-9])$")]


class IntendedUse(Frozen):
    """What the target does with its components, for the license checks."""

    commercial: bool
    hosted: bool
    redistribute: bool
    modify: bool
    fields: tuple[Text, ...] = ()
    trains_models: bool | None = None
    """Whether outputs train other models; None: nobody said so, and a license that cares is undetermined."""
    monthly_users: int | None = None
    """Of all products of the company, as licenses count them."""
    annual_revenue_usd: int | None = None
    regions: tuple[Text, ...] = ()
    """Where the company is seated and where it offers the project: `EU`, `DE`, `US`."""


class Project(Frozen):
    """The target itself."""

    name: Text
    owner: Text
    criticality: Level | None = None
    intended_use: IntendedUse | None = None


class Scopes(Frozen):
    """Path patterns of files that are not production code."""

    test: tuple[str, ...] = ()
    docs: tuple[str, ...] = ()
    example: tuple[str, ...] = ()
    vendored: tuple[str, ...] = ()
    archive: tuple[str, ...] = ()


def _template(text: str) -> str:
    fields = [(name, form, turned) for _, name, form, turned in Formatter().parse(text) if name is not None]
    if not fields:
        raise ValueError("name the arguments that it is made of, as {0} or {name}")
    if any(form or turned or re.fullmatch(r"[0-9]{1,2}|[A-Za-z_]\w*", name) is None for name, form, turned in fields):
        raise ValueError("only {0}, {1} and {name} stand for arguments")
    return text


class Loader(Frozen):
    """A downloader of the target's own."""

    call: Annotated[Text, Field(pattern=r"^([^:]+\.py:)?[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")]
    """A function: `path/file.py:name`, or its dotted name."""
    kind: Literal["model", "dataset"]
    url: Annotated[Text, AfterValidator(_template)] = "{0}"
    """The address, or the name, that its arguments make: `https://…/v{1}/{0}.zip`."""


class Resolve(Frozen):
    """The values that a reference made at run time can have, and what in the code enforces them."""

    at: Text
    values: tuple[Text, ...] = Field(min_length=1)
    enforced_by: Text


class Approval(Frozen):
    """Who approved a component."""

    by: Text
    on: dt.date
    ticket: Text = ""


class LicenseAcknowledgment(Frozen):
    """Who took note of a license's restrictions."""

    by: Text
    on: dt.date
    restrictions: tuple[Text, ...]


class Provenance(Frozen):
    """Where a component comes from, in the words of its team."""

    source: Text
    """For a first-party model: the training script or the commit; else where it was taken from."""
    creator: Text = ""
    collected: Text = ""
    license: Text = ""
    pii: Text = ""
    transforms: tuple[Text, ...] = ()
    """What was done to it after it was taken; an empty list that is written out says that nothing was."""
    document: Text = ""
    """A document of the target that describes it, where neither its folder nor its own words tell what it is of."""


class DeclaredComponent(Frozen):
    """What is stated of one component."""

    id: ComponentId
    revision: Text | None = None
    first_party: bool = False
    license: Text | None = None
    sha256: Sha256 | None = None
    published: dt.date | None = None
    """The day on which the stated revision or digest was published."""
    approved: Approval | None = None
    license_ack: LicenseAcknowledgment | None = None
    attribution: Text | None = None
    provenance: Provenance | None = None
    label: Text | None = None
    """For a dataset: the column of the labels."""
    path: Text | None = None
    """The file or folder of the target that holds its bytes, for a component that is named otherwise."""


class Deployment(Frozen):
    """Where a system runs."""

    kind: Text
    namespace: Text = ""
    selector: Text = ""


class System(Frozen):
    """A system that uses components, and how it is isolated."""

    id: Text
    env: Text
    uses: tuple[ComponentId, ...]
    deploy: Deployment | None = None
    criticality: Level | None = None
    """Where more depends on it than on the project as a whole; a lower one counts for nothing."""


class Incident(Frozen):
    """Whom an incident reaches, and the plan for it."""

    contacts: tuple[Text, ...] = Field(min_length=1)
    plan: Text


class DeclaredDocument(Frozen):
    """A document of the target that describes its supply chain measures."""

    path: Text
    role: Literal["security policy", "incident response plan", "supply chain policy"] | None = None
    """Which of the documents that are asked for it is, where it lies elsewhere than usual."""
    covers: tuple[int, ...] = ()
    """Numbers of the scenarios that it describes, where its headings do not say so themselves."""


class Waiver(Frozen):
    """An accepted exception for one component and one requirement."""

    id: Text
    requirement: RequirementId
    component: Text
    reason: Filled
    owner: Filled
    approver: Filled
    created: dt.date
    expires: dt.date

    @model_validator(mode="after")
    def _two_people_and_an_end(self) -> Self:
        if self.owner.strip().casefold() == self.approver.strip().casefold():
            raise ValueError(f"waiver {self.id}: its owner {self.owner} cannot approve it; name another approver")
        if self.expires <= self.created:
            raise ValueError(f"waiver {self.id}: it expires on {self.expires}, not after it was created")
        return self


class Review(Frozen):
    """Who looked at a review signal, and what it turned out to be."""

    component: ComponentId
    detector: Text
    """The detector whose signal was looked at."""
    digest: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
    """What was looked at, as the signal's row gives it; the review lapses when it changes."""
    verdict: Literal["harmless", "malicious"]
    reason: Filled
    by: Text
    on: dt.date


class Declaration(Frozen):
    """The whole of `supplychain.toml`."""

    schema_: Literal[1] = Field(alias="schema")
    project: Project | None = None
    scope: Scopes = Scopes()
    loader: tuple[Loader, ...] = ()
    resolve: tuple[Resolve, ...] = ()
    component: tuple[DeclaredComponent, ...] = ()
    service: tuple[DeclaredService, ...] = ()
    system: tuple[System, ...] = ()
    incident: Incident | None = None
    document: tuple[DeclaredDocument, ...] = ()
    waiver: tuple[Waiver, ...] = ()
    review: tuple[Review, ...] = ()

    @model_validator(mode="after")
    def _ids_once(self) -> Self:
        for name in ("component", "service", "system", "waiver"):
            counted = Counter(item.id for item in getattr(self, name))
            if twice := [item for item, count in counted.items() if count > 1]:
                raise ValueError(f"[[{name}]] {twice[0]} is declared twice")
        return self

    def of(self, component_id: str) -> DeclaredComponent | None:
        """Return what is stated of a component, or None."""
        return next((item for item in self.component if item.id == component_id), None)
