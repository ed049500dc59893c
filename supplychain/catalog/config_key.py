"""Keys of configuration files whose values name components: the types of config_keys.toml."""

from typing import Literal

from supplychain.catalog.interface import Data
from supplychain.model.component import Kind


class ConfigKey(Data):
    """Keys of configuration files whose value is a component."""

    names: tuple[str, ...]
    """Patterns of whole keys."""
    kind: Literal[Kind.MODEL, Kind.DATASET]
    telling: bool = False
    vague: bool = False
    unless: tuple[str, ...] = ()
    """Keys beside it that name the component instead."""
    registry: str | None = None
    """The registry that its names belong to; None: by their form."""
    revision: tuple[str, ...] = ()
    """The keys beside it that give the revision."""


class ShortName(Data):
    """Short names of models that a library completes."""

    pattern: str
    prefix: str
    registry: str


class ConfigKeys(Data):
    """Which keys of configuration files name components, and which values do not."""

    stems: tuple[str, ...]
    not_used: str
    data_keys: frozenset[str]
    within: frozenset[str]
    code_revision: tuple[str, ...]
    checksum: tuple[str, ...]
    region: tuple[str, ...]
    provider: frozenset[str]
    weak_provider: frozenset[str]
    common_words: frozenset[str]
    without_owners: frozenset[str]
    address: frozenset[str]
    no_name: str
    not_a_model: str
    weights_address: str
    page_suffixes: tuple[str, ...]
    short: tuple[ShortName, ...]
    providers: dict[str, str]
    """Names that tools have for a service, or for what models are run with."""
    types: dict[str, str]
    """Patterns of types of cloud resources, with the service that they are."""
    modules: dict[str, str]
    """Paths of Bicep's public modules, with the type of the resource that each is for."""
    accounts: tuple[str, ...]
    """Types of cloud resources whose `kind` says which service they are."""
    kinds: dict[str, str]
    """Those kinds in lower case, with the service."""
    key: tuple[ConfigKey, ...]
