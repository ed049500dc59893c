"""What is true of a third-party AI service: types of providers, switches and areas, each fact with source and date."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from pydantic import Field

from supplychain.catalog.interface import Data

Sort = Literal[
    "model API",
    "cloud platform",
    "inference host",
    "router",
    "vector store",
    "tracing",
    "search",
    "speech",
    "documents",
]
Holds = Literal["region", "address", "sku", "environment"]
"""What the value of a chooser is: a region, an address whose host has one, a deployment type, or a provider's own name
of a place."""


class Sourced(Data):
    """A statement, by what it was taken from."""

    source: str
    """What was read: package, version and file, or a page's address. For what was not read again: where it comes from."""
    on: date
    """The day on which it was read or, from memory, written down."""
    known: Literal["read", "second hand", "memory"]
    """`read`: there, or in a stored copy of it; `second hand`: where others say it; `memory`: not read again. What was not
    read from the provider or its package can start a question and settle none."""


class Fact(Sourced):
    """A statement in words, an address, or both."""

    text: str = ""
    url: str = ""


class Dpa(Fact):
    """How a data processing agreement comes about."""

    mechanism: Literal["incorporated", "clickthrough", "signed"]


class Retention(Fact):
    """How long prompts are kept where nothing else was agreed."""

    days: int | None = None
    """None: it depends on more than the service."""


class Training(Fact):
    """Whether prompts train models where nobody chose."""

    tier: str = ""
    trains: bool


class Host(Sourced):
    """Hosts of a service, and the region that they prove."""

    pattern: str
    """A pattern of the whole host in lower case; its group `region` is the region."""
    region: str = ""
    """The region where the host names none. With neither, the host proves no region."""
    examples: dict[str, str]
    """Hosts with what is read of them; empty: no region."""

    def region_of(self, host: str) -> str | None:
        """Return the region that a host of this pattern proves, or None."""
        found = re.fullmatch(self.pattern, host)
        return (found.groupdict().get("region") or self.region or None) if found else None


class Chooser(Sourced):
    """What chooses where a service processes, apart from the host."""

    carrier: Literal["code", "setting", "terraform", "arm"]
    of: tuple[str, ...] = ()
    """Calls as in hosted.toml, types of resources, or blocks of Terraform; none for settings."""
    names: tuple[str, ...]
    """Arguments, environment variables or attributes, the one that wins first."""
    needs: str = ""
    """An argument without which, and without any of the names, the call is one of another service."""
    holds: Holds = "region"
    anywhere: str = ""
    """A pattern of the values with which it may process anywhere."""
    widens: str = ""
    """A pattern of the values with which it processes in more places than the region says."""
    absent: str = ""
    """The value that holds where none is given; empty: the next chooser's, or nothing is known."""


class ModelPlace(Sourced):
    """A form of a model's name that decides where it runs, whatever the region of the request."""

    pattern: str
    """A pattern of the whole name; its group `region` is an area of the provider's."""
    region: str = ""
    """The area where the name says none; `anywhere`: it runs in any."""
    examples: dict[str, str]

    def region_of(self, model: str) -> str | None:
        """Return the area that a model's name moves its processing to, or None."""
        found = re.fullmatch(self.pattern, model)
        return (found.groupdict().get("region") or self.region or None) if found else None


class Forwarding(Sourced):
    """That a service hands prompts on, and what names who processes them."""

    suffix: str = ""
    """A pattern of the end of a model's name, with the group `provider`."""
    not_suffix: tuple[str, ...] = ()
    """Ends that name a way to choose and no provider."""
    prefix: str = ""
    """A pattern of the beginning of a model's name, with the group `provider`."""
    path: str = ""
    """A pattern of the path of the address, with the group `provider`."""
    arguments: tuple[str, ...] = ()
    """Arguments and keys of the request, dotted, that name providers."""
    headers: tuple[str, ...] = ()
    services: dict[str, str] = Field(default_factory=dict)
    """Ids of services by the names that the router has for them, where they differ."""
    itself: tuple[str, ...] = ()
    """Names with which it processes by itself."""
    absent: str = ""
    """In words: who processes where nobody is named."""


