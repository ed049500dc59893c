"""Commands that fetch components, and what their options and variables say: the types of commands.toml."""

from typing import Literal

from supplychain.catalog.interface import Data
from supplychain.model.component import Kind


class Command(Data):
    """A command whose words name components."""

    words: str
    """The program and its subcommands."""
    takes: Literal["component", "packages", "address", "image", "repository", "project", "setting"] = "component"
    kind: Literal[Kind.MODEL, Kind.DATASET] = Kind.MODEL
    registry: str | None = None
    position: int | None = None
    """Where the name stands among the words that are no options; for packages -1 is nowhere and None everywhere."""
    many: bool = False
    """Whether every word from there on is a name."""
    options: tuple[str, ...] = ()
    """The options that have the name as their value."""
    revision: tuple[str, ...] = ()
    code_revision: tuple[str, ...] = ()
    kind_option: str | None = None
    """The option that can turn the kind."""
    source_option: str | None = None
    """The option that names the package, so that the first word is only one of its programs."""
    fetched_with: tuple[str, ...] = ()
    """The options without which a short name is a program that is installed already."""
    values: tuple[str, ...] | None = None
    switches: tuple[str, ...] | None = None
    output: tuple[str, ...] = ()
    """The options that name the file to write."""
    body: tuple[str, ...] = ()
    """The options that hold what is sent."""
    checksum: str | None = None
    environment: tuple[str, ...] = ()
    """The options that set a variable."""
    pattern: str | None = None
    prefix: str = ""
    tagged: bool = False
    """Whether a name can end in `:tag`, which picks a file of the repository."""

    def has_value(self, option: str) -> bool:
        """Whether the word after an option belongs to it."""
        if self.switches is not None:
            return option not in self.switches
        stated = (*(self.values or ()), *self.options, *self.revision, *self.code_revision, self.kind_option)
        return self.values is None or option in stated


class CommandOption(Data):
    """Options of any program whose value is a component."""

    names: tuple[str, ...] = ()
    pattern: str = ""
    """What the names of other options look like; their value is taken only where it is a name with an owner, or an address."""
    kind: Literal[Kind.MODEL, Kind.DATASET]
    telling: bool = False
    vague: bool = False
    many: bool = False
    revision: tuple[str, ...] = ()
    code_revision: tuple[str, ...] = ()


class CommandVariable(Data):
    """Environment variables whose value is a component."""

    pattern: str
    kind: Literal[Kind.MODEL, Kind.DATASET]
    revision: tuple[str, ...] = ()


class Commands(Data):
    """How commands name components."""

    wrappers: frozenset[str]
    silent: frozenset[str]
    shells: frozenset[str]
    folders: frozenset[str]
    datasets: frozenset[str]
    paired: frozenset[str]
    placeholder: str
    data_suffixes: tuple[str, ...]
    archive_suffixes: tuple[str, ...]
    data_words: str
    shared_suffixes: tuple[str, ...]
    weights_variable: str
    data_variable: str
    client_variable: str
    own_host: str
    hub_script: str
    starts: dict[str, str]
    """The calls of Python that start a program: empty where the first argument is the command, `words` where all are it,
    else the program whose words the first argument is."""
    flags: dict[str, str]
    option: tuple[CommandOption, ...]
    variable: tuple[CommandVariable, ...]
    command: tuple[Command, ...]
