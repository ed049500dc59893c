"""What a carrier is: something that reads one kind of file and says which components it names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from supplychain.discovery.python_names import Names
from supplychain.discovery.wrapper import Wrapper
from supplychain.files import NotParsedError
from supplychain.model.component import Component, Kind
from supplychain.model.package import IndexSetting
from supplychain.model.reference import Override, Place, Reference, Relation, Resolution, Unresolved
from supplychain.model.service import Endpoint, Switch

__all__ = ["Carrier", "Found", "Given", "NotParsedError", "SourceFile"]


@dataclass(frozen=True)
class Given:
    """A name with the value that a place gives it: a variable of the environment, or an attribute of infrastructure."""

    name: str
    """Dotted where it is an attribute: `aws_bedrock_agent.main.region`."""
    text: str
    """The value, or the expression that makes it."""
    is_known: bool
    at: Place


@dataclass(frozen=True)
class SourceFile:
    """A file of the target as a carrier sees it."""

    path: str
    data: bytes
    digest: str
    place: Place
    """The file as a place, with its scope."""
    exists: Callable[[str], bool]
    """Whether a path, relative to the target, is a file or a folder of it."""
    module: Callable[[str], Names | None] = lambda _: None
    """Gives the names of another Python file of the target, by its dotted name as this file imports it."""
    names: Names | None = None
    """Its own names, where the whole file is Python that was parsed already."""

    def at(self, line: int | None) -> Place:
        """Return a place in this file."""
        return self.place.model_copy(update={"line": line})

    def refer(
        self, component: Component, line: int | None, resolution: Resolution, call: str, **facts: object
    ) -> Reference:
        """Return a reference of this file to a component; `facts` are further fields of a reference."""
        place = self.at(line)
        known = {"component": component, "at": place, "resolution": resolution, "call": call, "digest": self.digest}
        return Reference.model_validate({**known, **facts})

    def unresolved(
        self,
        kind: Kind,
        line: int,
        call: str,
        expression: str,
        reason: str,
        source: str = "",
        flags: tuple[str, ...] = (),
    ) -> Unresolved:
        """Return a reference of this file whose component is not known."""
        known = {"kind": kind, "at": self.at(line), "call": call, "expression": expression, "reason": reason}
        return Unresolved.model_validate({**known, "source": source, "flags": flags, "digest": self.digest})


@dataclass(frozen=True)
class Subclass:
    """A client of a service that a file of Python source imports for nothing but classes of its own."""

    reference: Reference
    """The import as a reference, which counts where the classes are not sent elsewhere."""
    base: str
    """The client, as it resolves."""
    classes: tuple[str, ...]
    addresses: tuple[str, ...]
    """The arguments that send it elsewhere."""


@dataclass
class Found:
    """What one file gave."""

    references: list[Reference] = field(default_factory=list)
    unresolved: list[Unresolved] = field(default_factory=list)
    overrides: list[Override] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    settings: list[IndexSetting] = field(default_factory=list)
    """Where it tells package clients to fetch from."""
    installs: list[str] = field(default_factory=list)
    """Files and folders of the target that its commands install from or run, itself where they install anything."""
    sourced: list[str] = field(default_factory=list)
    """Scripts of the target that its commands run as a part of themselves."""
    endpoints: list[Endpoint] = field(default_factory=list)
    """Where calls have services process, beside what its references say."""
    switches: list[Switch] = field(default_factory=list)
    variables: list[Given] = field(default_factory=list)
    """The environment variables that it sets and that choose a region or say what happens to prompts."""
    attributes: list[Given] = field(default_factory=list)
    """What its infrastructure is made with, as far as it may say where."""
    own: list[str] = field(default_factory=list)
    """Ids of packages that the target itself is: it is no part of its own supply chain."""
    imports: list[tuple[str, int]] = field(default_factory=list)
    """Modules that Python source imports, as dotted names from the root where that is known, with the line.

    A relative import of the root begins with a dot."""
    subclasses: list[Subclass] = field(default_factory=list)
    """Clients of services that it only derives classes from."""
    wrappers: list[Wrapper] = field(default_factory=list)
    """Functions of Python source that hand on what they are given to a loading call."""


class Carrier(Protocol):
    """One kind of file that names components."""

    def __call__(self, source: SourceFile) -> Found:
        """Return what the file names.

        Raises:
            NotParsedError: its content is not what its name says.
        """