class Provider(Data):
    """A third-party AI service, by what is true of it."""

    service: str
    """Its id in services.toml."""
    name: str
    sort: Sort
    host: tuple[Host, ...] = ()
    chooser: tuple[Chooser, ...] = ()
    model: tuple[ModelPlace, ...] = ()
    forwards: Forwarding | None = None
    residency: tuple[Fact, ...] = ()
    """What else decides where it processes."""
    dpa: Dpa | None = None
    trust: Fact | None = None
    subprocessors: Fact | None = None
    training: tuple[Training, ...] = ()
    retention: tuple[Retention, ...] = ()

    def host_of(self, host: str) -> Host | None:
        """Return what is known of a host, or None: it is not one of this service's."""
        return next((entry for entry in self.host if re.fullmatch(entry.pattern, host)), None)

    def region_of(self, host: str) -> str | None:
        """Return the region that a host proves, or None."""
        entry = self.host_of(host)
        return entry.region_of(host) if entry else None

    @property
    def facts(self) -> tuple[Sourced, ...]:
        """Every statement about it."""
        single = (self.forwards, self.dpa, self.trust, self.subprocessors)
        several = (self.host, self.chooser, self.model, self.residency, self.training, self.retention)
        return (*(entry for entry in single if entry), *(entry for group in several for entry in group))


class Switch(Sourced):
    """A name in code, environment or configuration that says what happens to prompts, or to the fact that they were sent."""

    name: str
    kind: Literal["tracing", "content", "storage", "training", "telemetry"]
    """`content`: whether what is traced anyway has the prompts in it."""
    sends: Literal["prompts", "usage"]
    receiver: str
    """The id of the service that receives it, or else the name of who does."""
    also: tuple[str, ...] = ()
    """Other services with which it means the same."""
    imports: tuple[str, ...] = ()
    """Modules without which it has no meaning; none: it has one with the receiver's own."""
    settings: tuple[str, ...] = ()
    """Environment variables, the one that wins first."""
    arguments: tuple[str, ...] = ()
    """Arguments of calls, `prefix:tail.argument` with the calls written as in hosted.toml."""
    calls: tuple[str, ...] = ()
    """Calls whose first argument it is."""
    keys: tuple[str, ...] = ()
    """Keys of configuration files, dotted, and of the bodies of requests."""
    headers: tuple[str, ...] = ()
    starts: str
    """A pattern of the values with which it is sent; a constant of Python counts as it is written."""
    stops: str
    """A pattern of the values with which it is not."""
    absent: Literal["sent", "not sent", "unknown"]
    """What holds where no value is given."""
    versions: str = ""
    """The versions of the library that this is true of, where others differ."""
    when: tuple[str, ...] = ()
    """Arguments of the same call, of which one has to be given for `absent` to hold."""
    remark: str = ""


class AreaPart(Sourced):
    """Regions of an area, as one source names them."""

    regions: tuple[str, ...]
    """Patterns of whole names of regions, in lower case and without spaces."""

    def holds(self, region: str) -> bool:
        """Return whether a region is one of these, as its name was written."""
        name = plain(region)
        return any(re.fullmatch(pattern, name) for pattern in self.regions)


class Area(Data):
    """An area that a policy may name, with the regions in it."""

    name: str
    names: tuple[str, ...] = ()
    """What stands for it, or for a place within it, by what the word means: its own name first."""
    includes: tuple[str, ...] = ()
    """Areas that lie within it."""
    part: tuple[AreaPart, ...] = ()

    def holds(self, region: str) -> bool:
        """Return whether a region lies in the area, as its name was written; what is not known lies in none."""
        return self.means(region) or any(part.holds(region) for part in self.part)

    def means(self, region: str) -> bool:
        """Return whether a region is a name for the area or for one within it, whatever lies in that."""
        return plain(region) in self.names


def plain(region: str) -> str:
    """Return the name of a region as patterns have it: in lower case and without spaces."""
    return region.casefold().replace(" ", "")


class Topic(Data):
    """What an assessment of a provider has to cover."""

    id: str
    asks: str
    """In words."""
    questions: tuple[str, ...]
