"""What to look for: types of the TOML files beside this module."""

import re
from collections.abc import Collection, Sequence
from typing import Literal

from pydantic import ConfigDict, Field, field_validator

from supplychain.model.base import Frozen
from supplychain.model.component import Kind
from supplychain.model.package import Ecosystem, Setting
from supplychain.model.reference import Scope

NO_ADDRESS = "(?!)"
"""The path of a host whose addresses name nothing of the registry."""


class Data(Frozen):
    """An entry of the catalog; its checks are made ready when the first of its kind is read, since few runs need all."""

    model_config = ConfigDict(defer_build=True)


class RegistryHost(Data):
    """A host of a registry and the form of its addresses."""

    name: str
    path: str
    """A pattern of the whole path, with the groups `name`, and where it has them `kind` and `revision`."""


class Also(Data):
    """Components of another registry that a registry's word covers."""

    registry: str
    name_pattern: str


class Registry(Data):
    """A registry of models, the word that names it in a sentence, and what sends its client elsewhere."""

    key: str
    word: str
    aliases: tuple[str, ...] = ()
    client: str | None = None
    """The registry whose client fetches for it."""
    serves: tuple[Kind, ...] = (Kind.MODEL, Kind.DATASET)
    settings: tuple[str, ...] = ()
    """Environment variables that hold the address of the client's endpoint."""
    attributes: tuple[str, ...] = ()
    """Python names that hold it."""
    clients: tuple[str, ...] = ()
    """Classes whose `endpoint` argument holds it."""
    name_pattern: str = r"\S+"
    owners: tuple[str, ...] = ()
    """Where not every owner belongs to the registry: those who do, in lower case."""
    host: tuple[RegistryHost, ...] = ()
    """Its hosts, the one that its client uses first."""
    repository_host: str | None = None
    """The host of its repositories, where a name is fetched from another one; `owners` then decides."""
    also: Also | None = None

    @property
    def hosts(self) -> frozenset[str]:
        """The names of its hosts."""
        return frozenset(entry.name for entry in self.host)

    @property
    def own_hosts(self) -> frozenset[str]:
        """Those of its hosts whose addresses are its own; a library may serve from one that serves others too."""
        return frozenset(entry.name for entry in self.host if entry.path != NO_ADDRESS)


class PackageRegistry(Data):
    """A registry of packages and the word that names it in a sentence."""

    word: str
    ecosystem: Ecosystem
    examples: tuple[str, ...]
    """Package URLs of something that it serves; the addresses that packageurl makes of them are its own."""
    channels: tuple[str, ...] = ()
    """conda: the names that it goes by as a channel."""
    is_default: bool = False
    """Whether its ecosystem's clients ask it where nothing says otherwise."""
    is_replaced: bool = False
    """Whether clients ask the registry of their settings instead where a lock names this one."""
    alone: str = ""
    """How to fetch `{name}` from `{index}`, and nothing else."""
    bases: tuple[tuple[str, str], ...] = ()
    """Hosts, each with the beginning of the paths that are its own; worked out from `examples`."""

    @property
    def host(self) -> str:
        """The host that its clients ask."""
        return self.bases[0][0]


