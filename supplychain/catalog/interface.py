"""What to look for: types of the TOML files beside this module."""

from __future__ import annotations

import re
from typing import Literal

from supplychain.model.base import Frozen
from supplychain.model.component import Kind
from supplychain.model.reference import Scope


class RegistryHost(Frozen):
    """A host of a registry and the form of its addresses."""

    name: str
    path: str
    """A pattern of the whole path, with the groups `name`, and where it has them `kind` and `revision`."""


class Also(Frozen):
    """Components of another registry that a registry's word covers."""

    registry: str
    name_pattern: str


class Registry(Frozen):
    """A registry of models, the word that names it in a sentence, and what sends its client elsewhere."""

    key: str
    word: str
    aliases: tuple[str, ...]
    settings: tuple[str, ...]
    """Environment variables that hold the address of the client's endpoint."""
    attributes: tuple[str, ...] = ()
    """Python names that hold it."""
    clients: tuple[str, ...] = ()
    """Classes whose `endpoint` argument holds it."""
    name_pattern: str
    owners: tuple[str, ...] = ()
    """Where not every owner belongs to the registry: those who do, in lower case."""
    host: tuple[RegistryHost, ...]
    """Its hosts, the one that its client uses first."""
    repository_host: str | None = None
    """The host of its repositories, where a name is fetched from another one; `owners` then decides."""
    also: Also | None = None

    @property
    def hosts(self) -> frozenset[str]:
        """The names of its hosts."""
        return frozenset(entry.name for entry in self.host)


class Loader(Frozen):
    """A call that loads a component by name."""

    call: str
    kind: Literal[Kind.MODEL, Kind.DATASET]
    registry: str
    position: int
    keywords: tuple[str, ...]
    revision: str | None = None
    endpoint: str | None = None
    default_owner: str | None = None
    kind_argument: str | None = None
    local_argument: str | None = None
    """The argument that says `local` where the name is a folder."""
    address: bool = False
    """Whether the argument is an address rather than a name."""
    when_absent: str | None = None
    """Why a call without the argument is unresolved."""
    builders: tuple[str, ...] = ()
    """Names that stand for a file format, not for a component."""
    builder_files: tuple[str, ...] = ()
    """The arguments that then name the files."""

    @property
    def prefix(self) -> str:
        """What the dotted name of the call begins with; `*` for any."""
        return self.call.partition(":")[0]

    @property
    def function(self) -> str:
        """The last name of the call."""
        return self.call.partition(":")[2]


class WeightFormat(Frozen):
    """A format of weight files by its first bytes."""

    name: str
    offset: int
    magic: str
    suffixes: tuple[str, ...] = ()

    def matches(self, path: str, head: bytes) -> bool:
        """Whether a file that begins with `head` is of this format."""
        if self.suffixes and not path.lower().endswith(self.suffixes):
            return False
        magic = self.magic.encode("latin-1")
        return head[self.offset : self.offset + len(magic)] == magic


class Artifacts(Frozen):
    """Weight files."""

    url_suffixes: tuple[str, ...]
    training_suffixes: tuple[str, ...]
    """What ends the name of code that could have trained a model."""
    format: tuple[WeightFormat, ...]


class ScopePatterns(Frozen):
    """Paths of one scope."""

    scope: Scope
    patterns: tuple[str, ...]


class CarrierFiles(Frozen):
    """Files of one kind that may name components."""

    name: str
    key: str | None = None
    """The carrier of this version that reads them, or None."""
    patterns: tuple[str, ...]
    except_: tuple[str, ...] = ()


class Service(Frozen):
    """A third-party AI service, by what in code and configuration says that it is used."""

    id: str
    imports: tuple[str, ...]
    clients: tuple[str, ...] = ()
    """Names that `boto3.client` takes."""
    hosts: tuple[str, ...] = ()
    """Patterns of whole hosts; `*` stands for one or more characters of it."""
    settings: tuple[str, ...] = ()
    """Environment variables that its SDKs read."""
    models: tuple[str, ...] = ()
    """Patterns of the names of its models, where a name alone tells the service."""
    prefix: tuple[str, ...] = ()
    """What routers write before the name of one of its models."""
    resources: tuple[str, ...] = ()
    """What types of Terraform resources begin with."""


class Word(Frozen):
    """One known word of a parameter."""

    name: str
    aliases: tuple[str, ...] = ()
    days: int | None = None
    """For an interval: its length."""


class Words(Frozen):
    """The known words of one requirement's parameter."""

    name: str
    requirement: str
    separator: str = ","
    word: tuple[Word, ...]


class DocumentKind(Frozen):
    """A document that a target should have."""

    role: str
    files: tuple[str, ...]
    sections: dict[str, tuple[str, ...]]


class Documents(Frozen):
    """Which documents show a target's measures, and how their fields are recognized."""

    words_per_section: int
    owner_pattern: str
    reviewed_pattern: str
    placeholder_pattern: str
    document: tuple[DocumentKind, ...]
    measures: dict[int, tuple[str, ...]]

    def placeholders(self, line: str) -> list[str]:
        """Return the texts of a line that were to be replaced."""
        return [match.group() for match in re.finditer(self.placeholder_pattern, line)]
