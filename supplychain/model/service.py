"""Third-party AI services: what a team states of one, and what its code and configuration show."""

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from supplychain.model.base import Frozen
from supplychain.model.reference import Place
from supplychain.model.text import Text

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Filled = Annotated[Text, Field(pattern=r"\S")]
Level = Literal["low", "medium", "high"]
DataClass = Literal["public", "internal", "confidential", "personal", "special"]
Handling = Literal["tracing", "content", "storage", "training", "telemetry"]
"""What may happen to prompts and answers beside answering, as `catalog.switches()` knows it: traces sent to a third party,
their content in such traces, storage at the provider, training on them, and reports on the use of a library."""


def is_address(evidence: str) -> bool:
    """Whether evidence is named by an address, which is never fetched, and not as a file of the target."""
    return evidence.casefold().startswith(("https://", "http://"))


class Certificate(Frozen):
    """A certificate that a provider holds: SOC 2 Type II, ISO/IEC 27001."""

    name: Filled
    scope: Text = ""
    expires: dt.date
    """The last day on which it holds."""


class ServiceAssessment(Frozen):
    """A review of a provider."""

    by: Text
    on: dt.date
    evidence: Text
    """A file of the target, or the address of a page of which `sha256` is a copy's digest."""
    sha256: Sha256
    custodian: Text | None = None
    """Who keeps the copy, where `evidence` is an address."""
    topics: tuple[Text, ...]
    certificates: tuple[Certificate, ...] = ()


class DataProcessingAgreement(Frozen):
    """The agreement with a provider."""

    type: Literal["signed", "clickthrough", "incorporated"]
    url: Text
    version: Text
    accepted_by: Text
    date: dt.date
    expires: dt.date | None = None
    """The last day on which it holds; None: it names no end."""
    parties: tuple[Text, ...]
    sha256: Sha256
    """The digest of a copy."""
    file: Text | None = None
    """The copy, where it lies in the target."""
    custodian: Text | None = None
    """Who keeps the copy, where it does not."""


class ResidencyEvidence(Frozen):
    """What shows where a provider processes, for an endpoint that proves no region: a contract, an account's setting."""

    region: Filled
    evidence: Filled
    sha256: Sha256
    by: Filled
    on: dt.date
    expires: dt.date | None = None


class RiskAcceptance(Frozen):
    """A risk above the policy's limit that somebody whom the policy names accepts for a time."""

    level: Level
    reason: Filled
    owner: Filled
    approver: Filled
    on: dt.date
    expires: dt.date

    @model_validator(mode="after")
    def _two_people_and_an_end(self) -> Self:
        if self.owner.strip().casefold() == self.approver.strip().casefold():
            raise ValueError(f"acceptance of a risk: its owner {self.owner} cannot approve it; name another approver")
        if self.expires <= self.on:
            raise ValueError(f"acceptance of a risk: it expires on {self.expires}, not after it was given")
        return self


class PublicData(Frozen):
    """Who approved that a service is sent public data alone, so that it needs no agreement."""

    by: Filled
    on: dt.date


class DeclaredService(Frozen):
    """A third-party AI service that the target uses."""

    id: Text
    detect: tuple[Text, ...] = ()
    purpose: Text = ""
    data_classes: tuple[DataClass, ...] = ()
    public_data: PublicData | None = None
    region: Text | None = None
    residency: ResidencyEvidence | None = None
    retention_days: int | None = Field(None, ge=0)
    training_use: bool | None = None
    handling: dict[Handling, bool] = Field(default_factory=dict)
    """What is stated to happen to prompts: `{ tracing = false, storage = false }`."""
    subprocessors: Text | None = None
    """Where the provider lists them."""
    forwards_to: tuple[Text, ...] = ()
    """The services that a router may forward to; each is assessed like a service of its own."""
    assessment: ServiceAssessment | None = None
    dpa: DataProcessingAgreement | None = None
    risk: Level | None = None
    """The team's own rating; it counts only where it is higher than the computed one."""
    acceptance: RiskAcceptance | None = None


class Endpoint(Frozen):
    """Where one place of the target has a service process, as far as it says so."""

    service: Text
    """The id within its kind: `openai` of `service:openai`."""
    at: Place
    address: Text | None = None
    region: Text | None = None
    """As it is written: `eu-central-1`, `eu`, `westeurope`; None: this place proves none."""
    known_by: Literal["host", "argument", "setting", "infrastructure", "model", "default", "nothing"] = "nothing"
    """`default`: what the SDK documents where the place gives nothing, or the code takes where nothing else is given; what is
    set outside the target may stand above it."""
    anywhere: bool = False
    """Whether the provider may process it in any region: a global deployment, a profile that spans regions, a router."""
    told: Text = ""
    """What it was read from: `region_name=`, `global.anthropic.claude-…`."""
    forwards_to: Text | None = None
    """The service, within its kind, that this place has a router hand prompts to; None: the place names none."""

    @property
    def subject(self) -> str:
        """What a row about it names."""
        return f"service:{self.service}"


class Switch(Frozen):
    """A place that says, or fails to say, what happens to prompts."""

    handling: Handling
    name: Text
    """As it is written: `LANGCHAIN_TRACING_V2`, `store`."""
    service: Text
    """Who receives them, within its kind: `langsmith`; empty: whichever service the call goes to."""
    state: Literal["on", "off", "unknown"]
    value: Text = ""
    at: Place

    @property
    def subject(self) -> str:
        """What a row about it names."""
        return f"service:{self.service}"


class EvidenceFile(Frozen):
    """A file of the target that a declaration names as evidence."""

    path: Text
    sha256: Sha256 | None = None
    """None: it could not be read."""
    problem: Text = ""
    """Why it shows nothing; empty where it was read."""
    is_missing: bool = False
    """Whether that is since there is no such file or nothing in it, and not since it could not be read."""
    signatures: tuple[Text, ...] = ()
    """Whose signatures on it verify against the policy's roots."""
    unsigned: Text = ""
    """Why no signature on it counts; empty where one does, or where none was looked for."""
    is_bad: bool = False
    """Whether that is since a signature on it is of other bytes, or forged."""