class Loader(Data):
    """A call that loads a component by name."""

    call: str
    kind: Literal[Kind.MODEL, Kind.DATASET] = Kind.MODEL
    registry: str
    position: int = 0
    """Where the argument stands; -1: it has a keyword."""
    keywords: tuple[str, ...] = ()
    named_by: Literal["argument", "function", "class", "module", "constant"] = "argument"
    """What names the component: an argument, the function, the class (which has a capital), what holds it, or a constant
    that stands without a call."""
    fixed: str | None = None
    """The one component that is loaded, whatever is given."""
    default: str | None = None
    """The component that the library takes where none is named."""
    optional: bool = False
    """Whether nothing is loaded where none is named."""
    objects: bool = False
    """Whether the argument can be an object instead, so that only a text counts."""
    client: bool = False
    """Whether it is also a method of the library's objects."""
    form: str | None = None
    """A pattern of the arguments that name something, with the group `name`."""
    owned: str | None = None
    """The registry of names with an owner, where it is another one."""
    named_as: dict[str, str] = Field(default_factory=dict)
    """Patterns of words that stand for another name."""
    strip: str = ""
    """What the function's name begins with and the component's does not."""
    ignore: tuple[str, ...] = ()
    """Names that load nothing."""
    requires: tuple[str, ...] = ()
    """Arguments of which one has to be given, and not None or False."""
    unless: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Arguments with the values, as they are written, with which nothing is loaded; `*` is any."""
    revision_text: str | None = None
    """The argument whose last name is the revision: a member of an enumeration."""
    code_revision: str | None = None
    checksum: str | None = None
    quiet: bool = False
    """Whether it reads any file, so that only an address or a file of the target is a component."""
    local: bool = False
    """Whether a name that is no address is a path."""
    opens: Literal["path", "either", "file", "bytes"] = "path"
    """What the argument is: a path, a path or an open file, an open file, or bytes, which count where they are read from one."""
    code_argument: str | None = None
    """The argument with which data can hold code, so that they are a model."""
    implicit: int | None = None
    """Where the task stands for which the library takes a component by itself."""
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


class Opening(Data):
    """Calls that open a file or read it, by their last names."""

    openers: frozenset[str]
    """Functions that open the path of their first argument, also as methods of a file system or an archive; or whole names."""
    of_paths: frozenset[str]
    """Methods of a path that open or read it; they take a mode or nothing."""
    readers: frozenset[str]
    """Methods that open or read what they are called on, or what lies in it."""
    through: frozenset[str]
    """Calls that give what their first argument holds, in another form."""
    attributes: frozenset[str]
    """Attributes of what was fetched that hold its bytes."""
    keywords: tuple[str, ...]
    """The arguments that name the path."""


class NameForm(Data):
    """Names that tell by their form what they are."""

    pattern: str
    """Of the whole text; the group `name`, where it has one, is the name."""
    registry: str
    kind: Literal[Kind.MODEL, Kind.DATASET] = Kind.MODEL
    prefix: str = ""


class NameForms(Data):
    """Which texts of code name a model by their form alone, and where they do not."""

    form: tuple[NameForm, ...]
    other_folders: frozenset[str]
    other_files: str
    writers: str
    """Calls that write a file, or only look at its name."""
    written: str
    """Arguments that say where to write."""


class HostedCall(Data):
    """A call to a third-party AI service, or the making of its client."""

    call: str
    service: str | None = None
    """None: that of an SDK which the file imports, or the model's own."""
    chooses: tuple[str, ...] = ()
    """Arguments that name a service."""
    routed: bool = False
    """Whether the model's name begins with the service."""
    model: tuple[str, ...] = ()
    position: int | None = None
    address: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    """Keys that hold the address where an argument is a mapping."""
    region: tuple[str, ...] = ()
    local: bool = False
    """Whether a client that is given no address stays on the team's own machine."""

    @property
    def prefix(self) -> str:
        """What the dotted name of the call begins with; `*` for any."""
        return self.call.partition(":")[0]

    @property
    def tail(self) -> str:
        """What it ends with."""
        return self.call.partition(":")[2]


class WeightFormat(Data):
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


class DataFormat(Data):
    """A format of files with data, by the end of its name and by what its first line looks like."""

    name: str
    suffixes: tuple[str, ...]
    magic: str = ""
    line: str = ""
    """A pattern that the first line matches."""
    only_in_folders: bool = False
    """Whether it counts only in a folder that is called by what it holds: such files may be anything."""


class DataFiles(Data):
    """Files that the target carries and that hold data."""

    least_bytes: int
    """Smaller ones are samples or settings."""
    folders: str
    """A pattern of the part of a path that says that a folder holds data."""
    format: tuple[DataFormat, ...]


class PickleForms(Data):
    """What tells a pickle from other formats beside its first bytes."""

    suffixes: tuple[str, ...]
    other_suffixes: tuple[str, ...]
    formats: tuple[str, ...]
    """Names of formats by first bytes."""
    other_formats: tuple[str, ...]
    loaders: str
    """A pattern of functions that read pickles, as they resolve through imports."""
    other_loaders: str
    """A pattern of functions that read nothing of the kind."""
    plain: str
    """A pattern of functions that load no weights."""
    allowing: tuple[str, ...]
    """Arguments that let a function read pickles."""
    refusing: tuple[str, ...]
    """Arguments that keep it from that."""


class Artifacts(Data):
    """Weight files, and files with data."""

    url_suffixes: tuple[str, ...]
    code_suffixes: tuple[str, ...]
    training_suffixes: tuple[str, ...]
    """What ends the name of code that could have trained a model."""
    folders: tuple[str, ...]
    """Folders that teams keep weights in: no owner of a registry is called so."""
    torch_hub_calls: tuple[str, ...]
    """What keeps weights by the last part of their address, in the folder of torch.hub."""
    format: tuple[WeightFormat, ...]
    pickle: PickleForms
    data: DataFiles


class ScopePatterns(Data):
    """Paths of one scope."""

    scope: Scope
    patterns: tuple[str, ...]


class CarrierFiles(Data):
    """Files of one kind that may name components."""

    name: str
    key: str | None = None
    """The carrier of this version that reads them, or None."""
    patterns: tuple[str, ...]
    except_: tuple[str, ...] = ()


class PackageFile(Data):
    """Files by which a package client knows what to install, and from where."""

    ecosystem: Ecosystem
    role: Literal["manifest", "lock", "either", "settings"]
    """Either: its content decides whether it is a manifest or a lock."""
    reader: str
    """The module of `supplychain.packages` that reads them."""
    patterns: tuple[str, ...]


class Service(Data):
    """A third-party AI service, by what in code and configuration says that it is used."""

    id: str
    imports: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    """Its packages for JavaScript, where nothing more is said of them."""
    clients: tuple[str, ...] = ()
    """Names that `boto3.client` takes."""
    hosts: tuple[str, ...] = ()
    """Patterns of whole hosts; `*` stands for one or more characters of it."""
    addresses: tuple[str, ...] = ()
    """Patterns of hosts that others have too, each with what the path begins with: `*.example.com/models`."""
    shared: tuple[str, ...] = ()
    """Patterns of hosts that it has together with others of its cloud: its own where its client is sent there."""
    is_spoken: bool = False
    """Whether servers of others speak its interface: a client at an address that is not known may be anybody's."""
    settings: tuple[str, ...] = ()
    """Environment variables that its SDKs read."""
    setting_names: tuple[str, ...] = ()
    """Patterns of what teams call theirs."""
    models: tuple[str, ...] = ()
    """Patterns of the names of its models, where a name alone tells the service."""
    serves: tuple[str, ...] = ()
    """Patterns of the names of models that it hosts, and others too."""
    prefix: tuple[str, ...] = ()
    """What routers write before the name of one of its models."""
    known_as: tuple[str, ...] = ()
    """What frameworks call it in the names of modules and classes."""
    resources: tuple[str, ...] = ()
    """What types of Terraform resources begin with."""


class Integrations(Data):
    """How packages with integrations of many services name them."""

    frameworks: frozenset[str]
    before: str
    after: str
    other_words: frozenset[str]
    """Ids of services that are words of frameworks too, and name none there."""


class Word(Data):
    """One known word of a parameter."""

    name: str
    aliases: tuple[str, ...] = ()
    days: int | None = None
    """For an interval: its length."""


class Words(Data):
    """The known words of one requirement's parameter."""

    name: str
    requirement: str
    separator: str = ","
    word: tuple[Word, ...]


class DocumentKind(Data):
    """A document that a target should have."""

    role: str
    files: tuple[str, ...]
    sections: dict[str, tuple[str, ...]]


class Documents(Data):
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


class PopularNames(Data):
    """Names of packages that imitations take after, by ecosystem, as its clients spell them."""

    pypi: frozenset[str]
    npm: frozenset[str]
    real: dict[str, frozenset[str]]
    """Packages of their own whose names are near a popular one, each judged by hand; by ecosystem."""


class FactSource(Data):
    """A service that facts are fetched from, and the bounds within which it is asked."""

    name: str
    title: str
    address: str = ""
    """Empty: the official one, which the library of its ecosystem knows."""
    variables: tuple[str, ...]
    """Environment variables in which an assessor names another address; the first that is set counts."""
    token: str = ""
    """The environment variable with the token for an address that the assessor named."""
    official_token: str = ""
    """The environment variable with the token for the official address."""
    error_header: str = ""
    """The header in which it says why it has no such thing, also where its status is that of a login."""
    errors: tuple[str, ...] = ()
    """What that header says of a thing that it does not have."""
    known: str = ""
    """What it surely has: where it answers 404 for that one too, its 404 for another says nothing."""
    advised: tuple[str, ...] = ()
    """Components on which it surely has advisories, one of each ecosystem: where it has none, it holds none of that."""
    age: Literal["metadata", "advisories"]
    """Which of the policy's ages its facts may have."""
    max_bytes: int
    """Of one answer."""
    max_seconds: int
    """Of all requests to it in one run."""


class IndexSettings(Data):
    """What sets where the clients of one ecosystem fetch packages from."""

    projects: tuple[str, ...] = ()
    """Files of a project, for which a command is meant that names no package."""
    lists: tuple[str, ...] = ()
    """Options that name a list of packages."""
    options: dict[str, Setting]
    switches: dict[str, Setting] = Field(default_factory=dict)
    variables: dict[str, Setting]
    keys: dict[str, Setting]
    """Keys of configuration files, without the section that they stand in."""
    insecure: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Settings that turn the verification of every host off, with the values that do."""

    @field_validator("variables", mode="before")
    @classmethod
    def _by_name(cls, listed: dict[str, list[str]]) -> dict[str, str]:
        return {name: setting for setting, names in listed.items() for name in names}

    def given(self, words: Sequence[str], known: Collection[str] = ()) -> list[tuple[Setting, str, int]]:
        """Return the settings among the words of a command: each with its value, and the position of its word.

        As the option parsers do, a value may follow its option, `=`, or a short option at once, and a long option may
        be shortened where it is not one of those `known`.
        """
        found: list[tuple[Setting, str, int]] = []
        for index, word in enumerate(words):
            name, equals, value = word.partition("=") if word.startswith("--") else (word[:2], word[2:3], word[2:])
            name = name.replace("_", "-")
            option = name if name in self.options or name in known else self._whole(name)
            if word[:1] != "-" or len(word) < 2:
                continue
            if name in self.switches and not value:
                found.append((self.switches[name], "", index))
            elif value.lower() in self.insecure.get(name, ()):
                found.append((Setting.TRUSTED_HOST, "*", index))
            elif option in self.options and (equals or index + 1 < len(words)):
                given = value.removeprefix("=") if equals else words[index + 1]
                found.append((self.options[option], given, index if equals else index + 1))
        return found

    def _whole(self, name: str) -> str:
        """Return the long option that a name is the beginning of, where only one can be meant."""
        if len(name) < 6 or not name.startswith("--"):
            return name
        meant = [option for option in self.options if option.startswith(name)]
        return meant[0] if len(meant) == 1 else name
